"""The rows of who keeps away from which case, and which units that leaves without anybody."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from engine.store.people import person, post
from engine.store.rights_tables import deputy, recusal
from engine.store.rows import Conn, Row, every, insert


def add(conn: Conn, row: Mapping[str, Any]) -> int:
    """Write one and give its id."""
    return insert(conn, recusal, row)


def living(conn: Conn, root_id: int) -> list[Row]:
    """Give those of a case that count, oldest first."""
    query = sa.select(recusal).where(
        recusal.c.root_id == root_id, recusal.c.lifted_at.is_(None)
    )
    return every(conn, query.order_by(recusal.c.id))


def lift(conn: Conn, ids: Sequence[int], by: str, at: datetime) -> None:
    """End recusals."""
    query = sa.update(recusal).where(recusal.c.id.in_(list(ids)))
    conn.execute(query.values(lifted_by=by, lifted_at=at))


def units_emptied(conn: Conn, persons: Collection[str], at: datetime) -> frozenset[str]:
    """Give the units where nobody is left once PERSONS keep away, no deputy either."""
    if not persons:
        return frozenset()
    away = sorted(persons)
    theirs = sa.select(post.c.unit).where(post.c.person.in_(away))
    others = (
        sa.select(post.c.unit)
        .join(person, person.c.id == post.c.person)
        .where(person.c.active, post.c.person.not_in(away), post.c.unit.in_(theirs))
    )
    stood = (
        sa.select(post.c.unit)
        .join(deputy, deputy.c.person == post.c.person)
        .where(deputy.c.person.in_(away), deputy.c.deputy.not_in(away))
        .where(deputy.c.from_at <= at, deputy.c.until_at > at)
        .where(deputy.c.unit.in_(["", post.c.unit]))
    )
    found = set(conn.execute(theirs).scalars())
    found -= set(conn.execute(others).scalars())
    return frozenset(found - set(conn.execute(stood).scalars()))
