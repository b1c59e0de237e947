"""Three problems on their way, told through the API: what the staff pages show in tests."""

from collections.abc import Mapping

from flask import Flask

from engine.base.clock import FakeClock
from engine.worker import Worker
from tests.processes.jiangxi import YANGJIFENG, problem
from tests.support.scenario import Json, Scenario

AT_COUNTY = "JX-2025-3606-0001"  # both county seats open
AT_CITY = "JX-2025-3606-0002"  # the county agreed, the city has to act
AT_START = "JX-2025-3606-0003"  # registered, not yet sent in


def tell(app: Flask, clock: FakeClock, clerks: Mapping[str, str], worker: Worker) -> None:
    """Register three problems of one reserve and take two of them further."""
    story = Scenario(app, clock, clerks, worker)
    first = _register(story, "双圳林场西坑")
    _send(story, first)
    second = _register(story, "双圳林场石垅")
    _send(story, second)
    for unit in YANGJIFENG.both("county"):
        story.when_completes(
            unit, "county_review", "agree", case=second, opinion="事实清楚，同意上报。"
        )
    third = _register(story, "冷水镇茶山")
    assert [c["number"] for c in (first, second, third)] == [AT_COUNTY, AT_CITY, AT_START]


def _register(story: Scenario, town: str) -> Json:
    unit = YANGJIFENG.body
    photos = story.when_uploads(unit, "全景", "细部")
    data = problem(YANGJIFENG, town_village=town, photos=photos)
    data["checked_by"] = ["reserve", "reserve2"]
    return story.when_started(unit, "jx_audit", data)


def _send(story: Scenario, case: Json) -> None:
    opinion = "情况属实，按程序报送。"
    story.when_completes(YANGJIFENG.body, "submit", "submit", case=case, opinion=opinion)
