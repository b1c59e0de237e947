"""Open SQLite or PostgreSQL with the settings that keep our promises (reliability.md 2)."""

import fcntl
import os
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine, event, exc
from sqlalchemy.pool import ConnectionPoolEntry

from engine.base.errors import ShouhuError
from engine.store.connection import Conn
from engine.store.flushing import Texts
from engine.store.keyring import Keyring

_PRAGMAS = {
    "busy_timeout": "30000",
    "journal_mode": "wal",
    "synchronous": "2",  # FULL
    "foreign_keys": "1",
    "trusted_schema": "0",
    "secure_delete": "1",  # what is erased or overwritten is gone from the file too
}
_POSTGRES_OPTIONS = (
    "-c synchronous_commit=on -c statement_timeout=15s -c lock_timeout=5s "
    "-c idle_in_transaction_session_timeout=30s -c TimeZone=UTC"
)


_USED = "used"  # key of the moment at which a pooled connection came back
_FRESH = 1.0  # seconds in which such a connection is taken as it is; designed


class DatabaseRefused(ShouhuError):
    """数据库设置不安全，拒绝启动。"""

    code = "database-refused"


@dataclass(frozen=True)
class Database:
    """An opened database: ENGINE, the two ways into it, and the keys of its vault."""

    engine: Engine
    keyring: Keyring | None = None

    @cached_property
    def _texts(self) -> Texts:
        return Texts(self.engine.dialect)

    @property
    def is_postgres(self) -> bool:
        """Tell whether several nodes may share it."""
        return self.engine.dialect.name == "postgresql"

    def connect(self) -> Conn:
        """Take a connection; who begins a transaction on it flushes and commits it."""
        return Conn(self.engine, self._texts, self.keyring)

    @contextmanager
    def write(self) -> Iterator[Conn]:
        """Open one write transaction; commit at the end, roll back on any error."""
        with self.connect() as conn, conn.begin():
            yield conn
            conn.flush()

    @contextmanager
    def read(self) -> Iterator[Conn]:
        """Open one read-only transaction, never held up by a writer."""
        with self.connect() as conn:
            conn.execution_options(readonly=True)
            with conn.begin():
                if self.is_postgres:
                    conn.exec_driver_sql("SET TRANSACTION READ ONLY")
                yield conn

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def open_database(url: str, *, node: str = "shouhu", echo: bool = False) -> Database:
    """Open URL ("sqlite:///file" or "postgresql+psycopg://…"); refuse unsafe settings."""
    if url.startswith("sqlite"):
        return Database(_sqlite(url, echo))
    return Database(_postgres(url, node, echo))


def _sqlite(url: str, echo: bool) -> Engine:
    engine = sa.create_engine(
        url, echo=echo, pool_size=10, max_overflow=0, pool_timeout=30, hide_parameters=True
    )

    @event.listens_for(engine, "connect")
    def _connect(dbapi: sqlite3.Connection, _record: Any) -> None:
        dbapi.isolation_level = None  # the driver must not open transactions of its own
        cursor = dbapi.cursor()
        for name, value in _PRAGMAS.items():
            cursor.execute(f"PRAGMA {name}={value}")
        cursor.execute("PRAGMA journal_size_limit=67108864")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(conn: Connection) -> None:
        readonly = conn.get_execution_options().get("readonly")
        text = "BEGIN" if readonly else "BEGIN IMMEDIATE"
        if isinstance(conn, Conn):
            conn.send(text, [()])  # a result object costs more than the statement
        else:
            conn.exec_driver_sql(text)

    check_sqlite(engine)
    return engine


def throw_away(database: Database) -> None:
    """Let commits of a SQLite file that is deleted after use wait for no disk."""

    @event.listens_for(database.engine, "connect")
    def _hasten(dbapi: sqlite3.Connection, _record: Any) -> None:
        dbapi.execute("PRAGMA synchronous=OFF")

    database.engine.dispose()


def check_sqlite(engine: Engine) -> None:
    """Read the PRAGMAs back; a network file system silently keeps another mode."""
    with engine.connect().execution_options(readonly=True) as conn:
        for name, wanted in _PRAGMAS.items():
            found = str(conn.exec_driver_sql(f"PRAGMA {name}").scalar())
            if found != wanted:
                raise DatabaseRefused(
                    f"SQLite 设置 {name} 应为 {wanted}，实际为 {found}："
                    "请把数据目录放在本机磁盘上。"
                )


def _postgres(url: str, node: str, echo: bool) -> Engine:
    engine = sa.create_engine(
        _with_driver(url),
        echo=echo,
        isolation_level="READ COMMITTED",
        pool_size=8,
        max_overflow=2,
        pool_timeout=5,
        pool_recycle=1800,
        hide_parameters=True,
        connect_args={
            "connect_timeout": 3,
            "application_name": f"shouhu:{node}",
            "keepalives": 1,
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "tcp_user_timeout": 20000,
            "options": _POSTGRES_OPTIONS,
        },
    )
    _ping_idle(engine)
    with engine.connect() as conn:
        if conn.exec_driver_sql("SHOW synchronous_commit").scalar() == "off":
            raise DatabaseRefused(
                "PostgreSQL 的 synchronous_commit 必须为 on，否则已提交的办理可能丢失。"
            )
    return engine


def _ping_idle(engine: Engine) -> None:
    """Try connections that lay idle before they are used, as pool_pre_ping does with all.

    A busy node would pay a round trip per transaction for what can hardly have happened; a
    connection lost meanwhile is noticed by its first statement and the unit is run again.
    """

    @event.listens_for(engine, "checkin")
    def _checkin(_dbapi: Any, record: ConnectionPoolEntry) -> None:
        record.info[_USED] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _checkout(dbapi: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
        if time.monotonic() - record.info.get(_USED, 0.0) < _FRESH:
            return
        try:
            engine.dialect.do_ping(dbapi)
        except engine.dialect.loaded_dbapi.Error as error:
            raise exc.InvalidatePoolError from error  # the pool opens a new one


def _with_driver(url: str) -> str:
    return re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", url)


@contextmanager
def serving_lock(data_dir: Path) -> Iterator[None]:
    """Hold the one serving process of a SQLite file; refuse a second one."""
    handle: IO[str] = (data_dir / "serving.lock").open("w")
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise DatabaseRefused("另一个服务进程正在使用这个数据目录，请先停止它。") from error
        handle.write(str(os.getpid()))
        handle.flush()
        yield
    finally:
        handle.close()
