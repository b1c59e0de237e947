"""Rows that wait: written together, in order, guarded, and never missed by a read."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from engine.store.connection import Conn
from engine.store.database import Database, open_database
from engine.store.flushing import VersionMoved
from engine.store.machine import idem, job
from engine.store.tables import counter, task_draft

AT = datetime(2025, 7, 18, 1, 2, 3, 4, tzinfo=UTC)
JOB = {
    "uid": "u",
    "root_id": 1,
    "kind": "timer",
    "lane": "engine",
    "payload": {"steps": ["甲", {"n": 1}]},
    "due_at": AT,
    "state": "ready",
    "created_at": AT,
}


@pytest.fixture
def database(store_url: str) -> Iterator[Database]:
    opened = open_database(store_url)
    yield opened
    opened.close()


def rows(conn: Conn, table: sa.Table) -> list[dict[str, Any]]:
    query = sa.select(table).order_by(*table.primary_key)
    return [dict(row) for row in conn.execute(query).mappings()]


def write(database: Database, unit: Any) -> None:
    with database.write() as conn:
        unit(conn)


def statements(database: Database) -> list[str]:
    said: list[str] = []

    def hear(_conn: Any, _cursor: Any, text: str, *_more: Any) -> None:
        said.append(text)

    sa.event.listen(database.engine, "before_cursor_execute", hear)
    return said


def test_what_waits_is_written_at_the_end_in_one_statement(database: Database) -> None:
    said = statements(database)
    with database.write() as conn:
        conn.insert(job, [{**JOB, "uid": "a"}])
        conn.insert(counter, [{"name": "n", "last": 1}])
        conn.insert(job, [{**JOB, "uid": "b"}, {**JOB, "uid": "c"}])
        before = len(said)
    written = [text for text in said[before:] if "INSERT" in text]
    assert len(written) == (1 if database.is_postgres else 2)
    with database.read() as conn:
        assert [row["uid"] for row in rows(conn, job)] == ["a", "b", "c"]


def test_values_of_every_kind_come_back_as_they_were(database: Database) -> None:
    typed = {"task_id": 1, "person": "甲", "data": b"\x00\xff\\", "version": 1}
    with database.write() as conn:
        conn.insert(job, [JOB])
        conn.insert(task_draft, [{**typed, "updated_at": AT}])
    with database.read() as conn:
        found = rows(conn, job)[0]
        assert (found["payload"], found["due_at"]) == (JOB["payload"], AT)
        assert (found["tries_left"], found["lock_owner"]) == (3, None)  # defaults and nulls
        assert rows(conn, task_draft)[0]["data"] == typed["data"]


def test_a_read_never_misses_what_waits(database: Database) -> None:
    with database.write() as conn:
        conn.insert(counter, [{"name": "n", "last": 1}])
        assert rows(conn, counter) == [{"name": "n", "last": 1}]


def test_a_peek_leaves_what_waits(database: Database) -> None:
    with database.write() as conn:
        conn.insert(counter, [{"name": "n", "last": 1}])
        assert conn.peek(sa.select(counter)).all() == []


def test_an_error_leaves_nothing_of_what_waited(database: Database) -> None:
    def unit(conn: Conn) -> None:
        conn.insert(counter, [{"name": "n", "last": 1}])
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write(database, unit)
    with database.read() as conn:
        assert rows(conn, counter) == []


def test_a_guarded_change_must_find_its_row(database: Database) -> None:
    with database.write() as conn:
        conn.insert(job, [{**JOB, "fence": 1}])
        number = rows(conn, job)[0]["id"]

    def late(conn: Conn) -> None:
        conn.insert(counter, [{"name": "n", "last": 1}])
        conn.change(job, {"id": number, "fence": 2}, {"state": "failed", "fence": 3})

    with pytest.raises(VersionMoved):
        write(database, late)
    with database.write() as conn:
        conn.change(job, {"id": number, "fence": 1}, {"state": "failed", "fence": 2})
    with database.read() as conn:
        assert [(row["state"], row["fence"]) for row in rows(conn, job)] == [("failed", 2)]
        assert rows(conn, counter) == []


def test_two_changes_of_one_row_follow_each_other(database: Database) -> None:
    with database.write() as conn:
        conn.insert(job, [{**JOB, "fence": 1}])
        number = rows(conn, job)[0]["id"]
        conn.change(job, {"id": number, "fence": 1}, {"state": "failed", "fence": 2})
        conn.change(job, {"id": number, "fence": 2}, {"state": "paused", "fence": 3})
    with database.read() as conn:
        assert [(row["state"], row["fence"]) for row in rows(conn, job)] == [("paused", 3)]


def test_a_change_of_a_row_that_waits_is_taken_into_it(database: Database) -> None:
    said = statements(database)
    with database.write() as conn:
        number = conn.take_ids(job, 1)[0]
        conn.insert(job, [{**JOB, "id": number, "fence": 1}])
        before = len(said)
        conn.change(job, {"id": number, "fence": 1}, {"state": "failed"})
    assert len(said) == before + 1
    with database.read() as conn:
        assert [(row["id"], row["state"]) for row in rows(conn, job)] == [(number, "failed")]


def test_a_wrong_guard_on_a_row_that_waits_is_found(database: Database) -> None:
    def unit(conn: Conn) -> None:
        number = conn.take_ids(job, 1)[0]
        conn.insert(job, [{**JOB, "id": number, "fence": 1}])
        conn.change(job, {"id": number, "fence": 9}, {"state": "failed"})

    with pytest.raises(VersionMoved):
        write(database, unit)


def test_removed_and_new_rows_of_one_key_do_not_meet(database: Database) -> None:
    row = {"task_id": 1, "person": "p", "data": b"1", "version": 1, "updated_at": AT}
    with database.write() as conn:
        conn.insert(task_draft, [row])
        conn.remove(task_draft, [{"task_id": 1}])
        conn.insert(task_draft, [{**row, "version": 2}])
    with database.read() as conn:
        assert [one["version"] for one in rows(conn, task_draft)] == [2]


def test_a_job_takes_the_key_of_one_removed_before_it(database: Database) -> None:
    with database.write() as conn:
        conn.insert(job, [{**JOB, "uid": "a", "dedup_key": "k"}])
    with database.write() as conn:
        conn.remove(job, [{"dedup_key": "k"}], unique="dedup_key")
        new = {**JOB, "uid": "b", "dedup_key": "k"}
        conn.insert(job, [new], unique="dedup_key", apart=True)
    with database.read() as conn:
        assert [row["uid"] for row in rows(conn, job)] == ["b"]


def test_rows_put_replace_those_of_their_key(database: Database) -> None:
    with database.write() as conn:
        conn.insert(counter, [{"name": "n", "last": 1}])
    with database.write() as conn:
        conn.put(counter, [{"name": "n", "last": 5}, {"name": "m", "last": 1}], ("name",))
        conn.put(counter, [{"name": "n", "last": 6}], ("name",))
    with database.read() as conn:
        assert {row["name"]: row["last"] for row in rows(conn, counter)} == {"m": 1, "n": 6}


def test_a_stored_answer_stops_its_twin(database: Database) -> None:
    row = {"principal": "p", "key": "k", "route": "", "body_hash": "", "status": 200}
    row |= {"response": {"a": [1]}, "created_at": AT}
    with database.write() as conn:
        conn.insert_new(idem, [row], ("principal", "key"), counted=True)

    def twin(conn: Conn) -> None:
        conn.insert_new(idem, [{**row, "status": 201}], ("principal", "key"), counted=True)

    with pytest.raises(VersionMoved):
        write(database, twin)
    with database.read() as conn:
        assert [one["status"] for one in rows(conn, idem)] == [200]


def test_ids_taken_in_one_transaction_differ(database: Database) -> None:
    with database.write() as conn:
        taken = [*conn.take_ids(job, 2), *conn.take_ids(job, 1)]
        conn.insert(job, [{**JOB, "id": n, "uid": str(n)} for n in taken])
    assert len(set(taken)) == 3
    with database.write() as conn:
        assert not set(conn.take_ids(job, 2)) & set(taken)
