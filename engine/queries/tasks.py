"""User tasks with their seats: search, and one task as the API shows it."""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from engine.base.errors import NotFound
from engine.context import View
from engine.queries import discretion, due_state, fields, filters
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
from engine.store.tables import definition, instance, seat, task
from engine.store.visible import root

SEAT_FILTERS = ("unit", "role", "person", "seat_state")


@dataclass(frozen=True, slots=True)
class SeatView:
    """One voice of a round; VERSION is the expectedVersion of an act on it.

    ADDED_BY (ADDED_NAME) added it to the round, acting on the seat ORIGIN (加签, 委派).
    """

    id: int
    unit: str
    unit_name: str
    role: str
    label: str
    duty: str
    person: str | None
    person_name: str | None
    state: str
    decision: str | None
    outcome: str | None
    opinion: str | None
    decided_at: datetime | None
    on_behalf_of: str | None
    order_no: int
    weight: int
    required: bool
    veto: bool
    due_at: datetime | None
    version: int
    added_by: str | None
    added_name: str | None
    origin: int | None
    mine: bool

    def silenced(self) -> "SeatView":
        """Give the seat without what it said."""
        return replace(self, decision=None, outcome=None, opinion=None)


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One round of a user task with its case; PROCESS_KEY is that of the case."""

    id: int
    instance_id: int
    case_id: int
    number: str
    title: str
    state_name: str
    case_status: str
    case_version: int
    process_key: str
    process_name: str
    region: str
    place: str
    year: int | None
    category: str
    node: str
    name: str
    kind: str
    form: str | None
    round: int
    case_round: int
    rule: str
    state: str
    priority: int
    created_at: datetime
    due: due_state.Due
    due_at: datetime | None
    due_steps: Any
    closed_at: datetime | None
    outcome: str | None
    arithmetic: str
    superseded: bool
    composition_version: int  # how often seats were added or taken out
    seats: tuple[SeatView, ...]


def columns() -> dict[str, sa.ColumnElement[Any]]:
    """Give the columns a task search may name, seats apart."""
    own = ("id", "instance_id", "node", "name", "kind", "form", "round", "case_round", "state")
    more = ("priority", "created_at", "due_at", "closed_at", "outcome", "superseded", "rule")
    limit = ("level", "due_kind", "stopped_at")
    case = ("number", "title", "region", "place", "year", "category")
    found: dict[str, sa.ColumnElement[Any]] = {n: task.c[n] for n in (*own, *more, *limit)}
    found |= {name: root.c[name] for name in case}
    found |= {"case_id": task.c.root_id, "case_state": root.c.state_name}
    found |= {"case_status": root.c.status, "process_key": definition.c.key}
    return found


def search(
    view: View,
    *,
    wanted: Mapping[str, Any] | None = None,
    sort: Sequence[Sort] = (),
    paging: Paging | None = None,
) -> Page[TaskRow]:
    """Search the tasks of cases the actor may see; seats by unit, role, person, mine."""
    asked, known = dict(wanted or {}), columns()
    query = _query().where(visible.cases(view.actor))
    query = query.where(*_seat_conditions(view, asked))
    types = {}
    if "fields" in asked:
        types = {name: field.type for name, field in fields.declared(view).items()}
    query = query.where(*filters.conditions(asked, known, fields=types, root=root.c.id))
    sortable = {name: _key(column) for name, column in known.items()}
    keys = choose(sort or (Sort("due_at"),), sortable, SortKey(task.c.id))
    build = functools.partial(_rows, view)
    return page(view.connection, query, keys, paging or Paging(), build)


def get(view: View, *, task_id: int) -> TaskRow:
    """Give one task of a case the actor may see."""
    query = _query().where(task.c.id == task_id, visible.cases(view.actor))
    row = view.connection.execute(query).one_or_none()
    if row is None:
        raise NotFound
    return _rows(view, [row])[0]


def _seat_conditions(view: View, asked: dict[str, Any]) -> list[sa.ColumnElement[bool]]:
    """Take the filters on seats out of ASKED and give them as one condition."""
    made: list[sa.ColumnElement[bool]] = []
    mine = asked.pop("mine", None)
    if mine is not None:
        own = sa.select(seat.c.task_id).where(seat.c.id.in_(visible.open_seats(view.actor)))
        made.append(task.c.id.in_(own) if mine is True else task.c.id.not_in(own))
    on_seats = {name: asked.pop(name) for name in SEAT_FILTERS if name in asked}
    if on_seats:
        known = {"unit": seat.c.unit, "role": seat.c.role, "person": seat.c.person}
        known["seat_state"] = seat.c.state
        found = sa.select(seat.c.task_id).where(*filters.conditions(on_seats, known))
        made.append(task.c.id.in_(found))
    return made


def _key(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    if isinstance(column.type, UtcMoment):
        return moment_key(column)
    if isinstance(column.type, sa.Boolean):
        return sa.cast(column, sa.Integer)
    return number_key(column) if isinstance(column.type, sa.Integer) else text_key(column)


def _query() -> sa.Select[Any]:
    case = ("number", "title", "state_name", "region", "place", "year", "category")
    return (
        sa.select(
            task,
            *(root.c[name] for name in case),
            root.c.status.label("case_status"),
            root.c.version.label("case_version"),
            instance.c.definition_id,
            instance.c.runtime,
            definition.c.key.label("process_key"),
            definition.c.name.label("process_name"),
        )
        .join(root, root.c.id == task.c.root_id)
        .join(instance, instance.c.id == task.c.instance_id)
        .join(definition, definition.c.id == root.c.definition_id)
    )


def seats_of(view: View, tasks: Sequence[int]) -> dict[int, list[SeatView]]:
    """Give the seats of TASKS in order; MINE marks those the actor can act on."""
    if not tasks:
        return {}
    own = sa.and_(seat.c.state == "open", visible.own_seats(view.actor))
    query = sa.select(seat, sa.case((own, 1), else_=0).label("mine"))
    query = query.where(seat.c.task_id.in_(tasks)).order_by(seat.c.order_no, seat.c.id)
    names = [name for name in SeatView.__slots__ if name != "mine"]
    found: dict[int, list[SeatView]] = {}
    for row in view.connection.execute(query):
        values = {name: row._mapping[name] for name in names}
        found.setdefault(row.task_id, []).append(SeatView(**values, mine=bool(row.mine)))
    return found


def _rows(view: View, found: Sequence[sa.Row[Any]]) -> list[TaskRow]:
    seats = seats_of(view, [row.id for row in found])
    special = ("due", "seats", "case_id", "number", "arithmetic", "composition_version")
    names = [name for name in TaskRow.__slots__ if name not in special]
    return [
        TaskRow(
            **{name: row._mapping[name] for name in names},
            case_id=row.root_id,
            number=row.number or "",
            arithmetic=row.arithmetic or "",
            due=_due(view, row),
            composition_version=int((row.settings or {}).get("composition") or 0),
            seats=tuple(discretion.readable(view, row, seats.get(row.id, []))),
        )
        for row in found
    ]


def _due(view: View, row: sa.Row[Any]) -> due_state.Due:
    if row.closed_at is not None:
        return due_state.NO_DUE
    span = due_state.span_of(row)
    return due_state.of_task(view, row.definition_id, row.runtime, row.node, span)
