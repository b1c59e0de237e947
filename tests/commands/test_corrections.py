"""退回: one handler's act, no vote; the case comes back the way the diagram says."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from engine.base.clock import FakeClock
from engine.base.errors import Conflict, InvalidRequest, NotAllowed, NotSupported
from engine.commands.corrections import ReturnTask
from engine.commands.withdrawing import WithdrawTask
from engine.store import chain
from engine.store.machine import job
from engine.store.tables import task
from tests.support.tiny import Tiny, make

REASON = "缺少坐标和现场照片，请补充"


def at_review(tiny: Tiny) -> tuple[int, int]:
    case_id = tiny.start().instance_id
    tiny.complete("field1", case_id, "check", outcome="send")
    return case_id, tiny.open_task(case_id, "review")["id"]


def test_a_return_voids_the_other_seat_and_goes_back_directly(tiny: Tiny) -> None:
    case_id, task_id = at_review(tiny)
    answer = tiny.do("water1", ReturnTask(task_id, "check", REASON, expected_version=1))
    assert [step.node for step in answer.next] == ["check"]
    assert {s["unit"]: s["state"] for s in tiny.seats(task_id)} == {
        "U-WOOD-1": "void",
        "U-WATER-1": "done",
    }
    rows = {row["id"]: row for row in tiny.rows(sa.select(task))}
    assert (rows[task_id]["state"], rows[task_id]["superseded"]) == ("returned", True)
    assert tiny.rows(sa.select(job).where(job.c.root_id == case_id)) == []
    tiny.complete("field1", case_id, "check", outcome="send", data={"area": 9})
    again = tiny.open_task(case_id, "review")
    assert again["round"] == 2
    assert {s["state"] for s in tiny.seats(again["id"])} == {"open"}
    with tiny.engine.database.read() as conn:
        assert chain.verify(conn) == []


def test_a_return_needs_a_reason_a_version_and_an_allowed_target(tiny: Tiny) -> None:
    case_id, task_id = at_review(tiny)
    with pytest.raises(InvalidRequest, match="不少于 10 个字"):
        tiny.do("water1", ReturnTask(task_id, "check", "资料不全", expected_version=1))
    with pytest.raises(InvalidRequest, match="缺少版本号"):
        tiny.do("water1", ReturnTask(task_id, "check", REASON))
    for target in ("work", "review", "nowhere"):
        with pytest.raises(Conflict, match="不能退回到"):
            tiny.do("water1", ReturnTask(task_id, target, REASON, expected_version=1))
    check = tiny.rows(sa.select(task).where(task.c.node == "check"))[0]
    with pytest.raises(NotAllowed, match="不允许退回"):
        tiny.do("field1", ReturnTask(check["id"], "check", REASON, expected_version=2))
    assert tiny.open_task(case_id, "review")["state"] == "open"


def test_after_the_round_is_over_nothing_is_returned(tiny: Tiny) -> None:
    case_id, task_id = at_review(tiny)
    tiny.complete("wood1", case_id, "review", outcome="pass")
    tiny.complete("water1", case_id, "review", outcome="pass")
    with pytest.raises(Conflict, match=r"已于 .* 办理，结果：同意"):
        tiny.do("water1", ReturnTask(task_id, "check", REASON, expected_version=2))


def test_a_runtime_without_rewinding_says_so_and_keeps_the_round(
    store_url: str, data_dir: Path, clock: FakeClock
) -> None:
    tiny = make(store_url, data_dir, clock, override="spiffworkflow")
    case_id, task_id = at_review(tiny)
    assert tiny.case(case_id)["runtime"] == "spiffworkflow"
    with pytest.raises(NotSupported, match="运行引擎不支持"):
        tiny.do("water1", ReturnTask(task_id, "check", REASON, expected_version=1))
    back = WithdrawTask(task_id - 1, "", tiny.case(case_id)["version"])
    with pytest.raises(NotSupported, match="运行引擎不支持"):
        tiny.do("field1", back)
    assert {seat["state"] for seat in tiny.seats(task_id)} == {"open"}
    tiny.complete("wood1", case_id, "review", outcome="pass")
    tiny.engine.close()
