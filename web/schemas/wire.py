"""The wire: camelCase names, local times with offset, plain values."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from engine.base.values import MixedDuration, Months

SHANGHAI = ZoneInfo("Asia/Shanghai")
_HUMP = re.compile(r"_([a-z0-9])")


def camel(name: str) -> str:
    """Give NAME of the model as it stands on the wire: due_at → dueAt."""
    return _HUMP.sub(lambda match: match.group(1).upper(), name)


def snake(name: str) -> str:
    """Give the model's name of a wire NAME: dueAt → due_at."""
    return re.sub(r"([A-Z])", lambda match: "_" + match.group(1).lower(), name)


def moment(value: datetime) -> str:
    """Write a moment as RFC 3339 with +08:00, to the second."""
    aware = value if value.tzinfo else value.replace(tzinfo=UTC)
    return aware.astimezone(SHANGHAI).isoformat(timespec="seconds")


def duration(value: timedelta | MixedDuration) -> str:
    """Write a duration as ISO 8601."""
    mixed = value if isinstance(value, MixedDuration) else MixedDuration(0, value)
    rest = mixed.rest
    sign, rest = ("-", -rest) if rest < timedelta(0) else ("", rest)
    hours, left = divmod(rest.seconds, 3600)
    minutes, seconds = divmod(left, 60)
    day = (f"{mixed.months}M" if mixed.months else "") + (f"{rest.days}D" if rest.days else "")
    clock = "".join(f"{n}{u}" for n, u in ((hours, "H"), (minutes, "M"), (seconds, "S")) if n)
    return f"{sign}P{(day + ('T' + clock if clock else '')) or 'T0S'}"


DIGITS = 300  # a number with more before the point is written as text


def number(value: Decimal) -> int | float | str:
    """Write a decimal as a JSON number; as text when no JSON number can show it."""
    if abs(value.adjusted()) > DIGITS:
        return str(value)
    return int(value) if value == value.to_integral_value() else float(value)


def plain(value: Any) -> Any:
    """Give VALUE (engine.base.values) as JSON; keys of maps are left as they are."""
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(inner) for inner in value]
    for kind, write in _WRITERS:
        if isinstance(value, kind):
            return write(value)
    return value


_WRITERS: tuple[tuple[Any, Any], ...] = (
    (datetime, moment),
    ((date, time), lambda v: v.isoformat()),
    (Decimal, number),
    ((timedelta, MixedDuration), duration),
    (Months, lambda v: f"P{v.total}M"),
)


def camel_keys(value: Any) -> Any:
    """Give VALUE with the keys of its maps in camelCase, values plain."""
    if isinstance(value, Mapping):
        return {camel(str(key)): camel_keys(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [camel_keys(inner) for inner in value]
    return plain(value)
