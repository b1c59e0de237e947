"""Violations in Guiyang: two leads, the lead by a document, local closing, returns."""

import pytest

from tests.processes import guiyang
from tests.processes.guiyang import (
    ECOLOGY,
    FORESTRY,
    OFFICE,
    PROVINCE,
    RESOURCES,
    TOURISM,
    WATER,
)
from tests.support.scenario import Json, Scenario
from tests.support.stories import Changes

# Each runtime and each database once; S13 runs on all four pairs.
CROSSED = pytest.mark.parametrize(
    ("guiyang_runtime", "store_url"),
    [("kernel", "postgresql"), ("spiffworkflow", "sqlite")],
    indirect=True,
)
KAIYANG = "520121-ZF"
BAIHUA = guiyang.Point("GY-02", ("520115", "520181"), "百花湖岸线", 106.512033, 26.655481)


@pytest.fixture
def guiyang_changes() -> Changes:
    """Switch the unverified areas on, as S12 asks."""
    return guiyang.UNVERIFIED_ON


def planned(story: Scenario, lead: str, case: Json, due: str, *counties: str) -> None:
    """Take the case through plan and consent of COUNTIES into the work."""
    data = guiyang.plan(due, restoration="覆土整形，补植乡土树种，成活率85%以上。")
    story.when_completes(lead, "plan", "submit", case=case, data=data)
    for county in counties:
        story.when_completes(county, "consent", "agree", case=case)


def worked(story: Scenario, lead: str, case: Json) -> None:
    """Finish the work and the site check."""
    story.when_completes(lead, "implement", "done", case=case)
    check = guiyang.check()
    story.when_completes(lead, "site_check", "pass", case=case, data=check)


@CROSSED
@pytest.mark.requirement("G-29")
def test_closing_a_quarry_waits_for_the_penalty(guiyang_story: Scenario) -> None:
    story = guiyang_story
    story.when_passes("2026-04-10 10:00")
    case = guiyang.on_the_ledger(story, guiyang.QUARRY.body, RESOURCES, guiyang.quarry())
    assert {"D-01.1", "D-02.1", "D-03.1", "D-03.2", "D-03.3"} <= set(story.rows(case))
    story.then_every_decision_names_table_version_and_row(case)
    more = ("more_cases", RESOURCES)
    story.then_waits_at(case, ("plan", RESOURCES), ("file_case", ECOLOGY), more)
    story.then_due(case, "file_case", "2026-04-17")
    story.when_completes(*reversed(more), "none", case=case)
    assert story.ledger_row("violation", case["number"])["penalty_unit"] == "贵阳市生态环境局"
    story.when_passes("2026-04-20 10:00")
    data = {"case_no": "筑环立〔2026〕31号", "filed_on": "2026-04-20"}
    story.when_completes(ECOLOGY, "file_case", "file", case=case, data=data)
    story.then_due(case, "decide", "2026-07-19")
    story.when_passes("2026-05-08 10:00")
    planned(story, RESOURCES, case, "2026-10-31", KAIYANG)
    story.when_passes("2026-10-30 10:00")
    worked(story, RESOURCES, case)
    story.then_state(case, "整改完成")
    story.then_waits_at(case, ("decide", ECOLOGY))
    story.when_passes("2026-11-10 10:00")
    decision = {"decision": "处罚", "decision_no": "筑环罚〔2026〕58号", "fine": 120000}
    story.when_completes(ECOLOGY, "decide", "submit", case=case, data=decision)
    guiyang.restored(story, case, guiyang.QUARRY.body)  # else it waits
    story.then_waits_at(case, ("evidence", RESOURCES))
    the_papers_name_the_penalty_and_the_restoration(story, case)
    the_county_closes_and_the_office_registers(story, case)
    story.then_never(case, PROVINCE)
    story.then_every_transition_is_on_record(case)
    story.then_no_incidents()


def the_papers_name_the_penalty_and_the_restoration(story: Scenario, case: Json) -> None:
    papers = guiyang.papers(story, RESOURCES, "E6")
    story.when_completes(RESOURCES, "evidence", "submit", case=case, data=papers)
    lacking = "E5 行政处罚、查处材料；E7 生态修复成效评估"
    assert story.written(case, "evidence_missing")[-1] == lacking
    more = {code: story.when_uploads(RESOURCES, code) for code in ("E5", "E7")}
    story.when_completes(RESOURCES, "evidence", "submit", case=case, data=more)
    story.then_waits_at(case, ("register", ECOLOGY))


def the_county_closes_and_the_office_registers(story: Scenario, case: Json) -> None:
    story.when_completes(ECOLOGY, "register", "registered", case=case)
    story.then_waits_at(case, ("county_approve", KAIYANG))
    assert story.ledger_row("violation", case["number"])["route"] == "属地销号"
    assert "D-04.6" in story.rows(case)
    why = "堆场尚未覆绿，请继续整改"
    story.when_completes(KAIYANG, "county_approve", "return_rectify", case=case, opinion=why)
    story.then_waits_at(case, ("implement", RESOURCES))
    assert story.written(case, "completed_on")[-1] is None
    worked(story, RESOURCES, case)
    assert story.written(case, "completed_on")[-1] == story.today()
    story.when_completes(RESOURCES, "evidence", "submit", case=case)
    story.when_completes(KAIYANG, "county_approve", "approve", case=case)
    story.then_waits_at(case, ("office_register", OFFICE))
    story.when_completes(OFFICE, "office_register", "registered", case=case)
    story.then_state(case, "已销号")
    story.when_completes(guiyang.QUARRY.body, "archive", "archived", case=case)
    assert story.case(case["id"])["status"] == "completed"


@CROSSED
def test_without_a_finding_of_damage_the_industry_must_find_out(
    guiyang_story: Scenario,
) -> None:
    story = guiyang_story
    story.when_passes("2026-04-10 10:00")
    data = {**guiyang.quarry(), "eco_damage": False, "acts": ["非法开矿", "未批先建用地"]}
    case = guiyang.on_the_ledger(story, guiyang.QUARRY.body, RESOURCES, data)
    assert {"D-02.2", "D-02.4"} <= set(story.rows(case))
    story.when_completes(RESOURCES, "more_cases", "none", case=case)
    waits = ("damage_finding", RESOURCES), ("file_case", RESOURCES)
    story.then_waits_at(case, ("plan", RESOURCES), *waits)
    story.then_never(case, ECOLOGY)
    why = "山体和植被受损，认定造成生态破坏"
    story.when_completes(RESOURCES, "damage_finding", "damaged", case=case, opinion=why)
    story.then_waits_at(case, ("plan", RESOURCES), ("send_four", RESOURCES), waits[1])
    story.then_due(case, "send_four", "2026-04-17")  # five working days
    story.when_completes(RESOURCES, "send_four", "send", case=case)
    story.when_completes(ECOLOGY, "accept", "accept", case=case)
    story.then_waits_at(case, ("plan", RESOURCES), ("file_case", ECOLOGY), waits[1])


@CROSSED
@pytest.mark.requirement("G-54")
def test_a_penalty_after_the_limitation_is_refused(guiyang_story: Scenario) -> None:
    story = guiyang_story
    story.when_passes("2026-04-10 10:00")
    data = {**guiyang.quarry(), "happened_on": "2023-05-01"}
    case = guiyang.on_the_ledger(story, guiyang.QUARRY.body, RESOURCES, data)
    filing = {"case_no": "筑环立〔2026〕32号", "act_end": "2023-05-01"}
    story.when_completes(ECOLOGY, "file_case", "file", case=case, data=filing)
    punish = {"decision": "处罚", "decision_no": "筑环罚〔2026〕59号"}
    refused = story.when_completes(
        ECOLOGY, "decide", "submit", case=case, data=punish, expect=422
    )
    assert "追溯期" in str(refused["errors"])
    consult = {"decision": "会商处理"}
    story.when_completes(ECOLOGY, "decide", "submit", case=case, data=consult)
    story.then_waits_at(case, ("plan", RESOURCES), ("more_cases", RESOURCES))
    meeting = story.cases("gy_meeting")[0]
    assert "D-07.4" in story.rows(meeting)
    assert story.form(ECOLOGY, "convene", meeting)["reason"] == ["已过追溯期"]
    notice = {"meeting_on": "2026-04-15T09:00", "place": "市生态环境局"}
    story.when_completes(ECOLOGY, "convene", "send", case=meeting, data=notice)
    minutes = {
        "meeting_opinion": "不再处罚，继续督促整改修复。",
        "decisions": [{"content": "督促修复", "unit": RESOURCES, "due": "2026-06-30"}],
        "minutes": story.when_uploads(ECOLOGY, "纪要"),
    }
    story.when_completes(ECOLOGY, "hold", "minuted", case=meeting, data=minutes)
    assert story.written(case, "meeting_opinion")[-1] == minutes["meeting_opinion"]
    story.when_completes(RESOURCES, "more_cases", "none", case=case)
    story.then_waits_at(case, ("plan", RESOURCES))
    assert story.written(case, "enforcement_open")[-1] is False


@CROSSED
@pytest.mark.requirement("G-44")
def test_every_county_of_the_point_must_consent(guiyang_story: Scenario) -> None:
    story = guiyang_story
    story.when_passes("2026-06-01 10:00")
    case = guiyang.on_the_ledger(story, ECOLOGY, TOURISM, guiyang.violation(BAIHUA))
    assert "D-03.7" in story.rows(case)
    planned(story, TOURISM, case, "2026-09-30", "520115-ZF")
    story.then_waits_at(case, ("consent", "520181-ZF"))
    story.then_state(case, "方案待同意")
    story.when_completes("520181-ZF", "consent", "agree", case=case, opinion="同意实施。")
    story.then_waits_at(case, ("implement", TOURISM))
    consents = story.form(TOURISM, "implement", case)["gov_consents"]
    said = [(row["unit_name"], row["label"]) for row in consents]
    assert said == [("观山湖区人民政府", "同意"), ("清镇市人民政府", "同意")]


@CROSSED
def test_the_new_area_consents_through_its_own_unit(guiyang_story: Scenario) -> None:
    story = guiyang_story
    story.when_passes("2026-06-01 10:00")
    lake = guiyang.Point("GY-01", ("GA0001", "520403"), "红枫湖南岸", 106.421, 26.481)
    case = guiyang.on_the_ledger(story, ECOLOGY, TOURISM, guiyang.violation(lake))
    planned(story, TOURISM, case, "2026-09-30")
    story.then_waits_at(case, ("consent", "GA-GWH"))  # the county outside gets a copy only


@CROSSED
@pytest.mark.requirement("G-43")
def test_an_inspection_find_is_put_on_the_platform_first(guiyang_story: Scenario) -> None:
    story = guiyang_story
    story.when_passes("2026-06-01 10:00")
    data = guiyang.violation(source="各类专项检查", in_green_shield_ledger=False)
    del data["gs_no"]
    case = guiyang.on_the_ledger(story, ECOLOGY, TOURISM, data)
    story.then_waits_at(case, ("register_platform", ECOLOGY))
    number = {"gs_no": "GS-5201-0200"}
    story.when_completes(ECOLOGY, "register_platform", "registered", case=case, data=number)
    story.then_waits_at(case, ("plan", TOURISM))
    assert story.ledger_row("violation", case["number"])["gs_no"] == "GS-5201-0200"


@CROSSED
@pytest.mark.requirement("G-47")
def test_the_province_may_answer_by_a_message(guiyang_story: Scenario) -> None:
    story = guiyang_story
    story.when_passes("2026-06-01 10:00")
    case = guiyang.on_the_ledger(story, ECOLOGY, TOURISM, guiyang.violation())
    planned(story, TOURISM, case, "2026-09-30", "520113-ZF")
    worked(story, TOURISM, case)
    papers = guiyang.papers(story, TOURISM, "E6")
    story.when_completes(TOURISM, "evidence", "submit", case=case, data=papers)
    story.when_completes(ECOLOGY, "register", "registered", case=case)
    story.when_completes(ECOLOGY, "apply", "apply", case=case)
    answered(story, case, "return_rectify")
    story.then_waits_at(case, ("implement", TOURISM))
    assert story.written(case, "completed_on")[-1] is None
    story.then_state(case, "整改中")
    worked(story, TOURISM, case)
    story.when_completes(TOURISM, "evidence", "submit", case=case)
    story.when_completes(ECOLOGY, "apply", "apply", case=case)
    answered(story, case, "agree")
    story.then_state(case, "已销号")


def answered(story: Scenario, case: Json, result: str) -> None:
    """Let the platform of the province answer for CASE."""
    body = {
        "name": "gy_province_result",
        "correlationKeys": {"key": case["number"]},
        "variables": {"province_result": result, "province_note": "平台反馈"},
    }
    story.overseer().send("POST", "/messages/publication", body)
    story.worker.run_due()


@CROSSED
def test_poor_papers_go_back_from_ecology(guiyang_story: Scenario) -> None:
    story = guiyang_story
    story.when_passes("2026-06-01 10:00")
    case = guiyang.on_the_ledger(story, ECOLOGY, TOURISM, guiyang.violation())
    planned(story, TOURISM, case, "2026-09-30", "520113-ZF")
    worked(story, TOURISM, case)
    papers = guiyang.papers(story, TOURISM, "E6")
    story.when_completes(TOURISM, "evidence", "submit", case=case, data=papers)
    why = "核查意见未加盖公章，请补充"
    story.when_completes(ECOLOGY, "register", "return", case=case, opinion=why)
    story.then_waits_at(case, ("evidence", TOURISM))
    story.when_completes(TOURISM, "evidence", "submit", case=case)
    story.then_waits_at(case, ("register", ECOLOGY))


@CROSSED
def test_a_point_that_is_no_violation_leaves_the_ledger(guiyang_story: Scenario) -> None:
    story = guiyang_story
    story.when_passes("2026-04-10 10:00")
    case = story.when_started(guiyang.QUARRY.body, "gy_violation", guiyang.quarry())
    guide = {"guide_note": "请提供采矿许可及保护地意见。"}
    story.when_completes(RESOURCES, "guide", "guided", case=case, data=guide)
    verify = {"verify_people": "矿管处两人", "verify_note": "采区在批准矿界之内，手续齐全。"}
    why = "采矿许可和保护地准入意见齐全，属合法开采，不属于违法违规问题"
    story.when_completes(RESOURCES, "verify", "exclude", case=case, data=verify, opinion=why)
    story.then_state(case, "剔除")
    assert story.open(case) == set()
    assert story.case(case["id"])["status"] != "active"
    assert story.ledger_row("violation", case["number"])["status"] == "剔除"


@CROSSED
@pytest.mark.parametrize(
    ("stated", "lead", "row"),
    [(None, FORESTRY, "D-09.2"), ("ECOLOGY", ECOLOGY, "D-09.1")],
)
@pytest.mark.requirement("G-07", "G-08")
def test_a_document_with_several_units_names_the_lead(
    guiyang_story: Scenario, stated: str | None, lead: str, row: str
) -> None:
    story = guiyang_story
    story.when_passes("2026-06-01 10:00")
    units = [{"unit": role} for role in ("FORESTRY", "ECOLOGY", "NATURAL_RESOURCES")]
    named = {"named_rows": units, "document_states_lead": stated is not None}
    stating = {"stated_lead": stated} if stated else {}
    case = story.when_started(ECOLOGY, "gy_violation", guiyang.violation(**named, **stating))
    others = {FORESTRY, ECOLOGY, RESOURCES} - {lead}
    story.then_waits_at(case, ("guide", lead), *(("assist", unit) for unit in others))
    assert row in story.rows(case)
    assert {f"unit:{unit}" for unit in others} <= story.told(case)
    story.then_never(case, TOURISM, WATER)


@CROSSED
@pytest.mark.requirement("G-38")
def test_the_province_leads_on_an_expressway_and_the_city_assists(
    guiyang_story: Scenario,
) -> None:
    story = guiyang_story
    story.when_passes("2026-06-01 10:00")
    data = guiyang.violation(problem_type="E4", expressway=True)
    case = guiyang.on_the_ledger(story, ECOLOGY, "GZ-JTT", data)
    assert "D-01.4" in story.rows(case)
    story.then_waits_at(case, ("plan", "GZ-JTT"), ("assist", "GY-JT"))
    note = {"assist_note": "已配合省厅现场核查。"}
    story.when_completes("GY-JT", "assist", "done", case=case, data=note)
    story.then_waits_at(case, ("plan", "GZ-JTT"))
