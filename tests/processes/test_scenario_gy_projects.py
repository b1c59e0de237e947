"""Further Guiyang stories: a builder who refuses to restore, a project that takes more land."""

import pytest

from tests.processes.test_restoration import BODY, ECOLOGY, FORESTRY, damage
from tests.processes.test_s15 import check, the_greenway_is_admitted
from tests.support.scenario import Json, Scenario

CROSSED = pytest.mark.parametrize(
    ("guiyang_runtime", "store_url"),
    [("kernel", "postgresql"), ("spiffworkflow", "sqlite")],
    indirect=True,
)


@CROSSED
@pytest.mark.requirement("G-22")
def test_the_body_restores_for_a_builder_who_refuses_and_recovers_the_cost(
    guiyang_story: Scenario,
) -> None:
    """D-11.2: the body restores in his place; 追偿 is kept, then 已追偿, never 不适用."""
    story = guiyang_story
    story.when_passes("2026-03-02 10:00")
    case = story.when_started(BODY, "gy_restoration", damage(subject_known="已查明拒不落实"))
    assert story.rows(case) == ["D-11.2"]
    row = story.ledger_row("restoration", case["number"])
    assert row["restorer"] == "贵阳花溪国家城市湿地公园管理机构"
    assert row["recover"] == "保留追偿权"
    fund: Json = {"fund_type": "农业", "project": "十里河滩湿地修复", "amount": 60}
    fund["status"] = "拟申报"
    story.when_completes(BODY, "fund", "applied", case=case, data=fund)
    (asked,) = story.cases("gy_fund")
    story.then_waits_at(asked, ("guide_fund", "GY-NY"))
    the_plan_has_its_limit(story, case)
    effect: Json = {"effect_result": "稳定", "effect_note": "植被恢复良好。"}
    effect["effect_files"] = story.when_uploads(FORESTRY, "评估报告")
    story.when_completes(FORESTRY, "assess", "assessed", case=case, data=effect)
    managed = {"manage_note": "纳入日常管护，每月巡护两次。", "recovered": "不适用"}
    at = {"case": case, "data": managed}
    refused = story.when_completes(FORESTRY, "manage", "managed", **at, expect=422)
    assert [error["field"] for error in refused["errors"]] == ["recovered"]
    managed["recovered"] = "已追偿"
    for unit in (FORESTRY, ECOLOGY):
        story.when_completes(unit, "manage", "managed", **at)
    story.then_state(case, "修复完成")
    assert story.ledger_row("restoration", case["number"])["recover"] == "已追偿"


def the_plan_has_its_limit(story: Scenario, case: Json) -> None:
    story.then_waits_at(case, ("plan_restoration", BODY))
    plan = {
        "restoration_plan": "清除硬化地面，恢复乡土植被。",
        "restore_until": "2026-09-30",
        "funds": ["农业", "财政"],
        "plan_files": story.when_uploads(BODY, "方案"),
    }
    story.when_completes(BODY, "plan_restoration", "submit", case=case, data=plan)
    for unit in (FORESTRY, ECOLOGY):
        story.when_completes(unit, "review_plan", "agree", case=case)
    story.then_waits_at(case, ("restore", BODY))
    story.then_due(case, "restore", "2026-09-30")
    work = {"work_progress": "完成场地清理和种植。"}
    story.when_completes(BODY, "restore", "ready", case=case, data=work)
    good = {"check_result": "合格", "check_note": "现场核对种植面积和成活率。"}
    story.when_completes(ECOLOGY, "work_check", "done", case=case, data=good)


@CROSSED
@pytest.mark.requirement("G-50")
def test_more_land_than_approved_is_a_problem_even_with_a_date_to_put_it_right(
    guiyang_story: Scenario,
) -> None:
    """GY-F11: area_used above the approved area raises a problem, once while it lasts.

    Checks of works begun at the end of a month stay at the end of the month (G-49).
    """
    story = guiyang_story
    case = the_greenway_is_admitted(story, "2026-01-31", "2026-04-30")  # 0.80 ha
    story.when_passes("2026-06-01 10:00")
    over = {**check(story, "2026-06-01", 0.85, "落实"), "disposal": "限期整改"}
    over["due"] = "2026-07-31"
    story.when_completes(BODY, "check_works", "checked", case=case, data=over)
    (clue,) = story.cases("gy_clue")
    form = story.form(BODY, "register_clue", clue)
    assert (form["problem_type"], float(form["area_ha"])) == ("G2", 0.05)
    row = story.ledger_row("project", case["number"])
    assert (row["flagged"], row["next_check"]) == (True, "2026-07-31")
    story.then_due(case, "check_works", "2026-07-31")
    story.when_passes("2026-09-01 10:00")
    over |= {"inspect_on": "2026-09-01", "due": "2026-10-31"}
    ended = {**over, "disposal": "当场整改", "works_completed_on": "2026-08-31"}
    del ended["due"]
    done = {"case": case, "data": ended, "expect": 422}
    refused = story.when_completes(BODY, "check_works", "completed", **done)
    assert refused["code"] == "outcome-requires"
    story.when_completes(BODY, "check_works", "checked", case=case, data=over)
    assert len(story.cases("gy_clue")) == 1
    good = {**check(story, "2026-09-01", 0.8, "落实"), "disposal": "无问题"}
    story.when_completes(BODY, "check_works", "checked", case=case, data=good)
    assert story.ledger_row("project", case["number"])["flagged"] is False
    story.then_due(case, "check_works", "2027-01-31")
    story.then_no_incidents()
