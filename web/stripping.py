"""Pictures without what they tell of their maker: position, camera, comments."""

import re

from engine.base.errors import WrongMediaType

_JPEG, _PNG = b"\xff\xd8", b"\x89PNG\r\n\x1a\n"
# JPEG segments that only describe: APP1 (EXIF, XMP) to APP13, APP15, comments. APP0 is the
# frame of the file itself and APP14 says how its colours are meant.
_TOLD = frozenset((*range(0xE1, 0xEE), 0xEF, 0xFE))
_SCAN, _END, _ALONE = 0xDA, 0xD9, frozenset((0x01, *range(0xD0, 0xD9)))
_MARK = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")  # what ends the data of a scan
_KEPT = frozenset((b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"sRGB", b"cHRM"))


def stripped(content: bytes) -> bytes:
    """Give the picture CONTENT (JPEG or PNG) without its metadata; refuse any other file."""
    if content.startswith(_JPEG):
        return _jpeg(content)
    if content.startswith(_PNG):
        return _png(content)
    raise WrongMediaType("只接受 JPG、PNG 图片。")


def _jpeg(content: bytes) -> bytes:
    """Copy the segments of the first picture up to its end; phones put more behind it."""
    made, at, drawn = bytearray(_JPEG), 2, False
    while at + 4 <= len(content):
        if content[at] != 0xFF:
            raise WrongMediaType("图片已损坏，请重新选择。")
        kind = content[at + 1]
        if kind == 0xFF or kind in _ALONE:  # fill bytes, markers without a length
            at += 1 if kind == 0xFF else 2
            continue
        if kind == _END:
            break
        end = at + 2 + int.from_bytes(content[at + 2 : at + 4], "big")
        if kind == _SCAN:  # its data follows, then tables, another scan or the end
            mark = _MARK.search(content, end)
            end = mark.start() if mark else len(content)
            drawn = True
        if kind not in _TOLD:
            made += content[at:end]
        at = max(end, at + 2)
    if not drawn:
        raise WrongMediaType("图片已损坏，请重新选择。")
    return bytes(made + bytes((0xFF, _END)))


def _png(content: bytes) -> bytes:
    made, at = bytearray(_PNG), len(_PNG)
    while at + 12 <= len(content):
        size = int.from_bytes(content[at : at + 4], "big")
        kind, end = content[at + 4 : at + 8], at + 12 + size
        if kind in _KEPT:
            made += content[at:end]
        if kind == b"IEND":
            return bytes(made)
        at = end
    raise WrongMediaType("图片已损坏，请重新选择。")
