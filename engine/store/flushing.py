"""Write collected rows: one statement on PostgreSQL, a batch per shape on SQLite.

Texts are made once per shape and kept by the database; PostgreSQL prepares them after some
uses. Many rows of a part travel as one JSON parameter, which the server turns into typed
columns: their number does not change the text and the driver adapts one value, not forty. A
single row travels as one text a value: that spares the server the detour.
"""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol, TypeAlias

import orjson
from sqlalchemy import Table
from sqlalchemy.engine import Dialect

from engine.base.errors import ShouhuError
from engine.store.columns import Json
from engine.store.pending import CONDITION, Row, Shape

Group: TypeAlias = tuple[Shape, list[Row]]
Bind: TypeAlias = Callable[[Any], Any] | None
Write: TypeAlias = Callable[[Any], str | None]



class VersionMoved(ShouhuError):
    """案件已被他人推进。"""

    code = "version-moved"  # raised when a guarded write hit no row; the unit is re-run


class Driver(Protocol):
    """What writing needs of a connection (engine.store.connection.Conn)."""

    def fetch(self, text: str, values: Any) -> Sequence[Sequence[Any]]:
        """Run a query and give its rows."""
        ...

    def send(self, text: str, values: Sequence[tuple[Any, ...]]) -> int:
        """Run a change for each of VALUES and give how many rows it hit."""
        ...


@dataclass(frozen=True, slots=True)
class Texts:
    """The SQL texts made so far for one database; bounded by the shapes the code writes."""

    dialect: Dialect
    made: dict[object, Any] = field(default_factory=dict)

    def get(self, key: object, make: Callable[[Dialect], Any]) -> Any:
        """Give the text of KEY, made when first asked for."""
        found = self.made.get(key)
        if found is None:
            found = self.made[key] = make(self.dialect)
        return found


def write(conn: Driver, texts: Texts, groups: Sequence[Group]) -> None:
    """Write GROUPS; VersionMoved when a counted part missed a row."""
    if texts.dialect.name == "postgresql":
        _write_at_once(conn, texts, groups)
        return
    for shape, rows in groups:
        _write_batch(conn, texts, shape, rows)


# --- PostgreSQL: one statement of data-modifying parts ------------------------------------


def _write_at_once(conn: Driver, texts: Texts, groups: Sequence[Group]) -> None:
    key = tuple((shape, len(rows) == 1) for shape, rows in groups)
    text, names = texts.get(key, lambda dialect: _together(dialect, key))
    parameters: list[str | None] = []
    for (_, rows), own in zip(groups, names, strict=True):
        if len(rows) == 1:
            row = rows[0]
            parameters += [write(row.get(name)) for name, write in own]
        else:
            parameters.append(orjson.dumps(rows, default=_plain).decode())
    found = conn.fetch(text, parameters)[0]
    wanted = [len(rows) for shape, rows in groups if shape.counted]
    if wanted and list(found) != wanted:
        raise VersionMoved


def _together(
    dialect: Dialect, parts: tuple[tuple[Shape, bool], ...]
) -> tuple[str, list[list[tuple[str, Write]]]]:
    """Compose the statement, and say how the values of single rows are written.

    All parts see the database as it was before it began.
    """
    places = (f"${number}" for number in itertools.count(1))
    written = [
        f"w{n} AS ({_single(shape, places) if single else _many(dialect, shape, places)})"
        for n, (shape, single) in enumerate(parts)
    ]
    guarded = [n for n, (shape, _) in enumerate(parts) if shape.counted]
    counts = [" ".join(("(SELECT count(*) FROM", f"w{n})")) for n in guarded]
    text = " ".join(("WITH", ", ".join(written), "SELECT", ", ".join(counts) or "0"))
    return text, [_values(shape) for shape, _ in parts]


def _single(shape: Shape, places: Iterator[str]) -> str:
    """Give the text that writes one row, a parameter a value; its columns say the types."""
    table = f'"{shape.table.name}"'
    if shape.kind == "change":
        sets = [f"{name} = {next(places)}" for name in shape.columns] + _extra(shape)
        words = ["UPDATE", table, "AS t SET", ", ".join(sets), "WHERE"]
        words.append(" AND ".join(_conditions(shape, [next(places) for _ in shape.key])))
    elif shape.kind == "remove":
        words = ["DELETE FROM", table, "AS t WHERE"]
        words.append(" AND ".join(_conditions(shape, [next(places) for _ in shape.key])))
    else:
        given = ", ".join(next(places) for _ in shape.columns)
        listed = ", ".join(shape.columns)
        words = ["INSERT INTO", table, f"({listed}) VALUES ({given})", _twins(shape)]
    return " ".join([*words, "RETURNING 1"] if shape.counted else words)


def _many(dialect: Dialect, shape: Shape, places: Iterator[str]) -> str:
    """Give the text that writes any number of rows, handed over as one JSON document."""
    document = f"{next(places)}::json"
    table = f'"{shape.table.name}"'
    if not _finds(shape):
        listed = ", ".join(shape.columns)
        source = f"json_populate_recordset(NULL::{table}, {document})"
        words = ["INSERT INTO", table, f"({listed}) SELECT", listed, "FROM", source]
        return " ".join([*words, _twins(shape), "RETURNING 1" if shape.counted else ""])
    columns = {CONDITION + name: shape.table.c[name] for name in shape.key}
    columns |= {name: shape.table.c[name] for name in shape.columns}
    fields = ", ".join(f"{n} {one.type.compile(dialect)}" for n, one in columns.items())
    source = f"json_to_recordset({document}) AS x({fields})"
    where = " AND ".join(_conditions(shape, [f"x.{CONDITION}{n}" for n in shape.key]))
    if shape.kind == "change":
        sets = ", ".join([f"{n} = x.{n}" for n in shape.columns] + _extra(shape))
        words = ["UPDATE", table, "AS t SET", sets, "FROM", source, "WHERE", where]
    else:
        words = ["DELETE FROM", table, "AS t USING", source, "WHERE", where]
    return " ".join([*words, "RETURNING 1"] if shape.counted else words)


def _values(shape: Shape) -> list[tuple[str, Write]]:
    """Name the values a row is written with, in the order of the text, and how each is.

    All parameters are texts: their types would be part of the prepared statement, and each
    null or larger number would prepare another.
    """
    written = [] if shape.kind == "remove" else [(n, n) for n in shape.columns]
    found = [(CONDITION + n, n) for n in shape.key] if _finds(shape) else []
    return [
        (name, _document if isinstance(shape.table.c[column].type, Json) else _text)
        for name, column in written + found
    ]


def _text(value: Any) -> str | None:
    """Give VALUE as the text the server reads."""
    if value is None or isinstance(value, str):
        return value
    write = _TEXTS.get(type(value))
    if write is None:
        raise TypeError(f"no column value: {type(value).__name__}")
    return write(value)


def _document(value: Any) -> str | None:
    return None if value is None else orjson.dumps(value).decode()


def _plain(value: Any) -> Any:
    """Give what JSON lacks in the form the server reads it."""
    if isinstance(value, bytes | Decimal):
        return _text(value)
    raise TypeError(f"no column value: {type(value).__name__}")


def _moment(value: datetime) -> str:
    if value.tzinfo is None:
        raise ValueError("naive datetime")
    return value.isoformat()


_TEXTS: Mapping[type, Callable[[Any], str]] = {
    int: str,
    bool: lambda v: "true" if v else "false",
    bytes: lambda v: "\\x" + v.hex(),
    datetime: _moment,
    date: date.isoformat,
    Decimal: str,
}


# --- SQLite: a batch per shape ------------------------------------------------------------


def _write_batch(conn: Driver, texts: Texts, shape: Shape, rows: list[Row]) -> None:
    text, binds = texts.get(shape, lambda dialect: _batch(dialect, shape))
    values = [
        tuple(bind(row.get(name)) if bind else row.get(name) for name, bind in binds)
        for row in rows
    ]
    hit = conn.send(text, values)
    if shape.counted and hit != len(rows):
        raise VersionMoved


def _batch(dialect: Dialect, shape: Shape) -> tuple[str, list[tuple[str, Bind]]]:
    table = f'"{shape.table.name}"'
    binds = [(name, _bind(dialect, shape.table, name)) for name in shape.columns]
    found = [(CONDITION + name, _bind(dialect, shape.table, name)) for name in shape.key]
    where = " AND ".join(_conditions(shape, ["?"] * len(shape.key)))
    if shape.kind == "change":
        sets = ", ".join([f'"{n}" = ?' for n in shape.columns] + _extra(shape))
        return " ".join(("UPDATE", table, "AS t SET", sets, "WHERE", where)), binds + found
    if shape.kind == "remove":
        return " ".join(("DELETE FROM", table, "AS t WHERE", where)), found
    listed = ", ".join(f'"{n}"' for n in shape.columns)
    places = ", ".join("?" for _ in shape.columns)
    words = ("INSERT INTO", table, f"({listed}) VALUES ({places})", _twins(shape))
    return " ".join(words), binds


def _bind(dialect: Dialect, table: Table, name: str) -> Bind:
    """Give what turns a value of a column into what the driver stores, None for itself."""
    made: Bind = table.c[name].type.dialect_impl(dialect).bind_processor(dialect)
    return made


# --- both ---------------------------------------------------------------------------------


def _finds(shape: Shape) -> bool:
    return shape.kind in ("change", "remove")


def _conditions(shape: Shape, given: Sequence[str]) -> list[str]:
    """Say which row is meant: its key columns equal what is GIVEN in the text."""
    plain = [f't."{name}" = {one}' for name, one in zip(shape.key, given, strict=True)]
    return plain + ([shape.where] if shape.where else [])


def _extra(shape: Shape) -> list[str]:
    return [shape.sets] if shape.sets else []


def _twins(shape: Shape) -> str:
    """Say what happens to a row whose key exists."""
    if shape.kind == "insert":
        return ""
    key = ", ".join(f'"{name}"' for name in shape.key)
    if shape.kind == "new":
        return f"ON CONFLICT ({key}) DO NOTHING"
    sets = ", ".join(f'"{n}" = excluded."{n}"' for n in shape.columns if n not in shape.key)
    return f"ON CONFLICT ({key}) DO UPDATE SET {sets}"
