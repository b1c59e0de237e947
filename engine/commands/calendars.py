"""The working calendar as people keep it: single days, whole years, every change on record."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from engine.base.errors import (
    InvalidForm,
    InvalidRequest,
    NotFound,
    StaleDocument,
    VersionMissing,
)
from engine.calendars import PREFIX, Entered, read_entered
from engine.commands.results import CalendarChanged
from engine.context import Context, Deployed
from engine.library.reading import Reader
from engine.library.tables import CalendarDay, read_calendar
from engine.rules.calendar import WorkingCalendar
from engine.rules.permissions import may
from engine.store import cases, definitions, records

MAX_ROWS = 4_000  # designed: ten whole years of days
NAME_LENGTH = 40
YEARS = range(1990, 2101)  # the span in which years are published

Days = Mapping[date, tuple[bool, str]]


@dataclass(frozen=True, slots=True)
class ChangeCalendarDay:
    """Say that DAY is WORKING or off, before what the application and the package say.

    WORKING None takes the entry back. IF_MATCH is the version of the calendar's entries (0:
    none yet). A year without data is refused: it is entered whole. Answers CalendarChanged.
    """

    calendar: str
    day: date
    working: bool | None
    name: str = ""
    if_match: int | None = None

    def run(self, ctx: Context) -> CalendarChanged:
        """Write the entries with the one day changed."""
        known = _held(ctx, self.calendar, self.if_match)
        if not _published(ctx, self.calendar, self.day.year):
            raise _field("day", f"{self.day.year} 年还没有工作日数据，请先录入整年。")
        if len(self.name) > NAME_LENGTH:
            raise _field("name", f"名称最多 {NAME_LENGTH} 个字。")
        days = dict(known.days)
        if self.working is None:
            if days.pop(self.day, None) is None:
                raise _field("day", f"{self.day} 没有本地录入，不能恢复。")
        else:
            days[self.day] = (self.working, self.name)
        return _write(ctx, self.calendar, known, Entered(days, known.years), type(self))


@dataclass(frozen=True, slots=True)
class ImportCalendarDays:
    """Take CSV rows date,is_workday,name: a year without data is published whole by them.

    Of a year entered whole before, the rows replace all; of any other year each row changes
    its day. A wrong row refuses everything: InvalidForm names row and column. Answers
    CalendarChanged.
    """

    calendar: str
    data: bytes
    if_match: int | None = None

    def run(self, ctx: Context) -> CalendarChanged:
        """Check every row, then write all of them."""
        known = _held(ctx, self.calendar, self.if_match)
        rows = _rows(self.data)
        given = {row.day.year for row in rows}
        whole = {y for y in given if y in known.years or not _published(ctx, self.calendar, y)}
        days = {day: entry for day, entry in known.days.items() if day.year not in whole}
        days |= {row.day: (row.working, row.name) for row in rows}
        made = Entered(days, known.years | whole)
        return _write(ctx, self.calendar, known, made, type(self))


@dataclass(frozen=True, slots=True)
class RemoveCalendarYear:
    """Take back everything entered for YEAR. Answers CalendarChanged."""

    calendar: str
    year: int
    if_match: int | None = None

    def run(self, ctx: Context) -> CalendarChanged:
        """Write the entries without the year."""
        known = _held(ctx, self.calendar, self.if_match)
        days = {day: entry for day, entry in known.days.items() if day.year != self.year}
        made = Entered(days, known.years - {self.year})
        if made.days == known.days and made.years == known.years:
            raise NotFound(f"{self.year} 年没有本地录入。")
        return _write(ctx, self.calendar, known, made, type(self))


def _held(ctx: Context, calendar: str, if_match: int | None) -> Entered:
    """Read the entries as the only one who writes them now."""
    may(ctx.actor, "calendar")
    cases.take_numbers(ctx.conn, "calendar")
    _versions(ctx, calendar)
    if if_match is None:
        raise VersionMissing
    known = read_entered(ctx.conn, calendar)
    if known.version != if_match:
        raise StaleDocument(currentVersion=known.version)
    return known


def _versions(ctx: Context, calendar: str) -> list[Deployed]:
    """Give the newest version of every application that counts with CALENDAR."""
    found = []
    for row in definitions.latest_bundles(ctx.conn):
        version = ctx.runtimes.version(ctx.conn, row["id"], row["application"])
        if calendar in version.calendars:
            found.append(version)
    if not found:
        raise NotFound(f"没有应用使用工作日历“{calendar[:40]}”。")
    return found


def _published(ctx: Context, calendar: str, year: int) -> bool:
    known = (version.calendars[calendar] for version in _versions(ctx, calendar))
    return all(cast(WorkingCalendar, one).published(year) for one in known)


def _rows(data: bytes) -> tuple[CalendarDay, ...]:
    reader = Reader("")
    rows = read_calendar(data, reader)
    for row in rows:
        where = f"{row.day} name"
        if row.day.year not in YEARS:
            reader.report(f"{row.day} date", f"年份须在 {YEARS[0]} 至 {YEARS[-1]} 之间")
        if len(row.name) > NAME_LENGTH:
            reader.report(where, f"名称最多 {NAME_LENGTH} 个字")
    if reader.findings:
        raise InvalidForm(
            [
                {"field": found.element or "data", "code": found.code, "detail": found.zh}
                for found in reader.findings[:200]
            ],
            "有不能导入的行，一行也没有导入。请改正后重新提交。",
        )
    if not rows:
        raise _field("data", "没有一行数据。")
    if len(rows) > MAX_ROWS:
        raise InvalidRequest(f"最多一次导入 {MAX_ROWS} 行。")
    return rows


def _write(
    ctx: Context, calendar: str, known: Entered, made: Entered, act: type[Any]
) -> CalendarChanged:
    changes = _changes(known.days, made.days)
    version = records.write_setting(ctx.conn, PREFIX + calendar, made.as_json())
    detail = {
        "calendar": calendar,
        "by": ctx.actor.name,
        "changes": changes,
        "added": sorted(made.years - known.years),
        "removed": sorted(known.years - made.years),
    }
    records.add_audit(ctx.conn, ctx.now, ctx.actor.person, act.__name__, detail)
    return CalendarChanged(
        version=version,
        days=len(changes),
        years=tuple(sorted(made.years - known.years)),
    )


def _changes(old: Days, new: Days) -> list[dict[str, Any]]:
    days = sorted(day for day in old.keys() | new.keys() if old.get(day) != new.get(day))
    return [
        {"day": str(day), "from": _entry(old.get(day)), "to": _entry(new.get(day))}
        for day in days
    ]


def _entry(entry: tuple[bool, str] | None) -> list[Any] | None:
    return list(entry) if entry is not None else None


def _field(field: str, text: str) -> InvalidForm:
    return InvalidForm([{"field": field, "code": "calendar", "detail": text}], text)
