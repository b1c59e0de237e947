"""Jiangxi, S07 and A-17: an approval slips over the year end, JX-F11 is not yet sent."""

from dataclasses import replace

import pytest

from tests.processes import jiangxi
from tests.processes.test_scenario_jx_years import the_report, unfinished_problem
from tests.support.scenario import Json, Scenario
from tests.support.stories import Beginning

pytestmark = [jiangxi.CROSSED, pytest.mark.requirement("J-29")]
PLACE = jiangxi.YANGJIFENG
FORESTRY, ECOLOGY = "JX-LYJ", "JX-STT"


@pytest.fixture
def jiangxi_beginning(jiangxi_beginning: Beginning) -> Beginning:
    """Begin on the last day of 2023, so that all of 2024 is told."""
    return replace(jiangxi_beginning, moment="2023-12-31 09:00")


def test_closed_after_the_freeze_it_is_reported_and_counts_in_the_next_year(
    jiangxi_story: Scenario,
) -> None:
    story = jiangxi_story
    story.when_passes("2024-10-09 10:00")
    case = unfinished_problem(story)
    approval_slips_to_january(story, case)
    story.when_passes("2025-01-06 10:00")
    report = the_report(story, 2024, (case,))  # frozen: it is reported all the same
    for unit in (FORESTRY, ECOLOGY):
        story.when_completes(unit, "sign_f11", "send", case=report)
    assert "结转" not in story.states(case)  # what is filed does not go back
    assert story.counted("M-1", 2024) == (1, 1)  # completed in December
    assert story.counted("M-2", 2024) == (0, 1)  # approved in January
    assert story.counted("M-2", 2025) == (1, 1)
    assert story.counted("N-4", 2025) == (1, 1)
    rebound_is_no_carrying_over(story, case)
    story.then_no_incidents()


def approval_slips_to_january(story: Scenario, case: Json) -> None:
    story.when_passes("2024-12-16 10:00")
    jiangxi.rectified(story, PLACE, case)
    jiangxi.checked_by_the_county(story, PLACE, case, "2024-12-16")
    story.when_passes("2025-01-03 10:00")
    story.when_completes("360681-ZF", "county_gov", "approve", case=case)
    for unit, node in ((FORESTRY, "file_forestry"), (ECOLOGY, "file_ecology")):
        story.when_completes(unit, node, "receipt", case=case)
    story.then_state(case, "已备案")
    row = story.ledger_row("problem", case["number"])
    assert (row["list_year"], row["rate_year"], row["carried_over"]) == (2025, 2025, True)


def rebound_is_no_carrying_over(story: Scenario, case: Json) -> None:
    """The message of the report does not wait for a later round of the problem."""
    story.when_passes("2025-04-09 10:00")
    why = {"cause": "复核", "reason": "省级复核发现基础未清除"}
    why["expectedVersion"] = story.case(case["id"])["version"]
    path = f"/process-instances/{case['id']}/reopening"
    assert story.overseer().send("POST", path, why)["state"] == "active"
    story.when_passes("2025-04-11 10:00")
    assert "反弹重开" in story.states(case)
    assert not {"结转", "未完成上报"} & set(story.states(case))
    row = story.ledger_row("problem", case["number"])
    assert (row["rate_year"], row["due_on"]) == (2025, "2025-11-30")
