"""Values only FEEL knows (ranges, functions) and the texts of timers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from engine.base.errors import InvalidExpression
from engine.base.expressions import Moment
from engine.base.values import MixedDuration, Months, Value
from engine.feel.temporal import parse_datetime, parse_duration, zone_named


@dataclass(frozen=True, slots=True)
class Range:
    """A range of values; an end that is None is unbounded."""

    low: Value
    high: Value
    low_closed: bool = True
    high_closed: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function value: PARAMS in order, CALL(run, arguments) and the HEIGHT of its body."""

    params: tuple[str, ...]
    call: Callable[[Any, list[Value]], Value]
    height: int = 1
    name: str = ""


@dataclass(frozen=True, slots=True)
class At:
    """Due at a moment (aware)."""

    moment: datetime


@dataclass(frozen=True, slots=True)
class After:
    """Due a duration after the timer is armed."""

    duration: Months | timedelta | MixedDuration


@dataclass(frozen=True, slots=True)
class Cycle:
    """A repeating timer: COUNT occurrences (None = unbounded), grid from START or to END."""

    count: int | None
    start: datetime | None
    duration: Months | timedelta | MixedDuration
    end: datetime | None


_KINDS: Mapping[type, str] = {
    type(None): "空值",
    bool: "是否",
    int: "数字",
    Decimal: "数字",
    str: "文本",
    date: "日期",
    time: "时间",
    datetime: "日期时间",
    timedelta: "时长（日时分秒）",
    Months: "时长（年月）",
    list: "列表",
    dict: "上下文",
    Range: "区间",
    Function: "函数",
}


def kind_name(value: Value) -> str:
    """Name the type of VALUE for a message, in Chinese."""
    return _KINDS.get(type(value), "不认识的值")


def is_feel(value: Value) -> bool:
    """Tell whether VALUE is of a type FEEL knows (exact types: no host objects)."""
    return type(value) in _KINDS


def parse_iso_duration(text: str) -> Months | timedelta | MixedDuration:
    """Read an ISO 8601 duration; raises InvalidExpression with code timer.value."""
    value = parse_duration(text.strip())
    if value is None:
        raise _bad_timer(text)
    return value


def parse_timer_text(text: str, moment: Moment) -> At | After | Cycle:
    """Read the plain text of a timer (kernel.md 2.10); local times take the zone of MOMENT.

    Raises InvalidExpression with code timer.value for anything else, also for quotes and
    negative durations.
    """
    plain = text.strip()
    if plain[:1] in {'"', "'", "“"}:
        bare = plain.strip("\"'“”") or "P5D"
        raise InvalidExpression(
            f"时限不要加引号：{plain}。请直接写 {bare}", code="timer.value"
        )
    if plain.startswith("R"):
        return _cycle(plain, moment)
    if plain.startswith(("P", "-P")):
        return After(_positive(plain))
    return At(_moment(plain, moment))


def local(value: datetime, moment: Moment) -> datetime:
    """Give an aware date and time: a local one is taken in the zone of MOMENT."""
    if value.tzinfo is not None:
        return value
    return value.replace(tzinfo=zone_named(moment.zone) or UTC)


def _moment(text: str, moment: Moment) -> datetime:
    value = parse_datetime(text)
    if value is None:
        raise _bad_timer(text)
    return local(value, moment)


def _positive(text: str) -> Months | timedelta | MixedDuration:
    value = parse_iso_duration(text)
    if text.startswith("-"):
        raise InvalidExpression(f"时限不能为负：{text}", code="timer.value")
    return value


def _cycle(text: str, moment: Moment) -> Cycle:
    head, *parts = text.split("/")
    if head not in {"R", "R-1"} and not (head[1:].isdecimal() and len(head) <= 10):
        raise _bad_timer(text)
    count = None if head in {"R", "R-1"} else int(head[1:])
    if not 1 <= len(parts) <= 2:
        raise _bad_timer(text)
    start = end = None
    if len(parts) == 1:
        duration = _positive(parts[0])
    elif parts[0].startswith("P"):
        duration, end = _positive(parts[0]), _moment(parts[1], moment)
    else:
        start = _moment(parts[0], moment)
        if parts[1].startswith("P"):
            duration = _positive(parts[1])
        else:
            duration = _moment(parts[1], moment) - start
    if not _advances(duration):
        raise InvalidExpression(f"重复的间隔必须大于 0：{text}", code="timer.value")
    return Cycle(count, start, duration, end)


def _advances(duration: Months | timedelta | MixedDuration) -> bool:
    if isinstance(duration, Months):
        return duration.total > 0
    if isinstance(duration, MixedDuration):
        return duration.months > 0 or duration.rest > timedelta()
    return duration > timedelta()


def _bad_timer(text: str) -> InvalidExpression:
    return InvalidExpression(
        f"时限写法无效：{text.strip()[:80]}。例：P5D、PT4H、2026-06-30T18:00:00、R3/PT1H",
        code="timer.value",
    )
