"""Relations of points and ranges (table 78 of DMN 1.3)."""

import re

from engine.base.values import Value
from engine.feel.compare import contains, is_same, order_key, ordered
from engine.feel.literals import at_literal, read_number
from engine.feel.run import Run
from engine.feel.values import Range

_RANGE = re.compile(r"\s*([\[\](])(.*?)\.\.(.*?)([\[\])])\s*", re.DOTALL)


def _less(run: Run, left: Value, right: Value) -> bool:
    if left is None or right is None:
        return False  # an unbounded end is never before anything
    return ordered(run, "<", left, right, 0) is True


def _same(run: Run, left: Value, right: Value) -> bool:
    if left is None or right is None:
        return left is None and right is None
    return is_same(run, order_key(run, left), order_key(run, right))


def _starts_lower(run: Run, one: Range, two: Range, *, tie: bool) -> bool:
    """Tell whether ONE starts below TWO; TIE is the answer when the ends are equal."""
    if one.low is None:
        return two.low is not None or tie
    return _less(run, one.low, two.low) or (_same(run, one.low, two.low) and tie)


def _ends_higher(run: Run, one: Range, two: Range, *, tie: bool) -> bool:
    if one.high is None:
        return two.high is not None or tie
    return _less(run, two.high, one.high) or (_same(run, one.high, two.high) and tie)


def before(run: Run, one: Value, two: Value) -> bool:
    """Tell whether ONE ends before TWO starts."""
    high, closed_high = (one.high, one.high_closed) if _is(one) else (one, True)
    low, closed_low = (two.low, two.low_closed) if _is(two) else (two, True)
    if _less(run, high, low):
        return True
    touching = high is not None and low is not None and _same(run, high, low)
    return touching and not (closed_high and closed_low)


def _is(value: Value) -> bool:
    return type(value) is Range


def after(run: Run, one: Value, two: Value) -> bool:
    """Tell whether ONE starts after TWO ends."""
    return before(run, two, one)


def meets(run: Run, one: Range, two: Range) -> bool:
    """Tell whether ONE ends exactly where TWO starts."""
    closed = one.high_closed and two.low_closed
    return closed and one.high is not None and _same(run, one.high, two.low)


def met_by(run: Run, one: Range, two: Range) -> bool:
    """Tell whether TWO meets ONE."""
    return meets(run, two, one)


def overlaps(run: Run, one: Range, two: Range) -> bool:
    """Tell whether the ranges share a point."""
    return not before(run, one, two) and not before(run, two, one)


def overlaps_before(run: Run, one: Range, two: Range) -> bool:
    """Tell whether ONE starts first and reaches into TWO without passing its end."""
    starts = _starts_lower(run, one, two, tie=one.low_closed and not two.low_closed)
    ends = _ends_higher(run, two, one, tie=not one.high_closed or two.high_closed)
    return starts and ends and not before(run, one, two)


def overlaps_after(run: Run, one: Range, two: Range) -> bool:
    """Tell whether TWO overlaps before ONE."""
    return overlaps_before(run, two, one)


def finishes(run: Run, one: Value, two: Range) -> bool:
    """Tell whether ONE lies in TWO and ends where it ends."""
    if not _is(one):
        return two.high_closed and _same(run, one, two.high)
    if one.high_closed != two.high_closed or not _same(run, one.high, two.high):
        return False
    return _starts_lower(run, two, one, tie=not one.low_closed or two.low_closed)


def finished_by(run: Run, one: Range, two: Value) -> bool:
    """Tell whether TWO finishes ONE."""
    return finishes(run, two, one)


def includes(run: Run, one: Range, two: Value) -> bool | None:
    """Tell whether ONE contains TWO."""
    if not _is(two):
        return contains(run, one, two, 0)
    lower = _starts_lower(run, one, two, tie=one.low_closed or not two.low_closed)
    return lower and _ends_higher(run, one, two, tie=one.high_closed or not two.high_closed)


def during(run: Run, one: Value, two: Range) -> bool | None:
    """Tell whether ONE lies in TWO."""
    return includes(run, two, one)


def starts(run: Run, one: Value, two: Range) -> bool:
    """Tell whether ONE lies in TWO and starts where it starts."""
    if not _is(one):
        return two.low_closed and _same(run, one, two.low)
    if one.low_closed != two.low_closed or not _same(run, one.low, two.low):
        return False
    return _ends_higher(run, two, one, tie=not one.high_closed or two.high_closed)


def started_by(run: Run, one: Range, two: Value) -> bool:
    """Tell whether TWO starts ONE."""
    return starts(run, two, one)


def coincides(run: Run, one: Value, two: Value) -> bool:
    """Tell whether both are the same point or the same range."""
    if _is(one) and _is(two):
        ends = _same(run, one.low, two.low) and _same(run, one.high, two.high)
        closed = (one.low_closed, one.high_closed) == (two.low_closed, two.high_closed)
        return ends and closed
    return _same(run, one, two)


def range_of(run: Run, text: str) -> Value:
    """Read a range of literals, `[1..5)`."""
    found = _RANGE.fullmatch(text)
    if found:
        low, high = _end(found[2]), _end(found[3])
        present = low is not None or high is not None
        if present and (low is None) == (not found[2].strip()):
            return Range(low, high, found[1] == "[", found[4] == "]")
    return run.warn("argument", f"“{text[:40]}”不是区间", 0)


def _end(text: str) -> Value:
    plain = text.strip()
    if len(plain) >= 2 and plain[0] == plain[-1] == '"':
        return plain[1:-1]
    if plain.startswith('@"') and plain.endswith('"'):
        return at_literal(plain[2:-1])
    return read_number(plain)
