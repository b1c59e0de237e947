"""Cases as lines of lists: 我发起, search, and the filters lists share."""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from engine.context import View
from engine.queries import due_state, fields, filters, flags, labels
from engine.queries.flags import Flag
from engine.queries.paging import (
    Page,
    Paging,
    Sort,
    SortKey,
    choose,
    moment_key,
    number_key,
    page,
    text_key,
)
from engine.store import visible
from engine.store.columns import UtcMoment
from engine.store.tables import definition, instance, task
from engine.store.visible import root


@dataclass(frozen=True, slots=True)
class WorkFilter:
    """What a list is narrowed to; empty means all. REGION is a prefix of division codes.

    STATE is the case state; TAKEN: "no" only seats nobody
    claimed, "colleague" only those a colleague holds.
    """

    text: str = ""
    state: str = ""
    process: str = ""
    region: str = ""
    year: int | None = None
    node: str = ""
    role: str = ""
    overdue: bool = False
    taken: str = ""


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One line of 我发起: a case."""

    id: int
    uid: str
    number: str
    title: str
    process_key: str
    process_name: str
    version: int
    region: str
    region_name: str
    place: str
    year: int | None
    category: str
    state_name: str
    status: str
    due: due_state.Due
    starter: str
    started_at: datetime
    ended_at: datetime | None
    flags: tuple[Flag, ...] = ()


def started(
    view: View, *, wanted: WorkFilter | None = None, paging: Paging | None = None
) -> Page[CaseRow]:
    """Give the cases the person started, newest first."""
    mine = cases_query().where(root.c.starter == view.actor.person)
    query = case_filter(view, mine, wanted)
    return page(
        view.connection,
        query,
        [SortKey(root.c.id, True)],
        paging or Paging(),
        lambda rows: case_rows(view, rows),
    )


def case_filter(view: View, query: sa.Select[Any], wanted: WorkFilter | None) -> sa.Select[Any]:
    """Narrow a query of cases; node, role and taken do not apply."""
    if wanted is None:
        return query
    if wanted.overdue:
        query = query.where(root.c.due_at < view.now, root.c.ended_at.is_(None))
    return narrowed(query, wanted)


def narrowed(query: sa.Select[Any], wanted: WorkFilter) -> sa.Select[Any]:
    """Narrow a query that has the case and its process joined."""
    equal = (
        (root.c.state_name, wanted.state),
        (definition.c.key, wanted.process),
        (root.c.year, wanted.year),
    )
    query = query.where(*(column == value for column, value in equal if value))
    if wanted.region:
        query = query.where(visible.lies_in(wanted.region))
    if wanted.text:
        ways = (root.c.number, root.c.title)
        found = [column.contains(wanted.text, autoescape=True) for column in ways]
        query = query.where(sa.or_(*found))
    return query


def is_root() -> sa.ColumnElement[bool]:
    """Say that the row is a case, not a called child."""
    return root.c.id == root.c.root_id


def cases_query() -> sa.Select[Any]:
    """Start from root instances, joined to their process."""
    return (
        sa.select(
            root,
            definition.c.key.label("process"),
            definition.c.name.label("process_name"),
            definition.c.version.label("process_version"),
            definition.c.application,
        )
        .join(definition, definition.c.id == root.c.definition_id)
        .where(is_root())
    )


def case_rows(view: View, rows: Sequence[sa.Row[Any]]) -> list[CaseRow]:
    """Make the lines of cases."""
    names = labels.regions(view, (row.region for row in rows))
    nearest = dues(view, rows)
    marked = flags.of_cases(view, ((row.application, row.number) for row in rows))
    return [
        CaseRow(
            id=row.id,
            uid=row.uid,
            number=row.number or "",
            title=row.title,
            process_key=row.process,
            process_name=row.process_name,
            version=row.process_version,
            region=row.region,
            region_name=names.get(row.region, ""),
            place=row.place,
            year=row.year,
            category=row.category,
            state_name=row.state_name,
            status=row.status,
            due=nearest.get(row.id, due_state.NO_DUE),
            starter=row.starter,
            started_at=row.started_at,
            ended_at=row.ended_at,
            flags=marked.get(row.number, ()),
        )
        for row in rows
    ]


def dues(view: View, rows: Sequence[sa.Row[Any]]) -> dict[int, due_state.Due]:
    """Describe the nearest due moment of each open case of ROWS, by case id."""
    wanted = [row.id for row in rows if row.ended_at is None and row.due_at is not None]
    if not wanted:
        return {}
    names = ("root_id", "node", "created_at", "due_at", "stopped_at", "level")
    query = (
        sa.select(*(task.c[n] for n in names), instance.c.definition_id, instance.c.runtime)
        .join(instance, instance.c.id == task.c.instance_id)
        .where(task.c.root_id.in_(wanted), task.c.state == "open", task.c.due_at.is_not(None))
        .order_by(task.c.due_at.desc())
    )
    nearest = {row.root_id: row for row in view.connection.execute(query).all()}
    return {
        case: due_state.of_task(
            view, row.definition_id, row.runtime, row.node, due_state.span_of(row)
        )
        for case, row in nearest.items()
    }


def searchable() -> dict[str, sa.ColumnElement[Any]]:
    """Give the columns a case search may name."""
    names = ("id", "uid", "number", "title", "status", "region", "place", "year", "category")
    moments = ("started_at", "ended_at", "due_at", "starter", "case_round", "version")
    columns = {name: root.c[name] for name in (*names, *moments)}
    extra = {"state": root.c.state_name, "process_key": definition.c.key}
    return {**columns, **extra, "application": definition.c.application}


def search(
    view: View,
    *,
    wanted: Mapping[str, Any] | None = None,
    sort: Sequence[Sort] = (),
    paging: Paging | None = None,
) -> Page[CaseRow]:
    """Search cases by their columns and by declared search fields, newest first."""
    wanted, columns = dict(wanted or {}), searchable()
    types: dict[str, str] = {}
    if "fields" in wanted:
        only = wanted.get("process_key")
        found = fields.declared(view, [only] if isinstance(only, str) else None)
        types = {name: field.type for name, field in found.items()}
    query = cases_query().where(
        visible.cases(view.actor),
        *filters.conditions(wanted, columns, fields=types, root=root.c.id),
    )
    keys = choose(sort, {n: _key(c) for n, c in columns.items()}, SortKey(root.c.id, True))
    build = functools.partial(case_rows, view)
    return page(view.connection, query, keys, paging or Paging(), build)


def _key(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    if isinstance(column.type, UtcMoment):
        return moment_key(column)
    return number_key(column) if isinstance(column.type, sa.Integer) else text_key(column)
