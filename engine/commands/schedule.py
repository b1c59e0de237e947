"""Start timers: when a process begins by itself, once or on a grid (kernel.md 2.10)."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from engine.base.expressions import Moment
from engine.base.values import MixedDuration, Months, Value
from engine.bpmn.facts import StartFacts
from engine.commands.sending import add_months
from engine.context import Deployed
from engine.feel.compile import compile_expression
from engine.feel.values import After, At, Cycle, parse_timer_text

NO_CATCH_UP = "none"


def first_due(deployed: Deployed, start: StartFacts, now: datetime) -> datetime | None:
    """Give the first moment from NOW on at which START begins a case; None = never."""
    timer = _timer(deployed, start.spec, now)
    if isinstance(timer, At):
        return timer.moment.astimezone(UTC) if timer.moment >= now else None
    if isinstance(timer, After):
        return _shifted(now, timer.duration, 1, deployed.zone)
    if timer.count == 0:
        return None
    return _grid(timer, _anchor(timer, now), now, deployed.zone, including=True)


def next_due(
    deployed: Deployed, spec: str, fired: Mapping[str, Any], now: datetime
) -> datetime | None:
    """Give the next moment after NOW on the grid; FIRED holds {"anchor", "count"}.

    Occurrences missed meanwhile are consumed by the one that just fired.
    """
    timer = _timer(deployed, spec, now)
    if not isinstance(timer, Cycle):
        return None
    if timer.count is not None and int(fired["count"]) >= timer.count:
        return None
    anchor = datetime.fromisoformat(fired["anchor"])
    return _grid(timer, anchor, now, deployed.zone, including=False)


def anchor_of(deployed: Deployed, spec: str, now: datetime) -> datetime:
    """Give the anchor of the grid of a start timer deployed at NOW."""
    timer = _timer(deployed, spec, now)
    return _anchor(timer, now) if isinstance(timer, Cycle) else now


def _anchor(timer: Cycle, now: datetime) -> datetime:
    return timer.start.astimezone(UTC) if timer.start else now


def _timer(deployed: Deployed, spec: str, now: datetime) -> At | After | Cycle:
    moment = deployed.moment(now)
    if not spec.strip().startswith("="):
        return parse_timer_text(spec, moment)
    settings = {"settings": deployed.application.values}
    return _as_timer(compile_expression(spec, constants=settings)({}, moment), moment)


def _as_timer(value: Value, moment: Moment) -> At | After | Cycle:
    if isinstance(value, datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=ZoneInfo(moment.zone))
        return At(aware)
    if isinstance(value, timedelta | Months):
        return After(value)
    return parse_timer_text(str(value), moment)


def _grid(
    timer: Cycle, anchor: datetime, now: datetime, zone: str, *, including: bool
) -> datetime | None:
    """Give the first grid point after NOW (or at it), counted from ANCHOR, not drifting."""
    steps = 0 if timer.start else 1
    while True:
        at = _shifted(anchor, timer.duration, steps, zone)
        if at > now or (including and at == now):
            break
        steps += max(1, _jump(timer.duration, now - at))
    return None if timer.end is not None and at > timer.end else at


def _jump(duration: Months | timedelta | MixedDuration, gap: timedelta) -> int:
    """Give how many steps surely fit into GAP, so that long pauses need few turns."""
    longest = duration
    if isinstance(duration, Months):
        longest = timedelta(days=31 * duration.total)
    elif isinstance(duration, MixedDuration):
        longest = timedelta(days=31 * duration.months) + duration.rest
    return gap // longest if isinstance(longest, timedelta) else 1


def _shifted(
    anchor: datetime, duration: Months | timedelta | MixedDuration, steps: int, zone: str
) -> datetime:
    """Add STEPS × DURATION to ANCHOR: months first, days on the wall clock of ZONE."""
    local = anchor.astimezone(ZoneInfo(zone))
    if isinstance(duration, timedelta):
        whole, rest = timedelta(days=duration.days), duration - timedelta(days=duration.days)
        return (local + whole * steps).astimezone(UTC) + rest * steps
    if isinstance(duration, Months):
        return add_months(local, duration.total * steps).astimezone(UTC)
    moved = add_months(local, duration.months * steps)
    return moved.astimezone(UTC) + duration.rest * steps
