"""Values that cross every border: JSON-like plus decimal, date, time and two durations.

A value is None, bool, int, Decimal, str, date, time, aware or naive datetime, timedelta
(a days-and-time duration), Months (a years-and-months duration), a list of values, or a
dict from str to value. Never a float, never a host object.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeAlias

Value: TypeAlias = Any


@dataclass(frozen=True, slots=True, order=True)
class Months:
    """A years-and-months duration (FEEL 10.3.2.3.8), TOTAL in months, may be negative."""

    total: int


@dataclass(frozen=True, slots=True)
class MixedDuration:
    """An ISO 8601 duration with months and days (timers): months are applied first."""

    months: int
    rest: timedelta
