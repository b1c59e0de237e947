"""The working copy of an application: its files, versions and lock."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from engine.store.definitions import keep_blobs
from engine.store.rows import Conn, Row, add, one
from engine.store.tables import draft, draft_file


def hold_draft(conn: Conn, application: str) -> Row | None:
    """Lock and give the draft of APPLICATION."""
    query = sa.select(draft).where(draft.c.application == application).with_for_update()
    return one(conn, query)


def open_draft(conn: Conn, row: Mapping[str, Any], files: Mapping[str, bytes]) -> None:
    """Create a draft with FILES, every file at version 1."""
    conn.execute(sa.insert(draft).values(row))
    hashes = keep_blobs(conn, files)
    lines = [_line(row, path, sha, 1) for path, sha in sorted(hashes.items())]
    add(conn, draft_file, lines)


def _line(owner: Mapping[str, Any], path: str, sha256: str, version: int) -> Row:
    return {
        "application": owner["application"],
        "path": path,
        "sha256": sha256,
        "version": version,
        "updated_by": owner["updated_by"],
        "updated_at": owner["updated_at"],
    }


def file_of(conn: Conn, application: str, path: str) -> Row | None:
    """Give the row of one draft file."""
    return one(
        conn,
        sa.select(draft_file).where(
            draft_file.c.application == application, draft_file.c.path == path
        ),
    )


def write_file(
    conn: Conn, owner: Mapping[str, Any], path: str, content: bytes, version: int
) -> None:
    """Put CONTENT at PATH as VERSION; OWNER names application, updated_by, updated_at."""
    sha = keep_blobs(conn, {path: content})[path]
    remove_file(conn, str(owner["application"]), path)
    add(conn, draft_file, [_line(owner, path, sha, version)])


def remove_file(conn: Conn, application: str, path: str) -> None:
    """Take PATH out of the draft."""
    conn.execute(
        sa.delete(draft_file).where(
            draft_file.c.application == application, draft_file.c.path == path
        )
    )


def touch(conn: Conn, application: str, person: str, at: datetime, **values: Any) -> int:
    """Count the draft's version up, note who and when, set VALUES; give the version."""
    query = (
        sa.update(draft)
        .where(draft.c.application == application)
        .values(version=draft.c.version + 1, updated_by=person, updated_at=at, **values)
        .returning(draft.c.version)
    )
    return int(conn.execute(query).scalar_one())


def drop_draft(conn: Conn, application: str) -> None:
    """End the draft."""
    conn.execute(sa.delete(draft_file).where(draft_file.c.application == application))
    conn.execute(sa.delete(draft).where(draft.c.application == application))


def set_lock(conn: Conn, application: str, values: Mapping[str, Any]) -> None:
    """Write who edits the draft, or nobody."""
    conn.execute(sa.update(draft).where(draft.c.application == application).values(**values))
