"""Story S15 A: a greenway admitted, inspected in construction, handed over, operated."""

import pytest

from tests.support.scenario import Json, Scenario

BODY, FORESTRY, ECOLOGY, RESOURCES = "GY-04-GL", "GY-LY", "GY-ST", "GY-ZR"
SIGNS, SOIL = "设置警示标识", "表土剥离保存"


def test_a_greenway_is_admitted_inspected_and_operated(guiyang_story: Scenario) -> None:
    story = guiyang_story
    case = the_greenway_is_admitted(story)
    the_first_check_stops_the_works(story, case)
    the_second_check_finds_all_in_order(story, case)
    the_works_are_completed(story, case)
    it_is_operated_and_left(story, case)


@pytest.mark.requirement("G-48")
def the_greenway_is_admitted(
    story: Scenario, works_from: str = "2026-03-01", first_check: str = "2026-06-01"
) -> Json:
    story.when_passes("2026-03-01 10:00")
    data = greenway(story)
    few = {**data, "admission_matters": ["用地"]}
    body = {"processDefinitionKey": "gy_project", "variables": few}
    refused = story.of(BODY).send("POST", "/process-instances", body, 422)
    assert [error["field"] for error in refused["errors"]] == ["admission_matters"]
    case = story.when_started(BODY, "gy_project", data)
    assert case["number"] == "XM-2026-520111-001"
    story.then_state(case, "准入")
    story.then_waits_at(case, ("admission", RESOURCES), ("admission", ECOLOGY))
    for unit, number in ((RESOURCES, "筑自然资审〔2026〕9号"), (ECOLOGY, "筑环评〔2026〕21号")):
        said = {"admission_conclusion": "同意", "admission_doc": number}
        said["admission_on"] = "2026-02-10"
        story.when_completes(unit, "admission", "submit", case=case, data=said)
    story.then_state(case, "批准")
    rows = story.variables(case)["admission_results"]
    assert [(r["matter"], r["unit"], r["conclusion"], r["on"]) for r in rows] == [
        ("用地", "贵阳市自然资源和规划局", "同意", "2026-02-10"),
        ("环评", "贵阳市生态环境局", "同意", "2026-02-10"),
    ]
    measures = [{"measure": SIGNS, "stage": "全过程"}, {"measure": SOIL, "stage": "施工期"}]
    approval = {
        "approval_doc": "筑林许〔2026〕12号",
        "approved_area": 0.8,
        "works_from": works_from,
        "measures": measures,
    }
    story.when_completes(BODY, "approve", "approved", case=case, data=approval)
    story.then_state(case, "施工")
    story.then_waits_at(case, ("check_works", BODY), ("check_works", FORESTRY))
    story.then_due(case, "check_works", first_check)
    return case


@pytest.mark.requirement("G-49", "G-50")
def the_first_check_stops_the_works(story: Scenario, case: Json) -> None:
    story.when_passes("2026-06-01 15:00")
    data = {
        **check(story, "2026-06-01", 0.95, "未落实"),
        "camps": [{"kind": "临时弃土场", "place": "K0+300", "approved": False}],
        "camps_none": False,
        "disposal": "无问题",
    }
    refused = story.when_completes(
        BODY, "check_works", "checked", case=case, data=data, expect=422
    )
    assert refused["code"] == "outcome-requires"
    data["disposal"] = "停工并移送"
    story.when_completes(BODY, "check_works", "checked", case=case, data=data)
    row = story.ledger_row("project", case["number"])
    assert (row["flagged"], row["checks_made"], row["next_check"]) == (True, 1, "2026-09-01")
    found = story.variables(case)["problems_found"]
    assert found == "；".join(
        [
            "实际占用0.95公顷，超出批准的0.8公顷",
            "临时弃土场未经批准",
            f"{SIGNS}未落实",
            f"{SOIL}未落实",
        ]
    )
    the_clue_goes_to_forestry(story, case)
    story.then_due(case, "check_works", "2026-09-01")


@pytest.mark.requirement("G-24", "G-50")
def the_clue_goes_to_forestry(story: Scenario, case: Json) -> None:
    """No department of the facility is known, so G2 is led by forestry (D-01)."""
    (clue,) = story.cases("gy_clue")
    story.then_waits_at(clue, ("register_clue", BODY))
    form = story.form(BODY, "register_clue", clue)
    assert (form["source_ref"], form["problem_type"]) == (case["number"], "G2")
    assert float(form["area_ha"]) == 0.15
    more = {
        "urgent": "一般",
        "zone": ["一般控制区"],
        "evidence": [{"name": "施工期检查记录", "kind": "照片、视频"}],
    }
    kept = ("source", "source_ref", "found_on", "pa_id", "county_codes", "point_name")
    kept += ("problem_type", "facts")
    place = {key: float(form[key]) for key in ("lon", "lat", "area_ha")}
    data = {**{key: form[key] for key in kept}, **place, **more}
    story.when_completes(BODY, "register_clue", "registered", case=clue, data=data)
    assert story.variables(clue)["supervise_lead"] == "FORESTRY"
    story.then_no_incidents()


@pytest.mark.requirement("G-49", "G-51")
def the_second_check_finds_all_in_order(story: Scenario, case: Json) -> None:
    story.when_passes("2026-09-01 15:00")
    papers = story.when_uploads(BODY, "整改资料")
    data = {**check(story, "2026-09-01", 0.8, "落实"), "disposal": "无问题"}
    data["rect_docs"] = papers
    story.when_completes(BODY, "check_works", "checked", case=case, data=data)
    row = story.ledger_row("project", case["number"])
    assert (row["flagged"], row["checks_made"], row["phase"]) == (False, 2, "施工")
    assert story.variables(case)["rect_docs"]
    assert [c["disposal"] for c in story.variables(case)["checks"]] == ["停工并移送", "无问题"]
    assert story.variables(case)["problems_found"] is None


@pytest.mark.requirement("G-49")
def the_works_are_completed(story: Scenario, case: Json) -> None:
    story.when_passes("2026-11-30 15:00")
    data = {**check(story, "2026-11-30", 0.8, "落实"), "disposal": "无问题"}
    refused = story.when_completes(
        BODY, "check_works", "completed", case=case, data=data, expect=422
    )
    assert refused["code"] == "outcome-requires"
    data["works_completed_on"] = "2026-11-30"
    story.when_completes(BODY, "check_works", "completed", case=case, data=data)
    story.then_state(case, "运营")
    story.then_due(case, "check_operation", "2027-11-30")


@pytest.mark.requirement("G-49", "G-50")
def it_is_operated_and_left(story: Scenario, case: Json) -> None:
    story.when_passes("2026-12-20 10:00")
    data = {
        "inspect_on": "2026-12-20",
        "temp_land_restored": "已恢复",
        "discharge": "无排放",
        "operation_measures": [{"measure": SIGNS, "state": "落实"}],
        "disposal": "无问题",
        "photos": story.when_uploads(BODY, "运营照片"),
    }
    refused = story.when_completes(
        BODY, "check_operation", "checked", case=case, data=data, expect=422
    )
    assert [error["field"] for error in refused["errors"]] == ["visitors"]
    data["visitors"] = "未超"
    story.when_completes(BODY, "check_operation", "checked", case=case, data=data)
    story.then_due(case, "check_operation", "2028-11-30")
    data |= {"left_on": "2026-12-20", "photos": story.when_uploads(BODY, "退出照片")}
    story.when_completes(BODY, "check_operation", "left", case=case, data=data)
    story.then_state(case, "退出")
    assert story.case(case["id"])["status"] == "completed"
    story.then_all_is_on_record(case)
    assert story.counted("M-12", 2026) == (3, 3)  # due in June, September and December
    found = story.metric("M-12-problems", 2026)["figure"]
    assert (found["numerator"], found["denominator"]) == (0, 1)
    assert (found["sums"]["checks"], found["sums"]["problems"]) == (5, 1)


@pytest.mark.requirement("G-48")
def test_one_refusal_ends_the_admission(guiyang_story: Scenario) -> None:
    story = guiyang_story
    story.when_passes("2026-03-02 10:00")
    case = story.when_started(BODY, "gy_project", greenway(story))
    agreed = {"admission_conclusion": "同意", "admission_doc": "筑自然资审〔2026〕9号"}
    story.when_completes(RESOURCES, "admission", "submit", case=case, data=agreed)
    refused = {"admission_conclusion": "不同意"}
    answer = story.when_completes(
        ECOLOGY, "admission", "submit", case=case, data=refused, expect=422
    )
    assert [error["field"] for error in answer["errors"]] == ["admission_reason"]
    refused["admission_reason"] = "选址位于湿地保育区。"
    story.when_completes(ECOLOGY, "admission", "submit", case=case, data=refused)
    story.then_state(case, "不予准入")


def greenway(story: Scenario) -> Json:
    """Give GY-F13 of a greenway in 花溪国家城市湿地公园."""
    return {
        "project_name": "花溪国家城市湿地公园绿道",
        "project_owner": "花溪区城市建设投资公司",
        "pa_id": "GY-04",
        "county_codes": ["520111"],
        "project_zone": "一般控制区",
        "project_traits": ["旅游"],
        "point_name": "十里河滩",
        "lon": 106.672415,
        "lat": 26.438231,
        "admission_matters": ["用地", "环评"],
        "docs": story.when_uploads(BODY, "可行性研究报告"),
    }


def check(story: Scenario, day: str, area: float, state: str) -> Json:
    """Give GY-F11 of DAY: AREA in hectares used, both measures in STATE."""
    return {
        "inspect_on": day,
        "units": [BODY, FORESTRY],
        "within_scope": True,
        "area_used": area,
        "camps": [],
        "camps_none": True,
        "eco_measures": [{"measure": m, "state": state} for m in (SIGNS, SOIL)],
        "photos": story.when_uploads(BODY, f"检查照片{day}"),
    }
