"""What each event does to a wait on SpiffWorkflow."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from engine.base import events
from engine.base.errors import NotSupported
from engine.base.values import Value
from engine.kernel import timers
from engine.kernel.effects import EscalationThrown, IncidentCleared, IncidentRaised
from engine.kernel.plan import Node, Trigger
from engine.kernel.problems import Held
from engine.kernel.results import Done
from engine.spiff import multi, waits
from engine.spiff.session import Session

Record = dict[str, Any]


class Refused(Exception):
    """The event does not fit the wait; the text is Chinese, for the caller."""


def finish(session: Session, record: Record) -> None:
    """Close the wait (and its siblings at an event gateway) and let the token go on."""
    if "chosen" in record:
        task = waits.find_task(session, record)
        task.internal_data["chosen"] = record["chosen"]
        others = [r for r in session.doc["waits"].values() if r["task"] == record["task"]]
        for other in others:
            waits.retire(session, other, "completed" if other is record else "cancelled")
    else:
        waits.close(session, record, "completed")
    waits.go_on(session, record)


def occurred(session: Session, record: Record) -> None:
    """Let the event of the wait happen: in the flow, at a gateway or at a boundary."""
    if not record.get("boundary"):
        finish(session, record)
        return
    node = session.node(record["node"])
    task = waits.find_task(session, record)
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
    _wants(record, "task", "该等待项不是人工任务。")
    _fits(session, node, event.result)
    raw = dict(event.result)
    if event.outcome is not None:
        raw[node.result.outcome] = event.outcome
    _done(session, record, node, Done(dict(event.result), raw, event.outcome), event.item)


def _wants(record: Record, kind: str, text: str) -> None:
    if record["kind"] != kind:
        raise Refused(text)


def _fits(session: Session, node: Node, result: Mapping[str, Value]) -> None:
    """Refuse what the form does not have, what is missing, and what is too large."""
    unknown = sorted(set(result) - node.result.fields)
    if unknown:
        raise Refused(f"提交了表单没有的字段：{'、'.join(unknown)}。")
    missing = sorted(name for name in node.result.required if result.get(name) is None)
    if missing:
        raise Refused(f"缺少必填字段：{'、'.join(missing)}。")
    told = session.too_large(node.id, result)
    if told:
        raise Refused(told)


def finish_service(session: Session, record: Record, event: events.FinishService) -> None:
    """Take a service's answer: a result, a BPMN error, or that it gave up."""
    _wants(record, "service", "该等待项不是服务调用。")
    node = session.node(record["node"])
    _item(record, node, event.item)
    values = dict(event.result or {})
    if event.error is not None:
        route_error(session, record, event.error, values)
    elif event.failure is not None:
        raise_incident(session, record, "service_failed", event.failure, event.item)
    else:
        _done(session, record, node, Done(values, values), event.item)


def child_ended(session: Session, record: Record, event: events.ChildEnded) -> None:
    """Take a called process's end."""
    _wants(record, "child", "该等待项不是子流程调用。")
    node = session.node(record["node"])
    _item(record, node, event.item)
    out = dict(event.out)
    if event.outcome == "error":
        route_error(session, record, event.code or "", out)
    elif event.outcome == "cancelled" and event.item is None:
        raise_incident(session, record, "child_cancelled", "被调用的流程已被取消。")
    else:
        done = None if event.outcome == "cancelled" else Done(out, out)
        _done(session, record, node, done, event.item)


def _item(record: Record, node: Node, item: int | None) -> None:
    reason = multi.unfit(record, node, item)
    if reason:
        raise Refused(reason)


def _done(
    session: Session, record: Record, node: Node, done: Done | None, item: int | None
) -> None:
    """Go on after finished work; without DONE it was skipped and writes nothing."""
    _item(record, node, item)
    if item is not None:
        multi.item_done(session, record, node, item, done)
        return
    if done is not None:
        session.write(node.id, session.patch(node, done, record.get("locals", {})))
    finish(session, record)


def correlate(session: Session, record: Record, event: events.Correlate) -> None:
    """Take a message; every declared key must be equal (kernel.md 2.9)."""
    if record["kind"] != "message" or record["name"] != event.message:
        raise Refused("该等待项不接收此消息。")
    for name, wanted in record["keys"].items():
        if not _same(event.keys.get(name), wanted):
            raise Refused(f"消息的关联键“{name}”不一致。")
    received(session, record, event.payload)


def _same(sent: Value, wanted: Value) -> bool:
    """Compare keys with their types: 1 is 1.0 as a number, never "1" nor true."""
    kinds = [
        "number" if isinstance(key, int | Decimal) and not isinstance(key, bool) else type(key)
        for key in (sent, wanted)
    ]
    return kinds[0] == kinds[1] and bool(sent == wanted)


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
    task = waits.find_task(session, record)
    if following is None:
        occurred(session, record)
        return
    record["occ"] = following
    due = timers.occurrence(record["cycle"], following, zone)
    waits.set_timer(session, record, node.id, due, {})
    if fires:
        repeat(record, task)


# --- errors ------------------------------------------------------------------------------
_WORK = ("task", "service", "child")


def throw_error(session: Session, record: Record, event: events.ThrowError) -> None:
    """Raise a BPMN error at the work of a wait."""
    if record["kind"] not in _WORK:
        raise Refused("该等待项不是可以抛出错误或升级的工作。")
    route_error(session, record, event.code, event.data, event.message)


def throw_escalation(
    session: Session, record: Record, event: events.ThrowEscalation | events.ChildEscalated
) -> None:
    """Raise an escalation at the work of a wait, or let it go up."""
    if record["kind"] not in _WORK:
        raise Refused("该等待项不是可以抛出错误或升级的工作。")
    payload = {**event.data, "errorCode": event.code, "errorMessage": None}
    if not catch(session, record, Trigger.ESCALATION, event.code, payload):
        session.emit(EscalationThrown(record["node"], event.code, dict(event.data)))


def route_error(
    session: Session,
    record: Record,
    code: str,
    values: Mapping[str, Value],
    text: str | None = None,
) -> None:
    """Give an error to the matching boundary event around its work.

    Nobody catches it: a called process ends with it, else a person must decide.
    """
    payload = {**values, "errorCode": code, "errorMessage": text}
    if catch(session, record, Trigger.ERROR, code, payload):
        return
    if session.doc["depth"] > 0:
        session.end("error", code)
    else:
        words = f"错误“{code}”没有节点处理。{text or ''}"
        raise_incident(session, record, "uncaught_error", words)


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
    splits = _around(session, waits.find_task(session, record))
    for other in session.doc["waits"].values():
        if other["kind"] != str(trigger):
            continue
        wanted = session.node(other["node"]).defs[0].code
        split = str(waits.find_task(session, other).parent.id)
        if wanted in (None, code) and split in splits:
            found.append((splits.index(split), wanted is None, other))
    if not found:
        return False
    chosen = min(found, key=lambda row: row[:2])[2]
    node = session.node(chosen["node"])
    if node.outputs is not None:
        scope = session.names(values)
        session.write(node.id, session.assign(node.outputs, scope, node.id))
    occurred(session, chosen)
    return True


def raise_incident(
    session: Session, record: Record, code: str, text: str, item: int | None = None
) -> None:
    """Hold the wait with an incident a person resolves."""
    incident = session.new("i")
    row: Record = {"wait": record["wait"], "code": code}
    session.doc["incidents"][incident] = row if item is None else {**row, "item": item}
    session.emit(IncidentRaised(incident, record["task"], code, record["node"], text))


_CLEARED = {"retry": "resolved", "skip": "skipped", "error": "error"}


def resolve(session: Session, event: events.ResolveIncident) -> None:
    """Go on as a person decided: ask again, skip the work, or throw an error."""
    if event.how not in _CLEARED:
        raise NotSupported("本案件所用的运行引擎不支持跳转。")
    if event.how == "error" and not event.code:
        raise Refused("按错误处理需要给出错误代码。")
    held = session.doc["incidents"].pop(event.incident)
    record = session.doc["waits"][held["wait"]]
    session.emit(IncidentCleared(event.incident, _CLEARED[event.how]))
    node, item = session.node(record["node"]), held.get("item")
    session.write(node.id, event.vars)
    if event.how == "retry":
        _again(session, record, node, item)
    elif event.how == "skip":
        _done(session, record, node, None, item)
    else:
        route_error(session, record, event.code or "", {})


def _again(session: Session, record: Record, node: Node, item: int | None) -> None:
    """Ask once more for held work; a person's task is still there."""
    if record["kind"] == "task":
        return
    if item is None:
        waits.request(session, record, node, record.get("locals", {}))
    else:
        multi.repeat(session, record, node, item)


__all__ = ["Held", "Refused"]
