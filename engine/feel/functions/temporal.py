"""Functions that make and read dates, times and durations."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal

from engine.base.values import Months, Value
from engine.feel.literals import feel_duration
from engine.feel.run import Run
from engine.feel.temporal import (
    days_of,
    offset_zone,
    parse_date,
    parse_datetime,
    parse_time,
    zone_named,
)

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August",
    "September", "October", "November", "December",
)  # fmt: skip


def _whole(*values: Value) -> tuple[int, ...] | None:
    whole = all(type(value) is int and abs(value) < 1_000_000 for value in values)
    return tuple(values) if whole else None


def as_date(value: date | datetime) -> date:
    """Give the date of a date or a date and time."""
    return value.date() if isinstance(value, datetime) else value


def to_date(run: Run, value: Value) -> date | None:
    """Read a date from a text, or take it from a date and time."""
    if type(value) is not str:
        return as_date(value)
    found = parse_date(value)
    return found or run.warn("argument", f"“{value[:40]}”不是日期，例：2026-06-30", 0)


def date_of(run: Run, year: Value, month: Value, day: Value) -> Value:
    """Make a date of numbers."""
    parts = _whole(year, month, day)
    try:
        return date(*parts) if parts else run.warn("argument", "日期无效", 0)
    except ValueError:
        return run.warn("argument", "日期无效", 0)


def to_time(run: Run, value: Value) -> time | None:
    """Read a time from a text, or take it from a date and time."""
    if type(value) is time:
        return value
    if type(value) is datetime:
        return value.timetz()
    if type(value) is date:
        return time(tzinfo=UTC)
    found = parse_time(value)
    return run.warn("argument", f"“{value[:40]}”不是时间", 0) if found is None else found


def _clock(second: Value) -> tuple[int, int] | None:
    """Cut a number of seconds into seconds and microseconds."""
    if type(second) is int:
        return (second, 0)
    if not 0 <= second < 60:
        return None
    return divmod(int(second * Decimal(1_000_000)), 1_000_000)


def time_of(
    run: Run, hour: Value, minute: Value, second: Value, offset: timedelta | None = None
) -> Value:
    """Make a time of numbers and an offset from UTC."""
    parts, clock = _whole(hour, minute), _clock(second)
    zone = None if offset is None else offset_zone(offset)
    try:
        if parts and clock and (offset is None or zone):
            return time(parts[0], parts[1], clock[0], clock[1], zone)
    except ValueError:
        pass
    return run.warn("argument", "时间无效", 0)


def to_datetime(run: Run, value: Value) -> datetime | None:
    """Read a date and time from a text; a date gives its midnight."""
    if type(value) is datetime:
        return value
    if type(value) is date:
        return datetime.combine(value, time())
    found = parse_datetime(value)
    zh = f"“{value[:40]}”不是日期时间，例：2026-06-30T18:00:00"
    return run.warn("argument", zh, 0) if found is None else found


def datetime_of(_: Run, day: date | datetime, clock: time) -> datetime:
    """Put a date and a time together."""
    return datetime.combine(as_date(day), clock)


def datetime_in(run: Run, value: datetime, zone: str) -> Value:
    """Give the same moment in another time zone."""
    found = zone_named(zone)
    if found is None:
        return run.warn("argument", f"没有时区“{zone[:40]}”", 0)
    return value.astimezone(found) if value.tzinfo else value.replace(tzinfo=found)


def datetime_parts(run: Run, *parts: Value) -> Value:
    """Make a date and time of six numbers and an offset or a time zone."""
    day = date_of(run, *parts[:3])
    extra = parts[6] if len(parts) > 6 else None
    zone: tzinfo | None = None
    if type(extra) is str:
        zone = zone_named(extra)
        if zone is None:
            return run.warn("argument", f"没有时区“{extra[:40]}”", 0)
        extra = None
    clock = time_of(run, parts[3], parts[4], parts[5], extra)
    if day is None or clock is None:
        return None
    return datetime.combine(day, clock.replace(tzinfo=zone) if zone else clock)


def duration(run: Run, value: Value) -> Value:
    """Read a duration of one of the two kinds."""
    if type(value) is not str:
        return value
    found = feel_duration(value)
    zh = f"“{value[:40]}”不是时长，例：P5D、PT4H、P1Y2M"
    return run.warn("argument", zh, 0) if found is None else found


def months_between(_: Run, start: date | datetime, end: date | datetime) -> Months:
    """Count the whole months from START to END."""
    first, last = as_date(start), as_date(end)
    total = (last.year - first.year) * 12 + last.month - first.month
    if total > 0 and last.day < first.day:
        total -= 1
    elif total < 0 and last.day > first.day:
        total += 1
    return Months(total)


def now(run: Run) -> datetime:
    """Give the moment of the event, in the zone of the instance."""
    return run.moment.at.astimezone(run.zone())


def today(run: Run) -> date:
    """Give the date of the event, in the zone of the instance."""
    return now(run).date()


def day_of_year(_: Run, day: date | datetime) -> int:
    """Give the number of the day in its year."""
    return as_date(day).timetuple().tm_yday


def day_of_week(_: Run, day: date | datetime) -> str:
    """Name the day of the week in English, as the standard does."""
    return _DAYS[as_date(day).weekday()]


def month_of_year(_: Run, day: date | datetime) -> str:
    """Name the month in English, as the standard does."""
    return _MONTHS[day.month - 1]


def week_of_year(_: Run, day: date | datetime) -> int:
    """Give the ISO 8601 number of the week."""
    return as_date(day).isocalendar().week


def first_of_month(_: Run, day: date | datetime) -> date:
    """Give the first day of the month."""
    return as_date(day).replace(day=1)


def last_of_month(_: Run, day: date | datetime) -> date:
    """Give the last day of the month."""
    return as_date(day).replace(day=days_of(day.year, day.month))


def first_of_year(_: Run, day: date | datetime) -> date:
    """Give the first of January."""
    return date(day.year, 1, 1)


def last_of_year(_: Run, day: date | datetime) -> date:
    """Give the last of December."""
    return date(day.year, 12, 31)
