"""Two at once: one order or the other, never a mix; the loser hears who was first."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from engine.base.actor import SYSTEM
from engine.base.errors import Busy, Conflict
from engine.commands.due import RunDueJob
from engine.commands.instances import CancelInstance
from engine.commands.tasks import ClaimTask, CompleteTask
from engine.store import cases, chain, work
from engine.store.machine import history, job
from engine.store.tables import seat, task
from engine.store.unit_of_work import VersionMoved
from tests.support.tiny import Tiny


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Run ACTS in threads that start together; give their answers or errors in order."""
    gate = threading.Barrier(len(acts))
    answers: list[Any] = [None] * len(acts)

    def run(number: int, act: Callable[[], Any]) -> None:
        gate.wait()
        try:
            answers[number] = act()
        except (Conflict, Busy) as error:
            answers[number] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return answers


def doer(tiny: Tiny, login: str, command: Any, **options: Any) -> Callable[[], Any]:
    actor = tiny.actor(login)
    return lambda: tiny.engine.execute(command, actor, **options)


def at_review(tiny: Tiny) -> tuple[int, int]:
    case_id = tiny.start().instance_id
    tiny.complete("field1", case_id, "check", outcome="send")
    return case_id, tiny.open_task(case_id, "review")["id"]


def sound(tiny: Tiny) -> None:
    with tiny.engine.database.read() as conn:
        assert chain.verify(conn) == []
        # No open seat on a closed round, no open round without an open seat.
        odd = sa.select(seat.c.id).join(task, task.c.id == seat.c.task_id)
        odd = odd.where(seat.c.state == "open", task.c.state != "open")
        assert conn.execute(odd).all() == []


def test_the_last_two_signatures_leave_the_node_exactly_once(tiny: Tiny) -> None:
    for _ in range(10):
        case_id, task_id = at_review(tiny)
        command = CompleteTask(task_id, outcome="pass", expected_version=1)
        answers = at_once(doer(tiny, "wood1", command), doer(tiny, "water1", command))
        assert sorted(answer.closed for answer in answers) == [False, True]
        left = sa.select(history).where(
            history.c.root_id == case_id,
            history.c.kind == "NodeLeft",
            history.c.node == "review",
        )
        assert len(tiny.rows(left)) == 1
    sound(tiny)


def test_one_seat_in_two_tabs_is_taken_once_and_the_loser_hears_who(tiny: Tiny) -> None:
    for _ in range(10):
        _, task_id = at_review(tiny)
        command = CompleteTask(task_id, outcome="pass", expected_version=1)
        answers = at_once(doer(tiny, "wood1", command), doer(tiny, "wood1b", command))
        lost = [a for a in answers if isinstance(a, Conflict)]
        assert len(lost) == 1
        assert lost[0].problem_code == "seat-decided"
        assert lost[0].details["actedBy"] in ("林一", "林甲")
    sound(tiny)


def test_a_double_click_with_one_key_answers_twice_the_same(tiny: Tiny) -> None:
    for number in range(10):
        _, task_id = at_review(tiny)
        command = CompleteTask(task_id, outcome="pass", expected_version=1)
        act = doer(tiny, "wood1", command, key=f"double-click-{number:04d}")
        answers = at_once(act, act)
        assert not [a for a in answers if isinstance(a, Exception)]
        assert answers[0].as_dict()["seat_id"] == answers[1].as_dict()["seat_id"]
    sound(tiny)


def test_a_write_over_a_moved_version_is_never_made(tiny: Tiny) -> None:
    case_id, task_id = at_review(tiny)
    seen = tiny.case(case_id)["version"]
    found = tiny.seats(task_id)[0]
    with tiny.engine.database.write() as conn:
        cases.write_instance(conn, case_id, seen - 1, {"title": "旧"})
        with pytest.raises(VersionMoved):
            conn.flush()
        work.write_seat(conn, found["id"], 99, {"state": "done"})
        with pytest.raises(VersionMoved):
            conn.flush()
    assert tiny.case(case_id)["title"] == "乱占林地"


def test_two_claims_at_once_have_one_winner(tiny: Tiny) -> None:
    for _ in range(5):
        _, task_id = at_review(tiny)
        answers = at_once(
            doer(tiny, "wood1", ClaimTask(task_id)), doer(tiny, "wood1b", ClaimTask(task_id))
        )
        lost = [a for a in answers if isinstance(a, Conflict)]
        assert [one.problem_code for one in lost] == ["seat-claimed"]


def test_a_timer_and_a_completion_meet_in_one_order_or_the_other(tiny: Tiny) -> None:
    for _ in range(8):
        case_id, task_id = at_review(tiny)
        tiny.complete("wood1", case_id, "review", outcome="pass")
        timer = tiny.rows(sa.select(job).where(job.c.root_id == case_id))[0]
        with tiny.engine.database.write() as conn:
            conn.execute(
                sa.update(job).where(job.c.id == timer["id"]).values(due_at=tiny.clock.now())
            )
        answers = at_once(
            lambda number=timer["id"]: tiny.engine.execute(RunDueJob(number), SYSTEM),
            doer(tiny, "water1", CompleteTask(task_id, outcome="pass", expected_version=1)),
        )
        assert answers[1].closed
        assert answers[0].state in ("done", "gone", "busy")
        tiny.worker.run_due()
        assert tiny.rows(sa.select(job).where(job.c.root_id == case_id)) == []
    sound(tiny)


def test_no_task_is_left_after_a_cancellation_that_met_a_completion(tiny: Tiny) -> None:
    for _ in range(8):
        case_id, _ = at_review(tiny)
        check = tiny.open_tasks(case_id)[0]
        version = tiny.case(case_id)["version"]
        stop = CancelInstance(case_id, "经核实不属于本专项行动范围", version)
        act = CompleteTask(check["id"], outcome="pass", expected_version=1)
        answers = at_once(doer(tiny, "chief", stop), doer(tiny, "wood1", act))
        ended = tiny.case(case_id)["status"] == "terminated"
        assert ended == (not isinstance(answers[0], Exception))
        if ended:
            assert tiny.open_tasks(case_id) == []
    sound(tiny)
