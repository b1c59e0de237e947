"""Jiangxi, a city's list by the day: colours and levels of D-08, row by row (J-39)."""

import pytest

from tests.processes import jiangxi
from tests.support.scenario import Scenario

pytestmark = jiangxi.CROSSED
PLACE = jiangxi.YANGJIFENG
FORESTRY, ECOLOGY = "JX-LYJ", "JX-STT"


@pytest.mark.requirement("J-39")
def test_a_city_list_is_urged_day_by_day_and_sent_late_all_the_same(
    jiangxi_story: Scenario,
) -> None:
    story = jiangxi_story
    story.when_passes("2025-08-22 10:00")
    case = jiangxi.city_list(story, PLACE.city)
    story.then_due(case, "compile_list", "2025-08-31")  # a Sunday, not moved
    for moment, colour, rows in (
        ("2025-08-22 10:00", "normal", []),
        ("2025-08-25 09:30", "warning", ["D-08.5"]),
        ("2025-08-31 23:00", "warning", ["D-08.5"]),
        ("2025-09-01 09:30", "overdue", ["D-08.5", "D-08.6"]),
        ("2025-09-05 09:30", "overdue", ["D-08.5", "D-08.6"]),
        ("2025-09-08 09:30", "overdue", ["D-08.5", "D-08.6", "D-08.7"]),
    ):
        story.when_passes(moment)
        (task,) = story.tasks(case)
        assert task["due"]["state"] == colour, moment
        assert [r["decision"]["rows"][0] for r in story.rungs(case)] == rows, moment
    assert {f"unit:{FORESTRY}", f"unit:{ECOLOGY}"} <= set(story.rungs(case)[-1]["to"])
    jiangxi.sent_by_the_city(story, PLACE)
    assert story.ledger_row("city_list", case["number"])["sent_on"] == "2025-09-08"
