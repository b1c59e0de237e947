"""Sealed papers: issued for a seat, answered on paper, registered by the office."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from engine.store.paper_tables import sealed_paper
from engine.store.rows import Conn, Row, every, insert, one

ISSUED, REPLACED, RECEIVED, RECORDED = "issued", "replaced", "received", "recorded"


def issue(conn: Conn, row: Mapping[str, Any]) -> int:
    """Write a paper; an unanswered one of the same seat no longer counts."""
    same = [sealed_paper.c.seat_id == row["seat_id"], sealed_paper.c.state == ISSUED]
    conn.execute(sa.update(sealed_paper).where(*same).values(state=REPLACED))
    return insert(conn, sealed_paper, {**row, "state": ISSUED})


def get(conn: Conn, paper_id: int) -> Row | None:
    """Give one paper; its case is locked by whoever changes it."""
    return one(conn, sa.select(sealed_paper).where(sealed_paper.c.id == paper_id))


def change(conn: Conn, paper_id: int, values: Mapping[str, Any]) -> None:
    """Write VALUES into a paper."""
    query = sa.update(sealed_paper).where(sealed_paper.c.id == paper_id)
    conn.execute(query.values(**values))


def of_task(conn: Conn, task_id: int) -> list[Row]:
    """Give the papers of a round, oldest first."""
    query = sa.select(sealed_paper).where(sealed_paper.c.task_id == task_id)
    return every(conn, query.order_by(sealed_paper.c.id))
