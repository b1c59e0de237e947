"""How a due moment stands now: colour, words and remaining working days, for every list."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

from engine.base.errors import InvalidRequest
from engine.bpmn.facts import NodeFacts
from engine.context import Deployed, View
from engine.queries import deployed
from engine.rules.calendar import WorkingCalendar, local_day
from engine.rules.deadlines import Clock, Place, read_warn, standing

DueState = Literal["none", "normal", "warning", "overdue", "stopped"]


@dataclass(frozen=True, slots=True)
class Due:
    """A due moment as lists show it; normal grey, warning yellow, overdue red, stopped blue.

    WORKING_DAYS are those left (negative: overdue by); None when a year has no calendar.
    LEVEL is the highest rung of its ladder reached (L0, L1 …), "" when none was.
    """

    at: datetime | None = None
    state: DueState = "none"
    text: str = ""  # 剩 3 工作日, 剩 3 日, 今日到期, 超期 2 工作日
    working_days: int | None = None
    level: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """Where and how a due moment of one node is judged; NATURAL: in days of the calendar."""

    place: Place | None = None
    warn: int | timedelta | None = None
    natural: bool = False


NO_DUE = Due()
NATURAL = frozenset(("calendarDay", "hour", "month"))  # up to a date working days count


class Span(NamedTuple):
    """The limit of a task: when it OPENED and is DUE, STOPPED since when, its LEVEL."""

    opened: datetime
    due: datetime | None
    stopped: datetime | None = None
    level: str = ""


def span_of(row: Any) -> Span:
    """Read the limit of a row that has the columns of a task."""
    return Span(row.created_at, row.due_at, row.stopped_at, row.level)


def of_task(view: View, definition_id: int, runtime: str, node: str, span: Span) -> Due:
    """Describe the due moment of an open task."""
    if span.due is None:
        return NO_DUE
    return describe(span, view.now, rule(view, definition_id, runtime, node))


def rule(view: View, definition_id: int, runtime: str, node: str) -> Rule:
    """Give the calendar and the warning time that NODE of a definition declares."""
    version = deployed.of(view, definition_id, runtime)
    facts = deployed.facts(view, definition_id, runtime)
    calendar = deployed.calendar(view, definition_id, runtime)
    if not isinstance(calendar, WorkingCalendar):
        return Rule()
    row = _row(version, deployed.node(facts, node))
    natural = _unit(row) in NATURAL
    return Rule(Place(calendar, version.zone), _warn(version, row), natural)


def _first_rung(version: Deployed, row: Mapping[str, Any]) -> int | None:
    """Give the days before the due day at which the ladder of the limit's kind begins."""
    ladder = version.ladders.get(str(row.get("kind") or ""), ())
    return -ladder[0].start if ladder and ladder[0].start < 0 else None


def _row(version: Deployed, node: NodeFacts) -> dict[str, Any]:
    """Give what the table of limits and the diagram say of the limit of NODE."""
    row: dict[str, Any] = dict(version.application.deadlines.get(node.due.get("key", ""), {}))
    row.update({key: value for key, value in node.due.items() if value is not None})
    return row


def _unit(row: Mapping[str, Any]) -> str:
    """Give the unit a limit is counted in; a day of the calendar is a date."""
    return str(row.get("unit") or ("date" if "date" in row else "workingDay"))


def _warn(version: Deployed, row: Mapping[str, Any]) -> int | timedelta | None:
    unit = str(row.get("unit") or ("date" if "date" in row else ""))
    try:
        said = read_warn(row.get("warnBefore") or row.get("warn"), unit)
        return _first_rung(version, row) if said is None else said
    except InvalidRequest:
        return None  # a warning time the check should have refused: the share rule stands in


def describe(span: Span, now: datetime, by: Rule) -> Due:
    """Describe the limit SPAN at NOW; what was reminded of or stands still says so."""
    due_at, level = span.due, span.level
    if due_at is None:
        return NO_DUE
    if by.place is None:
        state: DueState = "overdue" if now > due_at else "normal"
        return Due(due_at, state, _date_words(due_at, now), level=level)
    clock = Clock(span.opened, due_at, span.stopped, by.warn)
    found = standing(clock, now, by.place)
    state = "warning" if found.state == "normal" and level else found.state
    at = span.stopped or now
    days = None if by.natural else found.working_days
    words = "停表" if state == "stopped" else _words(due_at, at, state, days)
    return Due(due_at, state, words, found.working_days, level)


def _words(due_at: datetime, now: datetime, state: str, days: int | None) -> str:
    if days is None or local_day(now) == local_day(due_at):
        return _date_words(due_at, now)
    if state == "overdue":
        return f"超期 {-days} 工作日" if days else "已超期"
    return f"剩 {days} 工作日"


def _date_words(due_at: datetime, now: datetime) -> str:
    days = (local_day(due_at) - local_day(now)).days
    if now > due_at:
        return f"超期 {-days} 日" if days else "已超期"
    return f"剩 {days} 日" if days else "今日到期"
