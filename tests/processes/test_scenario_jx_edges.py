"""Jiangxi, a year of edges: leap day, holidays, ends of windows, a list of August."""

from dataclasses import replace

import pytest

from tests.processes import jiangxi
from tests.processes.test_scenario_jx_late import extended
from tests.support.scenario import Json, Scenario
from tests.support.stories import Beginning

pytestmark = [jiangxi.CROSSED, pytest.mark.requirement("J-22")]
PLACE = jiangxi.YANGJIFENG
COUNTY, CITY = PLACE.both("county"), PLACE.both("city")
FORESTRY, ECOLOGY = "JX-LYJ", "JX-STT"


@pytest.fixture
def jiangxi_beginning(jiangxi_beginning: Beginning) -> Beginning:
    """Begin on the last day of 2023, so that all of 2024 is told."""
    return replace(jiangxi_beginning, moment="2023-12-31 09:00")


def found(story: Scenario, day: str, row: str, **more: object) -> Json:
    """Register a problem found on DAY; ROW of D-10 decides its list."""
    case = jiangxi.registered(story, PLACE, year=2024, checked_on=day, **more)
    assert story.rows(case) == ["D-05.2", row]
    return case


@pytest.mark.requirement("J-07", "J-15", "J-21")
def test_a_year_of_edges_from_the_leap_day_to_the_holiday_of_october(
    jiangxi_story: Scenario,
) -> None:
    story = jiangxi_story
    story.when_passes("2024-02-29 10:00")
    leap = found(story, "2024-02-29", "D-10.1")
    story.when_passes("2024-06-30 20:00")  # a Sunday, the last day of the window
    june = found(story, "2024-06-30", "D-10.1", lon=117.22)
    story.when_passes("2024-07-01 08:00")
    july = found(story, "2024-07-01", "D-10.2", lon=117.23)
    for case in (leap, june, july):
        story.then_due(case, "submit", "2024-07-31")  # not ten working days for the late one
        reviewed(story, case)
    listed_in_august(story, (leap, june, july))
    story.when_passes("2024-08-28 10:00")
    fed_back(story, 1, (leap,))
    the_work_waits_for_september(story, leap)
    story.when_passes("2024-09-26 10:00")
    fed_back(story, 2, (july,))
    # 1 to 7 October off, 29 September and 12 October worked
    story.then_due(july, "plan", "2024-10-15")
    story.when_completes(COUNTY[0], "plan", "submit", case=july, data=the_plan("2024-11-29"))
    story.then_state(july, "整改中")
    the_window_of_late_entries_ends(story)
    assert story.counted("M-1", 2024)[1] == 3
    not_on_the_day_itself(story, july)
    story.then_no_incidents()


def reviewed(story: Scenario, case: Json) -> None:
    """Take CASE through county and city."""
    story.when_completes(PLACE.body, "submit", "submit", case=case)
    for unit in COUNTY:
        story.when_completes(unit, "county_review", "agree", case=case)
    for unit in CITY:
        story.when_completes(unit, "city_review", "agree", case=case)


def the_window_of_late_entries_ends(story: Scenario) -> None:
    """Take what is found on 30 September into this year, on 1 October into the next."""
    story.when_passes("2024-09-30 23:00")
    found(story, "2024-09-30", "D-10.2", lon=117.24)
    story.when_passes("2024-10-01 09:00")
    october = found(story, "2024-10-01", "D-10.4", lon=117.25)
    row = story.ledger_row("problem", october["number"])
    assert (row["list_year"], row["follow_up"]) == (2025, False)


def the_plan(due: str) -> Json:
    data = jiangxi.plan(due, PLACE)
    data["measures"][0]["from"] = "2024-08-28"
    return data


def listed_in_august(story: Scenario, cases: tuple[Json, ...]) -> None:
    story.when_passes("2024-08-20 10:00")
    jiangxi.sent_by_the_city(story, PLACE, 2024)
    for case in cases:
        story.when_completes(FORESTRY, "joint_forestry", "list", case=case)
        story.when_completes(ECOLOGY, "joint_ecology", "list", case=case)
        story.then_state(case, "已列入清单")


def fed_back(story: Scenario, batch: int, cases: tuple[Json, ...]) -> None:
    """Feed back only CASES."""
    data = {"year": 2024, "batch": batch}
    case = story.when_started(FORESTRY, "jx_prov_list", data)
    numbers = {one["number"] for one in cases}
    rows = story.form(FORESTRY, "form_list", case)["rows"]
    data = {"rows": [row for row in rows if row["problem_no"] in numbers]}
    story.when_completes(FORESTRY, "form_list", "feed_back", case=case, data=data)


def the_work_waits_for_september(story: Scenario, case: Json) -> None:
    """A-01: a problem may enter 整改中 from 1 September on, its plan may be made before."""
    story.then_due(case, "plan", "2024-09-11")
    story.when_passes("2024-08-30 10:00")
    story.when_completes(COUNTY[0], "plan", "submit", case=case, data=the_plan("2024-11-15"))
    story.then_state(case, "已列入清单")
    assert story.open(case) == set()
    story.when_passes("2024-08-31 23:50")
    assert story.open(case) == set()
    story.when_passes("2024-09-01 00:05")  # a Sunday, not moved
    story.then_state(case, "整改中")
    story.then_waits_at(case, ("rectify", COUNTY[0]))
    story.then_due(case, "rectify", "2024-11-15")


def not_on_the_day_itself(story: Scenario, case: Json) -> None:
    """A-30: before the due date; on its day it is too late."""
    story.when_passes("2024-11-29 08:00")
    assert extended(story, COUNTY[0], case, "2024-12-20", 409)["code"] == "already-due"
    story.when_passes("2024-12-01 09:00")  # a Sunday: red, not yet a level
    (task,) = story.tasks(case)
    assert task["due"]["state"] == "overdue"
    assert {rung["level"] for rung in story.rungs(case) if rung["node"] == "rectify"} == {"L0"}
    story.when_passes("2024-12-02 09:00")
    assert story.rungs(case)[-1]["level"] == "L1"
    story.when_passes("2024-12-13 09:00")  # the tenth working day
    assert story.rungs(case)[-1]["level"] == "L1"
    story.when_passes("2024-12-16 09:00")  # the eleventh
    assert story.rungs(case)[-1]["level"] == "L2"
