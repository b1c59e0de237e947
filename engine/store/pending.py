"""Rows a transaction will write: collected by shape, written together at its end.

Writing row by row costs a round trip each. What one command writes is collected here and
goes to the database in one statement on PostgreSQL, in one batch per shape on SQLite.
Collected rows must not meet each other: a second write to the same row, or an insert into
a table from which rows are removed, asks for what waits to be written first (`meets`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal, TypeAlias

from sqlalchemy import Table
from sqlalchemy.sql.schema import ScalarElementColumnDefault

Row: TypeAlias = dict[str, Any]
Kind: TypeAlias = Literal["insert", "new", "put", "change", "remove"]

CONDITION = "the_"  # begins the names of values that find a row, as in rows.update


@dataclass(frozen=True, slots=True)
class Shape:
    """What rows written by one part of a statement have in common.

    KIND: insert; new (insert unless KEY exists); put (insert or overwrite by KEY); change
    (update by KEY); remove (delete by KEY). COLUMNS are written. WHERE and SETS are SQL that
    means the same on both databases; the row is `t`. A COUNTED part must hit all its rows.
    """

    kind: Kind
    table: Table
    columns: tuple[str, ...]
    key: tuple[str, ...] = ()
    where: str = ""
    sets: str = ""
    counted: bool = False


@dataclass(eq=False)
class Pending:
    """The rows of one transaction that wait to be written."""

    groups: dict[Shape, list[Row]] = field(default_factory=dict)
    _rows: dict[tuple[str, object], Row] = field(default_factory=dict)  # by (table, id)
    _kinds: dict[str, set[Kind]] = field(default_factory=dict)  # by table
    _given: dict[str, int] = field(default_factory=dict)  # last row id handed out

    def __bool__(self) -> bool:
        return bool(self.groups)

    def add(self, shape: Shape, rows: Sequence[Row], ids: Sequence[object]) -> None:
        """Collect ROWS; IDS name them where a later write could mean them, else are empty."""
        name = shape.table.name
        self.groups.setdefault(shape, []).extend(rows)
        self._kinds.setdefault(name, set()).add(shape.kind)
        for one, row in zip(ids, rows, strict=False):
            if one is not None:
                self._rows[name, one] = row

    def inserted(self, table: Table, found: Mapping[str, Any]) -> Row | None:
        """Give the new row of TABLE that waits and equals FOUND; it may still be completed."""
        row = self._rows.get((table.name, found["id"]))
        if row is None or any(row.get(name) != value for name, value in found.items()):
            return None
        return row

    def meets(self, shape: Shape, ids: Sequence[object], *, apart: bool = False) -> bool:
        """Tell whether SHAPE with row IDS could touch a row that waits already.

        APART: new rows share no unique key with rows removed before, but for their IDS.
        """
        name = shape.table.name
        waiting = self._kinds.get(name)
        if not waiting:
            return False
        if apart and shape.kind == "insert":
            waiting = waiting - {"remove"}
        mixed = waiting | {shape.kind}
        if len(mixed) > 1 and mixed & {"remove", "put"}:
            return True
        return any((name, one) in self._rows for one in ids)

    def take(self) -> list[tuple[Shape, list[Row]]]:
        """Give what waits and forget it: removals first, parents before what refers to them."""
        place = _places(next(iter(self.groups)).table)
        groups = sorted(
            self.groups.items(),
            key=lambda group: (group[0].kind != "remove", place[group[0].table.name]),
        )
        self.groups = {}
        self._rows.clear()
        self._kinds.clear()
        return groups

    def given(self, table: Table, last: int, count: int) -> range:
        """Hand out COUNT ids of TABLE above LAST, the highest id stored."""
        first = max(last, self._given.get(table.name, 0)) + 1
        self._given[table.name] = first + count - 1
        return range(first, first + count)


@cache
def _places(table: Table) -> Mapping[str, int]:
    """Give each table's place in the order of foreign keys."""
    return {one.name: number for number, one in enumerate(table.metadata.sorted_tables)}


@cache
def defaults(table: Table) -> Mapping[str, Any]:
    """Give what columns hold that a row leaves out, where that is not null."""
    return {
        str(column.name): column.default.arg
        for column in table.columns
        if isinstance(column.default, ScalarElementColumnDefault)
    }


@cache
def insert_shape(
    table: Table, numbered: bool, key: tuple[str, ...] = (), counted: bool = False
) -> Shape:
    """Give the shape of new rows of TABLE; NUMBERED ones bring their id, KEY allows twins."""
    columns = tuple(
        str(column.name)
        for column in table.columns
        if numbered or column is not table.autoincrement_column
    )
    return Shape("new" if key else "insert", table, columns, key, counted=counted)
