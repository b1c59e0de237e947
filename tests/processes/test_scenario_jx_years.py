"""Jiangxi, S07 continued: the summaries of 2024 by date, two year ends over one problem."""

from dataclasses import replace

import pytest

from tests.processes import jiangxi
from tests.processes.test_jiangxi_summary import OWNED, summary_of, written
from tests.support.scenario import Json, Scenario
from tests.support.stories import Beginning

pytestmark = [jiangxi.CROSSED, pytest.mark.requirement("J-29")]
PLACE = jiangxi.YANGJIFENG
COUNTY, CITY = PLACE.both("county")[0], PLACE.both("city")
FORESTRY, ECOLOGY, COMMITTEE = "JX-LYJ", "JX-STT", "JX-STW"
SAID = {"reason": "雨季施工受阻", "next": "加派人员"}


@pytest.fixture
def jiangxi_beginning(jiangxi_beginning: Beginning) -> Beginning:
    """Begin on the last day of 2023, so that all of 2024 is told."""
    return replace(jiangxi_beginning, moment="2023-12-31 09:00")


@pytest.mark.requirement("J-40")
def test_two_years_end_over_the_same_problem(jiangxi_story: Scenario) -> None:
    story = jiangxi_story
    story.when_passes("2024-10-09 10:00")
    left, done = unfinished_problem(story), unfinished_problem(story, lon=117.2199)
    s07_6_the_summaries_of_2024(story)
    story.when_passes("2025-01-03 10:00")
    report = the_report(story, 2024, (left, done))
    signed_late_it_keeps_its_limit(story, report)
    for case in (left, done):
        carried(story, case, 2025, "2025-06-30", follow_up=False)
    assert story.counted("M-1", 2025) == (0, 2)
    finished_in_its_second_year(story, done)
    story.when_passes("2026-01-05 10:00")
    second = the_report(story, 2025, (left,))
    for unit in (ECOLOGY, FORESTRY):
        story.when_completes(unit, "sign_f11", "send", case=second)
    carried(story, left, 2026, "2026-06-30", follow_up=True)
    late_its_summary_tells_the_frozen_year(story, left)
    assert story.states(left).count("结转") == 2
    assert len([task for task in story.tasks(left, None) if task["node"] == "submit"]) == 1
    story.then_no_incidents()


def unfinished_problem(story: Scenario, **changes: float) -> Json:
    """List a problem of October 2024 in an extra batch and begin its work."""
    late = {"year": 2024, "checked_on": "2024-10-08", "request_supplement": True}
    case = jiangxi.registered(story, PLACE, **late, **changes)
    data = {"supplement_due": "2024-12-20"}
    story.when_completes(FORESTRY, "approve_supplement", "approve", case=case, data=data)
    story.when_completes(ECOLOGY, "approve_supplement", "approve", case=case)
    story.when_completes(PLACE.body, "submit", "submit", case=case)
    jiangxi.planned(story, PLACE, case, "2024-12-20")
    return case


def s07_6_the_summaries_of_2024(story: Scenario) -> None:
    """12-01: each city bureau and owned reserve; due 2024-12-31; late: L1 on 2025-01-02."""
    story.when_passes("2024-11-30 23:00")
    assert story.cases("jx_summary") == []
    story.when_passes("2024-12-01 09:00")
    assert len(story.cases("jx_summary")) == 17
    city, late = summary_of(story, PLACE), summary_of(story, jiangxi.ANOTHER)
    for one, place in ((city, PLACE), (late, jiangxi.ANOTHER)):
        both = (("compile_summary", unit) for unit in place.both("city"))
        story.then_waits_at(one, *both)
        story.then_due(one, "compile_summary", "2024-12-31")
    own = summary_of(story, OWNED, owned=True)
    story.then_waits_at(own, ("compile_summary", OWNED.body))
    story.when_passes("2024-12-30 10:00")
    rows = story.form(CITY[0], "compile_summary", city)["unfinished"]
    row = {**SAID, "new_due": "2025-06-30", "leader": "分管副局长"}
    data = written(story, CITY[0], unfinished=[{**one, **row} for one in rows])
    story.when_completes(CITY[0], "compile_summary", "submit", case=city, data=data)
    for unit in CITY:
        story.when_completes(unit, "sign_summary", "send", case=city)
    story.when_passes("2024-12-31 23:00")
    assert story.tasks(late)[0]["due"]["state"] == "warning"
    story.when_passes("2025-01-01 12:00")  # a holiday: red, not yet a level
    assert story.tasks(late)[0]["due"]["state"] == "overdue"
    assert {rung["level"] for rung in story.rungs(late)} == {"L0"}
    story.when_passes("2025-01-02 09:00")
    last = story.rungs(late)[-1]
    assert (last["level"], last["decision"]["rows"]) == ("L1", ["D-08.6"])
    assert not [r for r in story.rungs(city) if r["level"] == "L1"]


def the_report(story: Scenario, year: int, cases: tuple[Json, ...]) -> Json:
    """Compile JX-F11 of YEAR; what is frozen cannot be left out, added or changed."""
    (report,) = (one for one in story.cases("jx_year_end") if one["year"] == year)
    story.then_due(report, "compile_f11", f"{year + 1}-01-15")
    rows = story.form(FORESTRY, "compile_f11", report)["rows"]
    assert [row["problem_no"] for row in rows] == [case["number"] for case in cases]
    full = [{**row, **SAID, "new_due": f"{year + 1}-06-30"} for row in rows]
    act = (FORESTRY, "compile_f11", "submit")
    other = {**full[0], "problem_no": "JX-2024-3601-0001"}
    changed = {**full[0], "status": "已销号"}
    soon = {**full[0], "new_due": f"{year}-12-31"}
    for wrong in (full[1:], [*full, full[0]], [other, *full[1:]], [changed], [soon]):
        data = {"rows": wrong}
        refused = story.when_completes(*act, case=report, data=data, expect=422)
        assert {error["field"].split(".")[0] for error in refused["errors"]} == {"rows"}
    story.when_completes(*act, case=report, data={"rows": full})
    return report


def signed_late_it_keeps_its_limit(story: Scenario, report: Json) -> None:
    """One signature sends nothing; after 15 January it is late, and sent all the same."""
    story.when_passes("2025-01-08 10:00")
    story.when_completes(FORESTRY, "sign_f11", "send", case=report)
    story.then_waits_at(report, ("sign_f11", ECOLOGY))
    story.then_due(report, "sign_f11", "2025-01-15")
    assert f"unit:{COMMITTEE}" not in story.told(report)
    story.when_passes("2025-01-16 10:00")
    assert story.rungs(report)[-1]["level"] == "L4"
    assert story.tasks(report)[0]["due"]["state"] == "overdue"
    story.when_completes(ECOLOGY, "sign_f11", "send", case=report)
    assert story.written(report, "sent_on") == ["2025-01-16"]
    assert f"unit:{COMMITTEE}" in story.told(report)


def carried(story: Scenario, case: Json, year: int, due: str, *, follow_up: bool) -> None:
    """Check the row of CASE in the list of YEAR and the limit of its open task."""
    story.then_state(case, "结转")
    row = story.ledger_row("problem", case["number"])
    assert (row["list_year"], row["first_year"], row["carried_over"]) == (year, 2024, True)
    assert (row["due_on"], row["follow_up"]) == (due, follow_up)
    story.then_waits_at(case, ("rectify", COUNTY))
    story.then_due(case, "rectify", due)


@pytest.mark.requirement("J-40")
def late_its_summary_tells_the_frozen_year(story: Scenario, left: Json) -> None:
    """Written after the freeze, JX-F7 holds what was carried over, as it stood then."""
    found = [c for c in story.cases("jx_summary") if c["region"] == PLACE.city]
    (late,) = [c for c in found if c["year"] == 2025]
    form = story.form(CITY[0], "compile_summary", late)
    assert [form[key] for key in ("listed", "done")] == [2, 1]
    (row,) = form["unfinished"]
    assert (row["problem_no"], row["status"]) == (left["number"], "结转")
    row |= {**SAID, "new_due": "2026-06-30", "leader": "分管副局长"}
    data = written(story, CITY[0], unfinished=[row])
    story.when_completes(CITY[0], "compile_summary", "submit", case=late, data=data)
    known = story.variables(late)
    assert [known[key] for key in ("listed", "done")] == [2, 1]


def finished_in_its_second_year(story: Scenario, case: Json) -> None:
    """Close it in May: no December for what was carried over."""
    story.when_passes("2025-05-12 10:00")
    jiangxi.rectified(story, PLACE, case)
    story.then_state(case, "整改完成")
    jiangxi.checked_by_the_county(story, PLACE, case, "2025-05-12")
    story.when_completes("360681-ZF", "county_gov", "approve", case=case)
    story.then_state(case, "已销号")
    assert story.counted("M-1", 2025) == (1, 2)
    assert story.counted("M-1", 2024)[0] == 0  # frozen
