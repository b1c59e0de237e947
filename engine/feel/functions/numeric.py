"""Functions on numbers and figures of lists of numbers."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Decimal,
)

from engine.base.values import Months, Value
from engine.feel import numbers
from engine.feel.arithmetic import calculate
from engine.feel.functions.items import items_of, numbers_of
from engine.feel.numbers import CONTEXT, as_decimal, tidy
from engine.feel.run import Run

_SCALE = 6_111  # the least and greatest scale of the standard


def rounding(mode: str) -> Callable[..., Value]:
    """Give the function that rounds to a scale with MODE of the decimal module."""

    def rounded(run: Run, number: Value, scale: Value = 0) -> Value:
        places = int(scale or 0)
        if abs(places) > _SCALE:
            return run.warn("argument", "小数位数超出范围", 0)
        if type(number) is int and places >= 0:
            return number
        value = as_decimal(number)
        exponent = value.as_tuple().exponent
        if isinstance(exponent, int) and -places <= exponent:
            return number  # has no more places than asked for
        try:
            unit = Decimal((0, (1,), -places))
            return tidy(value.quantize(unit, rounding=mode, context=CONTEXT))
        except ArithmeticError:
            return run.warn("limit", "计算结果超出范围", 0)

    return rounded


decimal = rounding(ROUND_HALF_EVEN)
floor = rounding(ROUND_FLOOR)
ceiling = rounding(ROUND_CEILING)
round_up = rounding(ROUND_UP)
round_down = rounding(ROUND_DOWN)
round_half_up = rounding(ROUND_HALF_UP)
round_half_down = rounding(ROUND_HALF_DOWN)


def absolute(_: Run, value: Value) -> Value:
    """Give the value without its sign."""
    if type(value) is Months:
        return Months(abs(value.total))
    if type(value) is int or type(value) is timedelta:
        return abs(value)
    return as_decimal(value).copy_abs()


def modulo(run: Run, dividend: Value, divisor: Value) -> Value:
    """Give the rest of a division, with the sign of the divisor."""
    if divisor == 0:
        return run.warn("arithmetic", "除数为 0", 0)
    if type(dividend) is int and type(divisor) is int:
        return dividend % divisor
    below = as_decimal(divisor)
    try:
        rest = CONTEXT.remainder(as_decimal(dividend), below)
        if rest and (rest < 0) != (below < 0):
            rest = CONTEXT.add(rest, below)
        return tidy(rest)
    except ArithmeticError:
        return run.warn("limit", "计算结果超出范围", 0)


def sqrt(run: Run, number: Value) -> Value:
    """Give the square root."""
    if number < 0:
        return run.warn("argument", "负数没有平方根", 0)
    return tidy(CONTEXT.sqrt(as_decimal(number)))


def log(run: Run, number: Value) -> Value:
    """Give the natural logarithm."""
    if number <= 0:
        return run.warn("argument", "只有正数有对数", 0)
    return tidy(CONTEXT.ln(as_decimal(number)))


def exp(run: Run, number: Value) -> Value:
    """Give e to the power of NUMBER."""
    try:
        return tidy(CONTEXT.exp(as_decimal(number)))
    except ArithmeticError:
        return run.warn("limit", "计算结果超出范围", 0)


def odd(_: Run, number: Value) -> bool:
    """Tell whether NUMBER is an odd integer."""
    return type(number) is int and number % 2 == 1


def even(_: Run, number: Value) -> bool:
    """Tell whether NUMBER is an even integer."""
    return type(number) is int and number % 2 == 0


def total(run: Run, *values: Value) -> Value:
    """Add up numbers or durations; an empty list gives null."""
    items = items_of(run, values)
    if not items:
        return None
    result = items[0]
    if result is not None and type(result) not in (int, Decimal, timedelta, Months):
        return run.warn("type", "只能对数字或时长求和", 0)
    for item in items[1:]:
        result = calculate(run, "+", result, item, 0)
    return result


def mean(run: Run, *values: Value) -> Value:
    """Give the average."""
    items = items_of(run, values)
    return calculate(run, "/", total(run, items), len(items), 0) if items else None


def product(run: Run, *values: Value) -> Value:
    """Multiply numbers."""
    items = numbers_of(run, values)
    if not items:
        return None
    result: Value = 1
    for item in items:
        result = calculate(run, "*", result, item, 0)
    return result


def median(run: Run, *values: Value) -> Value:
    """Give the middle number, or the mean of the two middle ones."""
    items = numbers_of(run, values)
    if not items:
        return None
    ranked = sorted(items)
    half = len(ranked) // 2
    if len(ranked) % 2:
        return ranked[half]
    return numbers.divide(numbers.plus(ranked[half - 1], ranked[half]), 2)


def stddev(run: Run, *values: Value) -> Value:
    """Give the standard deviation of a sample."""
    items = numbers_of(run, values)
    if items is None or len(items) < 2:
        return None if items is None else run.warn("argument", "标准差至少需要两个数字", 0)
    middle = mean(run, items)
    squares: Value = 0
    for item in items:
        away = calculate(run, "-", item, middle, 0)
        squares = calculate(run, "+", squares, calculate(run, "*", away, away, 0), 0)
    return sqrt(run, calculate(run, "/", squares, len(items) - 1, 0))


def mode(run: Run, *values: Value) -> Value:
    """Give the most frequent numbers, ascending."""
    items = numbers_of(run, values)
    if items is None:
        return None
    counts: Counter[Value] = Counter(items)
    most = max(counts.values(), default=0)
    return sorted(number for number, times in counts.items() if times == most)
