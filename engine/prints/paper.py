"""A document on its way to paper: asked for in one transaction, written after it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from engine.prints import pdf, word
from engine.prints.model import Document
from engine.prints.pictures import Read

Kind = Literal["pdf", "docx"]
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
        plain = "".join("_" if each in '\\/:*?"<>|' else each for each in self.name)
        return f"{plain[:100]}.{kind}"
