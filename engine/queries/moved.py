"""Limits already set that the working calendar, as it stands now, would set otherwise."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from engine.base.errors import CalendarMissing
from engine.context import Deployed, View
from engine.queries import deployed
from engine.rules.calendar import WorkingCalendar, due_end_of_day
from engine.store import visible
from engine.store.tables import instance, task
from engine.store.visible import root

READ = 5_000  # open tasks looked at; a designed limit
SHOWN = 50
COUNTED = frozenset({"from", "amount", "revision"})  # what a limit in working days notes
CHANGED_BY_HAND = ("stops", "extended")  # such limits are no longer the rule's


@dataclass(frozen=True, slots=True)
class MovedRow:
    """One limit: as it is set, and as it would be."""

    task_id: int
    case_id: int
    number: str
    title: str
    name: str
    due_at: datetime
    would_be: datetime


@dataclass(frozen=True, slots=True)
class Moved:
    """The limits that differ; COMPLETE is false when there were too many tasks to read."""

    rows: tuple[MovedRow, ...]
    count: int
    complete: bool


def moved(view: View, *, calendar: str) -> Moved:
    """Find open limits counted with CALENDAR that its present days would set otherwise.

    Nothing is changed: a limit once set stays until a person moves it (operations.md 2.22).
    """
    visible.require_operations(view.actor)
    rows = view.connection.execute(_open()).all()
    versions = _Versions(view)
    found = [one for one in (_compared(versions, row, calendar) for row in rows[:READ]) if one]
    found.sort(key=lambda one: (one.due_at, one.task_id))
    return Moved(tuple(found[:SHOWN]), len(found), len(rows) <= READ)


class _Versions:
    """The versions the tasks belong to, each with its calendars read once."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._known: dict[tuple[int, str], Deployed] = {}

    def of(self, row: sa.Row[Any]) -> Deployed:
        """Give the version of one task."""
        key = (row.definition_id, row.runtime)
        if key not in self._known:
            self._known[key] = deployed.of(self._view, *key)
        return self._known[key]


def _open() -> sa.Select[Any]:
    columns = (task.c.id, task.c.name, task.c.due_at, task.c.due_steps)
    case = (root.c.id.label("case_id"), root.c.number, root.c.title)
    version = (instance.c.definition_id, instance.c.runtime)
    return (
        sa.select(*columns, *case, *version)
        .join(root, root.c.id == task.c.root_id)
        .join(instance, instance.c.id == task.c.instance_id)
        .where(task.c.state == "open", task.c.due_at.is_not(None))
        .order_by(task.c.due_at, task.c.id)
        .limit(READ + 1)
    )


def _compared(versions: _Versions, row: sa.Row[Any], calendar: str) -> MovedRow | None:
    steps = row.due_steps or {}
    counted = steps.get("calendar") == calendar and steps.keys() >= COUNTED
    if not counted or any(word in steps for word in CHANGED_BY_HAND):
        return None
    version = versions.of(row)
    days = cast("WorkingCalendar | None", version.calendars.get(calendar))
    if days is None or days.revision == steps["revision"]:
        return None
    would_be = _computed(steps, days, version.zone)
    if would_be is None or would_be == row.due_at:
        return None
    return MovedRow(
        task_id=row.id,
        case_id=row.case_id,
        number=row.number or "",
        title=row.title or "",
        name=row.name,
        due_at=row.due_at,
        would_be=would_be,
    )


def _computed(steps: dict[str, Any], days: WorkingCalendar, zone: str) -> datetime | None:
    start = datetime.fromisoformat(str(steps["from"])).astimezone(ZoneInfo(zone)).date()
    try:
        due = due_end_of_day(days.add_working_days(start, int(steps["amount"])), zone)
    except CalendarMissing:
        return None
    if "earliest" in steps:
        due = max(due, due_end_of_day(date.fromisoformat(str(steps["earliest"])), zone))
    if "latest" not in steps:
        return due
    return min(due, due_end_of_day(date.fromisoformat(str(steps["latest"])), zone))
