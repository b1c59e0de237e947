"""Boxes in a grid: what no rule covers, and which rules meet; counted, never endless."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.dmn.axes import Axis

MAX_STATES = 50_000  # of one sweep; designed, a table of 300 rows and 8 columns needs fewer
MAX_GAPS = 5


class Unproven(Exception):
    """The sweep would take too long."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The rows of a table as boxes over AXES."""

    axes: tuple[Axis, ...]
    rows: int

    def box(self, row: int) -> tuple[int, ...]:
        """Give the masks of a row."""
        return tuple(axis.masks[row] for axis in self.axes)

    def sure(self, row: int) -> bool:
        """Tell whether every cell of the row was analysed."""
        return all(axis.sure[row] for axis in self.axes)

    def domain(self, *, fractions: bool) -> tuple[int, ...]:
        """Give what can occur, with or without the numbers between whole ones."""
        return tuple(
            axis.domain if fractions else axis.domain & ~axis.fraction or axis.domain
            for axis in self.axes
        )

    def uncovered(
        self, within: tuple[int, ...], rows: Sequence[int], most: int
    ) -> list[tuple[int, ...]]:
        """Give up to MOST boxes of WITHIN that none of ROWS covers; raises Unproven.

        A region left of a column depends only on the rows still alive there, so each set of
        rows is looked at once a column.
        """
        alive = sum(1 << row for row in rows)
        if not alive:
            return [within]
        found: list[tuple[int, ...]] = []
        seen: set[tuple[int, int]] = set()
        stack: list[tuple[int, int, tuple[int, ...]]] = [(0, alive, ())]
        while stack and len(found) < most:
            column, alive, prefix = stack.pop()
            if column == len(self.axes) or (column, alive) in seen:
                continue
            seen.add((column, alive))
            if len(seen) > MAX_STATES:
                raise Unproven
            for left, mask in reversed(self._groups(column, alive, within[column])):
                if left:
                    stack.append((column + 1, left, (*prefix, mask)))
                else:
                    found.append((*prefix, mask, *within[column + 1 :]))
        return found[:most]

    def _groups(self, column: int, alive: int, within: int) -> list[tuple[int, int]]:
        """Give the segments of a column, those with the same living rows together."""
        masks = self.axes[column].masks
        rows = [row for row in range(self.rows) if alive >> row & 1]
        groups: dict[int, int] = {}
        for segment in range(len(self.axes[column].labels)):
            if not within >> segment & 1:
                continue
            left = sum(1 << row for row in rows if masks[row] >> segment & 1)
            groups[left] = groups.get(left, 0) | 1 << segment
        return list(groups.items())

    def meeting(self, one: int, two: int) -> tuple[int, ...] | None:
        """Give the box two rows share, None when they share nothing."""
        shared = tuple(
            axis.masks[one] & axis.masks[two] & axis.domain for axis in self.axes
        )
        return shared if all(shared) else None

    def describe(self, box: tuple[int, ...]) -> str:
        """Name a box for the reader: only the columns that are narrowed."""
        parts = [axis.describe(mask) for axis, mask in zip(self.axes, box, strict=True)]
        return "，".join(part for part in parts if part) or "任何输入"
