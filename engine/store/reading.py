"""Reads of the hot path: a SELECT whose text and column types are worked out once.

Building a statement and its result costs more than running it. A Reading is compiled once
per database, runs as plain text and gives plain dictionaries.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from engine.store.connection import Conn
from engine.store.pending import Row


@dataclass(frozen=True, slots=True)
class _Compiled:
    """The text, the order of its parameters, the columns, how some are read."""

    text: str
    order: tuple[str, ...]
    names: tuple[str, ...]
    reads: tuple[tuple[int, Callable[[Any], Any]], ...]  # (number of a column, its reader)


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
        return [dict(zip(known.names, row, strict=True)) for row in self.values(conn, **bound)]

    def values(self, conn: Conn, **bound: int | str) -> list[list[Any]]:
        """Give the values of the rows in the order of the columns; waiting rows wait on."""
        known: _Compiled = conn.texts.get(self, self._compile)
        given = [bound[name] for name in known.order]
        found = [list(row) for row in conn.fetch(known.text, given)]
        for row in found:
            for number, read in known.reads:
                if row[number] is not None:
                    row[number] = read(row[number])
        return found

    def one(self, conn: Conn, **bound: int | str) -> Row | None:
        """Give the first row, None without any."""
        found = self.rows(conn, **bound)
        return found[0] if found else None

    def _compile(self, dialect: Dialect) -> _Compiled:
        # The driver is told the server's own numbered parameters (Conn.fetch).
        style = "numeric_dollar" if dialect.name == "postgresql" else "qmark"
        made: Any = type(dialect)
        compiled: Any = self.query.compile(dialect=made(paramstyle=style))
        order = tuple(compiled.positiontup)
        columns = list(self.query.selected_columns)
        found = [(number, _read(column, dialect)) for number, column in enumerate(columns)]
        reads = tuple((number, read) for number, read in found if read is not None)
        return _Compiled(compiled.string, order, tuple(str(c.name) for c in columns), reads)


def _read(column: sa.ColumnElement[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    made: Callable[[Any], Any] | None = column.type.dialect_impl(dialect).result_processor(
        dialect, None
    )
    return made
