"""Counts what is sent to a database: statements and commits, whoever sends them."""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest import mock

import psycopg
import sqlalchemy as sa
from sqlalchemy import event

_ENDS = ("BEGIN", "COMMIT", "ROLLBACK")


@dataclass
class Count:
    """Statements sent besides BEGIN and COMMIT, and commits."""

    statements: int = 0
    commits: int = 0


@contextmanager
def counted(engine: sa.Engine) -> Iterator[Count]:
    """Count all statements sent to the database of ENGINE while the block runs.

    Counted at the driver, so that neither a connection's health check nor a statement that
    goes round SQLAlchemy is missed. On PostgreSQL one execute() is one statement, of an
    executemany() each row; on SQLite the database itself tells what it runs.
    """
    count = Count()
    hooked = _of_sqlite(engine, count) if engine.dialect.name == "sqlite" else _of_driver(count)
    with hooked:
        yield count


@contextmanager
def _of_driver(count: Count) -> Iterator[None]:
    execute, executemany = psycopg.Cursor.execute, psycopg.Cursor.executemany
    commit = psycopg.Connection.commit

    def one(cursor: Any, *words: Any, **named: Any) -> Any:
        count.statements += 1
        return execute(cursor, *words, **named)

    def many(cursor: Any, query: Any, params_seq: Any, **named: Any) -> None:
        rows = list(params_seq)
        count.statements += len(rows)
        executemany(cursor, query, rows, **named)

    def done(conn: Any) -> None:
        count.commits += 1
        commit(conn)

    with ExitStack() as stack:
        stack.enter_context(mock.patch.object(psycopg.Cursor, "execute", one))
        stack.enter_context(mock.patch.object(psycopg.Cursor, "executemany", many))
        stack.enter_context(mock.patch.object(psycopg.Connection, "commit", done))
        yield


@contextmanager
def _of_sqlite(engine: sa.Engine, count: Count) -> Iterator[None]:
    def traced(text: str) -> None:
        if text.startswith("COMMIT"):
            count.commits += 1
        elif not text.startswith(_ENDS):
            count.statements += 1

    def out(dbapi: sqlite3.Connection, _record: Any, _proxy: Any) -> None:
        dbapi.set_trace_callback(traced)

    def back(dbapi: sqlite3.Connection | None, _record: Any) -> None:
        if dbapi is not None:
            dbapi.set_trace_callback(None)

    event.listen(engine.pool, "checkout", out)
    event.listen(engine.pool, "checkin", back)
    try:
        yield
    finally:
        event.remove(engine.pool, "checkout", out)
        event.remove(engine.pool, "checkin", back)
