"""Jiangxi, late finds (A-01, A-02, D-10): limits that can be kept, years that move on."""

import pytest

from tests.processes import jiangxi
from tests.support.scenario import Json, Scenario

pytestmark = [jiangxi.CROSSED, pytest.mark.requirement("J-16")]
PLACE = jiangxi.YANGJIFENG
COUNTY, CITY = PLACE.both("county"), PLACE.both("city")
FORESTRY, ECOLOGY = "JX-LYJ", "JX-STT"


@pytest.mark.requirement("J-15")
def test_a_find_of_august_has_its_own_limits_and_joins_a_further_batch(
    jiangxi_story: Scenario,
) -> None:
    story = jiangxi_story
    first = on_time(story)
    story.when_passes("2025-08-20 10:00")
    case = jiangxi.registered(story, PLACE, checked_on="2025-08-19", lon=117.2211)
    assert story.rows(case) == ["D-05.2", "D-10.2"]
    story.then_due(case, "submit", "2025-09-03")  # 10 working days, 31 July has gone
    story.when_completes(PLACE.body, "submit", "submit", case=case)
    story.then_due(case, "county_review", "2025-09-03")
    reviewed(story, case)
    story.when_passes("2025-09-08 10:00")
    row = further_batch(story, case)
    assert row["handling"] == "补录"
    story.then_due(case, "joint_forestry", "2025-09-30")  # latest 30 September
    assert {rung["level"] for rung in story.rungs(case)} <= {"L0"}  # never late
    for unit, node in ((FORESTRY, "joint_forestry"), (ECOLOGY, "joint_ecology")):
        story.when_completes(unit, node, "list", case=case)
    assert story.counted("M-1", 2025) == (0, 1)
    story.then_state(first, "审核中-省")
    story.then_no_incidents()


def on_time(story: Scenario) -> Json:
    """Register one in June: 31 July for the reserve and the county, 20 September above."""
    story.when_passes("2025-06-20 10:00")
    case = jiangxi.registered(story, PLACE, checked_on="2025-06-19")
    story.then_due(case, "submit", "2025-07-31")
    story.when_completes(PLACE.body, "submit", "submit", case=case)
    story.then_due(case, "county_review", "2025-07-31")
    reviewed(story, case)
    story.when_passes("2025-08-12 10:00")
    story.then_due(jiangxi.city_list(story, PLACE.city), "compile_list", "2025-08-31")
    jiangxi.sent_by_the_city(story, PLACE)
    story.then_due(case, "joint_forestry", "2025-09-20")
    return case


def reviewed(story: Scenario, case: Json) -> None:
    for unit in COUNTY:
        story.when_completes(unit, "county_review", "agree", case=case)
    for unit in CITY:
        story.when_completes(unit, "city_review", "agree", case=case)


def further_batch(story: Scenario, case: Json) -> Json:
    """Send a second attachment 2 with the late row; rows of another city are refused."""
    data = {"city_code": PLACE.city, "year": 2025, "batch": 2}
    further = story.when_started(CITY[0], "jx_city_list", data)
    story.then_due(further, "compile_list", "2025-09-22")
    (row,) = story.form(CITY[0], "compile_list", further)["rows"]
    assert row["problem_no"] == case["number"]
    act = (CITY[0], "compile_list", "submit")
    foreign = {"rows": [{**row, "problem_no": "JX-2025-3601-0001"}], "permits_none": True}
    refused = story.when_completes(*act, case=further, data=foreign, expect=422)
    assert [error["field"].split(".")[0] for error in refused["errors"]] == ["rows"]
    told = {"rows": [row], "permits_none": True}
    story.when_completes(*act, case=further, data=told)
    for unit in CITY:
        story.when_completes(unit, "sign_list", "send", case=further)
    return story.ledger_row("problem", case["number"])


@pytest.mark.requirement("J-20")
def test_a_supplement_of_december_gets_a_limit_it_can_keep(jiangxi_story: Scenario) -> None:
    story = jiangxi_story
    story.when_passes("2025-12-03 10:00")
    late = {"checked_on": "2025-12-02", "request_supplement": True}
    case = jiangxi.registered(story, PLACE, **late)
    story.then_state(case, "已登记")
    for unit in (FORESTRY, ECOLOGY):
        story.when_completes(unit, "approve_supplement", "approve", case=case)
    assert story.rows(case) == ["D-05.2", "D-10.3"]
    story.then_due(case, "submit", "2025-12-17")
    story.when_completes(PLACE.body, "submit", "submit", case=case)
    story.then_waits_at(case, ("plan", COUNTY[0]))  # starts in 整改 at once
    row = story.ledger_row("problem", case["number"])
    assert (row["batch"], row["list_year"], row["rate_year"]) == (2, 2025, 2025)
    assert row["due_on"] == "2025-12-31"  # 30 November has gone
    act = (COUNTY[0], "plan", "submit")
    after = jiangxi.plan("2026-01-05", PLACE)
    story.when_completes(*act, case=case, data=after, expect=422)
    story.when_completes(*act, case=case, data=jiangxi.plan("2025-12-30", PLACE))
    story.then_due(case, "rectify", "2025-12-30")


@pytest.mark.requirement("J-20")
def test_what_is_listed_after_the_turn_of_the_year_belongs_to_the_new_list(
    jiangxi_story: Scenario,
) -> None:
    story = jiangxi_story
    story.when_passes("2025-07-02 10:00")
    case = jiangxi.reviewed_by_the_city(story, PLACE)
    jiangxi.sent_by_the_city(story, PLACE)
    story.when_completes(FORESTRY, "joint_forestry", "list", case=case)
    story.when_passes("2026-01-06 10:00")
    assert story.counted("M-1", 2025)[1] == 0
    story.when_completes(ECOLOGY, "joint_ecology", "list", case=case)
    row = story.ledger_row("problem", case["number"])
    assert (row["list_year"], row["first_year"], row["follow_up"]) == (2026, 2026, True)
    assert row["due_on"] == "2026-11-30"
    assert story.counted("M-1", 2026) == (0, 1)


@pytest.mark.requirement("J-22")
def test_the_supervising_unit_extends_a_limit_once_before_its_day(
    jiangxi_story: Scenario,
) -> None:
    # once, before the due date, with a reason; in Jiangxi never past 31 December.
    story = jiangxi_story
    kept, late = jiangxi.listed(story, PLACE, {}, {"supervise_unit": CITY[0]})
    for case in (kept, late):
        jiangxi.planned(story, PLACE, case, "2025-11-20")
    story.when_passes("2025-11-18 10:00")
    assert extended(story, PLACE.body, kept, "2025-12-15", 403)["code"] == "not-entitled"
    beyond = extended(story, COUNTY[0], kept, "2026-01-05", 422)
    assert (beyond["code"], "2025-12-31" in beyond["detail"]) == ("extension-most", True)
    short = extended(story, COUNTY[0], kept, "2025-12-15", 422, reason="雨季")
    assert short["code"] == "reason-too-short"
    extended(story, COUNTY[0], kept, "2025-12-15")
    story.then_due(kept, "rectify", "2025-12-15")
    row = story.ledger_row("problem", kept["number"])
    assert (row["rect_due"], row["due_on"]) == ("2025-12-15", "2025-11-30")
    again_refused(story, kept)
    story.when_passes("2025-11-21 10:00")
    assert extended(story, CITY[0], late, "2025-12-15", 409)["code"] == "already-due"
    assert [rung for rung in story.rungs(kept) if rung["level"] == "L1"] == []
    assert story.rungs(late)[-1]["level"] == "L1"


def again_refused(story: Scenario, case: Json) -> None:
    """Extend no second time, not even after the work came back from the self-check."""
    assert extended(story, COUNTY[0], case, "2025-12-20", 409)["code"] == "extended-before"
    story.when_completes(COUNTY[0], "rectify", "done", case=case)
    story.then_due(case, "self_check", "2025-12-15")
    act = (PLACE.body, "self_check", "fail")
    story.when_completes(*act, case=case, opinion="补植树种成活率不足，继续整改。")
    assert extended(story, COUNTY[0], case, "2025-12-20", 409)["code"] == "extended-before"


def extended(
    story: Scenario,
    unit: str,
    case: Json,
    until: str,
    expect: int | None = None,
    reason: str = "连续降雨，补植须待苗木到位",
) -> Json:
    (task,) = [one for one in story.tasks(case) if one["node"] == "rectify"]
    body = {"until": until, "reason": reason}
    return story.of(unit).send("POST", f"/user-tasks/{task['id']}/extension", body, expect)
