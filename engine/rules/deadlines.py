"""Due moments, their colour, stopped clocks and extensions (operations.md 2.22)."""

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from engine.base.errors import CalendarMissing, Conflict, InvalidRequest
from engine.base.workhours import add_work_hours, work_hours_between
from engine.rules.calendar import WorkingCalendar, due_end_of_day, local_day

Unit = Literal["workingDay", "workingHour", "calendarDay", "hour", "month"]
State = Literal["normal", "warning", "overdue", "stopped"]
STATE_WORDS: Mapping[str, str] = {
    "normal": "正常",
    "warning": "预警",
    "overdue": "超期",
    "stopped": "停表",
}
WARN_SHARE = 0.8  # operations.md 2.22: without a kind, at 80 % of the span
_DAY = timedelta(days=1)
_WARN = re.compile(r"P(?=.)(?:(\d{1,4})D)?(?:T(\d{1,4})H)?")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a deadline is counted: the working CALENDAR and the ZONE of its days."""

    calendar: WorkingCalendar
    zone: str = "Asia/Shanghai"

    def day(self, at: datetime) -> date:
        """Give the local date of AT."""
        return local_day(at, self.zone)


@dataclass(frozen=True, slots=True)
class Clock:
    """One deadline: OPENED and DUE (UTC); STOPPED since when, if it stands still.

    WARN is the number of working days before the due day at which the warning begins, or
    an exact time before the due moment; None: at 80 % of the span.
    """

    opened: datetime
    due: datetime
    stopped: datetime | None = None
    warn: int | timedelta | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a deadline stands; WORKING_DAYS are left (negative: overdue), None unknown."""

    state: State
    due: datetime
    working_days: int | None

    @property
    def word(self) -> str:
        """Write the state for people."""
        return STATE_WORDS[self.state]


def due_moment(amount: int, unit: Unit, start: datetime, place: Place) -> datetime:
    """Give the UTC moment AMOUNT of UNIT after START.

    Day and month limits end at 23:59:59 of their last day, the day of START is day 0;
    hours are elapsed time, working hours those of the office.
    """
    if unit == "hour":
        return start + timedelta(hours=amount)
    if unit == "workingHour":
        return add_work_hours(start, timedelta(hours=amount), place.calendar, place.zone)
    day = place.day(start)
    if unit == "workingDay":
        day = place.calendar.add_working_days(day, amount)
    elif unit == "calendarDay":
        day += amount * _DAY
    else:
        month = day.month - 1 + amount
        year, month = day.year + month // 12, month % 12 + 1
        day = day.replace(year, month, min(day.day, monthrange(year, month)[1]))
    return due_end_of_day(day, place.zone)


def standing(clock: Clock, now: datetime, place: Place) -> Standing:
    """Tell how CLOCK stands at NOW; while stopped nothing becomes overdue."""
    at = clock.stopped or now
    left = _left(clock, at, place)
    if at > clock.due:
        return Standing("overdue", clock.due, left)
    if clock.stopped is not None:
        return Standing("stopped", clock.due, left)
    state: State = "warning" if now >= _warning(clock, place) else "normal"
    return Standing(state, clock.due, left)


def _warning(clock: Clock, place: Place) -> datetime:
    """Give when the warning begins; in a year without calendar at 80 % of the span."""
    try:
        return warns_at(clock, place)
    except CalendarMissing:
        return warns_at(replace(clock, warn=None), place)


def warns_at(clock: Clock, place: Place) -> datetime:
    """Give the moment the warning begins."""
    if isinstance(clock.warn, timedelta):
        return clock.due - clock.warn
    if clock.warn is None:
        return clock.opened + (clock.due - clock.opened) * WARN_SHARE
    day = place.calendar.add_working_days(place.day(clock.due), -clock.warn)
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(place.zone)).astimezone(UTC)


def read_warn(text: str | None, unit: str) -> int | timedelta | None:
    """Read a warning time such as P2D: days are working days where UNIT counts those."""
    if not text:
        return None
    found = _WARN.fullmatch(text)
    if not found:
        raise InvalidRequest(f"预警时间“{text}”无效，请写成 P2D 或 PT4H。", code="due.warn")
    days, hours = int(found[1] or 0), int(found[2] or 0)
    if unit in ("workingDay", "date") and not hours:
        return days
    return timedelta(days=days, hours=hours)


def resumed_due(clock: Clock, now: datetime, place: Place, unit: Unit) -> datetime:
    """Give the due moment after a stop that ends NOW.

    Working days: moved by the number of working days d with stop day <= d < resume day.
    Working hours: those left are left. Natural units: by the elapsed time. What was
    overdue when it stopped stays overdue.
    """
    if clock.stopped is None or clock.stopped > clock.due:
        return clock.due
    if unit == "workingHour":  # the work that was left when it stopped is left from now on
        left = work_hours_between(clock.stopped, clock.due, place.calendar, place.zone)
        return add_work_hours(now, left, place.calendar, place.zone)
    if unit != "workingDay":
        return clock.due + (now - clock.stopped)
    stop, resume = place.day(clock.stopped), place.day(now)
    days = place.calendar.working_days_between(stop - _DAY, resume - _DAY)
    if days <= 0:
        return clock.due
    return due_end_of_day(
        place.calendar.add_working_days(place.day(clock.due), days), place.zone
    )


def listed(value: object) -> tuple[str, ...]:
    """Read stopFor: a list in the due table, text with commas or blanks in a diagram."""
    if isinstance(value, list | tuple):
        return tuple(map(str, value))
    return tuple(str(value or "").replace(",", " ").replace("、", " ").split())


def overseers(row: Mapping[str, Any], known: Mapping[str, Any]) -> frozenset[str]:
    """Give the units that may extend the limit ROW: those its variable extendBy names."""
    named = known.get(str(row.get("extendBy") or ""))
    units = named if isinstance(named, list | tuple) else [named]
    return frozenset(str(unit) for unit in units if unit)


def arrived(due: datetime, now: datetime, zone: str) -> bool:
    """Tell whether it is too late to extend: the due day has begun, or the hour has passed.

    An extension comes before the due date (operations.md 2.22); a limit that ends with its
    day has arrived when that day begins.
    """
    day = local_day(due, zone)
    if due == due_end_of_day(day, zone):
        return local_day(now, zone) >= day
    return now > due


def check_extension(
    clock: Clock, now: datetime, *, extended: bool, zone: str = "Asia/Shanghai"
) -> None:
    """Refuse a second 延期, or one asked for when the limit has arrived."""
    if extended:
        raise Conflict("本时限已延期一次。", code="extended-before")
    if arrived(clock.due, now, zone):
        raise Conflict("时限已到，不能延期。", code="already-due")


def offset(due: datetime, now: datetime, place: Place) -> int:
    """Count the working days from the due day to NOW: 0 on it, 1 the next one, -2 before.

    Counted as add_working_days counts: the last working day before a due day that is a day
    off is -1, and a day off stands where the working day before it stood.
    """
    due_day, today = place.day(due), place.day(now)
    if today >= due_day:
        return place.calendar.working_days_between(due_day, today)
    days = place.calendar.working_days_between(today - _DAY, due_day - _DAY)
    return -days if place.calendar.is_working_day(today) else -days - 1


def next_reminder(last: datetime, hours: int, place: Place) -> datetime:
    """Give the moment a task may be urged again, HOURS of work after LAST (2.20)."""
    return add_work_hours(last, timedelta(hours=hours), place.calendar, place.zone)


def _left(clock: Clock, at: datetime, place: Place) -> int | None:
    days = {place.day(at).year, place.day(clock.due).year}
    if not all(place.calendar.published(year) for year in range(min(days), max(days) + 1)):
        return None  # shown as unknown; computing a due moment would refuse
    return place.calendar.working_days_between(place.day(at), place.day(clock.due))
