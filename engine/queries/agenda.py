"""What the clock will do: timers by day with working days, a list with names of elements."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from engine.base.errors import CalendarMissing
from engine.base.expressions import Calendar
from engine.context import View
from engine.queries import deployed
from engine.queries.paging import Page, Paging, SortKey, page
from engine.rules.calendar import local_day
from engine.store import visible
from engine.store.machine import job
from engine.store.tables import definition, instance
from engine.store.visible import root

TIMERS = ("timer", "start_timer")
LOADED = 5_000  # timers of one strip of days; a designed limit
WEEK = 7


@dataclass(frozen=True, slots=True)
class TimerRow:
    """A timer to come: what it belongs to, the element as drawn, its rule as written."""

    id: int
    kind: str
    state: str
    case_id: int | None
    number: str
    title: str
    process_name: str
    node: str
    node_name: str
    rule: str
    due_at: datetime
    overdue: bool


@dataclass(frozen=True, slots=True)
class Happening:
    """How many timers of one element are due on a day."""

    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the agenda; WORKING None: the calendar has no data for the year."""

    on: date
    today: bool
    working: bool | None
    made_up: bool  # a working day at a weekend
    items: tuple[Happening, ...]


@dataclass(frozen=True, slots=True)
class Agenda:
    """Whole weeks of days; COMPLETE is false when there were too many timers to read."""

    days: tuple[Day, ...]
    complete: bool

    @property
    def last(self) -> date:
        """Give the last day shown."""
        return self.days[-1].on


def timers(
    view: View,
    *,
    until: datetime | None = None,
    since: datetime | None = None,
    overdue: bool = False,
    paging: Paging | None = None,
) -> Page[TimerRow]:
    """Give the timers waiting, the next due first; only overdue ones with OVERDUE."""
    visible.require_operations(view.actor)
    query = _timers()
    if overdue:
        query = query.where(job.c.due_at <= view.now)
    if until is not None:
        query = query.where(job.c.due_at < until)
    if since is not None:
        query = query.where(job.c.due_at >= since)
    keys = [SortKey(job.c.due_at), SortKey(job.c.id)]
    names = Names(view)
    return page(
        view.connection, query, keys, paging or Paging(), lambda found: names.rows(found)
    )


def _timers() -> sa.Select[Any]:
    return (
        sa.select(job, root.c.number, root.c.title, instance.c.definition_id)
        .outerjoin(instance, instance.c.id == job.c.instance_id)
        .outerjoin(root, root.c.id == job.c.root_id)
        .where(job.c.kind.in_(TIMERS), job.c.state.in_(("ready", "paused")))
    )


class Names:
    """Names of processes and elements, read once per definition."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._known: dict[int, Mapping[str, Any]] = {}

    def of(self, row: sa.Row[Any]) -> str:
        """Name the element of the job ROW as drawn, by its id if it has no name."""
        node = (self._facts(row).get("nodes") or {}).get(row.node) or {}
        return str(node.get("name") or row.node or "")

    def rows(self, found: Sequence[sa.Row[Any]]) -> list[TimerRow]:
        """Make rows of the jobs FOUND."""
        return [self._row(row) for row in found]

    def _row(self, row: sa.Row[Any]) -> TimerRow:
        facts = self._facts(row)
        node = (facts.get("nodes") or {}).get(row.node) or {}
        return TimerRow(
            id=row.id,
            kind=row.kind,
            state=row.state,
            case_id=row.root_id,
            number=row.number or "",
            title=row.title or "",
            process_name=str(facts.get("name") or ""),
            node=row.node,
            node_name=self.of(row),
            rule=str(node.get("detail") or "").removeprefix("="),
            due_at=row.due_at,
            overdue=row.due_at <= self._view.now,
        )

    def _facts(self, row: sa.Row[Any]) -> Mapping[str, Any]:
        wanted = row.definition_id or row.payload.get("definition")
        if wanted is None:
            return {}
        if wanted not in self._known:
            query = sa.select(definition.c.facts).where(definition.c.id == wanted)
            found = self._view.connection.execute(query).scalar_one_or_none()
            self._known[wanted] = found or {}
        return self._known[wanted]


def agenda(
    view: View, *, application: str, first: date | None = None, weeks: int = 4
) -> Agenda:
    """Give WEEKS whole weeks of days from the Monday of FIRST (None: today)."""
    visible.require_operations(view.actor)
    version = deployed.latest(view, application)
    zone = ZoneInfo(version.zone)
    today = local_day(view.now, version.zone)
    start = first or today
    start -= timedelta(days=start.weekday())
    end = start + timedelta(days=WEEK * weeks)
    found = _due_between(view, application, _midnight(start, zone), _midnight(end, zone))
    by_day: dict[date, Counter[str]] = {}
    for row in Names(view).rows(found[:LOADED]):
        by_day.setdefault(row.due_at.astimezone(zone).date(), Counter())[row.node_name] += 1
    calendar = version.calendars.get(version.application.calendar)
    days = tuple(
        _day(start + timedelta(days=n), today, calendar, by_day) for n in range(WEEK * weeks)
    )
    return Agenda(days, len(found) <= LOADED)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(0), zone).astimezone(UTC)


def _due_between(
    view: View, application: str, since: datetime, until: datetime
) -> Sequence[sa.Row[Any]]:
    """Read timers of the application's cases and its start timers."""
    own = sa.select(definition.c.id).where(definition.c.application == application)
    mine = sa.or_(instance.c.definition_id.in_(own), job.c.topic == application)
    query = _timers().where(job.c.due_at >= since, job.c.due_at < until, mine)
    return view.connection.execute(query.order_by(job.c.due_at).limit(LOADED + 1)).all()


def _day(
    on: date, today: date, calendar: Calendar | None, by_day: Mapping[date, Counter[str]]
) -> Day:
    working = _working(on, calendar)
    items = by_day.get(on, Counter())
    return Day(
        on=on,
        today=on == today,
        working=working,
        made_up=working is True and on.isoweekday() > WEEK - 2,
        items=tuple(Happening(name, count) for name, count in items.most_common()),
    )


def _working(on: date, calendar: Calendar | None) -> bool | None:
    if calendar is None:
        return None
    try:
        return calendar.is_working_day(on)
    except CalendarMissing:
        return None
