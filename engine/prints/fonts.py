"""The typefaces of a document, cut down to its characters and embedded in its file."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn
from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, newTable
from reportlab.pdfbase import pdfmetrics, ttfonts

_TABLES = ("GSUB", "GPOS", "VORG", "vmtx", "vhea", "BASE", "DSIG", "GDEF")
BOX = "□"
_ERROR = 1.0  # font units (of 1000) a curve may move when it becomes quadratic
_UNUSED = (
    "maxTwilightPoints",
    "maxStorage",
    "maxFunctionDefs",
    "maxInstructionDefs",
    "maxStackElements",
    "maxSizeOfInstructions",
    "maxComponentElements",
    "maxPoints",
    "maxContours",
    "maxCompositePoints",
    "maxCompositeContours",
    "maxComponentDepth",
)


@dataclass(frozen=True, slots=True)
class Faces:
    """The names by which the writer knows the two typefaces: 宋体 and 黑体."""

    serif: str
    sans: str
    missing: frozenset[str] = frozenset()  # characters they have no glyph for

    def drawable(self, text: str) -> str:
        """Give TEXT with a box in place of what cannot be drawn."""
        if self.missing.isdisjoint(text):
            return text
        return "".join(BOX if each in self.missing else each for each in text)


@contextmanager
def faces(text: str) -> Iterator[Faces]:
    """Lend the typefaces with the characters of TEXT; they are forgotten afterwards."""
    key = id(text)  # while TEXT lives, no other document has this name
    paths = (pylopdf_fonts_zh_cn.serif_path(), pylopdf_fonts_zh_cn.sans_path())
    names = (f"serif-{key}", f"sans-{key}")
    known = set(text)
    # registerFont() would give the first font of a face for ever, and ours differ by document.
    known_fonts = pdfmetrics._fonts
    try:
        for name, path in zip(names, paths, strict=True):
            font = ttfonts.TTFont(name, io.BytesIO(_cut(path, text + BOX)))
            known_fonts[name] = font
            known &= {chr(code) for code in font.face.charToGlyph}
        yield Faces(*names, missing=frozenset(text) - known - {"\n"})
    finally:
        for name in names:
            known_fonts.pop(name, None)


def _cut(path: Path, text: str) -> bytes:
    """Give the font at PATH as TrueType with the glyphs of TEXT only."""
    options = subset.Options()
    options.layout_features = []
    options.hinting = False
    options.notdef_outline = True
    options.drop_tables = [*options.drop_tables, *_TABLES]
    with TTFont(path, lazy=True, recalcTimestamp=False) as font:
        cutter = subset.Subsetter(options)
        cutter.populate(text=text)
        cutter.subset(font)
        _as_truetype(font)
        out = io.BytesIO()
        font.save(out)
    return out.getvalue()


def _as_truetype(font: Any) -> None:
    """Draw the outlines of FONT anew: the PDF writer embeds quadratic curves only."""
    outlines, order = font.getGlyphSet(), font.getGlyphOrder()
    table = newTable("glyf")
    table.glyphOrder, table.glyphs = order, {}
    for name in order:
        pen = TTGlyphPen(None)
        outlines[name].draw(Cu2QuPen(pen, _ERROR, reverse_direction=True))
        table.glyphs[name] = pen.glyph()
    font["loca"], font["glyf"] = newTable("loca"), table
    del font["CFF "]
    for name in order:
        table.glyphs[name].recalcBounds(table)
    most = font["maxp"]
    most.tableVersion, most.maxZones = 0x00010000, 1
    for name in _UNUSED:
        setattr(most, name, 0)
    post = font["post"]
    post.formatType, post.extraNames, post.mapping = 3.0, [], {}
    font.sfntVersion = "\0\1\0\0"
