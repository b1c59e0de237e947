"""Story S02: the direct route of a province-owned national reserve, 2025."""

from dataclasses import replace

import pytest

from tests.processes import jiangxi
from tests.support.scenario import Json, Scenario
from tests.support.stories import Beginning

PLACE = jiangxi.Place("JX-N03", "360430", "360400", "桃红岭东坡", 116.6512, 29.8731)
RESERVE = PLACE.body
FORESTRY, ECOLOGY = "JX-LYJ", "JX-STT"
NEVER = ("360400-LY", "360400-ST", "360430-LY", "360430-ST", "360430-ZF")


@pytest.fixture
def jiangxi_beginning(jiangxi_beginning: Beginning) -> Beginning:
    """Begin late in 2024: the reserve has a problem closed in that year."""
    return replace(jiangxi_beginning, moment="2024-11-22 09:00")


def test_a_province_owned_reserve_reports_to_the_provincial_forestry_bureau_alone(
    jiangxi_story: Scenario,
) -> None:
    story = jiangxi_story
    earlier = the_reserve_looks_back_at_2024(story)
    case = the_intake_is_registered(story)
    the_bureau_reviews_alone(story, case)
    the_list_is_fed_back_with_a_notice(story, case)
    the_reserve_rectifies(story, case)
    form_4_is_offered_and_nothing_else(story, case)
    the_bureau_closes_and_only_ecology_files(story, case)
    the_reserve_writes_the_summary_itself(story)
    story.then_all_is_on_record(case, *earlier, never=NEVER)


@pytest.mark.requirement("J-09", "J-13")
def the_reserve_looks_back_at_2024(story: Scenario) -> tuple[Json, ...]:
    closed = jiangxi.closed_in_2024(story, PLACE, owned=True, zone=["缓冲区"])
    story.when_passes("2025-02-10 10:00")
    (inspection,) = story.cases("jx_inspect", place=PLACE.reserve)
    story.then_waits_at(inspection, ("choose_way", RESERVE))
    story.when_completes(RESERVE, "choose_way", "self", case=inspection)
    story.then_waits_at(inspection, ("report", RESERVE))
    checklist = story.form(RESERVE, "report", inspection)["recheck"]
    assert [row["problem_no"] for row in checklist] == [closed["number"]]
    (look,) = story.cases("jx_look_back")
    story.then_waits_at(look, ("check", RESERVE))
    form = story.form(RESERVE, "check", look)
    assert (form["problem_no"], form["closed_on"]) == (closed["number"], "2024-12-09")
    data = jiangxi.looked_back(story, RESERVE, "无反弹")
    story.when_completes(RESERVE, "check", "submit", case=look, data=data)
    story.then_state(look, "无反弹")
    assert story.case(closed["id"])["caseRound"] == 1
    story.when_passes("2025-02-11 10:00")
    assert story.counted("M-4", 2025) == (0, 1)
    return inspection, look


@pytest.mark.requirement("J-11")
def the_intake_is_registered(story: Scenario) -> Json:
    story.when_passes("2025-05-20 10:00")
    photos = story.when_uploads(RESERVE, "全景", "细部")
    data = jiangxi.problem(
        PLACE, photos=photos, zone=["实验区"], problem_type="D3", checked_on="2025-05-20"
    )
    case = story.when_started(RESERVE, "jx_audit", data)
    assert story.variables(case)["key4"] is False
    story.when_passes("2025-07-02 10:00")
    moved = {"zone": ["缓冲区"]}
    refused = story.when_completes(
        RESERVE, "submit", "submit", case=case, data=moved, expect=422
    )
    assert [error["field"] for error in refused["errors"]] == ["problem_type"]
    story.when_completes(
        RESERVE, "submit", "submit", case=case, data={**moved, "problem_type": "D1"}
    )
    assert story.variables(case)["key4"] is True
    return case


@pytest.mark.requirement("J-19")
def the_bureau_reviews_alone(story: Scenario, case: Json) -> None:
    assert story.rows(case)[0] == "D-05.1"
    story.then_waits_at(case, ("prov_review", FORESTRY))
    story.then_state(case, "审核中-省")
    story.when_passes("2025-07-18 10:00")
    story.when_completes(FORESTRY, "prov_review", "list", case=case)
    story.then_state(case, "已列入清单")
    story.then_waits_at(case)


@pytest.mark.requirement("J-21")
def the_list_is_fed_back_with_a_notice(story: Scenario, case: Json) -> None:
    story.when_passes("2025-09-12 10:00")
    jiangxi.fed_back(story, batch=1)
    story.then_waits_at(case, ("plan", RESERVE))
    assert f"unit:{ECOLOGY}" in story.told(case)
    assert ECOLOGY not in {unit for _, unit in story.ever(case)}


def the_reserve_rectifies(story: Scenario, case: Json) -> None:
    story.when_passes("2025-09-22 10:00")
    story.when_completes(
        RESERVE, "plan", "submit", case=case, data=jiangxi.plan("2025-11-25", PLACE)
    )
    story.when_passes("2025-11-21 10:00")
    story.when_completes(RESERVE, "rectify", "done", case=case)
    story.when_completes(RESERVE, "self_check", "pass", case=case)
    story.then_state(case, "整改完成")


@pytest.mark.requirement("J-27")
def form_4_is_offered_and_nothing_else(story: Scenario, case: Json) -> None:
    story.when_passes("2025-12-02 10:00")
    story.then_waits_at(case, ("fill_f4", RESERVE))
    task, _ = story.mine(RESERVE, "fill_f4", case)
    assert task["form"] == "jx_f4"
    assert "jx_f3" not in {one["form"] for one in story.tasks(case, None)}
    data = jiangxi.closing(story, RESERVE, done_on="2025-11-21")
    story.when_completes(RESERVE, "fill_f4", "submit", case=case, data=data)
    story.then_state(case, "待销号")


@pytest.mark.requirement("J-27", "J-28")
def the_bureau_closes_and_only_ecology_files(story: Scenario, case: Json) -> None:
    story.when_passes("2025-12-09 10:00")
    story.when_completes(FORESTRY, "prov_check", "pass", case=case)
    story.when_completes(FORESTRY, "prov_approve", "approve", case=case)
    story.then_state(case, "已销号")
    assert story.written(case, "filed_lf_on") == ["2025-12-09"]
    story.then_waits_at(case, ("file_ecology_f4", ECOLOGY))
    story.when_passes("2025-12-11 10:00")
    receipt = {"filed_eco_on": "2025-12-11"}
    story.when_completes(ECOLOGY, "file_ecology_f4", "receipt", case=case, data=receipt)
    story.then_state(case, "已备案")


@pytest.mark.requirement("J-40")
def the_reserve_writes_the_summary_itself(story: Scenario) -> None:
    (summary,) = story.cases("jx_summary", place=PLACE.reserve)
    story.then_waits_at(summary, ("compile_summary", RESERVE))
    story.then_due(summary, "compile_summary", "2025-12-31")
    story.then_never(summary, *NEVER)
