"""Restoration (P-07): who restores, four milestones shared, six months of watching."""

import pytest

from tests.support.scenario import Json, Scenario

BODY, FORESTRY, ECOLOGY = "GY-04-GL", "GY-LY", "GY-ST"


@pytest.mark.requirement("G-20", "G-22")
def test_each_milestone_of_a_restoration_is_shared(guiyang_story: Scenario) -> None:
    story = guiyang_story
    story.when_passes("2026-03-02 10:00")
    without = damage(subject_known="灭失", subject_name=None)
    body = {"processDefinitionKey": "gy_restoration", "variables": without}
    refused = story.of(BODY).send("POST", "/process-instances", body, 422)
    assert [error["field"] for error in refused["errors"]] == ["find_proof"]
    without["find_proof"] = story.when_uploads(BODY, "登记查询")
    case = story.when_started(BODY, "gy_restoration", without)
    assert story.rows(case) == ["D-11.4"]
    row = story.ledger_row("restoration", case["number"])
    assert (row["restorer"], row["recover"]) == ("贵阳花溪国家城市湿地公园管理机构", "不适用")
    the_body_asks_for_funds(story, case)
    the_plan_is_reviewed_by_both(story, case)
    the_work_is_checked_twice(story, case)
    the_effect_is_watched_for_six_months(story, case)
    both_assess_the_management(story, case)


@pytest.mark.requirement("G-23")
def the_body_asks_for_funds(story: Scenario, case: Json) -> None:
    fund = {"fund_type": "生态", "project": "十里河滩湿地修复", "amount": 120}
    fund["status"] = "获批"
    refused = story.when_completes(BODY, "fund", "applied", case=case, data=fund, expect=422)
    assert [error["field"] for error in refused["errors"]] == ["approved"]
    fund["status"] = "已申报"
    story.when_completes(BODY, "fund", "applied", case=case, data=fund)
    assert story.variables(case)["guide_unit"] == ECOLOGY
    (fund_case,) = story.cases("gy_fund")  # the register of GY-F18, guided by its department
    story.then_waits_at(fund_case, ("guide_fund", ECOLOGY))
    row = story.ledger_row("fund", fund_case["number"])
    told = (row["source_no"], row["fund_type"], row["applicant"])
    assert told == (case["number"], "生态", BODY)


def the_plan_is_reviewed_by_both(story: Scenario, case: Json) -> None:
    plan = {
        "restoration_plan": "清除硬化地面，恢复乡土湿地植物0.4公顷。",
        "restore_until": "2026-08-31",
        "funds": ["生态"],
        "plan_files": story.when_uploads(BODY, "方案"),
    }
    story.when_completes(BODY, "plan_restoration", "submit", case=case, data=plan)
    why = "植物配置须改为乡土种。"
    story.when_completes(FORESTRY, "review_plan", "agree", case=case)
    story.when_completes(ECOLOGY, "review_plan", "return", case=case, opinion=why)
    story.then_waits_at(case, ("plan_restoration", BODY))
    assert shared(story) == []
    story.when_completes(BODY, "plan_restoration", "submit", case=case, data=plan)
    for unit in (FORESTRY, ECOLOGY):
        story.when_completes(unit, "review_plan", "agree", case=case)
    assert shared(story) == ["方案审查通过"]


def the_work_is_checked_twice(story: Scenario, case: Json) -> None:
    for result, outcome in (("不合格", "go_on"), ("合格", "done")):
        work = {"work_progress": "完成场地清理和种植。"}
        story.when_completes(BODY, "restore", "ready", case=case, data=work)
        found = {"check_result": result, "check_note": "现场核对种植面积和成活率。"}
        if result == "不合格":
            refused = story.when_completes(
                FORESTRY, "work_check", "done", case=case, data=found, expect=422
            )
            assert refused["code"] == "outcome-requires"
        story.when_completes(FORESTRY, "work_check", outcome, case=case, data=found)
    assert [c["result"] for c in story.variables(case)["restoration_checks"]] == [
        "不合格",
        "合格",
    ]
    assert shared(story) == ["方案审查通过", "工程检查", "工程检查"]


def the_effect_is_watched_for_six_months(story: Scenario, case: Json) -> None:
    effect = {
        "effect_result": "待观察",
        "effect_note": "植被刚恢复，需继续观察。",
        "effect_files": story.when_uploads(ECOLOGY, "评估报告"),
    }
    story.when_completes(ECOLOGY, "assess", "assessed", case=case, data=effect)
    story.then_state(case, "待观察")
    story.then_waits_at(case)
    story.when_passes("2026-09-01 09:00")
    story.then_waits_at(case)
    story.when_passes("2026-09-03 09:00")
    story.then_waits_at(case, ("assess", FORESTRY), ("assess", ECOLOGY))
    effect |= {"effect_result": "趋好", "effect_on": "2026-09-03"}
    story.when_completes(ECOLOGY, "assess", "assessed", case=case, data=effect)


def both_assess_the_management(story: Scenario, case: Json) -> None:
    managed = {"manage_note": "纳入日常管护，每月巡护两次。", "recovered": "不适用"}
    for unit in (FORESTRY, ECOLOGY):
        story.when_completes(unit, "manage", "managed", case=case, data=managed)
    story.then_state(case, "修复完成")
    assert shared(story)[3:] == ["成效评估", "管理评估"]
    row = story.ledger_row("restoration", case["number"])
    assert (row["effect"], row["managed_on"]) == ("趋好", "2026-09-03")
    story.then_every_decision_names_table_version_and_row(case)
    story.then_every_transition_is_on_record(case)
    story.then_no_incidents()


@pytest.mark.requirement("G-21")
def test_the_builder_restores_and_no_fund_is_asked_for(guiyang_story: Scenario) -> None:
    story = guiyang_story
    story.when_passes("2026-03-02 10:00")
    case = story.when_started(BODY, "gy_restoration", damage())
    assert story.rows(case) == ["D-11.1"]
    urges = ("urge", FORESTRY), ("urge", ECOLOGY)  # both urge the builder (G-21)
    story.then_waits_at(case, ("plan_restoration", BODY), *urges)
    row = story.ledger_row("restoration", case["number"])
    assert row["restorer"] == "花溪区城市建设投资公司"


def shared(story: Scenario) -> list[str]:
    """Name the milestones shared so far, oldest first."""
    found = [c for c in story.cases("gy_share") if "修复项目进展" in c["title"]]
    titles = [c["title"] for c in sorted(found, key=lambda c: str(c["number"]))]
    return [title.split("：")[1] for title in titles]


def damage(**changes: object) -> Json:
    """Give GY-F14 of a damaged place in 花溪国家城市湿地公园."""
    data: Json = {
        "pa_id": "GY-04",
        "county_codes": ["520111"],
        "site_name": "十里河滩",
        "damage_ha": 0.4,
        "cause": "建设活动",
        "subject_known": "已查明且落实",
        "subject_name": "花溪区城市建设投资公司",
    }
    return {key: value for key, value in {**data, **changes}.items() if value is not None}


@pytest.mark.requirement("G-23")
def test_the_matching_department_guides_the_application_for_funds(
    guiyang_story: Scenario,
) -> None:
    story = guiyang_story
    story.when_passes("2026-03-02 10:00")
    data = {"pa_id": "GY-04", "fund_type": "农业", "project": "湿地生态农业示范"}
    body = {"processDefinitionKey": "gy_fund", "variables": {**data, "amount": 0}}
    refused = story.of(BODY).send("POST", "/process-instances", body, 422)
    assert [error["field"] for error in refused["errors"]] == ["amount"]
    case = story.when_started(BODY, "gy_fund", {**data, "amount": 80})
    story.then_waits_at(case, ("guide_fund", "GY-NY"))
    advice = {"guide_note": "请按省级项目库要求补充可研。"}
    story.when_completes("GY-NY", "guide_fund", "guided", case=case, data=advice)
    filed = {"fund_type": "农业", "project": data["project"], "amount": 80, "status": "已申报"}
    story.when_completes(BODY, "apply_fund", "recorded", case=case, data=filed)
    story.then_waits_at(case, ("apply_fund", BODY))
    filed |= {"status": "获批", "approved": 60}
    story.when_completes(BODY, "apply_fund", "recorded", case=case, data=filed)
    story.then_state(case, "办结")
    row = story.ledger_row("fund", case["number"])
    assert (row["fund_status"], float(row["approved"])) == ("获批", 60)
    story.then_no_incidents()
