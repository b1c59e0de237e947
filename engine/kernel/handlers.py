"""What an event does first, before the step runs on to quiescence (kernel.md 1.3)."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from engine.base import events
from engine.base.errors import CalendarMissing, ExpressionFailed
from engine.base.values import Value
from engine.kernel import (
    catches,
    incidents,
    lifecycle,
    returns,
    sizes,
    throws,
    timers,
    waits,
)
from engine.kernel.effects import TaskClosed
from engine.kernel.lifecycle import STALE, TAKEN, Answer, refused
from engine.kernel.plan import Node, Trigger
from engine.kernel.problems import Held
from engine.kernel.results import PEOPLE, Done
from engine.kernel.run import Run
from engine.kernel.state import Record
from engine.kernel.throws import Thrown


def complete_task(run: Run, event: events.CompleteTask) -> Answer:
    """Take a person's result; unknown fields are refused, not stored."""
    record = run.draft.doc["waits"].get(event.wait)
    if record is None:
        return STALE
    if record["k"] != "task":
        return refused("该等待项不是人工任务。")
    node = run.plan.nodes[record["n"]]
    reason = _unfit(run, record, node, event)
    if reason:
        return refused(reason)
    raw = dict(event.result)
    if event.outcome is not None:
        raw[node.result.outcome] = event.outcome
    done = Done(dict(event.result), raw, event.outcome)
    return _finished(run, event.wait, event.item, done)


def _unfit(run: Run, record: Record, node: Node, event: events.CompleteTask) -> str:
    """Say why a result cannot be taken."""
    unknown = [name for name in event.result if name not in node.result.fields]
    if unknown and node.kind in PEOPLE:
        return f"提交了表单没有的字段：{'、'.join(sorted(unknown))}。"
    missing = [n for n in node.result.required if event.result.get(n) is None]
    if missing:
        return f"缺少必填字段：{'、'.join(sorted(missing))}。"
    scope = run.draft.scope(record["s"])
    limits = run.limits
    told = sizes.unfit(
        scope["vars"], scope["bytes"], event.result, limits, limits.list_items
    )
    return told or _unfit_item(run, record, event.item)


def _unfit_item(run: Run, record: Record, item: int | None) -> str:
    if ("mi" in record) != (item is not None):
        return "须指明是多人办理事项的第几项，单人任务则不须指明。"
    if item is None:
        return ""
    body = run.draft.token(record["s"], record["t"])["mi"]
    if "next" in body and item != body["next"]:
        return f"目前轮到第 {body['next']} 项。"
    return "" if 1 <= item <= body["total"] else f"没有第 {item} 项。"


def _finished(run: Run, wid: str, item: int | None, done: Done | None) -> Answer:
    """Hand finished work on; a single activity's wait closes, an item's body counts."""
    record = run.draft.doc["waits"][wid]
    sid, tid = record["s"], record["t"]
    if item is not None:
        if record["k"] == "task":
            run.emit(TaskClosed(wid, "completed", item))
        run.later("item_done", sid, tid, (item, done))
        return TAKEN
    waits.detach(run, wid)
    waits.close(run, wid, "completed", spent=True)
    run.later("done", sid, tid, done)
    return TAKEN


def fire_timer(run: Run, event: events.FireTimer) -> Answer:
    """Fire an armed timer once; a repeating cycle is armed for what comes next."""
    record = run.draft.doc["waits"].get(event.wait)
    if record is None or record["k"] != "timer" or event.occurrence != record["occ"]:
        return STALE
    fires = True
    upcoming: int | None = None
    if "cycle" in record:
        definition = run.plan.nodes[record["n"]].defs[record.get("d", 0)]
        catch_up = definition.timer.catch_up if definition.timer is not None else "latest"
        fires, upcoming = timers.following(record, event.at, run.moment.zone, catch_up)
    if upcoming is None:
        waits.detach(run, event.wait)
        waits.close(run, event.wait, spent=True)
    else:
        waits.rearm(run, event.wait, upcoming)
    if fires:
        catches.fire(run, record, {})
    return TAKEN


def correlate(run: Run, event: events.Correlate) -> Answer:
    """Deliver a message matched by the shell; its keys are checked again."""
    record = run.draft.doc["waits"].get(event.wait)
    if record is None:
        return STALE
    if record["k"] != "message" or record["name"] != event.message:
        return refused("该等待项不接收此消息。")
    for name, wanted in record["keys"].items():
        if not _same(event.keys.get(name), wanted):
            return refused(f"消息的关联键“{name}”不一致。")
    throws.message(run, event.wait, dict(event.payload))
    return TAKEN


def _same(sent: Value, wanted: Value) -> bool:
    """Compare keys with their types: 1 is 1.0 as a number, but never "1" nor true."""
    kinds = [
        "number" if isinstance(key, int | Decimal) and not isinstance(key, bool) else type(key)
        for key in (sent, wanted)
    ]
    return kinds[0] == kinds[1] and bool(sent == wanted)


def signal(run: Run, event: events.Signal) -> Answer:
    """Deliver a broadcast to all live catchers; none is normal."""
    throws.signal(run, event.name, dict(event.payload))
    return TAKEN


def throw_error(run: Run, event: events.ThrowError) -> Answer:
    """Raise a BPMN error at the activity of a wait."""
    thrown = Thrown(Trigger.ERROR, event.code, event.message, dict(event.data))
    return _thrown(run, event.wait, "throw", thrown)


def throw_escalation(
    run: Run, event: events.ThrowEscalation | events.ChildEscalated
) -> Answer:
    """Raise an escalation at the activity of a wait."""
    thrown = Thrown(Trigger.ESCALATION, event.code, None, dict(event.data))
    return _thrown(run, event.wait, "escalate", thrown)


def _thrown(run: Run, wid: str, operation: str, thrown: Thrown) -> Answer:
    record = run.draft.doc["waits"].get(wid)
    if record is None:
        return STALE
    if record["k"] not in ("task", "service", "child"):
        return refused("该等待项不是可以抛出错误或升级的工作。")
    run.later(operation, record["s"], record["t"], thrown)
    return TAKEN


def finish_service(run: Run, event: events.FinishService) -> Answer:
    """Take a service's result, its BPMN error, or that it gave up."""
    record = run.draft.doc["waits"].get(event.wait)
    if record is None:
        return STALE
    if record["k"] != "service":
        return refused("该等待项不是服务调用。")
    reason = _unfit_item(run, record, event.item)
    if reason:
        return refused(reason)
    if event.failure is not None:
        incidents.service_failed(run, event.wait, event.failure, event.item)
        return TAKEN
    values = dict(event.result or {})
    if event.error is not None:
        thrown = Thrown(Trigger.ERROR, event.error, None, values)
        return _failed(run, event.wait, event.item, thrown)
    return _finished(run, event.wait, event.item, Done(values, values))


def _failed(run: Run, wid: str, item: int | None, thrown: Thrown) -> Answer:
    """Throw at the activity of WAIT, whose outside work is over."""
    record = run.draft.doc["waits"][wid]
    if item is None:
        waits.detach(run, wid)
        waits.close(run, wid, spent=True)
    run.later("throw", record["s"], record["t"], thrown)
    return TAKEN


def child_ended(run: Run, event: events.ChildEnded) -> Answer:
    """Go on after a called process; its error is thrown at the call activity."""
    record = run.draft.doc["waits"].get(event.wait)
    if record is None:
        return STALE
    reason = _unfit_item(run, record, event.item)
    if reason or record["k"] != "child":
        return refused(reason or "该等待项不是子流程调用。")
    out = dict(event.out)
    if event.outcome == "error":
        thrown = Thrown(Trigger.ERROR, event.code or "", None, out)
        return _failed(run, event.wait, event.item, thrown)
    if event.outcome == "cancelled":
        return _child_cancelled(run, event.wait, event.item)
    return _finished(run, event.wait, event.item, Done(out, out))


def _child_cancelled(run: Run, wid: str, item: int | None) -> Answer:
    """Hold a call whose child somebody cancelled; an item counts as terminated."""
    if item is not None:
        return _finished(run, wid, item, None)
    record = run.draft.doc["waits"][wid]
    waits.detach(run, wid)
    waits.close(run, wid, spent=True)
    problem = Held("child_cancelled", "被调用的流程已被取消。")
    run.later("held", record["s"], record["t"], problem)
    return TAKEN


def evaluate_conditions(run: Run, _event: events.EvaluateConditions) -> Answer:
    """Look at the conditions that depend on the clock."""
    catches.look(run, run.draft.indexed("clock"))
    return TAKEN


def rewind(run: Run, event: events.Rewind) -> Answer:
    """Send work back to an earlier node."""
    if any(wait not in run.draft.doc["waits"] for wait in event.waits):
        return STALE
    return _moved(lambda: returns.rewind(run, event))


def move(run: Run, event: events.Move) -> Answer:
    """Relocate tokens by hand."""
    return _moved(lambda: returns.move(run, event))


def _moved(deed: Callable[[], str]) -> Answer:
    try:
        reason = deed()
    except (Held, ExpressionFailed, CalendarMissing) as problem:
        return refused(str(problem))
    return refused(reason) if reason else TAKEN


def resolve_incident(run: Run, event: events.ResolveIncident) -> Answer:
    """Carry out what a person decided about an incident."""
    if event.incident not in run.draft.doc["incidents"]:
        return STALE
    try:
        reason = incidents.resolve(run, event)
    except Held as problem:
        return refused(problem.text)
    return refused(reason) if reason else TAKEN


HANDLERS: Mapping[type[events.Event], Any] = {
    events.CompleteTask: complete_task,
    events.FireTimer: fire_timer,
    events.Correlate: correlate,
    events.Signal: signal,
    events.ThrowError: throw_error,
    events.ThrowEscalation: throw_escalation,
    events.FinishService: finish_service,
    events.ChildEnded: child_ended,
    events.ChildEscalated: throw_escalation,
    events.UpdateVariables: lifecycle.update_variables,
    events.EvaluateConditions: evaluate_conditions,
    events.Cancel: lifecycle.cancel,
    events.Suspend: lifecycle.suspend,
    events.Resume: lifecycle.resume,
    events.ResolveIncident: resolve_incident,
    events.Rewind: rewind,
    events.Move: move,
}

# What a suspended instance still accepts (kernel.md 1.3).
WHILE_SUSPENDED = (events.Resume, events.Cancel, events.UpdateVariables)


def accept(run: Run) -> Answer:
    """Let the event of the step do its first deed, if the instance may take it."""
    event = run.event
    if isinstance(event, events.Start):
        return lifecycle.start(run, event)
    if isinstance(event, events.Reopen):
        return lifecycle.reopen(run, event)
    status = run.draft.doc["status"]
    if status not in ("active", "suspended"):
        wanted = isinstance(event, events.Cancel | events.UpdateVariables | events.Suspend)
        return refused("案件已结束。") if wanted else STALE
    if status == "suspended" and not isinstance(event, WHILE_SUSPENDED):
        return refused("案件已挂起，恢复后才能办理。")
    handler = HANDLERS.get(type(event))
    if handler is None:
        return refused(f"此运行引擎不支持“{type(event).__name__}”。")
    answer: Answer = handler(run, event)
    return answer
