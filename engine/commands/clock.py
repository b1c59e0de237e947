"""The demo clock: persisted, moved by the scheduler, audited."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class MoveDemoClock:
    """Move the demo clock forward to TO (aware); refused on an ordinary installation.

    Due work runs afterwards in due order. Answers ClockMoved.
    """

    to: datetime
    reason: str = ""
