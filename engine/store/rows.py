"""Small helpers every repository shares: the connection type, bulk inserts, dictionaries."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Table

from engine.store.connection import Conn
from engine.store.pending import Row

__all__ = ["Conn", "Row", "add", "every", "insert", "insert_many", "is_postgres"]
__all__ += ["one", "update"]


def insert(conn: Conn, table: Table, values: Mapping[str, Any]) -> int:
    """Insert one row and give its id."""
    # Values are handed over as parameters: built into the statement they cost three times
    # the processor time of the rest.
    return int(conn.execute(sa.insert(table).returning(table.c.id), dict(values)).scalar_one())


def insert_many(conn: Conn, table: Table, values: Sequence[Mapping[str, Any]]) -> list[int]:
    """Insert rows in one statement and give their ids in the order of VALUES."""
    if not values:
        return []
    if len(values) == 1:
        return [insert(conn, table, values[0])]
    query = sa.insert(table).returning(table.c.id, sort_by_parameter_order=True)
    return [int(row[0]) for row in conn.execute(query, list(values))]


def update(
    conn: Conn, query: sa.Update, values: Mapping[str, Any], **bound: Any
) -> sa.CursorResult[Any]:
    """Write VALUES by a prepared UPDATE whose own parameters are BOUND.

    Column names are the parameters' names, so those of the condition begin with "the_".
    A value that is an SQL expression is built in.
    """
    built = {k: v for k, v in values.items() if isinstance(v, sa.ColumnElement)}
    plain = {k: v for k, v in values.items() if k not in built}
    if built:
        query = query.values(built)
    return conn.execute(query, {**plain, **bound})


def add(conn: Conn, table: Table, values: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows whose ids nobody needs, at the end of the transaction."""
    if values:
        conn.insert(table, values)


def one(conn: Conn, query: sa.Select[Any], **bound: Any) -> Row | None:
    """Give the first row of QUERY as a dictionary, or None; BOUND are its parameters."""
    found = conn.execute(query, bound).mappings().first()
    return dict(found) if found is not None else None


def every(conn: Conn, query: sa.Select[Any], **bound: Any) -> list[Row]:
    """Give all rows of QUERY as dictionaries; BOUND are its parameters."""
    return [dict(row) for row in conn.execute(query, bound).mappings()]


def is_postgres(conn: Conn) -> bool:
    """Tell whether rows must be locked one by one."""
    return conn.dialect.name == "postgresql"
