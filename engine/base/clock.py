"""Time is handed in: the only place that asks the machine for it."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """Something that knows the moment, aware and in UTC."""

    def now(self) -> datetime:
        """Give the present moment, UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Give the present moment, UTC."""
        return datetime.now(UTC)


@dataclass
class FakeClock:
    """A clock that stands still until moved; for tests and simulations."""

    moment: datetime

    def now(self) -> datetime:
        """Give the moment it was set to, UTC."""
        return self.moment

    def set(self, moment: datetime) -> None:
        """Jump to MOMENT (aware)."""
        self.moment = moment.astimezone(UTC)

    def advance(self, step: timedelta) -> None:
        """Move on by STEP."""
        self.moment += step


@dataclass
class OffsetClock:
    """The machine's clock shifted by an offset, so that it ticks in real time."""

    offset: timedelta = timedelta(0)

    def now(self) -> datetime:
        """Give the shifted moment, UTC."""
        return datetime.now(UTC) + self.offset

    def set(self, moment: datetime) -> None:
        """Make MOMENT (aware) the present; time goes on from there."""
        self.offset = moment.astimezone(UTC) - datetime.now(UTC)


class Stopwatch:
    """Measures work from the moment it is made; never used to decide anything."""

    def __init__(self) -> None:
        self._cpu = time.process_time()
        self._wall = time.perf_counter()

    def cpu(self) -> float:
        """Give the processor seconds of this process so far."""
        return time.process_time() - self._cpu

    def wall(self) -> float:
        """Give the seconds that passed so far."""
        return time.perf_counter() - self._wall


def shanghai(text: str) -> datetime:
    """Read a local Shanghai moment such as '2025-07-18 09:00' as UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)
