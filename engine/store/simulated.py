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


def people(conn: Conn, limit: int) -> list[Row]:
    """Give the accounts: those with rights first, then the first LIMIT clerks."""
    query = (
        sa.select(person.c.id, person.c.name, person.c.rights, unit.c.name.label("unit"))
        .outerjoin(post, post.c.person == person.c.id)
        .outerjoin(unit, unit.c.code == post.c.unit)
        .order_by(unit.c.level.desc(), person.c.id)
    )
    rows = every(conn, query)
    special = [row for row in rows if row["rights"]]
    return special + [row for row in rows if not row["rights"]][:limit]
