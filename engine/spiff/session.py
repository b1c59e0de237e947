"""One step on SpiffWorkflow under way: document, variables, effects; FEEL as script engine.

Variables live in the state document, not in SpiffWorkflow's task data, so joins merge
nothing (kernel.md 3, 4); SpiffWorkflow moves the tokens, the compiled plan evaluates.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from SpiffWorkflow.bpmn.script_engine.python_engine import PythonScriptEngine

from engine.base.errors import ExpressionFailed
from engine.base.events import Event
from engine.base.values import Value
from engine.kernel import sizes
from engine.kernel.effects import (
    DecisionEvaluated,
    Effect,
    ExpressionWarning,
    MessageThrown,
    NodeEntered,
    NodeLeft,
    SignalThrown,
    VariablesWritten,
)
from engine.kernel.plan import (
    CASE_STARTED,
    Assign,
    EventDef,
    Kind,
    Node,
    Plan,
    Trigger,
    ValueExpr,
)
from engine.kernel.problems import Held
from engine.kernel.results import COMPUTED, PEOPLE, Done

Ending = Literal["terminated", "cancelled", "error"]
SCOPE = "s1"  # the one scope of variables
_THROWS = (Kind.SEND, Kind.THROW, Kind.END)


class Session:
    """What the parts of one step share; made for one call of advance and dropped."""

    def __init__(self, plan: Plan, doc: dict[str, Any], event: Event) -> None:
        self.plan = plan
        self.doc = doc
        self.event = event
        self.moment = event.env.moment(event.at)
        self.limits = event.env.limits
        self.effects: list[Effect] = []
        self.entered: set[str] = set()
        self.signals: list[tuple[str, Mapping[str, Value]]] = []  # thrown, for inside
        self.visits = 0
        self.ending: tuple[Ending, str | None] | None = None
        self.workflow: Any = None

    # --- ids and effects -----------------------------------------------------------------
    def new(self, kind: str) -> str:
        """Give the next id of KIND."""
        self.doc["seq"] += 1
        return f"{kind}{self.doc['seq']}"

    def emit(self, effect: Effect) -> None:
        """Append an effect."""
        self.effects.append(effect)

    def enter(self, task: Any) -> None:
        """Tell once that the token stands on the element of TASK."""
        if str(task.id) not in self.entered and task.task_spec.bpmn_id:
            self.entered.add(str(task.id))
            self.emit(NodeEntered(task.task_spec.bpmn_id, SCOPE, str(task.id)))

    def end(self, how: Ending, code: str | None = None) -> None:
        """Ask for the end of the whole case, when this step's deed is done."""
        self.ending = (how, code)

    def visit(self) -> None:
        """Count one more element; a step that does not come to rest is refused."""
        self.visits += 1
        if self.visits > self.limits.step_visits:
            raise Held("step_limit", f"一步之内经过的环节超过 {self.limits.step_visits} 个。")

    def left(self, task: Any) -> None:
        """Tell that SpiffWorkflow completed TASK, with the flows it took."""
        spec = task.task_spec
        if not spec.bpmn_id or spec.bpmn_id not in self.plan.by_id:
            return
        self.visit()
        if str(task.id) not in self.entered:
            self.enter(task)
        node = self.node(spec.bpmn_id)
        reached = {_target(child) for child in task.children if not _predicted(child)}
        flows = tuple(
            flow.id
            for flow in (self.plan.flows[at] for at in node.outgoing)
            if self.plan.nodes[flow.target].id in reached
        )
        self.emit(NodeLeft(node.id, SCOPE, str(task.id), "completed", flows))

    # --- data ----------------------------------------------------------------------------
    def node(self, name: str) -> Node:
        """Give the plan's node of a BPMN id."""
        return self.plan.nodes[self.plan.by_id[name]]

    def names(self, extra: Mapping[str, Value] | None = None) -> dict[str, Value]:
        """Give what an expression sees; EXTRA innermost."""
        return {CASE_STARTED: self.doc["started"], **self.doc["vars"], **(extra or {})}

    def value(self, expr: ValueExpr, scope: Mapping[str, Value], node: str) -> Value:
        """Evaluate in spec mode and report what was answered with null."""
        result, warnings = expr.with_warnings(scope, self.moment)
        for text in warnings:
            self.emit(ExpressionWarning(node, expr.text, text))
        return result

    def assign(
        self, rules: Sequence[Assign], scope: Mapping[str, Value], node: str
    ) -> dict[str, Value]:
        """Evaluate mappings into a patch of whole variables."""
        patch: dict[str, Value] = {}
        for rule in rules:
            found = self.value(rule.value, scope, node)
            if rule.path:
                found = _with_path(patch.get(rule.target, scope.get(rule.target)), rule, found)
            patch[rule.target] = found
        return patch

    def write(self, node: str, patch: Mapping[str, Value]) -> None:
        """Commit whole variables; too much refuses the step (kernel.md 3.8)."""
        told = self.too_large(node, patch)
        if told:
            raise Held("value_size", told)
        if patch:
            self.doc["vars"] = {**self.doc["vars"], **patch}
            self.emit(VariablesWritten(SCOPE, node, dict(patch)))

    def too_large(self, node: str, patch: Mapping[str, Value]) -> str:
        """Say what is too large about PATCH written by NODE, "" when it fits."""
        at = self.plan.by_id.get(node)
        many = at is not None and self.plan.nodes[at].multi is not None
        items = self.limits.mi_rows if many else self.limits.list_items
        before = self.doc["vars"]
        return sizes.unfit(before, sizes.measure(before), patch, self.limits, items)

    def patch(self, node: Node, done: Done, extra: Mapping[str, Value]) -> dict[str, Value]:
        """Give the whole variables finished work writes (kernel.md 3.2)."""
        written: dict[str, Value] = {}
        named = {} if done.outcome is None else {node.result.outcome: done.outcome}
        if node.outputs is not None:
            seen = self.names({**extra, **done.values, **named})
            written = self.assign(node.outputs, seen, node.id)
        elif node.kind in PEOPLE:
            written = dict(done.values)
        elif node.kind in COMPUTED:
            written = _computed(node, done.raw)
        return {**written, **named} if node.kind in PEOPLE else written

    # --- what the engine does itself -----------------------------------------------------
    def locals_of(self, node: Node, item: Mapping[str, Value]) -> dict[str, Value]:
        """Give the variables of an activity or item with what its input mapping adds."""
        return {**item, **self.assign(node.inputs, self.names(item), node.id)}

    def compute(self, node: Node, seen: Mapping[str, Value]) -> Done:
        """Do the work of an automatic NODE once, with the variables of its item."""
        if node.kind is Kind.SCRIPT and node.script is not None:
            raw = self.value(node.script, self.names(seen), node.id)
            return Done({node.result.variable or "result": raw}, raw)
        if node.kind is Kind.RULE and node.decision is not None:
            raw = self.decide(node, seen)
            values = dict(raw) if isinstance(raw, Mapping) else {}
            return Done({**values, node.result.variable or "result": raw}, raw)
        if node.kind in _THROWS:
            for definition in node.defs:
                self.throw(node, definition, seen)
        return Done()

    def decide(self, node: Node, extra: Mapping[str, Value]) -> Value:
        """Take the decision of a business rule task and record it."""
        if node.decision is None:
            raise Held("decision", f"“{node.id}”没有决策。")
        outcome = node.decision.rule(self.names(extra), self.moment)
        tables = tuple(outcome.tables)
        decision = node.decision
        for text in outcome.warnings:
            self.emit(ExpressionWarning(node.id, decision.id, text))
        self.emit(
            DecisionEvaluated(node.id, decision.id, decision.version, tables, outcome.value)
        )
        return outcome.value

    def throw(self, node: Node, definition: EventDef, extra: Mapping[str, Value]) -> None:
        """Throw a message or a signal; other triggers are refused by `lacks`."""
        scope = self.names(extra)
        name = definition.name
        if definition.name_expr is not None:
            name = str(definition.name_expr(scope, self.moment))
        payload = self.assign(definition.payload, scope, node.id)
        if definition.trigger is Trigger.SIGNAL:
            self.emit(SignalThrown(node.id, name, payload))
            self.signals.append((name, payload))
        elif definition.trigger is Trigger.MESSAGE:
            keys = {rule.property: rule.value(scope, self.moment) for rule in definition.keys}
            live = definition.time_to_live
            self.emit(MessageThrown(node.id, name, keys, payload, definition.target, live))

    def holds(self, flow_id: str) -> bool:
        """Evaluate the condition of a flow; a flow without one counts as true."""
        for flow in self.plan.flows:
            if flow.id == flow_id:
                if flow.condition is None:
                    return True
                found = flow.condition(self.names(), self.moment)
                if found is not None and not isinstance(found, bool):
                    raise Held("expression", f"条件“{flow.condition.text}”的结果不是真假值。")
                return bool(found)
        raise Held("no_flow", f"找不到连线“{flow_id}”。")


class FeelEngine(PythonScriptEngine):  # type: ignore[misc]  # the library has no types
    """SpiffWorkflow's script engine without Python: it asks the session, nothing else."""

    def __init__(self, session: Session, perform: Callable[[Session, Any], None]) -> None:
        super().__init__()
        self.session = session
        self.deed = perform

    def evaluate(self, task: Any, expression: str, external_context: Any = None) -> bool:
        """Evaluate the condition of the flow whose id is EXPRESSION."""
        del task, external_context
        return self.session.holds(expression)

    def execute(self, task: Any, script: str, external_context: Any = None) -> None:
        """Refuse: no text of a diagram is ever executed."""
        raise Held("script", "图中的脚本不会被执行。")

    def call_service(self, task: Any, **kwargs: Any) -> None:
        """Refuse: services are requested, never called from inside."""
        raise Held("service", "服务由外部调用，不在引擎内执行。")

    def perform(self, task: Any) -> None:
        """Run an automatic element."""
        self.deed(self.session, task)


# A year without days is told as it is (503): it is the installation's fault, not the case's.
FAILURES = (Held, ExpressionFailed)


def _computed(node: Node, raw: Value) -> dict[str, Value]:
    if node.result.spread and raw is not None:
        if not isinstance(raw, Mapping):
            raise Held("result_type", f"“{node.id}”的结果不是键值表，无法逐项写入变量。")
        return dict(raw)
    if node.result.variable is not None and not node.result.spread:
        return {node.result.variable: raw}
    return {}


def _target(child: Any) -> str:
    return str(child.task_spec.name).removesuffix(".BoundaryEventSplit")


def _predicted(child: Any) -> bool:
    return bool(child.state & 3)  # MAYBE or LIKELY: the library's PREDICTED_MASK


def _with_path(before: Value, rule: Assign, found: Value) -> dict[str, Value]:
    result: dict[str, Value] = dict(before) if isinstance(before, Mapping) else {}
    at = result
    for name in rule.path[:-1]:
        inner = at.get(name)
        at[name] = dict(inner) if isinstance(inner, Mapping) else {}
        at = at[name]
    at[rule.path[-1]] = found
    return result
