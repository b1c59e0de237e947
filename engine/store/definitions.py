"""Published versions: bundles, their files, the processes in them, their start triggers."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from engine.store.reading import Reading
from engine.store.rows import Conn, Row, add, every, insert, insert_many, is_postgres, one
from engine.store.tables import (
    blob,
    bundle,
    bundle_file,
    definition,
    draft_file,
    start_subscription,
)

AT = "@"  # bundle "guide@110101": the version of "guide" as it stands in that division


def keep_blobs(conn: Conn, contents: Mapping[str, bytes]) -> dict[str, str]:
    """Store file CONTENTS by hash and give path -> sha256."""
    hashes = {path: hashlib.sha256(data).hexdigest() for path, data in contents.items()}
    rows = {hashes[path]: data for path, data in contents.items()}
    dialect = postgresql if is_postgres(conn) else sqlite
    query = dialect.insert(blob).on_conflict_do_nothing(index_elements=[blob.c.sha256])
    if rows:
        values = [{"sha256": sha, "content": rows[sha]} for sha in sorted(rows)]
        conn.execute(query, values)
    return hashes


def latest_bundle(conn: Conn, application: str) -> Row | None:
    """Give the newest version of APPLICATION."""
    query = sa.select(bundle).where(bundle.c.application == application)
    return one(conn, query.order_by(bundle.c.version.desc()).limit(1))


def division_of(application: str) -> str:
    """Give the division whose version a bundle's APPLICATION names, "" for all divisions."""
    return application.partition(AT)[2]


def whole() -> sa.ColumnElement[bool]:
    """Give the condition for bundles of applications, not of single divisions (G-60)."""
    return bundle.c.application.not_like(f"%{AT}%")


def latest_bundles(conn: Conn) -> list[Row]:
    """Give the newest version of every application, by application."""
    newest = (
        sa.select(bundle.c.application, sa.func.max(bundle.c.version).label("version"))
        .where(whole())
        .group_by(bundle.c.application)
        .subquery()
    )
    same = (newest.c.application == bundle.c.application) & (
        newest.c.version == bundle.c.version
    )
    return every(conn, sa.select(bundle).join(newest, same).order_by(bundle.c.application))


def bundle_at(conn: Conn, application: str, version: int) -> Row | None:
    """Give VERSION of APPLICATION."""
    return one(
        conn,
        sa.select(bundle).where(
            bundle.c.application == application, bundle.c.version == version
        ),
    )


def bundle_by_id(conn: Conn, bundle_id: int) -> Row | None:
    """Give one bundle."""
    return one(conn, sa.select(bundle).where(bundle.c.id == bundle_id))


def bundle_files(conn: Conn, bundle_id: int) -> dict[str, bytes]:
    """Give the files of a bundle, path -> bytes."""
    query = (
        sa.select(bundle_file.c.path, blob.c.content)
        .join(blob, blob.c.sha256 == bundle_file.c.sha256)
        .where(bundle_file.c.bundle_id == bundle_id)
        .order_by(bundle_file.c.path)
    )
    return {row[0]: bytes(row[1]) for row in conn.execute(query)}


def draft_files(conn: Conn, application: str) -> dict[str, bytes]:
    """Give the files of the draft of APPLICATION, path -> bytes."""
    query = (
        sa.select(draft_file.c.path, blob.c.content)
        .join(blob, blob.c.sha256 == draft_file.c.sha256)
        .where(draft_file.c.application == application)
        .order_by(draft_file.c.path)
    )
    return {row[0]: bytes(row[1]) for row in conn.execute(query)}


def insert_bundle(conn: Conn, row: Mapping[str, Any], files: Mapping[str, bytes]) -> int:
    """Store a new version with its FILES and give its id."""
    hashes = keep_blobs(conn, files)
    bundle_id = insert(conn, bundle, row)
    lines = [{"bundle_id": bundle_id, "path": p, "sha256": s} for p, s in hashes.items()]
    add(conn, bundle_file, lines)
    return bundle_id


def insert_definitions(
    conn: Conn, application: str, rows: Sequence[Mapping[str, Any]]
) -> list[int]:
    """Make ROWS the latest definitions of APPLICATION and give their ids in order.

    Those of single divisions stand beside them and are never the latest.
    """
    conn.execute(
        sa.update(definition)
        .where(definition.c.application == application, definition.c.latest.is_(True))
        .values(latest=False)
    )
    return insert_many(conn, definition, rows)


def add_definitions(conn: Conn, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store ROWS beside the latest definitions."""
    add(conn, definition, rows)


def definition_by_id(conn: Conn, definition_id: int) -> Row | None:
    """Give one definition with `hash` and `runtime` of its bundle, without the facts."""
    return _DEFINITION.one(conn, the_id=definition_id)


def latest_definition(conn: Conn, key: str) -> Row | None:
    """Give the newest definition of process KEY, shaped as in definition_by_id."""
    return _LATEST.one(conn, the_key=key)


def definition_in(conn: Conn, key: str, bundle_id: int) -> Row | None:
    """Give the definition of process KEY inside one bundle."""
    return _IN_BUNDLE.one(conn, the_key=key, the_bundle=bundle_id)


def definition_at(
    conn: Conn, base: Mapping[str, Any], divisions: Sequence[str]
) -> Row | None:
    """Give the stand-in for definition BASE of the first of DIVISIONS that has one."""
    names = [f"{base['application']}{AT}{division}" for division in divisions]
    query = _definition_query().where(
        definition.c.key == base["key"],
        bundle.c.application.in_(names),
        bundle.c.version == base["version"],
    )
    found = {row["home"]: row for row in every(conn, query)}
    return next((found[name] for name in names if name in found), None)


def _definition_query() -> sa.Select[Any]:
    columns = (
        definition.c.id,
        definition.c.bundle_id,
        definition.c.application,
        definition.c.key,
        definition.c.version,
        definition.c.name,
        definition.c.latest,
        bundle.c.application.label("home"),  # with the division, where it is one's own
        bundle.c.hash,
        bundle.c.runtime,
    )
    return sa.select(*columns).join(bundle, bundle.c.id == definition.c.bundle_id)


_KEY = definition.c.key == sa.bindparam("the_key")
_DEFINITION = Reading(_definition_query().where(definition.c.id == sa.bindparam("the_id")))
_LATEST = Reading(_definition_query().where(_KEY, definition.c.latest.is_(True)))
_IN_BUNDLE = Reading(
    _definition_query().where(_KEY, definition.c.bundle_id == sa.bindparam("the_bundle"))
)


def latest_keys(conn: Conn, *, besides: str = "") -> dict[str, str]:
    """Give process key -> application of all latest definitions, but not of BESIDES."""
    query = sa.select(definition.c.key, definition.c.application).where(
        definition.c.latest.is_(True), definition.c.application != besides
    )
    return {row[0]: row[1] for row in conn.execute(query)}


def replace_starts(conn: Conn, application: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Make ROWS the message and signal starts of APPLICATION."""
    ours = sa.select(definition.c.id).where(definition.c.application == application)
    conn.execute(
        sa.delete(start_subscription).where(start_subscription.c.definition_id.in_(ours))
    )
    add(conn, start_subscription, rows)


def starts_for(conn: Conn, kind: str, name: str) -> list[Row]:
    """Give the processes that start on message or signal NAME."""
    query = sa.select(start_subscription).where(
        start_subscription.c.kind == kind, start_subscription.c.name == name
    )
    return every(conn, query.order_by(start_subscription.c.id))
