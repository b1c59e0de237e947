"""The outbox and the in-app inbox: what leaves a transaction, once each."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from engine.store.machine import READY
from engine.store.rows import Conn, Row, add, every
from engine.store.tables import notice, outbox

_ANY_READY = sa.select(outbox.c.id).where(READY).limit(1)


def post(conn: Conn, rows: Sequence[Mapping[str, Any]]) -> None:
    """Put messages to people into the outbox; a repeated dedup_key is dropped."""
    if rows:
        conn.insert_new(outbox, rows, ("dedup_key",))


def last_post(conn: Conn, prefix: str) -> datetime | None:
    """Give when the newest outbox row whose dedup_key starts with PREFIX was made."""
    key = outbox.c.dedup_key
    query = sa.select(sa.func.max(outbox.c.created_at)).where(
        key >= prefix, key < prefix + "\U0010ffff"
    )
    found: datetime | None = conn.execute(query).scalar()
    return found


def ready(conn: Conn, limit: int) -> list[Row]:
    """Lock and give outbox rows to deliver, oldest first."""
    query = sa.select(outbox).where(READY).order_by(outbox.c.id)
    return every(conn, query.limit(limit).with_for_update(skip_locked=True))


def any_ready(conn: Conn) -> bool:
    """Tell whether the outbox holds something to deliver."""
    return conn.execute(_ANY_READY).first() is not None


def deliver(conn: Conn, rows: Sequence[Mapping[str, Any]], at: datetime) -> None:
    """Write inbox NOTICES for outbox rows and mark these sent, in one transaction."""
    add(conn, notice, rows)
    uids = [row["outbox_uid"] for row in rows]
    query = sa.update(outbox).where(outbox.c.uid.in_(uids))
    conn.execute(query.values(state="sent", sent_at=at))
