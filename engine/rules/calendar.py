"""Working days: published exceptions first, then chinesecalendar, never a guess."""

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import chinese_calendar

from engine.base.errors import CalendarMissing

END_OF_DAY = time(23, 59, 59)
_SATURDAY = 5


@dataclass(frozen=True)
class WorkingCalendar:
    """A working calendar; satisfies engine.base.expressions.Calendar.

    EXCEPTIONS map a date to "is a working day"; they win. YEARS are the years the
    exceptions publish whole. FALLBACK asks chinesecalendar for all other days, but not for
    those of the ENTERED years, which a person gave whole. A day of a year known to neither
    raises CalendarMissing.
    """

    id: str
    exceptions: Mapping[date, bool] = field(default_factory=dict)
    years: frozenset[int] = frozenset()
    fallback: bool = True
    revision: str = ""
    entered: frozenset[int] = frozenset()
    _cache: dict[int, tuple[int, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def is_working_day(self, day: date) -> bool:
        """Tell whether DAY is a working day."""
        known = self._cache.get(day.year)
        if known is not None:
            ordinal = day.toordinal()
            at = bisect_left(known, ordinal)
            return at < len(known) and known[at] == ordinal
        if day in self.exceptions and self.published(day.year):
            return self.exceptions[day]
        if self.fallback and day.year not in self.entered:
            try:
                return bool(chinese_calendar.is_workday(day))
            except NotImplementedError:
                pass  # a year the package does not know yet
        if day.year not in self.years:
            raise _missing(day.year)
        return day.weekday() < _SATURDAY

    def add_working_days(self, day: date, count: int) -> date:
        """Give the COUNT-th working day after DAY, before it when negative; 0 is DAY."""
        if count == 0:
            return day
        year, ordinal = day.year, day.toordinal()
        days = self._working(year)
        if count > 0:
            at = bisect_right(days, ordinal) + count - 1
            while at >= len(days):
                at, year = at - len(days), year + 1
                days = self._working(year)
            return date.fromordinal(days[at])
        at = bisect_left(days, ordinal) + count
        while at < 0:
            year -= 1
            days = self._working(year)
            at += len(days)
        return date.fromordinal(days[at])

    def working_days_between(self, start: date, end: date) -> int:
        """Count the working days d with start < d <= end; negative when END is earlier."""
        if end < start:
            return -self.working_days_between(end, start)
        total = 0
        for year in range(start.year, end.year + 1):
            days = self._working(year)
            first = bisect_right(days, start.toordinal())
            total += max(bisect_right(days, end.toordinal()) - first, 0)
        return total

    def published(self, year: int) -> bool:
        """Tell whether YEAR can be computed."""
        return year in self.years or (self.fallback and year in package_years())

    def published_years(self, first: int, last: int) -> frozenset[int]:
        """Give the years from FIRST to LAST that can be computed."""
        return frozenset(year for year in range(first, last + 1) if self.published(year))

    def _working(self, year: int) -> tuple[int, ...]:
        if year not in self._cache:
            if not self.published(year):
                raise _missing(year)
            first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
            self._cache[year] = tuple(
                n for n in range(first, last + 1) if self.is_working_day(date.fromordinal(n))
            )
        return self._cache[year]


def build_calendar(
    calendar_id: str,
    rows: Iterable[tuple[date, bool]],
    overrides: Iterable[tuple[date, bool]] = (),
    *,
    published: Iterable[int] | None = None,
    fallback: bool = True,
) -> WorkingCalendar:
    """Make calendar CALENDAR_ID of the application's ROWS and the OVERRIDES entered later.

    A year with ROWS counts as published whole; an override of one day publishes nothing
    unless PUBLISHED names the year. The revision names everything that may matter.
    """
    base = dict(rows)
    years = {day.year for day in base} if published is None else set(published)
    exceptions = {**base, **dict(overrides)}
    text = ";".join(f"{day}={int(exceptions[day])}" for day in sorted(exceptions))
    text += f"|{sorted(years)}|{package_name() if fallback else ''}"
    revision = f"{calendar_id}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"
    return WorkingCalendar(calendar_id, exceptions, frozenset(years), fallback, revision)


def with_entries(
    base: WorkingCalendar, days: Mapping[date, bool], years: Iterable[int] = ()
) -> WorkingCalendar:
    """Give BASE with what people entered: single DAYS, and whole YEARS of such days.

    An entered day wins over the application's file and the package. In an entered year
    nothing but the entered days counts; its other days are Monday to Friday.
    """
    entered = frozenset(years)
    kept = {day: on for day, on in base.exceptions.items() if day.year not in entered}
    text = ";".join(f"{day}={int(days[day])}" for day in sorted(days)) + f"|{sorted(entered)}"
    mark = hashlib.sha256(text.encode()).hexdigest()[:8]
    return WorkingCalendar(
        base.id,
        {**kept, **days},
        base.years | entered,
        base.fallback,
        f"{base.revision}+{mark}",
        entered,
    )


def package_holiday(day: date) -> str:
    """Name the holiday of the package DAY belongs to, off or made up; "" for none."""
    found = chinese_calendar.constants.holidays.get(day) or (
        chinese_calendar.constants.workdays.get(day)
    )
    return str(chinese_calendar.Holiday(found).chinese) if found else ""


def package_years() -> range:
    """Give the years chinesecalendar knows."""
    days = chinese_calendar.constants.holidays
    return range(min(days).year, max(days).year + 1)


def due_end_of_day(day: date, zone: str = "Asia/Shanghai") -> datetime:
    """Give 23:59:59 of DAY in ZONE as a UTC moment: when a day limit ends."""
    return datetime.combine(day, END_OF_DAY, ZoneInfo(zone)).astimezone(UTC)


def local_day(at: datetime, zone: str = "Asia/Shanghai") -> date:
    """Give the date AT (aware) falls on in ZONE."""
    return at.astimezone(ZoneInfo(zone)).date()


def package_name() -> str:
    """Name the package that fills in for the application, with its version."""
    return f"chinesecalendar-{chinese_calendar.__version__}"


def _missing(year: int) -> CalendarMissing:
    return CalendarMissing(f"缺少 {year} 年工作日数据，请管理员导入后再计算。", year=year)
