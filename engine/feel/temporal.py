"""Dates, times and durations of FEEL: reading and writing their ISO texts."""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.base.values import MixedDuration, Months

_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_TIME = re.compile(
    r"(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,12}))?)?(Z|z|[+-]\d\d:\d\d|@[A-Za-z0-9_+\-/]{1,64})?"
)
_ZONE = re.compile(r"[A-Za-z_]+(?:/[A-Za-z0-9_+\-]+)*")
_DURATION = re.compile(
    r"(-)?P(?:(\d{1,9})Y)?(?:(\d{1,9})M)?(?:(\d{1,9})W)?(?:(\d{1,9})D)?"
    r"(T(?:(\d{1,12})H)?(?:(\d{1,12})M)?(?:(\d{1,12}(?:\.\d{1,12})?)S)?)?"
)
MAX_MONTHS = 12 * 999_999_999  # bound of the standard, XML Schema years
_DAY = timedelta(days=1)


def zone_named(name: str) -> tzinfo | None:
    """Give the time zone NAME of the IANA list, None when there is none."""
    if name in {"Z", "z", "UTC"}:
        return UTC
    if not _ZONE.fullmatch(name):
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def offset_zone(offset: timedelta) -> tzinfo | None:
    """Give the zone with a fixed OFFSET from UTC, None beyond 18 hours."""
    if abs(offset) > timedelta(hours=18):
        return None
    return timezone(offset) if offset else UTC


def _zone(text: str) -> tzinfo | None:
    if text[0] == "@":
        return zone_named(text[1:])
    if text in {"Z", "z"}:
        return UTC
    hours, minutes = int(text[1:3]), int(text[4:6])
    if minutes > 59:
        return None
    offset = timedelta(hours=hours, minutes=minutes)
    return offset_zone(-offset if text[0] == "-" else offset)


def parse_date(text: str) -> date | None:
    """Read `2026-06-30`; years 1 to 9999."""
    found = _DATE.fullmatch(text)
    if not found:
        return None
    year, month, day = (int(part) for part in found.groups())
    try:
        return date(year, month, day)
    except ValueError:
        return None


def parse_time(text: str) -> time | None:
    """Read `08:30:00`, with `Z`, an offset or `@Area/City` behind it."""
    found = _TIME.fullmatch(text)
    if not found:
        return None
    hour, minute, second, fraction, zone_text = found.groups()
    zone = _zone(zone_text) if zone_text else None
    if zone_text and zone is None:
        return None
    micro = int((fraction or "0")[:6].ljust(6, "0"))
    try:
        return time(int(hour), int(minute), int(second or 0), micro, zone)
    except ValueError:
        return None


def parse_datetime(text: str) -> datetime | None:
    """Read a date and time; a bare date is its midnight."""
    day_text, mark, time_text = text.partition("T")
    day = parse_date(day_text)
    if day is None:
        return None
    clock = parse_time(time_text) if mark else time()
    return None if clock is None else datetime.combine(day, clock)


def parse_duration(text: str) -> Months | timedelta | MixedDuration | None:
    """Read an ISO 8601 duration; weeks and mixed months with days are allowed."""
    found = _DURATION.fullmatch(text)
    if not found or text.endswith(("P", "T")):
        return None
    sign, years, months, weeks, days, clock, hours, minutes, seconds = found.groups()
    total = int(years or 0) * 12 + int(months or 0)
    micros = int(Decimal(seconds or 0) * 1_000_000)
    try:
        rest = timedelta(
            weeks=int(weeks or 0), days=int(days or 0), hours=int(hours or 0),
            minutes=int(minutes or 0), microseconds=micros,
        )  # fmt: skip
    except OverflowError:
        return None
    factor = -1 if sign else 1
    if not (years or months):
        return rest * factor
    if weeks or days or clock:
        return MixedDuration(total * factor, rest * factor)
    return Months(total * factor)


def _zone_text(zone: tzinfo | None, day: datetime) -> str:
    if zone is None:
        return ""
    if isinstance(zone, ZoneInfo):
        return f"@{zone.key}"
    offset = zone.utcoffset(day) or timedelta()
    if not offset:
        return "Z"
    sign, rest = ("-", -offset) if offset < timedelta() else ("+", offset)
    minutes = int(rest.total_seconds()) // 60
    return f"{sign}{minutes // 60:02d}:{minutes % 60:02d}"


def _clock_text(value: time | datetime) -> str:
    text = f"{value.hour:02d}:{value.minute:02d}:{value.second:02d}"
    if value.microsecond:
        text += f".{value.microsecond:06d}".rstrip("0")
    return text


def time_text(value: time) -> str:
    """Write a time."""
    day = datetime.combine(date(2000, 1, 1), time())
    return _clock_text(value) + _zone_text(value.tzinfo, day)


def datetime_text(value: datetime) -> str:
    """Write a date and time."""
    zone = _zone_text(value.tzinfo, value.replace(tzinfo=None))
    return f"{value.date().isoformat()}T{_clock_text(value)}{zone}"


def duration_text(value: Months | timedelta) -> str:
    """Write a duration in its canonical ISO form."""
    if isinstance(value, Months):
        years, months = divmod(abs(value.total), 12)
        body = (f"{years}Y" if years else "") + (f"{months}M" if months else "")
        return ("-" if value.total < 0 else "") + "P" + (body or "0M")
    rest = abs(value)
    hours, seconds = divmod(rest.seconds, 3600)
    minutes, seconds = divmod(seconds, 60)
    fraction = f".{rest.microseconds:06d}".rstrip("0") if rest.microseconds else ""
    clock = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    clock += f"{seconds}{fraction}S" if seconds or fraction else ""
    body = (f"{rest.days}D" if rest.days else "") + (f"T{clock}" if clock else "")
    return ("-" if value < timedelta() else "") + "P" + (body or "T0S")


def add_months(day: date, count: int) -> date | None:
    """Move DAY by COUNT months, clamped to the last day of the month."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    if not 1 <= year <= 9999:
        return None
    return day.replace(year=year, month=month + 1, day=min(day.day, days_of(year, month + 1)))


def days_of(year: int, month: int) -> int:
    """Count the days of a month."""
    if month == 12:
        return 31
    return (date(year, month + 1, 1) - _DAY).day
