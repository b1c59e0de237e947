"""The clockwork: what is due is done once, in order, and a failure delays nobody."""

import tomllib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from engine.base.actor import SYSTEM
from engine.base.errors import Conflict, NotAllowed
from engine.commands.due import FailJob, RunDueJob
from engine.commands.jobs import (
    FireJobNow,
    PauseWorker,
    ResolveIncident,
    ResumeWorker,
    RetryAll,
    RetryJob,
)
from engine.commands.messages import SendMessage
from engine.commands.services import ClaimCalls, FinishCall
from engine.delivery.services import ServiceRefused
from engine.store import chain
from engine.store.machine import history, incident, job, node, notice, outbox, seal
from engine.worker import Worker
from tests.support.tiny import Tiny

ROOT = Path(__file__).parents[2]


def at_review(tiny: Tiny) -> int:
    case_id: int = tiny.start().instance_id
    tiny.complete("field1", case_id, "check", outcome="send")
    return case_id


def before_the_call(tiny: Tiny) -> int:
    """Bring a case to the moment its outside call is due."""
    started = tiny.start()
    case_id: int = started.instance_id
    tiny.reviewed(case_id)
    tiny.engine.execute(SendMessage("tiny_go", {"key": started.number}), SYSTEM)
    tiny.complete("head", case_id, "do")
    tiny.clock.advance(timedelta(days=6))
    timer = tiny.rows(sa.select(job).where(job.c.kind == "timer", job.c.root_id == case_id))
    tiny.engine.execute(RunDueJob(timer[-1]["id"]), SYSTEM)
    return case_id


def jobs_of(tiny: Tiny, case_id: int) -> list[dict[str, Any]]:
    return tiny.rows(sa.select(job).where(job.c.root_id == case_id).order_by(job.c.id))


def test_a_reminder_fires_once_and_tells_the_open_seats(tiny: Tiny) -> None:
    case_id = at_review(tiny)
    tiny.complete("wood1", case_id, "review", outcome="pass")
    tiny.pass_time(days=2, hours=23)
    assert tiny.rows(sa.select(notice)) == []
    tiny.pass_time(hours=1)
    told = tiny.rows(sa.select(notice))
    assert [(row["recipient"], row["title"]) for row in told] == [
        ("unit:U-WATER-1", "请审核：乱占林地")
    ]
    tiny.pass_time(days=30)
    assert len(tiny.rows(sa.select(notice))) == 1
    assert {row["state"] for row in tiny.rows(sa.select(outbox))} == {"sent"}
    fired = tiny.rows(sa.select(history).where(history.c.kind == "TimerFired"))
    assert [row["actor"] for row in fired] == ["system"]


def test_a_completed_task_takes_its_timer_away(tiny: Tiny) -> None:
    case_id = at_review(tiny)
    assert [row["kind"] for row in jobs_of(tiny, case_id)] == ["timer"]
    tiny.complete("wood1", case_id, "review", outcome="pass")
    tiny.complete("water1", case_id, "review", outcome="pass")
    assert jobs_of(tiny, case_id) == []


def test_two_workers_run_each_job_once(tiny: Tiny) -> None:
    case_ids = [at_review(tiny) for _ in range(5)]
    tiny.clock.advance(timedelta(days=4))
    other = Worker(tiny.engine, node="node-2")
    ids = [jobs_of(tiny, case_id)[0]["id"] for case_id in case_ids]
    assert tiny.engine.execute(RunDueJob(ids[0]), SYSTEM).state == "done"
    assert tiny.engine.execute(RunDueJob(ids[0]), SYSTEM).state == "gone"
    assert other.run_due() + tiny.worker.run_due() > 0
    assert len(tiny.rows(sa.select(notice))) == 10
    assert [jobs_of(tiny, case_id) for case_id in case_ids] == [[]] * 5


def test_the_worker_is_paused_and_resumed_by_the_scheduler(tiny: Tiny) -> None:
    case_id = at_review(tiny)
    with pytest.raises(NotAllowed):
        tiny.do("field1", PauseWorker("检修"))
    tiny.do("chief", PauseWorker("检修"))
    tiny.pass_time(days=5)
    assert len(jobs_of(tiny, case_id)) == 1
    tiny.do("chief", ResumeWorker())
    tiny.worker.run_due()
    assert jobs_of(tiny, case_id) == []


def test_a_timer_may_be_fired_now(tiny: Tiny) -> None:
    case_id = at_review(tiny)
    tiny.do("chief", FireJobNow(jobs_of(tiny, case_id)[0]["id"], "上级要求"))
    tiny.worker.run_due()
    assert len(tiny.rows(sa.select(notice))) == 2
    with pytest.raises(NotAllowed):
        tiny.do("field1", FireJobNow(1))


def test_a_call_is_made_outside_with_a_key_and_its_answer_is_used(tiny: Tiny) -> None:
    seen: list[Mapping[str, Any]] = []

    def service(inputs: Mapping[str, Any]) -> dict[str, Any]:
        seen.append(inputs)
        return {"ok": True}

    case_id = before_the_call(tiny)
    key = jobs_of(tiny, case_id)[0]["uid"]
    tiny.worker.services = {"echo": service}
    tiny.worker.run_due()
    assert [(one["what"], one["key"]) for one in seen] == [("乱占林地", key)]
    assert tiny.case(case_id)["status"] == "completed"


def test_a_failing_call_is_tried_six_times_with_the_same_key_then_waits_for_a_person(
    tiny: Tiny,
) -> None:
    keys: list[str] = []

    def broken(inputs: Mapping[str, Any]) -> dict[str, Any]:
        keys.append(inputs["key"])
        raise OSError("line down")

    case_id = before_the_call(tiny)
    tiny.worker.services = {"echo": broken}
    tiny.pass_time(days=2)
    assert len(keys) == 6
    assert len(set(keys)) == 1
    assert jobs_of(tiny, case_id) == []
    found = tiny.rows(sa.select(incident).where(incident.c.state == "open"))
    assert [(row["node"], row["node_name"]) for row in found] == [("call", "登记")]
    tiny.worker.services = {"echo": lambda inputs: {"ok": True}}
    tiny.do("chief", ResolveIncident(found[0]["id"]))
    tiny.worker.run_due()
    assert tiny.case(case_id)["status"] == "completed"
    assert tiny.rows(sa.select(incident).where(incident.c.state == "open")) == []


def test_a_refusing_service_is_not_asked_again(tiny: Tiny) -> None:
    asked: list[str] = []

    def refusing(inputs: Mapping[str, Any]) -> dict[str, Any]:
        asked.append(inputs["key"])
        raise ServiceRefused("没有这个编号")

    before_the_call(tiny)
    tiny.worker.services = {"echo": refusing}
    tiny.pass_time(days=2)
    assert len(asked) == 1
    assert "没有这个编号" in tiny.rows(sa.select(incident))[0]["text"]


def test_an_overtaken_worker_cannot_hand_in_its_late_answer(tiny: Tiny) -> None:
    case_id = before_the_call(tiny)
    first = tiny.engine.execute(ClaimCalls("slow"), SYSTEM).calls[0]
    assert tiny.engine.execute(ClaimCalls("fast"), SYSTEM).calls == ()
    tiny.clock.advance(timedelta(seconds=61))
    tiny.worker.upkeep()
    second = tiny.engine.execute(ClaimCalls("fast"), SYSTEM).calls[0]
    assert (second.key, second.fence) == (first.key, first.fence + 1)
    with pytest.raises(Conflict):  # it woke up while the other is at work
        tiny.engine.execute(FinishCall(first.job_id, "slow", first.fence, {}), SYSTEM)
    with pytest.raises(Conflict):  # its own name does not help it either
        tiny.engine.execute(FinishCall(first.job_id, "fast", first.fence, {}), SYSTEM)
    tiny.engine.execute(FinishCall(second.job_id, "fast", second.fence, {"by": "fast"}), SYSTEM)
    with pytest.raises(Conflict) as late:
        tiny.engine.execute(FinishCall(first.job_id, "slow", first.fence, {}), SYSTEM)
    assert late.value.problem_code == "lease-lost"
    assert tiny.case(case_id)["status"] == "completed"


def test_a_failing_job_is_tried_three_times_then_waits_for_an_operator(
    tiny: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id, other_id = at_review(tiny), at_review(tiny)
    job_id = jobs_of(tiny, case_id)[0]["id"]
    from engine.commands import due

    real = due._timer

    def poisoned(case: Any, row: Any) -> bool:
        if case.id == case_id:
            raise RuntimeError("poison")
        return real(case, row)

    monkeypatch.setattr(due, "_KINDS", {**due._KINDS, "timer": poisoned})
    tiny.pass_time(days=4)
    assert jobs_of(tiny, other_id) == []  # nobody else was delayed
    failed = jobs_of(tiny, case_id)[0]
    assert (failed["id"], failed["state"], failed["attempts"]) == (job_id, "failed", 3)
    found = tiny.rows(sa.select(incident))
    assert [(row["code"], row["job_id"]) for row in found] == [("defect", job_id)]
    monkeypatch.setattr(due, "_KINDS", {**due._KINDS, "timer": real})
    assert tiny.do("chief", RetryAll("defect")).count == 1
    tiny.worker.run_due()
    assert jobs_of(tiny, case_id) == []
    assert tiny.rows(sa.select(incident))[0]["state"] == "resolved"
    with tiny.engine.database.read() as conn:
        assert chain.verify(conn) == []


def test_two_witnesses_of_one_failure_count_once(tiny: Tiny) -> None:
    job_id = jobs_of(tiny, at_review(tiny))[0]["id"]
    first = tiny.engine.execute(FailJob(job_id, 0, "x", "x"), SYSTEM)
    second = tiny.engine.execute(FailJob(job_id, 0, "x", "x"), SYSTEM)
    assert (first.state, second.state) == ("ready", "gone")
    with pytest.raises(Conflict):
        tiny.do("chief", RetryJob(job_id))


def test_each_slot_is_sealed_once_and_the_seals_verify(tiny: Tiny) -> None:
    at_review(tiny)
    assert tiny.worker.upkeep() == 1
    assert Worker(tiny.engine).upkeep() == 0
    at_review(tiny)
    tiny.clock.advance(timedelta(seconds=5))
    tiny.worker.upkeep()
    assert len(tiny.rows(sa.select(seal))) == 2
    with tiny.engine.database.read() as conn:
        assert chain.verify(conn) == []


def test_the_background_ticker_starts_stops_and_says_so(tiny: Tiny) -> None:
    tiny.worker.start(seconds=0.05)
    (running,) = tiny.rows(sa.select(node))
    assert (running["id"], running["stopped_at"]) == ("node-1", None)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert running["release"] == project["project"]["version"]
    tiny.worker.stop()
    assert tiny.worker.scheduler is None
    (stopped,) = tiny.rows(sa.select(node))
    assert stopped["stopped_at"] == tiny.clock.now()


def test_a_process_long_gone_is_forgotten(tiny: Tiny) -> None:
    Worker(tiny.engine, node="old").beat()
    tiny.clock.advance(timedelta(days=6))
    tiny.worker.beat()
    assert {row["id"] for row in tiny.rows(sa.select(node))} == {"old", "node-1"}
    tiny.clock.advance(timedelta(days=2))
    tiny.worker.beat()
    assert [row["id"] for row in tiny.rows(sa.select(node))] == ["node-1"]


def test_an_idle_tick_takes_no_write_lock(tiny: Tiny) -> None:
    tiny.worker.run_due()
    with tiny.engine.database.write():  # somebody else is writing
        assert tiny.worker.tick() == 0
