"""Work of the year's windows: inspection with nil reports, monthly progress, surveys."""

from datetime import date

import pytest

from engine.base.actor import SYSTEM
from engine.commands.organisation import ChangeRecord
from tests.processes import jiangxi
from tests.support.scenario import Json, Scenario

pytestmark = jiangxi.CROSSED
OWNED = jiangxi.Place("JX-N03", "360430", "360400", "桃红岭东坡", 116.6512, 29.8731)
PLACE = jiangxi.YANGJIFENG
FORESTRY, ECOLOGY = "JX-LYJ", "JX-STT"
LAST_WORKING_DAYS = {9: "2025-09-30", 10: "2025-10-31", 11: "2025-11-28"}


def inspection(story: Scenario, place: jiangxi.Place) -> Json:
    """Find the inspection of the reserve of PLACE."""
    found = [c for c in story.cases("jx_inspect") if c["place"] == place.reserve]
    assert len(found) == 1
    return found[0]


def findings(story: Scenario, place: jiangxi.Place, found: int) -> Json:
    """Give the report of an inspection that ended today."""
    return {
        "inspected_from": "2025-02-10",
        "inspected_to": story.today(),
        "inspectors": [f"clerk-{place.body.lower()}", "clerk-jx-lyj"],
        "focus": ["K1", "K2", "K3", "K4", "K5"],
        "found": found,
        "zero_report": found == 0,
    }


def test_every_reserve_reports_its_inspection_or_stands_on_the_list(
    jiangxi_story: Scenario,
) -> None:
    story = jiangxi_story
    the_register_of_reserves_changes(story)
    story.when_passes("2025-01-02")
    places = {case["place"] for case in story.cases("jx_inspect")}
    assert len(places) == len(story.cases("jx_inspect")) == 25
    assert "JX-P10" in places
    assert places.isdisjoint({"JX-P09", "JX-P11", "JX-C01"})
    the_owned_reserve_organises_itself(story)
    both_bureaus_organise_elsewhere(story)
    silence_is_listed_in_july(story)
    figure = story.overseer().get("/metrics/jiangxi/M-5", year="2025")["figure"]
    assert (figure["numerator"], figure["denominator"]) == (1, 25)
    a_late_report_is_still_taken(story)
    story.then_no_incidents()


@pytest.mark.requirement("J-06", "J-07")
def the_register_of_reserves_changes(story: Scenario) -> None:
    """Let one reserve end and one begin with the year, and one begin in February."""
    new = {"level": "省级", "category": "森林生态", "prefecture_code": "360600"}
    new |= {"county_codes": "360681", "affiliation": "LOCAL", "name": "贵溪新设省级自然保护区"}
    begin = date(2025, 1, 1)
    for code, op, cells, day in (
        ("JX-P09", "end", None, begin),
        ("JX-P10", "set", new, begin),
        ("JX-P11", "set", {**new, "name": "二月设立省级自然保护区"}, date(2025, 2, 1)),
    ):
        change = ChangeRecord(
            "jiangxi", "reserve", code, op=op, cells=cells, valid_from=day, if_match=0
        )
        story.worker.engine.execute(change, SYSTEM)


@pytest.mark.requirement("J-09", "J-34")
def the_owned_reserve_organises_itself(story: Scenario) -> None:
    case = inspection(story, OWNED)
    story.then_waits_at(case, ("choose_way", OWNED.body))
    assert story.rows(case) == ["D-05.1"]
    story.when_completes(OWNED.body, "choose_way", "self", case=case)
    story.then_waits_at(case, ("report", OWNED.body))
    story.then_due(case, "report", "2025-06-30")
    story.when_passes("2025-02-20 10:00")
    wrong = {**findings(story, OWNED, 0), "zero_report": False}
    act = (OWNED.body, "report", "submit")
    refused = story.when_completes(*act, case=case, data=wrong, expect=422)
    assert [error["field"] for error in refused["errors"]] == ["zero_report"]
    story.when_completes(*act, case=case, data=findings(story, OWNED, 0))
    story.then_state(case, "零报告")
    assert story.case(case["id"])["status"] == "completed"
    story.then_never(case, "360400-LY", "360400-ST")


@pytest.mark.requirement("J-08", "J-12")
def both_bureaus_organise_elsewhere(story: Scenario) -> None:
    case = inspection(story, PLACE)
    forestry, ecology = PLACE.both("city")
    story.then_waits_at(case, ("organise", forestry), ("organise", ecology))
    story.when_completes(forestry, "organise", "organised", case=case)
    story.then_waits_at(case, ("organise", ecology))
    story.when_completes(ecology, "organise", "organised", case=case)
    problem = jiangxi.registered(story, PLACE, checked_on="2025-02-15")
    rows = story.form(PLACE.body, "report", case)["recheck"]
    assert [row["problem_no"] for row in rows] == [problem["number"]]


@pytest.mark.requirement("J-07", "J-34")
def silence_is_listed_in_july(story: Scenario) -> None:
    case = inspection(story, PLACE)
    story.when_passes("2025-06-30 23:00")
    story.then_state(case, "排查中")
    story.when_passes("2025-07-01 09:00")
    story.then_state(case, "未报排查情况")
    assert {f"unit:{FORESTRY}", f"unit:{ECOLOGY}"} <= story.told(case)
    body: Json = {"filter": {"late": True}, "page": {"limit": 200}}
    path = "/ledgers/inspection/rows/search"
    late = story.overseer().send("POST", path, body)["items"]
    assert len(late) == 24  # all but the one that reported
    assert all(row["values"]["reported_on"] is None for row in late)


def a_late_report_is_still_taken(story: Scenario) -> None:
    case = inspection(story, PLACE)
    data = findings(story, PLACE, 1)
    story.when_completes(PLACE.body, "report", "submit", case=case, data=data)
    story.then_state(case, "已排查")
    row = story.ledger_row("inspection", case["number"])
    assert (row["late"], row["reported_on"], row["found"]) == (True, "2025-07-01", 1)


@pytest.mark.requirement("J-22", "J-39")
def test_cities_and_owned_reserves_report_progress_each_month(jiangxi_story: Scenario) -> None:
    story = jiangxi_story
    (case,) = jiangxi.listed(story, PLACE, {})
    jiangxi.planned(story, PLACE, case, "2025-11-20")
    for month, last in LAST_WORKING_DAYS.items():
        story.when_passes(f"2025-{month:02}-13 10:00")
        named = f"年{month}月整改进展月报"
        reports = [one for one in story.cases("jx_progress") if named in one["title"]]
        assert len(reports) == 17  # eleven cities and six reserves owned by the province
        mine = next(one for one in reports if one["region"] == PLACE.city)
        story.then_waits_at(mine, *(("report_progress", unit) for unit in PLACE.both("city")))
        story.then_due(mine, "report_progress", last)
        form = story.form(PLACE.both("city")[0], "report_progress", mine)
        assert [row["problem_no"] for row in form["rows"]] == [case["number"]]
        data = {"rows": form["rows"], "summary": "按方案推进，月底完成拆除。"}
        act = (PLACE.both("city")[0], "report_progress", "submit")
        story.when_completes(*act, case=mine, data=data)
        assert story.ledger_row("progress", mine["number"])["total"] == 1
    owned = [one for one in reports if one["place"] == OWNED.reserve]
    story.then_waits_at(owned[0], ("report_progress", OWNED.body))
    story.then_no_incidents()


@pytest.mark.requirement("J-23")
def test_a_survey_group_of_both_bodies_visits_and_both_sign(jiangxi_story: Scenario) -> None:
    story = jiangxi_story
    (case,) = jiangxi.listed(story, PLACE, {})
    story.when_passes("2025-10-10 10:00")
    survey = story.when_started(FORESTRY, "jx_survey", {"year": 2025, "batch": 1})
    rows = story.form(FORESTRY, "record_survey", survey)["problems"]
    assert [row["problem_no"] for row in rows] == [case["number"]]
    data = {
        "on": "2025-10-10",
        "members_forestry": ["clerk-jx-lyj"],
        "members_ecology": ["clerk-jx-stt"],
        "places": [PLACE.county],
        "problems": rows,
        "findings": "拆除未完成，植被恢复滞后。",
        "advice": [{"text": "加快拆除进度", "unit": PLACE.body}],
    }
    act = (FORESTRY, "record_survey", "submit")
    story.when_completes(*act, case=survey, data=data, expect=422)  # none was visited
    data["problems"] = [{**row, "checked": True} for row in rows]
    story.when_completes(*act, case=survey, data=data)
    story.when_completes(FORESTRY, "sign_survey", "agree", case=survey)
    story.then_waits_at(survey, ("sign_survey", ECOLOGY))
    story.when_completes(ECOLOGY, "sign_survey", "agree", case=survey)
    story.then_state(survey, "已反馈")
    assert story.case(survey["id"])["status"] == "completed"
