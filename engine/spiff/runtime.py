"""The Runtime port on SpiffWorkflow: unmodified library, FEEL in place of Python."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.exceptions import WorkflowException
from SpiffWorkflow.util.task import TaskState

from engine.base import events
from engine.base.errors import NotSupported
from engine.base.events import Event
from engine.base.findings import Finding, has_errors
from engine.base.values import Value
from engine.bpmn.compile import compile_files
from engine.bpmn.deploy import Compiled, DeployEnv
from engine.kernel.data import ENGINE_NAMES
from engine.kernel.effects import InstanceEnded
from engine.kernel.plan import Plan, Trigger
from engine.kernel.step import Need, State, Step, View
from engine.markup import parse_xml
from engine.spiff import flow, happen, multi, waits
from engine.spiff.checks import answered
from engine.spiff.document import document
from engine.spiff.happen import Refused
from engine.spiff.lacks import lacks
from engine.spiff.reading import read
from engine.spiff.session import FAILURES, SCOPE, Ending, FeelEngine, Session
from engine.spiff.specs import Armed, Auto, EventChoice, Wait

_DEEPEST = 900  # the library itself is blind beyond 1,000, and recurses in places
_TOO_DEEP = "参考引擎不能继续，请改用本系统内核（runtime: kernel）"


@dataclass(frozen=True, slots=True)
class SpiffPlan:
    """The compiled PLAN, whose expressions are used, and a specification per start event."""

    plan: Plan
    specs: Mapping[str, tuple[Any, Mapping[str, Any]]]
    lacking: frozenset[str] = field(default_factory=frozenset)


class SpiffRuntime:
    """SpiffWorkflow behind the port; refuses what it would ignore (kernel.md 4)."""

    @property
    def name(self) -> str:
        """Name it in settings and rows."""
        return "spiffworkflow"

    def compile(self, files: Mapping[str, bytes], env: DeployEnv) -> Compiled:
        """Compile with our checks, then read each process with SpiffWorkflow's parser."""
        compiled = compile_files(files, env)
        if has_errors(compiled.findings):
            return compiled
        findings = list(compiled.findings)
        plans: dict[str, SpiffPlan] = {}
        for key, plan in compiled.plans.items():
            name = compiled.facts[key].file
            lacking = lacks(plan)
            if lacking:
                findings.extend(_refusals(name, lacking))
                continue
            try:
                plans[key] = SpiffPlan(plan, _specs(files[name], name, plan))
            except (RecursionError, ValidationException) as error:
                findings.extend(_refusals(name, ((_unread(error), key),)))
        if has_errors(findings):
            return Compiled({}, {}, tuple(findings))
        return replace(compiled, plans=plans, findings=tuple(findings))

    def missing(self, plan: Any) -> frozenset[str]:
        """Name the constructs SpiffWorkflow cannot execute exactly."""
        return frozenset(name for name, _ in lacks(plan.plan))

    def needs(self, plan: Any, state: State | None, event: Event) -> tuple[Need, ...]:
        """Ask for the rows of a multi-instance body that may complete or go on."""
        return multi.needs(plan.plan, state, event)

    def advance(self, plan: Any, state: State | None, event: Event) -> Step:
        """Tell the instance EVENT; the state passed in is never changed."""
        if isinstance(event, events.Rewind | events.Move):
            raise NotSupported
        early = answered(state, event)
        if early is not None:
            return early
        try:
            return _advance(plan, state, event)
        except (Refused, *FAILURES) as error:
            return Step(state, (), "refused", str(error))
        except WorkflowException as error:
            return Step(state, (), "refused", f"没有满足条件的路径：{error}")
        except RecursionError:
            return Step(state, (), "refused", f"案件经过的环节过多，{_TOO_DEEP}。")

    def inspect(self, plan: Any, state: State) -> View:
        """Show what is live."""
        nodes: dict[str, int] = {}
        groups: dict[str, list[dict[str, Any]]] = {}
        seen: set[str] = set()
        for record in state["waits"].values():
            if not record.get("boundary") and record["task"] not in seen:
                seen.add(record["task"])
                name = record.get("at", record["node"])
                nodes[name] = nodes.get(name, 0) + 1
            row = {"wait": record["wait"], "node": record["node"]}
            groups.setdefault(record["kind"], []).append(row | _open(record))
        subscriptions = [
            row | {"kind": kind}
            for kind in ("message", "signal")
            for row in groups.get(kind, [])
        ]
        incidents = [
            {"id": name, "token": held["wait"], "code": held["code"]}
            for name, held in state["incidents"].items()
        ]
        return View(
            state["status"],
            nodes,
            tuple(groups.get("task", [])),
            tuple(groups.get("timer", [])),
            tuple(subscriptions),
            tuple(groups.get("child", [])),
            tuple(incidents),
            self.variables(state),
        )

    def variables(self, state: State) -> Mapping[str, Value]:
        """Give the variables of the instance scope."""
        found: Mapping[str, Value] = state["vars"]
        return found


def _open(record: Mapping[str, Any]) -> dict[str, Any]:
    found = {"open": record["mi"]["active"]} if "mi" in record else {}
    return found | ({"name": record["name"]} if "name" in record else {})


def _unread(error: Exception) -> str:
    """Say what the library's parser could not do; it recurses along the path."""
    deep = isinstance(error, RecursionError) or isinstance(error.__context__, RecursionError)
    return "这样长的路径" if deep else "这样的画法（SpiffWorkflow 读取时报错）"


def _refusals(name: str, lacking: tuple[tuple[str, str], ...]) -> list[Finding]:
    return [
        Finding(
            "node.unsupported",
            "error",
            name,
            element,
            zh=f"参考引擎不能执行〔{element}〕：{what}",
            en=f"the reference runtime cannot execute {element}: {what}",
            repair="改用本系统内核（runtime: kernel），或换一种画法",
        )
        for what, element in lacking
    ]


def _specs(data: bytes, name: str, plan: Plan) -> dict[str, tuple[Any, Mapping[str, Any]]]:
    tree = parse_xml(data, name)
    order = {
        (plan.nodes[plan.flows[at].source].id, plan.nodes[plan.flows[at].target].id): place
        for node in plan.nodes
        for place, at in enumerate(node.outgoing)
    }
    conditions = frozenset(flow.id for flow in plan.flows if flow.condition is not None)
    starts = {plan.nodes[at].id for at in (*plan.scopes[0].starts, *plan.typed_starts)}
    found: dict[str, tuple[Any, Mapping[str, Any]]] = {}
    for start in sorted(starts):
        found[start] = read(tree, plan.key, start, order, conditions)
    for spec, subs in found.values():
        for inside in (spec, *subs.values()):
            for task in inside.task_specs.values():
                task.manual = task.manual or _throws_signal(plan, task)
    return found


def _throws_signal(plan: Plan, task: Any) -> bool:
    """Tell whether TASK throws a signal: it waits until nothing else can move."""
    if not isinstance(task, Auto) or task.bpmn_id not in plan.by_id:
        return False
    defs = plan.nodes[plan.by_id[task.bpmn_id]].defs
    return any(definition.trigger is Trigger.SIGNAL for definition in defs)


# --- one step ----------------------------------------------------------------------------
def _advance(plan: SpiffPlan, state: State | None, event: Event) -> Step:
    doc = document(plan.plan, plan.specs, state, event)
    session = Session(plan.plan, doc, event)
    engine = FeelEngine(session, multi.perform)
    spec, subs = plan.specs[doc["start"]]
    if not doc["flow"]:
        session.workflow = flow.begin(spec, dict(subs), engine)
    else:
        session.workflow = flow.load(spec, dict(subs), engine, doc["flow"])
    _apply(session, event)
    if doc["status"] == "active" and not session.ending:
        _settle(session)
    if session.ending:
        _stop(session, *session.ending)
    if flow.deepest(session.workflow) >= _DEEPEST:
        raise happen.Held("path_depth", f"案件经过的环节已超过 {_DEEPEST} 个，{_TOO_DEEP}。")
    doc["flow"] = flow.dump(session.workflow)
    if doc["status"] == "active" and session.workflow.completed:
        doc["status"] = "completed"
        session.emit(InstanceEnded("completed", dict(doc["vars"])))
    return Step(doc, tuple(session.effects))


def _stop(session: Session, how: Ending, code: str | None) -> None:
    """End the case without completion."""
    for record in list(session.doc["waits"].values()):
        waits.close(session, record, "cancelled")
    session.workflow.cancel()
    session.doc["status"] = how
    session.emit(InstanceEnded(how, dict(session.doc["vars"]), code))


def _apply(session: Session, event: Event) -> None:
    """Let the event happen."""
    handler = _HANDLERS[type(event)]
    handler(session, event)


def _settle(session: Session) -> None:
    """Run until every token waits: engine steps, new waits, vanished waits, signals."""
    workflow = session.workflow
    for _ in range(session.limits.step_visits):
        workflow.do_engine_steps(did_complete_task=session.left)
        moved = _sync(session) or _throw_signal(session)
        if not moved:
            return
    raise happen.Held("step_limit", "一步之内经过的环节过多，请检查循环。")


def _sync(session: Session) -> bool:
    """Open waits of ready elements, close those of vanished ones; tell whether to go on."""
    tasks = {str(task.id): task for task in flow.all_tasks(session.workflow)}
    known = {record["task"] for record in session.doc["waits"].values()}
    for record in list(session.doc["waits"].values()):
        task = tasks.get(record["task"])
        if task is None or not task.has_state(TaskState.READY | TaskState.WAITING):
            waits.close(session, record, "cancelled")
    moved = False
    for name, task in tasks.items():
        if name not in known:
            moved = _open_one(session, task) or moved
    return moved


def _open_one(session: Session, task: Any) -> bool:
    """Open the wait of one element; tell whether it passed at once."""
    spec = task.task_spec
    armed = isinstance(getattr(spec, "event_definition", None), Armed)
    if armed and task.state == TaskState.WAITING:
        waits.open_boundary(session, task, session.node(spec.bpmn_id))
        return False
    if not isinstance(spec, Wait | EventChoice) or task.state != TaskState.READY:
        return False
    node = session.node(spec.bpmn_id)
    passing = task.internal_data.get("passed") or (node.work is not None and node.work.passes)
    if passing:
        session.enter(task)
        task.run()
        session.left(task)
        return True
    if node.multi is None:
        waits.open_wait(session, task, node)
        return False
    multi.begin(session, task, node)
    return bool(task.state == TaskState.COMPLETED)


def _throw_signal(session: Session) -> bool:
    """Throw one signal, now that nothing else can move: who is live now hears it."""
    for task in flow.all_tasks(session.workflow):
        if isinstance(task.task_spec, Auto) and task.state == TaskState.READY:
            session.enter(task)
            task.run()
            session.left(task)
            pending, session.signals = session.signals, []
            for name, payload in pending:
                _broadcast(session, name, payload)
            return True
    return False


def _broadcast(session: Session, name: str, payload: Mapping[str, Any]) -> None:
    records = [r for r in session.doc["waits"].values() if r["kind"] == "signal"]
    matching = [r for r in records if r["name"] == name]
    for record in matching:
        if record["wait"] in session.doc["waits"]:
            happen.received(session, record, payload)


# --- events that address no single wait ---------------------------------------------------
def _start(session: Session, event: Any) -> None:
    root = session.plan.scopes[0]
    session.write(root.id, event.vars)
    session.write(root.id, session.assign(root.initial, session.names(), root.id))
    _trigger(session, event)


def _reopen(session: Session, event: Any) -> None:
    session.write(session.plan.scopes[0].id, event.vars)
    _trigger(session, event)


def _trigger(session: Session, event: Any) -> None:
    """Take over what the message brought at the start event."""
    node = session.node(session.doc["start"])
    if event.trigger and node.outputs is not None:
        scope = session.names(event.trigger)
        session.write(node.id, session.assign(node.outputs, scope, node.id))


def _update(session: Session, event: Any) -> None:
    if event.scope not in (None, SCOPE):
        raise Refused("本案件所用的运行引擎只有案件一级的变量。")
    reserved = sorted(name for name in event.patch if name in ENGINE_NAMES)
    if reserved:
        raise Refused(f"不能改写引擎变量：{'、'.join(reserved)}。")
    session.write(session.plan.scopes[0].id, event.patch)


def _status(status: str) -> Callable[[Session, Any], None]:
    def change(session: Session, _event: Any) -> None:
        session.doc["status"] = status

    return change


def _cancel(session: Session, event: Any) -> None:
    if event.scope is not None:
        raise NotSupported
    session.end("terminated" if event.terminate else "cancelled")


def _signal(session: Session, event: Any) -> None:
    _broadcast(session, event.name, event.payload)


def _at_wait(
    act: Callable[[Session, dict[str, Any], Any], None],
) -> Callable[[Session, Any], None]:
    def handle(session: Session, event: Any) -> None:
        act(session, session.doc["waits"][event.wait], event)

    return handle


_HANDLERS: Mapping[type, Callable[[Session, Any], None]] = {
    events.Start: _start,
    events.Reopen: _reopen,
    events.CompleteTask: _at_wait(happen.complete_task),
    events.FinishService: _at_wait(happen.finish_service),
    events.ChildEnded: _at_wait(happen.child_ended),
    events.Correlate: _at_wait(happen.correlate),
    events.FireTimer: _at_wait(happen.fire_timer),
    events.ThrowError: _at_wait(happen.throw_error),
    events.ThrowEscalation: _at_wait(happen.throw_escalation),
    events.ChildEscalated: _at_wait(happen.throw_escalation),
    events.Signal: _signal,
    events.UpdateVariables: _update,
    events.EvaluateConditions: lambda _s, _e: None,
    events.Cancel: _cancel,
    events.Suspend: _status("suspended"),
    events.Resume: _status("active"),
    events.ResolveIncident: happen.resolve,
}
