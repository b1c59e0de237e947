"""Jiangxi, look-back late in the year: the rebound counts in the year it is reopened (A-28)."""

from dataclasses import replace

import pytest

from tests.processes import jiangxi
from tests.support.scenario import Json, Scenario
from tests.support.stories import Beginning

pytestmark = [jiangxi.CROSSED, pytest.mark.requirement("J-13")]
PLACE = jiangxi.YANGJIFENG
BODY, COUNTY = PLACE.body, PLACE.both("county")[0]
FORESTRY = "JX-LYJ"
WHY = "平台基础重新浇筑，恢复营业。"


@pytest.fixture
def jiangxi_beginning(jiangxi_beginning: Beginning) -> Beginning:
    """Begin late in 2024, so that problems of 2024 can be closed."""
    return replace(jiangxi_beginning, moment="2024-11-22 09:00")


def test_a_rebound_of_autumn_counts_in_its_own_year_and_again_in_a_third_round(
    jiangxi_story: Scenario,
) -> None:
    story = jiangxi_story
    case = jiangxi.closed_in_2024(story)
    filed(story, case)
    story.when_passes("2025-10-20 10:00")
    only_what_is_closed_is_looked_back_at(story)
    rebound(story, case, "反弹")
    row = story.ledger_row("problem", case["number"])
    assert (row["list_year"], row["rate_year"], row["round"]) == (2025, 2025, 2)
    assert (row["due_on"], row["is_new"], row["status"]) == ("2025-11-30", "反弹", "反弹重开")
    assert story.counted("M-1", 2025) == (0, 1)
    story.when_passes("2025-10-20 11:00")
    assert story.counted("M-4", 2025) == (1, 1)
    second_round(story, case)
    story.when_passes("2025-12-15 10:00")
    rebound(story, case, "整改成效不扎实")
    row = story.ledger_row("problem", case["number"])
    assert (row["list_year"], row["rate_year"], row["round"]) == (2025, 2025, 3)
    assert row["due_on"] == "2025-12-31"  # 30 November has gone
    story.when_passes("2025-12-15 11:00")
    assert story.counted("M-4", 2025) == (1, 2)  # only 反弹 is a rebound
    rounds = story.variables(case)["rounds"]
    assert [one["round"] for one in rounds] == [1, 2]
    assert [one["closed_on"] for one in rounds] == ["2024-12-09", "2025-12-03"]
    story.then_no_incidents()


def filed(story: Scenario, case: Json) -> None:
    for unit, node, field in (
        (FORESTRY, "file_forestry", "filed_lf_on"),
        ("JX-STT", "file_ecology", "filed_eco_on"),
    ):
        data = {field: story.today()}
        story.when_completes(unit, node, "receipt", case=case, data=data)
    story.then_state(case, "已备案")


def rebound(story: Scenario, case: Json, result: str) -> None:
    """Let the provincial body check the closed problem on the spot."""
    before = {one["id"] for one in story.cases("jx_look_back")}
    data = {"problem_no": case["number"], "reserve_id": PLACE.reserve, "checker": "省级"}
    story.when_started(FORESTRY, "jx_look_back", data)
    (check,) = (one for one in story.cases("jx_look_back") if one["id"] not in before)
    people = ["clerk-jx-lyj", "clerk-jx-stt"]
    seen = jiangxi.looked_back(story, FORESTRY, result, desc=WHY, people=people)
    story.when_completes(FORESTRY, "check", "submit", case=check, data=seen)
    story.then_state(check, "已重开")
    story.then_waits_at(case, ("plan", COUNTY))


def only_what_is_closed_is_looked_back_at(story: Scenario) -> None:
    """CM-F3: a problem that is 已销号 or 已备案, and no other number."""
    open_one = jiangxi.registered(story, PLACE, lon=117.2301, checked_on="2025-10-17")
    for number in (open_one["number"], "JX-2024-3606-0099"):
        data = {"problem_no": number, "reserve_id": PLACE.reserve, "checker": "省级"}
        body = {"processDefinitionKey": "jx_look_back", "variables": data}
        refused = story.of(FORESTRY).send("POST", "/process-instances", body, 422)
        (error,) = refused["errors"]
        assert (error["field"], error["code"]) == ("problem_no", "ledger-state")
        assert "已销号、已备案" in error["detail"]


def second_round(story: Scenario, case: Json) -> None:
    """Rectify, wait for December, close and leave the receipts open."""
    jiangxi.planned(story, PLACE, case, "2025-11-28")
    jiangxi.rectified(story, PLACE, case)
    story.then_state(case, "整改完成")
    assert story.open(case) == set()  # no closing before 1 December
    story.when_passes("2025-12-01 09:00")
    story.then_waits_at(case, ("fill_f3", BODY))
    story.then_due(case, "fill_f3", "2025-12-20")
    jiangxi.checked_by_the_county(story, PLACE, case, "2025-10-20")
    story.when_passes("2025-12-03 10:00")
    story.when_completes("360681-ZF", "county_gov", "approve", case=case)
    story.then_state(case, "已销号")
    story.then_due(case, "file_forestry", "2025-12-10")
    assert story.counted("M-1", 2025) == (1, 1)
