"""Waits on SpiffWorkflow: what a ready element asks of the world, and what closes it."""

from collections.abc import Callable, Mapping
from typing import Any, Literal
from uuid import UUID

from engine.base.values import Value
from engine.kernel import timers
from engine.kernel.effects import (
    ChildCancelRequested,
    ChildRequested,
    Effect,
    IncidentCleared,
    ItemsDropped,
    NodeLeft,
    ServiceCancelled,
    ServiceRequested,
    SubscriptionClosed,
    SubscriptionOpened,
    TaskClosed,
    TaskOpened,
    TimerCancelled,
    TimerSet,
)
from engine.kernel.plan import EventDef, Kind, Node, TimerDue, Trigger
from engine.kernel.problems import Held
from engine.spiff.session import SCOPE, Session

Record = dict[str, Any]


def open_wait(session: Session, task: Any, node: Node) -> None:
    """Open what NODE waits for; bodies of several items are opened by multi."""
    session.enter(task)
    if node.kind is Kind.EVENT_GATEWAY:
        for flow in (session.plan.flows[at] for at in node.outgoing):
            target = session.plan.nodes[flow.target]
            record = new_record(session, task, target)
            record["chosen"] = target.id
            _open_event(session, record, target, target.defs[0])
        return
    record = new_record(session, task, node)
    if node.kind in (Kind.CATCH, Kind.RECEIVE):
        _open_event(session, record, node, node.defs[0])
        return
    record["locals"] = session.locals_of(node, {})
    request(session, record, node, record["locals"])


def open_boundary(session: Session, task: Any, node: Node) -> None:
    """Arm a boundary event; error and escalation boundaries need no wait in the world."""
    record = new_record(session, task, node)
    record["boundary"] = True
    definition = node.defs[0]
    if definition.trigger in (Trigger.ERROR, Trigger.ESCALATION):
        record["kind"] = str(definition.trigger)
    else:
        _open_event(session, record, node, definition)


def new_record(session: Session, task: Any, node: Node) -> Record:
    """Add the record of a wait of NODE."""
    wait = session.new("w")
    record: Record = {"wait": wait, "task": str(task.id), "node": node.id, "kind": "task"}
    session.doc["waits"][wait] = record
    return record


# --- work of people, services and called processes ---------------------------------------
def _person(
    session: Session, record: Record, node: Node, extra: Mapping[str, Value], item: int | None
) -> None:
    session.emit(
        TaskOpened(record["wait"], node.id, SCOPE, item=item, **task_row(session, node, extra))
    )


def task_row(session: Session, node: Node, extra: Mapping[str, Value]) -> dict[str, Any]:
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
    inputs = {rule.target: extra.get(rule.target) for rule in node.inputs}
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
    retire(session, record, how)
    if how != "completed" and not record.get("boundary"):
        session.emit(NodeLeft(record["node"], SCOPE, record["task"], "terminated"))


def retire(session: Session, record: Record, how: str) -> None:
    """Take a wait and its incidents away and tell the world it is over."""
    session.doc["waits"].pop(record["wait"], None)
    held = session.doc["incidents"]
    for name in [name for name, row in held.items() if row["wait"] == record["wait"]]:
        del held[name]
        session.emit(IncidentCleared(name, "cancelled"))
    effect = _closing(record["wait"], record["kind"], how)
    if effect is not None:
        session.emit(effect)
    if record.get("rows"):
        session.emit(ItemsDropped(record["wait"]))


def _closing(wait: str, kind: str, how: Any) -> Effect | None:
    if kind == "task":
        return TaskClosed(wait, how)
    if kind in ("message", "signal"):
        return SubscriptionClosed(wait)
    made = {"timer": TimerCancelled, "service": ServiceCancelled, "child": ChildCancelRequested}
    closing = made.get(kind) if how != "completed" else None
    return None if closing is None else closing(wait)


def find_task(session: Session, record: Record) -> Any:
    """Give SpiffWorkflow's task of a wait."""
    return session.workflow.get_task_from_id(UUID(record["task"]))


def go_on(session: Session, record: Record) -> None:
    """Let the token of a wait that is over go on."""
    task = find_task(session, record)
    task.run()
    session.left(task)


def request(
    session: Session,
    record: Record,
    node: Node,
    extra: Mapping[str, Value],
    item: int | None = None,
) -> None:
    """Ask the world for the work of a wait, or of one ITEM of it."""
    _WORK[node.kind](session, record, node, extra, item)
