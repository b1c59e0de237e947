"""Doing the inner work of an activity, once or for one item (kernel.md 2.1)."""

from collections.abc import Mapping
from dataclasses import field

from engine.base.errors import ExpressionFailed
from engine.base.records import record
from engine.base.values import Value
from engine.kernel import data, scopes, throws, waits
from engine.kernel.effects import (
    ChildRequested,
    DecisionEvaluated,
    ExpressionWarning,
    ServiceRequested,
    TaskOpened,
)
from engine.kernel.plan import Decision, Kind, Node, Trigger, Work
from engine.kernel.problems import Held
from engine.kernel.results import PEOPLE, Done
from engine.kernel.run import Run

# Kinds whose work takes no time: done within the step.
INSTANT = frozenset({Kind.TASK, Kind.SCRIPT, Kind.RULE, Kind.SEND})


@record
class Item:
    """One item of a multi-instance body, or the only one (number None)."""

    number: int | None = None
    locals: Mapping[str, Value] = field(default_factory=dict)


def instant(node: Node) -> bool:
    """Tell whether the node's work is done within the step."""
    passes = node.work is not None and node.work.passes
    return node.kind in INSTANT or (node.kind is Kind.MANUAL and passes)


def compute(run: Run, sid: str, tid: str, item: Item) -> Done | None:
    """Do instant work; None when it failed with a modelled error, thrown already."""
    node = run.node_of(sid, tid)
    scope = data.names(run, sid, tid, item.locals)
    try:
        if node.kind is Kind.SCRIPT and node.script is not None:
            raw = data.value(run, node.script, scope, node.id)
            return Done({node.result.variable or "result": raw}, raw)
        if node.kind is Kind.RULE and node.decision is not None:
            return _decide(run, node, node.decision, scope)
    except ExpressionFailed as failure:
        if node.result.error_code is None:
            raise
        code = node.result.error_code
        throws.error(run, sid, tid, throws.Thrown(Trigger.ERROR, code, failure.message))
        return None
    if node.kind is Kind.SEND:
        for definition in node.defs:
            throws.throw(run, sid, tid, definition, item.locals)
    return Done()


def _decide(run: Run, node: Node, decision: Decision, scope: data.Names) -> Done:
    outcome = decision.rule(scope, run.moment)
    for text in outcome.warnings:
        run.emit(ExpressionWarning(node.id, decision.id, text))
    found = outcome.value
    run.emit(
        DecisionEvaluated(node.id, decision.id, decision.version, outcome.tables, found)
    )
    values = dict(found) if isinstance(found, Mapping) else {}
    return Done({**values, node.result.variable or "result": found}, found)


def with_inputs(run: Run, sid: str, tid: str, item: Item) -> Item:
    """Evaluate the input mapping of an item into its locals."""
    node = run.node_of(sid, tid)
    if not node.inputs:
        return item
    scope = data.names(run, sid, tid, item.locals, caller=True)
    patch = data.assign(run, node.inputs, scope, node.id)
    return Item(item.number, {**item.locals, **patch})


def begin(run: Run, sid: str, tid: str) -> None:
    """Begin the work of a single activation; instant work is done at once."""
    item = with_inputs(run, sid, tid, Item())
    if item.locals:
        token = run.draft.edit_token(sid, tid)
        token["vars"] = {**token.get("vars", {}), **item.locals}
    node = run.node_of(sid, tid)
    if instant(node):
        done = compute(run, sid, tid, Item())
        if done is not None and run.draft.has_token(sid, tid):
            run.later("done", sid, tid, done)
    elif node.kind is Kind.SUBPROCESS:
        body = scopes.create(run, node.body or 0, sid, tid)
        run.draft.edit_token(sid, tid)["scope"] = body
        scopes.begin(run, body)
    elif node.kind is Kind.RECEIVE:
        spot = waits.Spot(sid, tid, node, "c")
        waits.open_all(run, spot, data.names(run, sid, tid))
    else:
        wid = waits.open_wait(run, waits.Spot(sid, tid, node, "a"), KINDS[node.kind])
        request(run, wid, Item(None, run.draft.token(sid, tid).get("vars", {})))


KINDS: Mapping[Kind, str] = {
    Kind.USER: "task",
    Kind.MANUAL: "task",
    Kind.SERVICE: "service",
    Kind.CALL: "child",
}


def request(run: Run, wid: str, item: Item) -> None:
    """Ask the world for the work of WAIT: a person, a service or a child instance."""
    record = run.draft.doc["waits"][wid]
    node = run.plan.nodes[record["n"]]
    scope = data.names(run, record["s"], record["t"], item.locals)
    if node.kind in PEOPLE:
        _open_task(run, wid, item, scope)
    elif node.kind is Kind.SERVICE:
        run.emit_opening(wid, service_call(run, wid, item, scope))
    else:
        run.emit_opening(wid, child_call(run, wid, item, scope))


@record
class Terms:
    """What of a person's task is computed: who, until when, how urgent."""

    assignment: Mapping[str, Value]
    due: Value
    steps: Mapping[str, Value]
    priority: int


def terms(run: Run, node: Node, scope: data.Names) -> Terms:
    """Evaluate assignment, due date and priority."""
    work = node.work or Work()
    assignment = work.assignment(scope, run.moment) if work.assignment is not None else {}
    due = work.due(scope, run.moment) if work.due is not None else None
    priority = work.priority
    if work.priority_expr is not None:
        found = work.priority_expr(scope, run.moment)
        if found is not None:
            priority = whole(found, "expression", f"“{node.id}”的优先级不是整数。")
    if due is None:
        return Terms(assignment, None, {}, priority)
    return Terms(assignment, due.due, due.steps, priority)


def whole(found: Value, code: str, text: str) -> int:
    """Read a whole number, or hold the token."""
    if isinstance(found, bool) or found is None or isinstance(found, str):
        raise Held(code, text)
    try:
        number = int(found)
    except (TypeError, ValueError, ArithmeticError) as error:
        raise Held(code, text) from error
    if number != found:
        raise Held(code, text)
    return number


def _open_task(run: Run, wid: str, item: Item, scope: data.Names) -> None:
    record = run.draft.doc["waits"][wid]
    node = run.plan.nodes[record["n"]]
    work = node.work or Work()
    found = terms(run, node, scope)
    opened = TaskOpened(
        wid,
        node.id,
        record["s"],
        "manual" if node.kind is Kind.MANUAL else "user",
        item.number,
        found.assignment,
        work.form,
        found.due,
        found.steps,
        found.priority,
        dict(item.locals),
    )
    run.emit_opening(wid, opened)


def service_call(run: Run, wid: str, item: Item, scope: data.Names) -> ServiceRequested:
    """Request a service; IDEM is stable across retries: the wait, and the item if any."""
    node = run.plan.nodes[run.draft.doc["waits"][wid]["n"]]
    if node.service is None:
        raise ValueError("service task without service")
    inputs = {rule.target: scope.get(rule.target) for rule in node.inputs}
    idem = wid if item.number is None else f"{wid}/{item.number}"
    service = node.service
    return ServiceRequested(
        wid, node.id, service.name, inputs, idem, item.number, service.retries
    )


def child_call(run: Run, wid: str, item: Item, scope: data.Names) -> ChildRequested:
    """Request a child instance; by default it gets a copy of all visible variables."""
    node = run.plan.nodes[run.draft.doc["waits"][wid]["n"]]
    if node.call is None:
        raise ValueError("call activity without call")
    call = node.call
    key: Value = call.key
    if call.key_expr is not None:
        key = call.key_expr(scope, run.moment)
    if not isinstance(key, str) or not key:
        raise Held("call_unknown", f"“{node.id}”没有给出要调用的流程。")
    depth = run.draft.doc["depth"] + 1
    if depth > run.limits.call_depth:
        raise Held("call_depth", f"流程调用超过 {run.limits.call_depth} 层。")
    if call.inputs is None:
        own = data.ENGINE_NAMES if item.number is None else data.ENGINE_NAMES | {"tally"}
        sent = {name: scope[name] for name in scope if name not in own}
    else:
        sent = data.assign(run, call.inputs, scope, node.id)
    return ChildRequested(
        wid, node.id, key, call.binding, call.version, sent, depth, item.number
    )
