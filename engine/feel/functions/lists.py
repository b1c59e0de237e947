"""Functions on lists."""

import functools
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from engine.base.values import Months, Value
from engine.feel.compare import is_same, order_key, ordered
from engine.feel.functions.items import items_of
from engine.feel.numbers import is_number
from engine.feel.run import Run
from engine.feel.values import Function

_SCALARS = frozenset({int, Decimal, str, bool, date, datetime, time, timedelta, Months})


def list_contains(run: Run, items: list[Value], element: Value) -> bool:
    """Tell whether ELEMENT (also null) is in the list."""
    run.charge(len(items))
    return any(is_same(run, item, element) for item in items)


def count(_: Run, items: list[Value]) -> int:
    """Count the items."""
    return len(items)


def all_true(run: Run, *values: Value) -> bool | None:
    """Give the conjunction of the items."""
    return _folded(run, items_of(run, values), False)


def any_true(run: Run, *values: Value) -> bool | None:
    """Give the disjunction of the items."""
    return _folded(run, items_of(run, values), True)


def _folded(run: Run, items: list[Value], decisive: bool) -> bool | None:
    unknown = False
    for item in items:
        if item is decisive:
            return bool(decisive)
        if item is not None and type(item) is not bool:
            run.warn("type", "all/any 的项必须为是否", 0)
        unknown = unknown or type(item) is not bool
    return None if unknown else not decisive


def sublist(run: Run, items: list[Value], start: Value, length: Value = None) -> Value:
    """Give LENGTH items from START (1-based, negative from the end)."""
    first = int(start)
    size = len(items)
    beyond = first == 0 or abs(first) > size
    first = first - 1 if first > 0 else size + first
    if beyond or (length is not None and not 0 <= int(length) <= size - first):
        return run.warn("argument", "sublist 的位置或长度超出范围", 0)
    run.charge(size)
    return items[first:] if length is None else items[first : first + int(length)]


def append(run: Run, items: list[Value], *more: Value) -> list[Value]:
    """Add items at the end."""
    run.charge(len(items) + len(more))
    return run.sized([*items, *more])


def concatenate(run: Run, *lists: list[Value]) -> list[Value]:
    """Put lists one behind the other."""
    total: list[Value] = []
    for items in lists:
        run.charge(len(items))
        total.extend(items)
        run.sized(total)
    return total


def union(run: Run, *lists: list[Value]) -> list[Value]:
    """Put lists together without duplicates."""
    return distinct_values(run, concatenate(run, *lists))


def _place(run: Run, items: list[Value], position: Value) -> int | None:
    """Give the 0-based index of POSITION, None with a warning when there is none."""
    index = int(position)
    if index == 0 or abs(index) > len(items):
        run.warn("argument", f"位置 {index} 超出列表（{len(items)} 项）", 0)
        return None
    return index - 1 if index > 0 else len(items) + index


def insert_before(run: Run, items: list[Value], position: Value, item: Value) -> Value:
    """Insert ITEM before POSITION."""
    run.charge(len(items))
    index = _place(run, items, position)
    return None if index is None else run.sized([*items[:index], item, *items[index:]])


def remove(run: Run, items: list[Value], position: Value) -> Value:
    """Leave out the item at POSITION."""
    run.charge(len(items))
    index = _place(run, items, position)
    return None if index is None else [*items[:index], *items[index + 1 :]]


def list_replace(run: Run, items: list[Value], where: Value, item: Value) -> Value:
    """Replace the item at a position, or each item for which a function gives true."""
    run.charge(len(items))
    if isinstance(where, Function):
        return [item if where.call(run, [old, item]) is True else old for old in items]
    index = _place(run, items, where)
    return None if index is None else [*items[:index], item, *items[index + 1 :]]


def reverse(run: Run, items: list[Value]) -> list[Value]:
    """Turn the order round."""
    run.charge(len(items))
    return items[::-1]


def index_of(run: Run, items: list[Value], match: Value) -> list[Value]:
    """Give the positions of MATCH."""
    run.charge(len(items))
    return [place for place, item in enumerate(items, 1) if is_same(run, item, match)]


def distinct_values(run: Run, items: list[Value]) -> list[Value]:
    """Leave out what is there already; scalars by hash, the rest one by one."""
    seen: set[Value] = set()
    boxes: list[Value] = []
    found: list[Value] = []
    for item in items:
        run.charge(1)
        if item is None or type(item) in _SCALARS:
            kind = "number" if is_number(item) else type(item).__name__
            key = (kind, order_key(run, item))
            if key not in seen:
                seen.add(key)
                found.append(item)
        elif not any(is_same(run, item, box) for box in boxes):
            boxes.append(item)
            found.append(item)
    return found


def flatten(run: Run, items: list[Value]) -> list[Value]:
    """Put the items of lists in lists into one list."""
    found: list[Value] = []
    stack = [iter(items)]
    while stack:
        for item in stack[-1]:
            run.charge(1)
            if type(item) is list:
                stack.append(iter(item))
                break
            found.append(item)
        else:
            stack.pop()
    return run.sized(found)


def sort(run: Run, items: list[Value], precedes: Function | None = None) -> Value:
    """Sort by PRECEDES(x, y), by default in natural order; equal items keep their order."""
    before = precedes.call if precedes else _natural

    def order(one: Value, two: Value) -> int:
        run.charge(1)
        if before(run, [one, two]) is True:
            return -1
        return 1 if before(run, [two, one]) is True else 0

    return sorted(items, key=functools.cmp_to_key(order))


def _natural(run: Run, pair: list[Value]) -> Value:
    return ordered(run, "<", pair[0], pair[1], 0)


def extreme(op: str) -> Callable[..., Value]:
    """Give the function that finds the least (`<`) or the greatest (`>`) item."""

    def found(run: Run, *values: Value) -> Value:
        items = items_of(run, values)
        if not items or any(item is None for item in items):
            return None
        best = items[0]
        if not _comparable(best):
            return run.warn("type", "min/max 的项必须可以比较大小", 0)
        for item in items[1:]:
            better = ordered(run, op, item, best, 0)
            if better is None:
                return None
            best = item if better else best
        return best

    return found


def _comparable(value: Value) -> bool:
    return type(value) in _SCALARS and type(value) is not bool
