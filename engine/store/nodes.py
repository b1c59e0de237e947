"""The running processes: each says that it lives, all are shown to the operator."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from engine.store.rows import Conn, is_postgres
from engine.store.tables import node

KEEP = timedelta(days=7)  # of processes that are gone


def beat(conn: Conn, node_id: str, at: datetime, release: str) -> None:
    """Note that NODE_ID lives at AT; the first beat is its start."""
    dialect = postgresql if is_postgres(conn) else sqlite
    query = dialect.insert(node).values(
        id=node_id, started_at=at, heartbeat_at=at, stopped_at=None, release=release
    )
    query = query.on_conflict_do_update(
        index_elements=[node.c.id], set_={"heartbeat_at": at, "stopped_at": None}
    )
    conn.execute(query)


def stop(conn: Conn, node_id: str, at: datetime) -> None:
    """Note that NODE_ID ended in order."""
    conn.execute(sa.update(node).where(node.c.id == node_id).values(stopped_at=at))


def forget(conn: Conn, before: datetime) -> int:
    """Delete the processes last heard of before BEFORE; give how many."""
    return conn.execute(sa.delete(node).where(node.c.heartbeat_at < before)).rowcount
