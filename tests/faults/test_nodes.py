"""Several worker nodes on one PostgreSQL: one is killed, one is frozen; nothing twice."""

import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from engine.base.actor import SYSTEM
from engine.base.clock import SystemClock
from engine.commands.due import RunDueJob
from engine.commands.instances import StartInstance, StartMany
from engine.commands.upkeep import Sweep
from engine.store.machine import history, job
from engine.store.tables import instance
from engine.worker import Worker
from tests.faults.cluster import ROOT
from tests.races.conftest import EXTRA
from tests.support.invariants import check_invariants
from tests.support.tiny import Tiny, deploy, make

TIMERS = 300


@dataclass
class Nodes:
    """Worker processes; only these are ever signalled."""

    url: str
    folder: Path
    started: list[subprocess.Popen[str]]

    def start(self, *words: str) -> subprocess.Popen[str]:
        made = subprocess.Popen(
            [sys.executable, *words],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.started.append(made)
        return made

    def work(self) -> subprocess.Popen[str]:
        """Start `work` and wait until it runs."""
        words = ["-m", "engine.cli", "work", "--url", self.url, "--data", str(self.folder)]
        made = self.start(*words)
        assert made.stdout is not None
        assert "执行节点已启动" in made.stdout.readline()
        return made

    def close(self) -> None:
        for one in self.started:
            if one.poll() is None:
                one.kill()
            one.wait()
            if one.stdout is not None:
                one.stdout.close()


@pytest.fixture
def nodes(postgresql_url: str, data_dir: Path) -> Iterator[Nodes]:
    made = Nodes(postgresql_url, data_dir, [])
    yield made
    made.close()


@pytest.fixture
def tiny(postgresql_url: str, data_dir: Path) -> Iterator[Tiny]:
    made = make(postgresql_url, data_dir, SystemClock())  # type: ignore[arg-type]
    deploy(made.engine, {"tiny_race.bpmn": EXTRA.read_bytes()}, base_version=1)
    with made.engine.database.write() as conn:  # the yearly start is not of interest here
        conn.execute(sa.delete(job).where(job.c.kind == "start_timer"))
    yield made
    made.engine.close()


def until(happened: Callable[[], bool], what: str, seconds: float = 60) -> None:
    for _ in range(int(seconds / 0.05)):
        if happened():
            return
        threading.Event().wait(0.05)
    raise AssertionError(f"waited in vain: {what}")


def fired(tiny: Tiny) -> Counter[int]:
    query = sa.select(history.c.root_id).where(history.c.kind == "TimerFired")
    return Counter(row["root_id"] for row in tiny.rows(query))


def waiting(tiny: Tiny) -> int:
    return len(tiny.rows(sa.select(job.c.id)))


def test_a_storm_of_timers_outlives_a_killed_worker_and_fires_each_once(
    tiny: Tiny, nodes: Nodes
) -> None:
    for _ in range(3):
        tiny.do("field1", StartMany("tiny_limit", ({},) * (TIMERS // 3)))
    first, second = nodes.work(), nodes.work()
    second.send_signal(signal.SIGSTOP)
    now = tiny.clock.now()
    with tiny.engine.database.write() as conn:  # all of one second
        spread = sa.func.make_interval(0, 0, 0, 0, 0, 0, job.c.id % 1000 / 1000.0)
        due = sa.literal(now - timedelta(seconds=1), sa.TIMESTAMP(timezone=True)) + spread
        assert conn.execute(sa.update(job).values(due_at=due)).rowcount == TIMERS
    until(lambda: len(fired(tiny)) >= 20, "the first worker fires alone")
    second.send_signal(signal.SIGCONT)
    until(lambda: len(fired(tiny)) >= TIMERS // 3, "both fire")
    first.kill()
    left = waiting(tiny)
    assert left > 0, "the storm was over before the kill: the fault never fired"
    until(lambda: waiting(tiny) == 0, "the second worker ends the storm", 120)
    counts = fired(tiny)
    assert (len(counts), set(counts.values())) == (TIMERS, {1})
    ended = tiny.rows(sa.select(instance.c.status))
    assert Counter(row["status"] for row in ended) == {"completed": TIMERS}
    check_invariants(tiny.engine)


def test_two_workers_that_saw_the_same_timer_fire_it_once(tiny: Tiny) -> None:
    case_id = tiny.do("field1", StartInstance("tiny_limit", {})).instance_id
    with tiny.engine.database.write() as conn:
        conn.execute(sa.update(job).values(due_at=tiny.clock.now()))
    job_id = tiny.rows(sa.select(job.c.id))[0]["id"]
    gate, answers = threading.Barrier(4), []

    def work() -> None:
        gate.wait()
        answer: Any = tiny.engine.execute(RunDueJob(job_id), SYSTEM)
        answers.append(answer.state)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count("done") == 1
    assert fired(tiny) == {case_id: 1}


def test_a_frozen_holder_wakes_up_to_a_refusal(tiny: Tiny, nodes: Nodes) -> None:
    case_id = tiny.do("field1", StartInstance("tiny_call", {})).instance_id
    holder = nodes.start("-m", "tests.faults.frozen", nodes.url, str(nodes.folder))
    until((nodes.folder / "called").exists, "the holder called the service")
    holder.send_signal(signal.SIGSTOP)
    with tiny.engine.database.write() as conn:  # its lease runs out while it is frozen
        gone = tiny.clock.now() - timedelta(seconds=1)
        late = sa.update(job).where(job.c.state == "leased", job.c.lock_owner == "frozen")
        assert conn.execute(late.values(lock_until=gone)).rowcount == 1
    swept: Any = tiny.engine.execute(Sweep(), SYSTEM)
    assert swept.count == 1
    keys: list[str] = []

    def quick(inputs: Any) -> dict[str, Any]:
        keys.append(inputs["key"])
        return {"by": "quick"}

    Worker(tiny.engine, services={"echo": quick}, node="quick").run_due()
    assert tiny.case(case_id)["status"] == "completed"
    (nodes.folder / "go").touch()
    holder.send_signal(signal.SIGCONT)
    said, _ = holder.communicate(timeout=60)
    assert "late answer refused" in said, said
    assert holder.returncode == 0
    assert keys == [(nodes.folder / "called").read_text(encoding="utf-8")]
    finished = sa.select(history.c.id).where(history.c.kind == "ServiceFinished")
    assert len(tiny.rows(finished)) == 1
    check_invariants(tiny.engine)
