"""How a due moment stands now: colour, words and remaining working days, for every list."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

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
    """

    at: datetime | None = None
    state: DueState = "none"
    text: str = ""  # 剩 3 日, 今日到期, 超期 2 日
    working_days: int | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """Where and how a due moment of one node is judged."""

    place: Place | None = None
    warn: int | timedelta | None = None


NO_DUE = Due()


Span = tuple[datetime, datetime | None]


def of_task(view: View, definition_id: int, runtime: str, node: str, span: Span) -> Due:
    """Describe the due moment of an open task; SPAN is (opened, due)."""
    opened, due_at = span
    if due_at is None:
        return NO_DUE
    return describe(opened, due_at, view.now, rule(view, definition_id, runtime, node))


def rule(view: View, definition_id: int, runtime: str, node: str) -> Rule:
    """Give the calendar and the warning time that NODE of a definition declares."""
    version = deployed.of(view, definition_id, runtime)
    facts = deployed.facts(view, definition_id, runtime)
    calendar = deployed.calendar(view, definition_id, runtime)
    if not isinstance(calendar, WorkingCalendar):
        return Rule()
    return Rule(Place(calendar, version.zone), _warn(version, deployed.node(facts, node)))


def _warn(version: Deployed, node: NodeFacts) -> int | timedelta | None:
    row: dict[str, Any] = dict(version.application.deadlines.get(node.due.get("key", ""), {}))
    row.update({key: value for key, value in node.due.items() if value is not None})
    unit = str(row.get("unit") or ("date" if "date" in row else ""))
    try:
        return read_warn(row.get("warnBefore") or row.get("warn"), unit)
    except InvalidRequest:
        return None  # a warning time the check should have refused: the share rule stands in


def describe(opened: datetime, due_at: datetime, now: datetime, by: Rule) -> Due:
    """Describe DUE_AT at NOW for work opened at OPENED."""
    if by.place is None:
        return Due(due_at, "overdue" if now > due_at else "normal", _date_words(due_at, now))
    found = standing(Clock(opened, due_at, warn=by.warn), now, by.place)
    words = _words(due_at, now, found.state, found.working_days)
    return Due(due_at, found.state, words, found.working_days)


def _words(due_at: datetime, now: datetime, state: str, days: int | None) -> str:
    if days is None or local_day(now) == local_day(due_at):
        return _date_words(due_at, now)
    if state == "overdue":
        return f"超期 {-days} 日" if days else "已超期"
    return f"剩 {days} 日"


def _date_words(due_at: datetime, now: datetime) -> str:
    days = (local_day(due_at) - local_day(now)).days
    if now > due_at:
        return f"超期 {-days} 天" if days else "已超期"
    return f"剩 {days} 天" if days else "今日到期"
