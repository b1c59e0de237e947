"""Jiangxi, A-05: dated ownership, a route fixed at registration that forestry may change."""

from datetime import date

import pytest

from engine.base.actor import SYSTEM
from engine.commands.organisation import ChangeRecord
from tests.processes import jiangxi
from tests.processes.test_jiangxi_summary import summary_of
from tests.support.scenario import Json, Scenario

pytestmark = [jiangxi.CROSSED, pytest.mark.requirement("J-19")]
PLACE = jiangxi.YANGJIFENG
BODY, COUNTY, CITY = PLACE.body, PLACE.both("county"), PLACE.both("city")
FORESTRY, ECOLOGY = "JX-LYJ", "JX-STT"
WHY = "保护区七月起由省里直管，按附件4办理"


@pytest.mark.requirement("J-27")
def test_a_reserve_that_changes_hands_in_july_keeps_the_routes_of_its_problems(
    jiangxi_story: Scenario,
) -> None:
    story = jiangxi_story
    story.when_passes("2025-04-10 10:00")
    spring = {"checked_on": "2025-04-09"}
    before = jiangxi.registered(story, PLACE, **spring)
    switched = jiangxi.registered(story, PLACE, lon=117.2201, **spring)
    the_reserve_becomes_the_provinces(story)
    story.when_passes("2025-07-03 10:00")
    after = jiangxi.registered(story, PLACE, lon=117.2202, checked_on="2025-07-02")
    routes = [story.rows(case)[0] for case in (before, switched, after)]
    assert routes == ["D-05.2", "D-05.2", "D-05.1"]
    the_new_one_goes_straight_to_the_province(story, after)
    the_old_ones_go_on_by_county_and_city(story, before, switched)
    story.when_passes("2025-09-12 10:00")
    jiangxi.fed_back(story, batch=1)
    for case, worker in ((before, COUNTY[0]), (switched, COUNTY[0]), (after, BODY)):
        data = jiangxi.plan("2025-11-20", PLACE)
        story.when_completes(worker, "plan", "submit", case=case, data=data)
        story.when_completes(worker, "rectify", "done", case=case)
        story.when_completes(BODY, "self_check", "pass", case=case)
    story.when_passes("2025-12-01 10:00")
    story.then_waits_at(before, ("fill_f3", BODY))
    story.then_waits_at(switched, ("fill_f4", BODY))
    story.then_waits_at(after, ("fill_f4", BODY))
    each_summary_counts_its_own(story, after)
    story.then_never(after, *COUNTY, *CITY, "360681-ZF")
    story.then_no_incidents()


def the_reserve_becomes_the_provinces(story: Scenario) -> None:
    """Lay down in April that the ownership changes on 1 July."""
    change = ChangeRecord(
        "jiangxi",
        "reserve",
        PLACE.reserve,
        cells={"affiliation": "PROVINCIAL"},
        valid_from=date(2025, 7, 1),
        if_match=0,
    )
    story.worker.engine.execute(change, SYSTEM)


def the_new_one_goes_straight_to_the_province(story: Scenario, case: Json) -> None:
    story.when_completes(BODY, "submit", "submit", case=case)
    story.then_waits_at(case, ("prov_review", FORESTRY))
    act = (FORESTRY, "prov_review", "return")
    for _ in range(2):  # returned twice: always to the body, always back to the bureau
        story.when_completes(*act, case=case, opinion="缺少功能区边界图件，请补充")
        story.then_state(case, "退回补正")
        story.then_waits_at(case, ("prov_supplement", BODY))
        story.when_completes(BODY, "prov_supplement", "resubmit", case=case)
    story.when_completes(FORESTRY, "prov_review", "list", case=case)
    assert f"unit:{ECOLOGY}" not in story.told(case)
    story.then_state(case, "已列入清单")


def the_old_ones_go_on_by_county_and_city(story: Scenario, *cases: Json) -> None:
    for case in cases:
        story.when_completes(BODY, "submit", "submit", case=case)
        for unit in COUNTY:
            story.when_completes(unit, "county_review", "agree", case=case)
        for unit in CITY:
            story.when_completes(unit, "city_review", "agree", case=case)
    no_nil_report_while_problems_wait(story, len(cases))
    jiangxi.sent_by_the_city(story, PLACE)
    before, switched = cases
    act = (ECOLOGY, "joint_ecology", "list")
    set_route = {"closing_form_set": "JX-F4", "closing_form_reason": WHY}
    refused = story.when_completes(*act, case=switched, data=set_route, expect=422)
    assert {error["field"] for error in refused["errors"]} >= {"closing_form_set"}
    act = (FORESTRY, "joint_forestry", "list")
    for silent in ({"closing_form_set": "JX-F4"}, {**set_route, "closing_form_reason": "直管"}):
        refused = story.when_completes(*act, case=switched, data=silent, expect=422)
        assert [error["field"] for error in refused["errors"]] == ["closing_form_reason"]
    story.when_completes(*act, case=switched, data=set_route)
    story.when_completes(*act, case=before)
    for case in cases:
        story.when_completes(ECOLOGY, "joint_ecology", "list", case=case)
    row = story.ledger_row("problem", switched["number"])
    assert row["closing_form"] == "JX-F4（省林业局改定）"
    assert row["closing_form_reason"] == WHY
    assert story.ledger_row("problem", before["number"])["closing_form"] == "JX-F3"


@pytest.mark.requirement("J-17")
def no_nil_report_while_problems_wait(story: Scenario, waiting: int) -> None:
    """An empty table does not make them go away."""
    case = jiangxi.city_list(story, PLACE.city)
    assert len(story.form(CITY[0], "compile_list", case)["waiting"]) == waiting
    nil = {"rows": [], "nil_report": True, "permits_none": True}
    act = (CITY[0], "compile_list", "submit")
    refused = story.when_completes(*act, case=case, data=nil, expect=422)
    assert [error["field"] for error in refused["errors"]] == ["nil_report"]


@pytest.mark.requirement("J-40")
def each_summary_counts_its_own(story: Scenario, after: Json) -> None:
    """Count a problem once: by its own route, in the summary of the city or of the body."""
    assert len(story.cases("jx_summary")) == 18  # eleven cities, seven owned reserves
    city, own = summary_of(story, PLACE), summary_of(story, PLACE, owned=True)
    assert story.form(CITY[0], "compile_summary", city)["listed"] == 2
    form = story.form(BODY, "compile_summary", own)
    assert [row["problem_no"] for row in form["rows"]] == [after["number"]]


def test_the_finder_cannot_choose_the_route_nor_bring_the_proof_of_exclusion(
    jiangxi_story: Scenario,
) -> None:
    story = jiangxi_story
    story.when_passes("2025-04-10 10:00")
    photos = story.when_uploads(BODY, "全景", "细部")
    more = {"closing_form_set": "JX-F4", "closing_form_reason": WHY}
    more["exclude_files"] = story.when_uploads(BODY, "剔除证据")
    data = jiangxi.problem(PLACE, photos=photos, **more)
    body = {"processDefinitionKey": "jx_audit", "variables": data}
    refused = story.of(BODY).send("POST", "/process-instances", body, 422)
    assert {error["field"] for error in refused["errors"]} == set(more)
