"""A table of many rows over many pages: each page gets its rows, counted out once."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

from reportlab.platypus import Flowable, Table


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the parts of one table share: HEAD and ROWS of cells, COLUMNS in points, LOOKS.

    TALL is the height of the head, ENDS where each row ends, counted from the first.
    """

    head: Sequence[Any]
    rows: Sequence[Sequence[Any]]
    columns: Sequence[float]
    looks: Sequence[Any]
    tall: float
    ends: Sequence[float]


def sheet(
    head: Sequence[Any],
    rows: Sequence[Sequence[Any]],
    columns: Sequence[float],
    looks: Sequence[Any],
    heights: Sequence[float],
) -> Sheet:
    """Make a sheet; HEIGHTS are those of the head and of each row."""
    return Sheet(head, rows, columns, looks, heights[0], list(accumulate(heights[1:])))


class Rows(Flowable):  # type: ignore[misc]  # reportlab has no types
    """The rows START to END of a sheet below its head.

    The library's own table copies all rows that are left at each page: 2,000 rows of text
    took it minutes.
    """

    def __init__(self, of: Sheet, start: int = 0, end: int | None = None) -> None:
        super().__init__()
        self.of = of
        self.start = start
        self.end = len(of.rows) if end is None else end

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """Tell the room the rows take."""
        del width, height
        self.width = sum(self.of.columns)
        self.height = self.of.tall + self.of.ends[self.end - 1] - self._before
        return self.width, self.height

    @property
    def _before(self) -> float:
        return self.of.ends[self.start - 1] if self.start else 0.0

    def split(self, width: float, height: float) -> list[Any]:
        """Give the rows that fit into HEIGHT and the others; none when not one fits."""
        del width
        room = height - self.of.tall + self._before
        cut = bisect_right(self.of.ends, room, lo=self.start, hi=self.end)
        if cut == self.start:
            return []
        if cut == self.end:
            return [self]
        return [Rows(self.of, self.start, cut), Rows(self.of, cut, self.end)]

    def draw(self) -> None:
        """Draw head and rows as one small table of known heights."""
        of = self.of
        ends = [self._before, *of.ends[self.start : self.end]]
        heights = [of.tall, *(b - a for a, b in pairwise(ends))]
        cells = [list(of.head), *map(list, of.rows[self.start : self.end])]
        table = Table(cells, list(of.columns), rowHeights=heights, style=list(of.looks))
        table.wrapOn(self.canv, self.width, self.height)
        table.drawOn(self.canv, 0, 0)
