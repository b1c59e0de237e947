"""Attachments: the bytes are stored first, by content, then one row names them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class AddAttachment:
    """Name stored bytes (SHA256 and SIZE as answered by engine.files.put). Answers Created.

    META: {"code": evidence code, "takenAt": …, "geo": …} as sent with the upload.
    """

    sha256: str
    size: int
    name: str
    media: str
    meta: Mapping[str, Any] = field(default_factory=dict)
