"""The working calendar as a person reads it: years and their source, days, changes."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal, cast

from engine.base.errors import NotFound
from engine.calendars import Entered, read_entered
from engine.context import Deployed, View
from engine.library.tables import CalendarDay
from engine.queries import deployed
from engine.rules.calendar import (
    WorkingCalendar,
    local_day,
    package_holiday,
    package_name,
    package_years,
)
from engine.store import definitions, records, visible

Source = Literal["entered", "file", "package", "week", "missing"]
AROUND = 3  # years before and after the present one that are always listed
KINDS = ("ChangeCalendarDay", "ImportCalendarDays", "RemoveCalendarYear")
MOST_CHANGES = 100


@dataclass(frozen=True, slots=True)
class CalendarYear:
    """A year of a calendar: where its days come from, how many are worked."""

    year: int
    source: Source
    working_days: int
    entered_days: int


@dataclass(frozen=True, slots=True)
class CalendarHead:
    """A calendar: its id, the applications that count with it, its listed years."""

    id: str
    version: int
    applications: tuple[str, ...]
    years: tuple[CalendarYear, ...]
    package: str


@dataclass(frozen=True, slots=True)
class DayRow:
    """One day; WORKING None: no data. HOLIDAY and MADE_UP differ from Monday to Friday."""

    day: date
    working: bool | None
    source: Source
    name: str
    holiday: bool
    made_up: bool


@dataclass(frozen=True, slots=True)
class Change:
    """One act on the calendar: who, when, what it was and is, years added and taken away."""

    at: datetime
    by: str
    kind: str
    changes: tuple[Mapping[str, Any], ...]
    added: tuple[int, ...]
    removed: tuple[int, ...]


class _Known:
    """One calendar put together for reading."""

    def __init__(self, view: View, calendar: str, versions: list[Deployed]) -> None:
        first = versions[0]
        self.id = calendar
        self.entered: Entered = read_entered(view.connection, calendar)
        self.days = cast(WorkingCalendar, first.calendars[calendar])
        self.file: dict[date, CalendarDay] = {
            row.day: row for row in first.application.calendars.get(calendar, ())
        }
        self.file_years = {day.year for day in self.file}
        self.today = local_day(view.now, first.zone)
        self.applications = tuple(one.application.title for one in versions)

    def source(self, year: int) -> Source:
        """Tell where the days of YEAR come from, before single entries."""
        if year in self.entered.years:
            return "entered"
        if year in self.file_years:
            return "file"
        return "package" if year in package_years() else "missing"

    def years(self) -> list[int]:
        """List the years worth showing."""
        near = range(self.today.year - AROUND, self.today.year + AROUND + 1)
        own = {day.year for day in self.entered.days}
        return sorted({*near, *self.file_years, *self.entered.years, *own})

    def year(self, year: int) -> CalendarYear:
        """Count the days of YEAR."""
        found = list(self.rows(year))
        counts = Counter(row.source == "entered" for row in found)
        worked = sum(row.working is True for row in found)
        return CalendarYear(year, self.source(year), worked, counts[True])

    def rows(self, year: int) -> Iterator[DayRow]:
        """Give every day of YEAR."""
        day = date(year, 1, 1)
        while day.year == year:
            yield self._row(day)
            day += timedelta(days=1)

    def _row(self, day: date) -> DayRow:
        known = self.days.published(day.year)
        working = self.days.is_working_day(day) if known else None
        source, name = self._origin(day)
        weekday = day.isoweekday() <= 5
        return DayRow(
            day=day,
            working=working,
            source=source,
            name=name,
            holiday=working is False and weekday,
            made_up=working is True and not weekday,
        )

    def _origin(self, day: date) -> tuple[Source, str]:
        if day in self.entered.days:
            return "entered", self.entered.days[day][1]
        if day.year in self.entered.years:
            return "week", ""
        if day in self.file:
            return "file", self.file[day].name
        if day.year in package_years():
            name = package_holiday(day)
            return ("package", name) if name else ("week", "")
        return ("week" if day.year in self.file_years else "missing"), ""


def heads(view: View) -> tuple[CalendarHead, ...]:
    """List the calendars the applications count with, and their years."""
    visible.require_operations(view.actor)
    found: dict[str, list[Deployed]] = {}
    for version in _versions(view):
        for name in version.calendars:
            found.setdefault(name, []).append(version)
    return tuple(_head(view, name, found[name]) for name in sorted(found))


def _head(view: View, name: str, versions: list[Deployed]) -> CalendarHead:
    known = _Known(view, name, versions)
    years = tuple(known.year(year) for year in known.years())
    return CalendarHead(name, known.entered.version, known.applications, years, package_name())


def days(view: View, *, calendar: str, year: int) -> tuple[DayRow, ...]:
    """Give every day of YEAR with its source."""
    visible.require_operations(view.actor)
    if not date.min.year < year < date.max.year:
        raise NotFound
    return tuple(_known(view, calendar).rows(year))


def _known(view: View, calendar: str) -> _Known:
    versions = [one for one in _versions(view) if calendar in one.calendars]
    if not versions:
        raise NotFound(f"没有应用使用工作日历“{calendar[:40]}”。")
    return _Known(view, calendar, versions)


def _versions(view: View) -> list[Deployed]:
    rows = definitions.latest_bundles(view.connection)
    return [deployed.latest(view, row["application"]) for row in rows]


def changes(view: View, *, calendar: str) -> tuple[Change, ...]:
    """Give the latest acts on CALENDAR, newest first."""
    visible.require_operations(view.actor)
    rows = records.newest_audit(view.connection, KINDS, MOST_CHANGES)
    return tuple(
        Change(
            at=row["at"],
            by=str(row["detail"]["by"]),
            kind=row["kind"],
            changes=tuple(row["detail"]["changes"]),
            added=tuple(row["detail"]["added"]),
            removed=tuple(row["detail"]["removed"]),
        )
        for row in rows
        if row["detail"]["calendar"] == calendar
    )
