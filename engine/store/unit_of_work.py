"""One transaction for one wish: run it, re-run it when it lost a race, name what failed."""

import random
import sqlite3
import time
from collections.abc import Callable
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy import exc

from engine.base.errors import Busy, StorageFull
from engine.store.connection import Conn
from engine.store.database import Database
from engine.store.flushing import VersionMoved

T = TypeVar("T")
Unit = Callable[[Conn], T]

_TRIES = 4  # the first and at most three more (reliability.md 2.4)
_RACES = {"40001", "40P01"}
# A key somebody else just took: run again, the unit meets it as known.
_TWIN = {"23505", "SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"}
_BUSY = {"55P03", "57014", "53300"}
_GONE = {"57P01", "57P02", "57P03"}


class OutcomeUnknown(Busy):
    """结果未知，请刷新核对。"""

    code = "outcome-unknown"


def run(
    database: Database,
    unit: Unit[T],
    pause: Callable[[float], None] = time.sleep,
    *,
    again: Unit[T] | None = None,
) -> T:
    """Run UNIT in one transaction; a pure function of its connection, so re-runnable.

    AGAIN, when given, is what is run after the first time.

    Lost races (deadlock, serialization, moved version, a key taken by a twin) and
    connections lost before COMMIT are re-run at most three times; full disk, lock waits and
    unknown outcomes are named.
    """
    for attempt in range(1, _TRIES + 1):
        committing = False
        try:
            with database.connect() as conn:
                transaction = conn.begin()
                try:
                    result = (unit if attempt == 1 else again or unit)(conn)
                    conn.flush()
                except BaseException:
                    _roll_back(transaction)
                    raise
                committing = True
                transaction.commit()
            return result
        except VersionMoved:
            if attempt == _TRIES:
                raise Busy from None
        except exc.TimeoutError as error:
            raise Busy("系统繁忙，请稍候重试。") from error
        except exc.DBAPIError as error:
            _judge(error, committing=committing, last=attempt == _TRIES)
        pause(random.uniform(0.02, 0.2) * attempt)  # noqa: S311  # spreads retries only
    raise AssertionError("unreachable")


def _roll_back(transaction: sa.RootTransaction) -> None:
    try:
        transaction.rollback()
    except exc.DBAPIError:
        transaction.connection.invalidate()  # the connection is gone: so is the transaction


def _judge(error: exc.DBAPIError, *, committing: bool, last: bool) -> None:
    """Return when the unit may be run again, else raise what the user must hear."""
    state = sql_state(error)
    if state in ("53100", "SQLITE_FULL"):
        raise StorageFull from error
    if state in (*_RACES, *_TWIN) and not last:
        return
    if state in (*_RACES, *_BUSY, "SQLITE_BUSY"):
        raise Busy from error
    if state[:2] == "08" or state in _GONE or error.connection_invalidated:
        if committing:
            raise OutcomeUnknown from error
        if last:
            raise Busy("数据库暂时不可用，请稍候重试。") from error
        return
    raise error


def sql_state(error: exc.DBAPIError) -> str:
    """Give the SQLSTATE of PostgreSQL or the error name of SQLite, "" when unknown."""
    original = error.orig
    if isinstance(original, sqlite3.Error):
        name = getattr(original, "sqlite_errorname", "") or ""
        return "SQLITE_BUSY" if name.startswith("SQLITE_BUSY") else name
    state = getattr(original, "sqlstate", None)  # psycopg, which is never imported
    return state or ("08000" if error.connection_invalidated else "")


def guarded(result: sa.CursorResult[tuple[object, ...]], rows: int = 1) -> None:
    """Demand that a guarded write hit exactly ROWS rows."""
    if result.rowcount != rows:
        raise VersionMoved
