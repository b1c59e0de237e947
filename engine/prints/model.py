"""What a printed document holds, without how it looks; both writers read this."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

# Running text, the line of whom it is for, what stands at the right edge, a heading in it.
Look = Literal["prose", "left", "right", "subhead"]


@dataclass(frozen=True, slots=True)
class Band:
    """A heading across the table of a form."""

    text: str


@dataclass(frozen=True, slots=True)
class Pairs:
    """One line of a form: one or two (label, value) pairs."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Sign:
    """A box for an opinion with seal: what was said, by which UNIT and PERSON, on which ON.

    An empty box keeps the lines 单位（盖章）, 签字, 日期 to be filled by hand.
    """

    label: str
    text: str = ""
    unit: str = ""
    person: str = ""
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of rows under HEADS; a long one goes on over pages below its heads."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    label: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """An image of the case, found by its SHA256."""

    caption: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Album:
    """Pictures side by side below LABEL."""

    label: str
    pictures: tuple[Picture, ...]


@dataclass(frozen=True, slots=True)
class Prose:
    """A paragraph of running text; LOOK says how it stands on the page."""

    text: str
    look: Look = "prose"


Block = Band | Pairs | Sign | Grid | Album | Prose


@dataclass(frozen=True, slots=True)
class Document:
    """One document: ANNEX stands above the title (附件3), NUMBER below it.

    A DRAFT is marked on every page: nobody has signed it yet.
    """

    title: str
    blocks: tuple[Block, ...]
    annex: str = ""
    number: str = ""
    draft: bool = False
    landscape: bool = False


LONG = 96.0  # characters from which a column gets no wider
WIDE = 8  # heads from which a table asks for the long side of the page


def lies(document: Document) -> bool:
    """Tell whether the page of DOCUMENT lies on its long side."""
    wide = (len(one.heads) >= WIDE for one in document.blocks if isinstance(one, Grid))
    return document.landscape or any(wide)


def signed_on(sign: Sign) -> str:
    """Write the date of SIGN, or room for one."""
    if sign.on is None:
        return "    年    月    日"
    return f"{sign.on.year}年{sign.on.month}月{sign.on.day}日"


def widths(grid: Grid, room: float, least: float) -> list[float]:
    """Share ROOM among the columns of GRID by what they hold; none below LEAST.

    LEAST is 11 mm in the unit of the page. Numbers and dates get room to stay in one piece.
    """
    longest, words = [], []
    for i, head in enumerate(grid.heads):
        cells = [row[i] for row in grid.rows if i < len(row)]
        longest.append(max([len(head) / 2, *map(len, cells)], default=1))
        words.append(min(max(map(_word, cells), default=0), WORD))
    weights = [  # a column of numbers has its room already
        0.5 if each <= word else min(max(each, 2.0), LONG) ** 0.6
        for each, word in zip(longest, words, strict=True)
    ]
    least = min(least, room / max(len(weights), 1))
    wanted = [max(least, least * (PADDING + each * LETTER)) for each in words]
    share = min(1.0, 0.7 * room / sum(wanted)) if wanted else 1.0
    bases = [max(least, share * each) for each in wanted]
    if sum(bases) > room:
        bases = [least] * len(weights)
    spare, total = room - sum(bases), sum(weights) or 1
    return [
        base + spare * weight / total for base, weight in zip(bases, weights, strict=True)
    ]


WORD = 20  # letters of a number or date that stay together
LETTER, PADDING = 0.16, 0.36  # of 11 mm: one digit of 9 points, the padding of a cell
_PIECE = re.compile(r"[0-9A-Za-z.,:/@_+%-]+")


def _word(cell: str) -> int:
    """Count the letters of the longest number or word in CELL."""
    return max(map(len, _PIECE.findall(cell)), default=0)
