"""Opening and closing what a token or scope waits for: timers, subscriptions, conditions."""

from collections.abc import Callable, Mapping

from engine.base.expressions import Expr
from engine.base.records import record
from engine.base.values import Value
from engine.kernel import data, timers
from engine.kernel.effects import (
    ChildCancelRequested,
    Effect,
    ItemsDropped,
    ServiceCancelled,
    SubscriptionClosed,
    SubscriptionOpened,
    TaskClosed,
    TimerCancelled,
    TimerSet,
)
from engine.kernel.plan import EventDef, Node, Timer, Trigger
from engine.kernel.problems import Held
from engine.kernel.run import Run
from engine.kernel.state import Record


@record
class Spot:
    """Where a wait hangs: scope, token ("" = the scope itself), catching node, role."""

    sid: str
    tid: str
    node: Node
    role: str  # c catch, b boundary, e event sub-process, g event gateway, a activity

    @property
    def repeats(self) -> bool:
        """Tell whether each occurrence is caught, not only the first."""
        return self.role in ("b", "e") and not self.node.interrupting


def open_wait(run: Run, spot: Spot, kind: str, d: int = 0, **more: Value) -> str:
    """Add the record of a wait and hang it on its token or scope."""
    wid = run.draft.new("w")
    record: Record = {"k": kind, "s": spot.sid, "n": spot.node.index, "r": spot.role, **more}
    if d:
        record["d"] = d
    if spot.tid:
        record["t"] = spot.tid
        owner = run.draft.edit_token(spot.sid, spot.tid)
    else:
        owner = run.draft.edit_scope(spot.sid)
    owner["waits"] = [*owner.get("waits", ()), wid]
    run.draft.section("waits")[wid] = record
    return wid


def open_all(run: Run, spot: Spot, scope: data.Names, **more: Value) -> None:
    """Open the waits of all definitions of the catching node, in document order."""
    for d, definition in enumerate(spot.node.defs):
        if definition.trigger is Trigger.TIMER:
            _open_timer(run, spot, d, scope)
        elif definition.trigger is Trigger.MESSAGE:
            _subscribe(run, spot, d, scope, **more)
        elif definition.trigger is Trigger.SIGNAL:
            _listen(run, spot, d, scope)
        elif definition.trigger is Trigger.CONDITIONAL:
            _watch(run, spot, d, scope)


def _open_timer(run: Run, spot: Spot, d: int, scope: data.Names) -> None:
    timer = _timer(spot.node.defs[d])
    found = timer.rule(scope, run.moment)
    more: dict[str, Value] = {}
    if found.cycle is not None:
        cycle = timers.stored(found.cycle)
        if timers.occurrence(cycle, 1, run.moment.zone) is None:
            return  # R0, or over before its first occurrence: never fires
        if spot.repeats:
            more["cycle"] = cycle
    wid = open_wait(run, spot, "timer", d, due=found.due, occ=1, **more)
    run.emit_opening(
        wid,
        TimerSet(
            wid, spot.node.id, found.due, timer.text, 1, timer.catch_up, dict(found.steps)
        ),
    )


def _timer(definition: EventDef) -> Timer:
    if definition.timer is None:
        raise ValueError("timer definition without timer")
    return definition.timer


def name_of(definition: EventDef, scope: data.Names, run: Run) -> str:
    """Give the message or signal name, computed when the diagram says so."""
    if definition.name_expr is None:
        return definition.name
    found = definition.name_expr(scope, run.moment)
    if not isinstance(found, str) or not found:
        raise Held("expression", f"名称表达式“{definition.name_expr.text}”没有给出文字。")
    return found


def keys_of(run: Run, definition: EventDef, scope: data.Names) -> dict[str, Value]:
    """Evaluate correlation keys; a null key holds the token (kernel.md 2.9)."""
    keys = {rule.property: rule.value(scope, run.moment) for rule in definition.keys}
    for name, found in keys.items():
        if found is None:
            raise Held("correlation_null", f"消息“{definition.name}”的关联键“{name}”为空。")
    return keys


def _subscribe(run: Run, spot: Spot, d: int, scope: data.Names, **more: Value) -> None:
    definition = spot.node.defs[d]
    name = name_of(definition, scope, run)
    keys = keys_of(run, definition, scope)
    wid = open_wait(run, spot, "message", d, name=name, keys=keys, **more)
    run.emit_opening(wid, SubscriptionOpened(wid, spot.node.id, "message", name, keys))


def _listen(run: Run, spot: Spot, d: int, scope: data.Names) -> None:
    name = name_of(spot.node.defs[d], scope, run)
    wid = open_wait(run, spot, "signal", d, name=name)
    run.draft.index(f"sig/{name}", wid)
    run.emit_opening(wid, SubscriptionOpened(wid, spot.node.id, "signal", name))


def condition_of(run: Run, record: Mapping[str, Value]) -> Expr:
    """Give the condition a conditional wait looks at."""
    condition = run.plan.nodes[record["n"]].defs[record.get("d", 0)].condition
    if condition is None:
        raise ValueError("conditional definition without condition")
    return condition


def _watch(run: Run, spot: Spot, d: int, scope: data.Names) -> None:
    """Look at once: a condition already true is an edge (kernel.md 2.9)."""
    condition = spot.node.defs[d].condition
    if condition is None:
        raise ValueError("conditional definition without condition")
    true = data.holds(run, condition, scope)
    wid = open_wait(run, spot, "condition", d, last=true)
    for key in _watched(condition):
        run.draft.index(key, wid)
    if true:
        run.later("fire", spot.sid, spot.tid, wid)


def _watched(condition: Expr) -> list[str]:
    keys = [f"var/{name}" for name in sorted(condition.reads)]
    return [*keys, "clock"] if condition.clock else keys


def close(run: Run, wid: str, how: str = "cancelled", *, spent: bool = False) -> None:
    """Take a wait out of the document; SPENT: what it waited for is over by itself."""
    record = run.draft.section("waits").pop(wid)
    kind = record["k"]
    if kind == "signal":
        run.draft.unindex(f"sig/{record['name']}", wid)
    elif kind == "condition":
        for key in _watched(condition_of(run, record)):
            run.draft.unindex(key, wid)
    incidents = [record["inc"]] if "inc" in record else []
    for iid in (*incidents, *record.get("incs", {}).values()):
        run.clear_incident(iid, "cancelled")
    effect = _closing(wid, kind, how)
    spent = (spent and kind in ("timer", "service", "child")) or "over" in record
    if effect is not None and not spent:
        run.emit_closing(wid, effect)
    if "rows" in record:
        run.emit_closing(f"{wid}#", ItemsDropped(wid))


def _closing(wid: str, kind: str, how: str) -> Effect | None:
    if kind == "task":
        if how == "completed":
            return TaskClosed(wid, "completed")
        return TaskClosed(wid, "withdrawn" if how == "withdrawn" else "cancelled")
    closings: dict[str, Callable[[str], Effect]] = {
        "timer": TimerCancelled,
        "message": SubscriptionClosed,
        "signal": SubscriptionClosed,
        "service": ServiceCancelled,
        "child": ChildCancelRequested,
    }
    closing = closings.get(kind)
    return closing(wid) if closing is not None else None


def detach(run: Run, wid: str) -> None:
    """Unhang a wait from its owner before it is closed alone."""
    record = run.draft.doc["waits"][wid]
    if "t" in record:
        owner = run.draft.edit_token(record["s"], record["t"])
    else:
        owner = run.draft.edit_scope(record["s"])
    left = [other for other in owner["waits"] if other != wid]
    if left:
        owner["waits"] = left
    else:
        del owner["waits"]


def rearm(run: Run, wid: str, occurrence: int) -> None:
    """Arm a cycle timer for its next OCCURRENCE, same wait."""
    record = run.draft.edit_wait(wid)
    due = timers.occurrence(record["cycle"], occurrence, run.moment.zone)
    if due is None:
        raise ValueError("cycle is over")
    record["due"], record["occ"] = due, occurrence
    node = run.plan.nodes[record["n"]]
    timer = _timer(node.defs[record.get("d", 0)])
    run.emit_opening(
        wid, TimerSet(wid, node.id, due, timer.text, occurrence, timer.catch_up)
    )
