"""Working calendars as they stand: an application's own, then what people entered."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

from engine.base.expressions import Calendar
from engine.rules.calendar import WorkingCalendar, with_entries
from engine.store import records
from engine.store.rows import Conn

PREFIX = "calendar:"  # setting calendar:<id> holds what people entered for that calendar


@dataclass(frozen=True, slots=True)
class Entered:
    """What people entered for one calendar: days with their names, and whole years."""

    days: Mapping[date, tuple[bool, str]] = field(default_factory=dict)
    years: frozenset[int] = frozenset()
    version: int = 0

    def as_json(self) -> dict[str, Any]:
        """Give the JSON of the setting."""
        days = {str(day): list(self.days[day]) for day in sorted(self.days)}
        return {"days": days, "years": sorted(self.years)}


def read_entered(conn: Conn, name: str) -> Entered:
    """Read what was entered for calendar NAME; nothing entered is version 0."""
    stored, version = records.read_versioned(conn, PREFIX + name)
    if not version:
        return Entered()
    days = {
        date.fromisoformat(day): (bool(working), str(title))
        for day, (working, title) in stored["days"].items()
    }
    return Entered(days, frozenset(stored["years"]), version)


class Calendars:
    """Calendars already put together, by revision and version; the least used goes first."""

    def __init__(self, size: int = 64) -> None:
        self._size = size
        self._known: OrderedDict[tuple[str, int], WorkingCalendar] = OrderedDict()
        self._lock = threading.Lock()

    def now(self, conn: Conn, base: Mapping[str, Calendar]) -> "LiveCalendars":
        """Give BASE with the entries of the database CONN speaks to, read when needed."""
        return LiveCalendars(conn, base, self._get)

    def _get(self, conn: Conn, base: WorkingCalendar) -> WorkingCalendar:
        version = records.setting_version(conn, PREFIX + base.id)
        if not version:
            return base
        key = (base.revision, version)
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        found = read_entered(conn, base.id)
        days = {day: working for day, (working, _) in found.days.items()}
        made = with_entries(base, days, found.years)
        with self._lock:
            self._known[base.revision, found.version] = made
            while len(self._known) > self._size:
                self._known.popitem(last=False)
        return made


class LiveCalendars(Mapping[str, Calendar]):
    """The calendars of a version within one transaction.

    Most steps count no working day; those that do read the version of the entries once.
    """

    def __init__(
        self,
        conn: Conn,
        base: Mapping[str, Calendar],
        get: Callable[[Conn, WorkingCalendar], WorkingCalendar],
    ) -> None:
        self._conn = conn
        self._base = base
        self._get = get
        self._found: dict[str, WorkingCalendar] = {}

    def __getitem__(self, name: str) -> WorkingCalendar:
        """Give calendar NAME; KeyError when the application has none of that name."""
        if name not in self._found:
            known = cast(WorkingCalendar, self._base[name])
            self._found[name] = self._get(self._conn, known)
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        """Give the names."""
        return iter(self._base)

    def __len__(self) -> int:
        """Count the calendars."""
        return len(self._base)
