"""Late sharing is urged of the provider and goes no further (P-10, D-08.6)."""

import pytest

from tests.processes.guiyang import ECOLOGY, FORESTRY, PROVINCE
from tests.support.scenario import Json, Scenario

CROSSED = pytest.mark.parametrize(
    ("guiyang_runtime", "store_url"),
    [("kernel", "postgresql"), ("spiffworkflow", "sqlite")],
    indirect=True,
)


@CROSSED
@pytest.mark.requirement("G-58", "G-59")
def test_late_vectors_are_urged_and_nobody_above_is_told(guiyang_story: Scenario) -> None:
    """Vectors of 1 July, due 15 July: L1 on the 16th, still L1 nine working days late."""
    story = guiyang_story
    story.when_passes("2026-07-01 09:00")
    (case,) = [one for one in story.cases("gy_share") if "矢量边界" in one["title"]]
    story.then_waits_at(case, ("provide", FORESTRY))
    story.then_due(case, "provide", "2026-07-15")
    story.when_passes("2026-07-16 09:00")
    assert level(story, case) == "L1"
    story.when_passes("2026-07-28 09:00")
    assert level(story, case) == "L1"
    raised = [one for one in story.rows(case) if one.startswith("D-08")]
    assert set(raised) <= {"D-08.5", "D-08.6"}
    assert not {f"unit:{unit}" for unit in (PROVINCE, "GZ-LYJ", ECOLOGY)} & story.told(case)
    story.then_no_incidents()


def level(story: Scenario, case: Json) -> str:
    """Give the level the one open task has reached."""
    (task,) = story.tasks(case)
    return str(task["due"]["level"] if "due" in task else task["level"])
