"""A document on its way to paper: asked for in one transaction, written after it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from engine.prints import pdf, word
from engine.prints.model import Document
from engine.prints.pictures import Read
from engine.prints.text import clean

Kind = Literal["pdf", "docx"]
KINDS: tuple[Kind, ...] = ("pdf", "docx")
MEDIA: Mapping[str, str] = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


@dataclass(frozen=True, slots=True)
class Paper:
    """A DOCUMENT with the NAME its file takes, without ending."""

    document: Document
    name: str

    def written(self, kind: Kind, read: Read) -> bytes:
        """Write the document; takes up to some seconds, so never inside a transaction."""
        writer = pdf.write if kind == "pdf" else word.write
        return writer(self.document, read)

    def file_name(self, kind: Kind) -> str:
        """Give the name of the file with its ending."""
        return f"{file_safe(self.name)}.{kind}"


def file_safe(name: str) -> str:
    """Give NAME as one name on every file system: no folders, no controls, not too long."""
    plain = "".join("_" if each in '\\/:*?"<>|' else each for each in clean(name))
    return plain.replace("\n", " ").strip(". ")[:80] or "_"
