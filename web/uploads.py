"""What may be uploaded: extension and content must agree (reliability.md 6.4)."""

from collections.abc import Iterator
from typing import IO, Protocol

from engine.base.errors import WrongMediaType

CHUNK = 1 << 16
META = frozenset({"code", "takenAt", "lon", "lat", "accuracy", "source"})
OFFICE = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0"

# Extension → media type and the bytes a file of that kind begins with; none: plain text.
KINDS: dict[str, tuple[str, tuple[bytes, ...]]] = {
    "png": ("image/png", (b"\x89PNG\r\n\x1a\n",)),
    "jpg": ("image/jpeg", (b"\xff\xd8\xff",)),
    "jpeg": ("image/jpeg", (b"\xff\xd8\xff",)),
    "gif": ("image/gif", (b"GIF87a", b"GIF89a")),
    "webp": ("image/webp", (b"RIFF",)),
    "tif": ("image/tiff", (b"II*\x00", b"MM\x00*")),
    "tiff": ("image/tiff", (b"II*\x00", b"MM\x00*")),
    "pdf": ("application/pdf", (b"%PDF-",)),
    "docx": (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        (OFFICE,),
    ),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", (OFFICE,)),
    "doc": ("application/msword", (OLE,)),
    "xls": ("application/vnd.ms-excel", (OLE,)),
    "zip": ("application/zip", (OFFICE,)),
    "ofd": ("application/ofd", (OFFICE,)),
    "mp4": ("video/mp4", ()),
    "txt": ("text/plain", ()),
    "csv": ("text/csv", ()),
    "json": ("application/json", ()),
    "geojson": ("application/geo+json", ()),
    "kml": ("application/vnd.google-earth.kml+xml", ()),
}
TEXTS = frozenset({"txt", "csv", "json", "geojson", "kml"})


class Stream(Protocol):
    """What an upload reads from."""

    def read(self, size: int = -1, /) -> bytes:
        """Give up to SIZE bytes."""
        ...

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go to OFFSET."""
        ...


def checked(filename: str, stream: Stream | IO[bytes]) -> tuple[str, str]:
    """Give the plain name and the media type of an upload, or refuse its kind."""
    name = filename.replace("\\", "/").rsplit("/", 1)[-1].strip()
    name = "".join(c for c in name if c.isprintable())[-150:]
    ending = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    if ending not in KINDS:
        listed = "、".join(sorted(KINDS))
        raise WrongMediaType(f"不接受“{name}”这类文件，可上传：{listed}。")
    media, heads = KINDS[ending]
    head = stream.read(CHUNK)
    stream.seek(0)
    if not _fits(ending, heads, head):
        raise WrongMediaType(f"文件“{name}”的内容与扩展名不符。")
    return name, media


def _fits(ending: str, heads: tuple[bytes, ...], head: bytes) -> bool:
    if ending in TEXTS:
        return b"\x00" not in head
    if ending == "mp4":
        return head[4:8] == b"ftyp"
    if ending == "webp":
        return head[:4] == b"RIFF" and head[8:12] == b"WEBP"
    return head.startswith(heads)


def chunks(stream: Stream | IO[bytes]) -> Iterator[bytes]:
    """Give the content of STREAM piece by piece."""
    while piece := stream.read(CHUNK):
        yield piece
