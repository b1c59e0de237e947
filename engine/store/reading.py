"""Statements of the hot path: their text and the types of their values worked out once.

Building a statement and its result costs more than running it. A Reading is compiled once
per database, runs as plain text and gives plain dictionaries; a Doing changes rows at once.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from engine.store.connection import Conn
from engine.store.pending import Row

Reader: TypeAlias = Callable[[Any], Any]
Writer: TypeAlias = Callable[[Any], Any] | None
Given: TypeAlias = tuple[str, int, Writer]  # name, place in a list or -1, how it is written


@dataclass(frozen=True, slots=True)
class _Text:
    """A text for the driver, and where the value of each of its parameters comes from."""

    text: str
    given: tuple[Given, ...]

    def values(self, bound: Mapping[str, Any]) -> list[Any]:
        """Give the values in the order of the text."""
        found = [bound[name] if at < 0 else bound[name][at] for name, at, _ in self.given]
        for place, (_, _, write) in enumerate(self.given):
            if write is not None:
                found[place] = write(found[place])
        return found


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A statement compiled for one database; one with LISTS has a text per their lengths."""

    compiled: Any
    constants: Mapping[str, Any]  # values the statement itself holds
    lists: tuple[str, ...]
    writers: Mapping[str, Writer]  # how values of a name are written
    texts: dict[tuple[int, ...], _Text] = field(default_factory=dict)

    def ready(self, bound: dict[str, Any]) -> tuple[str, list[Any]]:
        """Give the text and the values for what is BOUND."""
        for name in self.lists:
            bound[name] = _rounded(list(bound[name]))
        lengths = tuple([len(bound[name]) for name in self.lists])
        bound = {**self.constants, **bound}
        known = self.texts.get(lengths)
        if known is None:
            known = self.texts[lengths] = self._text(bound)
        return known.text, known.values(bound)

    def _text(self, bound: Mapping[str, Any]) -> _Text:
        """Write the text for lists as long as those BOUND."""
        made = self.compiled.construct_expanded_state(bound)
        places = {
            one: (name, at)
            for name, ones in made.parameter_expansion.items()
            for at, one in enumerate(ones)
        }
        found = [places.get(name, (name, -1)) for name in made.positiontup or ()]
        given = tuple((name, at, self.writers[name]) for name, at in found)
        return _Text(made.statement, given)


def _rounded(values: list[Any]) -> list[Any]:
    """Repeat the last of VALUES up to the next power of two: few lengths, few texts."""
    wanted = 1 << (len(values) - 1).bit_length() if values else 0
    return values + values[-1:] * (wanted - len(values))


def _compile(statement: Any, dialect: Dialect) -> _Compiled:
    # The driver is told the server's own numbered parameters (Conn.fetch).
    style = "numeric_dollar" if dialect.name == "postgresql" else "qmark"
    made: Any = type(dialect)
    own = made(paramstyle=style)
    compiled: Any = statement.compile(dialect=own)
    binds: Mapping[str, sa.BindParameter[Any]] = compiled.binds
    return _Compiled(
        compiled,
        {name: bind.effective_value for name, bind in binds.items() if not bind.required},
        tuple(name for name, bind in binds.items() if bind.required and bind.expanding),
        {name: _write(bind, own) for name, bind in binds.items()},
    )


def _write(bind: sa.BindParameter[Any], dialect: Dialect) -> Writer:
    made: Writer = bind.type.dialect_impl(dialect).bind_processor(dialect)
    return made


@dataclass(frozen=True, eq=False)
class Reading:
    """QUERY (or INSERT … RETURNING) with named parameters; equal to itself alone.

    An expanding parameter is a list. It is rounded up by repeating its last value, so it may
    only be asked with IN and NOT IN.
    """

    query: sa.Select[Any] | sa.Insert

    def rows(self, conn: Conn, **bound: Any) -> list[Row]:
        """Give the rows after everything that waits was written."""
        conn.flush()
        return self.peek(conn, **bound)

    def peek(self, conn: Conn, **bound: Any) -> list[Row]:
        """Give the rows, which nothing that waits can change."""
        names, _ = self._result(conn)
        return [dict(zip(names, row, strict=True)) for row in self.values(conn, **bound)]

    def values(self, conn: Conn, **bound: Any) -> list[list[Any]]:
        """Give the values of the rows in the order of the columns; waiting rows wait on."""
        found = [list(row) for row in conn.fetch(*_ready(self, self.query, conn, bound))]
        if found:
            for number, read in self._result(conn)[1]:
                for row in found:
                    if row[number] is not None:
                        row[number] = read(row[number])
        return found

    def one(self, conn: Conn, **bound: Any) -> Row | None:
        """Give the first row, None without any."""
        found = self.rows(conn, **bound)
        return found[0] if found else None

    def scalar(self, conn: Conn, **bound: Any) -> Any:
        """Give the first value of the first row, None without any."""
        conn.flush()
        found = self.values(conn, **bound)
        return found[0][0] if found else None

    def _result(self, conn: Conn) -> tuple[tuple[str, ...], tuple[tuple[int, Reader], ...]]:
        """Give the names of the columns, and (number of a column, how it is read)."""
        found: tuple[tuple[str, ...], tuple[tuple[int, Reader], ...]]
        found = conn.texts.get((self, "result"), self._columns)
        return found

    def _columns(self, dialect: Dialect) -> Any:
        columns = list(self.query.exported_columns)
        found = [(number, _read(column, dialect)) for number, column in enumerate(columns)]
        reads = tuple((number, read) for number, read in found if read is not None)
        return tuple(str(c.name) for c in columns), reads


@dataclass(frozen=True, eq=False)
class Doing:
    """An UPDATE or DELETE with named parameters, run at once after everything that waits."""

    statement: sa.Update | sa.Delete

    def run(self, conn: Conn, **bound: Any) -> int:
        """Run it and give how many rows it hit."""
        conn.flush()
        text, values = _ready(self, self.statement, conn, bound)
        return conn.send(text, [tuple(values)])


def _ready(key: object, statement: Any, conn: Conn, bound: dict[str, Any]) -> Any:
    known: _Compiled = conn.texts.get(key, lambda dialect: _compile(statement, dialect))
    return known.ready(bound)


def _read(column: sa.ColumnElement[Any], dialect: Dialect) -> Reader | None:
    if isinstance(column.type, sa.Numeric) and dialect.name == "postgresql":
        return None  # its driver gives decimals; the processor would ask for the wire type
    made: Reader | None = column.type.dialect_impl(dialect).result_processor(dialect, None)
    return made
