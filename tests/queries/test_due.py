"""The idle question and the lists are answered by indexes; the backlog is counted right."""

from datetime import timedelta

import sqlalchemy as sa

from engine.base.actor import SYSTEM
from engine.queries import due
from engine.store.machine import job
from tests.queries.conftest import House


def test_the_backlog_counts_what_is_due_and_what_comes(house: House) -> None:
    assert house.engine.ask(due.is_due, SYSTEM) is False
    house.review()
    lanes = {lane.name: lane for lane in house.engine.ask(due.backlog, SYSTEM)}
    assert (lanes["engine"].due, lanes["engine"].future) == (0, 1)
    assert (lanes["bulk"].due, lanes["bulk"].future) == (0, 1)
    house.clock.advance(timedelta(days=4))
    assert house.engine.ask(due.is_due, SYSTEM) is True
    lanes = {lane.name: lane for lane in house.engine.ask(due.backlog, SYSTEM)}
    assert (lanes["engine"].due, lanes["engine"].lateness_seconds) == (1, 86_400)


def test_the_idle_question_reads_an_index(house: House) -> None:
    """A full scan took 80 ms on 100,000 future timers (architecture.md 6.2)."""
    rows = [
        {
            "uid": f"job-{n}",
            "root_id": 1,
            "kind": "timer",
            "lane": "engine",
            "payload": {},
            "due_at": house.clock.now() + timedelta(days=1, seconds=n),
            "created_at": house.clock.now(),
        }
        for n in range(3000)
    ]
    asked = "SELECT id FROM job WHERE lane = 'engine' AND state = 'ready' AND due_at <= "
    with house.engine.database.write() as conn:
        conn.execute(sa.insert(job), rows)
    with house.engine.database.engine.connect() as conn, conn.begin():
        if house.engine.database.is_postgres:
            conn.exec_driver_sql("ANALYZE job")
            moment = f"'{house.clock.now().isoformat()}'"
            plan = conn.exec_driver_sql(f"EXPLAIN {asked}{moment} LIMIT 1").fetchall()
            text = " ".join(str(row[0]) for row in plan)
            assert "Index Cond" in text, text
            assert "due_at <=" in text.split("Index Cond")[1].split("Filter")[0], text
        else:
            plan = conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}1 LIMIT 1").fetchall()
            text = " ".join(str(row[3]) for row in plan)
            assert "ix_job_due" in text, text
            assert "due_at<?" in text, text
