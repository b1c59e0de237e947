"""Attachments: the bytes are stored first, by content, then one row names them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.base.errors import InvalidRequest
from engine.commands.results import Created
from engine.context import Context
from engine.store import cases

LONGEST_NAME = 200


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

    def run(self, ctx: Context) -> Created:
        """Insert the row; a case takes it when a form names it."""
        name = self.name.replace("\\", "/").rsplit("/", 1)[-1].strip()
        if not name or len(name) > LONGEST_NAME or not name.isprintable():
            raise InvalidRequest("附件的文件名不能使用，请改名后上传。", code="file-name")
        uid = ctx.ids.uid()
        row = {
            "id": uid,
            "root_id": None,
            "sha256": self.sha256,
            "name": name,
            "media": self.media,
            "size": self.size,
            "uploaded_by": ctx.actor.person,
            "uploaded_at": ctx.now,
            "meta": dict(self.meta),
        }
        cases.insert_attachment(ctx.conn, row)
        return Created(id=uid)
