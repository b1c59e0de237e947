"""Prepared statements answer as built ones do: lists, moments, constants; by an index."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from engine.store import database as opening
from engine.store import notices, records, work
from engine.store.database import Database, open_database, throw_away
from engine.store.machine import job
from engine.store.reading import Doing, Reading
from tests.support.databases import SAFE

AT = datetime(2025, 7, 18, 1, 2, 3, 4, tzinfo=UTC)
JOB = {
    "kind": "timer",
    "lane": "engine",
    "payload": {"n": 1},
    "state": "ready",
    "created_at": AT,
}
DUE = Reading(
    sa.select(job)
    .where(
        job.c.uid.in_(sa.bindparam("the_uids", expanding=True)),
        job.c.state.in_(("ready", "leased")),
        job.c.due_at <= sa.bindparam("the_now"),
    )
    .order_by(job.c.id)
)
OTHERS = Reading(
    sa.select(job.c.uid).where(job.c.uid.not_in(sa.bindparam("the_uids", expanding=True)))
)
FAIL = Doing(
    sa.update(job)
    .where(job.c.uid.in_(sa.bindparam("the_uids", expanding=True)))
    .values(state="failed", lock_until=sa.bindparam("the_moment"))
)


@pytest.fixture
def database(store_url: str) -> Iterator[Database]:
    opened = open_database(store_url)
    with opened.write() as conn:
        for number in range(7):
            due = AT + timedelta(hours=number)
            uid = f"j{number}"
            conn.insert(job, [{**JOB, "uid": uid, "root_id": number, "due_at": due}])
    yield opened
    opened.close()


def test_lists_of_any_length_and_moments_are_bound_as_columns_are(database: Database) -> None:
    now = AT + timedelta(hours=4)
    with database.read() as conn:
        for count in range(8):
            uids = [f"j{number}" for number in range(count)]
            found = DUE.rows(conn, the_uids=uids, the_now=now)
            assert [row["uid"] for row in found] == uids[:5]
            assert all(row["payload"] == {"n": 1} for row in found)
            left = {row["uid"] for row in OTHERS.rows(conn, the_uids=uids)}
            assert left == {f"j{number}" for number in range(count, 7)}
        first = DUE.one(conn, the_uids=("j1",), the_now=now)
        assert first is not None
        assert first["due_at"] == AT + timedelta(hours=1)
        assert DUE.scalar(conn, the_uids=(), the_now=now) is None


def test_a_prepared_change_says_how_many_rows_it_hit(database: Database) -> None:
    with database.write() as conn:
        assert FAIL.run(conn, the_uids=["j1", "j2", "j9"], the_moment=AT) == 2
        query = sa.select(job.c.uid, job.c.lock_until).where(job.c.state == "failed")
        assert [tuple(row) for row in conn.execute(query.order_by(job.c.uid))] == [
            ("j1", AT),
            ("j2", AT),
        ]


def test_the_version_of_a_setting_is_asked_once_and_anew_after_a_write(
    database: Database,
) -> None:
    said: list[str] = []

    def hear(_conn: Any, _cursor: Any, text: str, *_more: Any) -> None:
        said.append(text)

    sa.event.listen(database.engine, "before_cursor_execute", hear)
    with database.write() as conn:
        assert [records.setting_version(conn, "x") for _ in range(3)] == [0, 0, 0]
        assert sum("setting.version" in text for text in said) == 1
        records.write_setting(conn, "x", {})
        assert records.setting_version(conn, "x") == 1


@pytest.mark.parametrize(
    ("reading", "bound", "index"),
    [
        (notices._ANY_READY, {}, "ix_outbox_ready"),
        (notices._READY, {"the_most": 5}, "ix_outbox_ready"),
        (work._ENTRIES, {"the_task": 1}, "ix_form_entry_root_id"),
        (
            work._OPEN_AT,
            {"the_root": 1, "the_instance": 1, "the_nodes": ["a"]},
            "ix_task_root_state_due",
        ),
    ],
)
def test_reads_of_every_act_are_found_by_an_index(
    database: Database, reading: Reading, bound: dict[str, Any], index: str
) -> None:
    if database.is_postgres:
        pytest.skip("its planner weighs the size of the table")
    said: list[tuple[str, Any]] = []

    def hear(_conn: Any, _cursor: Any, text: str, values: Any, *_more: Any) -> None:
        said.append((text, values))

    sa.event.listen(database.engine, "before_cursor_execute", hear)
    with database.read() as conn:
        reading.rows(conn, **bound)
        text, values = said[-1]
        plan = conn.fetch(" ".join(("EXPLAIN QUERY PLAN", text)), values)
    told = [str(line[3]) for line in plan]
    assert any(index in line for line in told), told
    assert not any(line.startswith(("SCAN form_entry", "SCAN task")) for line in told)


def test_only_a_file_to_be_thrown_away_waits_for_no_disk(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(opening._PRAGMAS, "synchronous", SAFE)
    database = open_database(sqlite_url)
    with database.read() as conn:
        assert conn.exec_driver_sql("PRAGMA synchronous").scalar() == 2
    throw_away(database)
    with database.read() as conn:
        assert conn.exec_driver_sql("PRAGMA synchronous").scalar() == 0
    database.close()
