"""What each event does to a wait on SpiffWorkflow."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from engine.base import events
from engine.base.errors import NotSupported
from engine.base.values import Value
from engine.kernel import timers
from engine.kernel.effects import (
    EscalationThrown,
    IncidentCleared,
    IncidentRaised,
    ItemFinished,
    ItemsDropped,
    ServiceCancelled,
    TaskClosed,
)
from engine.kernel.plan import Kind, Node, Trigger
from engine.kernel.problems import Held
from engine.kernel.step import Need
from engine.spiff import waits
from engine.spiff.session import Session

Record = dict[str, Any]


class Refused(Exception):
    """The event does not fit the wait; the text is Chinese, for the caller."""


def find_task(session: Session, record: Record) -> Any:
    """Give SpiffWorkflow's task of a wait."""
    return session.workflow.get_task_from_id(UUID(record["task"]))


def finish(session: Session, record: Record) -> None:
    """Close the wait (and its siblings at an event gateway) and let the token go on."""
    task = find_task(session, record)
    if "chosen" in record:
        task.internal_data["chosen"] = record["chosen"]
        others = [r for r in session.doc["waits"].values() if r["task"] == record["task"]]
        for other in others:
            waits.close(session, other, "completed" if other is record else "cancelled")
    else:
        waits.close(session, record, "completed")
    task.run()
    session.left(task)


def occurred(session: Session, record: Record) -> None:
    """Let the event of the wait happen: in the flow, at a gateway or at a boundary."""
    if not record.get("boundary"):
        finish(session, record)
        return
    node = session.node(record["node"])
    task = find_task(session, record)
    definition = task.task_spec.event_definition
    if node.interrupting or record["kind"] == "timer":
        session.doc["waits"].pop(record["wait"])
        if record["kind"] in ("message", "signal"):
            session.doc["waits"][record["wait"]] = record
            waits.close(session, record, "completed")
        definition.fire(task)
    else:
        repeat(record, task)


def repeat(record: Record, task: Any) -> None:
    """Let a boundary event occur that stays armed: the wait is that of the fresh task."""
    record["task"] = str(task.task_spec.event_definition.repeat(task).id)


# --- results -----------------------------------------------------------------------------
def complete_task(session: Session, record: Record, event: events.CompleteTask) -> None:
    """Write a person's result and go on."""
    node = session.node(record["node"])
    unknown = sorted(set(event.result) - node.result.fields)
    if unknown and node.outputs is None:
        raise Refused(f"提交了表单未声明的内容：{'、'.join(unknown)}。")
    _done(session, record, node, dict(event.result), event.outcome, event.item)


def finish_service(session: Session, record: Record, event: events.FinishService) -> None:
    """Take a service's answer: a result, a BPMN error, or a failure."""
    if event.error is not None:
        route_error(session, record, event.error, {})
    elif event.failure is not None:
        code = session.node(record["node"]).result.error_code
        if code is None:
            raise_incident(session, record, "service_failed", event.failure)
        else:
            route_error(session, record, code, {})
    else:
        node = session.node(record["node"])
        _done(session, record, node, dict(event.result or {}), None, event.item)


def child_ended(session: Session, record: Record, event: events.ChildEnded) -> None:
    """Take a called process's end."""
    if event.outcome == "error":
        route_error(session, record, event.code or "", event.out)
        return
    node = session.node(record["node"])
    _done(session, record, node, dict(event.out), None, event.item)


def correlate(session: Session, record: Record, event: events.Correlate) -> None:
    """Take a message; every declared key must be equal (kernel.md 2.9)."""
    if record["name"] != event.message:
        raise Refused("消息名称不符。")
    wanted = record["keys"]
    if wanted and any(event.keys.get(name) != value for name, value in wanted.items()):
        raise Refused("消息的关联键不符。")
    received(session, record, event.payload)


def received(session: Session, record: Record, payload: Mapping[str, Value]) -> None:
    """Write a payload by the output mapping, or drop it, and go on (kernel.md 2.8)."""
    node = session.node(record["node"])
    if node.outputs is not None:
        scope = session.names(payload)
        session.write(node.id, session.assign(node.outputs, scope, node.id))
    occurred(session, record)


def fire_timer(session: Session, record: Record, _event: events.FireTimer) -> None:
    """Let a timer fire; a cycle beside an activity is armed again on its grid."""
    node = session.node(record["node"])
    if "cycle" not in record or not record.get("boundary") or node.interrupting:
        occurred(session, record)
        return
    zone, now = session.moment.zone, session.event.at
    fires, following = timers.following(record, now, zone, record["catch_up"])
    task = find_task(session, record)
    if following is None:
        occurred(session, record)
        return
    record["occ"] = following
    due = timers.occurrence(record["cycle"], following, zone)
    waits.set_timer(session, record, node.id, due, {})
    if fires:
        repeat(record, task)


def _done(
    session: Session,
    record: Record,
    node: Node,
    values: dict[str, Value],
    outcome: str | None,
    item: int | None,
) -> None:
    if node.multi is not None:
        _item_done(session, record, node, values, outcome, item)
        return
    _write(session, node, values, outcome, record.get("locals", {}))
    finish(session, record)


def _write(
    session: Session,
    node: Node,
    values: Mapping[str, Value],
    outcome: str | None,
    extra: Mapping[str, Value],
) -> None:
    named = {node.result.outcome: outcome} if outcome is not None else {}
    if node.outputs is not None:
        scope = session.names({**extra, **values, **named})
        session.write(node.id, {**session.assign(node.outputs, scope, node.id), **named})
    elif node.kind in waits.PEOPLE:
        session.write(node.id, {**values, **named})
    elif node.kind is Kind.SERVICE:
        session.computed(node, dict(values), extra)


# --- multi-instance ----------------------------------------------------------------------
def _item_done(
    session: Session,
    record: Record,
    node: Node,
    values: dict[str, Value],
    outcome: str | None,
    item: int | None,
) -> None:
    counts, multi = record["mi"], node.multi
    if item is None or multi is None:
        raise Refused("缺少办理项的序号。")
    counts["done"] += 1
    counts["active"] -= 1
    if outcome is not None:
        counts["tally"] = {**counts["tally"], outcome: counts["tally"].get(outcome, 0) + 1}
    wait = record["wait"]
    if record["kind"] == "task":
        session.emit(TaskClosed(wait, "completed", item))
    output: Value = values
    if multi.output_item is not None:
        seen = {**waits.scope_of(record, {"loopCounter": item}), **values}
        output = session.value(multi.output_item, session.names(seen), node.id)
    if multi.output is not None:
        session.emit(ItemFinished(wait, item, output, outcome))
    _go_on(session, record, node, item, output)


def _go_on(session: Session, record: Record, node: Node, item: int, output: Value) -> None:
    """Open the next item, wait for the others, or complete the body."""
    counts, multi = record["mi"], node.multi
    if multi is None:
        return
    over = counts["done"] >= counts["total"]
    if not over and multi.completion is not None:
        scope = session.names(waits.scope_of(record, {"loopCounter": item}))
        over = multi.completion(scope, session.moment) is True
    if over:
        complete_body(session, record, node, {item: output})
    elif multi.sequential:
        number = counts["done"] + 1
        need = Need("mi_item", record["wait"], number)
        value = session.event.env.rows.get(need)
        counts["active"] = 1
        element = {multi.element: value} if multi.element else {}
        waits.open_item(session, record, node, {"loopCounter": number, **element})


def complete_body(
    session: Session, record: Record, node: Node, now: Mapping[int, Value]
) -> None:
    """End a body: withdraw what is open, write the output in item order, go on."""
    counts, multi, wait = record["mi"], node.multi, record["wait"]
    if counts["active"] > 0 and counts["done"] < counts["total"]:
        if record["kind"] == "task":
            session.emit(TaskClosed(wait, "withdrawn"))
        elif record["kind"] == "service":
            session.emit(ServiceCancelled(wait))
    if multi is not None and multi.output is not None:
        rows = session.event.env.rows.get(Need("mi_results", wait)) or {}
        found = {**rows, **now}
        listed = [found.get(number) for number in range(1, counts["total"] + 1)]
        session.write(node.id, {multi.output: listed})
    if counts["total"]:
        session.emit(ItemsDropped(wait))
    record["kind"] = "body"
    finish(session, record)


# --- errors ------------------------------------------------------------------------------
def route_error(
    session: Session, record: Record, code: str, values: Mapping[str, Value]
) -> None:
    """Give an error to the matching boundary event of its activity, or raise an incident."""
    if not catch(session, record, Trigger.ERROR, code, values):
        raise_incident(session, record, "uncaught_error", f"错误“{code}”没有人处理。")


def route_escalation(
    session: Session, record: Record, code: str, values: Mapping[str, Value]
) -> None:
    """Give an escalation to the matching boundary event, or let it go."""
    if not catch(session, record, Trigger.ESCALATION, code, values):
        session.emit(EscalationThrown(record["node"], code, dict(values)))


def _around(session: Session, task: Any) -> list[str]:
    """Give the tasks boundary events hang on: of TASK, then of each sub-process around."""
    found = []
    at = task
    while at is not None:
        if at.parent is not None:
            found.append(str(at.parent.id))
        inside = at.workflow
        above = getattr(inside, "parent_task_id", None)
        at = None if above is None else session.workflow.get_task_from_id(above)
    return found


def catch(
    session: Session, record: Record, trigger: Trigger, code: str, values: Mapping[str, Value]
) -> bool:
    """Find the boundary event for CODE, exact before catch-all, and let it happen."""
    found: list[tuple[int, bool, Record]] = []
    splits = _around(session, find_task(session, record))
    for other in session.doc["waits"].values():
        if other["kind"] != str(trigger):
            continue
        wanted = session.node(other["node"]).defs[0].code
        split = str(find_task(session, other).parent.id)
        if wanted in (None, code) and split in splits:
            found.append((splits.index(split), wanted is None, other))
    if not found:
        return False
    chosen = min(found, key=lambda row: row[:2])[2]
    node = session.node(chosen["node"])
    if node.outputs is not None:
        scope = session.names({**values, "errorCode": code})
        session.write(node.id, session.assign(node.outputs, scope, node.id))
    occurred(session, chosen)
    return True


def raise_incident(session: Session, record: Record, code: str, text: str) -> None:
    """Hold the wait with an incident a person resolves."""
    incident = session.new("i")
    session.doc["incidents"][incident] = {"wait": record["wait"], "code": code}
    session.emit(IncidentRaised(incident, record["task"], code, record["node"], text))


def resolve(session: Session, event: events.ResolveIncident) -> None:
    """Go on as a person decided: ask again, skip the work, or throw an error."""
    held = session.doc["incidents"].pop(event.incident)
    record = session.doc["waits"].get(held["wait"])
    session.emit(IncidentCleared(event.incident))
    session.write("", event.vars)
    if record is None:
        return
    node = session.node(record["node"])
    if event.how == "retry":
        waits.again(session, record, node)
    elif event.how == "skip":
        _done(session, record, node, {}, None, None)
    elif event.how == "error":
        route_error(session, record, event.code or "", {})
    else:
        raise NotSupported("本案件所用的运行引擎不支持跳转。")


__all__ = ["Held", "Refused"]
