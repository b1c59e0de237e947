"""The outbox and the in-app inbox: what leaves a transaction, once each."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from engine.store.machine import READY
from engine.store.reading import Doing, Reading
from engine.store.rows import Conn, Row, add
from engine.store.tables import notice, outbox

_ANY_READY = Reading(sa.select(outbox.c.id).where(READY).limit(1))
_READY = Reading(
    sa.select(outbox)
    .where(READY)
    .order_by(outbox.c.id)
    .limit(sa.bindparam("the_most", type_=sa.Integer))
    .with_for_update(skip_locked=True)
)
_SENT = Doing(
    sa.update(outbox)
    .where(outbox.c.uid.in_(sa.bindparam("the_uids", expanding=True)))
    .values(state="sent", sent_at=sa.bindparam("the_moment"))
)


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
    return _READY.rows(conn, the_most=limit)


def any_ready(conn: Conn) -> bool:
    """Tell whether the outbox holds something to deliver."""
    return _ANY_READY.scalar(conn) is not None


def deliver(conn: Conn, rows: Sequence[Mapping[str, Any]], at: datetime) -> None:
    """Write inbox NOTICES for outbox rows and mark these sent, in one transaction."""
    add(conn, notice, rows)
    _SENT.run(conn, the_uids=[row["outbox_uid"] for row in rows], the_moment=at)
