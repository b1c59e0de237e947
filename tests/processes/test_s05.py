"""Story S05: remote-sensing points with their own dates, from the batch to the closing."""

import pytest

from tests.processes import jiangxi
from tests.processes.test_campaign_years import AT as YEARS
from tests.processes.test_campaign_years import act
from tests.support.scenario import Browser, Json, Scenario

pytestmark = jiangxi.CROSSED
PLACE = jiangxi.Place("JX-N08", "361028", "361000", "昌坪港东", 117.2, 27.8)  # 马头山
FORESTRY = "JX-LYJ"
OWN = {"4": "2026-03-31", "5": "2025-12-20"}


def a_batch(reserve: str, numbers: str) -> Json:
    """Give batch RS-2025-04 with one point of RESERVE per digit of NUMBERS."""
    point = {"reserve_id": reserve, "rs_type": "旅游开发", "change": "新增"}
    points = [{**point, "point_no": number, "rect_due": OWN.get(number)} for number in numbers]
    return {
        "batch_no": "RS-2025-04",
        "issuer": "国家林草局",
        "issued_on": "2025-10-15",
        "verify_due": "2025-11-14",
        "batch_rect_due": "2026-03-31",
        "points": points,
    }


def points_of(story: Scenario) -> dict[str, Json]:
    """Give the cases of the points by the last digit of their title's number."""
    return {c["title"].split("点位")[1][0]: c for c in story.cases("jx_rs_point")}


def found(story: Scenario, unit: str, result: str, **more: object) -> Json:
    """Give JX-F8 of today with RESULT."""
    people = [f"clerk-{unit.lower()}", "clerk-jx-lyj"]
    seen = {"field_type": "E2", "is_problem": result, "field_on": story.today()}
    photos = story.when_uploads(unit, "", "")
    return {**seen, "checked_by": people, "photos": photos, **more}


def test_points_are_verified_by_their_batch_and_become_problems_with_their_own_dates(
    jiangxi_story: Scenario,
) -> None:
    story = jiangxi_story
    story.when_passes("2025-10-16 10:00")
    twice = a_batch(PLACE.reserve, "11")
    body = {"processDefinitionKey": "jx_rs_batch", "variables": twice}
    refused = story.of(FORESTRY).send("POST", "/process-instances", body, 422)
    assert [error["field"] for error in refused["errors"]] == ["points"]
    story.when_started(FORESTRY, "jx_rs_batch", a_batch(PLACE.reserve, "12345"))
    points = points_of(story)
    assert sorted(points) == list("12345")
    story.then_waits_at(points["1"], ("verify_point", PLACE.body))
    story.then_due(points["1"], "verify_point", "2025-11-14")
    no_problem_is_closed_with_its_basis(story, points)
    late_is_told(story, points["4"])
    later, left, own = (its_problem(story, points[number]) for number in "345")
    for case, due in ((later, "2026-03-31"), (left, "2026-03-31"), (own, "2025-12-20")):
        in_rectification_at_once(story, case, due)
    told = (later, left, own)
    rates = [story.ledger_row("problem", one["number"])["rate_year"] for one in told]
    assert rates == [2026, 2026, 2025]
    the_freeze_leaves_the_later_ones_out(story, {later["number"], left["number"]})
    it_closes_in_march(story, later)
    the_one_left_is_overdue_in_april_and_escalated_at_the_end_of_the_year(story, left)
    story.then_all_is_on_record(*points.values(), *told)


@pytest.mark.requirement("J-14")
def no_problem_is_closed_with_its_basis(story: Scenario, points: dict[str, Json]) -> None:
    story.when_passes("2025-10-28 10:00")
    for number, result in (("1", "误判"), ("2", "合法合规")):
        act = (PLACE.body, "verify_point", "submit")
        bare = found(story, PLACE.body, result)
        refused = story.when_completes(*act, case=points[number], data=bare, expect=422)
        assert [error["field"] for error in refused["errors"]] == ["legal_basis"]
        basis = {**bare, "legal_basis": story.when_uploads(PLACE.body, "")}
        story.when_completes(*act, case=points[number], data=basis)
        story.then_state(points[number], "已销案")
        assert story.rows(points[number]) == ["D-13.1"]


@pytest.mark.requirement("J-14", "J-39")
def late_is_told(story: Scenario, case: Json) -> None:
    for day, number in (("2025-11-05", "3"), ("2025-11-10", "5"), ("2025-11-18", "4")):
        if number == "4":
            story.when_passes("2025-11-14 23:00")
            assert story.tasks(case)[0]["due"]["state"] == "warning"
            story.when_passes("2025-11-15 00:30")  # a Saturday
            assert story.tasks(case)[0]["due"]["state"] == "overdue"
        story.when_passes(f"{day} 10:00")
        data = found(story, PLACE.body, "属于违法违规")
        point = points_of(story)[number]
        story.when_completes(PLACE.body, "verify_point", "submit", case=point, data=data)
        story.then_state(point, "已转问题")
    assert [rung["level"] for rung in story.rungs(case)][-1] == "L1"
    row = story.ledger_row("rs_point", case["number"])
    assert (row["verify_late"], row["counts_in_year"]) == (True, 2026)


def its_problem(story: Scenario, point: Json) -> Json:
    """Find the draft that came of POINT."""
    drafts = story.cases("jx_audit")
    (mine,) = (c for c in drafts if story.variables(c)["draft_from"] == point["number"])
    return mine


@pytest.mark.requirement("J-24")
def in_rectification_at_once(story: Scenario, case: Json, due: str) -> None:
    story.then_waits_at(case, ("complete_draft", PLACE.body))
    form = story.form(PLACE.body, "complete_draft", case)
    assert (form["source"], form["rs_due"]) == (["国家林草局遥感点位"], due)
    photos = story.when_uploads(PLACE.body, "全景", "细部")
    kept = (
        "source",
        "source_ref",
        "rs_due",
        "problem_type",
        "checked_on",
        "request_supplement",
    )
    data = {**jiangxi.problem(PLACE, photos=photos), **{key: form[key] for key in kept}}
    data["zone"], data["prior_state"] = ["实验区"], "首次发现"
    story.when_completes(PLACE.body, "complete_draft", "register", case=case, data=data)
    story.when_completes(FORESTRY, "approve_supplement", "approve", case=case)
    story.when_completes(PLACE.body, "submit", "submit", case=case)
    plan = jiangxi.plan(due, PLACE)
    story.when_completes(PLACE.body, "plan", "submit", case=case, data=plan)
    story.then_state(case, "整改中")
    story.then_due(case, "rectify", due)


@pytest.mark.requirement("J-24", "J-29")
def the_freeze_leaves_the_later_ones_out(story: Scenario, later: set[str]) -> None:
    story.when_passes("2025-12-31 20:00")
    dry = story.overseer().get("/campaigns/jiangxi/rollover", year="2025")
    out = next(one for one in dry["figures"] if one["id"] == "N-3")
    assert {row["number"] for row in out["rows"]} == later
    story.when_passes("2026-01-05 10:00")
    (report,) = story.cases("jx_year_end")
    rows = story.form(FORESTRY, "compile_f11", report)["rows"]
    assert not later & {row["problem_no"] for row in rows}
    assert {row["problem_no"] for row in rows} == {one["number"] for one in dry["reached"]}
    assert len(rows) == 1  # the point due on 20 December


@pytest.mark.requirement("J-24", "J-27")
def it_closes_in_march(story: Scenario, case: Json) -> None:
    story.when_passes("2026-03-10 10:00")
    story.when_completes(PLACE.body, "rectify", "done", case=case)
    story.when_completes(PLACE.body, "self_check", "pass", case=case)
    story.then_state(case, "整改完成")
    data = jiangxi.closing(story, PLACE.body, "2026-03-10")
    story.then_due(case, "fill_f4", "2026-03-24")  # not 20 December of the year it was found
    story.when_completes(PLACE.body, "fill_f4", "submit", case=case, data=data)
    story.when_passes("2026-03-18 10:00")
    story.when_completes(FORESTRY, "prov_check", "pass", case=case)
    story.when_completes(FORESTRY, "prov_approve", "approve", case=case)
    story.then_state(case, "已销号")
    story.then_due(case, "file_ecology_f4", "2026-03-25")
    data = {"filed_eco_on": "2026-03-18"}
    story.when_completes("JX-STT", "file_ecology_f4", "receipt", case=case, data=data)
    story.then_state(case, "已备案")


def the_one_left_is_overdue_in_april_and_escalated_at_the_end_of_the_year(
    story: Scenario, case: Json
) -> None:
    chief = story.overseer()
    act(chief, "POST", YEARS, {"source": 2025, "year": 2026}, 200)
    act(chief, "POST", f"{YEARS}/2026/start", None, 200)
    story.when_passes("2026-04-01 10:00")
    assert story.rungs(case)[-1]["level"] == "L1"
    row = story.ledger_row("problem", case["number"])
    assert (row["due_on"], row["carried_over"]) == ("2026-03-31", False)
    days_of_2027(chief)
    story.when_passes("2026-12-31 23:00")
    assert [one["year"] for one in story.cases("jx_year_end")] == [2025]  # not before
    story.when_passes("2027-01-04 10:00")
    (report,) = (one for one in story.cases("jx_year_end") if one["year"] == 2026)
    rows = story.form(FORESTRY, "compile_f11", report)["rows"]
    assert case["number"] in {row["problem_no"] for row in rows}


def days_of_2027(who: Browser) -> None:
    """Enter a year of days: limits after the end of 2026 are counted in it."""
    who.acts += 1
    answer = who.client.put(
        "/api/v1/calendars/cn/entries",
        data="date,is_workday,name\n2027-01-01,0,元旦\n",
        content_type="text/csv",
        headers={"X-CSRF-Token": who.csrf, "If-Match": '"0"'},
    )
    assert answer.status_code == 200, answer.text


@pytest.mark.requirement("J-14")
def test_both_county_departments_confirm_elsewhere(jiangxi_story: Scenario) -> None:
    story, place = jiangxi_story, jiangxi.YANGJIFENG
    story.when_passes("2025-10-16 10:00")
    story.when_started(FORESTRY, "jx_rs_batch", a_batch(place.reserve, "1"))
    (case,) = points_of(story).values()
    data = found(story, place.body, "误判", legal_basis=story.when_uploads(place.body, ""))
    story.when_completes(place.body, "verify_point", "submit", case=case, data=data)
    forestry, ecology = place.both("county")
    story.when_completes(forestry, "confirm_point", "agree", case=case)
    story.then_waits_at(case, ("confirm_point", ecology))
    story.when_completes(ecology, "confirm_point", "agree", case=case)
    story.then_state(case, "已销案")
