"""The working copy of an application: its files, its findings, how it differs."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from engine.base.errors import NotFound
from engine.base.findings import Finding
from engine.context import View
from engine.library.bundle import Bundle, from_files
from engine.library.difference import diff
from engine.queries.definitions import Difference
from engine.store import definitions as rows
from engine.store import visible
from engine.store.tables import blob, bundle_file, draft, draft_file


@dataclass(frozen=True, slots=True)
class DraftFileRow:
    """One file of a draft; CHANGE added, changed or "" against the version it came from."""

    path: str
    version: int
    size: int
    change: str
    updated_by: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class DraftView:
    """A draft; STALE when a newer version was published since it began."""

    application: str
    base_version: int
    version: int
    stale: bool
    locked_by: str | None
    locked_name: str | None
    locked_at: datetime | None
    updated_by: str
    updated_at: datetime
    files: tuple[DraftFileRow, ...]
    removed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DraftFile:
    """One file of a draft with its content; VERSION is its ETag."""

    path: str
    version: int
    content: bytes


@dataclass(frozen=True, slots=True)
class CheckResult:
    """All findings of a draft; PUBLISHABLE when none is an error."""

    application: str
    version: int
    publishable: bool
    findings: tuple[Finding, ...]


def get(view: View, *, application: str) -> DraftView:
    """Give the draft of APPLICATION."""
    visible.require_owner(view.actor)
    head = view.connection.execute(
        sa.select(draft).where(draft.c.application == application)
    ).one_or_none()
    if head is None:
        raise NotFound
    before = _base(view, application, head.base_version)
    found = _files(view, application, before)
    newest = rows.latest_bundle(view.connection, application)
    return DraftView(
        application=application,
        base_version=head.base_version,
        version=head.version,
        stale=newest is not None and newest["version"] > head.base_version,
        locked_by=head.locked_by,
        locked_name=head.locked_name,
        locked_at=head.locked_at,
        updated_by=head.updated_by,
        updated_at=head.updated_at,
        files=found,
        removed=tuple(sorted(before.keys() - {row.path for row in found})),
    )


def _base(view: View, application: str, version: int) -> dict[str, str]:
    """Give path -> sha256 of the version the draft came from."""
    base = rows.bundle_at(view.connection, application, version)
    if base is None:
        return {}
    query = sa.select(bundle_file.c.path, bundle_file.c.sha256).where(
        bundle_file.c.bundle_id == base["id"]
    )
    return {row.path: row.sha256 for row in view.connection.execute(query)}


def _files(view: View, application: str, before: dict[str, str]) -> tuple[DraftFileRow, ...]:
    query = (
        sa.select(draft_file, sa.func.length(blob.c.content).label("size"))
        .join(blob, blob.c.sha256 == draft_file.c.sha256)
        .where(draft_file.c.application == application)
        .order_by(draft_file.c.path)
    )
    return tuple(
        DraftFileRow(
            path=row.path,
            version=row.version,
            size=row.size,
            change=_change(before.get(row.path), row.sha256),
            updated_by=row.updated_by,
            updated_at=row.updated_at,
        )
        for row in view.connection.execute(query)
    )


def _change(before: str | None, now: str) -> str:
    if before is None:
        return "added"
    return "" if before == now else "changed"


def file(view: View, *, application: str, path: str) -> DraftFile:
    """Give one file of the draft."""
    visible.require_owner(view.actor)
    query = (
        sa.select(draft_file.c.version, blob.c.content)
        .join(blob, blob.c.sha256 == draft_file.c.sha256)
        .where(draft_file.c.application == application, draft_file.c.path == path)
    )
    row = view.connection.execute(query).one_or_none()
    if row is None:
        raise NotFound
    return DraftFile(path, row.version, bytes(row.content))


def drafted_bundle(view: View, *, application: str) -> Bundle:
    """Give the draft as a bundle."""
    visible.require_owner(view.actor)
    found = rows.draft_files(view.connection, application)
    if not found:
        raise NotFound
    return from_files(application, found)


def check(view: View, *, application: str) -> CheckResult:
    """Check the draft as publishing would, and save nothing."""
    head = get(view, application=application)
    bundle = drafted_bundle(view, application=application)
    others = frozenset(rows.latest_keys(view.connection, besides=application))
    made = view.runtimes.assemble(bundle, processes=others)
    return CheckResult(application, head.version, made.deployed is not None, made.findings)


def difference(view: View, *, application: str) -> Difference:
    """Compare the draft with the version it came from."""
    head = get(view, application=application)
    base = rows.bundle_at(view.connection, application, head.base_version)
    before = rows.bundle_files(view.connection, base["id"]) if base else {}
    old = from_files(application, before)
    new = drafted_bundle(view, application=application)
    return Difference(application, str(head.base_version), "draft", diff(old, new))
