"""Equality, order and membership of values, with null as the third answer."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from engine.base.values import Months, Value
from engine.feel.run import Run
from engine.feel.values import Range, kind_name

_KIND: dict[type, str] = {
    int: "n", Decimal: "n", str: "s", date: "d", datetime: "D", time: "t", timedelta: "w",
    Months: "m", bool: "b", list: "l", dict: "c", Range: "r",
}  # fmt: skip
_ORDERED = frozenset("nsdDtwm")
ORDERED = frozenset({int, Decimal, str, date, datetime, time, timedelta, Months})
_ANCHOR = date(2000, 1, 1)  # a time of day has no date; zones are read on this one


def order_key(run: Run, value: Value) -> Value:
    """Give what Python can compare in place of VALUE: moments in UTC, else itself."""
    kind = type(value)
    if kind is datetime:
        aware = value if value.tzinfo else value.replace(tzinfo=run.zone())
        return aware.astimezone(UTC) if 1 < aware.year < 9999 else aware
    if kind is time:
        full = datetime.combine(_ANCHOR, value)
        return full if full.tzinfo is None else full.astimezone(run.zone()).replace(tzinfo=None)
    return value


def same_kind(left: Value, right: Value) -> str | None:
    """Name the common kind of two values, None when they differ."""
    kind = _KIND.get(type(left))
    return kind if kind is not None and kind == _KIND.get(type(right)) else None


def equal(run: Run, left: Value, right: Value, at: int) -> Value:
    """Compare by value (table 53 of DMN 1.3); different types give null."""
    if left is None or right is None:
        return left is None and right is None
    kind = same_kind(left, right)
    if kind is None:
        return run.warn(
            "type", f"{kind_name(left)}与{kind_name(right)}不能比较是否相等", at
        )
    if kind in "nsbdwm":
        return bool(left == right)
    return _deep_equal(run, left, right)


def _deep_equal(run: Run, left: Value, right: Value) -> bool | None:
    """Compare containers with an explicit stack; a null inside makes the answer null."""
    stack: list[tuple[Value, Value]] = [(left, right)]
    unknown = False
    while stack:
        one, two = stack.pop()
        run.charge(1)
        answer = _shallow(run, one, two, stack)
        if answer is False:
            return False
        unknown = unknown or answer is None
    return None if unknown else True


def _shallow(
    run: Run, one: Value, two: Value, stack: list[tuple[Value, Value]]
) -> bool | None:
    if one is None or two is None:
        return one is None and two is None
    kind = same_kind(one, two)
    if kind is None:
        return None
    if kind in "lcr":
        parts = _PARTS[kind](one, two)
        stack.extend(parts or ())
        return parts is not None
    return bool(order_key(run, one) == order_key(run, two))


Pairs = list[tuple[Value, Value]]


def _list_parts(one: Value, two: Value) -> Pairs | None:
    return list(zip(one, two, strict=True)) if len(one) == len(two) else None


def _context_parts(one: Value, two: Value) -> Pairs | None:
    return [(one[key], two[key]) for key in one] if one.keys() == two.keys() else None


def _range_parts(one: Range, two: Range) -> Pairs | None:
    if (one.low_closed, one.high_closed) != (two.low_closed, two.high_closed):
        return None
    return [(one.low, two.low), (one.high, two.high)]


_PARTS: Mapping[str, Callable[[Value, Value], Pairs | None]] = {
    "l": _list_parts,
    "c": _context_parts,
    "r": _range_parts,
}


def ordered(run: Run, op: str, left: Value, right: Value, at: int) -> Value:
    """Compare with OP one of < <= > >=; null when a side is null or the kinds differ."""
    if left is None or right is None:
        return None
    kind = same_kind(left, right)
    if kind is None or kind not in _ORDERED:
        return run.warn("type", f"{kind_name(left)}与{kind_name(right)}不能比较大小", at)
    one, two = order_key(run, left), order_key(run, right)
    if op == "<":
        return bool(one < two)
    if op == "<=":
        return bool(one <= two)
    if op == ">":
        return bool(one > two)
    return bool(one >= two)


def both(left: bool | None, right: bool | None) -> bool | None:
    """Give `left and right` in three values."""
    if left is False or right is False:
        return False
    return None if left is None or right is None else True


def between(run: Run, value: Value, low: Value, high: Value, at: int) -> bool | None:
    """Tell whether LOW <= VALUE <= HIGH."""
    return both(ordered(run, ">=", value, low, at), ordered(run, "<=", value, high, at))


def contains(run: Run, found: Range, value: Value, at: int) -> bool | None:
    """Tell whether VALUE lies in the range FOUND."""
    low = high = True if value is not None else None
    if found.low is not None:
        low = ordered(run, ">=" if found.low_closed else ">", value, found.low, at)
    if found.high is not None:
        high = ordered(run, "<=" if found.high_closed else "<", value, found.high, at)
    return both(low, high)


def passes(run: Run, value: Value, test: Value, asks: bool, at: int) -> Value:
    """Give the outcome of a unary test whose body gave TEST for the input VALUE.

    A body that ASKS about `?` answers itself; any other is compared with the input.
    """
    if asks and (test is None or type(test) is bool):
        return test
    if type(test) is Range:
        return contains(run, test, value, at)
    if type(test) is list:
        return _in_list(run, value, test, at)
    if type(test) is bool and value is not None and type(value) is not bool:
        return test
    return equal(run, value, test, at)


def _in_list(run: Run, value: Value, tests: list[Value], at: int) -> bool | None:
    """Tell whether VALUE is in a list of values and ranges, or is that list."""
    run.charge(len(tests))
    if type(value) is list and equal(run, value, tests, at) is True:
        return True
    unknown = False
    for test in tests:
        if type(test) is Range:
            answer = contains(run, test, value, at)
        elif value is not None and test is not None and same_kind(value, test) is None:
            answer = False
        else:
            answer = equal(run, value, test, at)
        if answer is True:
            return True
        unknown = unknown or answer is None
    return None if unknown else False


def is_same(run: Run, left: Value, right: Value) -> bool:
    """Tell whether two values are equal and of one kind, for list functions and `is`."""
    if left is None or right is None:
        return left is None and right is None
    kind = same_kind(left, right)
    if kind is None:
        return left is right
    return _deep_equal(run, left, right) is True
