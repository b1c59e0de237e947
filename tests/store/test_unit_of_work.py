"""A wish is one transaction: lost races are re-run, everything else is named."""

import threading
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection, exc

from engine.base.errors import Busy, ShouhuError, StorageFull
from engine.store import database as database_module
from engine.store import unit_of_work
from engine.store.connection import Conn
from engine.store.database import Database, open_database
from engine.store.tables import counter
from engine.store.unit_of_work import OutcomeUnknown, VersionMoved, guarded, run


@pytest.fixture
def database(store_url: str) -> Iterator[Database]:
    opened = open_database(store_url)
    with opened.write() as conn:
        conn.execute(sa.insert(counter).values(name="n", last=0))
    yield opened
    opened.close()


def last(database: Database) -> int:
    with database.read() as conn:
        return int(conn.execute(sa.select(counter.c.last)).scalar_one())


def add_one(conn: Connection) -> int:
    query = sa.select(counter.c.last)
    if conn.dialect.name == "postgresql":
        query = query.with_for_update()
    seen = int(conn.execute(query).scalar_one())
    conn.execute(sa.update(counter).values(last=seen + 1))
    return seen + 1


def test_sixteen_writers_lose_no_update(database: Database) -> None:
    wrong: list[Exception] = []

    def work() -> None:
        try:
            for _ in range(10):
                run(database, add_one)
        except (ShouhuError, exc.SQLAlchemyError) as error:
            wrong.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert last(database) == 80


def test_a_moved_version_is_run_again_and_nothing_is_half_kept(database: Database) -> None:
    tries = []

    def unit(conn: Connection) -> str:
        tries.append(1)
        add_one(conn)
        if len(tries) < 3:
            raise VersionMoved
        return "done"

    assert run(database, unit, pause=lambda _: None) == "done"
    assert len(tries) == 3
    assert last(database) == 1


def test_a_race_lost_four_times_is_busy(database: Database) -> None:
    def unit(_conn: Connection) -> None:
        raise VersionMoved

    with pytest.raises(Busy):
        run(database, unit, pause=lambda _: None)


def test_an_error_leaves_nothing_behind(database: Database) -> None:
    def unit(conn: Connection) -> None:
        add_one(conn)
        raise ShouhuError("no")

    with pytest.raises(ShouhuError, match="no"):
        run(database, unit)
    assert last(database) == 0


def test_a_guarded_write_must_hit_its_row(database: Database) -> None:
    def unit(conn: Connection) -> None:
        hit = sa.update(counter).where(counter.c.last == 99).values(last=1)
        guarded(conn.execute(hit))

    with pytest.raises(Busy):
        run(database, unit, pause=lambda _: None)


class Coded(Exception):
    """A driver error with a SQLSTATE."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.sqlstate = state


def failing(state: str, *, times: int = 99, gone: bool = False) -> unit_of_work.Unit[str]:
    left = [times]

    def unit(_conn: Connection) -> str:
        if left[0]:
            left[0] -= 1
            raise exc.DBAPIError("x", {}, Coded(state), connection_invalidated=gone)
        return "done"

    return unit


@pytest.mark.parametrize("state", ["40001", "40P01", "08006", "57P01"])
def test_a_lost_race_or_connection_is_run_again(database: Database, state: str) -> None:
    assert run(database, failing(state, times=3), pause=lambda _: None) == "done"
    with pytest.raises(Busy):
        run(database, failing(state), pause=lambda _: None)


@pytest.mark.parametrize(
    ("state", "named"),
    [("55P03", Busy), ("57014", Busy), ("53300", Busy), ("53100", StorageFull)],
)
def test_other_errors_are_named_at_once(
    database: Database, state: str, named: type[ShouhuError]
) -> None:
    with pytest.raises(named):
        run(database, failing(state, times=1), pause=lambda _: None)


def test_an_unknown_error_is_not_hidden(database: Database) -> None:
    with pytest.raises(exc.DBAPIError):
        run(database, failing("23503", times=1), pause=lambda _: None)


def test_a_key_taken_by_a_twin_is_met_again_and_never_hidden(database: Database) -> None:
    assert run(database, failing("23505", times=3), pause=lambda _: None) == "done"
    with pytest.raises(exc.DBAPIError):
        run(database, failing("23505"), pause=lambda _: None)


def test_a_connection_lost_during_commit_is_an_unknown_outcome(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def commit(_self: sa.RootTransaction) -> None:
        raise exc.DBAPIError("x", {}, Coded("08006"), connection_invalidated=True)

    monkeypatch.setattr(sa.RootTransaction, "commit", commit)
    with pytest.raises(OutcomeUnknown):
        run(database, add_one, pause=lambda _: None)


def test_a_connection_cut_by_the_server_is_given_up_and_the_unit_run_again(
    postgresql_url: str,
) -> None:
    database = open_database(postgresql_url)
    tries: list[int] = []

    def unit(conn: Conn) -> int:
        tries.append(conn.fetch("SELECT pg_backend_pid()", ())[0][0])
        if len(tries) == 1:
            with database.write() as other:
                other.fetch("SELECT pg_terminate_backend($1)", (tries[0],))
        return int(conn.fetch("SELECT pg_backend_pid()", ())[0][0])

    found = run(database, unit, pause=lambda _: None)
    database.close()
    assert len(tries) == 2
    assert found == tries[1] != tries[0]


def test_an_idle_connection_is_tried_before_it_is_used(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "_FRESH", 0.0)
    database = open_database(postgresql_url)
    with database.read() as conn:
        first = conn.fetch("SELECT pg_backend_pid()", ())[0][0]
    other = open_database(postgresql_url)
    with other.write() as conn:
        conn.fetch("SELECT pg_terminate_backend($1)", (first,))
    other.close()
    with database.read() as conn:
        assert conn.fetch("SELECT pg_backend_pid()", ())[0][0] != first
    database.close()
