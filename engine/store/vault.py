"""The rows of the vault: put in, opened, erased, wrapped again; never joined by a list."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from engine.store.keyring import Keyring, Sealed, VaultClosed
from engine.store.rows import Conn, Row, every
from engine.store.tables import definition, instance
from engine.store.vault_tables import vault_entry

ERASED = b""


def put(
    conn: Conn, root: Mapping[str, object], values: Mapping[str, str], at: datetime
) -> None:
    """Seal VALUES (field -> text) of the case ROOT; an earlier value of a field goes."""
    keys = ready(conn)
    drop(conn, root["id"], values)
    rows = []
    for name, text in sorted(values.items()):
        made = keys.seal(text, _about(root["uid"], name))
        rows.append(
            {
                "root_id": root["id"],
                "field": name,
                "key_id": made.key_id,
                "wrapped": made.wrapped,
                "sealed": made.sealed,
                "stored_at": at,
            }
        )
    if rows:
        conn.execute(sa.insert(vault_entry), rows)


def drop(conn: Conn, root_id: object, fields: Iterable[str]) -> None:
    """Take FIELDS of a case out of the vault."""
    mine = vault_entry.c.root_id == root_id
    conn.execute(sa.delete(vault_entry).where(mine, vault_entry.c.field.in_(sorted(fields))))


def held(conn: Conn, root_id: int) -> dict[str, datetime | None]:
    """Give the fields the vault holds for a case, each with the moment it was erased."""
    query = sa.select(vault_entry.c.field, vault_entry.c.erased_at)
    rows = conn.execute(query.where(vault_entry.c.root_id == root_id))
    return {row[0]: row[1] for row in rows}


def look(conn: Conn, root: Mapping[str, object], fields: Sequence[str]) -> dict[str, str]:
    """Open FIELDS of the case ROOT; fields never stored or erased are left out."""
    query = sa.select(vault_entry).where(
        vault_entry.c.root_id == root["id"],
        vault_entry.c.field.in_(list(fields)),
        vault_entry.c.erased_at.is_(None),
    )
    keys = conn.keyring
    return {
        row["field"]: _ring(keys).open(_sealed(row), _about(root["uid"], row["field"]))
        for row in every(conn, query.order_by(vault_entry.c.field))
    }


def ended(conn: Conn, application: str) -> list[tuple[int, datetime]]:
    """Give (case, when it ended) of APPLICATION's ended cases with something sealed."""
    query = (
        sa.select(instance.c.id, instance.c.ended_at)
        .join(definition, definition.c.id == instance.c.definition_id)
        .where(
            definition.c.application == application,
            instance.c.ended_at.is_not(None),
            instance.c.id.in_(
                sa.select(vault_entry.c.root_id).where(vault_entry.c.erased_at.is_(None))
            ),
        )
    )
    return [(int(row[0]), row[1]) for row in conn.execute(query.order_by(instance.c.id))]


def erase(conn: Conn, roots: Sequence[int], at: datetime) -> int:
    """Overwrite value and key of all entries of ROOTS; that there was one stays known."""
    mine = vault_entry.c.root_id.in_(list(roots))
    query = sa.update(vault_entry).where(mine, vault_entry.c.erased_at.is_(None))
    gone = {"wrapped": ERASED, "sealed": ERASED, "key_id": "", "erased_at": at}
    return conn.execute(query.values(gone)).rowcount


def wrap_again(conn: Conn, limit: int) -> int:
    """Wrap up to LIMIT records by the current key; 0 when none is left under an older one."""
    living = sa.select(vault_entry.c.root_id).where(vault_entry.c.erased_at.is_(None))
    if conn.execute(living.limit(1)).first() is None:
        return 0  # nothing to wrap, and perhaps no key yet
    keys = _ring(conn.keyring)
    query = (
        sa.select(vault_entry, instance.c.uid)
        .join(instance, instance.c.id == vault_entry.c.root_id)
        .where(vault_entry.c.erased_at.is_(None), vault_entry.c.key_id != keys.current)
    )
    rows = every(conn, query.order_by(vault_entry.c.root_id).limit(limit))
    for row in rows:
        made = keys.wrap_again(_sealed(row), _about(row["uid"], row["field"]))
        own = [vault_entry.c.root_id == row["root_id"], vault_entry.c.field == row["field"]]
        own.append(vault_entry.c.wrapped == row["wrapped"])  # not put in or erased meanwhile
        values = {"wrapped": made.wrapped, "key_id": made.key_id}
        conn.execute(sa.update(vault_entry).where(*own).values(values))
    return len(rows)


def ready(conn: Conn) -> Keyring:
    """Give the keys; the first one is made here, never one beside records it cannot open."""
    keys = _ring(conn.keyring)
    if not keys.present:
        if conn.execute(sa.select(vault_entry.c.root_id).limit(1)).first() is not None:
            raise VaultClosed("数据库中有保密信息，但没有找到密钥文件，请恢复原来的密钥。")
        keys.make()
    return keys


def _ring(keys: Keyring | None) -> Keyring:
    if keys is None:
        raise VaultClosed
    return keys


def _about(uid: object, field: str) -> str:
    """Tie a sealed value to its case and field: moved elsewhere, it does not open."""
    return f"{uid}/{field}"


def _sealed(row: Row) -> Sealed:
    return Sealed(row["key_id"], bytes(row["wrapped"]), bytes(row["sealed"]))
