"""Problems found after June, points across a border, and a government that closes its own."""

import pytest

from tests.processes import jiangxi
from tests.support.scenario import Json, Scenario

pytestmark = jiangxi.CROSSED
PLACE = jiangxi.YANGJIFENG
BORDER = jiangxi.Place("JX-N12", "360735", "360700", "横江镇洋地", 116.3521, 25.9836)
COUNTY, GOVERNMENT = PLACE.both("county")[0], "360681-ZF"
FORESTRY, ECOLOGY = "JX-LYJ", "JX-STT"
OCTOBER = {"checked_on": "2025-10-08", "request_supplement": True}
REASON = "整改不到位，请补充恢复植被后再报"


@pytest.mark.requirement("J-15")
def test_a_problem_of_august_joins_the_open_list_as_a_late_entry(
    jiangxi_story: Scenario,
) -> None:
    story = jiangxi_story
    story.when_passes("2025-08-05")
    case = jiangxi.reviewed_by_the_city(story, PLACE, checked_on="2025-08-04")
    assert story.rows(case) == ["D-05.2", "D-10.2"]
    assert story.ledger_row("problem", case["number"])["handling"] == "补录"
    open_list = jiangxi.city_list(story, PLACE.city)
    form = story.form(PLACE.both("city")[0], "compile_list", open_list)
    assert [row["problem_no"] for row in form["rows"]] == [case["number"]]


def test_an_agreed_supplement_is_rectified_at_once_and_counts_this_year(
    jiangxi_story: Scenario,
) -> None:
    story = jiangxi_story
    story.when_passes("2025-10-09")
    case = jiangxi.registered(story, PLACE, **OCTOBER)
    both = (("approve_supplement", FORESTRY), ("approve_supplement", ECOLOGY))
    story.then_waits_at(case, *both)
    data = {"supplement_batch": 2, "supplement_due": "2025-12-15"}
    story.when_completes(FORESTRY, "approve_supplement", "approve", case=case, data=data)
    story.when_completes(ECOLOGY, "approve_supplement", "approve", case=case)
    assert story.rows(case) == ["D-05.2", "D-10.3"]
    story.when_completes(PLACE.body, "submit", "submit", case=case)
    story.then_waits_at(case, ("plan", COUNTY))
    row = story.ledger_row("problem", case["number"])
    assert (row["handling"], row["batch"], row["list_year"]) == ("增补", 2, 2025)
    assert (row["listed_on"], row["fed_back_on"]) == ("2025-10-09", "2025-10-09")
    assert (row["rate_year"], row["due_on"]) == (2025, "2025-12-15")
    story.then_never(case, *PLACE.both("city"))
    jiangxi.planned(story, PLACE, case, "2025-12-15")
    story.then_state(case, "整改中")


def test_a_refused_supplement_waits_for_the_next_list(jiangxi_story: Scenario) -> None:
    story = jiangxi_story
    story.when_passes("2025-10-09")
    case = jiangxi.registered(story, PLACE, **OCTOBER)
    act = (ECOLOGY, "approve_supplement", "defer")
    story.when_completes(*act, case=case, opinion="问题轻微，列入下一年度清单处理")
    assert story.rows(case) == ["D-05.2", "D-10.4"]
    story.then_waits_at(case, ("submit", PLACE.body))
    row = story.ledger_row("problem", case["number"])
    assert (row["list_year"], row["follow_up"], row["listed_on"]) == (2026, True, None)


@pytest.mark.requirement("J-26")
def test_a_point_across_a_border_needs_every_county_government(
    jiangxi_story: Scenario,
) -> None:
    story = jiangxi_story
    case = crossing(story)
    governments = (("county_gov", "360735-ZF"), ("county_gov", "360781-ZF"))
    story.then_waits_at(case, *governments)
    story.when_completes("360735-ZF", "county_gov", "approve", case=case)
    story.then_state(case, "待销号")
    story.then_waits_at(case, ("county_gov", "360781-ZF"))
    story.when_completes("360781-ZF", "county_gov", "return", case=case, opinion=REASON)
    story.then_state(case, "整改中")
    assert story.ledger_row("problem", case["number"])["completed_on"] is None
    jiangxi.rectified(story, BORDER, case)
    checked_by_both_counties(story, case, "2025-12-01")
    for unit in ("360735-ZF", "360781-ZF"):
        story.when_completes(unit, "county_gov", "approve", case=case)
    story.then_state(case, "已销号")
    story.then_no_incidents()


def crossing(story: Scenario) -> Json:
    """Bring a point on the border of two counties before both governments."""
    (case,) = jiangxi.listed(story, BORDER, {"border_counties": ["360781"]})
    jiangxi.planned(story, BORDER, case, "2025-11-20")
    jiangxi.rectified(story, BORDER, case)
    story.when_passes("2025-12-01")
    checked_by_both_counties(story, case, "2025-11-14")
    return case


def checked_by_both_counties(story: Scenario, case: Json, done_on: str) -> None:
    """A-06, A-20: forestry and ecology of each county on the border give a check opinion."""
    jiangxi.checked_by_the_county(story, BORDER, case, done_on)
    others = ("360781-LY", "360781-ST")
    story.then_waits_at(case, *(("county_check", unit) for unit in others))
    story.then_state(case, "待销号")
    for unit in others:
        story.when_completes(unit, "county_check", "pass", case=case)


def test_a_government_closing_its_own_problem_is_warned_and_surveyed(
    jiangxi_story: Scenario,
) -> None:
    story = jiangxi_story
    case = jiangxi.ready_to_close(story, PLACE, county_owned=True)
    assert story.ledger_row("problem", case["number"])["self_approving"] is True
    jiangxi.checked_by_the_county(story, PLACE, case, "2025-11-14")
    form = story.form(GOVERNMENT, "county_gov", case)
    assert form["self_approving"] is True
    story.when_completes(GOVERNMENT, "county_gov", "approve", case=case)
    survey = story.when_started(FORESTRY, "jx_survey", {"year": 2025, "batch": 2})
    rows = story.form(FORESTRY, "record_survey", survey)["problems"]
    assert [row["problem_no"] for row in rows] == [case["number"]]  # closed, yet looked at


def test_an_ordinary_problem_is_not_marked(jiangxi_story: Scenario) -> None:
    story = jiangxi_story
    case = jiangxi.ready_to_close(story, PLACE)
    assert story.ledger_row("problem", case["number"])["self_approving"] is False


@pytest.mark.requirement("J-22", "J-39")
def test_overdue_work_is_urged_and_then_reported_to_the_province(
    jiangxi_story: Scenario,
) -> None:
    story = jiangxi_story
    (case,) = jiangxi.listed(story, PLACE, {})
    jiangxi.planned(story, PLACE, case, "2025-11-20")
    before = len(story.rungs(case))
    for day, row, told in (
        ("2025-11-06", "D-08.8", {f"unit:{PLACE.body}"}),
        ("2025-11-21", "D-08.9", {f"unit:{PLACE.body}", f"unit:{COUNTY}"}),
        ("2025-12-05", "D-08.10", {f"unit:{FORESTRY}", f"unit:{ECOLOGY}"}),
    ):
        story.when_passes(f"{day} 09:30")
        rungs = story.rungs(case)[before:]
        assert [rung["decision"]["rows"] for rung in rungs] == [[row]]
        assert told <= set(rungs[0]["to"])
        before += len(rungs)
    story.then_waits_at(case, ("rectify", COUNTY))
