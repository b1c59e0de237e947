"""What is due is asked of an index, and on PostgreSQL of the database clock (R22)."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from engine.base.actor import SYSTEM
from engine.base.clock import FakeClock, OffsetClock, SystemClock
from engine.bootstrap import build
from engine.commands.services import ClaimCalls
from engine.engine import Engine
from engine.store import jobs
from engine.store.machine import job
from engine.worker import look

FUTURE = 20_000


@pytest.fixture
def engine(postgresql_url: str, data_dir: Path) -> Any:
    made = build(postgresql_url, data_dir, clock=SystemClock())
    yield made
    made.close()


def rows(count: int, lane: str, due: datetime, step: timedelta) -> list[dict[str, Any]]:
    kind = "timer" if lane == "engine" else "service"
    return [
        {
            "uid": f"{lane}-{due.isoformat()}-{n}",
            "root_id": n + 1,
            "kind": kind,
            "lane": lane,
            "payload": {"inputs": "{}", "item": None, "retries": None},
            "due_at": due + step * n,
            "created_at": due,
        }
        for n in range(count)
    ]


def fill(engine: Engine, *batches: list[dict[str, Any]]) -> None:
    with engine.database.write() as conn:
        for batch in batches:
            conn.execute(sa.insert(job), batch)
    with engine.database.engine.connect() as conn:
        conn.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("ANALYZE job")


def plan(engine: Engine, ask: Any) -> list[str]:
    """Explain the first statement on jobs that ASK(conn) sends."""
    said: list[tuple[str, Any]] = []

    def hear(_conn: Any, _cursor: Any, text: str, parameters: Any, *_more: Any) -> None:
        if "job" in text and "EXPLAIN" not in text:
            said.append((text, parameters))

    with engine.database.write() as conn:
        sa.event.listen(engine.database.engine, "before_cursor_execute", hear)
        try:
            ask(conn)
        finally:
            sa.event.remove(engine.database.engine, "before_cursor_execute", hear)
        text, parameters = said[0]
        if isinstance(parameters, list):  # a prepared read, with the server's own $1, $2 …
            found: Any = conn.fetch(f"EXPLAIN {text}", parameters)
        else:
            found = conn.exec_driver_sql(f"EXPLAIN {text}", parameters).fetchall()
    return [str(row[0]).strip() for row in found]


QUESTIONS = {
    "heads": lambda conn, now: jobs.due_heads(conn, now, 100),
    "starts": lambda conn, now: jobs.due_starts(conn, now, 100),
    "calls": lambda conn, now: jobs.any_due(conn, "callout", now),
    "claims": lambda conn, now: jobs.lease(
        conn, "callout", "node", now, timedelta(seconds=60), 5
    ),
}


def test_each_idle_question_reads_only_what_is_due_from_the_index(engine: Engine) -> None:
    ahead = SystemClock().now() + timedelta(days=1)
    second = timedelta(seconds=1)
    fill(engine, rows(FUTURE, "engine", ahead, second))
    fill(engine, *(rows(FUTURE // 10, lane, ahead, second) for lane in ("callout", "bulk")))
    for name, ask in QUESTIONS.items():

        def asked(conn: Any, ask: Any = ask) -> Any:
            return ask(conn, jobs.present(conn, engine.clock))

        found = plan(engine, asked)
        conditions = [line for line in found if line.startswith("Index Cond")]
        assert any("due_at <= statement_timestamp()" in line for line in conditions), (
            name,
            found,
        )
        filters = [line for line in found if line.startswith("Filter")]
        assert not any("due_at" in line for line in filters), (name, found)


def test_a_volatile_clock_would_read_every_future_timer(engine: Engine) -> None:
    """Show that the test above can fail: the other clock is no index condition."""
    ahead = SystemClock().now() + timedelta(days=1)
    fill(engine, rows(2000, "engine", ahead, timedelta(seconds=1)))
    volatile = sa.func.clock_timestamp(type_=job.c.due_at.type)
    found = plan(engine, lambda conn: jobs.due_heads(conn, volatile, 100))
    assert not any(
        line.startswith("Index Cond") and "due_at" in line for line in found
    ), found


def test_postgresql_judges_due_by_its_own_clock_and_a_movable_clock_by_itself(
    engine: Engine, data_dir: Path, postgresql_url: str
) -> None:
    now = SystemClock().now()
    fill(engine, rows(1, "engine", now - timedelta(hours=1), timedelta(0)))
    assert len(engine.ask(look, SYSTEM).jobs) == 1
    wrong = Engine(  # a node whose own clock is a day late
        engine.database, engine.runtimes, LateClock(), engine.ids, engine.files
    )
    assert len(wrong.ask(look, SYSTEM).jobs) == 1
    for clock in (FakeClock(now - timedelta(days=1)), OffsetClock(timedelta(days=-1))):
        moved = Engine(engine.database, engine.runtimes, clock, engine.ids, engine.files)
        assert moved.ask(look, SYSTEM).jobs == ()


class LateClock(SystemClock):
    """A machine's clock that is a day late."""

    def now(self) -> datetime:
        return super().now() - timedelta(days=1)


def test_a_lease_ends_by_the_database_clock(engine: Engine) -> None:
    now = SystemClock().now()
    fill(engine, rows(1, "callout", now - timedelta(hours=1), timedelta(0)))
    late = Engine(engine.database, engine.runtimes, LateClock(), engine.ids, engine.files)
    leased: Any = late.execute(ClaimCalls("late", lease_seconds=60), SYSTEM)
    assert len(leased.calls) == 1
    with engine.database.read() as conn:
        until = conn.execute(sa.select(job.c.lock_until)).scalar_one()
    assert timedelta(seconds=30) < until - now < timedelta(seconds=120)


def test_sqlite_uses_the_clock_it_is_given(sqlite_url: str, data_dir: Path) -> None:
    made = build(sqlite_url, data_dir, clock=LateClock())
    now = SystemClock().now()
    with made.database.write() as conn:
        conn.execute(sa.insert(job), rows(1, "engine", now, timedelta(0)))
    assert made.ask(look, SYSTEM).jobs == ()
    made.close()
