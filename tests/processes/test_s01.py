"""Story S01: normal closing of a problem in a reserve that is not province-owned, 2025."""

from typing import Any

import pytest

from tests.processes import jiangxi
from tests.support.scenario import Json, Scenario

RESERVE = "JX-N11-GL"
COUNTY_FORESTRY, COUNTY_ECOLOGY, COUNTY_GOV = "360681-LY", "360681-ST", "360681-ZF"
CITY_FORESTRY, CITY_ECOLOGY = "360600-LY", "360600-ST"
FORESTRY, ECOLOGY = "JX-LYJ", "JX-STT"
STATES = [
    "已登记",
    "审核中-县",
    "审核中-市",
    "审核中-省",
    "已列入清单",
    "整改中",
    "整改完成",
    "待销号",
    "已销号",
    "已备案",
]
AGREED = "情况属实，同意上报。"
NAMED = {
    RESERVE,
    COUNTY_FORESTRY,
    COUNTY_ECOLOGY,
    COUNTY_GOV,
    CITY_FORESTRY,
    CITY_ECOLOGY,
    FORESTRY,
    ECOLOGY,
}


def test_a_problem_is_found_reviewed_listed_rectified_closed_and_filed(
    jiangxi_story: Scenario,
) -> None:
    story = jiangxi_story
    the_year_begins(story)
    case = the_problem_is_registered(story)
    another = jiangxi.reviewed_by_the_city(story, jiangxi.ANOTHER)
    the_county_reviews(story, case)
    the_city_reviews(story, case)
    the_city_sends_its_list(story, case)
    jiangxi.sent_by_the_city(story, jiangxi.ANOTHER)
    the_province_lists(story, case)
    the_list_is_fed_back(story, case, another)
    the_plan_is_made(story, case)
    the_rectifying_unit_is_reminded(story, case)
    the_reserve_checks_itself(story, case)
    nothing_closes_before_december(story, case)
    the_closing_form_is_filled(story, case)
    the_county_checks(story, case)
    the_county_government_closes(story, case)
    both_provincial_bodies_file(story, case)
    the_records_are_complete(story, case)


@pytest.mark.requirement("J-07")
def the_year_begins(story: Scenario) -> None:
    story.when_passes("2025-01-01")
    years = story.cases("jx_year")
    assert [case["year"] for case in years] == [2025]


@pytest.mark.requirement("J-10", "J-11")
def the_problem_is_registered(story: Scenario) -> Json:
    story.when_passes("2025-03-18 10:00")
    photos = story.when_uploads(RESERVE, "全景", "细部")
    case = story.when_started(RESERVE, "jx_audit", jiangxi.problem(photos=photos))
    assert case["number"] == "JX-2025-3606-0001"
    assert story.variables(case)["key4"] is True
    assert story.variables(case)["problem_type"] == "C1"
    story.then_state(case, "已登记")
    story.then_waits_at(case, ("submit", RESERVE))
    return case


@pytest.mark.requirement("J-16")
def the_county_reviews(story: Scenario, case: Json) -> None:
    story.when_passes("2025-07-08 09:30")
    story.when_completes(RESERVE, "submit", "submit", case=case, data={})
    both = (("county_review", COUNTY_FORESTRY), ("county_review", COUNTY_ECOLOGY))
    story.then_waits_at(case, *both)
    story.then_due(case, "county_review", "2025-07-31")
    story.then_state(case, "审核中-县")
    story.when_passes("2025-07-15 10:00")
    story.when_completes(COUNTY_FORESTRY, "county_review", "agree", case=case, opinion=AGREED)
    story.then_waits_at(case, ("county_review", COUNTY_ECOLOGY))
    story.when_completes(COUNTY_ECOLOGY, "county_review", "agree", case=case)


@pytest.mark.requirement("J-16", "J-17")
def the_city_reviews(story: Scenario, case: Json) -> None:
    both = (("city_review", CITY_FORESTRY), ("city_review", CITY_ECOLOGY))
    story.then_waits_at(case, *both)
    story.then_due(case, "city_review", "2025-07-31")
    story.then_state(case, "审核中-市")
    story.when_passes("2025-07-22 10:00")
    story.when_completes(CITY_FORESTRY, "city_review", "agree", case=case)
    story.when_completes(CITY_ECOLOGY, "city_review", "agree", case=case)
    story.then_waits_at(case)
    city_list = jiangxi.city_list(story, "360600")
    story.then_waits_at(
        city_list, ("compile_list", CITY_FORESTRY), ("compile_list", CITY_ECOLOGY)
    )
    story.then_due(city_list, "compile_list", "2025-08-31")
    form = story.form(CITY_FORESTRY, "compile_list", city_list)
    assert form["batch"] == 1
    assert [row["problem_no"] for row in form["rows"]] == [case["number"]]


@pytest.mark.requirement("J-17", "J-18")
def the_city_sends_its_list(story: Scenario, case: Json) -> None:
    story.when_passes("2025-08-12 10:00")
    city_list = jiangxi.city_list(story, "360600")
    form = story.form(CITY_FORESTRY, "compile_list", city_list)
    rows = [{**row, "measures": "拆除平台，恢复植被"} for row in form["rows"]]
    assert [row["due_on"] for row in rows] == ["2025-11-30"]
    data: dict[str, Any] = {"rows": rows, "nil_report": False, "permits_none": True}
    story.when_completes(CITY_FORESTRY, "compile_list", "submit", case=city_list, data=data)
    story.when_completes(CITY_FORESTRY, "sign_list", "send", case=city_list)
    story.then_waits_at(city_list, ("sign_list", CITY_ECOLOGY))
    story.then_waits_at(case)
    story.when_completes(CITY_ECOLOGY, "sign_list", "send", case=city_list)
    story.then_state(city_list, "已报送")
    both = (("joint_forestry", FORESTRY), ("joint_ecology", ECOLOGY))
    story.then_waits_at(case, *both)
    story.then_due(case, "joint_forestry", "2025-09-20")
    story.then_state(case, "审核中-省")


@pytest.mark.requirement("J-20")
def the_province_lists(story: Scenario, case: Json) -> None:
    story.when_passes("2025-09-05 10:00")
    story.when_completes(FORESTRY, "joint_forestry", "list", case=case)
    story.then_state(case, "审核中-省")
    story.when_completes(ECOLOGY, "joint_ecology", "list", case=case)
    story.then_state(case, "已列入清单")
    story.then_waits_at(case)


@pytest.mark.requirement("J-21", "J-22")
def the_list_is_fed_back(story: Scenario, case: Json, another: Json) -> None:
    story.when_passes("2025-09-12 10:00")
    batch = story.when_started(FORESTRY, "jx_prov_list", {"year": 2025, "batch": 1})
    rows = story.form(FORESTRY, "form_list", batch)["rows"]
    assert [row["problem_no"] for row in rows] == [case["number"]]
    story.when_completes(FORESTRY, "form_list", "feed_back", case=batch, data={"rows": rows})
    story.then_waits_at(case, ("plan", COUNTY_FORESTRY))
    story.then_due(case, "plan", "2025-09-26")
    assert {node for node, _ in story.open(another)} == {"joint_forestry", "joint_ecology"}


@pytest.mark.requirement("J-22", "J-32")
def the_plan_is_made(story: Scenario, case: Json) -> None:
    story.when_passes("2025-09-24 10:00")
    late = jiangxi.plan(due="2025-12-15")
    story.when_completes(
        COUNTY_FORESTRY, "plan", "submit", case=case, data=late, expect=422
    )
    story.when_completes(
        COUNTY_FORESTRY, "plan", "submit", case=case, data=jiangxi.plan(due="2025-11-20")
    )
    story.then_state(case, "整改中")
    story.then_waits_at(case, ("rectify", COUNTY_FORESTRY))
    story.then_due(case, "rectify", "2025-11-20")


@pytest.mark.requirement("J-22", "J-39")
def the_rectifying_unit_is_reminded(story: Scenario, case: Json) -> None:
    before = len(story.rungs(case))
    story.when_passes("2025-11-05 23:00")
    assert len(story.rungs(case)) == before
    story.when_passes("2025-11-06 09:30")
    assert [(rung["node"], rung["level"]) for rung in story.rungs(case)[before:]] == [
        ("rectify", "L0")
    ]
    reminded = story.rungs(case)[-1]
    assert reminded["decision"]["rows"] == ["D-08.8"]
    assert f"unit:{RESERVE}" in reminded["to"]


@pytest.mark.requirement("J-22")
def the_reserve_checks_itself(story: Scenario, case: Json) -> None:
    story.when_passes("2025-11-14 09:00")
    progress = [{"month": "2025-11", "percent": 100, "note": "平台已拆除，植被已恢复"}]
    story.when_completes(
        COUNTY_FORESTRY, "rectify", "done", case=case, data={"progress": progress}
    )
    story.then_waits_at(case, ("self_check", RESERVE))
    story.then_state(case, "整改中")
    story.when_completes(RESERVE, "self_check", "pass", case=case)
    story.then_state(case, "整改完成")


@pytest.mark.requirement("J-25")
def nothing_closes_before_december(story: Scenario, case: Json) -> None:
    story.when_passes("2025-11-30 23:59")
    story.then_waits_at(case)
    story.when_passes("2025-12-01 00:00")
    story.then_waits_at(case, ("fill_f3", RESERVE))
    story.then_due(case, "fill_f3", "2025-12-20")


@pytest.mark.requirement("J-26")
def the_closing_form_is_filled(story: Scenario, case: Json) -> None:
    story.when_passes("2025-12-03 10:00")
    data = jiangxi.closing(story, RESERVE)
    short = {**data, "evidence": [e for e in data["evidence"] if e["code"] != "E6"]}
    story.when_completes(RESERVE, "fill_f3", "submit", case=case, data=short, expect=422)
    story.when_completes(RESERVE, "fill_f3", "submit", case=case, data=data)
    both = (("county_check", COUNTY_FORESTRY), ("county_check", COUNTY_ECOLOGY))
    story.then_waits_at(case, *both)
    story.then_state(case, "待销号")


@pytest.mark.requirement("J-26")
def the_county_checks(story: Scenario, case: Json) -> None:
    story.when_passes("2025-12-08 10:00")
    story.when_completes(COUNTY_FORESTRY, "county_check", "pass", case=case)
    story.then_waits_at(case, ("county_check", COUNTY_ECOLOGY))
    story.when_completes(COUNTY_ECOLOGY, "county_check", "pass", case=case)
    story.then_waits_at(case, ("county_gov", COUNTY_GOV))
    story.then_due(case, "county_gov", "2025-12-17")


@pytest.mark.requirement("J-26")
def the_county_government_closes(story: Scenario, case: Json) -> None:
    story.when_passes("2025-12-10 10:00")
    short = {"case": case, "opinion": "材料不齐"}
    story.when_completes(COUNTY_GOV, "county_gov", "return", **short, expect=422)
    story.when_completes(COUNTY_GOV, "county_gov", "approve", case=case)
    story.then_state(case, "已销号")
    assert story.written(case, "closed_on") == ["2025-12-10"]
    both = (("file_forestry", FORESTRY), ("file_ecology", ECOLOGY))
    story.then_waits_at(case, *both)
    story.then_due(case, "file_ecology", "2025-12-17")


@pytest.mark.requirement("J-28")
def both_provincial_bodies_file(story: Scenario, case: Json) -> None:
    story.when_passes("2025-12-12 10:00")
    receipt = {"filed_lf_on": "2025-12-12"}
    story.when_completes(FORESTRY, "file_forestry", "receipt", case=case, data=receipt)
    story.then_state(case, "已销号")
    story.when_passes("2025-12-15 10:00")
    receipt = {"filed_eco_on": "2025-12-15"}
    story.when_completes(ECOLOGY, "file_ecology", "receipt", case=case, data=receipt)
    story.then_state(case, "已备案")
    assert story.case(case["id"])["status"] == "completed"


def the_records_are_complete(story: Scenario, case: Json) -> None:
    row = story.ledger_row("problem", case["number"])
    assert (row["status"], row["year"], row["closed_on"]) == ("已备案", 2025, "2025-12-10")
    assert {unit for _, unit in story.ever(case)} <= NAMED
    reviewed = {node for node, unit in story.ever(case) if unit == FORESTRY}
    assert reviewed == {"joint_forestry", "file_forestry"}
    assert story.rows(case) == ["D-05.2", "D-10.1", "D-05.2"]
    assert story.states(case) == STATES
    for report in ("M-1", "M-2", "M-3"):  # the other problem is not listed yet
        assert story.counted(report, 2025) == (1, 1), report
    story.then_all_is_on_record(case)
