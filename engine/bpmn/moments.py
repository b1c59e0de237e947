"""Arithmetic of due moments: durations on the wall clock, working days, fixed dates."""

import re
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from engine.base.errors import CalendarMissing, ExpressionFailed
from engine.base.expressions import Calendar, Moment
from engine.base.values import MixedDuration, Months, Value

END_OF_DAY = time(23, 59, 59)
DAYS = re.compile(r"^P[^T]*?(?:(\d+)W)?(?:(\d+)D)?(?:T|$)")

TOO_FAR = "时限超出可以表示的日期范围。"

Duration = Months | timedelta | MixedDuration


def failed(text: str) -> ExpressionFailed:
    """Make the error the kernel turns into the incident timer_value."""
    return ExpressionFailed(text, code="timer_value")


def zone_of(moment: Moment) -> ZoneInfo:
    """Give the zone of the instance."""
    return ZoneInfo(moment.zone)


def parts(duration: Duration, text: str = "") -> tuple[int, int, timedelta]:
    """Split a duration into months, wall-clock days and exact rest (kernel.md 2.10).

    P1D is a day on the wall clock, PT24H is 24 hours; only TEXT tells them apart. Without
    it whole days are wall-clock days.
    """
    if isinstance(duration, Months):
        return duration.total, 0, timedelta()
    months = duration.months if isinstance(duration, MixedDuration) else 0
    rest = duration.rest if isinstance(duration, MixedDuration) else duration
    match = DAYS.match(text.strip()) if text else None
    if match is None:
        days = rest.days if not text else 0
    else:
        days = 7 * int(match.group(1) or 0) + int(match.group(2) or 0)
    return months, days, rest - timedelta(days=days)


def shift(base: datetime, months: int, days: int, rest: timedelta, zone: ZoneInfo) -> datetime:
    """Move BASE on: months first (clamped to the last day), then days, then exact time."""
    local = base.astimezone(zone)
    try:
        day = add_months(local.date(), months) + timedelta(days=days)
        moved = datetime.combine(day, local.time(), tzinfo=zone)
        return moved.astimezone(UTC) + rest
    except (OverflowError, ValueError):
        raise failed(TOO_FAR) from None


def add_months(day: date, months: int) -> date:
    """Add MONTHS to a date, clamping to the last day of the month."""
    if not months:
        return day
    total = day.year * 12 + day.month - 1 + months
    year, month = divmod(total, 12)
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """Give 23:59:59 of DAY."""
    return datetime.combine(day, END_OF_DAY, tzinfo=zone).astimezone(UTC)


def aware(value: datetime, zone: ZoneInfo) -> datetime:
    """Give a moment in UTC; a local one is taken in ZONE."""
    full = value if value.tzinfo is not None else value.replace(tzinfo=zone)
    return full.astimezone(UTC)


def as_day(value: Value, zone: ZoneInfo) -> date | None:
    """Give the local day of a date, date and time or ISO text; None when it is none."""
    if isinstance(value, datetime):
        return aware(value, zone).astimezone(zone).date()
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        try:
            return as_day(datetime.fromisoformat(value.strip()), zone)
        except ValueError:
            return None
    return None


def as_moment(value: Value, zone: ZoneInfo) -> datetime | None:
    """Give the moment of a date and time, or 0:00 of a date; None when it is neither."""
    if isinstance(value, datetime):
        return aware(value, zone)
    day = as_day(value, zone)
    if isinstance(value, str) and day is not None:
        return aware(datetime.fromisoformat(value.strip()), zone)
    return None if day is None else aware(datetime.combine(day, time()), zone)


def calendar_of(moment: Moment, name: str) -> Calendar:
    """Give the working calendar NAME; CalendarMissing when nobody published it."""
    calendar = moment.calendars.get(name)
    if calendar is None:
        raise CalendarMissing(f"缺少工作日历“{name}”，请管理员导入后再计算。", calendar=name)
    return calendar
