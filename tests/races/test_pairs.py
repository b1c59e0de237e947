"""Two acts meet at the commit: one wins, the other hears of it, whoever was first (R5)."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from engine.base.actor import SYSTEM
from engine.commands.definitions import Deploy
from engine.commands.due import RunDueJob, RunStartTimer
from engine.commands.instances import CancelInstance, StartInstance
from engine.commands.messages import SendMessage
from engine.commands.tasks import ClaimTask, CompleteTask
from engine.commands.upkeep import Seal
from engine.store.machine import history, job, message, seal
from engine.store.tables import bundle, instance
from tests.races.parking import lost, meet, won
from tests.support.tiny import Tiny
from tests.support.tiny import bundle as tiny_bundle

APPLICATION = """
application: {key}
title: 样例
runtime: kernel
calendar: cn
roles: {{}}
deadlines: {{}}
phases: []
settings: {{}}
registers: {{}}
"""
WAY = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    id="way_definitions" targetNamespace="urn:shouhu:way">
  <bpmn:process id="one_way" name="单行" isExecutable="true">
    <bpmn:startEvent id="a" name="开始"><bpmn:outgoing>f</bpmn:outgoing></bpmn:startEvent>
    <bpmn:endEvent id="b" name="结束"><bpmn:incoming>f</bpmn:incoming></bpmn:endEvent>
    <bpmn:sequenceFlow id="f" sourceRef="a" targetRef="b"/>
  </bpmn:process>
</bpmn:definitions>
"""
FIRST = pytest.mark.parametrize("turned", [False, True], ids=["as_named", "turned"])


def met(tiny: Tiny, one: tuple[Any, Any], two: tuple[Any, Any], turned: bool) -> list[Any]:
    """Let ONE and TWO meet, TWO first when TURNED; answers in the order of the names."""
    if turned:
        return list(reversed(meet(tiny.engine, two, one)))
    return list(meet(tiny.engine, one, two))


def limited(tiny: Tiny) -> tuple[int, int, int]:
    """Start a task with an interrupting timer that is due; give case, task and job."""
    case_id = tiny.do("field1", StartInstance("tiny_limit", {})).instance_id
    task_id = tiny.open_tasks(case_id)[0]["id"]
    tiny.clock.advance(timedelta(days=3))
    return case_id, task_id, jobs_of(tiny, case_id)[0]["id"]


def under_review(tiny: Tiny) -> tuple[int, int]:
    """Start a case and send it to both reviewers; give case and task."""
    case_id = tiny.start().instance_id
    tiny.complete("field1", case_id, "check", outcome="send")
    return case_id, tiny.open_task(case_id, "review")["id"]


def jobs_of(tiny: Tiny, case_id: int) -> list[dict[str, Any]]:
    return tiny.rows(sa.select(job).where(job.c.root_id == case_id))


def kinds(tiny: Tiny, case_id: int) -> list[str]:
    found = tiny.rows(sa.select(history.c.kind).where(history.c.root_id == case_id))
    return [row["kind"] for row in found]


def complete(tiny: Tiny, login: str, task_id: int, **more: Any) -> tuple[Any, Any]:
    return CompleteTask(task_id, expected_version=1, **more), tiny.actor(login)


@FIRST
def test_of_two_completions_of_one_seat_the_second_hears_who_was_first(
    tiny: Tiny, turned: bool
) -> None:
    case_id, task_id = under_review(tiny)
    one = complete(tiny, "wood1", task_id, outcome="pass")
    two = complete(tiny, "wood1b", task_id, outcome="pass")
    answers = met(tiny, one, two, turned)
    assert [won(answer) for answer in answers] == [not turned, turned]
    loser = answers[0] if turned else answers[1]
    assert loser.problem_code == "seat-decided"
    assert loser.details["actedBy"] == ("林甲" if turned else "林一")
    assert kinds(tiny, case_id).count("CompleteTask") == 2  # the check and one review


@FIRST
def test_of_two_last_votes_at_once_the_second_sees_the_first_and_closes_the_round(
    tiny: Tiny, turned: bool
) -> None:
    case_id, task_id = under_review(tiny)
    one = complete(tiny, "wood1", task_id, outcome="pass")
    two = complete(tiny, "water1", task_id, outcome="pass")
    answers = met(tiny, one, two, turned)
    assert [answer.closed for answer in answers] == [turned, not turned]
    assert kinds(tiny, case_id).count("RoundDecided") == 2  # the check and the review


@FIRST
def test_of_an_interrupting_timer_and_a_completion_one_ends_the_task(
    tiny: Tiny, turned: bool
) -> None:
    case_id, task_id, job_id = limited(tiny)
    fire, act = (RunDueJob(job_id), SYSTEM), complete(tiny, "head", task_id)
    fired, acted = met(tiny, fire, act, turned)
    tiny.worker.run_due()
    left = tiny.rows(
        sa.select(history.c.node).where(
            history.c.root_id == case_id, history.c.kind == "NodeEntered"
        )
    )
    ends = [row["node"] for row in left if row["node"] in ("acted", "expired")]
    if turned:
        assert won(acted)
        assert fired.state in ("busy", "gone")
        assert ends == ["acted"]
        assert "TimerFired" not in kinds(tiny, case_id)
    else:
        assert fired.state == "done"
        assert lost(acted)
        assert ends == ["expired"]
        assert "CompleteTask" not in kinds(tiny, case_id)
    assert jobs_of(tiny, case_id) == []
    assert tiny.case(case_id)["status"] == "completed"


@FIRST
def test_of_a_completion_and_a_cancellation_no_open_task_is_left(
    tiny: Tiny, turned: bool
) -> None:
    case_id = tiny.start().instance_id
    task_id = tiny.open_task(case_id, "check")["id"]
    version = tiny.case(case_id)["version"]
    stop = CancelInstance(case_id, "经核实不属于本专项行动范围", version)
    act = complete(tiny, "field1", task_id, outcome="send")
    acted, stopped = met(tiny, act, (stop, tiny.actor("chief")), turned)
    assert won(acted) == (not turned)
    # The canceller saw an older case: told so, it changes nothing.
    assert won(stopped) == turned
    assert lost(stopped if won(acted) else acted)
    assert (tiny.open_tasks(case_id) == []) == turned


@FIRST
def test_of_a_message_and_a_timer_one_event_goes_on(tiny: Tiny, turned: bool) -> None:
    case_id = tiny.do("field1", StartInstance("tiny_either", {})).instance_id
    tiny.clock.advance(timedelta(days=3))
    fire = RunDueJob(jobs_of(tiny, case_id)[0]["id"])
    send = SendMessage("tiny_word", time_to_live="PT1H")
    sent, fired = met(tiny, (send, SYSTEM), (fire, SYSTEM), turned)
    tiny.worker.run_due()
    said = kinds(tiny, case_id)
    assert (said.count("SendMessage"), said.count("TimerFired")) == (
        (0, 1) if turned else (1, 0)
    )
    assert won(sent)
    if turned:
        assert fired.state == "done"
        assert sent.state == "waiting"  # kept for whoever comes next
    else:
        assert fired.state in ("busy", "gone")
    assert tiny.case(case_id)["status"] == "completed"
    assert jobs_of(tiny, case_id) == []


@FIRST
def test_of_two_claims_one_has_the_seat(tiny: Tiny, turned: bool) -> None:
    case_id = tiny.start().instance_id
    tiny.complete("field1", case_id, "check", outcome="send")
    claim = ClaimTask(tiny.open_task(case_id, "review")["id"])
    one, two = (claim, tiny.actor("wood1")), (claim, tiny.actor("wood1b"))
    answers = met(tiny, one, two, turned)
    assert [won(answer) for answer in answers] == [not turned, turned]
    assert (answers[0] if turned else answers[1]).problem_code == "seat-claimed"


def test_of_two_deployments_from_one_base_the_second_is_refused(tiny: Tiny) -> None:
    files = dict(tiny_bundle().files)
    text = files["application.yaml"]
    one = Deploy("tiny", {**files, "application.yaml": text + b"# a\n"}, base_version=2)
    two = Deploy("tiny", {**files, "application.yaml": text + b"# b\n"}, base_version=2)
    owner = tiny.actor("owner")
    answers = meet(tiny.engine, (one, owner), (two, owner))
    assert won(answers[0])
    assert answers[1].problem_code == "not-based-on-latest"
    assert answers[1].details["latest"] == 3
    versions = tiny.rows(sa.select(bundle.c.version).order_by(bundle.c.version))
    assert [row["version"] for row in versions] == [1, 2, 3]


def test_of_two_applications_that_take_one_process_key_one_is_refused(tiny: Tiny) -> None:
    def application(key: str) -> Deploy:
        text = APPLICATION.format(key=key).encode()
        way = f"{WAY}<!-- of {key} -->".encode()  # equal files would be ordered by their hash
        return Deploy(key, {"application.yaml": text, "way.bpmn": way})

    owner = tiny.actor("owner")
    answers = meet(tiny.engine, (application("one"), owner), (application("two"), owner))
    assert won(answers[0])
    assert answers[1].problem_code == "process-taken"


def test_of_two_sealers_of_one_slot_one_seals(tiny: Tiny) -> None:
    tiny.start()
    command = (Seal(tiny.clock.now()), SYSTEM)
    answers = meet(tiny.engine, command, command)
    assert [answer.count for answer in answers] == [1, 0]
    assert len(tiny.rows(sa.select(seal.c.no))) == 1


def test_one_message_sent_twice_at_once_is_taken_once(tiny: Tiny) -> None:
    command = SendMessage("tiny_nobody", uid="7d3ab0a2-0001", time_to_live="PT1H")
    answers = meet(tiny.engine, (command, SYSTEM), (command, SYSTEM), runs=2)
    assert [answer.state for answer in answers] == ["waiting", "waiting"]
    assert len(tiny.rows(sa.select(message.c.id))) == 1


def test_a_start_timer_run_by_two_workers_starts_one_case(tiny: Tiny) -> None:
    row = tiny.rows(sa.select(job).where(job.c.kind == "start_timer"))[0]
    tiny.clock.set(row["due_at"])
    command = (RunStartTimer(row["id"]), SYSTEM)
    answers = meet(tiny.engine, command, command)
    assert [answer.state for answer in answers] == ["done", "gone"]
    assert len(tiny.rows(sa.select(instance.c.id))) == 1
