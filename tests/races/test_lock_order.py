"""Users and workers on the same cases: the case before the job, so nobody deadlocks (R19)."""

import random
import threading
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from engine.base.actor import SYSTEM
from engine.base.errors import Conflict, ShouhuError
from engine.commands import due
from engine.commands.due import RunDueJob
from engine.commands.instances import StartInstance
from engine.commands.services import ClaimCalls
from engine.commands.tasks import CompleteTask
from engine.commands.upkeep import Sweep
from engine.store import cases, holding, jobs
from engine.store.machine import job
from engine.store.tables import task
from tests.support.invariants import check_invariants
from tests.support.statements import heard
from tests.support.tiny import Tiny

ROUNDS = 120
OPEN = sa.select(task.c.id).where(task.c.state == "open", task.c.node == "act")
_DEADLOCKS = sa.text(
    "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
)


class Crowd:
    """Workers and users that all want the same cases."""

    def __init__(self, tiny: Tiny) -> None:
        self.tiny = tiny
        self.errors: list[BaseException] = []
        self.fired = 0
        self.acted = 0
        self.raced: set[str] = set()
        self.lock = threading.Lock()

    def run(self, pairs: list[tuple[int, int]], workers: int, users: int) -> None:
        """Let WORKERS fire the timers of PAIRS (task, job) while USERS complete the tasks."""
        acts = [self.fire] * workers + [self.act] * users
        threads = [
            threading.Thread(target=self._each, args=(act, pairs, number))
            for number, act in enumerate(acts)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _each(self, act: Any, pairs: list[tuple[int, int]], number: int) -> None:
        order = list(pairs)
        random.Random(number).shuffle(order)  # noqa: S311 -- an order, not a secret
        try:
            for pair in order:
                act(*pair)
        except BaseException as error:  # noqa: BLE001 -- handed to the test
            self.errors.append(error)

    def fire(self, _task: int, job_id: int) -> None:
        answer: Any = self.tiny.engine.execute(RunDueJob(job_id), SYSTEM)
        with self.lock:
            self.fired += answer.state == "done"
            self.raced.add(answer.state)

    def act(self, task_id: int, _job: int) -> None:
        actor = self.tiny.actor("head")
        try:
            self.tiny.engine.execute(CompleteTask(task_id, expected_version=1), actor)
        except Conflict as late:
            with self.lock:
                self.raced.add(late.problem_code)
            return
        with self.lock:
            self.acted += 1


def pairs_of(tiny: Tiny, count: int) -> list[tuple[int, int]]:
    for _ in range(count):
        tiny.do("field1", StartInstance("tiny_limit", {}))
    tiny.clock.advance(timedelta(days=3))
    query = sa.select(task.c.id.label("task"), job.c.id.label("job"))
    query = query.join(job, job.c.root_id == task.c.root_id)
    found = tiny.rows(query.where(task.c.node == "act", task.c.state == "open"))
    return [(row["task"], row["job"]) for row in found]


def deadlocks(tiny: Tiny) -> int:
    with tiny.engine.database.read() as conn:
        conn.exec_driver_sql("SELECT pg_stat_clear_snapshot()")
        return int(conn.execute(_DEADLOCKS).scalar() or 0)


def test_three_workers_and_two_users_on_the_same_cases_never_deadlock(house: Tiny) -> None:
    pairs = pairs_of(house, ROUNDS)
    before = deadlocks(house)
    crowd = Crowd(house)
    crowd.run(pairs, workers=3, users=2)
    house.worker.run_due()
    assert crowd.errors == []
    assert crowd.raced - {"done"}, "nobody ever met anybody: the race never happened"
    assert crowd.fired + crowd.acted <= ROUNDS
    assert house.rows(sa.select(job.c.id).where(job.c.kind == "timer")) == []
    assert house.rows(OPEN) == []
    assert deadlocks(house) == before
    check_invariants(house.engine)


def test_the_job_before_the_case_deadlocks_at_once(
    house: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Show that the order is what keeps the test above quiet: turn it round."""
    task_id, job_id = pairs_of(house, 1)[0]
    held, root_held = threading.Event(), threading.Event()
    real = holding.hold_round

    class JobFirst:
        def run(self, ctx: Any) -> Any:
            jobs.hold(ctx.conn, job_id)
            held.set()
            assert root_held.wait(20)
            return cases.lock_root(ctx.conn, jobs.root_of(ctx.conn, job_id) or 0)

    def slowly(conn: Any, wanted: int) -> Any:
        row = real(conn, wanted)
        root_held.set()
        assert held.wait(20)
        return row

    monkeypatch.setattr(holding, "hold_round", slowly)
    seen: list[ShouhuError] = []

    def turned() -> None:
        try:
            house.engine.execute(JobFirst(), SYSTEM)
        except ShouhuError as error:
            seen.append(error)

    before = deadlocks(house)
    thread = threading.Thread(target=turned)
    thread.start()
    house.engine.execute(CompleteTask(task_id, expected_version=1), house.actor("head"))
    thread.join(30)
    for _ in range(50):  # the server counts a second late
        if deadlocks(house) > before:
            break
        threading.Event().wait(0.1)
    assert deadlocks(house) > before


def test_a_due_job_locks_its_case_first_and_waits_for_nobody(house: Tiny) -> None:
    _, job_id = pairs_of(house, 1)[0]
    said = statements(house, lambda: house.engine.execute(RunDueJob(job_id), SYSTEM))
    locks = [text for text in said if "FOR UPDATE" in text or "FOR NO KEY UPDATE" in text]
    assert "FROM instance" in locks[0]
    assert "FOR NO KEY UPDATE OF instance SKIP LOCKED" in locks[0]
    assert "FROM job" in locks[1]
    assert locks[1].endswith("FOR UPDATE SKIP LOCKED")


@pytest.mark.parametrize("command", [ClaimCalls("node-1"), Sweep()], ids=["claim", "sweep"])
def test_what_takes_jobs_without_their_case_skips_held_ones(house: Tiny, command: Any) -> None:
    said = statements(house, lambda: house.engine.execute(command, SYSTEM))
    first = next(text for text in said if "UPDATE job" in text)
    assert "WITH picked AS MATERIALIZED" in first
    assert "FOR UPDATE SKIP LOCKED" in first


def statements(tiny: Tiny, act: Any) -> list[str]:
    """Run ACT and give its SQL, white space made even."""
    with heard(tiny.engine.database.engine) as said:
        act()
    return said


def test_a_timer_that_lost_is_gone_only_because_it_is_looked_at_again(
    house: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Take the second look away: the timer fires on a completed task's case, and is caught."""
    task_id, job_id = pairs_of(house, 1)[0]
    stale = house.rows(sa.select(job).where(job.c.id == job_id))[0]
    house.engine.execute(CompleteTask(task_id, expected_version=1), house.actor("head"))
    monkeypatch.setattr(due.jobs, "root_of", lambda conn, number: stale["root_id"])
    answer: Any = house.engine.execute(RunDueJob(job_id), SYSTEM)
    assert answer.state == "gone"
    monkeypatch.setattr(due.jobs, "claim", lambda conn, number, now: stale)
    answer = house.engine.execute(RunDueJob(job_id), SYSTEM)
    assert answer.state == "gone"  # the ended case is the second wall
    check_invariants(house.engine)
