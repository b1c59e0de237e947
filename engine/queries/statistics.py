"""Figures with their rows: cases by state, year, region and process, in the actor's scope."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from engine.context import View
from engine.queries import kept_figures, labels
from engine.store import visible
from engine.store.tables import definition
from engine.store.visible import root

UNCHANGED = timedelta(days=1)  # as long as no limit comes


@dataclass(frozen=True, slots=True)
class Figure:
    """A count with what narrows a case search to exactly these rows."""

    application: str
    process: str
    process_name: str
    year: int | None
    region: str
    region_name: str
    state_name: str
    status: str
    count: int
    overdue: int


def cases(
    view: View, *, year: int | None = None, process: str = "", region: str = ""
) -> tuple[Figure, ...]:
    """Count cases by process, year, region and state; YEAR, PROCESS, REGION narrow."""

    def count() -> tuple[tuple[Figure, ...], datetime]:
        return _count(view, year, process, region), _next_due(view)

    return kept_figures.once(view, ("cases", year, process, region), count)


def _next_due(view: View) -> datetime:
    """Give the moment from which one more case is late; the others were before or never."""
    query = sa.select(sa.func.min(root.c.due_at)).where(
        root.c.due_at >= view.now, root.c.ended_at.is_(None)
    )
    found: datetime | None = view.connection.execute(query).scalar_one()
    return found or view.now + UNCHANGED


def _count(view: View, year: int | None, process: str, region: str) -> tuple[Figure, ...]:
    late = sa.and_(root.c.due_at < view.now, root.c.ended_at.is_(None))
    columns = (
        definition.c.application,
        definition.c.key,
        definition.c.name,
        root.c.year,
        root.c.region,
        root.c.state_name,
        root.c.status,
    )
    query = (
        sa.select(
            *columns,
            sa.func.count().label("number"),
            sa.func.sum(sa.case((late, 1), else_=0)).label("late"),
        )
        .select_from(root)
        .join(definition, definition.c.id == root.c.definition_id)
        .where(root.c.id == root.c.root_id, visible.cases(view.actor))
        .group_by(*columns)
        .order_by(*columns)
    )
    if year is not None:
        query = query.where(root.c.year == year)
    if process:
        query = query.where(definition.c.key == process)
    if region:
        query = query.where(visible.lies_in(region))
    found = view.connection.execute(query).all()
    names = labels.regions(view, (row.region for row in found))
    return tuple(
        Figure(
            application=row.application,
            process=row.key,
            process_name=row.name,
            year=row.year,
            region=row.region,
            region_name=names.get(row.region, ""),
            state_name=row.state_name,
            status=row.status,
            count=row.number,
            overdue=row.late,
        )
        for row in found
    )
