"""Paths and filters: members of contexts, parts of dates, items of lists."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo

from engine.base.values import Months, Value
from engine.feel.run import Run
from engine.feel.values import Range, kind_name

Reader = Callable[[Value], Value]


def _seconds(value: time | datetime) -> Value:
    if not value.microsecond:
        return value.second
    return Decimal(value.second * 1_000_000 + value.microsecond).scaleb(-6).normalize()


def _offset(value: time | datetime) -> timedelta | None:
    if isinstance(value, datetime):
        return value.utcoffset()
    return datetime.combine(date(2000, 1, 1), value).utcoffset()


def _zone(value: time | datetime) -> str | None:
    zone: tzinfo | None = value.tzinfo
    return zone.key if isinstance(zone, ZoneInfo) else None


def _whole(value: timedelta, unit: int, wrap: int) -> int:
    """Count units of UNIT seconds, below WRAP, with the sign of VALUE (0 = no wrap)."""
    count = abs(value) // timedelta(seconds=unit)
    part = count % wrap if wrap else count
    return -part if value < timedelta() else part


def _span_seconds(value: timedelta) -> Value:
    whole = abs(value) % timedelta(minutes=1)
    number = Decimal(whole // timedelta(microseconds=1)).scaleb(-6)
    plain: Value = int(number) if number == int(number) else number.normalize()
    return plain if value >= timedelta() else plain * -1


def _months(value: Months) -> int:
    part = abs(value.total) % 12
    return -part if value.total < 0 else part


def _years(value: Months) -> int:
    part = abs(value.total) // 12
    return -part if value.total < 0 else part


_DATE: Mapping[str, Reader] = {
    "year": lambda value: value.year,
    "month": lambda value: value.month,
    "day": lambda value: value.day,
    "weekday": lambda value: value.isoweekday(),
}
_TIME: Mapping[str, Reader] = {
    "hour": lambda value: value.hour,
    "minute": lambda value: value.minute,
    "second": _seconds,
    "time offset": _offset,
    "timezone": _zone,
}
_PARTS: Mapping[type, Mapping[str, Reader]] = {
    date: _DATE,
    time: _TIME,
    datetime: {
        **_DATE,
        **_TIME,
        "date": lambda value: value.date(),
        "time": lambda value: value.timetz(),
    },
    timedelta: {
        "days": lambda value: _whole(value, 86_400, 0),
        "hours": lambda value: _whole(value, 3_600, 24),
        "minutes": lambda value: _whole(value, 60, 60),
        "seconds": _span_seconds,
    },
    Months: {"years": _years, "months": _months},
    Range: {
        "start": lambda value: value.low,
        "end": lambda value: value.high,
        "start included": lambda value: value.low_closed,
        "end included": lambda value: value.high_closed,
    },
}


def member(run: Run, base: Value, name: str, at: int) -> Value:
    """Give `base.name`: an entry, a part of a date, or that of every item of a list."""
    kind = type(base)
    if kind is dict:
        return base.get(name)
    if base is None:
        return None
    if kind is list:
        run.charge(len(base))
        return [_single(run, item, name, at) for item in base]
    return _single(run, base, name, at)


def _single(run: Run, base: Value, name: str, at: int) -> Value:
    kind = type(base)
    if kind is dict:
        return base.get(name)
    if base is None:
        return None
    reader = _PARTS.get(kind, {}).get(name)
    if reader is None:
        return run.warn("type", f"{kind_name(base)}没有“{name[:40]}”", at)
    return reader(base)


def items_of(base: Value) -> list[Value]:
    """Give what a filter runs over: the list, one value as a list, nothing for null."""
    if type(base) is list:
        return base
    return [] if base is None else [base]


def item_at(run: Run, items: list[Value], index: Value, at: int) -> Value:
    """Give the item at INDEX (1-based, negative from the end), null out of range."""
    if type(index) is not int:
        return run.warn("argument", "列表的序号必须是整数", at)
    if index == 0 or abs(index) > len(items):
        return None
    return items[index - 1] if index > 0 else items[index]
