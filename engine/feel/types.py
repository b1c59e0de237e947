"""The types of `instance of` and of declared parameters."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from engine.base.values import Months, Value
from engine.feel.compare import same_kind
from engine.feel.nodes import Type
from engine.feel.run import Run
from engine.feel.values import Function, Range

_NUMBER = frozenset({int, Decimal})
_KINDS: Mapping[str, frozenset[type]] = {
    "number": _NUMBER,
    "string": frozenset({str}),
    "boolean": frozenset({bool}),
    "date": frozenset({date}),
    "time": frozenset({time}),
    "date and time": frozenset({datetime}),
    "days and time duration": frozenset({timedelta}),
    "day and time duration": frozenset({timedelta}),
    "years and months duration": frozenset({Months}),
    "year and month duration": frozenset({Months}),
    "list": frozenset({list}),
    "context": frozenset({dict}),
    "range": frozenset({Range}),
    "function": frozenset({Function}),
    "Null": frozenset({type(None)}),
}


def is_instance(run: Run, value: Value, wanted: Type) -> bool:
    """Tell whether VALUE is of the type WANTED; null is of no type but Null."""
    stack: list[tuple[Value, Type]] = [(value, wanted)]
    while stack:
        item, kind = stack.pop()
        run.charge(1)
        if kind.kind == "simple":
            if not _simple(item, kind.name):
                return False
            continue
        parts = _COMPOSED[kind.kind](item, kind)
        if parts is None:
            return False
        stack.extend(parts)
    return True


def _simple(value: Value, name: str) -> bool:
    if name == "Any":
        return value is not None
    return type(value) in _KINDS[name]


def _list(value: Value, kind: Type) -> list[tuple[Value, Type]] | None:
    if type(value) is not list:
        return None
    return [(item, kind.parts[0]) for item in value]


def _range(value: Value, kind: Type) -> list[tuple[Value, Type]] | None:
    if type(value) is not Range:
        return None
    ends = (value.low, value.high)
    if value.low is not None and value.high is not None and not same_kind(*ends):
        return None
    return [(end, kind.parts[0]) for end in ends if end is not None]


def _context(value: Value, kind: Type) -> list[tuple[Value, Type]] | None:
    if type(value) is not dict or not all(name in value for name in kind.fields):
        return None
    return [
        (value[name], part) for name, part in zip(kind.fields, kind.parts, strict=True)
    ]


def _function(value: Value, kind: Type) -> list[tuple[Value, Type]] | None:
    if type(value) is not Function or len(value.params) != len(kind.parts) - 1:
        return None
    return []


_COMPOSED: Mapping[str, Callable[[Value, Type], list[tuple[Value, Type]] | None]] = {
    "list": _list,
    "range": _range,
    "context": _context,
    "function": _function,
}


def conforming(run: Run, value: Value, wanted: Type | None, at: int) -> Value:
    """Give VALUE as an argument of a declared type: itself, its single item, or null."""
    if wanted is None or value is None or is_instance(run, value, wanted):
        return value
    if type(value) is list and len(value) == 1 and is_instance(run, value[0], wanted):
        return value[0]
    return run.warn("type", f"参数应为 {wanted.name}", at)
