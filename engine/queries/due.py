"""What the machine has to do now, lane by lane; each read is answered by an index."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from engine.context import View
from engine.store.machine import job

LANES = ("engine", "callout", "bulk", "external")


@dataclass(frozen=True, slots=True)
class Lane:
    """One lane: DUE now, waiting FUTURE work, LEASED, FAILED; LATENESS of the oldest."""

    name: str
    due: int
    future: int
    leased: int
    failed: int
    paused: int
    next_at: datetime | None
    lateness_seconds: int


def is_due(view: View, *, lane: str = "engine") -> bool:
    """Tell by one indexed read whether LANE has work due: the worker's idle question."""
    query = (
        sa.select(job.c.id)
        .where(job.c.lane == lane, job.c.state == "ready", job.c.due_at <= view.now)
        .limit(1)
    )
    return view.connection.execute(query).first() is not None


def backlog(view: View) -> tuple[Lane, ...]:
    """Count the work of every lane."""
    now = sa.literal(view.now, job.c.due_at.type)
    due = sa.case((job.c.due_at <= now, 1), else_=0)
    query = sa.select(
        job.c.lane,
        job.c.state,
        sa.func.count().label("number"),
        sa.func.sum(due).label("due"),
        sa.func.min(job.c.due_at).label("first"),
    ).group_by(job.c.lane, job.c.state)
    found = {(row.lane, row.state): row for row in view.connection.execute(query)}
    return tuple(_lane(view, name, found) for name in LANES)


def _lane(view: View, name: str, found: Mapping[tuple[str, str], Any]) -> Lane:
    def number(state: str) -> int:
        row = found.get((name, state))
        return int(row.number) if row else 0

    ready = found.get((name, "ready"))
    due = int(ready.due) if ready else 0
    first = ready.first if ready else None
    late = int((view.now - first).total_seconds()) if first is not None and due else 0
    return Lane(
        name=name,
        due=due,
        future=number("ready") - due,
        leased=number("leased"),
        failed=number("failed"),
        paused=number("paused"),
        next_at=first,
        lateness_seconds=max(late, 0),
    )
