"""Calls: fit the arguments to a built-in function, or to a function value."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from engine.base.errors import ExpressionFailed
from engine.base.values import Months, Value
from engine.feel.functions.registry import FUNCTIONS
from engine.feel.run import Run
from engine.feel.signatures import SIGNATURES, Overload, Parameter
from engine.feel.values import Function, Range, kind_name

Candidates = tuple[tuple[Overload, tuple[int, ...]], ...]
_LETTERS: dict[type, str] = {
    str: "s", int: "n", Decimal: "n", bool: "b", date: "d", time: "t", datetime: "D",
    timedelta: "w", Months: "m", list: "l", dict: "c", Range: "r", Function: "f",
}  # fmt: skip
_MISFIT = object()


def letter_of(kind: type) -> str | None:
    """Give the letter signatures use for values of KIND."""
    return _LETTERS.get(kind)


def call_builtin(
    run: Run, name: str, candidates: Candidates, args: Sequence[Value], at: int
) -> Value:
    """Call the first overload the arguments fit; a null where none may stand gives null."""
    run.charge(1)
    for way, order in candidates:
        fitted = _fitted(way, order, args)
        if fitted is None:
            return None
        if fitted is not _MISFIT:
            return _called(run, FUNCTIONS[way.key], fitted, at)
    kinds = "、".join(kind_name(arg) for arg in args)
    return run.warn("argument", f"{name}() 不接受参数：{kinds}", at)


def _called(run: Run, function: Value, args: list[Value], at: int) -> Value:
    """Call an implementation; its warnings know no column, so it is added here."""
    before = len(run.warnings)
    try:
        result = function(run, *args)
    except ExpressionFailed as error:
        if not error.details.get("column"):
            raise ExpressionFailed(
                f"表达式第 {at} 列：{error.message}", **{**error.details, "column": at}
            ) from None
        raise
    except (ArithmeticError, ValueError):
        return run.warn("limit", "计算结果超出范围", at)
    if len(run.warnings) > before:
        fresh = run.warnings[before:]
        placed = [t if t.startswith("表达式第") else f"表达式第 {at} 列：{t}" for t in fresh]
        run.warnings = [*run.warnings[:before], *placed]
    return result


def _fitted(way: Overload, order: tuple[int, ...], args: Sequence[Value]) -> Value:
    """Give the arguments in order; None when one is null, _MISFIT when a kind is wrong."""
    fitted: list[Value] = []
    absent = False
    for place, source in enumerate(order):
        parameter = way.parameter(place)
        if source < 0:
            fitted.append(None)
            continue
        value = _coerced(parameter, args[source])
        if value is _MISFIT:
            return _MISFIT
        absent = absent or (
            value is None and "a" not in parameter.types and not parameter.optional
        )
        fitted.append(value)
    while fitted and order[len(fitted) - 1] < 0:
        fitted.pop()
    return None if absent else fitted


def _coerced(parameter: Parameter, value: Value) -> Value:
    types = parameter.types
    if value is None or "a" in types or "v" in types:
        return value
    letter = _LETTERS.get(type(value))
    if letter in types:
        return value
    if letter == "l" and len(value) == 1 and _LETTERS.get(type(value[0])) in types:
        return value[0]  # singleton list to its item, table 52 of DMN 1.3
    if "l" in types and letter is not None and types == {"l"}:
        return [value]
    return _MISFIT


def call_value(
    run: Run, function: Value, args: list[Value], names: tuple[str, ...] | None, at: int
) -> Value:
    """Call a function value with positional or named arguments."""
    run.charge(1)
    if type(function) is not Function:
        if function is None:
            return None
        return run.warn("type", f"{kind_name(function)}不是函数，不能调用", at)
    if names is not None:
        if set(names) != set(function.params) or len(names) != len(function.params):
            return run.warn("argument", "函数的参数名称不对", at)
        args = [args[names.index(name)] for name in function.params]
    elif function.params and len(args) != len(function.params):
        zh = f"函数需要 {len(function.params)} 个参数，给了 {len(args)} 个"
        return run.warn("argument", zh, at)
    run.enter(function.height)
    try:
        return function.call(run, args)
    finally:
        run.leave(function.height)


def builtin_value(name: str) -> Function:
    """Give a built-in function as a value; the overload is chosen at each call."""
    signature = SIGNATURES[name]

    def call(run: Run, args: list[Value]) -> Value:
        candidates = signature.candidates(len(args), None)
        if not candidates:
            return run.warn("argument", f"{name}() {signature.problem(len(args), None)}", 0)
        return call_builtin(run, name, candidates, args, 0)

    return Function((), call, 1, name)

