"""Back-off, giving up: how often a failed job is tried again (reliability.md 3.5)."""

import re
from dataclasses import dataclass
from datetime import timedelta

from engine.base.errors import InvalidRequest

JITTER = 0.2  # reliability.md 3.5: ±20 %
_TIME = re.compile(r"P(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
_CYCLE = re.compile(r"R(\d{1,3})/(P[0-9DTHMS]+)")


@dataclass(frozen=True, slots=True)
class Policy:
    """TRIES in all, and the WAITS between them; the last wait repeats."""

    tries: int
    waits: tuple[timedelta, ...]


ENGINE = Policy(3, (timedelta(seconds=10), timedelta(minutes=1)))
CALLOUT = Policy(
    6,
    (
        timedelta(seconds=10),
        timedelta(minutes=1),
        timedelta(minutes=10),
        timedelta(hours=1),
        timedelta(hours=6),
    ),
)


def policy(lane: str, text: str | None = None) -> Policy:
    """Give the policy of LANE, or the diagram's own TEXT such as R3/PT10M: 3 tries in all."""
    if text:
        return parse_policy(text)
    return ENGINE if lane == "engine" else CALLOUT


def parse_policy(text: str) -> Policy:
    """Read TEXT: R<tries>/<duration>, or a list of waits PT10S,PT1M."""
    cycle = _CYCLE.fullmatch(text.strip())
    if cycle:
        tries = int(cycle[1])
        if tries < 1:
            raise _bad(text)
        return Policy(tries, (_duration(cycle[2], text),))
    waits = tuple(_duration(part.strip(), text) for part in text.split(","))
    return Policy(len(waits) + 1, waits)


def next_wait(rule: Policy, attempts: int, jitter: float = 0.0) -> timedelta | None:
    """Give how long to wait after ATTEMPTS failed tries; None: give up, raise an incident.

    JITTER, handed in between -1 and 1, shifts the wait by up to 20 % either way.
    """
    if attempts >= rule.tries:
        return None
    wait = rule.waits[min(max(attempts, 1), len(rule.waits)) - 1]
    return wait * (1 + JITTER * min(max(jitter, -1.0), 1.0))


def _duration(part: str, text: str) -> timedelta:
    found = _TIME.fullmatch(part)
    if not found or not any(found.groups()):
        raise _bad(text)
    days, hours, minutes, seconds = (int(group or 0) for group in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def _bad(text: str) -> InvalidRequest:
    return InvalidRequest(
        f"重试设置“{text}”无效，请写成 R3/PT10M（共 3 次，间隔 10 分钟）。", code="retry.policy"
    )
