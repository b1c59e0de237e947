"""Waits on SpiffWorkflow: what a ready element asks of the world, and what closes it."""

from collections.abc import Callable, Mapping
from typing import Any, Literal

from engine.base.values import Value
from engine.kernel import timers
from engine.kernel.effects import (
    ChildCancelRequested,
    ChildRequested,
    ItemsRecorded,
    NodeLeft,
    ServiceCancelled,
    ServiceRequested,
    SubscriptionClosed,
    SubscriptionOpened,
    TaskClosed,
    TaskOpened,
    TasksOpened,
    TimerCancelled,
    TimerSet,
)
from engine.kernel.plan import EventDef, Kind, Node, TimerDue, Trigger
from engine.kernel.problems import Held
from engine.spiff.session import SCOPE, Session

Record = dict[str, Any]
PEOPLE = (Kind.USER, Kind.MANUAL)


def open_wait(session: Session, task: Any, node: Node) -> None:
    """Open what NODE waits for; an empty multi-instance body or a passing task opens none."""
    session.enter(task)
    if node.kind is Kind.EVENT_GATEWAY:
        for flow in (session.plan.flows[at] for at in node.outgoing):
            target = session.plan.nodes[flow.target]
            record = _record(session, task, target)
            record["chosen"] = target.id
            _open_event(session, record, target, target.defs[0])
        return
    if node.multi is not None:
        _open_items(session, task, node)
        return
    record = _record(session, task, node)
    if node.kind in (Kind.CATCH, Kind.RECEIVE):
        _open_event(session, record, node, node.defs[0])
        return
    record["locals"] = session.assign(node.inputs, session.names(), node.id)
    _WORK[node.kind](session, record, node, record["locals"], None)


def open_boundary(session: Session, task: Any, node: Node) -> None:
    """Arm a boundary event; error and escalation boundaries need no wait in the world."""
    record = _record(session, task, node)
    record["boundary"] = True
    definition = node.defs[0]
    if definition.trigger in (Trigger.ERROR, Trigger.ESCALATION):
        record["kind"] = str(definition.trigger)
    else:
        _open_event(session, record, node, definition)


def _record(session: Session, task: Any, node: Node) -> Record:
    wait = session.new("w")
    record: Record = {"wait": wait, "task": str(task.id), "node": node.id, "kind": "task"}
    session.doc["waits"][wait] = record
    return record


# --- work of people, services and called processes ---------------------------------------
def _person(
    session: Session, record: Record, node: Node, extra: Mapping[str, Value], item: int | None
) -> None:
    session.emit(
        TaskOpened(record["wait"], node.id, SCOPE, item=item, **_task(session, node, extra))
    )


def _task(session: Session, node: Node, extra: Mapping[str, Value]) -> dict[str, Any]:
    """Evaluate what a person's task row needs."""
    work = node.work
    if work is None:
        raise Held("task", f"“{node.id}”没有办理设置。")
    scope = session.names(extra)
    due: TimerDue | None = work.due(scope, session.moment) if work.due else None
    priority = work.priority
    if work.priority_expr is not None:
        found = work.priority_expr(scope, session.moment)
        priority = int(found) if isinstance(found, int) else priority
    assignment = work.assignment(scope, session.moment) if work.assignment else {}
    return {
        "kind": "manual" if node.kind is Kind.MANUAL else "user",
        "assignment": assignment,
        "form": work.form,
        "due": due.due if due else None,
        "due_steps": due.steps if due else {},
        "priority": priority,
        "locals": dict(extra),
    }


def _service(
    session: Session, record: Record, node: Node, extra: Mapping[str, Value], item: int | None
) -> None:
    record["kind"] = "service"
    if node.service is None:
        raise Held("service", f"“{node.id}”没有服务名。")
    inputs = session.assign(node.inputs, session.names(extra), node.id)
    wait = record["wait"]
    idem = wait if item is None else f"{wait}/{item}"
    name, retries = node.service.name, node.service.retries
    session.emit(ServiceRequested(wait, node.id, name, inputs, idem, item, retries))


def _child(
    session: Session, record: Record, node: Node, extra: Mapping[str, Value], item: int | None
) -> None:
    record["kind"] = "child"
    call = node.call
    if call is None:
        raise Held("call", f"“{node.id}”没有被调用的流程。")
    if session.doc["depth"] + 1 > session.limits.call_depth:
        raise Held(
            "call_depth", f"“{node.id}”：子流程嵌套超过 {session.limits.call_depth} 层。"
        )
    scope = session.names(extra)
    key = call.key if call.key_expr is None else call.key_expr(scope, session.moment)
    if not isinstance(key, str) or not key:
        raise Held("call", f"“{node.id}”：没有算出要调用的流程。")
    values = dict(session.doc["vars"]) | dict(extra)
    if call.inputs is not None:
        values = session.assign(call.inputs, scope, node.id)
    depth = session.doc["depth"] + 1
    version = call.version
    session.emit(
        ChildRequested(record["wait"], node.id, key, call.binding, version, values, depth, item)
    )


_Open = Callable[[Session, Record, Node, Mapping[str, Value], int | None], None]
_WORK: dict[Kind, _Open] = {
    Kind.USER: _person,
    Kind.MANUAL: _person,
    Kind.SERVICE: _service,
    Kind.CALL: _child,
}


# --- multi-instance bodies: rows outside, counters in the record --------------------------
def _open_items(session: Session, task: Any, node: Node) -> None:
    items = session.items(node)
    record = _record(session, task, node)
    multi = node.multi
    if multi is None:
        raise Held("mi_count", f"“{node.id}”不是多实例。")
    total = len(items)
    active = min(1, total) if multi.sequential else total
    record["mi"] = {"total": total, "active": active, "done": 0, "dropped": 0, "tally": {}}
    record["kind"] = "service" if node.kind is Kind.SERVICE else "task"
    record["kind"] = "child" if node.kind is Kind.CALL else record["kind"]
    if total == 0:
        return
    if multi.sequential:
        element = multi.element or "loopCounter"
        session.emit(ItemsRecorded(record["wait"], tuple(item[element] for item in items)))
        open_item(session, record, node, items[0])
    elif node.kind in PEOPLE:
        _open_people(session, record, node, items)
    else:
        for item in items:
            open_item(session, record, node, item)


def open_item(session: Session, record: Record, node: Node, locals_: Record) -> None:
    """Open one item of a multi-instance body."""
    _WORK[node.kind](session, record, node, locals_, locals_["loopCounter"])


def _open_people(session: Session, record: Record, node: Node, items: list[Record]) -> None:
    rows = [_task(session, node, item) for item in items]
    first = dict(rows[0])
    first.pop("locals")
    per_item = tuple(row["assignment"] for row in rows)
    if node.work is not None and not node.work.per_item:
        per_item = ()
    locals_ = tuple(row["locals"] for row in rows)
    session.emit(
        TasksOpened(
            record["wait"], node.id, SCOPE, locals=locals_, assignments=per_item, **first
        )
    )


def scope_of(record: Record, item: Mapping[str, Value]) -> dict[str, Value]:
    """Give what expressions of one item see besides the variables."""
    counts = record["mi"]
    names = {"Instances": "total", "ActiveInstances": "active"}
    names |= {"CompletedInstances": "done", "TerminatedInstances": "dropped"}
    found: dict[str, Value] = dict(item)
    for name, key in names.items():
        found[f"numberOf{name}"] = found[f"nrOf{name}"] = counts[key]
    found["tally"] = counts["tally"]
    return found


# --- events ------------------------------------------------------------------------------
def _open_event(session: Session, record: Record, node: Node, definition: EventDef) -> None:
    record["kind"] = str(definition.trigger)
    scope = session.names()
    if definition.trigger is Trigger.TIMER and definition.timer is not None:
        due = definition.timer.rule(scope, session.moment)
        record["occ"] = 1
        record["catch_up"] = definition.timer.catch_up
        record["text"] = definition.timer.text
        moment: Any = due.due
        if due.cycle is not None:
            record["cycle"] = timers.stored(due.cycle)
            moment = timers.occurrence(record["cycle"], 1, session.moment.zone)
        if moment is not None:
            set_timer(session, record, node.id, moment, due.steps)
        return
    name = definition.name
    if definition.name_expr is not None:
        name = str(definition.name_expr(scope, session.moment))
    keys = {rule.property: rule.value(scope, session.moment) for rule in definition.keys}
    if any(value is None for value in keys.values()):
        raise Held("correlation_null", f"“{node.id}”的关联键为空，无法等待消息。")
    record["name"], record["keys"] = name, keys
    signal = definition.trigger is Trigger.SIGNAL
    kind: Literal["signal", "message"] = "signal" if signal else "message"
    session.emit(SubscriptionOpened(record["wait"], node.id, kind, name, keys))


def set_timer(
    session: Session, record: Record, node: str, due: Any, steps: Mapping[str, Value]
) -> None:
    """Arm the occurrence of a timer wait."""
    wait, occurrence = record["wait"], record["occ"]
    text, catch_up = record["text"], record["catch_up"]
    session.emit(TimerSet(wait, node, due, text, occurrence, catch_up, steps))


# --- closing -----------------------------------------------------------------------------
def close(session: Session, record: Record, how: str) -> None:
    """Close a wait; HOW completed (by this event), cancelled or withdrawn."""
    session.doc["waits"].pop(record["wait"], None)
    wait, kind = record["wait"], record["kind"]
    if kind == "timer" and how != "completed":
        session.emit(TimerCancelled(wait))
    elif kind in ("message", "signal"):
        session.emit(SubscriptionClosed(wait))
    elif kind == "task":
        closed: Any = how
        session.emit(TaskClosed(wait, closed))
    elif kind == "service" and how != "completed":
        session.emit(ServiceCancelled(wait))
    elif kind == "child" and how != "completed":
        session.emit(ChildCancelRequested(wait))
    if how != "completed" and not record.get("boundary"):
        session.emit(NodeLeft(record["node"], SCOPE, record["task"], "terminated"))


def again(session: Session, record: Record, node: Node) -> None:
    """Ask once more for the work of a held wait."""
    extra = record.get("locals", {})
    _WORK[node.kind](session, record, node, extra, None)
