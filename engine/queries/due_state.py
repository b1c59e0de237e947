"""How a due moment stands now: colour, words and remaining working days, for every list."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from engine.base.errors import CalendarMissing
from engine.base.expressions import Calendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
DueState = Literal["none", "normal", "warn", "overdue", "stopped"]
# Without a declared warning a due moment warns at this share of its span (operations 2.22).
SHARE = 0.8


@dataclass(frozen=True, slots=True)
class Due:
    """A due moment as lists show it; STATE normal grey, warn yellow, overdue red, stopped blue.

    WORKING_DAYS are those left (negative: overdue by); None when the year has no calendar.
    """

    at: datetime | None = None
    state: DueState = "none"
    text: str = ""  # 剩 3 日, 今日到期, 超期 2 日
    working_days: int | None = None


NO_DUE = Due()


def describe(
    due_at: datetime | None,
    now: datetime,
    calendar: Calendar | None,
    *,
    since: datetime | None = None,
    steps: Mapping[str, Any] | None = None,
) -> Due:
    """Describe DUE_AT at NOW; SINCE is the beginning of the span, STEPS how it was computed."""
    if due_at is None:
        return NO_DUE
    days = _working_days(due_at, now, calendar)
    state = _state(due_at, now, since, steps or {})
    return Due(due_at, state, _words(due_at, now, state, days), days)


def _working_days(due_at: datetime, now: datetime, calendar: Calendar | None) -> int | None:
    if calendar is None:
        return None
    today, last = now.astimezone(SHANGHAI).date(), due_at.astimezone(SHANGHAI).date()
    try:
        if last >= today:
            return calendar.working_days_between(today, last)
        return -calendar.working_days_between(last, today)
    except CalendarMissing:
        return None


def _state(
    due_at: datetime, now: datetime, since: datetime | None, steps: Mapping[str, Any]
) -> DueState:
    if now > due_at:
        return "overdue"
    warn_at = _warn_at(due_at, since, steps)
    return "warn" if warn_at is not None and now >= warn_at else "normal"


def _warn_at(
    due_at: datetime, since: datetime | None, steps: Mapping[str, Any]
) -> datetime | None:
    declared = steps.get("warn_at") or steps.get("warnAt")
    if isinstance(declared, datetime):
        return declared
    if isinstance(declared, str):
        return datetime.fromisoformat(declared)
    if since is None or since >= due_at:
        return None
    return since + (due_at - since) * SHARE


def _words(due_at: datetime, now: datetime, state: DueState, days: int | None) -> str:
    today, last = now.astimezone(SHANGHAI).date(), due_at.astimezone(SHANGHAI).date()
    if state == "overdue":
        late = -days if days else (today - last).days
        return f"超期 {late} 日" if late else "已超期"
    if last == today:
        return "今日到期"
    if days is not None:
        return f"剩 {days} 日"
    return f"剩 {(last - today) // timedelta(days=1)} 天"
