"""Images of the case for paper: decoded once, made small, never trusted."""

import io
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

from engine.base.errors import NotFound

Read = Callable[[str], bytes]
FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF")
PIXELS = 50_000_000  # reliability.md 6.4
SIDE = 1200  # pixels of the longer side on paper: 200 dpi on half a page


@dataclass(frozen=True, slots=True)
class Shot:
    """An image ready for the page: JPEG bytes and its size in pixels."""

    content: bytes
    width: int
    height: int


def prepared(sha256: str, read: Read) -> Shot | None:
    """Give the image SHA256 small and upright; None when it is none that can be shown."""
    try:
        with Image.open(io.BytesIO(read(sha256)), formats=FORMATS) as opened:
            if opened.width * opened.height > PIXELS:
                return None
            opened.draft("RGB", (SIDE, SIDE))
            upright = ImageOps.exif_transpose(opened).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, NotFound):
        return None  # what cannot be shown is named instead; the original stays evidence
    upright.thumbnail((SIDE, SIDE))
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=82)
    return Shot(out.getvalue(), upright.width, upright.height)
