"""Applications, their versions and files, processes in them, and differences."""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from engine.base.errors import NotFound
from engine.context import View
from engine.library.archive import from_zip, to_zip
from engine.library.bundle import Bundle, from_files
from engine.library.difference import Change, diff
from engine.queries import labels
from engine.queries.filters import conditions
from engine.queries.paging import Page, Paging, Sort, SortKey, choose, page
from engine.store import definitions as rows
from engine.store.tables import blob, bundle, bundle_file, definition, draft, instance


@dataclass(frozen=True, slots=True)
class ProcessName:
    """A process of an application."""

    key: str
    name: str
    definition_id: int


@dataclass(frozen=True, slots=True)
class ApplicationRow:
    """An application: its newest version, what runs, whether somebody edits it."""

    key: str
    title: str
    version: int
    hash: str
    runtime: str
    author: str
    note: str
    created_at: datetime
    processes: tuple[ProcessName, ...]
    running: int
    drafted: bool
    draft_by: str | None


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One published version; RUNNING are cases not ended yet that stay on it."""

    id: int
    application: str
    version: int
    title: str
    hash: str
    runtime: str
    author: str
    author_name: str
    note: str
    created_at: datetime
    running: int
    latest: bool


@dataclass(frozen=True, slots=True)
class FileRow:
    """One file of a version."""

    path: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed from one version to another, file by file."""

    application: str
    before: str  # "3", "draft"
    after: str
    changes: tuple[Change, ...]


def applications(view: View) -> tuple[ApplicationRow, ...]:
    """Give every application with its newest version."""
    newest = _newest().subquery()
    is_newest = newest.c.version == bundle.c.version
    query = (
        sa.select(bundle, draft.c.version.label("drafted"), draft.c.locked_name)
        .join(newest, sa.and_(newest.c.application == bundle.c.application, is_newest))
        .outerjoin(draft, draft.c.application == bundle.c.application)
        .order_by(bundle.c.application)
    )
    found = view.connection.execute(query).all()
    running = _running(view, definition.c.application)
    names = _processes(view)
    return tuple(
        ApplicationRow(
            key=row.application,
            title=row.title,
            version=row.version,
            hash=row.hash,
            runtime=row.runtime,
            author=row.author,
            note=row.note,
            created_at=row.created_at,
            processes=tuple(names.get(row.application, ())),
            running=running.get(row.application, 0),
            drafted=row.drafted is not None,
            draft_by=row.locked_name,
        )
        for row in found
    )


def _newest() -> sa.Select[Any]:
    newest = sa.func.max(bundle.c.version).label("version")
    query = sa.select(bundle.c.application, newest).where(rows.whole())
    return query.group_by(bundle.c.application)


def _running(view: View, by: sa.ColumnElement[Any]) -> dict[Any, int]:
    """Count living cases grouped BY a column of their definition."""
    query = (
        sa.select(by, sa.func.count())
        .select_from(instance)
        .join(definition, definition.c.id == instance.c.definition_id)
        .where(instance.c.id == instance.c.root_id, instance.c.ended_at.is_(None))
        .group_by(by)
    )
    return {row[0]: row[1] for row in view.connection.execute(query)}


def _processes(view: View) -> dict[str, list[ProcessName]]:
    query = sa.select(
        definition.c.application, definition.c.key, definition.c.name, definition.c.id
    ).where(definition.c.latest.is_(True))
    found: dict[str, list[ProcessName]] = {}
    for row in view.connection.execute(query.order_by(definition.c.key)):
        found.setdefault(row.application, []).append(ProcessName(row.key, row.name, row.id))
    return found


def versions(view: View, *, application: str) -> tuple[VersionRow, ...]:
    """Give the versions of APPLICATION, newest first."""
    query = sa.select(bundle).where(bundle.c.application == application)
    found = view.connection.execute(query.order_by(bundle.c.version.desc())).all()
    if not found:
        raise NotFound
    return tuple(_version_rows(view, found))


def deployments(
    view: View,
    *,
    wanted: Mapping[str, Any] | None = None,
    sort: Sequence[Sort] = (),
    paging: Paging | None = None,
) -> Page[VersionRow]:
    """Search published versions of all applications, newest first."""
    columns = {n: bundle.c[n] for n in ("application", "version", "hash", "author")}
    query = sa.select(bundle).where(rows.whole(), *conditions(wanted or {}, columns))
    keys = choose(sort, columns, SortKey(bundle.c.id, True))
    build = functools.partial(_version_rows, view)
    return page(view.connection, query, keys, paging or Paging(), build)


def deployment(view: View, *, bundle_id: int) -> VersionRow:
    """Give one published version."""
    row = view.connection.execute(sa.select(bundle).where(bundle.c.id == bundle_id)).first()
    if row is None:
        raise NotFound
    return _version_rows(view, [row])[0]


def _version_rows(view: View, found: Sequence[sa.Row[Any]]) -> list[VersionRow]:
    # By number, so that cases on a division's own diagrams count for the version they are of.
    number = definition.c.application + ":" + sa.cast(definition.c.version, sa.Text)
    running = _running(view, number)
    names = labels.people(view, (row.author for row in found))
    newest = {row.application: row.version for row in view.connection.execute(_newest())}
    return [
        VersionRow(
            id=row.id,
            application=row.application,
            version=row.version,
            title=row.title,
            hash=row.hash,
            runtime=row.runtime,
            author=row.author,
            author_name=names.get(row.author, row.author),
            note=row.note,
            created_at=row.created_at,
            running=running.get(f"{row.application}:{row.version}", 0),
            latest=newest.get(row.application) == row.version,
        )
        for row in found
    ]


def files(view: View, *, application: str, version: int | None = None) -> tuple[FileRow, ...]:
    """Give the files of VERSION (None: the newest), by path."""
    query = (
        sa.select(bundle_file.c.path, blob.c.sha256, sa.func.length(blob.c.content))
        .join(blob, blob.c.sha256 == bundle_file.c.sha256)
        .where(bundle_file.c.bundle_id == _bundle_id(view, application, version))
        .order_by(bundle_file.c.path)
    )
    return tuple(FileRow(*row) for row in view.connection.execute(query))


def file(view: View, *, application: str, path: str, version: int | None = None) -> bytes:
    """Give the content of one file of VERSION (None: the newest)."""
    query = (
        sa.select(blob.c.content)
        .join(bundle_file, blob.c.sha256 == bundle_file.c.sha256)
        .where(
            bundle_file.c.bundle_id == _bundle_id(view, application, version),
            bundle_file.c.path == path,
        )
    )
    content = view.connection.execute(query).scalar_one_or_none()
    if content is None:
        raise NotFound
    return bytes(content)


def stored_bundle(view: View, *, application: str, version: int | None = None) -> Bundle:
    """Give VERSION (None: the newest) as a bundle, ready to be written to a folder."""
    found = rows.bundle_files(view.connection, _bundle_id(view, application, version))
    return from_files(application, found)


def _bundle_id(view: View, application: str, version: int | None) -> int:
    if version is None:
        row = rows.latest_bundle(view.connection, application)
    else:
        row = rows.bundle_at(view.connection, application, version)
    if row is None:
        raise NotFound
    return int(row["id"])


def difference(view: View, *, application: str, before: int, after: int) -> Difference:
    """Compare two versions of APPLICATION."""
    old = stored_bundle(view, application=application, version=before)
    new = stored_bundle(view, application=application, version=after)
    return Difference(application, str(before), str(after), diff(old, new))


def archive(view: View, *, application: str, version: int | None = None) -> bytes:
    """Give a version as a zip of its folders, the same bytes every time."""
    return to_zip(stored_bundle(view, application=application, version=version))


def archive_files(view: View, *, content: bytes) -> tuple[str, Mapping[str, bytes]]:
    """Read an uploaded zip as if it were hostile: the application's key and its files."""
    del view  # asked through the front door like everything else
    bundle = from_zip(content)
    return bundle.application, bundle.files
