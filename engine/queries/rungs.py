"""Reminders and levels to come: the rungs of open limits until a day, nothing written."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa

from engine.base.errors import CalendarMissing
from engine.context import View
from engine.queries.forecast import NextTask
from engine.queries.rehearsal import Copy
from engine.rules.calendar import WorkingCalendar, local_day
from engine.rules.deadlines import Place
from engine.rules.escalation import DRAWN, Ladder, Rung, capped, drawn
from engine.store.machine import job
from engine.store.tables import instance, task
from engine.versions import Deployed

JOB = "escalate"  # kind of the job that looks at a limit
DAY_UNITS = ("workingDay", "workingHour", "date")


@dataclass(frozen=True, slots=True)
class Climb:
    """One rung of one limit: when it begins, of which element, and what it does."""

    at: datetime
    node: str
    name: str
    level: str
    text: str


def of_case(view: View, root_id: int, until: datetime) -> list[Climb]:
    """Give what the limits of the open work of a case bring until UNTIL."""
    query = (
        sa.select(
            job.c.payload,
            *(task.c[name] for name in ("node", "name", "due_at", "due_kind")),
            instance.c.definition_id,
            instance.c.runtime,
            instance.c.region,
        )
        .join(instance, instance.c.id == job.c.instance_id)
        .join(task, task.c.root_id == job.c.root_id)
        .where(job.c.kind == JOB, job.c.state == "ready", job.c.root_id == root_id)
        .where(job.c.due_at <= until, task.c.state.in_(("open", "held")))
        .where(job.c.dedup_key == sa.literal(f"{JOB}:") + sa.cast(task.c.id, sa.Text))
        .order_by(job.c.due_at, job.c.id)
    )
    found: list[Climb] = []
    for row in view.connection.execute(query).mappings():
        version = view.runtimes.deployed(view.connection, row["definition_id"], row["runtime"])
        key = view.runtimes.definition(view.connection, row["definition_id"])["key"]
        limit = _Limit(version, key, row["node"], row["name"], row["due_at"])
        ladder = limit.ladder(row["due_kind"], row["region"])
        found += limit.climbs(ladder[int(row["payload"]["done"]) + 1 :], view.now, until)
    return found + _of_the_case(view, root_id, until)


def _of_the_case(view: View, root_id: int, until: datetime) -> list[Climb]:
    """Give what the limits of the case itself bring, while no task of their kind speaks."""
    query = (
        sa.select(job.c.payload, instance.c.definition_id, instance.c.runtime)
        .add_columns(instance.c.region)
        .join(instance, instance.c.id == job.c.instance_id)
        .where(job.c.kind == JOB, job.c.state == "ready", job.c.root_id == root_id)
        .where(job.c.due_at <= until, job.c.dedup_key.startswith(f"{JOB}:case:"))
        .order_by(job.c.due_at, job.c.id)
    )
    kinds = sa.select(task.c.due_kind).where(
        task.c.root_id == root_id, task.c.state.in_(("open", "held"))
    )
    spoken = {str(kind) for (kind,) in view.connection.execute(kinds)}
    found: list[Climb] = []
    for row in view.connection.execute(query).mappings():
        version = view.runtimes.deployed(view.connection, row["definition_id"], row["runtime"])
        key = view.runtimes.definition(view.connection, row["definition_id"])["key"]
        said = row["payload"]
        for one in version.case_limits.get(key, ()):
            if one.key == said["limit"] and one.kind not in spoken:
                due = datetime.fromisoformat(said["due"])
                limit = _Limit(version, key, "", one.title, due)
                ladder = limit.ladder(one.kind, row["region"])
                ladder = capped(ladder, one.row.get("highest"))
                found += limit.climbs(ladder[int(said["done"]) + 1 :], view.now, until)
    return found


def of_opened(
    copy: Copy, opened: NextTask, at: datetime, until: datetime
) -> list[Climb]:
    """Give what the limit of work opened on paper AT a moment brings until UNTIL."""
    if opened.due_at is None:
        return []
    limit = _Limit(copy.deployed, copy.key, opened.node, opened.name, opened.due_at)
    kind = DRAWN if limit.row.get("escalations") else str(limit.row.get("kind") or "")
    return limit.climbs(limit.ladder(kind, ""), at, until)


@dataclass(eq=False)
class _Limit:
    """The limit of one piece of work."""

    version: Deployed
    key: str
    node: str
    name: str
    due: datetime

    @property
    def row(self) -> dict[str, Any]:
        """Give what the due table and the diagram say of it."""
        facts = self.version.facts[self.key].nodes.get(self.node)
        said: Mapping[str, Any] = facts.due if facts else {}
        table = self.version.application.deadlines.get(str(said.get("key") or ""), {})
        return {**table, **said}

    def ladder(self, kind: str, region: str) -> Ladder:
        """Give its rungs."""
        row = self.row
        if kind != DRAWN:
            return capped(self.version.ladder(kind, region), row.get("highest"))
        unit = str(row.get("unit") or ("date" if "date" in row else DAY_UNITS[0]))
        return drawn(row["escalations"], unit in DAY_UNITS)

    @property
    def place(self) -> Place:
        """Give the calendar and zone it is counted in."""
        name = self.version.facts[self.key].calendar
        known = self.version.calendars
        calendar = known.get(name) or known[self.version.application.calendar]
        return Place(cast(WorkingCalendar, calendar), self.version.zone)

    def climbs(self, ladder: Ladder, since: datetime, until: datetime) -> list[Climb]:
        """Give the rungs that begin until UNTIL; all passed before SINCE are one look then."""
        place = self.place
        found = []
        passed: Rung | None = None
        for rung in ladder:
            try:
                begins = rung.begins(self.due, place)
            except CalendarMissing as error:
                found.append(self._climb(rung, rung.earliest(self.due, place), error.message))
                break
            if begins > until:
                break
            if begins <= since:
                passed = rung
                continue
            found.append(self._climb(rung, begins))
        if passed is not None:
            found.insert(0, self._climb(passed, since))
        return found

    def _climb(self, rung: Rung, at: datetime, stopped: str = "") -> Climb:
        whom = "、".join(rung.notify)
        text = f"{rung.level} {rung.action}：时限 {local_day(self.due, self.version.zone)}"
        text += f"，告知{whom}" if whom else ""
        text += f"（{stopped}）" if stopped else ""
        return Climb(at, self.node, self.name, rung.level, text)
