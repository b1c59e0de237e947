"""Jiangxi, closing: every route of D-05, returns, limits over the turn of the year."""

from datetime import date

import pytest

from engine.base.actor import SYSTEM
from engine.commands.organisation import ChangeRecord
from tests.processes import jiangxi
from tests.processes.test_s05 import FORESTRY, a_batch, found, points_of
from tests.support.scenario import Json, Scenario

pytestmark = [jiangxi.CROSSED, pytest.mark.requirement("J-26")]
PLACE = jiangxi.YANGJIFENG
GOVERNMENT, ECOLOGY = "360681-ZF", "JX-STT"
BACK = "现场仍有建筑垃圾，退回继续整改"
OWNED = jiangxi.Place("JX-N03", "360430", "360400", "桃红岭东坡", 116.6512, 29.8731)


@pytest.mark.requirement("J-28")
def test_a_closing_over_the_turn_of_the_year_keeps_its_limits_and_its_year(
    jiangxi_story: Scenario,
) -> None:
    story = jiangxi_story
    in_time, late = jiangxi.listed(story, PLACE, {}, {})
    for case in (in_time, late):
        jiangxi.planned(story, PLACE, case, "2025-11-20")
    story.when_passes("2025-11-14 10:00")
    for case in (in_time, late):
        jiangxi.rectified(story, PLACE, case)
    story.when_passes("2025-12-01 00:01")
    for case in (in_time, late):
        story.then_due(case, "fill_f3", "2025-12-20")  # a Saturday, not moved
    story.when_passes("2025-12-24 10:00")
    returned_once(story, in_time)
    data = jiangxi.closing(story, PLACE.body)
    story.when_completes(PLACE.body, "fill_f3", "submit", case=late, data=data)
    story.then_due(late, "county_check", "2026-01-05")  # 1 to 3 January off, the 4th worked
    story.when_passes("2025-12-29 10:00")
    story.when_completes(GOVERNMENT, "county_gov", "approve", case=in_time)
    for node in ("file_forestry", "file_ecology"):
        story.then_due(in_time, node, "2025-12-31")  # five working days, at the latest
    story.when_passes("2026-01-05 10:00")
    assert story.counted("M-2", 2025) == (1, 2)
    for unit in PLACE.both("county"):
        story.when_completes(unit, "county_check", "pass", case=late)
    story.when_completes(GOVERNMENT, "county_gov", "approve", case=late)
    story.then_state(late, "已销号")
    assert story.ledger_row("problem", late["number"])["closed_on"] == "2026-01-05"
    story.then_due(late, "file_forestry", "2026-01-12")
    figure = story.metric("M-2", 2025)["metric"]["frozen"]
    assert (figure["numerator"], figure["denominator"]) == (1, 2)  # as of 31 December
    broken = {one["key"]: one["groups"] for one in story.metric("M-2", 2025)["breakdowns"]}
    told = {(one["value"], one["text"]) for one in broken["problem_type"]}
    assert told, "no type of problem"
    assert all(len(value) == 2 and len(text) > 2 for value, text in told)  # labels for codes


def returned_once(story: Scenario, case: Json) -> None:
    """Let the government send it back: no longer 整改完成, then through all steps again."""
    jiangxi.checked_by_the_county(story, PLACE, case, "2025-11-14")
    story.then_due(case, "county_gov", "2026-01-05")
    act = (GOVERNMENT, "county_gov", "return")
    short = story.when_completes(*act, case=case, opinion="不同意", expect=422)
    assert short["code"] == "reason-too-short"
    story.when_completes(*act, case=case, opinion=BACK)
    story.then_state(case, "整改中")
    assert story.counted("M-1", 2025) == (1, 2)
    jiangxi.rectified(story, PLACE, case)
    story.then_state(case, "整改完成")
    assert story.counted("M-1", 2025) == (2, 2)
    data = jiangxi.closing(story, PLACE.body, "2025-12-24")
    story.when_completes(PLACE.body, "fill_f3", "submit", case=case, data=data)
    county = PLACE.both("county")
    story.when_completes(county[1], "county_check", "return", case=case, opinion=BACK)
    story.then_state(case, "整改完成")  # the form is with the body again
    jiangxi.checked_by_the_county(story, PLACE, case, "2025-12-24")
    story.then_state(case, "待销号")


@pytest.mark.requirement("J-27")
def test_a_provincial_reserve_run_by_the_province_closes_at_the_county(
    jiangxi_story: Scenario,
) -> None:
    # 省属国家级 is national and PROVINCIAL; every other reserve uses attachment 3.
    story = jiangxi_story
    level = {"cells": {"level": "省级"}, "valid_from": date(2025, 1, 1), "if_match": 0}
    change = ChangeRecord("jiangxi", "reserve", OWNED.reserve, **level)  # stays PROVINCIAL
    story.worker.engine.execute(change, SYSTEM)
    (case,) = jiangxi.listed(story, OWNED, {})
    assert story.rows(case)[0] == "D-05.3"
    jiangxi.planned(story, OWNED, case, "2025-11-20")
    jiangxi.rectified(story, OWNED, case)
    story.when_passes("2025-12-02 10:00")
    story.then_waits_at(case, ("fill_f3", OWNED.body))
    jiangxi.checked_by_the_county(story, OWNED, case, "2025-09-12")
    story.then_waits_at(case, ("county_gov", "360430-ZF"))
    assert not [task for task in story.tasks(case, None) if task["node"] == "prov_approve"]


@pytest.mark.requirement("J-24")
def test_a_point_without_a_date_is_due_six_months_after_it_was_verified(
    jiangxi_story: Scenario,
) -> None:
    story = jiangxi_story
    story.when_passes("2025-04-16 10:00")
    batch = a_batch(OWNED.reserve, "12")
    batch |= {"issued_on": "2025-04-01", "verify_due": "2025-05-01", "batch_rect_due": None}
    batch["points"][1]["rect_due"] = "2026-01-01"
    story.when_started(FORESTRY, "jx_rs_batch", batch)
    for number, due, year, row in (
        ("1", "2025-10-16", 2025, "D-13.2"),
        ("2", "2026-01-01", 2026, "D-13.3"),
    ):
        point = points_of(story)[number]
        data = found(story, OWNED.body, "属于违法违规")
        story.when_completes(OWNED.body, "verify_point", "submit", case=point, data=data)
        assert story.rows(point) == [row]
        values = story.ledger_row("rs_point", point["number"])
        assert (values["rect_due"], values["counts_in_year"]) == (due, year)
