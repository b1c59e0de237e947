"""Publish versions of an application."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Deploy:
    """Publish FILES (bundle path -> bytes) as the next version of APPLICATION.

    The same content as the latest version answers that version. BASE_VERSION is the version
    the files were made from; None only for the first version, else 409 not-based-on-latest
    with details {"latest", "diff": [{"path","change","lines"}]}. Warnings must be
    ACKNOWLEDGED when the caller shows them to a person; errors always refuse
    (InvalidDefinition with findings). Answers Deployed.
    """

    application: str
    files: Mapping[str, bytes]
    note: str = ""
    base_version: int | None = None
    acknowledged: bool = True
