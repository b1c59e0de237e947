"""Lines of Chinese text: broken anywhere but before 。，） or after （《, words kept whole."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from reportlab.platypus import Flowable

Width = Callable[[str], float]
# GB/T 15834-2011 5.1: these begin, and those end, no line.
NO_START = frozenset("，。、；：？！）》」』】〕〉”’…％,.;:?!)]}%·～")
NO_END = frozenset("（《「『【〔〈“‘([{")
_WORD = re.compile(r"[0-9A-Za-z][0-9A-Za-z.,:/@_+%-]*[0-9A-Za-z%]|.", re.DOTALL)
_PULLED = 4  # words that may move to the next line to obey


def broken(text: str, width: Width, room: float) -> list[str]:
    """Break TEXT into lines of at most ROOM, as WIDTH measures."""
    found: list[str] = []
    for part in text.split("\n"):
        found += _paragraph(part, width, room)
    return found


def _paragraph(text: str, width: Width, room: float) -> list[str]:
    found: list[str] = []
    line: list[str] = []
    used = 0.0
    for word in _words(text, width, room):
        size = width(word)
        if line and used + size > room:
            line, rest = _obedient(line, word)
            found.append("".join(line).rstrip(" "))
            line = rest
            used = sum(map(width, line))
            if not line and word == " ":
                continue
        line.append(word)
        used += size
    return [*found, "".join(line)]


def _words(text: str, width: Width, room: float) -> list[str]:
    """Give the unbreakable pieces of TEXT; a word wider than a line falls into letters."""
    found: list[str] = []
    for word in _WORD.findall(text):
        if len(word) > 1 and width(word) > room:
            found.extend(word)
        else:
            found.append(word)
    return found


def _obedient(line: list[str], after: str) -> tuple[list[str], list[str]]:
    """Give (LINE, what moves down), so that AFTER may begin where the line was cut."""
    kept, moved, first = list(line), list[str](), after
    while len(kept) > 1 and (first[0] in NO_START or kept[-1][-1] in NO_END):
        if len(moved) == _PULLED:
            return line, []  # a run of marks without end: obey no longer
        first = kept.pop()
        moved.insert(0, first)
    return kept, moved


@dataclass(frozen=True, slots=True)
class Style:
    """How lines look: FONT, SIZE and LEADING in points, ALIGN left, center or right."""

    font: str
    size: float
    leading: float
    width: Callable[[str, float], float]
    align: str = "left"
    indent: float = 0.0
    balanced: bool = False  # lines of about one length, for titles
    after: float = 0.0

    def measure(self, text: str) -> float:
        """Give the width of TEXT in points."""
        return self.width(text, self.size)

    def lines(self, text: str, room: float) -> list[str]:
        """Break TEXT into lines of at most ROOM points."""
        made = broken("　" * round(self.indent) + text, self.measure, room)
        if not self.balanced or len(made) < 2:
            return made
        even = max(self.measure(text) / len(made) + self.size, room / 2)
        again = broken(text, self.measure, min(even, room))
        return again if len(again) == len(made) else made


class Lines(Flowable):  # type: ignore[misc]  # reportlab has no types
    """Text set line by line; nothing in it is markup."""

    def __init__(self, text: str | list[str], style: Style) -> None:
        super().__init__()
        self.given = text
        self.style = style
        self.spaceAfter = style.after
        self.set: list[str] = []

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """Break the lines for WIDTH and tell the room they take."""
        del height
        given = self.given
        self.width = width
        self.set = self.style.lines(given, width) if isinstance(given, str) else given
        self.height = len(self.set) * self.style.leading
        return width, self.height

    def split(self, width: float, height: float) -> list[Any]:
        """Give the lines that fit into HEIGHT and the others."""
        self.wrap(width, height)
        fit = int(height // self.style.leading)
        if fit < 1:
            return []
        if fit >= len(self.set):
            return [self]
        return [Lines(self.set[:fit], self.style), Lines(self.set[fit:], self.style)]

    def draw(self) -> None:
        """Draw the lines from the top."""
        style, canvas = self.style, self.canv
        y = self.height - style.leading + (style.leading - style.size) / 2 + style.size * 0.14
        if style.align == "left":  # one piece of writing: half the work of a line at a time
            told = canvas.beginText(0, y)
            told.setFont(style.font, style.size, style.leading)
            for line in self.set:
                told.textLine(line)
            canvas.drawText(told)
            return
        canvas.setFont(style.font, style.size)
        for line in self.set:
            spare = self.width - style.measure(line)
            canvas.drawString(spare / 2 if style.align == "center" else spare, y, line)
            y -= style.leading
