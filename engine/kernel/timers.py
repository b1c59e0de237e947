"""Occurrences of timers: the grid of a cycle and catching up after a pause (kernel.md 2.10)."""

from collections.abc import Mapping
from datetime import MAXYEAR, UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from engine.base.values import Value
from engine.kernel.plan import Cycle
from engine.kernel.problems import Held

MOST_MISSED = 100  # occurrences made up for one by one with gov:catchUp="all"


def stored(cycle: Cycle) -> dict[str, Value]:
    """Give the cycle as it is kept in a wait."""
    if cycle.months < 0 or cycle.days < 0 or cycle.rest < timedelta(0):
        raise Held("timer_value", "循环定时的间隔不能为负。")
    if not (cycle.months or cycle.days or cycle.rest):
        raise Held("timer_value", "循环定时的间隔不能为零。")
    return {
        "anchor": cycle.anchor,
        "months": cycle.months,
        "days": cycle.days,
        "rest": cycle.rest,
        "offset": cycle.offset,
        "count": cycle.count,
        "end": cycle.end,
    }


def occurrence(cycle: Mapping[str, Value], k: int, zone: str) -> datetime | None:
    """Give the moment of occurrence K (1-based, UTC); None when the cycle is over."""
    if cycle["count"] is not None and k > cycle["count"]:
        return None
    steps = k - 1 + cycle["offset"]
    try:
        at = _shifted(cycle, steps, zone)
    except OverflowError:
        return None
    if cycle["end"] is not None and at > cycle["end"]:
        return None
    return at


def _shifted(cycle: Mapping[str, Value], steps: int, zone: str) -> datetime:
    """Add STEPS intervals to the anchor: months clamped, days by the wall clock."""
    local = cycle["anchor"].astimezone(ZoneInfo(zone))
    months = local.year * 12 + local.month - 1 + cycle["months"] * steps
    year, month = divmod(months, 12)
    if year > MAXYEAR:
        raise OverflowError
    day = min(local.day, _days_in(year, month + 1))
    moved = local.replace(year=year, month=month + 1, day=day)
    moved += timedelta(days=cycle["days"] * steps)
    at: datetime = moved.astimezone(UTC) + cycle["rest"] * steps
    return at


def _days_in(year: int, month: int) -> int:
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]


def first_after(
    cycle: Mapping[str, Value], k: int, now: datetime, zone: str
) -> int | None:
    """Give the first occurrence number from K on that lies after NOW; None = none left."""
    low, step = k, 1
    high = k
    while not _after(cycle, high, now, zone):
        low, high, step = high + 1, high + step, step * 2
    while low < high:
        middle = (low + high) // 2
        if _after(cycle, middle, now, zone):
            high = middle
        else:
            low = middle + 1
    return high if occurrence(cycle, high, zone) is not None else None


def _after(cycle: Mapping[str, Value], k: int, now: datetime, zone: str) -> bool:
    """Tell whether occurrence K lies after NOW; past the end counts as after."""
    at = occurrence(cycle, k, zone)
    return at is None or at > now


def following(
    wait: Mapping[str, Value], now: datetime, zone: str, catch_up: str
) -> tuple[bool, int | None]:
    """Tell whether the occurrence of WAIT fires at NOW, and which one is armed next."""
    cycle, k = wait["cycle"], wait["occ"] + 1
    future = first_after(cycle, k, now, zone)
    if catch_up != "all":
        late = occurrence(cycle, k, zone)
        missed = late is not None and late <= now
        return not (catch_up == "none" and missed), future
    oldest = k if future is None else max(k, future - MOST_MISSED)
    return True, oldest if occurrence(cycle, oldest, zone) is not None else None
