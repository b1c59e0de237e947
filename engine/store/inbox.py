"""The in-app inbox: marking notices as read."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from engine.base.actor import Actor
from engine.store import visible
from engine.store.machine import notice


def mark_read(
    conn: sa.Connection, actor: Actor, at: datetime, ids: Sequence[int] | None = None
) -> int:
    """Note that ACTOR read the notices IDS (None: all) sent to ACTOR; give how many."""
    change = (
        sa.update(notice)
        .where(visible.notices(actor), notice.c.read_at.is_(None))
        .values(read_at=at)
    )
    if ids is not None:
        change = change.where(notice.c.id.in_(list(ids)))
    return int(conn.execute(change).rowcount)
