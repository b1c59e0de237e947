"""What one of our completions changes, as a recipe that plain SQL can follow on another case.

Two snapshots of everything a case owns, before and after one act, give the rows inserted,
updated and deleted with every column as it was written. A value that differs from case to
case (an id, a number in the chain, a version) becomes an instruction where to take it from;
everything else stays as it is, byte for byte.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from bench.place import Place
from engine.store.tables import idem, item, metadata

Row = dict[str, Any]
Key = tuple[Any, ...]
Snapshot = dict[str, dict[Key, Row]]


@dataclass(frozen=True, slots=True)
class Const:
    """The recorded value itself."""

    value: Any


@dataclass(frozen=True, slots=True)
class Read:
    """A column of the row read first: ALIAS i (instance), t (task), s (seat), j (job)."""

    alias: str
    column: str
    plus: int | None = None


@dataclass(frozen=True, slots=True)
class New:
    """The id the database gives to the row inserted into TABLE."""

    table: str


@dataclass(frozen=True, slots=True)
class Fresh:
    """A text of LENGTH characters that nobody used before."""

    length: int


Source = Const | Read | New | Fresh


@dataclass(frozen=True, slots=True)
class Change:
    """One row written: OP on TABLE; an update or delete of the row read as ALIAS."""

    op: Literal["insert", "update", "delete"]
    table: str
    values: Mapping[str, Source]
    alias: str = ""


@dataclass(frozen=True, slots=True)
class Recipe:
    """The changes of one act, and which rows it reads first (aliases)."""

    changes: tuple[Change, ...]
    reads: tuple[str, ...]

    def of(self, op: str) -> Iterator[Change]:
        """Give the changes of one kind, in the order of the locking rule."""
        return (change for change in self.changes if change.op == op)


ALIASES = {"i": "instance", "t": "task", "s": "seat", "j": "job"}
_ORDER = ("instance", "task", "seat", "form_entry", "item", "job", "history", "idem")


def snapshot(place: Place, case_id: int) -> Snapshot:
    """Give every row the case owns, and the stored answers, by table and primary key."""
    found: Snapshot = {}
    with place.engine.database.read() as conn:
        for table in metadata.sorted_tables:
            query = _owned(table, case_id)
            if query is not None:
                names = [column.name for column in table.primary_key]
                rows = [dict(row) for row in conn.execute(query).mappings()]
                found[table.name] = {tuple(row[n] for n in names): row for row in rows}
    return found


def _owned(table: sa.Table, case_id: int) -> sa.Select[Any] | None:
    if table is idem:
        return sa.select(table)
    if table is item:
        return sa.select(table).where(table.c.instance_id == case_id)
    if "root_id" in table.c:
        return sa.select(table).where(table.c.root_id == case_id)
    return None


def record(before: Snapshot, after: Snapshot, acted: Mapping[str, Row]) -> Recipe:
    """Give the recipe of the act that led from BEFORE to AFTER.

    ACTED: alias -> the row as it was before, for the instance, task, seat or job acted on.
    """
    changes: list[Change] = []
    for table in sorted(after, key=_place):
        old, new = before[table], after[table]
        gone = [old[key] for key in old if key not in new]
        changed = [(old[k], new[k]) for k in old if k in new and old[k] != new[k]]
        made = [new[key] for key in sorted(new.keys() - old.keys())]
        changes += [Change("delete", table, {}, _alias(table, row, acted)) for row in gone]
        changes += [_update(table, was, now, acted) for was, now in changed]
        changes += [_insert(table, row, acted) for row in made]
    return Recipe(tuple(changes), tuple(acted))


def _place(table: str) -> tuple[int, str]:
    return (_ORDER.index(table) if table in _ORDER else 4, table)


def _alias(table: str, row: Row, acted: Mapping[str, Row]) -> str:
    for alias, known in acted.items():
        if ALIASES[alias] == table and known["id"] == row["id"]:
            return alias
    raise LookupError(f"bench: the act wrote a row of {table} it did not read")


def _update(table: str, was: Row, now: Row, acted: Mapping[str, Row]) -> Change:
    alias = _alias(table, now, acted)
    values: dict[str, Source] = {}
    for name, value in now.items():
        if value == was[name]:
            continue
        if name in ("version", "history_no"):
            values[name] = Read(alias, name, value - was[name])
        else:
            values[name] = Const(value)
    return Change("update", table, values, alias)


def _insert(table: str, row: Row, acted: Mapping[str, Row]) -> Change:
    values = {
        name: _source(table, name, value, acted)
        for name, value in row.items()
        if name != "id" and value is not None
    }
    return Change("insert", table, values)


def _source(table: str, name: str, value: Any, acted: Mapping[str, Row]) -> Source:
    if name in ("root_id", "instance_id"):
        return Read("i", "id")
    if name in ("task_id", "seat_id"):
        alias = name[0]
        if alias in acted and acted[alias]["id"] == value:
            return Read(alias, "id")
        return New(name.removesuffix("_id"))
    if name in ("uid", "dedup_key") or (table, name) == ("idem", "key"):
        return Fresh(len(value))
    return _of_case(table, name, value, acted)


def _of_case(table: str, name: str, value: Any, acted: Mapping[str, Row]) -> Source:
    case = acted["i"]
    if table == "history" and name == "no":
        return Read("i", "history_no", value - case["history_no"])
    if name == "prev_hash" and value == case["history_hash"]:
        return Read("i", "history_hash")
    if table == "item":
        if name == "no":
            return Read("t", "item")
        if name == "wait":
            return Read("t", "wait")
    return Const(value)
