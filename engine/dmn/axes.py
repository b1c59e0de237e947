"""A column as a row of segments: which segments each rule covers, as bits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from engine.base.values import Months, Value
from engine.dmn.atoms import Cell
from engine.feel.functions.text import scalar
from engine.feel.numbers import is_number

_ORDERED = (date, time, timedelta, Months)
OTHER = "其他值"


@dataclass(frozen=True, slots=True)
class Axis:
    """A column of N segments; a bit set in MASKS[row] = the row covers that segment.

    DOMAIN are the segments that can occur, FRACTION those that hold no whole number;
    SURE[row] is False for a cell that could not be analysed (its mask is the domain).
    """

    title: str
    labels: tuple[str, ...]
    domain: int
    fraction: int
    masks: tuple[int, ...]
    sure: tuple[bool, ...]
    points: tuple[Value, ...] | None = None

    def describe(self, mask: int) -> str:
        """Name the segments of MASK, "" when it is the whole column."""
        if mask & self.domain == self.domain:
            return ""
        bits = [index for index in range(len(self.labels)) if mask >> index & 1]
        if self.points is None:
            names = "、".join(self.labels[index] for index in bits[:5])
            return f"{self.title} 为 {names}" + ("…" if len(bits) > 5 else "")
        run = [bits[0]]
        for index in bits[1:]:
            if index != run[-1] + 1:
                break
            run.append(index)
        return f"{self.title} {self._stretch(run[0], run[-1])}"

    def _stretch(self, first: int, last: int) -> str:
        """Write the segments FIRST to LAST: odd ones are points, even ones lie between."""
        points = self.points or ()
        if first == last and first % 2:
            return f"= {_text(points[first // 2])}"
        low = _text(points[first // 2 - (first % 2 == 0)]) if first else ""
        high = _text(points[last // 2]) if last < len(self.labels) - 1 else ""
        if not low:
            return f"{'<=' if last % 2 else '<'} {high}"
        if not high:
            return f"{'>=' if first % 2 else '>'} {low}"
        return f"{'[' if first % 2 else '('}{low}..{high}{']' if last % 2 else ')'}"


def _text(value: Value) -> str:
    return f'"{value}"' if type(value) is str else (scalar(value) or "")


# a null matches no segment: gaps and overlaps speak of values that are there


def axis(title: str, cells: Sequence[Cell | None], allowed: Cell | None) -> Axis:
    """Build the axis of a column from its cells and its allowed values."""
    known = [cell for cell in (*cells, allowed) if cell is not None]
    values = [value for cell in known for value in cell.values]
    ends = [
        end for cell in known for found in cell.ranges for end in (found.low, found.high)
    ]
    present = [value for value in (*values, *ends) if value is not None]
    if present and all(_is_ordered(value, present[0]) for value in present):
        return _ordered(title, cells, allowed, present)
    discrete = not ends and all(type(value) in (str, bool) for value in present)
    if discrete and len({type(value) for value in present}) <= 1:
        return _discrete(title, cells, allowed, values)
    return Axis(
        title, ("",), 1, 0, tuple(1 for _ in cells),
        tuple(cell is not None and cell.any for cell in cells),
    )  # fmt: skip


def _is_ordered(value: Value, first: Value) -> bool:
    if is_number(first):
        return is_number(value)
    if isinstance(value, datetime | time) and value.tzinfo is not None:
        return False  # local and absolute moments have no common order without a zone
    return isinstance(value, _ORDERED) and type(value) is type(first)


def _ordered(
    title: str,
    cells: Sequence[Cell | None],
    allowed: Cell | None,
    present: list[Value],
) -> Axis:
    points = tuple(sorted({_canonical(value): value for value in present}.values()))
    place = {_canonical(value): index for index, value in enumerate(points)}
    count = 2 * len(points) + 1
    whole = (1 << count) - 1

    def mask(cell: Cell) -> int:
        found = 0
        for value in cell.values:
            found |= 1 << (2 * place[_canonical(value)] + 1) if value is not None else 0
        for span in cell.ranges:
            low = 2 * place[_canonical(span.low)] + 1 if span.low is not None else 0
            high = 2 * place[_canonical(span.high)] + 1 if span.high is not None else count - 1
            start = low + (span.low is not None and not span.low_closed)
            end = high - (span.high is not None and not span.high_closed)
            found |= ((1 << max(end - start + 1, 0)) - 1) << start
        found = whole & ~found if cell.negated else found
        return whole if cell.any else found

    empties, fraction = _between(points)
    domain = (mask(allowed) if allowed is not None else whole) & ~empties
    masks = tuple(mask(cell) & domain if cell is not None else domain for cell in cells)
    sure = tuple(cell is not None for cell in cells)
    labels = tuple("" for _ in range(count))
    return Axis(title, labels, domain, fraction & domain, masks, sure, points)


def _canonical(value: Value) -> Value:
    return Decimal(value) if is_number(value) else value


def _between(points: tuple[Value, ...]) -> tuple[int, int]:
    """Give the segments between neighbours that hold nothing, and nothing whole."""
    empties = fraction = 0
    whole = all(type(point) is int for point in points)
    for index in range(len(points) - 1):
        one, two = points[index], points[index + 1]
        bit = 1 << (2 * index + 2)
        days = type(one) is date and (two - one).days == 1
        if days or (type(one) is Months and two.total - one.total == 1):
            empties |= bit
        elif whole and two - one == 1:
            fraction |= bit
    return empties, fraction


def _discrete(
    title: str, cells: Sequence[Cell | None], allowed: Cell | None, values: list[Value]
) -> Axis:
    members = list(dict.fromkeys(value for value in values if value is not None))
    logical = bool(members) and type(members[0]) is bool
    if logical:
        members = [True, False]
    closed = logical or (allowed is not None and not allowed.negated and not allowed.any)
    labels = [_text(value) for value in members] + ([] if closed else [OTHER])
    whole = (1 << len(labels)) - 1
    place = {value: index for index, value in enumerate(members)}

    def mask(cell: Cell) -> int:
        found = 0
        for value in cell.values:
            found |= 1 << place[value] if value is not None else 0
        found = whole & ~found if cell.negated else found
        return whole if cell.any else found

    domain = mask(allowed) if allowed is not None else whole
    if not labels:  # nothing but "any": one segment
        return Axis(title, (OTHER,), 1, 0, tuple(1 for _ in cells), _sure(cells))
    masks = tuple(mask(cell) & domain if cell is not None else domain for cell in cells)
    return Axis(title, tuple(labels), domain, 0, masks, _sure(cells))


def _sure(cells: Sequence[Cell | None]) -> tuple[bool, ...]:
    return tuple(cell is not None for cell in cells)

