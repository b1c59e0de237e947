"""Claim, act, refuse: what one person may do on one seat, and what the loser is told."""

import pytest

from engine.base.errors import (
    Conflict,
    InvalidForm,
    InvalidRequest,
    NotAllowed,
    NotFound,
    StaleDocument,
    VersionMissing,
)
from engine.commands.tasks import (
    ClaimTask,
    CompleteTask,
    ReleaseTask,
    RemindTask,
    SaveTaskDraft,
)
from tests.support.tiny import Tiny


def at_review(tiny: Tiny) -> tuple[int, int]:
    case_id = tiny.start().instance_id
    tiny.complete("field1", case_id, "check", outcome="send")
    return case_id, tiny.open_task(case_id, "review")["id"]


def test_a_claimed_seat_is_refused_to_the_colleague_naming_the_first(tiny: Tiny) -> None:
    case_id, task_id = at_review(tiny)
    claimed = tiny.do("wood1", ClaimTask(task_id))
    assert claimed.version == 2
    with pytest.raises(Conflict, match="林一（甲县林草局）已认领") as refused:
        tiny.do("wood1b", ClaimTask(task_id))
    assert refused.value.problem_code == "seat-claimed"
    with pytest.raises(Conflict, match="已认领"):
        tiny.complete("wood1b", case_id, "review", outcome="pass")
    tiny.do("wood1", ReleaseTask(task_id))
    assert tiny.do("wood1b", ClaimTask(task_id)).version == 4


def test_a_unit_has_one_voice(tiny: Tiny) -> None:
    case_id, _ = at_review(tiny)
    tiny.complete("wood1", case_id, "review", outcome="pass")
    with pytest.raises(Conflict, match=r"林一（甲县林草局）已于 .* 办理，结果：同意") as lost:
        tiny.complete("wood1b", case_id, "review", outcome="pass")
    assert lost.value.problem_code == "seat-decided"


def test_the_first_dissent_fails_the_round_and_voids_the_other_seat(tiny: Tiny) -> None:
    case_id, task_id = at_review(tiny)
    acted = tiny.complete(
        "water1", case_id, "review", outcome="back", opinion="位于水源保护区，不应审核通过"
    )
    assert (acted.closed, acted.outcome) == (True, "back")
    assert {s["unit"]: s["state"] for s in tiny.seats(task_id)} == {
        "U-WOOD-1": "void",
        "U-WATER-1": "done",
    }
    assert [row["node"] for row in tiny.open_tasks(case_id)] == ["check"]
    assert tiny.open_tasks(case_id)[0]["round"] == 2
    with pytest.raises(Conflict, match=r"本环节已于 .* 结束（不同意）") as refused:
        tiny.do("wood1", CompleteTask(task_id, outcome="pass", expected_version=2))
    assert refused.value.problem_code == "round-closed"


def test_a_stale_seat_version_is_refused_and_a_missing_one_named(tiny: Tiny) -> None:
    case_id, task_id = at_review(tiny)
    with pytest.raises(InvalidRequest) as missing:
        tiny.do("wood1", CompleteTask(task_id, outcome="pass"))
    assert missing.value.problem_code == "version-required"
    tiny.do("wood1", ClaimTask(task_id))
    with pytest.raises(Conflict) as stale:
        tiny.complete("wood1", case_id, "review", outcome="pass", expected_version=1)
    assert stale.value.problem_code == "version-conflict"
    assert stale.value.details["currentVersion"] == 2


def test_outcome_and_reason_are_checked(tiny: Tiny) -> None:
    case_id, _ = at_review(tiny)
    with pytest.raises(InvalidRequest) as none:
        tiny.complete("wood1", case_id, "review")
    assert none.value.problem_code == "outcome-required"
    with pytest.raises(InvalidRequest) as unknown:
        tiny.complete("wood1", case_id, "review", outcome="maybe")
    assert unknown.value.problem_code == "outcome-unknown"
    with pytest.raises(InvalidRequest, match="不少于 10 个字的理由（当前 3 个字）"):
        tiny.complete("wood1", case_id, "review", outcome="back", opinion=" 不合适 ")


def test_the_server_decides_which_fields_may_be_written(tiny: Tiny) -> None:
    case_id, _ = at_review(tiny)
    with pytest.raises(InvalidForm) as readonly:
        tiny.complete("wood1", case_id, "review", outcome="pass", data={"what": "改掉"})
    assert readonly.value.errors[0]["code"] == "field-readonly"
    with pytest.raises(InvalidForm) as unknown:
        tiny.complete("wood1", case_id, "review", outcome="pass", data={"secret": 1})
    assert unknown.value.errors[0]["field"] == "secret"
    assert tiny.open_task(case_id, "review")["state"] == "open"


def test_strangers_do_not_learn_that_the_case_exists(tiny: Tiny) -> None:
    case_id, task_id = at_review(tiny)
    with pytest.raises(NotFound):
        tiny.do("wood2", CompleteTask(task_id, outcome="pass", expected_version=1))
    with pytest.raises(NotFound):
        tiny.do("wood2", ClaimTask(task_id))
    with pytest.raises(NotFound):
        tiny.do("wood1", ClaimTask(10_000))
    # The prefecture sees its territory but has no seat here.
    with pytest.raises(NotAllowed, match="不能执行“办理”"):
        tiny.do("head", CompleteTask(task_id, outcome="pass", expected_version=1))
    assert case_id


def test_a_draft_is_kept_per_person_and_versioned(tiny: Tiny) -> None:
    _, task_id = at_review(tiny)
    assert tiny.do("wood1", SaveTaskDraft(task_id, {"remark": "甲"}, 0)).version == 1
    assert tiny.do("water1", SaveTaskDraft(task_id, {"remark": "乙"}, 0)).version == 1
    with pytest.raises(StaleDocument):
        tiny.do("wood1", SaveTaskDraft(task_id, {"remark": "丙"}, 0))
    with pytest.raises(VersionMissing):
        tiny.do("wood1", SaveTaskDraft(task_id, {"remark": "丙"}))
    assert tiny.do("wood1", SaveTaskDraft(task_id, {"remark": "丙"}, 1)).version == 2


def test_a_reminder_is_possible_again_after_four_work_hours(tiny: Tiny) -> None:
    _, task_id = at_review(tiny)
    tiny.pass_time(days=1, hours=16)  # Thursday 2 January 2025, 16:00
    assert tiny.do("chief", RemindTask(task_id, "请抓紧")).count == 2
    with pytest.raises(Conflict, match=r"调度员 已于 .* 催办") as soon:
        tiny.do("head", RemindTask(task_id))
    assert soon.value.details["nextAt"].startswith("2025-01-03T03:30")
    with pytest.raises(NotAllowed):
        tiny.do("wood1", RemindTask(task_id))
    tiny.pass_time(days=1)
    assert tiny.do("head", RemindTask(task_id)).count == 2
