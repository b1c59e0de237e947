"""停表, 恢复计时 and 延期 of an open task's limit, with what waits for it."""

from datetime import date

import pytest
import sqlalchemy as sa

from engine.base.clock import shanghai
from engine.base.errors import Conflict, InvalidRequest, NotAllowed
from engine.commands.deadlines import ExtendDue, RestartClock, StopClock
from engine.store import chain
from engine.store.machine import history
from engine.store.tables import task
from tests.commands.test_escalation import files, level, lines, pending
from tests.support.tiny import Tiny, deploy

WHY = "材料不齐，一次性告知补正"
LATER = "当地暴雨，外业核查须顺延"
RULE = {"{title: 审核, kind": "{title: 审核, stopFor: [补正, 公示], extendable: true, kind"}


def review(tiny: Tiny) -> tuple[int, int]:
    """Bring a case to its review of Monday 2026-09-21, due 2026-10-12; case and task."""
    deploy(tiny.engine, files(RULE), base_version=1)
    tiny.until(shanghai("2026-09-21 09:00"))
    case_id = tiny.start().instance_id
    tiny.complete("field1", case_id, "check", outcome="send")
    return case_id, tiny.open_task(case_id, "review")["id"]


def end(day: str) -> object:
    return shanghai(f"{day} 23:59:59")


def test_a_stopped_limit_moves_by_the_working_days_it_stood_still(tiny: Tiny) -> None:
    case_id, task_id = review(tiny)
    tiny.until(shanghai("2026-09-23 10:00"))
    stopped = tiny.do("chief", StopClock(task_id, "补正", WHY))
    assert stopped.stopped
    assert pending(tiny, case_id) == []
    tiny.until(shanghai("2026-10-09 10:00"))
    moved = tiny.do("chief", RestartClock(task_id))
    assert moved.due == "2026-10-20T15:59:59+00:00"
    row = tiny.open_task(case_id, "review")
    assert (row["due_at"], row["stopped_at"], row["level"]) == (end("2026-10-20"), None, "")
    assert {seat["due_at"] for seat in tiny.seats(task_id)} == {end("2026-10-20")}
    assert tiny.case(case_id)["due_at"] == end("2026-10-20")
    (stop,) = row["due_steps"]["stops"]
    assert (stop["cause"], stop["due_before"][:10]) == ("补正", "2026-10-12")
    tiny.until(shanghai("2026-10-16 09:00"))
    assert level(tiny, case_id) == "L0"
    tiny.until(shanghai("2026-10-21 09:00"))
    assert [line["level"] for line in lines(tiny, case_id)] == ["L0", "L1"]
    with tiny.engine.database.read() as conn:
        assert chain.verify(conn) == []


def test_nothing_becomes_overdue_while_it_stands(tiny: Tiny) -> None:
    case_id, task_id = review(tiny)
    tiny.until(shanghai("2026-10-12 09:00"))
    assert level(tiny, case_id) == "L0"
    tiny.do("chief", StopClock(task_id, "公示", "整改结果公示五个工作日"))
    tiny.until(shanghai("2026-11-30 09:00"))
    assert [line["level"] for line in lines(tiny, case_id)] == ["L0"]
    tiny.complete("wood1", case_id, "review", outcome="pass")
    tiny.complete("water1", case_id, "review", outcome="pass")


def test_what_was_overdue_stays_overdue(tiny: Tiny) -> None:
    case_id, task_id = review(tiny)
    tiny.until(shanghai("2026-10-14 09:00"))
    tiny.do("chief", StopClock(task_id, "补正", WHY))
    tiny.until(shanghai("2026-10-21 09:00"))
    tiny.do("chief", RestartClock(task_id))
    tiny.worker.run_due()
    row = tiny.open_task(case_id, "review")
    assert (row["due_at"], row["level"]) == (end("2026-10-12"), "L2")


def test_stopping_is_refused_without_a_declared_cause_and_twice(tiny: Tiny) -> None:
    _, task_id = review(tiny)
    with pytest.raises(Conflict, match="可以停表的事由：补正、公示") as refused:
        tiny.do("chief", StopClock(task_id, "等领导", WHY))
    assert refused.value.problem_code == "clock-cause"
    with pytest.raises(InvalidRequest, match="不少于 10 个字"):
        tiny.do("chief", StopClock(task_id, "补正", "补正"))
    with pytest.raises(Conflict, match="没有停表"):
        tiny.do("chief", RestartClock(task_id))
    with pytest.raises(NotAllowed):
        tiny.do("wood1", StopClock(task_id, "补正", WHY))
    tiny.do("chief", StopClock(task_id, "补正", WHY))
    with pytest.raises(Conflict, match="已经停表"):
        tiny.do("chief", StopClock(task_id, "补正", WHY))
    with pytest.raises(Conflict, match="正在停表"):
        tiny.do("chief", ExtendDue(task_id, date(2026, 10, 30), LATER))


def test_a_limit_is_extended_once_and_keeps_its_original_date(tiny: Tiny) -> None:
    case_id, task_id = review(tiny)
    tiny.until(shanghai("2026-10-09 09:00"))
    assert level(tiny, case_id) == "L0"
    tiny.do("chief", ExtendDue(task_id, date(2026, 10, 30), LATER))
    row = tiny.open_task(case_id, "review")
    assert (row["due_at"], row["level"]) == (end("2026-10-30"), "")
    assert row["due_steps"]["extended"]["from"][:10] == "2026-10-12"
    assert row["due_steps"]["key"] == "tiny.review"
    tiny.until(shanghai("2026-10-28 09:00"))
    assert [line["level"] for line in lines(tiny, case_id)] == ["L0", "L0"]
    with pytest.raises(Conflict, match="本时限已延期一次。") as refused:
        tiny.do("chief", ExtendDue(task_id, date(2026, 11, 30), LATER))
    assert refused.value.problem_code == "extended-before"
    kinds = tiny.rows(sa.select(history.c.kind).where(history.c.kind == "ExtendDue"))
    assert len(kinds) == 1


def test_an_extension_comes_before_the_due_date_and_to_a_later_one(tiny: Tiny) -> None:
    _, task_id = review(tiny)
    with pytest.raises(NotAllowed):
        tiny.do("wood1", ExtendDue(task_id, date(2026, 10, 30), LATER))
    with pytest.raises(InvalidRequest, match="晚于原期限"):
        tiny.do("chief", ExtendDue(task_id, date(2026, 10, 12), LATER))
    tiny.until(shanghai("2026-10-13 09:00"))
    with pytest.raises(Conflict, match="时限已到，不能延期。") as refused:
        tiny.do("chief", ExtendDue(task_id, date(2026, 10, 30), LATER))
    assert refused.value.problem_code == "already-due"


def test_a_limit_that_is_not_extendable_is_not_extended(tiny: Tiny) -> None:
    deploy(tiny.engine, files(), base_version=1)
    case_id = tiny.start().instance_id
    tiny.complete("field1", case_id, "check", outcome="send")
    task_id = tiny.open_task(case_id, "review")["id"]
    with pytest.raises(Conflict, match="没有规定可以延期"):
        tiny.do("chief", ExtendDue(task_id, date(2026, 10, 30), LATER))
    with pytest.raises(Conflict, match="可以停表的事由：无"):
        tiny.do("chief", StopClock(task_id, "补正", WHY))
    assert tiny.rows(sa.select(task.c.stopped_at).where(task.c.id == task_id)) == [
        {"stopped_at": None}
    ]
