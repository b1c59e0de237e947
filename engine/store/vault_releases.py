"""Looks into the vault that were asked for and released, and those that happened."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from engine.base.vaulted import LOOKED
from engine.store.rights_tables import vault_release
from engine.store.rows import Conn, Row, every, insert, one
from engine.store.tables import audit

ASKED, GRANTED, REFUSED = "asked", "granted", "refused"


def ask(conn: Conn, row: Mapping[str, Any]) -> int:
    """Write a request; an unanswered one of the same person and task is replaced."""
    same = [vault_release.c.task_id == row["task_id"], vault_release.c.person == row["person"]]
    conn.execute(sa.delete(vault_release).where(*same, vault_release.c.state == ASKED))
    return insert(conn, vault_release, {**row, "state": ASKED})


def case_of(conn: Conn, release_id: int) -> int | None:
    """Give the case of a request, to lock it before the request."""
    query = sa.select(vault_release.c.root_id).where(vault_release.c.id == release_id)
    return conn.execute(query).scalar_one_or_none()


def held(conn: Conn, release_id: int) -> Row | None:
    """Give one request under its lock."""
    query = sa.select(vault_release).where(vault_release.c.id == release_id)
    return one(conn, query.with_for_update())


def decide(conn: Conn, release_id: int, values: Mapping[str, Any]) -> None:
    """Write the second person's word."""
    query = sa.update(vault_release).where(vault_release.c.id == release_id)
    conn.execute(query.values(**values))


def latest(conn: Conn, task_id: int, person: str) -> Row | None:
    """Give the newest request of PERSON in a task that was granted."""
    query = sa.select(vault_release).where(
        vault_release.c.task_id == task_id,
        vault_release.c.person == person,
        vault_release.c.state == GRANTED,
    )
    return one(conn, query.order_by(vault_release.c.id.desc()).limit(1))


def of_task(conn: Conn, task_id: int) -> list[Row]:
    """Give the newest requests of a task, newest first."""
    query = sa.select(vault_release).where(vault_release.c.task_id == task_id)
    return every(conn, query.order_by(vault_release.c.id.desc()).limit(20))


def looks(conn: Conn, root_id: int, before: int | None, limit: int) -> Sequence[Row]:
    """Give LIMIT looks at a case, newest first, from before the audit line BEFORE on."""
    case = sa.literal_column("CAST(audit.detail ->> 'root' AS TEXT)", sa.Text)  # on both
    query = sa.select(audit).where(audit.c.kind == LOOKED, case == str(root_id))
    if before is not None:
        query = query.where(audit.c.id < before)
    return every(conn, query.order_by(audit.c.id.desc()).limit(limit))
