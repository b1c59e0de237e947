"""Jiangxi, a campaign year with its own windows: a problem closes when the year says so."""

from dataclasses import replace

import pytest

from tests.processes import jiangxi
from tests.processes.test_campaign_years import AT, act
from tests.support.scenario import Scenario
from tests.support.stories import Beginning

pytestmark = [jiangxi.CROSSED, pytest.mark.requirement("J-25")]
PLACE = jiangxi.YANGJIFENG
MOVED = {
    "windows": {
        "jx.phase.inspect": ["2026-01-01", "2026-06-20"],
        "jx.phase.rectify": ["2026-09-01", "2026-11-15"],
        "jx.phase.close": ["2026-11-16", "2026-12-31"],
    },
    "limits": {"jx.f34.due": "2026-12-04"},
}


@pytest.fixture
def jiangxi_beginning(jiangxi_beginning: Beginning) -> Beginning:
    """Begin when 2026 can be laid down."""
    return replace(jiangxi_beginning, moment="2025-12-28 09:00")


def test_a_moved_closing_window_moves_the_closing_of_a_problem(jiangxi_story: Scenario) -> None:
    story = jiangxi_story
    chief = story.overseer()
    act(chief, "POST", AT, {"source": 2025, "year": 2026}, 200)
    act(chief, "PUT", f"{AT}/2026", MOVED, 200)
    act(chief, "POST", f"{AT}/2026/start", None, 200)
    story.when_passes("2026-06-20 23:00")
    (inspection,) = story.cases("jx_inspect", place=PLACE.reserve)
    assert story.case(inspection["id"])["stateName"] != "未报排查情况"
    story.when_passes("2026-06-21 09:00")
    story.then_state(inspection, "未报排查情况")  # 20 June, not 30 June
    (case,) = jiangxi.listed(story, PLACE, {}, year=2026)
    measures = [{**jiangxi.plan("2026-10-30")["measures"][0], "from": "2026-09-14"}]
    jiangxi.planned(story, PLACE, case, "2026-10-30", measures=measures)
    story.when_passes("2026-10-22 10:00")
    jiangxi.rectified(story, PLACE, case)
    story.when_passes("2026-11-15 23:00")
    story.then_state(case, "整改完成")
    assert story.open(case) == set()
    assert story.cases("jx_summary") == []
    story.when_passes("2026-11-16 09:00")  # not 1 December
    story.then_waits_at(case, ("fill_f3", PLACE.body))
    story.then_due(case, "fill_f3", "2026-12-04")
    assert len(story.cases("jx_summary")) == 17
    jiangxi.checked_by_the_county(story, PLACE, case, "2026-10-22")
    story.when_completes("360681-ZF", "county_gov", "approve", case=case)
    story.then_state(case, "已销号")
    story.then_no_incidents()
