"""待办, 已办, 我发起, 抄送我: rows, filters, counts, keyset pages (operations.md 1 row 1)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from engine.context import View
from engine.queries import due_state, flags, labels
from engine.queries.cases import WorkFilter, is_root, narrowed
from engine.queries.flags import Flag
from engine.queries.paging import Page, Paging, SortKey, count, moment_key, page
from engine.rules import deputies
from engine.store import visible
from engine.store.machine import notice
from engine.store.tables import definition, instance, seat, task
from engine.store.visible import root


@dataclass(frozen=True, slots=True)
class WorkRow:
    """One line of 待办 or 已办: a seat, its task and its case."""

    task_id: int
    seat_id: int
    case_id: int
    number: str
    title: str
    process_key: str
    process_name: str
    node: str
    node_name: str
    round: int
    region: str
    region_name: str
    unit: str
    unit_name: str
    role: str
    label: str
    sender: str  # 来自: the unit that acted last before this task
    arrived_at: datetime
    due: due_state.Due
    state_name: str
    status: str
    claimed_by: str | None
    claimed_name: str | None
    seat_version: int
    decided_at: datetime | None
    outcome: str | None
    opinion: str | None
    behalf: str = ""  # whom the actor would act, or acted, for: 代 甲
    flags: tuple[Flag, ...] = ()


@dataclass(frozen=True, slots=True)
class Counts:
    """The figures on the tabs and chips; each equals the total of its list."""

    todo: int
    overdue: int
    unclaimed: int
    colleague: int
    done: int
    started: int
    copied: int


def todo(
    view: View, *, wanted: WorkFilter | None = None, paging: Paging | None = None
) -> Page[WorkRow]:
    """Give the seats ACTOR can act on now, most urgent first."""
    query = _filtered(view, _seats().where(_open_for(view, wanted)), wanted)
    keys = [SortKey(moment_key(seat.c.due_at)), SortKey(seat.c.id)]
    return page(view.connection, query, keys, paging or Paging(), _rows_of(view))


def done(
    view: View, *, wanted: WorkFilter | None = None, paging: Paging | None = None
) -> Page[WorkRow]:
    """Give the seats the person acted on, newest first."""
    query = _filtered(view, _seats().where(*_done_by(view)), wanted)
    keys = [SortKey(moment_key(seat.c.decided_at), True), SortKey(seat.c.id, True)]
    return page(view.connection, query, keys, paging or Paging(), _rows_of(view))


def counts(view: View) -> Counts:
    """Count what the four lists hold."""
    open_seats = _seats().where(_open_for(view, None))
    late = WorkFilter(overdue=True)
    free, colleague = WorkFilter(taken="no"), WorkFilter(taken="colleague")
    told = sa.select(notice.c.id).where(visible.notices(view.actor))
    mine = sa.select(root.c.id).where(is_root(), root.c.starter == view.actor.person)
    queries = (
        open_seats,
        _filtered(view, open_seats, late),
        _filtered(view, _seats().where(_open_for(view, free)), free),
        _filtered(view, _seats().where(_open_for(view, colleague)), colleague),
        _seats().where(*_done_by(view)),
        mine,
        told,
    )
    return Counts(*(count(view.connection, query)[0] for query in queries))


def _seats() -> sa.Select[Any]:
    """Start from seats, joined to their task, case and process."""
    return (
        sa.select(
            seat,
            task.c.node,
            task.c.name.label("node_name"),
            task.c.round,
            task.c.created_at,
            task.c.stopped_at,
            task.c.level,
            task.c.instance_id,
            root.c.number,
            root.c.title,
            root.c.state_name,
            root.c.status,
            root.c.region.label("case_region"),
            instance.c.definition_id,
            instance.c.runtime,
            definition.c.key.label("process"),
            definition.c.name.label("process_name"),
            definition.c.application,
        )
        .join(task, task.c.id == seat.c.task_id)
        .join(instance, instance.c.id == task.c.instance_id)
        .join(root, root.c.id == seat.c.root_id)
        .join(definition, definition.c.id == root.c.definition_id)
    )


def _open_for(view: View, wanted: WorkFilter | None) -> sa.ColumnElement[bool]:
    taken = wanted.taken if wanted else ""
    if taken == "no":
        found: Any = visible.unclaimed_seats(view.actor)
    elif taken == "colleague":
        found = visible.colleague_seats(view.actor)
    else:
        found = visible.open_seats(view.actor)
    return sa.and_(seat.c.id.in_(found), task.c.state == "open")


def _done_by(view: View) -> tuple[sa.ColumnElement[bool], ...]:
    return (seat.c.person == view.actor.person, seat.c.state == "done")


def _filtered(view: View, query: sa.Select[Any], wanted: WorkFilter | None) -> sa.Select[Any]:
    """Narrow a query of seats."""
    if wanted is None:
        return query
    if wanted.node:
        query = query.where(task.c.node == wanted.node)
    if wanted.role:
        query = query.where(seat.c.role == wanted.role)
    if wanted.overdue:
        query = query.where(seat.c.due_at < view.now)
    return narrowed(query, wanted)


def _rows_of(view: View) -> Callable[[Sequence[sa.Row[Any]]], list[WorkRow]]:
    return lambda rows: work_rows(view, rows)


def work_rows(view: View, rows: Sequence[sa.Row[Any]]) -> list[WorkRow]:
    """Make the lines of seats; names and senders are looked up once for all."""
    names = labels.regions(view, (row.case_region for row in rows))
    senders = _senders(view, rows)
    marked = flags.of_cases(view, ((row.application, row.number) for row in rows))
    return [
        WorkRow(
            task_id=row.task_id,
            seat_id=row.id,
            case_id=row.root_id,
            number=row.number or "",
            title=row.title,
            process_key=row.process,
            process_name=row.process_name,
            node=row.node,
            node_name=row.node_name,
            round=row.round,
            region=row.case_region,
            region_name=names.get(row.case_region, ""),
            unit=row.unit,
            unit_name=row.unit_name,
            role=row.role,
            label=row.label,
            sender=senders.get(row.task_id, ""),
            arrived_at=row.created_at,
            due=_due_of(view, row),
            state_name=row.state_name,
            status=row.status,
            claimed_by=row.person,
            claimed_name=row.person_name,
            seat_version=row.version,
            decided_at=row.decided_at,
            outcome=row.outcome,
            opinion=row.opinion,
            behalf=_behalf(view, row),
            flags=marked.get(row.number, ()),
        )
        for row in rows
    ]


def _behalf(view: View, row: sa.Row[Any]) -> str:
    """Name whom the actor stands in for on the seat of ROW."""
    if row.on_behalf_of and row.person == view.actor.person:
        return str(row.person_name or "").rpartition(deputies.WORD)[2]
    if row.state != "open" or not view.actor.behalves:
        return ""
    scope = deputies.Scope(row.process, str(row.case_region or ""))
    found = deputies.behalf_of(view.actor, dict(row._mapping), scope, view.now)
    return found.name if found else ""


def _due_of(view: View, row: sa.Row[Any]) -> due_state.Due:
    if row.decided_at is not None:
        return due_state.NO_DUE
    span = due_state.span_of(row)
    return due_state.of_task(view, row.definition_id, row.runtime, row.node, span)


def _senders(view: View, rows: Sequence[sa.Row[Any]]) -> dict[int, str]:
    """Give the unit that acted last in each case before the task arrived."""
    cases = {row.root_id for row in rows}
    if not cases:
        return {}
    query = (
        sa.select(seat.c.root_id, seat.c.decided_at, seat.c.unit_name, seat.c.person_name)
        .where(seat.c.root_id.in_(cases), seat.c.decided_at.is_not(None))
        .order_by(seat.c.decided_at)
    )
    acts: dict[int, list[Any]] = {}
    for act in view.connection.execute(query):
        acts.setdefault(act.root_id, []).append(act)
    found = {}
    for row in rows:
        before = [a for a in acts.get(row.root_id, ()) if a.decided_at <= row.created_at]
        if before:
            found[row.task_id] = before[-1].unit_name or before[-1].person_name or ""
    return found


