"""The pure step: plan, state and event in; state and effects out (kernel.md 1)."""

from collections.abc import Callable, Mapping
from typing import Any

from engine.base import events
from engine.base.errors import CalendarMissing, ExpressionFailed
from engine.kernel import (
    activities,
    catches,
    data,
    gateways,
    handlers,
    incidents,
    loops,
    multi,
    points,
    scopes,
    sizes,
    throws,
    waits,
)
from engine.kernel.effects import Effect, NodeEntered
from engine.kernel.lifecycle import ROOT
from engine.kernel.plan import Kind, Plan
from engine.kernel.problems import Held, StepLimit
from engine.kernel.run import Op, Run
from engine.kernel.state import Record, fresh
from engine.kernel.step import State, Step

# Estimated bytes of one wait (with its token) and of one scope in the stored document.
WAIT_BYTES = 160
SCOPE_BYTES = 120


def advance(plan: Plan, state: State | None, event: events.Event) -> Step:
    """Tell the instance EVENT; give its new state and what the world must now do.

    Pure: the inputs are never changed; the same inputs give the same answer.
    """
    start = isinstance(event, events.Start)
    if (state is None) != start:
        reason = "案件已经启动。" if start else "案件尚未启动。"
        return Step(state, status="refused", reason=reason)
    base = state if state is not None else _fresh(plan, event)
    run = Run(plan, base, event)
    answer = handlers.accept(run)
    if answer.status != "accepted":
        return Step(state, status=answer.status, reason=answer.reason)
    try:
        quiesce(run)
    except StepLimit as limit:
        busiest = plan.nodes[limit.node].id
        text = f"一步之内经过的节点超过上限，疑有死循环，最频繁的是“{busiest}”。"
        return _stopped(plan, state, event, Held("step_limit", text), limit.node)
    if _overweight(run, state):
        problem = Held("state_size", "案件状态的大小超过上限。")
        return _stopped(plan, state, event, problem, 0)
    return Step(run.draft.doc, _told(run))


def _fresh(plan: Plan, event: events.Event) -> State:
    depth = event.depth if isinstance(event, events.Start) else 0
    return fresh(plan.digest, event.at, depth)


def _told(run: Run) -> tuple[Effect, ...]:
    return tuple(effect for effect in run.effects if effect is not None)


def state_bytes(state: State) -> int:
    """Estimate the size of a state from counters, without walking it."""
    records = len(state["waits"]) * WAIT_BYTES + len(state["scopes"]) * SCOPE_BYTES
    return int(state["bytes"]) + records


def _overweight(run: Run, before: State | None) -> bool:
    """Tell whether the step made the state too large; tables are counted by themselves."""
    doc, limits = run.draft.doc, run.limits
    total = state_bytes(doc)
    if total <= limits.state_bytes:
        return False
    if before is not None and total <= state_bytes(before):
        return False
    values = (one for scope in doc["scopes"].values() for one in scope["vars"].values())
    return sizes.crowded(total, values, limits.state_bytes, limits)


def _stopped(
    plan: Plan, state: State | None, event: events.Event, problem: Held, node: int
) -> Step:
    """Give back the state as it was, but for one incident; the event stays pending."""
    if isinstance(event, events.Start):
        return _held_at_start(plan, event, problem)
    base: State = state or {}
    known = [
        fact
        for fact in base["incidents"].values()
        if fact["code"] == problem.code and fact["ph"] in ("step", "start")
    ]
    if known:
        return Step(base, reason=problem.text, consumed=False)
    run = Run(plan, base, event)
    run.raise_incident({"code": problem.code, "n": node, "s": ROOT, "ph": "step"}, problem.text)
    return Step(run.draft.doc, _told(run), reason=problem.text, consumed=False)


def _held_at_start(plan: Plan, event: events.Start, problem: Held) -> Step:
    """Create the instance all the same, one token held at its start.

    Start data that are too large by themselves are refused instead.
    """
    if problem.code == "state_size":
        return Step(None, status="refused", reason=problem.text)
    run = Run(plan, _fresh(plan, event), event)
    scopes.create(run, 0)
    data.commit(run, ROOT, plan.scopes[0].id, dict(event.vars))
    chosen = event.anchor if event.anchor is not None else event.node
    named = chosen is not None
    node = plan.by_id[chosen] if chosen is not None else plan.scopes[0].starts[0]
    tid = run.draft.new("t")
    fact: Record = {"code": problem.code, "n": node, "s": ROOT, "t": tid, "ph": "start"}
    if named:
        fact["named"] = 1
    run.draft.part(ROOT, "tokens")[tid] = {"n": node, "q": "in"}
    iid = run.raise_incident(fact, problem.text)
    run.draft.edit_token(ROOT, tid)["held"] = iid
    return Step(run.draft.doc, _told(run))


def quiesce(run: Run) -> None:
    """Run until every token waits, is held, or is gone.

    Order (kernel.md 1.5): conditions after each commit; consequences of what just
    happened; tokens first in, first out; inclusive joins; signal throws.
    """
    while True:
        if run.dirty:
            catches.look_after_writes(run)
        elif run.urgent:
            _operate(run, run.urgent.popleft())
        elif run.queue:
            _move(run, *run.queue.popleft())
        elif run.touched and gateways.join_scopes(run):
            continue
        elif run.yielded:
            _throw_yielded(run, *run.yielded.popleft())
        else:
            return


def _operate(run: Run, op: Op) -> None:
    """Do one consequence; a modelled failure holds the token it concerns."""
    name, sid, tid, arg = op
    if sid not in run.draft.doc["scopes"] or (tid and not run.draft.has_token(sid, tid)):
        return
    phase = name if name in ("leave", "arm") else "enter"
    _guarded(run, sid, tid, phase, OPERATIONS[name], arg)


def _guarded(
    run: Run, sid: str, tid: str, phase: str, deed: Callable[..., None], *more: Any
) -> None:
    try:
        deed(run, sid, tid, *more)
    except Held as problem:
        incidents.hold(run, sid, tid, problem, phase)
    except ExpressionFailed as failure:
        code = failure.problem_code
        code = code if code in ("timer_value", "mi_count") else "expression"
        incidents.hold(run, sid, tid, Held(code, failure.message), phase)
    except CalendarMissing as failure:
        incidents.hold(run, sid, tid, Held("calendar_missing", failure.message), phase)


def _held(_run: Run, _sid: str, _tid: str, problem: Held) -> None:
    raise problem


OPERATIONS: Mapping[str, Callable[[Run, str, str, Any], None]] = {
    "arm": scopes.arm,
    "done": activities.done,
    "item_done": multi.item_done,
    "leave": gateways.leave,
    "scope_done": scopes.done,
    "fire": catches.fire_later,
    "throw": throws.error,
    "escalate": throws.escalation,
    "held": _held,
    "request": incidents.request_again,
}


def _move(run: Run, sid: str, tid: str) -> None:
    """Let a queued token enter the node it stands before."""
    if not run.draft.has_token(sid, tid) or "held" in run.draft.token(sid, tid):
        return
    how = run.draft.edit_token(sid, tid).pop("q", "")
    if how == "lap":
        run.visit(run.node_of(sid, tid).index)
        _guarded(run, sid, tid, "enter", loops.lap)
    elif how:
        _guarded(run, sid, tid, "enter", _enter)


def _enter(run: Run, sid: str, tid: str) -> None:
    node = run.node_of(sid, tid)
    run.visit(node.index)
    if not gateways.arrive(run, sid, tid):
        return
    if run.draft.edit_token(sid, tid).pop("again", None) is None:
        run.emit(NodeEntered(node.id, sid, tid))
    if points.yields(run, sid, tid):
        run.draft.edit_token(sid, tid)["yield"] = 1
        run.yielded.append((sid, tid))
    elif node.kind in gateways.ACTIVITIES:
        activities.enter(run, sid, tid)
    elif node.kind is Kind.EVENT_GATEWAY:
        _await_first(run, sid, tid)
    elif node.kind in GATEWAYS:
        run.later("leave", sid, tid)
    elif node.kind in EVENTS:
        points.enter(run, sid, tid)
    else:
        raise Held("unsupported", f"“{node.id}”的类型 {node.kind.value} 暂不能执行。")


GATEWAYS = (Kind.EXCLUSIVE, Kind.PARALLEL, Kind.INCLUSIVE)
EVENTS = (Kind.START, Kind.END, Kind.CATCH, Kind.THROW, Kind.BOUNDARY)


def _await_first(run: Run, sid: str, tid: str) -> None:
    """Open the waits of all targets of an event gateway, in flow order."""
    scope = data.names(run, sid, tid)
    for flow in run.node_of(sid, tid).outgoing:
        target = run.plan.nodes[run.plan.flows[flow].target]
        waits.open_all(run, waits.Spot(sid, tid, target, "g"), scope)


def _throw_yielded(run: Run, sid: str, tid: str) -> None:
    """Throw a signal now that nothing else can move (kernel.md 1.5, 4)."""
    if run.draft.has_token(sid, tid) and "yield" in run.draft.token(sid, tid):
        del run.draft.edit_token(sid, tid)["yield"]
        _guarded(run, sid, tid, "enter", points.enter)
