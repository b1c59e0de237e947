"""What simulated staff and the demo's welcome need to see."""

import sqlalchemy as sa

from engine.store.people import person, post, unit
from engine.store.rows import Conn, Row, every
from engine.store.tables import instance, seat, task


def open_seats(conn: Conn) -> list[Row]:
    """Give every open seat of live cases: id, task, node, unit, version, definition."""
    query = (
        sa.select(
            seat.c.id,
            seat.c.task_id,
            seat.c.root_id,
            seat.c.unit,
            seat.c.version,
            task.c.node,
            task.c.created_at,
            instance.c.definition_id,
            instance.c.runtime,
        )
        .join(task, task.c.id == seat.c.task_id)
        .join(instance, instance.c.id == task.c.instance_id)
        .where(seat.c.state == "open", task.c.state == "open", instance.c.status == "active")
        .order_by(seat.c.id)
    )
    return every(conn, query)


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
