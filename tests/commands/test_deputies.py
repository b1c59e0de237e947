"""代理 (operations.md 2.15): 乙 acts for 甲 while the rule counts, and all say 乙 代 甲."""

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from engine.base.actor import SYSTEM
from engine.base.clock import shanghai
from engine.base.errors import Conflict, InvalidRequest, NotAllowed, NotFound
from engine.commands.deputising import EndDeputy, MakeDeputy, ReturnDeputised
from engine.commands.people import Appoint
from engine.commands.tasks import ClaimTask, CompleteTask
from engine.commands.vaulting import hour
from engine.queries import history, task_page, worklist
from engine.store.tables import audit
from tests.support.tiny import Tiny

PAST = date(2024, 1, 2)
FIRST, LAST = date(2025, 7, 21), date(2025, 7, 25)
WITHIN, AFTER = "2025-07-23 10:00", "2025-07-26 00:00"


def at_review(tiny: Tiny) -> tuple[int, int]:
    case_id = tiny.start().instance_id
    tiny.complete("field1", case_id, "check", outcome="send")
    return case_id, tiny.open_task(case_id, "review")["id"]


def hand_over(tiny: Tiny, by: str, deputy: str, **more: Any) -> int:
    made = tiny.do(by, MakeDeputy(deputy, FIRST, LAST, **more))
    return int(made.id)


def listed(tiny: Tiny, login: str) -> set[int]:
    found = tiny.engine.ask(worklist.todo, tiny.actor(login))
    assert tiny.engine.ask(worklist.counts, tiny.actor(login)).todo == found.total
    return {row.task_id for row in found.items}


def test_the_deputy_acts_in_the_others_name_until_the_period_ends(tiny: Tiny) -> None:
    case_id, task_id = at_review(tiny)
    hand_over(tiny, "wood1", "field2")
    assert task_id not in listed(tiny, "field2")  # not begun
    with pytest.raises(NotFound):
        tiny.do("field2", ClaimTask(task_id))
    tiny.clock.set(shanghai(WITHIN))
    assert task_id in listed(tiny, "field2")
    assert task_id in listed(tiny, "wood1")  # visible to both
    tiny.do("field2", ClaimTask(task_id))
    (seat,) = [s for s in tiny.seats(task_id) if s["unit"] == "U-WOOD-1"]
    assert (seat["person"], seat["on_behalf_of"]) == ("field2", "wood1")
    assert seat["person_name"] == "站二 代 林一"
    assert task_id in listed(tiny, "wood1")  # still his
    assert task_id not in listed(tiny, "wood1b")
    tiny.clock.set(shanghai(AFTER))
    assert task_id not in listed(tiny, "field2")
    with pytest.raises(NotAllowed, match="代理已于 2025-07-26 00:00 到期") as refused:
        tiny.complete("field2", case_id, "review", outcome="pass")
    assert refused.value.problem_code == "deputy-expired"
    slot = hour(tiny.engine.clock.now())
    assert tiny.engine.execute(ReturnDeputised(slot), SYSTEM).count == 1
    assert task_id in listed(tiny, "wood1b")
    tiny.complete("wood1", case_id, "review", outcome="pass")


def test_the_first_of_both_wins_and_history_says_who_for_whom(tiny: Tiny) -> None:
    case_id, task_id = at_review(tiny)
    hand_over(tiny, "wood1", "field2")
    tiny.clock.set(shanghai(WITHIN))
    tiny.do("wood1", ClaimTask(task_id))  # what he claimed is his deputy's too
    tiny.complete("field2", case_id, "review", outcome="pass", expected_version=2)
    with pytest.raises(Conflict, match=r"站二（.*）已于 2025-07-23 10:00 代 林一 办理") as lost:
        tiny.complete("wood1", case_id, "review", outcome="pass")
    assert lost.value.problem_code == "seat-decided"
    lines = tiny.engine.ask(history.audit, tiny.actor("head"), ref=str(case_id))
    acts = [one for one in lines.items if one.kind == "CompleteTask" and one.node == "review"]
    assert [(one.actor, one.actor_name, one.on_behalf_of) for one in acts] == [
        ("field2", "站二 代 林一", "wood1")
    ]
    told = tiny.engine.ask(task_page.form, tiny.actor("field2"), task_id=task_id)
    assert "站二 代 林一" in {one.person_name for one in told.task.seats}


def test_a_rule_of_another_process_or_division_opens_nothing(tiny: Tiny) -> None:
    _, task_id = at_review(tiny)
    hand_over(tiny, "wood1", "field2", processes=("tiny_year",))
    hand_over(tiny, "wood1", "field2", region="990200")
    tiny.clock.set(shanghai(WITHIN))
    assert task_id not in listed(tiny, "field2")
    with pytest.raises(NotFound):
        tiny.do("field2", ClaimTask(task_id))
    hand_over(tiny, "wood1", "field2", processes=("tiny_case",), region="990100")
    assert task_id in listed(tiny, "field2")
    tiny.do("field2", ClaimTask(task_id))


def test_a_rule_for_one_post_leaves_claims_in_another_alone(tiny: Tiny) -> None:
    _, task_id = at_review(tiny)
    tiny.do("root", Appoint("wood1", "U-WOOD-2"))
    hand_over(tiny, "wood1", "field2", unit="U-WOOD-2")
    tiny.do("wood1", ClaimTask(task_id, unit="U-WOOD-1"))
    tiny.clock.set(shanghai(WITHIN))
    assert task_id not in listed(tiny, "field2")
    with pytest.raises(NotFound):
        tiny.do("field2", ClaimTask(task_id))
    hand_over(tiny, "wood1", "field2", unit="U-WOOD-1")
    assert task_id in listed(tiny, "field2")
    tiny.do("field2", ClaimTask(task_id))


def test_nobody_has_two_voices_in_one_round(tiny: Tiny) -> None:
    case_id, _ = at_review(tiny)
    hand_over(tiny, "wood1", "water1")
    tiny.clock.set(shanghai(WITHIN))
    tiny.complete("water1", case_id, "review", outcome="pass", unit="U-WATER-1")
    with pytest.raises(Conflict, match="不能再代 林一 表态") as no:
        tiny.complete("water1", case_id, "review", outcome="pass", unit="U-WOOD-1")
    assert no.value.problem_code == "two-seats"
    assert "您已在本环节代表 甲县水务局 表态" in no.value.message


def test_a_deputy_does_not_approve_what_he_submitted(tiny: Tiny) -> None:
    case_id, _ = at_review(tiny)
    hand_over(tiny, "wood1", "field1")
    tiny.clock.set(shanghai(WITHIN))
    with pytest.raises(Conflict, match="您是本事项提交人") as refused:
        tiny.complete("field1", case_id, "review", outcome="pass")
    assert refused.value.problem_code == "self-review"


def test_who_may_hand_over_and_to_whom(tiny: Tiny) -> None:
    refusals = (
        ("wood2", MakeDeputy("field2", FIRST, LAST, person="wood1"), "只能为本人", NotAllowed),
        ("wood1", MakeDeputy("wood1", FIRST, LAST), "不能代理自己", InvalidRequest),
        ("wood1", MakeDeputy("owner", FIRST, LAST), "不在同一应用", InvalidRequest),
        ("wood1", MakeDeputy("ghost", FIRST, LAST), "不在同一应用", InvalidRequest),
        ("wood1", MakeDeputy("field2", LAST, FIRST), "结束日期", InvalidRequest),
        ("wood1", MakeDeputy("field2", PAST, PAST), "今天", InvalidRequest),
        ("wood1", MakeDeputy("field2", FIRST, LAST, unit="U-S2"), "没有这个", InvalidRequest),
    )
    for login, command, text, kind in refusals:
        with pytest.raises(kind, match=text):
            tiny.do(login, command)
    hand_over(tiny, "field2", "head")
    with pytest.raises(InvalidRequest, match="代理人当前已委托他人代理") as loop:
        hand_over(tiny, "wood1", "field2")
    assert loop.value.problem_code == "deputy-loop"
    tiny.do("chief", MakeDeputy("wood2", FIRST, LAST, person="wood1"))
    tiny.do("root", Appoint("field1", "U-WOOD-1", "leader"))
    hand_over(tiny, "field1", "water1", person="wood1b")  # leads the unit
    tiny.do("root", Appoint("wood1b", "U-WOOD-2"))  # … but not this one
    with pytest.raises(NotAllowed):
        hand_over(tiny, "field1", "water1", person="wood1b")
    with pytest.raises(NotAllowed):
        hand_over(tiny, "field1", "water1", person="wood1b", unit="U-WOOD-2")
    kinds = [row["kind"] for row in tiny.rows(sa.select(audit.c.kind))]
    assert kinds.count("MakeDeputy") == 3


def test_taking_it_back_returns_the_tasks_and_no_chain_is_made(tiny: Tiny) -> None:
    _, task_id = at_review(tiny)
    rule = hand_over(tiny, "wood1", "field2")
    tiny.do("chief", MakeDeputy("wood2", date(2025, 8, 1), date(2025, 8, 2), person="field2"))
    tiny.clock.set(shanghai(WITHIN))
    tiny.do("field2", ClaimTask(task_id))
    with pytest.raises(NotFound):
        tiny.do("wood2", EndDeputy(rule))
    assert tiny.do("wood1", EndDeputy(rule)).count == 1
    (seat,) = [s for s in tiny.seats(task_id) if s["unit"] == "U-WOOD-1"]
    assert (seat["person"], seat["on_behalf_of"]) == (None, None)
    late = CompleteTask(task_id, outcome="pass", expected_version=seat["version"])
    with pytest.raises(NotAllowed, match="代理已于"):
        tiny.do("field2", late)
