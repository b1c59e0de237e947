"""停表, 恢复计时, 延期: acts on the limit of one open task (operations.md 2.22)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from engine.base import events
from engine.base.errors import Conflict, InvalidRequest
from engine.base.values import Value
from engine.commands import entitled, escalating, finishing, stepping
from engine.commands.entitled import HeldTask
from engine.commands.results import Limit
from engine.context import Context
from engine.rules import refusals
from engine.rules.calendar import due_end_of_day, local_day
from engine.rules.deadlines import Clock, Unit, check_extension, listed, overseers, resumed_due
from engine.store import codec, work
from engine.store.rows import Row

REASON = 10  # characters; operations.md 2.0
NATURAL: dict[str, Unit] = {
    "calendarDay": "calendarDay",
    "hour": "hour",
    "workingHour": "workingHour",
    "month": "month",
}


@dataclass(frozen=True, slots=True)
class StopClock:
    """停表: the limit of TASK_ID stands still for CAUSE, one its stopFor declares.

    Nothing becomes overdue meanwhile. Answers Limit; 409 clock-stopped, clock-cause.
    """

    task_id: int
    cause: str
    reason: str

    def run(self, ctx: Context) -> Limit:
        """Note since when, and take the reminders away."""
        held = _held(ctx, self.task_id, "stopClock")
        causes = listed(escalating.due_row(held.live, held.task["node"]).get("stopFor"))
        if self.cause not in causes:
            known = "、".join(causes) or "无"
            text = f"本时限不能因“{self.cause}”停表，可以停表的事由：{known}。"
            raise Conflict(text, code="clock-cause", causes=list(causes))
        reason = refusals.check_reason(self.reason, REASON)
        if held.task["stopped_at"] is not None:
            raise Conflict("本时限已经停表。", code="clock-stopped")
        now, task = ctx.now, held.task
        stops = [*_steps(task).get("stops", ()), {"from": now, "cause": self.cause}]
        _write(held, {"stopped_at": now, "due_steps": _with(task, stops=stops)})
        escalating.disarm(held.case, [task])
        detail = {"task": task["id"], "name": task["name"], "cause": self.cause}
        detail |= {"due": task["due_at"], "reason": f"{self.cause}：{reason}"}
        held.case.note(held.live, "StopClock", detail, node=task["node"])
        finishing.finish(held.case)
        return Limit(self.task_id, task["due_at"].isoformat(), stopped=True)


@dataclass(frozen=True, slots=True)
class RestartClock:
    """恢复计时: the limit goes on, moved by the time it stood still. Answers Limit."""

    task_id: int
    reason: str = ""

    def run(self, ctx: Context) -> Limit:
        """Move the due moment and wait for its reminders again."""
        held = _held(ctx, self.task_id, "stopClock")
        task, live = held.task, held.live
        if task["stopped_at"] is None:
            raise Conflict("本时限没有停表。", code="clock-runs")
        place = escalating.place_of(live)
        clock = Clock(task["created_at"], task["due_at"], task["stopped_at"])
        unit = NATURAL.get(escalating.unit_of(live, task["node"]), "workingDay")
        due = resumed_due(clock, ctx.now, place, unit)
        stops = [dict(one) for one in _steps(task).get("stops", ())]
        stops[-1] |= {"to": ctx.now, "due_before": task["due_at"], "due": due}
        escalating.move(held, due, {"stopped_at": None, "due_steps": _with(task, stops=stops)})
        return _moved(held, "RestartClock", due, self.reason.strip())


@dataclass(frozen=True, slots=True)
class ExtendDue:
    """延期: once, before the due date, to the end of the day UNTIL, with a reason.

    Supervisors of the region and the units named by the limit's extendBy may. A limit that
    is the day of one variable of the case changes this variable too, so that ledgers and
    figures follow. Answers Limit; 409 extended-before, already-due, not-extendable.
    """

    task_id: int
    until: date
    reason: str

    def run(self, ctx: Context) -> Limit:
        """Move the due moment and keep the original one."""
        held = _held(ctx, self.task_id, "view")
        task, live = held.task, held.live
        row = escalating.due_row(live, task["node"])
        if not overseers(row, live.variables()) & ctx.actor.units:
            entitled.require(ctx, "extend", held=held)
        if row.get("extendable") not in (True, "true"):
            raise Conflict("本时限没有规定可以延期。", code="not-extendable")
        reason = refusals.check_reason(self.reason, REASON)
        if task["stopped_at"] is not None:
            raise Conflict("本时限正在停表，请先恢复计时。", code="clock-stopped")
        clock = Clock(task["created_at"], task["due_at"])
        zone = live.deployed.zone
        check_extension(clock, ctx.now, extended=_extended(held, row), zone=zone)
        due = due_end_of_day(self.until, zone)
        if due <= task["due_at"]:
            raise InvalidRequest("延期后的日期须晚于原期限。", code="extension-day")
        _check_length(row, task["due_at"], due)
        _check_latest(held, row, self.until)
        known = {"from": task["due_at"], "to": due, "at": ctx.now, "by": ctx.actor.person}
        steps = _with(task, extended={**known, "reason": reason})
        escalating.move(held, due, {"due_steps": steps})
        name = _variable(row)
        if name:
            patch: dict[str, Value] = {name: self.until, _mark(name): True}
            event = events.UpdateVariables(**held.case.stamp(live), patch=patch, reason=reason)
            stepping.must_step(held.case, live, event)
        return _moved(held, "ExtendDue", due, reason)


def _variable(row: Mapping[str, Any]) -> str:
    """Name the variable an extension changes: extendSets, or the one the limit is; or ""."""
    if row.get("extendSets"):
        return str(row["extendSets"])
    field = str(row.get("field") or "")
    same_day = str(row.get("amount") or "0") == "0"
    return field if row.get("from") == "field" and same_day and field.isidentifier() else ""


def _mark(name: str) -> str:
    """Name the variable that remembers that the day NAME of the case was extended."""
    return f"{name}_extended"


def _extended(held: HeldTask, row: Mapping[str, Any]) -> bool:
    """Tell whether the limit was extended: in this round, or in one before of the case."""
    name = _variable(row)
    before = bool(name) and held.live.variables().get(_mark(name)) is True
    return before or "extended" in _steps(held.task)


def _check_latest(held: HeldTask, row: Mapping[str, Any], until: date) -> None:
    """Refuse an extension beyond the day extendLatest (FEEL) gives for the case."""
    text = str(row.get("extendLatest") or "")
    if not text:
        return
    deployed = held.live.deployed
    moment = deployed.moment(held.case.ctx.now)
    last = deployed.phrase(text)(held.live.variables(), moment)
    if isinstance(last, datetime):
        last = local_day(last, deployed.zone)
    if not isinstance(last, date):
        raise Conflict("时限延期的最晚日期算不出来，不能延期。", code="extension-latest")
    if until > last:
        say = f"延期不能超过 {last.isoformat()}。"
        raise InvalidRequest(say, code="extension-most", most=last.isoformat())


def _check_length(row: Mapping[str, Any], before: datetime, due: datetime) -> None:
    """Refuse an extension by more calendar days than the due table allows."""
    most = row.get("extendMost")
    if isinstance(most, int) and due - before > timedelta(days=most):
        raise InvalidRequest(f"延期不能超过 {most} 日。", code="extension-most", most=most)


def _held(ctx: Context, task_id: int, verb: str) -> HeldTask:
    held = entitled.hold_task(ctx, task_id, verb)
    entitled.require_open_case(held.case)
    if held.task["state"] != "open":
        raise refusals.round_closed(held.task["closed_at"], entitled.how_closed(held))
    if held.task["due_at"] is None:
        raise Conflict("本环节没有办理期限。", code="no-limit")
    return held


def _steps(task: Row) -> dict[str, Any]:
    return dict(task["due_steps"] or {})


def _with(task: Row, **more: Any) -> Row:
    """Give how the due moment came about, with what happened to it since."""
    plain: Row = codec.plain({**(task["due_steps"] or {}), **more})
    return plain


def _write(held: HeldTask, values: Row) -> None:
    work.write_task(held.case.ctx.conn, held.task["id"], values)
    held.case.due_moved = True


def _moved(held: HeldTask, kind: str, due: datetime, reason: str) -> Limit:
    task = held.task
    detail = {"task": task["id"], "name": task["name"], "due_before": task["due_at"]}
    held.case.note(held.live, kind, {**detail, "due": due, "reason": reason}, node=task["node"])
    finishing.finish(held.case)
    return Limit(int(task["id"]), due.isoformat())
