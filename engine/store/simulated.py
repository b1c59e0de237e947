"""What simulated staff and the demo's welcome need to see."""

import sqlalchemy as sa

from engine.store.people import person, post, unit
from engine.store.rows import Conn, Row, every, one
from engine.store.tables import definition, instance, seat, task
from engine.store.visible import root


def new_seats(conn: Conn, after: int) -> list[Row]:
    """Give the waiting seats of live cases with an id beyond AFTER, and what they belong to."""
    query = (
        sa.select(
            seat.c.id,
            seat.c.task_id,
            seat.c.root_id,
            seat.c.unit,
            seat.c.version,
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
        .where(seat.c.state.in_(("open", "held")), task.c.state == "open")
        .order_by(seat.c.id)
    )
    return every(conn, query, the_last=after)


def waiting_seat(conn: Conn, seat_id: int) -> Row | None:
    """Give state and version of a seat that waits in a live case, None otherwise."""
    query = (
        sa.select(seat.c.state, seat.c.version)
        .join(task, task.c.id == seat.c.task_id)
        .join(instance, instance.c.id == task.c.instance_id)
        .where(seat.c.id == sa.bindparam("the_seat"), instance.c.status == "active")
        .where(seat.c.state.in_(("open", "held")), task.c.state == "open")
    )
    return one(conn, query, the_seat=seat_id)


def people(conn: Conn) -> list[Row]:
    """Give the accounts to show: those with rights, and one clerk with open work per kind
    of unit (level and roles).
    """
    busy = sa.select(seat.c.unit).where(seat.c.state == "open")
    query = (
        sa.select(
            person.c.id,
            person.c.name,
            person.c.rights,
            unit.c.name.label("unit"),
            unit.c.level,
            unit.c.roles,
        )
        .outerjoin(post, post.c.person == person.c.id)
        .outerjoin(unit, unit.c.code == post.c.unit)
        .where(sa.or_(unit.c.code.is_(None), unit.c.code.in_(busy)))
        .order_by(unit.c.level.desc(), person.c.id)
    )
    rows = every(conn, query)
    kinds = {(row["level"], tuple(row["roles"] or ())): row for row in reversed(rows)}
    special = [row for row in rows if row["unit"] is None]
    return special + [row for row in kinds.values() if row["unit"] is not None]
