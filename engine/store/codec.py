"""State documents and values to bytes and back; tags for what JSON lacks.

A tagged value is a map of one key that begins with "$": {"$dec": "1.5"}, {"$date": …},
{"$time": …}, {"$at": …}, {"$dur": "microseconds"}, {"$mon": months}, {"$mix": [months, µs]},
{"$int": "…"} beyond 64 bits. A user's map that has a key beginning with "$" is kept as
{"$map": {…}}, so no user data can be mistaken for a tag.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import orjson

from engine.base.values import MixedDuration, Months

_OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATETIME
_OPTIONS |= orjson.OPT_PASSTHROUGH_DATACLASS
_MARK = b'"$'
_QUOTED = b'\\"$'
_MICROSECOND = timedelta(microseconds=1)
_SMALL = 1 << 63
_DIGITS = 300  # beyond it no float can show a number


def _dur(value: timedelta) -> int:
    return value // _MICROSECOND


_TAGS: dict[type, Callable[[Any], Any]] = {
    Decimal: lambda v: {"$dec": str(v)},
    datetime: lambda v: {"$at": v.isoformat()},
    date: lambda v: {"$date": v.isoformat()},
    time: lambda v: {"$time": v.isoformat()},
    timedelta: lambda v: {"$dur": str(_dur(v))},
    Months: lambda v: {"$mon": v.total},
    MixedDuration: lambda v: {"$mix": [v.months, str(_dur(v.rest))]},
    tuple: lambda v: list(v),
}

_UNTAG: dict[str, Callable[[Any], Any]] = {
    "$dec": Decimal,
    "$at": datetime.fromisoformat,
    "$date": date.fromisoformat,
    "$time": time.fromisoformat,
    "$dur": lambda v: _MICROSECOND * int(v),
    "$mon": Months,
    "$mix": lambda v: MixedDuration(v[0], _MICROSECOND * int(v[1])),
    "$int": int,
}


class _Tagger:
    """The hook of one encoding: counts the tags it wrote."""

    __slots__ = ("count",)

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, value: Any) -> Any:
        make = _TAGS.get(type(value))
        if make is None:
            raise TypeError(f"no value: {type(value).__name__}")
        if type(value) is not tuple:
            self.count += 1
        return make(value)


def encode(value: Any) -> bytes:
    """Give the canonical bytes of VALUE: sorted keys, UTF-8, one form per value."""
    tagger = _Tagger()
    try:
        raw = orjson.dumps(value, default=tagger, option=_OPTIONS)
    except TypeError:
        return orjson.dumps(_escape(value), option=_OPTIONS)
    # A mark behind a backslash stands inside a text: history lines hold texts of documents.
    if raw.count(_MARK) - raw.count(_QUOTED) == tagger.count:
        return raw
    return orjson.dumps(_escape(value), option=_OPTIONS)


def packed(value: dict[str, Any]) -> bytes:
    """Give the canonical bytes of a map of our own: plain values, tags written already."""
    return orjson.dumps(value, option=_OPTIONS)


def moment(value: datetime) -> dict[str, str]:
    """Give the tag of a moment, for `packed`."""
    return {"$at": value.isoformat()}


def encode_text(value: Any) -> str:
    """Give the canonical text of VALUE."""
    return encode(value).decode()


def decode(raw: bytes | str) -> Any:
    """Read what `encode` wrote."""
    value = orjson.loads(raw)
    mark: bytes | str = _MARK if isinstance(raw, bytes) else '"$'
    if mark in raw:  # type: ignore[operator]  # both are of one kind
        return _restore(value)
    return value


def _escape(value: Any) -> Any:
    if isinstance(value, dict):
        plain = {str(key): _escape(inner) for key, inner in value.items()}
        return {"$map": plain} if any(key.startswith("$") for key in plain) else plain
    if isinstance(value, list | tuple):
        return [_escape(inner) for inner in value]
    if isinstance(value, float):
        raise TypeError("no value: float")
    if isinstance(value, int) and not isinstance(value, bool) and not -_SMALL <= value < _SMALL:
        return {"$int": str(value)}
    make = _TAGS.get(type(value))
    return make(value) if make else value


def _restore(value: Any) -> Any:
    """Put values in place of their tags; the document is ours alone, so it is changed."""
    if type(value) is dict:
        if len(value) == 1:
            key, inner = next(iter(value.items()))
            if key in _UNTAG:
                return _UNTAG[key](inner)
            if key == "$map":
                value = inner
        _restore_parts(value, value.items())
    elif type(value) is list:
        _restore_parts(value, enumerate(value))
    return value


def _restore_parts(value: Any, parts: Iterable[tuple[Any, Any]]) -> None:
    for name, inner in parts:
        kind = type(inner)
        if (kind is dict or kind is list) and inner:
            value[name] = _restore(inner)


def plain(value: Any) -> Any:
    """Give VALUE as JSON for people and wire: ISO texts, numbers as int or text."""
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    write = _PLAIN.get(type(value))
    return write(value) if write else value


def _whole(value: int) -> int | str:
    return value if -_SMALL <= value < _SMALL else str(value)


def _number(value: Decimal) -> int | float | str:
    """Give a JSON number; text when it has more digits than such columns hold."""
    if abs(value.adjusted()) > _DIGITS:
        return str(value)
    return _whole(int(value)) if value == value.to_integral_value() else float(value)


def duration_text(value: timedelta | MixedDuration) -> str:
    """Give the ISO 8601 text of a duration."""
    mixed = value if isinstance(value, MixedDuration) else MixedDuration(0, value)
    months, rest = mixed.months, mixed.rest
    sign = "-" if rest < timedelta(0) else ""
    rest = abs(rest)
    hours, left = divmod(rest.seconds, 3600)
    minutes, seconds = divmod(left, 60)
    day = (f"{months}M" if months else "") + (f"{rest.days}D" if rest.days else "")
    clock = "".join(f"{n}{u}" for n, u in ((hours, "H"), (minutes, "M"), (seconds, "S")) if n)
    text = day + (f"T{clock}" if clock else "")
    return f"{sign}P{text or 'T0S'}"


_PLAIN: dict[type, Callable[[Any], Any]] = {
    int: _whole,
    Decimal: _number,
    datetime: datetime.isoformat,
    date: date.isoformat,
    time: time.isoformat,
    Months: lambda v: f"P{v.total}M",
    timedelta: duration_text,
    MixedDuration: duration_text,
}
