"""The one working copy of an application that process owners edit in the browser."""

from dataclasses import dataclass
from datetime import timedelta

from engine.base.errors import InvalidRequest, Locked, NotFound, StaleDocument, VersionMissing
from engine.commands import publishing
from engine.commands.results import Deployed, Nothing, Versioned
from engine.context import Context, View
from engine.library.bundle import check_path, from_files
from engine.library.sharing import SHARED
from engine.rules.permissions import may
from engine.store import definitions, drafts
from engine.store.rows import Row

LOCK_AGE = timedelta(minutes=30)  # designed: a lock this long without a save may be taken


@dataclass(frozen=True, slots=True)
class OpenDraft:
    """Begin a draft from the latest version, or answer the one that exists. Versioned."""

    application: str

    def run(self, ctx: Context) -> Versioned:
        """Copy the files of the latest version."""
        may(ctx.actor, "draft")
        known = drafts.hold_draft(ctx.conn, self.application)
        if known is not None:
            return Versioned(version=known["version"])
        latest = definitions.latest_bundle(ctx.conn, self.application)
        if latest is None:
            raise NotFound(f"没有应用“{self.application}”。")
        row = {
            "application": self.application,
            "base_version": latest["version"],
            "version": 1,
            "updated_by": ctx.actor.person,
            "updated_at": ctx.now,
        }
        files = definitions.bundle_files(ctx.conn, latest["id"])
        drafts.open_draft(ctx.conn, row, files)
        return Versioned(version=1)


@dataclass(frozen=True, slots=True)
class LockDraft:
    """Take the draft for oneself; Locked (423) names the holder. Answers Versioned.

    A lock older than 30 minutes without a save may be taken over. RELEASE gives it back.
    """

    application: str
    release: bool = False

    def run(self, ctx: Context) -> Versioned:
        """Write the holder, or nobody."""
        draft = _held(ctx, self.application)
        values: Row = {"locked_by": None, "locked_name": None, "locked_at": None}
        if not self.release:
            values = {"locked_by": ctx.actor.person, "locked_name": ctx.actor.name}
            values["locked_at"] = ctx.now
        drafts.set_lock(ctx.conn, self.application, values)
        return Versioned(version=draft["version"])


@dataclass(frozen=True, slots=True)
class SaveDraftFile:
    """Replace one file; IF_MATCH is its version (0: new file), None → VersionMissing.

    Answers Versioned with the file's new version.
    """

    application: str
    path: str
    content: bytes
    if_match: int | None = None

    def run(self, ctx: Context) -> Versioned:
        """Write the file if nobody saved it meanwhile."""
        _held(ctx, self.application)
        check_path(self.path)
        known = _file(ctx, self.application, self.path, self.if_match)
        version = (known["version"] if known else 0) + 1
        owner = {
            "application": self.application,
            "updated_by": ctx.actor.person,
            "updated_at": ctx.now,
        }
        drafts.write_file(ctx.conn, owner, self.path, self.content, version)
        _touch(ctx, self.application)
        return Versioned(version=version)


@dataclass(frozen=True, slots=True)
class DeleteDraftFile:
    """Take one file out of the draft. Answers Nothing."""

    application: str
    path: str
    if_match: int | None = None

    def run(self, ctx: Context) -> Nothing:
        """Remove the row; the published versions keep their bytes."""
        _held(ctx, self.application)
        if _file(ctx, self.application, self.path, self.if_match) is None:
            raise NotFound(f"草稿中没有文件“{self.path}”。")
        drafts.remove_file(ctx.conn, self.application, self.path)
        _touch(ctx, self.application)
        return Nothing()


@dataclass(frozen=True, slots=True)
class DiscardDraft:
    """Throw the draft away. Answers Nothing."""

    application: str
    if_match: int | None = None

    def run(self, ctx: Context) -> Nothing:
        """Drop it if nobody saved meanwhile."""
        draft = _held(ctx, self.application)
        _match(draft, self.if_match)
        drafts.drop_draft(ctx.conn, self.application)
        return Nothing()


@dataclass(frozen=True, slots=True)
class PublishDraft:
    """Publish the draft as the next version and end it. Answers Deployed.

    Warnings need ACKNOWLEDGED, else InvalidDefinition (code warnings-unread).
    """

    application: str
    note: str
    acknowledged: bool = False

    def prepare(self, view: View) -> None:
        """Check and compile before the transaction."""
        may(view.actor, "deploy")
        files = definitions.draft_files(view.connection, self.application)
        if files:
            publishing.assemble(view, from_files(self.application, files))

    def run(self, ctx: Context) -> Deployed:
        """Publish and drop the working copy."""
        may(ctx.actor, "deploy")
        draft = _held(ctx, self.application)
        files = definitions.draft_files(ctx.conn, self.application)
        bundle = from_files(self.application, files)
        made = publishing.publish(
            ctx, bundle, self.note, draft["base_version"], self.acknowledged
        )
        drafts.drop_draft(ctx.conn, self.application)
        return made


def _held(ctx: Context, application: str) -> Row:
    """Lock the draft; Locked when another person works on it."""
    may(ctx.actor, "draft")
    draft = drafts.hold_draft(ctx.conn, application)
    if draft is None:
        raise NotFound(f"应用“{application}”没有草稿。")
    holder = draft["locked_by"]
    if holder not in (None, ctx.actor.person):
        since = max(draft["locked_at"], draft["updated_at"])
        if since > ctx.now - LOCK_AGE:
            raise Locked(
                f"草稿正由 {draft['locked_name']} 编辑。", lockedBy=draft["locked_name"]
            )
    return draft


def _touch(ctx: Context, application: str) -> None:
    drafts.touch(ctx.conn, application, ctx.actor.person, ctx.now)


def _file(ctx: Context, application: str, path: str, if_match: int | None) -> Row | None:
    if path == SHARED:
        raise InvalidRequest(f"“{path}”由系统生成，不能修改。", code="bundle.shared")
    known = drafts.file_of(ctx.conn, application, path)
    _match(known, if_match)
    return known


def _match(known: Row | None, if_match: int | None) -> None:
    if if_match is None:
        raise VersionMissing
    version = known["version"] if known else 0
    if version != if_match:
        changed = {"updatedBy": known["updated_by"]} if known else {}
        raise StaleDocument(currentVersion=version, **changed)
