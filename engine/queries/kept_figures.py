"""Figures are worked out once while nothing they depend on has changed, never shown late."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from engine.base.recent import Recent
from engine.context import View
from engine.store import fingerprint
from engine.store.fingerprint import Print

T = TypeVar("T")
_PRINT = "figures' print"  # key in the memo of a transaction


@dataclass(frozen=True, slots=True)
class Kept(Generic[T]):
    """What was worked out AT a moment; the passing of time alone changes it UNTIL then."""

    print: Print
    at: datetime
    until: datetime
    value: T

    def holds(self, found: Print, now: datetime) -> bool:
        """Tell whether it would come out the same NOW, with the database as FOUND."""
        return found == self.print and (now == self.at or self.at < now < self.until)


def once(view: View, key: Hashable, make: Callable[[], tuple[T, datetime]]) -> T:
    """Give what was worked out for KEY and the actor, or MAKE it: the value, good until when.

    KEY names everything else MAKE reads. The print is taken before: what others commit
    meanwhile makes it look older than it is, never newer.
    """
    found = _print(view)
    known: Recent[Hashable, Kept[Any]] = view.runtimes.figures
    kept = known.get((view.actor, key))
    if kept is not None and kept.holds(found, view.now):
        return kept.value  # type: ignore[no-any-return]  # by its key
    now = view.now
    value, until = make()
    if not fingerprint.settled(view.connection, now):
        until = now
    known.keep((view.actor, key), Kept(found, now, until, value))
    return value


def _print(view: View) -> Print:
    memo = view.connection.memo
    if _PRINT not in memo:
        memo[_PRINT] = fingerprint.of_figures(view.connection)
    found: Print = memo[_PRINT]
    return found


def midnight(now: datetime, zone: str) -> datetime:
    """Give the end of the day NOW lies in, at the place ZONE."""
    local = now.astimezone(ZoneInfo(zone)) + timedelta(days=1)
    return local.replace(hour=0, minute=0, second=0, microsecond=0)
