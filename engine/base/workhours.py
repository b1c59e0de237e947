"""Hours of work: 09:00–12:00 and 13:30–17:30 of a working day (operations.md 2.20, 2.22)."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from engine.base.expressions import Calendar

WORK_HOURS = ((time(9), time(12)), (time(13, 30), time(17, 30)))


def add_work_hours(
    start: datetime, amount: timedelta, calendar: Calendar, zone: str = "Asia/Shanghai"
) -> datetime:
    """Give the UTC moment at which AMOUNT of work hours has passed since START.

    A year without published days raises CalendarMissing, which also ends the search.
    """
    place, left = ZoneInfo(zone), amount
    at = start.astimezone(place)
    day = at.date()
    while True:
        for opens, closes in _open(day, calendar, place):
            begin = max(at, opens)
            if begin < closes:
                if left <= closes - begin:
                    return (begin + left).astimezone(UTC)
                left -= closes - begin
        day += timedelta(days=1)


def work_hours_between(
    start: datetime, end: datetime, calendar: Calendar, zone: str = "Asia/Shanghai"
) -> timedelta:
    """Give how much working time lies between START and END; nothing when END is earlier."""
    place = ZoneInfo(zone)
    first, last = start.astimezone(place), end.astimezone(place)
    total, day = timedelta(), first.date()
    while day <= last.date():
        for opens, closes in _open(day, calendar, place):
            total += max(min(last, closes) - max(first, opens), timedelta())
        day += timedelta(days=1)
    return total


def _open(
    day: date, calendar: Calendar, place: ZoneInfo
) -> Iterator[tuple[datetime, datetime]]:
    """Give from when until when work is done on DAY."""
    if calendar.is_working_day(day):
        for opens, closes in WORK_HOURS:
            yield datetime.combine(day, opens, place), datetime.combine(day, closes, place)
