"""Write collected rows: one statement on PostgreSQL, a batch per shape on SQLite.

Texts are made once per shape and kept by the database; PostgreSQL prepares them after some
uses. A part's rows travel as one JSON parameter: the server turns it into typed columns, so
that the number of rows does not change the text and the driver adapts one value, not forty.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol, TypeAlias

import orjson
from sqlalchemy import Table
from sqlalchemy.engine import Dialect

from engine.base.errors import ShouhuError
from engine.store.pending import CONDITION, Row, Shape

Group: TypeAlias = tuple[Shape, list[Row]]
Bind: TypeAlias = Callable[[Any], Any] | None



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
    text = texts.get(key, lambda dialect: _together(dialect, key))
    parameters = tuple(_document(rows) for _, rows in groups)
    found = conn.fetch(text, parameters)[0]
    wanted = [len(rows) for shape, rows in groups if shape.counted]
    if wanted and list(found) != wanted:
        raise VersionMoved


def _together(dialect: Dialect, parts: tuple[tuple[Shape, bool], ...]) -> str:
    """Compose the statement: all parts see the database as it was before it began."""
    written = [f"w{n} AS ({_part(dialect, *part)})" for n, part in enumerate(parts)]
    guarded = [n for n, (shape, _) in enumerate(parts) if shape.counted]
    counts = [" ".join(("(SELECT count(*) FROM", f"w{n})")) for n in guarded]
    return " ".join(("WITH", ", ".join(written), "SELECT", ", ".join(counts) or "0"))


def _part(dialect: Dialect, shape: Shape, single: bool) -> str:
    """Give the text that writes rows of SHAPE, a SINGLE one or a list.

    One row is read by a function that gives one: the planner knows, and uses its key.
    """
    table = f'"{shape.table.name}"'
    many = "" if single else "set"
    if not _finds(shape):
        listed = ", ".join(shape.columns)
        source = f"json_populate_record{many}(NULL::{table}, %s::json)"
        words = ["INSERT INTO", table, f"({listed}) SELECT", listed, "FROM", source]
        return " ".join([*words, _twins(shape), "RETURNING 1" if shape.counted else ""])
    columns = {CONDITION + name: shape.table.c[name] for name in shape.key}
    columns |= {name: shape.table.c[name] for name in shape.columns}
    fields = ", ".join(f"{n} {one.type.compile(dialect)}" for n, one in columns.items())
    source = f"json_to_record{many}(%s::json) AS x({fields})"
    where = " AND ".join(_conditions(shape, "x"))
    if shape.kind == "change":
        sets = ", ".join([f"{n} = x.{n}" for n in shape.columns] + _extra(shape))
        words = ["UPDATE", table, "AS t SET", sets, "FROM", source, "WHERE", where]
    else:
        words = ["DELETE FROM", table, "AS t USING", source, "WHERE", where]
    return " ".join([*words, "RETURNING 1"] if shape.counted else words)


def _document(rows: list[Row]) -> str:
    value = rows[0] if len(rows) == 1 else rows
    return orjson.dumps(value, default=_plain).decode()


def _plain(value: Any) -> Any:
    """Give what JSON lacks in the form the server reads it."""
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"no column value: {type(value).__name__}")


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
    where = " AND ".join(_conditions(shape, None))
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


def _conditions(shape: Shape, source: str | None) -> list[str]:
    """Say which row is meant; SOURCE is the name of the rows handed over."""
    given = f'{source}."{CONDITION}' if source else None
    plain = [f't."{n}" = ' + (f'{given}{n}"' if given else "?") for n in shape.key]
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
