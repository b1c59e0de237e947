"""People's work: task rounds, seats, items, what forms held, drafts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from engine.base.actor import Actor
from engine.store import visible
from engine.store.holding import load_task, seats_of
from engine.store.people import person
from engine.store.reading import Doing, Reading
from engine.store.rows import Conn, Row, add
from engine.store.tables import form_entry, item, seat, task, task_draft

__all__ = ["load_task", "seats_of"]  # told here, read in engine.store.holding

OPEN = ("open", "incident")
ASKED = "asked"  # duty of a side seat: an opinion, no voice and no limit (委派)

_STILL_OPEN = "t.state IN ('open', 'incident')"  # = OPEN; a round is closed at most once
_NEXT_VERSION = "version = t.version + 1"

# Built once: building costs more than running them.
_ROOT = sa.bindparam("the_root", type_=task.c.root_id.type)
_OPEN = Reading(
    sa.select(task)
    .where(task.c.root_id == _ROOT, task.c.state.in_(OPEN))
    .order_by(task.c.id)
)
_OPEN_AT = Reading(
    sa.select(task)
    .where(
        task.c.root_id == _ROOT,  # told for its index
        task.c.instance_id == sa.bindparam("the_instance"),
        task.c.node.in_(sa.bindparam("the_nodes", expanding=True)),
        task.c.state == "open",
    )
    .order_by(task.c.id)
)
_VOID = Doing(
    sa.update(seat)
    .where(
        seat.c.task_id.in_(sa.bindparam("the_tasks", expanding=True)),
        seat.c.state.in_(("open", "held")),
    )
    .values(state="void", version=seat.c.version + 1)
)
_SUPERSEDE = Doing(
    sa.update(task)
    .where(
        task.c.instance_id == sa.bindparam("the_instance"),
        task.c.node.in_(sa.bindparam("the_nodes", expanding=True)),
    )
    .values(superseded=True)
)
_OF_WAIT = Reading(
    sa.select(task)
    .where(
        task.c.instance_id == sa.bindparam("the_instance"),
        task.c.wait == sa.bindparam("the_wait"),
        task.c.state.in_(OPEN),
    )
    .order_by(task.c.id)
)
_ENTRIES = Reading(
    sa.select(form_entry)
    .where(
        # Entries are found by their case: told for its index.
        form_entry.c.root_id
        == sa.select(task.c.root_id)
        .where(task.c.id == sa.bindparam("the_task"))
        .scalar_subquery(),
        form_entry.c.task_id == sa.bindparam("the_task"),
    )
    .order_by(form_entry.c.id)
)
_DRAFT = Reading(
    sa.select(task_draft).where(
        task_draft.c.task_id == sa.bindparam("the_task"),
        task_draft.c.person == sa.bindparam("the_person"),
    )
)


def open_tasks(conn: Conn, root_id: int) -> list[Row]:
    """Give the open rounds of a case."""
    return _OPEN.rows(conn, the_root=root_id)


def open_tasks_at(
    conn: Conn, root_id: int, instance_id: int, nodes: Sequence[str]
) -> list[Row]:
    """Give the open rounds of NODES in one instance of the case ROOT_ID."""
    bound = {"the_root": root_id, "the_instance": instance_id, "the_nodes": nodes}
    return _OPEN_AT.rows(conn, **bound)


def take_ids(conn: Conn, count: int) -> list[int]:
    """Give the ids of COUNT new rounds."""
    return conn.take_ids(task, count)


def supersede(conn: Conn, instance_id: int, nodes: Sequence[str]) -> None:
    """Mark the rounds of NODES before the ones about to open: their opinions are history."""
    if nodes:
        _SUPERSEDE.run(conn, the_instance=instance_id, the_nodes=nodes)


def insert_tasks(conn: Conn, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rounds, which have their ids."""
    conn.insert(task, rows)


def insert_seats(conn: Conn, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert seats."""
    add(conn, seat, rows)


def write_seat(conn: Conn, seat_id: int, seen: int, values: Mapping[str, Any]) -> None:
    """Write VALUES into a seat whose version is still SEEN."""
    row = {**values, "version": seen + 1}
    conn.change(seat, {"id": seat_id, "version": seen}, row)


def write_task(conn: Conn, task_id: int, values: Mapping[str, Any]) -> None:
    """Write VALUES into an open round; each round is closed at most once."""
    conn.change(task, {"id": task_id}, values, where=_STILL_OPEN, sets=_NEXT_VERSION)


def void_seats(conn: Conn, task_ids: Sequence[int]) -> None:
    """Close the seats of rounds that are over: 失效."""
    if task_ids:
        _VOID.run(conn, the_tasks=task_ids)


def open_seat(conn: Conn, seat_id: int, due: datetime | None) -> None:
    """Open the next held seat of a sequential round."""
    conn.execute(
        sa.update(seat)
        .where(seat.c.id == seat_id)
        .values(state="open", due_at=due, version=seat.c.version + 1)
    )


def move_seats(conn: Conn, task_id: int, due: datetime) -> None:
    """Give the seats of a round that still have to act another due moment."""
    query = sa.update(seat).where(seat.c.task_id == task_id)
    voices = query.where(seat.c.state.in_(("open", "held")), seat.c.duty != ASKED)
    conn.execute(voices.values(due_at=due))


def tasks_of_wait(conn: Conn, instance_id: int, wait: str, number: int | None) -> list[Row]:
    """Give the open rounds of one wait: of one item NUMBER, or of all."""
    found = _OF_WAIT.rows(conn, the_instance=instance_id, the_wait=wait)
    return [row for row in found if number is None or row["item"] == number]


def close_tasks(conn: Conn, task_ids: Sequence[int], values: Mapping[str, Any]) -> None:
    """Close rounds that did not decide and void their open seats."""
    if task_ids:
        conn.execute(sa.update(task).where(task.c.id.in_(task_ids)).values(**values))
        void_seats(conn, task_ids)


def add_form_entry(conn: Conn, row: Mapping[str, Any]) -> None:
    """Keep what a form held when it was submitted."""
    add(conn, form_entry, [row])


def record_items(conn: Conn, instance_id: int, wait: str, values: Sequence[bytes]) -> None:
    """Keep the element of each item of a multi-instance body, 1-based."""
    add(
        conn,
        item,
        [
            {"instance_id": instance_id, "wait": wait, "no": no, "value": value, "done": False}
            for no, value in enumerate(values, 1)
        ],
    )


def finish_item(conn: Conn, row: Mapping[str, Any]) -> None:
    """Keep the OUTPUT of one finished item; the row may exist from record_items."""
    key = (
        item.c.instance_id == row["instance_id"],
        item.c.wait == row["wait"],
        item.c.no == row["no"],
    )
    values = {"output": row["output"], "outcome": row["outcome"], "done": True}
    if not conn.execute(sa.update(item).where(*key).values(**values)).rowcount:
        add(conn, item, [{**row, "done": True}])


def drop_items(conn: Conn, instance_id: int, wait: str) -> None:
    """Forget the items of a body that is over."""
    conn.execute(sa.delete(item).where(item.c.instance_id == instance_id, item.c.wait == wait))


def item_value(conn: Conn, instance_id: int, wait: str, no: int) -> bytes | None:
    """Give the recorded element of one item."""
    query = sa.select(item.c.value).where(
        item.c.instance_id == instance_id, item.c.wait == wait, item.c.no == no
    )
    return conn.execute(query).scalar_one_or_none()


def item_outputs(conn: Conn, instance_id: int, wait: str) -> dict[int, bytes]:
    """Give the outputs of the finished items of a body, by item number."""
    query = sa.select(item.c.no, item.c.output).where(
        item.c.instance_id == instance_id, item.c.wait == wait, item.c.done.is_(True)
    )
    return {int(row[0]): bytes(row[1]) for row in conn.execute(query.order_by(item.c.no))}


def load_draft(conn: Conn, task_id: int, person: str) -> Row | None:
    """Give what PERSON typed for a task but did not submit."""
    return _DRAFT.one(conn, the_task=task_id, the_person=person)


def drafts_of(conn: Conn, task_ids: Sequence[int], besides: str) -> list[Row]:
    """Give who typed for TASK_IDS and when (name, updated_at), but for person BESIDES."""
    query = (
        sa.select(task_draft.c.task_id, task_draft.c.updated_at, person.c.name)
        .join(person, person.c.id == task_draft.c.person)
        .where(task_draft.c.task_id.in_(list(task_ids)), task_draft.c.person != besides)
    )
    conn.flush()
    return [dict(row) for row in conn.execute(query).mappings()]


def write_draft(conn: Conn, row: Mapping[str, Any]) -> None:
    """Keep a draft, replacing the one before."""
    drop_draft(conn, row["task_id"], row["person"])
    add(conn, task_draft, [row])


def drop_draft(conn: Conn, task_id: int, person: str | None = None) -> None:
    """Forget the drafts of a task, of one person or of all."""
    found: Row = {"task_id": task_id}
    conn.remove(task_draft, [found if person is None else {**found, "person": person}])


def open_units(conn: Conn, root_id: int, besides: Sequence[int] = ()) -> list[str]:
    """Give the units with an open seat in a case, tasks BESIDES left out."""
    query = sa.select(seat.c.unit).where(
        seat.c.root_id == root_id, seat.c.state == "open", seat.c.unit != ""
    )
    if besides:
        query = query.where(seat.c.task_id.not_in(list(besides)))
    return [str(row[0]) for row in conn.execute(query.distinct().order_by(seat.c.unit))]


def form_entries(conn: Conn, task_id: int) -> list[Row]:
    """Give what the seats of a round submitted, in order."""
    return _ENTRIES.rows(conn, the_task=task_id)


def completed_nodes(conn: Conn, instance_id: int, case_round: int) -> set[str]:
    """Give the elements whose round was decided in this case round."""
    query = sa.select(task.c.node).where(
        task.c.instance_id == instance_id,
        task.c.case_round == case_round,
        task.c.state == "completed",
    )
    return {str(row[0]) for row in conn.execute(query.distinct())}


def handles(conn: Conn, actor: Actor, root_id: int) -> bool:
    """Tell whether ACTOR may act on an open seat of the case now."""
    conn.flush()
    query = sa.select(seat.c.id).where(
        seat.c.root_id == root_id, seat.c.state == "open", visible.own_seats(actor)
    )
    return conn.execute(query.limit(1)).first() is not None


def performers(
    conn: Conn, root_id: int, case_round: int, besides: int
) -> dict[str, frozenset[str]]:
    """Give node -> who acted there, and for whom, in a round of a case; not in task BESIDES."""
    query = (
        sa.select(task.c.node, seat.c.person, seat.c.on_behalf_of)
        .join(task, task.c.id == seat.c.task_id)
        .where(task.c.root_id == root_id, task.c.case_round == case_round)
        .where(task.c.id != besides, seat.c.state == "done", task.c.superseded.is_(False))
        .where(seat.c.duty != ASKED)
    )
    conn.flush()
    found: dict[str, frozenset[str]] = {}
    for node, *persons in conn.execute(query):
        found[node] = found.get(node, frozenset()) | {one for one in persons if one}
    return found


def count_returns(conn: Conn, instance_id: int, node: str) -> int:
    """Count how often NODE sent back in one instance."""
    query = (
        sa.select(sa.func.count())
        .select_from(seat)
        .join(task, task.c.id == seat.c.task_id)
        .where(
            task.c.instance_id == instance_id,
            task.c.node == node,
            seat.c.decision == "RETURN",
        )
    )
    return int(conn.execute(query).scalar_one())
