"""督办台: open tasks overdue or reminded of, with figures that open their rows."""

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from engine.context import View
from engine.queries import deployed, due_state, labels
from engine.queries.definitions import applications
from engine.queries.paging import (
    Page,
    Paging,
    Sort,
    SortKey,
    choose,
    moment_key,
    page,
    text_key,
)
from engine.rules.escalation import DRAWN
from engine.rules.seats import ASKED
from engine.store import codec, visible
from engine.store.machine import history
from engine.store.tables import definition, instance, seat, task
from engine.store.visible import root

REMIND = "RemindTask"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list is narrowed to; empty means all. STANDING: overdue or warned.

    LEVEL "-" are those past their due moment that no ladder raises.
    """

    standing: str = ""
    level: str = ""
    kind: str = ""
    unit: str = ""
    process: str = ""
    region: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Late:
    """One line: a task, its case, the units still asked, when it was last urged."""

    task_id: int
    case_id: int
    number: str
    title: str
    process_key: str
    process_name: str
    node: str
    name: str
    round: int
    region: str
    region_name: str
    state_name: str
    kind: str
    kind_name: str
    level: str
    opened_at: datetime
    due: due_state.Due
    units: tuple[tuple[str, str], ...]  # (code, name) of the open seats
    urged_at: datetime | None
    urged_by: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One count; KEY narrows the list of its dimension to exactly these rows."""

    key: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What the whole list holds, by standing, level, kind of limit, unit and process."""

    total: int
    standings: tuple[Figure, ...]
    levels: tuple[Figure, ...]
    kinds: tuple[Figure, ...]
    units: tuple[Figure, ...]
    processes: tuple[Figure, ...]


def late(
    view: View,
    *,
    wanted: Wanted | None = None,
    sort: Sequence[Sort] = (),
    paging: Paging | None = None,
) -> Page[Late]:
    """List the tasks to watch in the actor's sight, the oldest due moment first."""
    query = _rows().where(*_narrowed(view, wanted or Wanted()))
    keys = choose(sort or (Sort("due"),), SORTS, SortKey(task.c.id))
    build = functools.partial(_lines, view)
    return page(view.connection, query, keys, paging or Paging(), build)


SORTS: Mapping[str, sa.ColumnElement[Any]] = {
    "due": moment_key(task.c.due_at),
    "level": text_key(task.c.level),
    "kind": text_key(task.c.due_kind),
    "number": text_key(root.c.number),
    "region": text_key(root.c.region),
    "opened": moment_key(task.c.created_at),
}


def figures(view: View) -> Figures:
    """Count the list in each of its dimensions; every count is the total of its rows."""
    told, kinds = _watched(view), kind_names(view)
    standing = sa.case((_overdue(view), "overdue"), else_="warned")
    level = sa.case((task.c.level == "", "-"), else_=task.c.level)
    by_standing = _counted(view, told, standing)
    by_unit = _by_unit(view, told)
    units = labels.units(view, (unit for unit, _ in by_unit))
    by_process = _counted(view, told, definition.c.key, definition.c.name)
    return Figures(
        total=sum(row[-1] for row in by_standing),
        standings=tuple(Figure(key, STANDINGS[key], n) for key, n in by_standing),
        levels=tuple(
            Figure(key, "未设级别" if key == "-" else key, n)
            for key, n in _counted(view, told, level)
        ),
        kinds=tuple(
            Figure(key or "-", kinds.get(key, key) or "其他时限", n)
            for key, n in _counted(view, told, task.c.due_kind)
        ),
        units=tuple(Figure(unit, units.get(unit, unit), n) for unit, n in by_unit),
        processes=tuple(Figure(key, name, n) for key, name, n in by_process),
    )


STANDINGS = {"overdue": "超期", "warned": "预警"}


def kind_names(view: View) -> dict[str, str]:
    """Give the words of the kinds of limit, as the applications name them."""
    found: dict[str, str] = {DRAWN: "流程图规定"}
    for row in applications(view):
        known = deployed.latest(view, row.key).application.escalation.get("kinds") or {}
        found.update({str(key): str(title) for key, title in known.items()})
    return found


def _overdue(view: View) -> sa.ColumnElement[bool]:
    """Say that the limit has passed; while it stands still it cannot."""
    end = sa.func.coalesce(task.c.stopped_at, sa.literal(view.now, task.c.due_at.type))
    return task.c.due_at < end


def _watched(view: View) -> sa.ColumnElement[bool]:
    told = task.c.level != ""
    near = sa.or_(task.c.due_at < view.now, told)  # what an index can answer
    exact = sa.or_(_overdue(view), told)
    return sa.and_(task.c.state == "open", near, exact, visible.cases(view.actor))


def _narrowed(view: View, wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    made = [_watched(view)]
    if wanted.standing:
        late_now = _overdue(view)
        made.append(late_now if wanted.standing == "overdue" else sa.not_(late_now))
    same = ((task.c.level, wanted.level), (task.c.due_kind, wanted.kind))
    made += [column == ("" if value == "-" else value) for column, value in same if value]
    if wanted.unit:
        asked = sa.select(seat.c.task_id).where(seat.c.unit == wanted.unit, _answering())
        made.append(task.c.id.in_(asked))
    if wanted.process:
        made.append(definition.c.key == wanted.process)
    if wanted.region:
        made.append(visible.lies_in(wanted.region))
    if wanted.text:
        ways = (root.c.number, root.c.title, task.c.name)
        made.append(sa.or_(*(way.contains(wanted.text, autoescape=True) for way in ways)))
    return made


def _answering() -> sa.ColumnElement[bool]:
    """Give the seats waited for: who asks an opinion stays answerable, who is asked is not."""
    side = seat.alias("side")
    waits = sa.select(side.c.id).where(
        side.c.origin == seat.c.id, side.c.task_id == seat.c.task_id, side.c.state == "open"
    )
    asking = sa.and_(seat.c.state == "held", waits.where(side.c.duty == ASKED).exists())
    voice = sa.and_(seat.c.state == "open", seat.c.duty != ASKED)
    return sa.or_(voice, asking)


def _sources() -> sa.Join:
    """Join a task to its case, its instance and the process of the case."""
    return (
        task.join(root, root.c.id == task.c.root_id)
        .join(instance, instance.c.id == task.c.instance_id)
        .join(definition, definition.c.id == root.c.definition_id)
    )


def _rows() -> sa.Select[Any]:
    case = ("number", "title", "region", "state_name")
    own = ("id", "root_id", "node", "name", "round", "due_kind", "level", "created_at")
    columns: list[Any] = [task.c[name] for name in (*own, "due_at", "stopped_at")]
    columns += [root.c[name] for name in case]
    columns += [instance.c.definition_id, instance.c.runtime]
    columns += [definition.c.key.label("process_key"), definition.c.name.label("process_name")]
    return sa.select(*columns).select_from(_sources())


def _counted(
    view: View, told: sa.ColumnElement[bool], *by: sa.ColumnElement[Any]
) -> list[tuple[Any, ...]]:
    names: list[sa.ColumnClause[Any]] = [sa.literal_column(f"by_{n}") for n in range(len(by))]
    columns = [column.label(f"by_{number}") for number, column in enumerate(by)]
    query = sa.select(*columns, sa.func.count()).select_from(_sources()).where(told)
    found = view.connection.execute(query.group_by(*names).order_by(*names))
    return [tuple(row) for row in found]


def _by_unit(view: View, told: sa.ColumnElement[bool]) -> list[tuple[str, int]]:
    """Count the tasks each unit is still asked in; a task of two units counts for both."""
    number = sa.func.count(sa.distinct(seat.c.task_id))
    sources = _sources().join(seat, seat.c.task_id == task.c.id)
    query = sa.select(seat.c.unit, number).select_from(sources)
    query = query.where(told, _answering(), seat.c.unit != "")
    query = query.group_by(seat.c.unit).order_by(number.desc(), seat.c.unit)
    return [(row[0], row[1]) for row in view.connection.execute(query)]


def _lines(view: View, rows: Sequence[sa.Row[Any]]) -> list[Late]:
    kinds, urged = kind_names(view), _urged(view, {row.root_id for row in rows})
    units = _units(view, [row.id for row in rows])
    regions = labels.regions(view, (row.region for row in rows))
    return [_line(view, row, kinds, regions, units, urged) for row in rows]


def _line(
    view: View,
    row: sa.Row[Any],
    kinds: Mapping[str, str],
    regions: Mapping[str, str],
    units: Mapping[int, list[tuple[str, str]]],
    urged: Mapping[int, tuple[datetime, str]],
) -> Late:
    at, by = urged.get(row.id, (None, ""))
    span = due_state.span_of(row)
    return Late(
        task_id=row.id,
        case_id=row.root_id,
        number=row.number or "",
        title=row.title,
        process_key=row.process_key,
        process_name=row.process_name,
        node=row.node,
        name=row.name,
        round=row.round,
        region=row.region,
        region_name=regions.get(row.region, ""),
        state_name=row.state_name,
        kind=row.due_kind,
        kind_name=kinds.get(row.due_kind, row.due_kind),
        level=row.level,
        opened_at=row.created_at,
        due=due_state.of_task(view, row.definition_id, row.runtime, row.node, span),
        units=tuple(units.get(row.id, ())),
        urged_at=at,
        urged_by=by,
    )


def _units(view: View, tasks: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    query = sa.select(seat.c.task_id, seat.c.unit, seat.c.unit_name, seat.c.person_name)
    query = query.where(seat.c.task_id.in_(tasks), _answering())
    found: dict[int, list[tuple[str, str]]] = {}
    for row in view.connection.execute(query.order_by(seat.c.order_no, seat.c.id)):
        name = row.unit_name or row.person_name or ""
        pairs = found.setdefault(row.task_id, [])
        if (row.unit, name) not in pairs:
            pairs.append((row.unit, name))
    return found


def _urged(view: View, cases: Iterable[int]) -> dict[int, tuple[datetime, str]]:
    """Give when each task of CASES was last urged, and by whom."""
    query = sa.select(history.c.at, history.c.actor_name, history.c.detail)
    query = query.where(history.c.root_id.in_(list(cases)), history.c.kind == REMIND)
    found: dict[int, tuple[datetime, str]] = {}
    for row in view.connection.execute(query.order_by(history.c.id)):
        found[codec.decode(row.detail)["task"]] = (row.at, row.actor_name)
    return found
