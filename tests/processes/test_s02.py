"""Story S02, steps 2 to 6: the direct route of a province-owned national reserve, 2025."""

from tests.processes import jiangxi
from tests.support.scenario import Json, Scenario

PLACE = jiangxi.Place("JX-N03", "360430", "360400", "桃红岭东坡", 116.6512, 29.8731)
RESERVE = PLACE.body
FORESTRY, ECOLOGY = "JX-LYJ", "JX-STT"
NEVER = ("360400-LY", "360400-ST", "360430-LY", "360430-ST", "360430-ZF")


def test_a_province_owned_reserve_reports_to_the_provincial_forestry_bureau_alone(
    jiangxi_story: Scenario,
) -> None:
    story = jiangxi_story
    case = the_intake_is_registered(story)
    the_bureau_reviews_alone(story, case)
    the_list_is_fed_back_with_a_notice(story, case)
    the_reserve_rectifies(story, case)
    form_4_is_offered_and_nothing_else(story, case)
    the_bureau_closes_and_only_ecology_files(story, case)
    story.then_never(case, *NEVER)
    story.then_no_incidents()


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


def the_bureau_reviews_alone(story: Scenario, case: Json) -> None:
    assert story.rows(case)[0] == "D-05.1"
    story.then_waits_at(case, ("prov_review", FORESTRY))
    story.then_state(case, "审核中-省")
    story.when_passes("2025-07-18 10:00")
    story.when_completes(FORESTRY, "prov_review", "list", case=case)
    story.then_state(case, "已列入清单")
    story.then_waits_at(case)


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


def form_4_is_offered_and_nothing_else(story: Scenario, case: Json) -> None:
    story.when_passes("2025-12-02 10:00")
    story.then_waits_at(case, ("fill_f4", RESERVE))
    task, _ = story.mine(RESERVE, "fill_f4", case)
    assert task["form"] == "jx_f4"
    assert "jx_f3" not in {one["form"] for one in story.tasks(case, None)}
    data = jiangxi.closing(story, RESERVE, done_on="2025-11-21")
    story.when_completes(RESERVE, "fill_f4", "submit", case=case, data=data)
    story.then_state(case, "待销号")


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
