"""Instances: lock the root first, load, insert, write back with the version guard."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from engine.base.actor import Actor
from engine.store.reading import Doing, Reading
from engine.store.rows import Conn, Row, add, is_postgres
from engine.store.tables import attachment, counter, definition, instance, search_value, task
from engine.store.visible import cases as visible_cases
from engine.store.visible import root


def _locked(condition: sa.ColumnElement[bool]) -> sa.Select[Any]:
    query = sa.select(instance).where(condition)
    return query.with_for_update(key_share=True, of=instance)


# Statements of the hot path are built once: building costs more than running them.
_ROOT = Reading(_locked(instance.c.id == sa.bindparam("the_id")))
_SEEN = Reading(sa.select(instance).where(instance.c.id == sa.bindparam("the_id")))
_mine = instance.alias("mine")
_ROOT_OF_INSTANCE = Reading(
    _locked(
        instance.c.id
        == sa.select(_mine.c.root_id)
        .where(_mine.c.id == sa.bindparam("the_id"))
        .scalar_subquery()
    )
)
_TRY_ROOTS = Reading(
    sa.select(instance)
    .where(instance.c.id.in_(sa.bindparam("the_ids", expanding=True)))
    .order_by(instance.c.id)
    .with_for_update(key_share=True, skip_locked=True, of=instance)
)
_INSTANCES = Reading(
    _locked(instance.c.id.in_(sa.bindparam("the_ids", expanding=True))).order_by(
        instance.c.id
    )
)
_ATTACHMENTS = Reading(
    sa.select(attachment).where(
        attachment.c.id.in_(sa.bindparam("the_ids", expanding=True))
    )
)
_USE = Doing(
    sa.update(attachment)
    .where(
        attachment.c.id.in_(sa.bindparam("the_ids", expanding=True)),
        attachment.c.root_id.is_(None),
    )
    .values(root_id=sa.bindparam("the_root"))
)
_SIGN = Doing(
    sa.update(attachment)
    .where(
        attachment.c.id.in_(sa.bindparam("the_ids", expanding=True)),
        attachment.c.root_id.is_(None),
    )
    .values(root_id=sa.bindparam("the_root"), seat_id=sa.bindparam("the_seat"))
)
_SCANS = Reading(
    sa.select(attachment)
    .where(
        attachment.c.root_id == sa.bindparam("the_root"), attachment.c.seat_id.is_not(None)
    )
    .order_by(attachment.c.uploaded_at, attachment.c.id)
)
_DUES = Reading(
    sa.select(task.c.id, task.c.due_at)
    .where(
        task.c.root_id == sa.bindparam("the_root"),
        task.c.state == sa.bindparam("the_state"),
        task.c.due_at.is_not(None),
    )
    .order_by(task.c.due_at)
    .limit(sa.bindparam("the_most", type_=sa.Integer))
    .offset(sa.literal_column("0"))  # else SQLite's text gets a parameter for it
)


def _counting(query: postgresql.Insert | sqlite.Insert) -> Reading:
    """Count a counter up or begin it; INSERT with a conflict clause differs by database."""
    count: sa.BindParameter[int] = sa.bindparam("the_count", type_=counter.c.last.type)
    query = query.values(name=sa.bindparam("the_name"), last=count)
    query = query.on_conflict_do_update(
        index_elements=[counter.c.name], set_={"last": counter.c.last + count}
    )
    return Reading(query.returning(counter.c.last))


_COUNT_POSTGRES = _counting(postgresql.insert(counter))
_COUNT_SQLITE = _counting(sqlite.insert(counter))


def lock_root(conn: Conn, root_id: int) -> Row | None:
    """Lock and give the root row: the one writer of a case (reliability.md 2.3)."""
    return _ROOT.one(conn, the_id=root_id)


def lock_root_of_instance(conn: Conn, instance_id: int) -> Row | None:
    """Lock and give the root row of the case INSTANCE_ID belongs to."""
    return _ROOT_OF_INSTANCE.one(conn, the_id=instance_id)


def root_row(conn: Conn, root_id: int) -> Row | None:
    """Give the root row of a case without a lock."""
    return _SEEN.one(conn, the_id=root_id)


def try_lock_root(conn: Conn, root_id: int) -> Row | None:
    """Lock and give the root row, or None when somebody else holds it."""
    return _TRY_ROOTS.one(conn, the_ids=[root_id])


def try_lock_roots(conn: Conn, ids: Sequence[int]) -> list[Row]:
    """Lock and give those root rows of IDS that nobody else holds, in ascending id."""
    return _TRY_ROOTS.rows(conn, the_ids=ids)


def lock_instances(conn: Conn, ids: Iterable[int]) -> list[Row]:
    """Lock and give child instances in ascending id; the root is held already."""
    return _INSTANCES.rows(conn, the_ids=sorted(ids))


def case_instances(conn: Conn, root_id: int, *, live: bool = True) -> list[int]:
    """Give the ids of the instances of a case, root first; LIVE leaves out ended ones."""
    query = sa.select(instance.c.id).where(instance.c.root_id == root_id)
    if live:
        query = query.where(instance.c.status.in_(("active", "suspended")))
    return [int(row[0]) for row in conn.execute(query.order_by(instance.c.id))]


def children(conn: Conn, parent_id: int, wait: str, item: int | None) -> list[int]:
    """Give the live children of one wait, of one ITEM or of all."""
    query = sa.select(instance.c.id).where(
        instance.c.parent_id == parent_id,
        instance.c.parent_wait == wait,
        instance.c.status.in_(("active", "suspended")),
    )
    if item is not None:
        query = query.where(instance.c.parent_item == item)
    return [int(row[0]) for row in conn.execute(query.order_by(instance.c.id))]


def insert_instance(conn: Conn, row: Mapping[str, Any]) -> int:
    """Insert an instance and give its id; a row without root_id becomes its own root."""
    new = conn.take_ids(instance, 1)[0]
    conn.insert(instance, [{**row, "id": new, "root_id": row.get("root_id") or new}])
    return new


def write_instance(conn: Conn, instance_id: int, seen: int, values: Mapping[str, Any]) -> None:
    """Write VALUES and version SEEN + 1; the unit is re-run when the version moved."""
    row = {**values, "version": seen + 1}
    conn.change(instance, {"id": instance_id, "version": seen}, row)


def rebind(conn: Conn, instance_id: int, definition_id: int, title: str) -> None:
    """Let an instance that never began run on another version."""
    query = sa.update(instance).where(instance.c.id == instance_id)
    conn.execute(query.values(definition_id=definition_id, title=title))


def lock_numbered(conn: Conn, numbers: Sequence[str]) -> None:
    """Lock the cases with NUMBERS, in the order of their ids, to change what names them."""
    if numbers:
        query = sa.select(instance.c.id).where(instance.c.number.in_(list(numbers)))
        conn.execute(query.order_by(instance.c.id).with_for_update(key_share=True))


def numbered(conn: Conn, key: str, numbers: Sequence[str]) -> list[int]:
    """Give the cases of process KEY with one of NUMBERS."""
    query = (
        sa.select(instance.c.id)
        .join(definition, definition.c.id == instance.c.definition_id)
        .where(definition.c.key == key, instance.c.number.in_(list(numbers)))
        .where(instance.c.id == instance.c.root_id)
    )
    return [int(found) for (found,) in conn.execute(query.order_by(instance.c.id))]


def nearest_due(
    conn: Conn, root_id: int, besides: Sequence[int] | None = None
) -> datetime | None:
    """Give the nearest due of the case's open tasks as they are after all writes so far.

    With BESIDES (ids of tasks closed in this transaction) only stored tasks are looked at
    and nothing need be written before.
    """
    gone = set(besides or ())
    read = _DUES.rows if besides is None else _DUES.peek
    found = read(conn, the_root=root_id, the_state="open", the_most=len(gone) + 1)
    due: datetime | None = next((row["due_at"] for row in found if row["id"] not in gone), None)
    return due


def replace_search(conn: Conn, root_id: int, rows: Sequence[Mapping[str, Any]]) -> None:
    """Replace the declared search fields named in ROWS of a case."""
    if rows:
        found = [{"root_id": root_id, **row} for row in rows]
        conn.put(search_value, found, ("root_id", "name"))


def take_numbers(conn: Conn, name: str, count: int = 1) -> int:
    """Count NAME up by COUNT and give the last number; gap-free, held until commit."""
    counting = _COUNT_POSTGRES if is_postgres(conn) else _COUNT_SQLITE
    return int(counting.scalar(conn, the_name=name, the_count=count))


def use_attachments(conn: Conn, root_id: int, ids: Sequence[str]) -> None:
    """Tie uploaded files to the case that now names them."""
    if ids:
        _USE.run(conn, the_ids=ids, the_root=root_id)


def use_scans(conn: Conn, root_id: int, seat_id: int, ids: Sequence[str]) -> None:
    """Tie uploaded scans to the case and the seat whose signed page they show."""
    _SIGN.run(conn, the_ids=ids, the_root=root_id, the_seat=seat_id)


def scans(conn: Conn, root_id: int) -> dict[int, list[Row]]:
    """Give the scanned signed pages of a case by the id of their seat, oldest first."""
    found: dict[int, list[Row]] = {}
    for row in _SCANS.rows(conn, the_root=root_id):
        found.setdefault(row["seat_id"], []).append(row)
    return found


def ended_at(row: Row) -> datetime | None:
    """Give when an instance ended, None while it lives."""
    value: datetime | None = row["ended_at"]
    return value


def is_visible(conn: Conn, actor: Actor, root_id: int) -> bool:
    """Tell whether ACTOR may see the case ROOT_ID."""
    query = sa.select(root.c.id).where(root.c.id == root_id, visible_cases(actor))
    return conn.execute(query).first() is not None


def attachments_by_id(conn: Conn, ids: Sequence[str]) -> dict[str, Row]:
    """Give attachment rows by id."""
    if not ids:
        return {}
    return {row["id"]: row for row in _ATTACHMENTS.rows(conn, the_ids=ids)}


def insert_attachment(conn: Conn, row: Mapping[str, Any]) -> None:
    """Name stored bytes."""
    add(conn, attachment, [row])
