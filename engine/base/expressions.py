"""What a compiled expression looks like from above FEEL: text, what it reads, a call."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import UTC, date, datetime
from typing import Protocol, TypeAlias
from zoneinfo import ZoneInfo

from engine.base.records import record
from engine.base.values import Value

# Gives the row CODE of register KIND: (kind, code).
Register: TypeAlias = Callable[[str, str], Mapping[str, Value] | None]


class Dated(ABC):
    """Reference data that change with time: a row as it stands on a day."""

    @abstractmethod
    def at(self, kind: str, code: str, day: date) -> Mapping[str, Value] | None:
        """Give the row CODE of register KIND in force on DAY."""

    @abstractmethod
    def codes(self, kind: str, day: date) -> list[str] | None:
        """Name the rows of register KIND in force on DAY; None when there is no register."""


class Calendar(Protocol):
    """A published working calendar; raises CalendarMissing for a year without data."""

    @property
    def revision(self) -> str:
        """Name the revision of the published data."""
        ...

    def is_working_day(self, day: date) -> bool:
        """Tell whether DAY is a working day."""
        ...

    def add_working_days(self, day: date, count: int) -> date:
        """Give the COUNT-th working day after DAY (before it when negative)."""
        ...

    def working_days_between(self, start: date, end: date) -> int:
        """Count the working days d with start < d <= end."""
        ...


@record
class Moment:
    """What an expression may know of the world: AT (UTC), ZONE, calendars, registers.

    REGION is the division of the case, "" where there is none: it chooses overridden tables.
    """

    at: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    zone: str = "Asia/Shanghai"
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    register: Register | Dated | None = None
    region: str = ""

    @property
    def day(self) -> date:
        """Give the local date."""
        return self.at.astimezone(ZoneInfo(self.zone)).date()

    def row(self, kind: str, code: str, on: date | None = None) -> Mapping[str, Value] | None:
        """Give the row CODE of register KIND in force today, or ON a decisive date."""
        if isinstance(self.register, Dated):
            return self.register.at(kind, code, on or self.day)
        return None if self.register is None else self.register(kind, code)

    def codes(self, kind: str, on: date | None = None) -> list[str] | None:
        """Name the rows of register KIND in force today, or ON a decisive date."""
        if isinstance(self.register, Dated):
            return self.register.codes(kind, on or self.day)
        return None


class Expr(Protocol):
    """A compiled expression; a call raises ExpressionFailed in strict mode only."""

    @property
    def text(self) -> str:
        """Give the source text."""
        ...

    @property
    def reads(self) -> frozenset[str]:
        """Name the variables it may read."""
        ...

    @property
    def clock(self) -> bool:
        """Tell whether the value depends on the moment."""
        ...

    def __call__(self, scope: Mapping[str, Value], moment: Moment) -> Value:
        """Evaluate with the variables of SCOPE at MOMENT."""
        ...
