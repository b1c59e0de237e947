"""The yearly frame: phases by their windows, the city lists of July, the next year."""

import pytest
import sqlalchemy as sa

from engine.store.tables import instance
from tests.processes import jiangxi
from tests.support.scenario import Scenario

pytestmark = jiangxi.CROSSED
CITY = jiangxi.YANGJIFENG.both("city")


@pytest.mark.requirement("J-01", "J-15", "J-25")
def test_the_year_opens_a_list_in_every_city_and_ends_after_december(
    jiangxi_story: Scenario,
) -> None:
    story = jiangxi_story
    story.when_passes("2025-06-30 12:00")
    assert story.cases("jx_city_list") == []
    story.when_passes("2025-07-01 09:00")
    lists = story.cases("jx_city_list")
    assert sorted(one["region"] for one in lists) == story.setting("cities")
    assert len({one["number"] for one in lists}) == len(lists) == 11
    assert "鹰潭市2025年问题清单（附件2）第1批" in {one["title"] for one in lists}
    assert {one["category"] for one in lists} == {"设区市问题清单"}
    for one in lists:
        city = one["region"]
        waiting = (("compile_list", f"{city}-LY"), ("compile_list", f"{city}-ST"))
        story.then_waits_at(one, *waiting)
        story.then_due(one, "compile_list", "2025-08-31")
    story.when_passes("2025-09-15")
    year = story.cases("jx_year")[0]
    joined = {"phases_end"}  # the ended inspection may be shown waiting at the join
    open_phases = {"audit_ends", "october", "close_begins"}  # September: two at once
    assert story.stands_on(year) - joined == open_phases
    story.when_passes("2026-01-02")
    (first,) = story.cases("jx_year")  # nobody laid down 2026
    assert (first["year"], first["status"]) == (2025, "completed")
    story.then_no_incidents()


@pytest.mark.requirement("J-17")
def test_a_city_without_problems_sends_a_nil_report_or_is_refused(
    jiangxi_story: Scenario,
) -> None:
    story = jiangxi_story
    story.when_passes("2025-07-02")
    case = jiangxi.city_list(story, "360600")
    unit = CITY[0]
    bare = {"permits_none": True}
    refused = story.when_completes(
        unit, "compile_list", "submit", case=case, data=bare, expect=422
    )
    assert [error["field"] for error in refused["errors"]] == ["rows"]
    silent = {"nil_report": True}
    refused = story.when_completes(
        unit, "compile_list", "submit", case=case, data=silent, expect=422
    )
    assert [error["field"] for error in refused["errors"]] == ["permits_attached"]
    nil = {**bare, **silent}
    story.when_completes(unit, "compile_list", "submit", case=case, data=nil)
    for one in CITY:
        story.when_completes(one, "sign_list", "send", case=case)
    story.then_state(case, "已报送")
    assert story.case(case["id"])["status"] == "completed"


def test_a_city_starts_a_further_list_by_hand(jiangxi_story: Scenario) -> None:
    story = jiangxi_story
    story.when_passes("2025-09-10")
    data = {"city_code": "360600", "year": 2025, "batch": 2}
    case = story.when_started(CITY[0], "jx_city_list", data)
    story.then_waits_at(case, *(("compile_list", unit) for unit in CITY))
    assert story.form(CITY[0], "compile_list", case)["batch"] == 2
    assert case["number"] == "JXF2-2025-3606-02"


def test_a_problem_found_in_october_waits_for_the_list_of_the_next_year(
    jiangxi_story: Scenario,
) -> None:
    story, place = jiangxi_story, jiangxi.YANGJIFENG
    story.when_passes("2025-10-09")
    photos = story.when_uploads(place.body, "全景", "细部")
    data = jiangxi.problem(place, photos=photos, checked_on="2025-10-08")
    case = story.when_started(place.body, "jx_audit", data)
    assert case["number"] == "JX-2025-3606-0001"
    assert story.rows(case) == ["D-05.2", "D-10.4"]
    assert story.variables(case)["follow_up"] is True
    story.then_due(case, "submit", "2026-07-31")
    assert story.ledger_row("problem", case["number"])["year"] == 2026


def test_the_year_stays_small_however_many_problems_there_are(jiangxi_story: Scenario) -> None:
    story, place = jiangxi_story, jiangxi.YANGJIFENG
    story.when_passes("2025-01-02")
    before = size_of_the_year(story)
    jiangxi.listed(story, place, *({} for _ in range(4)))
    (year,) = story.cases("jx_year")
    assert story.variables(year) == {"year": 2025}
    assert size_of_the_year(story) <= before + 64  # other timers, no problems


def size_of_the_year(story: Scenario) -> int:
    (year,) = story.cases("jx_year")
    query = sa.select(instance.c.state).where(instance.c.id == year["id"])
    with story.worker.engine.database.read() as conn:
        return len(conn.execute(query).scalar_one())
