"""A cheap number that no two different contents of the database share."""

from datetime import datetime

import sqlalchemy as sa

from engine.store.machine import history, setting, snapshot
from engine.store.rows import Conn, is_postgres
from engine.store.tables import bundle, instance, recusal

Print = tuple[int, ...]


def _number(value: sa.ColumnElement[int]) -> sa.ScalarSelect[int]:
    return sa.select(sa.func.coalesce(value, 0)).scalar_subquery()


# Whatever changes a case, its work or its search fields appends a line to the case's chain.
# Counted by the heads: ids of PostgreSQL are given before they are committed, so the newest
# id says nothing about older ones still on their way. SQLite has one writer at a time.
_HEADS = _number(sa.func.sum(instance.c.history_no))
_NEWEST = _number(sa.func.max(history.c.id))
_OTHERS = (
    _number(sa.func.count(snapshot.c.id)),
    _number(sa.func.count(bundle.c.id)),
    _number(sa.func.count(recusal.c.id)),
    _number(sa.func.count(recusal.c.lifted_at)),
    _number(sa.func.count(setting.c.name)),
    _number(sa.func.sum(setting.c.version)),  # units, posts, registers, years, calendars
)
_ON_POSTGRES, _ON_SQLITE = sa.select(_HEADS, *_OTHERS), sa.select(_NEWEST, *_OTHERS)


def of_figures(conn: Conn) -> Print:
    """Give a number for all that lists and figures are counted from.

    Each part only grows, so two contents with the same print are the same content. Drafts,
    sessions, notices, jobs and logs do not count.
    """
    found = conn.execute(_ON_POSTGRES if is_postgres(conn) else _ON_SQLITE).one()
    return tuple(int(part) for part in found)


LATEST = 500  # lines among which one of another node, whose clock is ahead, is looked for


def settled(conn: Conn, now: datetime) -> bool:
    """Tell whether all that happened lies before NOW: what happens now counts from now on."""
    newest = sa.select(sa.func.max(history.c.id)).scalar_subquery()
    query = sa.select(history.c.id).where(history.c.id > newest - LATEST, history.c.at >= now)
    return conn.execute(query.limit(1)).first() is None
