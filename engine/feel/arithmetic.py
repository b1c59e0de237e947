"""The arithmetic operators on numbers, texts, dates, times and durations."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from engine.base.expressions import Moment
from engine.base.values import Months, Value
from engine.feel import numbers
from engine.feel.numbers import CONTEXT, as_decimal
from engine.feel.run import LimitReached, Run
from engine.feel.temporal import MAX_MONTHS, add_months
from engine.feel.values import kind_name, local

Rule = Callable[[Run, Value, Value], Value]
_ANCHOR = date(2000, 1, 1)
_MICRO = timedelta(microseconds=1)


def _concat(run: Run, left: str, right: str) -> str:
    return run.text_sized(left + right)


def _moved_date(_: Run, day: date, span: timedelta) -> date:
    return (datetime.combine(day, time()) + span).date()


def _moved(_: Run, start: datetime, span: timedelta) -> datetime:
    return start + span


def _moved_time(_: Run, start: time, span: timedelta) -> time:
    full = datetime.combine(_ANCHOR, start.replace(tzinfo=None))
    day = timedelta(seconds=span.seconds, microseconds=span.microseconds)
    return (full + day).time().replace(tzinfo=start.tzinfo)


def _months_later(_: Run, day: Value, span: Months) -> Value:
    return add_months(day, span.total)


def _months_before(_: Run, day: Value, span: Months) -> Value:
    return add_months(day, -span.total)


def _instant(run: Run, value: date | datetime) -> datetime:
    full = value if isinstance(value, datetime) else datetime.combine(value, time())
    return local(full, run.moment).astimezone(UTC)


def _apart(run: Run, left: date | datetime, right: date | datetime) -> timedelta:
    return _instant(run, left) - _instant(run, right)


def _times_apart(run: Run, left: time, right: time) -> timedelta:
    zone = run.zone()
    ends = []
    for value in (left, right):
        full = datetime.combine(_ANCHOR, value)
        ends.append(full if full.tzinfo else full.replace(tzinfo=zone))
    return ends[0] - ends[1]


def _months(total: int) -> Months | None:
    return Months(total) if abs(total) <= MAX_MONTHS else None


def _span(micros: Decimal) -> timedelta:
    return timedelta(microseconds=int(micros))


def _micros(span: timedelta) -> Decimal:
    return Decimal(span // _MICRO)


def _swap(rule: Rule) -> Rule:
    return lambda run, left, right: rule(run, right, left)


def _scaled(_: Run, span: timedelta, factor: Value) -> timedelta:
    return _span(CONTEXT.multiply(_micros(span), as_decimal(factor)))


def _scaled_months(_: Run, span: Months, factor: Value) -> Months | None:
    return _months(int(CONTEXT.multiply(Decimal(span.total), as_decimal(factor))))


def _shared(_: Run, span: timedelta, divisor: Value) -> timedelta | None:
    return _span(CONTEXT.divide(_micros(span), as_decimal(divisor))) if divisor else None


def _shared_months(_: Run, span: Months, divisor: Value) -> Months | None:
    if not divisor:
        return None
    return _months(int(CONTEXT.divide(Decimal(span.total), as_decimal(divisor))))


def _ratio(_: Run, left: timedelta, right: timedelta) -> Value:
    return numbers.divide(left // _MICRO, right // _MICRO)


_N = (int, Decimal)
_PLUS: dict[tuple[type, type], Rule] = {
    (str, str): _concat,
    (date, timedelta): _moved_date,
    (datetime, timedelta): _moved,
    (time, timedelta): _moved_time,
    (timedelta, date): _swap(_moved_date),
    (timedelta, datetime): _swap(_moved),
    (timedelta, time): _swap(_moved_time),
    (date, Months): _months_later,
    (datetime, Months): _months_later,
    (Months, date): _swap(_months_later),
    (Months, datetime): _swap(_months_later),
    (timedelta, timedelta): lambda _, left, right: left + right,
    (Months, Months): lambda _, left, right: _months(left.total + right.total),
}
_MINUS: dict[tuple[type, type], Rule] = {
    (date, timedelta): lambda run, day, span: _moved_date(run, day, -span),
    (datetime, timedelta): lambda _, start, span: start - span,
    (time, timedelta): lambda run, start, span: _moved_time(run, start, -span),
    (date, Months): _months_before,
    (datetime, Months): _months_before,
    (date, date): _apart,
    (datetime, datetime): _apart,
    (date, datetime): _apart,
    (datetime, date): _apart,
    (time, time): _times_apart,
    (timedelta, timedelta): lambda _, left, right: left - right,
    (Months, Months): lambda _, left, right: _months(left.total - right.total),
}
_TIMES: dict[tuple[type, type], Rule] = {}
_DIVIDE: dict[tuple[type, type], Rule] = {
    (timedelta, timedelta): _ratio,
    (Months, Months): lambda _, left, right: numbers.divide(left.total, right.total),
}
for _kind in _N:
    _TIMES[timedelta, _kind] = _scaled
    _TIMES[_kind, timedelta] = _swap(_scaled)
    _TIMES[Months, _kind] = _scaled_months
    _TIMES[_kind, Months] = _swap(_scaled_months)
    _DIVIDE[timedelta, _kind] = _shared
    _DIVIDE[Months, _kind] = _shared_months

_NUMERIC: Mapping[str, Callable[[Value, Value], Value]] = {
    "+": numbers.plus,
    "-": numbers.minus,
    "*": numbers.times,
    "/": numbers.divide,
    "**": numbers.power,
}
_OTHER: Mapping[str, Mapping[tuple[type, type], Rule]] = {
    "+": _PLUS,
    "-": _MINUS,
    "*": _TIMES,
    "/": _DIVIDE,
    "**": {},
}


def calculate(run: Run, op: str, left: Value, right: Value, at: int) -> Value:
    """Apply OP; null for a null operand, a warning for kinds that do not fit."""
    if left is None or right is None:
        return None
    pair = (type(left), type(right))
    try:
        if pair[0] in _N and pair[1] in _N:
            result = _NUMERIC[op](left, right)
        else:
            rule = _OTHER[op].get(pair)
            if rule is None:
                zh = f"{kind_name(left)}与{kind_name(right)}不能做 {op} 运算"
                return run.warn("type", zh, at)
            result = rule(run, left, right)
    except (ArithmeticError, ValueError):
        return run.warn("limit", "计算结果超出范围", at)
    if result is None:
        zh = "除数为 0" if op == "/" else "计算结果超出范围"
        return run.warn("arithmetic", zh, at)
    return result


_SAMPLES: Mapping[type, Value] = {
    int: 1, str: "", date: _ANCHOR, time: time(), datetime: datetime.combine(_ANCHOR, time()),
    timedelta: _MICRO, Months: Months(1),
}  # fmt: skip


def accepts(op: str, left: type, right: type) -> tuple[bool, type | None]:
    """Tell whether OP can work on two kinds, and the kind of its result if it is certain."""
    if left in _N and right in _N:
        return True, int
    if (left, right) not in _OTHER[op]:
        return False, None
    if left in _SAMPLES and right in _SAMPLES:
        run = Run({}, Moment(), strict=False)
        sample = calculate(run, op, _SAMPLES[left], _SAMPLES[right], 0)
        return True, int if type(sample) in _N else type(sample)
    return True, None


def negate(run: Run, value: Value, at: int) -> Value:
    """Negate a number or a duration."""
    kind = type(value)
    if kind is int or kind is Decimal:
        return numbers.negated(value)
    if kind is timedelta:
        return -value
    if kind is Months:
        return Months(-value.total)
    if value is None:
        return None
    return run.warn("type", f"{kind_name(value)}不能取负", at)


def span_of(run: Run, low: Value, high: Value, at: int) -> Value:
    """Give the values of an iteration `low..high` of integers or dates, either way."""
    if low is None or high is None:
        return None
    if type(low) is int and type(high) is int:
        step = 1 if low <= high else -1
        found = range(low, high + step, step)
        if abs(high - low) >= run.list_limit:
            raise LimitReached(f"列表过长（超过 {run.list_limit} 项）")
        return found
    if type(low) is date and type(high) is date:
        step = 1 if low <= high else -1
        first, last = low.toordinal(), high.toordinal()
        if abs(last - first) >= run.list_limit:
            raise LimitReached(f"列表过长（超过 {run.list_limit} 项）")
        return [date.fromordinal(day) for day in range(first, last + step, step)]
    return run.warn("type", "循环区间的两端必须是整数或日期", at)
