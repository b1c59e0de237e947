"""What simulated staff and the demo's welcome need to see."""

from datetime import datetime

import sqlalchemy as sa

from engine.store.people import person, post, unit
from engine.store.reading import Reading
from engine.store.rows import Conn, Row, every
from engine.store.tables import definition, incident, instance, seat, task
from engine.store.visible import root

# Built once: building costs more than running, and staff look after every day's work.
_NEW_SEATS = Reading(
    sa.select(
        seat.c.id,
        seat.c.task_id,
        seat.c.root_id,
        seat.c.unit,
        seat.c.version,
        seat.c.state,
        task.c.node,
        task.c.round,
        task.c.created_at,
        sa.func.coalesce(seat.c.due_at, task.c.due_at).label("due_at"),
        instance.c.definition_id,
        instance.c.runtime,
        definition.c.application,
        *(root.c[name] for name in ("number", "region", "place", "year", "state_name")),
    )
    .join(task, task.c.id == seat.c.task_id)
    .join(instance, instance.c.id == task.c.instance_id)
    .join(root, root.c.id == task.c.root_id)
    .join(definition, definition.c.id == instance.c.definition_id)
    .where(seat.c.id > sa.bindparam("the_last"))
    # As an expression, so that no index of the tasks is preferred to the ids of the seats.
    .where(seat.c.state.in_(("open", "held")), sa.func.coalesce(task.c.state, "") == "open")
    .order_by(seat.c.id)
)
_WAITING_SEAT = Reading(
    sa.select(seat.c.state, seat.c.version)
    .join(task, task.c.id == seat.c.task_id)
    .join(instance, instance.c.id == task.c.instance_id)
    .where(seat.c.id == sa.bindparam("the_seat"), instance.c.status == "active")
    .where(seat.c.state.in_(("open", "held")), task.c.state == "open")
)


_STATE_OF_TASK = Reading(
    sa.select(instance.c.state)
    .join(task, task.c.instance_id == instance.c.id)
    .where(task.c.id == sa.bindparam("the_task"))
)


def state_of_task(conn: Conn, task_id: int) -> bytes:
    """Give the state document of the instance TASK_ID belongs to."""
    return bytes(_STATE_OF_TASK.scalar(conn, the_task=task_id))


def new_seats(conn: Conn, after: int) -> list[Row]:
    """Give the waiting seats of live cases with an id beyond AFTER, and what they belong to."""
    return _NEW_SEATS.rows(conn, the_last=after)


def waiting_seat(conn: Conn, seat_id: int) -> Row | None:
    """Give state and version of a seat that waits in a live case, None otherwise."""
    return _WAITING_SEAT.one(conn, the_seat=seat_id)


def people(conn: Conn) -> list[Row]:
    """Give the accounts to show: those with rights, and one clerk with open work per kind
    of unit (application, level and roles).
    """
    busy = sa.select(seat.c.unit).where(seat.c.state == "open")
    query = (
        sa.select(
            person.c.id,
            person.c.name,
            person.c.rights,
            unit.c.name.label("unit"),
            unit.c.application,
            unit.c.level,
            unit.c.roles,
        )
        .outerjoin(post, post.c.person == person.c.id)
        .outerjoin(unit, unit.c.code == post.c.unit)
        .where(sa.or_(unit.c.code.is_(None), unit.c.code.in_(busy)))
        .order_by(unit.c.level.desc(), person.c.id)
    )
    rows = every(conn, query)
    kinds = {_kind(row): row for row in reversed(rows)}
    special = [row for row in rows if row["unit"] is None]
    return special + [row for row in kinds.values() if row["unit"] is not None]


def _kind(row: Row) -> tuple[object, ...]:
    return (row["application"], row["level"], *(row["roles"] or ()))


def states(conn: Conn) -> list[tuple[int, str]]:
    """Give case and state of every case."""
    query = sa.select(root.c.id, root.c.state_name).where(root.c.id == root.c.root_id)
    return [(case, state) for case, state in conn.execute(query)]


def overdue(conn: Conn, now: datetime) -> Row:
    """Count the work that is late: still open at NOW, and finished after its due moment."""
    due = sa.func.coalesce(seat.c.due_at, task.c.due_at)
    query = (
        sa.select(task.c.node, seat.c.state, sa.func.count())
        .join(task, task.c.id == seat.c.task_id)
        .where(due.is_not(None))
        .where(
            sa.or_(
                sa.and_(seat.c.state == "open", due < now),
                sa.and_(seat.c.state == "done", due < seat.c.decided_at),
            )
        )
        .group_by(task.c.node, seat.c.state)
        .order_by(task.c.node, seat.c.state)
    )
    found: Row = {"open": 0, "finished_late": 0, "by_node": {}}
    for node, state, count in conn.execute(query):
        word = "open" if state == "open" else "finished_late"
        found[word] += count
        found["by_node"].setdefault(node, {})[word] = count
    return found


def cases_by_process(conn: Conn) -> dict[str, int]:
    """Count the cases by process."""
    query = (
        sa.select(definition.c.key, sa.func.count())
        .join(root, root.c.definition_id == definition.c.id)
        .where(root.c.id == root.c.root_id)
        .group_by(definition.c.key)
        .order_by(definition.c.key)
    )
    return {row[0]: row[1] for row in conn.execute(query)}


def open_incidents(conn: Conn) -> int:
    """Count the open incidents."""
    query = sa.select(sa.func.count()).where(incident.c.state == "open")
    return int(conn.execute(query).scalar_one())
