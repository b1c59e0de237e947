"""Pictures of visitors: only the drawn part of the first picture is kept."""

import pytest

from engine.base.errors import WrongMediaType
from web.stripping import stripped

PLACE = b"GPS 26.57,106.71"


def segment(kind: int, data: bytes) -> bytes:
    """Give one JPEG segment with its length."""
    return bytes((0xFF, kind)) + (len(data) + 2).to_bytes(2, "big") + data


def jpeg(told: bytes = b"") -> bytes:
    """Give a JPEG of two scans, TOLD before each, escapes and restart marks in its data."""
    scan = segment(0xDA, b"\x01") + b"a\xff\x00b\xff\xd3c"
    return b"\xff\xd8" + told + scan + told + segment(0xC4, b"table") + scan + b"\xff\xd9"


def test_a_picture_without_metadata_stays_as_it_is() -> None:
    assert stripped(jpeg()) == jpeg()


def test_metadata_between_scans_goes_too() -> None:
    assert stripped(jpeg(segment(0xE1, PLACE) + segment(0xFE, PLACE))) == jpeg()


def test_what_phones_put_behind_the_picture_is_dropped() -> None:
    # a second picture (gain map, depth) with an EXIF of its own, or a short film
    assert stripped(jpeg() + jpeg(segment(0xE1, PLACE))) == jpeg()
    assert stripped(jpeg() + b"ftypmp42" + PLACE + b"\xff\xd9") == jpeg()


def test_a_jpeg_without_a_picture_is_refused() -> None:
    with pytest.raises(WrongMediaType):
        stripped(b"\xff\xd8" + segment(0xE0, b"JFIF") + b"\xff\xd9")
