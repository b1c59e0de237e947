"""A scenic area whose body has the penalty power handles its acts itself (A-27)."""

import pytest

from tests.processes import guiyang
from tests.processes.guiyang import ECOLOGY, FORESTRY, RESOURCES
from tests.processes.test_guiyang_clues import clue, sent
from tests.support.scenario import Scenario
from tests.support.stories import Changes

CROSSED = pytest.mark.parametrize(
    ("guiyang_runtime", "store_url"),
    [("kernel", "postgresql"), ("spiffworkflow", "sqlite")],
    indirect=True,
)
LAKE = guiyang.Point("GY-01", ("520181",), "红枫湖北岸", 106.431215, 26.512034)
BODY, OTHER = LAKE.body, guiyang.CHANGPOLING


@pytest.fixture
def guiyang_changes() -> Changes:
    """Give the body of 红枫湖 the penalty power."""
    return (("organisation/protected_areas.csv", "20000,1,sourced,0", "20000,1,sourced,1"),)


@CROSSED
@pytest.mark.requirement("G-29", "G-57")
def test_the_body_with_the_power_enforces_scenic_acts_and_no_others(
    guiyang_story: Scenario,
) -> None:
    """Building in the area: the body; discharge there and building elsewhere: ECOLOGY."""
    story = guiyang_story
    acts = {"problem_type": "A2", "acts": ["非法建设", "违法排污"], "eco_damage": True}
    case = sent(story, clue(LAKE, **acts))
    receivers = [("accept", unit) for unit in (RESOURCES, BODY, ECOLOGY)]
    story.then_waits_at(case, *receivers)
    for _, unit in receivers:
        story.when_completes(unit, "accept", "accept", case=case)
    (problem,) = story.cases("gy_violation")
    story.then_waits_at(
        problem,
        ("guide", RESOURCES),
        ("more_cases", RESOURCES),
        ("file_case", BODY),
        ("file_case", ECOLOGY),
    )
    filing = {"case_no": "红管立〔2026〕1号", "filed_on": "2026-04-07"}
    filing["act_end"] = "2026-04-07"
    story.when_completes(BODY, "file_case", "file", case=problem, data=filing)
    fine = {"decision": "处罚", "decision_no": "红管罚〔2026〕1号", "fine": 20000}
    story.when_completes(BODY, "decide", "submit", case=problem, data=fine)
    elsewhere = story.when_started(FORESTRY, "gy_violation", guiyang.violation(
        OTHER, found_on="2026-04-01", acts=["非法建设"], eco_damage=True
    ))  # fmt: skip
    assert ("file_case", ECOLOGY) in story.ever(elsewhere)
    story.then_never(elsewhere, OTHER.body)
    story.then_no_incidents()
