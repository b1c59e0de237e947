"""The items a variadic list function works on: one list, or the arguments themselves."""

from engine.base.values import Value
from engine.feel.numbers import is_number
from engine.feel.run import Run


def items_of(run: Run, values: tuple[Value, ...]) -> list[Value]:
    """Give the items of the one list or the arguments; each costs an operation."""
    one = len(values) == 1 and type(values[0]) is list
    items: list[Value] = values[0] if one else list(values)
    run.charge(len(items))
    return items


def numbers_of(run: Run, values: tuple[Value, ...]) -> Value:
    """Give the items when all are numbers, else null (with a warning unless one is null)."""
    items = items_of(run, values)
    if any(item is None for item in items):
        return None
    if not all(is_number(item) for item in items):
        return run.warn("type", "列表中的项必须都是数字", 0)
    return items
