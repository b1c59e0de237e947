"""Values that cross the border: copied into FEEL types, checked when they leave."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from engine.base.values import Value
from engine.feel.run import Run
from engine.feel.values import Function, Range, is_feel


def taken_in(value: Value) -> Value:
    """Copy a value of the host into FEEL types; a host object becomes null."""
    holder: list[Value] = [None]
    stack: list[tuple[Value, Value, Value]] = [(holder, 0, value)]
    while stack:
        target, key, item = stack.pop()
        if isinstance(item, Mapping):
            box: dict[str, Value] = dict.fromkeys(str(name) for name in item)
            stack.extend((box, str(name), part) for name, part in item.items())
            target[key] = box
        elif isinstance(item, Sequence) and not isinstance(item, str | bytes):
            row: list[Value] = [None] * len(item)
            stack.extend((row, index, part) for index, part in enumerate(item))
            target[key] = row
        elif type(item) is float:
            target[key] = Decimal(str(item))
        else:
            target[key] = item if is_feel(item) else None
    return holder[0]


def let_out(run: Run, value: Value) -> Value:
    """Pass a result on; functions and ranges stay inside, sharing counts each time."""
    stack = [value]
    while stack:
        item = stack.pop()
        kind = type(item)
        if kind is list:
            run.charge(len(item))
            stack.extend(item)
        elif kind is dict:
            run.charge(len(item))
            stack.extend(item.values())
        elif kind is str:
            run.charge(len(item) >> 9)
        elif kind is Range or kind is Function:
            return run.warn("type", "结果不能是区间或函数", 0)
    return value
