"""Storms: many due cases in one commit; a failing one is taken out and delays nobody."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from engine.base.actor import SYSTEM
from engine.base.clock import FakeClock
from engine.commands.instances import StartMany, SuspendInstance
from engine.commands.storm import RunDueJobs
from engine.store.machine import history, incident, job
from engine.store.tables import instance
from engine.worker import STORM
from tests.races.conftest import CONTENT
from tests.support.databases import Content
from tests.support.invariants import check_invariants
from tests.support.tiny import Tiny, opened

CASES = 2 * STORM + 5


@pytest.fixture
def store_content() -> Content:
    return CONTENT


@pytest.fixture
def tiny(store_url: str, data_dir: Path, clock: FakeClock) -> Iterator[Tiny]:
    """Many cases whose timer falls due in the same second."""
    made = opened(store_url, data_dir, clock)
    with made.engine.database.write() as conn:  # the yearly start is not of interest here
        conn.execute(sa.delete(job).where(job.c.kind == "start_timer"))
    made.do("field1", StartMany("tiny_limit", ({},) * CASES))
    last = max(row["due_at"] for row in made.rows(sa.select(job.c.due_at)))
    made.clock.set(last)
    yield made
    made.engine.close()


def fired(tiny: Tiny) -> Counter[int]:
    query = sa.select(history.c.root_id).where(history.c.kind == "TimerFired")
    return Counter(row["root_id"] for row in tiny.rows(query))


def case_ids(tiny: Tiny) -> list[int]:
    return [row["id"] for row in tiny.rows(sa.select(instance.c.id).order_by(instance.c.id))]


def test_a_storm_is_worked_off_in_one_commit_and_fires_each_once(tiny: Tiny) -> None:
    commits: list[int] = []
    sa.event.listen(tiny.engine.database.engine, "commit", lambda _: commits.append(1))
    assert tiny.worker.tick() >= CASES
    assert fired(tiny) == Counter(case_ids(tiny))
    assert len(commits) < CASES / 5, "one for the batch, not one a case"
    tiny.worker.run_due()
    statuses = Counter(row["status"] for row in tiny.rows(sa.select(instance.c.status)))
    assert statuses == {"completed": CASES}
    check_invariants(tiny.engine)


def test_a_broken_case_is_taken_out_and_delays_nobody(tiny: Tiny) -> None:
    broken = case_ids(tiny)[7]
    with tiny.engine.database.write() as conn:
        query = sa.update(instance).where(instance.c.id == broken)
        conn.execute(query.values(state=b"not a state"))
    tiny.worker.tick()
    assert fired(tiny) == Counter(case_ids(tiny)) - Counter([broken])
    for _ in range(4):
        tiny.pass_time(minutes=10)
    (found,) = tiny.rows(sa.select(incident).where(incident.c.state == "open"))
    assert (found["root_id"], found["code"]) == (broken, "defect")


def test_suspended_cases_keep_their_timers_through_a_storm(tiny: Tiny) -> None:
    held = case_ids(tiny)[3]
    version = tiny.case(held)["version"]
    tiny.do("chief", SuspendInstance(held, "等待上级书面答复意见后再办", version))
    tiny.worker.run_due()
    assert held not in fired(tiny)
    assert len(fired(tiny)) == CASES - 1
    (left,) = tiny.rows(sa.select(job))
    assert (left["root_id"], left["state"]) == (held, "paused")


def test_jobs_that_are_gone_or_not_due_are_left_out(tiny: Tiny) -> None:
    rows = tiny.rows(sa.select(job.c.id).order_by(job.c.id))
    ids = tuple(row["id"] for row in rows)
    with tiny.engine.database.write() as conn:
        conn.execute(sa.delete(job).where(job.c.id == ids[0]))
        later = sa.update(job).where(job.c.id == ids[1])
        conn.execute(later.values(due_at=tiny.clock.now() + timedelta(days=1)))
    answer = tiny.engine.execute(RunDueJobs(ids), SYSTEM)
    assert answer.as_dict() == {"count": CASES - 2}
    assert tiny.engine.execute(RunDueJobs(ids), SYSTEM).as_dict() == {"count": 0}
    assert len(fired(tiny)) == CASES - 2
