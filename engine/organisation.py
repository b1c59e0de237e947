"""The organisation as it stands on a day: the application's files, then people's changes."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from engine.base.expressions import Dated
from engine.base.values import Value
from engine.library.application import Application
from engine.library.reading import Reader
from engine.library.tables import ROLE, Register, Row, row_of
from engine.store import organisation as rows
from engine.store import people_rows
from engine.store.rows import Conn

SET, END, FILE = "set", "end", "file"  # what a change does: new row, ended, as in the file
Cells = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a record; OLD are the texts it replaced, BASE the file's row then."""

    id: int
    op: str
    cells: Cells
    old: Cells
    base: Cells | None
    first: date | None = None
    last: date | None = None

    def covers(self, day: date) -> bool:
        """Tell whether it counts on DAY."""
        after = self.first is None or self.first <= day
        return after and (self.last is None or day <= self.last)


@dataclass(frozen=True)
class Organisation:
    """The records of an application, with dates; CHANGES by (kind, code), oldest first."""

    application: Application
    records: Mapping[str, Register]
    changes: Mapping[tuple[str, str], tuple[Change, ...]] = field(default_factory=dict)

    def base(self, kind: str) -> str:
        """Give the kind under which the records of KIND are kept."""
        return self.application.base(kind)

    def row(self, kind: str, code: str, day: date) -> Row | None:
        """Give the row CODE of KIND in force on DAY."""
        kind = self.base(kind)
        register = self.records.get(kind)
        if register is None:
            return {} if kind == "person" else None
        if (kind, code) not in self.changes:
            found = register.on(code, day)
            return None if found is None else found.row
        cells = self.cells(kind, code, day)
        return None if cells is None else row_of(register, cells, code, Reader(""))

    def cells(self, kind: str, code: str, day: date) -> Cells | None:
        """Give the texts of the row in force on DAY; None when there is none."""
        kind = self.base(kind)
        file = self.filed(kind, code, day)
        found = file
        for change in self.changes.get((kind, code), ()):
            if change.covers(day):
                found = _after(found, change, file)
        return found

    def filed(self, kind: str, code: str, day: date) -> Cells | None:
        """Give the texts of the file's row on DAY."""
        found = self.records[self.base(kind)].on(code, day)
        return None if found is None else found.cells

    def codes(self, kind: str) -> list[str]:
        """Name every record of KIND there ever was, the file's first."""
        kind = self.base(kind)
        own = list(self.records[kind].periods)
        more = [code for where, code in self.changes if where == kind]
        return list(dict.fromkeys([*own, *more]))

    def rows(self, kind: str, day: date) -> dict[str, Row]:
        """Give the rows of KIND in force on DAY, by code."""
        kind = self.base(kind)
        if kind not in self.records:
            return {}
        found = ((code, self.row(kind, code, day)) for code in self.codes(kind))
        return {code: row for code, row in found if row is not None}

    def titles(self) -> dict[str, str]:
        """Give code -> title of every role there is or was."""
        found = dict(self.application.roles)
        for kind, code in self.changes:
            if kind == ROLE:
                found[code] = self.label(kind, code)
        return found

    def label(self, kind: str, code: str) -> str:
        """Name the record CODE of KIND as it was called last; an ended one keeps its name."""
        kind = self.base(kind)
        register = self.records.get(kind)
        if register is None:
            return code
        for change in reversed(self.changes.get((kind, code), ())):
            if change.op == FILE:
                break  # it is called what the file calls it again
            if change.op == SET:
                return change.cells.get(register.label) or code
        row = register.rows.get(code, {})
        return str(row.get(register.label) or code)

    def conflict(self, kind: str, code: str, day: date) -> dict[str, tuple[str, str]]:
        """Give column -> (the file's text, people's text) where both changed differently.

        What people entered stays in force until somebody decides. A record the file no
        longer holds stands under the column "".
        """
        kind = self.base(kind)
        file = self.filed(kind, code, day)
        found: dict[str, tuple[str, str]] = {}
        for change in self.changes.get((kind, code), ()):
            if not change.covers(day):
                continue
            if change.op != SET or file is None:
                found.clear()
            for name in change.old:
                found.pop(name, None)
            found.update(_against(change, file))
        return found


def _after(cells: Cells | None, change: Change, file: Cells | None) -> Cells | None:
    """Give the row after CHANGE; columns it did not touch follow the file."""
    if change.op == END:
        return None
    if change.op == FILE:
        return file
    if cells is None:
        return change.cells
    return {**cells, **{name: change.cells[name] for name in change.old}}


def _against(change: Change, file: Cells | None) -> dict[str, tuple[str, str]]:
    """Compare what CHANGE was based on with the FILE's row of today."""
    if change.op != SET:
        return {}
    if file is None:
        return {"": ("", "")} if change.base is not None else {}
    base = change.base or {}
    return {
        name: (file.get(name, ""), change.cells.get(name, ""))
        for name in change.old
        if file.get(name, "") not in (base.get(name, ""), change.cells.get(name, ""))
    }


def load(conn: Conn, application: Application) -> Organisation:
    """Read the organisation of APPLICATION as the database has it."""
    found: dict[tuple[str, str], list[Change]] = {}
    for row in rows.changes(conn, application.key):
        # What was changed under another name of a register counts for the register.
        kind = application.base(row["kind"])
        found.setdefault((kind, row["code"]), []).append(_change(row))
    changes = {key: tuple(each) for key, each in found.items()}
    return Organisation(application, application.records, changes)


def _change(row: Mapping[str, Any]) -> Change:
    return Change(
        row["id"],
        row["op"],
        row["cells"],
        row["old"],
        row["base"],
        row["valid_from"],
        row["valid_to"],
    )


class Organisations:
    """Organisations already put together, by version of the files and of the changes."""

    def __init__(self, size: int = 32) -> None:
        self._size = size
        self._known: OrderedDict[tuple[str, int], Organisation] = OrderedDict()
        self._lock = threading.Lock()

    def now(self, conn: Conn, application: Application, version: str) -> "LiveRegister":
        """Give the registers of APPLICATION, in its VERSION, read when needed."""
        return LiveRegister(lambda: self.get(conn, application, version))

    def get(self, conn: Conn, application: Application, version: str) -> Organisation:
        """Give the organisation as it is now."""
        key = (version, people_rows.organisation_version(conn))
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        made = load(conn, application)
        if people_rows.organisation_unsure(conn):
            return made
        with self._lock:
            self._known[key] = made
            while len(self._known) > self._size:
                self._known.popitem(last=False)
        return made


class LiveRegister(Dated):
    """Reference data within one transaction; those who ask read the changes once."""

    def __init__(self, read: Callable[[], Organisation]) -> None:
        self._read = read
        self._found: Organisation | None = None

    @property
    def organisation(self) -> Organisation:
        """Give what lies behind."""
        if self._found is None:
            self._found = self._read()
        return self._found

    def at(self, kind: str, code: str, day: date) -> Mapping[str, Value] | None:
        """Give the row CODE of register KIND in force on DAY."""
        return self.organisation.row(kind, code, day)

    def codes(self, kind: str, day: date) -> list[str] | None:
        """Name the rows of KIND in force on DAY; None when there is no such register."""
        if self.organisation.base(kind) not in self.organisation.records:
            return None
        return list(self.organisation.rows(kind, day))

    def choices(self, kind: str, day: date) -> list[tuple[str, str]]:
        """Give the rows of KIND in force on DAY as (code, label)."""
        kind = self.organisation.base(kind)
        found = self.organisation.records.get(kind)
        if found is None:
            return []
        own = self.organisation.rows(kind, day)
        return [(code, str(row.get(found.label) or code)) for code, row in own.items()]
