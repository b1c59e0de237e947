"""The one working copy of an application that process owners edit in the browser."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OpenDraft:
    """Begin a draft from the latest version, or answer the one that exists. Versioned."""

    application: str


@dataclass(frozen=True, slots=True)
class LockDraft:
    """Take the draft for oneself; Locked (423) names the holder. Answers Versioned.

    A lock older than 30 minutes without a save may be taken over.
    """

    application: str
    release: bool = False


@dataclass(frozen=True, slots=True)
class SaveDraftFile:
    """Replace one file; IF_MATCH is its version (0: new file), None → VersionMissing.

    Answers Versioned with the file's new version.
    """

    application: str
    path: str
    content: bytes
    if_match: int | None = None


@dataclass(frozen=True, slots=True)
class DeleteDraftFile:
    """Take one file out of the draft. Answers Nothing."""

    application: str
    path: str
    if_match: int | None = None


@dataclass(frozen=True, slots=True)
class DiscardDraft:
    """Throw the draft away. Answers Nothing."""

    application: str
    if_match: int | None = None


@dataclass(frozen=True, slots=True)
class PublishDraft:
    """Publish the draft as the next version and end it. Answers Deployed.

    Warnings need ACKNOWLEDGED, else InvalidDefinition (code warnings-unread).
    """

    application: str
    note: str
    acknowledged: bool = False
