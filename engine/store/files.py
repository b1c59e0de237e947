"""Attachment bytes by content: written and flushed to disk before any row names them."""

import hashlib
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from engine.base.errors import NotFound, TooLarge


@dataclass(frozen=True, slots=True)
class Stored:
    """Bytes on disk."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class FileStore:
    """A folder of content-addressed files: FOLDER/ab/abcdef…"""

    folder: Path

    def put(self, chunks: Iterable[bytes], limit: int = 50 * 1024 * 1024) -> Stored:
        """Store CHUNKS; TooLarge beyond LIMIT bytes; the same content is stored once."""
        self.folder.mkdir(parents=True, exist_ok=True)
        digest, size = hashlib.sha256(), 0
        handle, name = tempfile.mkstemp(dir=self.folder, prefix=".incoming-")
        try:
            with os.fdopen(handle, "wb") as file:
                for chunk in chunks:
                    size += len(chunk)
                    if size > limit:
                        raise TooLarge(f"文件超过 {limit // (1024 * 1024)} MB，不能上传。")
                    digest.update(chunk)
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            self._keep(Path(name), digest.hexdigest())
        finally:
            Path(name).unlink(missing_ok=True)
        return Stored(digest.hexdigest(), size)

    def _keep(self, incoming: Path, sha256: str) -> None:
        target = self.path(sha256)
        target.parent.mkdir(exist_ok=True)
        if not target.exists():
            incoming.replace(target)
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)  # the name must survive a power loss, not the bytes alone
        finally:
            os.close(folder)

    def path(self, sha256: str) -> Path:
        """Give where the bytes of SHA256 are or would be."""
        if len(sha256) != 64 or not all(c in "0123456789abcdef" for c in sha256):
            raise NotFound
        return self.folder / sha256[:2] / sha256

    def has(self, sha256: str) -> bool:
        """Tell whether the bytes of SHA256 are stored."""
        return self.path(sha256).exists()

    def read(self, sha256: str) -> bytes:
        """Give the bytes of SHA256."""
        path = self.path(sha256)
        if not path.exists():
            raise NotFound
        return path.read_bytes()
