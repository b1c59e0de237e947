"""A round under the lock of its case: the case, the round and its seats in one read.

On PostgreSQL one statement locks the root and reads the rest. If it had to wait for the
lock, it returns the newest root but task and seats as they were when it began; the version
of the root tells, since whoever changes rows of a case moves it (reliability.md 2.3). Then
both are read again, under the lock. SQLite has one writer and reads in three steps.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by

from engine.store.columns import UtcMoment
from engine.store.reading import Reading
from engine.store.records import ORGANISATION
from engine.store.rows import Conn, Row, is_postgres
from engine.store.tables import instance, seat, setting, task

_ID: sa.BindParameter[int] = sa.bindparam("the_id")
_ROOT = Reading(
    sa.select(instance).where(
        instance.c.id
        == sa.select(task.c.root_id).where(task.c.id == _ID).scalar_subquery()
    )
)
_TASK = Reading(sa.select(task).where(task.c.id == _ID))
_SEATS = Reading(
    sa.select(seat).where(seat.c.task_id == _ID).order_by(seat.c.order_no, seat.c.id)
)
_MOMENTS = tuple(str(c.name) for c in seat.columns if isinstance(c.type, UtcMoment))
_CASE = tuple(str(column.name) for column in instance.columns)
_ROUND = tuple(str(column.name) for column in task.columns)


def _version() -> sa.Select[Any]:
    return sa.select(setting.c.version).where(
        setting.c.name == sa.literal_column(f"'{ORGANISATION}'")
    )


def _together() -> sa.Select[Any]:
    seen = instance.alias("seen")  # not locked: as it was when the statement began
    order = aggregate_order_by(
        sa.func.row_to_json(seat.table_valued()), seat.c.order_no, seat.c.id
    )
    seats = sa.select(sa.func.json_agg(order)).where(seat.c.task_id == task.c.id)
    query = sa.select(
        *(column.label(f"case_{column.name}") for column in instance.columns),
        *(column.label(f"round_{column.name}") for column in task.columns),
        seats.scalar_subquery().label("seats"),
        sa.func.nextval(sa.literal_column("'task_id_seq'")).label("spare"),
        _version().scalar_subquery().label("organisation"),
        (instance.c.version == seen.c.version).label("settled"),
    )
    joined = task.join(instance, instance.c.id == task.c.root_id)
    query = query.select_from(joined.join(seen, seen.c.id == instance.c.id))
    return query.where(task.c.id == _ID).with_for_update(key_share=True, of=instance)


_TOGETHER = Reading(_together())


@dataclass(frozen=True, slots=True)
class Held:
    """What one read found: the rows, and what the next round needs where it was read too.

    SPARE is an id nobody else gets; ORGANISATION counts the changes of units.
    """

    root: Row
    task: Row
    seats: list[Row]
    spare: int | None = None
    organisation: int | None = None


def hold_round(conn: Conn, task_id: int) -> Held | None:
    """Lock the case of a task; give the root row, the task row and its seats in order."""
    if is_postgres(conn):
        return _hold_at_once(conn, task_id)
    root = _ROOT.one(conn, the_id=task_id)
    found = load_task(conn, task_id)
    if root is None or found is None:
        return None
    return Held(root, found, seats_of(conn, task_id))


def load_task(conn: Conn, task_id: int) -> Row | None:
    """Give one task row."""
    return _TASK.one(conn, the_id=task_id)


def seats_of(conn: Conn, task_id: int) -> list[Row]:
    """Give the seats of a round in order."""
    return _SEATS.rows(conn, the_id=task_id)


def _hold_at_once(conn: Conn, task_id: int) -> Held | None:
    conn.flush()
    rows = _TOGETHER.values(conn, the_id=task_id)
    if not rows:
        return None
    root = dict(zip(_CASE, rows[0], strict=False))
    *values, seats, spare, organisation, settled = rows[0][len(_CASE) :]
    conn.memo.setdefault(ORGANISATION, organisation or 0)
    if not settled:
        found = load_task(conn, task_id)
        return None if found is None else Held(root, found, seats_of(conn, task_id), spare)
    task_row = dict(zip(_ROUND, values, strict=True))
    return Held(root, task_row, [_seat(one) for one in seats or ()], spare, organisation or 0)


def _seat(row: Row) -> Row:
    """Give the moments of a seat, which JSON holds as texts."""
    for name in _MOMENTS:
        if row[name] is not None:
            row[name] = datetime.fromisoformat(row[name])
    return row
