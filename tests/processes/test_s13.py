"""Story S13: a 绿盾 point closed after one return; 督察 items with and without own rules."""

import pytest

from tests.processes import guiyang
from tests.processes.guiyang import ECOLOGY, FORESTRY, OFFICE, PROVINCE, TOURISM, WATER
from tests.support.scenario import Json, Scenario

BAIYUN = "520113-ZF"
BODY = guiyang.CHANGPOLING.body
AHA_BODY = guiyang.AHA.body
STATES = [
    "已登记",
    "已移送",
    "已挂账",
    "方案待同意",
    "退回补正",
    "方案待同意",
    "整改中",
    "整改完成",
    "待销号",
    "整改完成",
    "待销号",
    "已销号",
]


def test_a_green_shield_point_is_closed_after_one_return(guiyang_story: Scenario) -> None:
    story = guiyang_story
    case = the_point_is_on_the_ledger(story)
    nothing_is_done_before_consent(story, case)
    the_county_refuses_then_agrees(story, case)
    the_work_is_done_and_checked(story, case)
    incomplete_papers_are_not_registered(story, case)
    ecology_registers_and_applies(story, case)
    the_province_returns_it_to_the_papers(story, case)
    it_is_applied_for_again_and_closed(story, case)
    it_is_archived(story, case)
    the_records_are_complete(story, case)


@pytest.mark.requirement("G-30", "G-39", "G-40", "G-43")
def the_point_is_on_the_ledger(story: Scenario) -> Json:
    story.when_passes("2026-06-01 10:00")
    case = guiyang.on_the_ledger(story, ECOLOGY, TOURISM, guiyang.violation())
    assert case["number"] == "GY-2026-520113-0001"
    story.then_state(case, "已挂账")
    row = story.ledger_row("violation", case["number"])
    assert (row["gs_no"], row["lead_unit"]) == ("GS-5201-0187", TOURISM)
    assert (row["county"], row["route"]) == ("白云区", "绿盾销号")
    assert (row["ledger_on"], row["status"]) == ("2026-06-01", "已挂账")
    shown = story.overseer().send("POST", "/ledgers/violation/rows/search", {})["items"][0]
    assert shown["texts"]["lead_unit"] == "贵阳市文化和旅游局"
    story.then_waits_at(case, ("plan", TOURISM))
    story.then_due(case, "plan", "2026-06-30")
    return case


@pytest.mark.requirement("G-44")
def nothing_is_done_before_consent(story: Scenario, case: Json) -> None:
    story.when_passes("2026-06-15 10:00")
    plan = guiyang.plan("2026-09-30")
    story.when_completes(TOURISM, "plan", "done", case=case, data=plan, expect=422)
    story.then_waits_at(case, ("plan", TOURISM))
    story.when_completes(TOURISM, "plan", "submit", case=case, data=plan)
    story.then_waits_at(case, ("consent", BAIYUN))
    story.then_due(case, "consent", "2026-06-30")
    story.then_state(case, "方案待同意")
    the_lead_cannot_consent_itself(story, case)
    assert "implement" not in {node for node, _ in story.ever(case)}


def the_lead_cannot_consent_itself(story: Scenario, case: Json) -> None:
    task, seat = story.mine(BAIYUN, "consent", case)
    body: Json = {"data": {}, "outcome": "agree", "opinion": ""}
    body["expectedVersion"] = seat["version"]
    path = f"/user-tasks/{task['id']}/completion"
    for unit in (TOURISM, ECOLOGY, BODY):
        story.of(unit).send("POST", path, body, 403)


@pytest.mark.requirement("G-44")
def the_county_refuses_then_agrees(story: Scenario, case: Json) -> None:
    story.when_passes("2026-06-22 10:00")
    why = "完成时限过长，应在汛期结束前完成"
    story.when_completes(BAIYUN, "consent", "disagree", case=case, opinion="太长", expect=422)
    story.when_completes(BAIYUN, "consent", "disagree", case=case, opinion=why)
    story.then_waits_at(case, ("revise_plan", TOURISM))
    story.then_state(case, "退回补正")
    story.when_passes("2026-06-24 10:00")
    plan = guiyang.plan("2026-08-31")
    story.when_completes(TOURISM, "revise_plan", "resubmit", case=case, data=plan)
    story.then_waits_at(case, ("consent", BAIYUN))
    story.then_due(case, "consent", "2026-07-08")
    assert "implement" not in {node for node, _ in story.ever(case)}
    story.when_passes("2026-06-29 10:00")
    story.when_completes(BAIYUN, "consent", "agree", case=case)
    story.then_waits_at(case, ("implement", TOURISM))
    story.then_due(case, "implement", "2026-08-31")
    story.then_state(case, "整改中")
    assert story.ledger_row("violation", case["number"])["gov_consent_on"] == "2026-06-29"


@pytest.mark.requirement("G-28", "G-45")
def the_work_is_done_and_checked(story: Scenario, case: Json) -> None:
    story.when_passes("2026-08-20 10:00")
    done = {"progress": 100, "done_on": "2026-08-20"}
    story.when_completes(TOURISM, "implement", "done", case=case, data=done)
    story.then_waits_at(case, ("site_check", TOURISM))
    story.when_passes("2026-08-26 10:00")
    check = guiyang.check()
    story.when_completes(TOURISM, "site_check", "pass", case=case, data=check)
    story.then_state(case, "整改完成")
    story.then_waits_at(case, ("evidence", TOURISM))
    story.then_due(case, "evidence", "2026-09-09")


@pytest.mark.requirement("G-45", "G-46")
def incomplete_papers_are_not_registered(story: Scenario, case: Json) -> None:
    papers = guiyang.papers(story, TOURISM)
    lacking = {key: files for key, files in papers.items() if key != "E9"}
    story.when_completes(TOURISM, "evidence", "submit", case=case, data=lacking, expect=422)
    story.when_completes(TOURISM, "evidence", "submit", case=case, data=papers)
    assert story.written(case, "evidence_ok") == [False]
    assert story.written(case, "evidence_missing") == ["E6 拆除、退出证明"]
    assert story.ledger_row("violation", case["number"])["evidence_ok"] is False
    story.then_waits_at(case, ("evidence", TOURISM))
    assert "register" not in {node for node, _ in story.ever(case)}
    story.when_passes("2026-09-02 10:00")
    added = {"E6": story.when_uploads(TOURISM, "E6")}
    story.when_completes(TOURISM, "evidence", "submit", case=case, data=added)
    assert story.ledger_row("violation", case["number"])["evidence_ok"] is True
    story.then_waits_at(case, ("register", ECOLOGY))
    story.then_due(case, "register", "2026-09-09")


@pytest.mark.requirement("G-31", "G-46", "G-47")
def ecology_registers_and_applies(story: Scenario, case: Json) -> None:
    story.when_passes("2026-09-04 10:00")
    story.when_completes(ECOLOGY, "register", "registered", case=case)
    story.then_state(case, "待销号")
    story.then_waits_at(case, ("apply", ECOLOGY))
    story.then_due(case, "apply", "2026-09-16")  # ten working days after 2 September
    story.when_passes("2026-09-08 10:00")
    story.when_completes(ECOLOGY, "apply", "apply", case=case)
    story.then_waits_at(case, ("province_review", PROVINCE))
    assert f"unit:{PROVINCE}" in story.told(case)
    row = story.ledger_row("violation", case["number"])
    assert (row["registered_on"], row["applied_on"]) == ("2026-09-04", "2026-09-08")


@pytest.mark.requirement("G-47")
def the_province_returns_it_to_the_papers(story: Scenario, case: Json) -> None:
    story.when_passes("2026-09-24 10:00")
    why = "对比照片视角不一致"
    short = {"case": case, "opinion": why, "expect": 422}
    story.when_completes(PROVINCE, "province_review", "return_evidence", **short)
    told = "对比照片视角不一致，请重拍"
    story.when_completes(
        PROVINCE, "province_review", "return_evidence", case=case, opinion=told
    )
    story.then_waits_at(case, ("evidence", TOURISM))
    story.then_state(case, "整改完成")


@pytest.mark.requirement("G-31", "G-47")
def it_is_applied_for_again_and_closed(story: Scenario, case: Json) -> None:
    story.when_passes("2026-10-09 10:00")
    pair = {"E3": story.when_uploads(TOURISM, "整改前", "整改后")}
    story.when_completes(TOURISM, "evidence", "submit", case=case, data=pair)
    story.then_waits_at(case, ("apply", ECOLOGY))
    story.then_due(case, "apply", "2026-10-22")
    story.when_passes("2026-10-12 10:00")
    story.when_completes(ECOLOGY, "apply", "apply", case=case)
    story.when_passes("2026-10-23 10:00")
    story.when_completes(PROVINCE, "province_review", "agree", case=case)
    story.then_state(case, "已销号")
    assert story.states(case) == STATES
    row = story.ledger_row("violation", case["number"])
    assert (row["applied_on"], row["closed_on"]) == ("2026-10-12", "2026-10-23")
    assert (row["status"], row["progress"]) == ("已销号", 100)


@pytest.mark.requirement("G-51")
def it_is_archived(story: Scenario, case: Json) -> None:
    story.then_waits_at(case, ("archive", BODY))
    story.when_completes(BODY, "archive", "archived", case=case, data={"archive_no": "A-12"})
    story.then_state(case, "已备案")
    assert story.case(case["id"])["status"] == "completed"


def the_records_are_complete(story: Scenario, case: Json) -> None:
    applied = {unit for node, unit in story.ever(case) if node in ("apply", "register")}
    assert applied == {ECOLOGY}
    assert story.rows(case)[:1] == ["D-01.7"]
    assert "D-04.3" in story.rows(case)
    story.then_all_is_on_record(case, never=(WATER, FORESTRY, OFFICE))


def test_an_inspection_item_with_its_own_rules_follows_them(guiyang_story: Scenario) -> None:
    story = guiyang_story
    case = the_item_comes_with_its_steps(story)
    the_steps_of_the_document_are_taken(story, case)
    the_public_notice_runs_five_working_days(story, case)
    the_province_closes_and_ecology_keeps_a_copy(story, case)
    story.then_all_is_on_record(case)


@pytest.mark.requirement("G-42")
def the_item_comes_with_its_steps(story: Scenario) -> Json:
    story.when_passes("2026-09-01 10:00")
    data = guiyang.inspection(explicit=True)
    bare = {key: value for key, value in data.items() if key != "closure_steps"}
    body = {"processDefinitionKey": "gy_violation", "variables": bare}
    story.of(ECOLOGY).send("POST", "/process-instances", body, 422)
    case = guiyang.on_the_ledger(story, ECOLOGY, WATER, data)
    story.then_waits_at(case, ("rectify_supervised", WATER))
    story.then_state(case, "整改中")
    row = story.ledger_row("violation", case["number"])
    assert row["route"] == "督察验收销号"
    assert row["closure_steps"] == "单位自验 → 市级验收 → 公示 → 省级销号"
    return case


@pytest.mark.requirement("G-42")
def the_steps_of_the_document_are_taken(story: Scenario, case: Json) -> None:
    story.when_passes("2026-10-20 10:00")
    story.when_completes(WATER, "rectify_supervised", "done", case=case)
    story.then_state(case, "待销号")
    story.then_waits_at(case, ("do_step", AHA_BODY))
    story.when_passes("2026-10-22 10:00")
    result = {"step_result": "自验合格"}
    story.when_completes(AHA_BODY, "do_step", "pass", case=case, data=result)
    story.then_waits_at(case, ("do_step", OFFICE))
    story.then_due(case, "do_step", "2026-11-05")  # ten working days, as the document says
    story.when_passes("2026-10-30 10:00")
    result = {"step_result": "市级验收合格"}
    story.when_completes(OFFICE, "do_step", "pass", case=case, data=result)
    row = story.ledger_row("violation", case["number"])
    assert row["steps_done"] == "单位自验（2026-10-22）；市级验收（2026-10-30）"


@pytest.mark.requirement("G-42")
def the_public_notice_runs_five_working_days(story: Scenario, case: Json) -> None:
    story.then_waits_at(case, ("do_step", OFFICE))
    notice = {"notice_from": "2026-11-02", "notice_to": "2026-11-06"}
    notice["step_result"] = "公示期间无异议"
    story.when_passes("2026-11-05 10:00")
    early = {**notice, "notice_to": "2026-11-05"}
    for data in (notice, early):
        story.when_completes(OFFICE, "do_step", "pass", case=case, data=data, expect=422)
    story.when_passes("2026-11-06 17:00")
    story.when_completes(OFFICE, "do_step", "pass", case=case, data=notice)
    story.then_waits_at(case, ("do_step", PROVINCE))


@pytest.mark.requirement("G-42", "G-46")
def the_province_closes_and_ecology_keeps_a_copy(story: Scenario, case: Json) -> None:
    story.when_passes("2026-11-18 10:00")
    result = {"step_result": "同意销号"}
    story.when_completes(PROVINCE, "do_step", "pass", case=case, data=result)
    story.then_state(case, "已销号")
    row = story.ledger_row("violation", case["number"])
    assert row["closed_on"] == "2026-11-18"
    assert row["steps_done"].endswith("；公示（2026-11-06）；省级销号（2026-11-18）")
    story.then_waits_at(case, ("record_copy", ECOLOGY))
    story.when_completes(ECOLOGY, "record_copy", "kept", case=case)
    assert story.ledger_row("violation", case["number"])["copied_on"] == "2026-11-18"
    story.when_completes(AHA_BODY, "archive", "archived", case=case)
    story.then_state(case, "已备案")
    nodes = {node for node, _ in story.ever(case)}
    assert not nodes & {"plan", "consent", "register", "apply", "province_review"}
    assert "D-04.1" in story.rows(case)
    story.then_every_transition_is_on_record(case)
    story.then_no_incidents()


def test_a_failed_step_of_the_document_sends_the_case_back(guiyang_story: Scenario) -> None:
    story = guiyang_story
    story.when_passes("2026-09-01 10:00")
    case = guiyang.on_the_ledger(story, ECOLOGY, WATER, guiyang.inspection(explicit=True))
    story.when_completes(WATER, "rectify_supervised", "done", case=case)
    result = {"step_result": "弃土未清运"}
    why = "弃土尚未清运，继续整改"
    story.when_completes(AHA_BODY, "do_step", "fail", case=case, data=result, opinion=why)
    story.then_waits_at(case, ("rectify_supervised", WATER))
    story.then_state(case, "整改中")
    story.when_completes(WATER, "rectify_supervised", "done", case=case)
    story.then_waits_at(case, ("do_step", AHA_BODY))


@pytest.mark.requirement("G-42")
def test_an_inspection_item_without_rules_waits_for_the_office(
    guiyang_story: Scenario,
) -> None:
    story = guiyang_story
    story.when_passes("2026-09-01 10:00")
    case = guiyang.on_the_ledger(story, ECOLOGY, WATER, guiyang.inspection(explicit=False))
    story.then_state(case, "待确认路径")
    story.then_waits_at(case, ("confirm_route", OFFICE))
    story.when_passes("2026-09-03 10:00")
    nothing = {"case": case, "expect": 422}
    assert story.when_completes(OFFICE, "confirm_route", "has_rule", **nothing)["detail"]
    story.when_completes(OFFICE, "confirm_route", "confirm", case=case)
    story.then_state(case, "已挂账")
    story.then_waits_at(case, ("plan", WATER))
    story.then_due(case, "plan", "2026-10-08")
    assert "D-04.2" in story.rows(case)
    assert story.ledger_row("violation", case["number"])["route"] == "绿盾销号"
    story.then_all_is_on_record(case)


def test_the_office_may_find_that_the_document_has_rules(guiyang_story: Scenario) -> None:
    story = guiyang_story
    story.when_passes("2026-09-01 10:00")
    case = guiyang.on_the_ledger(story, ECOLOGY, WATER, guiyang.inspection(explicit=False))
    rules = guiyang.inspection(explicit=True)
    names = ("explicit_closure_rule", "closure_document", "closure_steps", "due")
    data = {name: rules[name] for name in names}
    story.when_completes(OFFICE, "confirm_route", "has_rule", case=case, data=data)
    story.then_waits_at(case, ("rectify_supervised", WATER))
    assert [row for row in story.rows(case) if row.startswith("D-04")] == ["D-04.2", "D-04.1"]
