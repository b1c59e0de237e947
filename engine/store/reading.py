"""Reads of the hot path: a SELECT whose text and column types are worked out once.

Building a statement and its result costs more than running it. A Reading is compiled once
per database, runs as plain text and gives plain dictionaries.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from engine.store.connection import Conn
from engine.store.pending import Row

Read: TypeAlias = Callable[[Any], Any] | None


@dataclass(frozen=True, slots=True)
class _Compiled:
    """The text, the order of its parameters (None: by name), and how each column is read."""

    text: str
    order: tuple[str, ...] | None
    columns: tuple[tuple[str, Read], ...]


@dataclass(frozen=True, eq=False)
class Reading:
    """QUERY, whose parameters are numbers and texts; equal to itself alone."""

    query: sa.Select[Any]

    def rows(self, conn: Conn, **bound: int | str) -> list[Row]:
        """Give the rows after everything that waits was written."""
        conn.flush()
        return self.peek(conn, **bound)

    def peek(self, conn: Conn, **bound: int | str) -> list[Row]:
        """Give the rows, which nothing that waits can change."""
        known: _Compiled = conn.texts.get(self, self._compile)
        order = known.order
        given = bound if order is None else tuple(bound[name] for name in order)
        return [
            {
                name: value if read is None or value is None else read(value)
                for (name, read), value in zip(known.columns, row, strict=True)
            }
            for row in conn.exec_driver_sql(known.text, given)
        ]

    def one(self, conn: Conn, **bound: int | str) -> Row | None:
        """Give the first row, None without any."""
        found = self.rows(conn, **bound)
        return found[0] if found else None

    def _compile(self, dialect: Dialect) -> _Compiled:
        compiled: Any = self.query.compile(dialect=dialect)
        order = tuple(compiled.positiontup) if compiled.positional else None
        columns = tuple((str(c.name), _read(c, dialect)) for c in self.query.selected_columns)
        return _Compiled(compiled.string, order, columns)


def _read(column: sa.ColumnElement[Any], dialect: Dialect) -> Read:
    made: Read = column.type.dialect_impl(dialect).result_processor(dialect, None)
    return made
