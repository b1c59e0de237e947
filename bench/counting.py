"""Counts what is sent to a database: statements and commits, whoever sends them."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy import event

_ENDS = ("BEGIN", "COMMIT", "ROLLBACK")


@dataclass
class Count:
    """Statements sent besides BEGIN and COMMIT, and commits."""

    statements: int = 0
    commits: int = 0


class _Hooks:
    """What is told when a connection leaves or enters the pool, and at a commit."""

    def __init__(self, count: Count, *, sqlite: bool) -> None:
        self._count, self._sqlite = count, sqlite
        self._cursor = _counting(count)

    def out(self, dbapi: Any, _record: Any, _proxy: Any) -> None:
        if isinstance(dbapi, sqlite3.Connection):
            dbapi.set_trace_callback(self._traced)
        else:
            dbapi.cursor_factory = self._cursor

    def back(self, dbapi: Any, _record: Any) -> None:
        if isinstance(dbapi, sqlite3.Connection):
            dbapi.set_trace_callback(None)
        elif dbapi is not None:
            dbapi.cursor_factory = psycopg.Cursor

    def committed(self, _conn: Any) -> None:
        if not self._sqlite:
            self._count.commits += 1

    def _traced(self, text: str) -> None:
        if text.startswith("COMMIT"):
            self._count.commits += 1
        elif not text.startswith(_ENDS):
            self._count.statements += 1


@contextmanager
def counted(engine: sa.Engine) -> Iterator[Count]:
    """Count all statements sent through the pool of ENGINE while the block runs.

    Counted at the driver, so that neither a connection's health check nor a statement that
    goes round SQLAlchemy is missed. On PostgreSQL one execute() is one statement, of an
    executemany() each row; on SQLite the database itself tells what it runs.
    """
    count = Count()
    hooks = _Hooks(count, sqlite=engine.dialect.name == "sqlite")
    known = (
        (engine.pool, "checkout", hooks.out),
        (engine.pool, "checkin", hooks.back),
        (engine, "commit", hooks.committed),
    )
    for target, name, hook in known:
        event.listen(target, name, hook)
    try:
        yield count
    finally:
        for target, name, hook in known:
            event.remove(target, name, hook)


def _counting(count: Count) -> type[psycopg.Cursor[Any]]:
    class Counting(psycopg.Cursor[Any]):
        """A cursor that counts."""

        def execute(self, *words: Any, **named: Any) -> Any:
            count.statements += 1
            return super().execute(*words, **named)

        def executemany(self, query: Any, params_seq: Any, **named: Any) -> None:
            rows = list(params_seq)
            count.statements += len(rows)
            super().executemany(query, rows, **named)

    return Counting
