"""A clue of remote sensing is checked on the spot by the units together before it goes on."""

import pytest

from tests.processes import guiyang
from tests.processes.guiyang import ECOLOGY, FORESTRY, WATER
from tests.processes.test_guiyang_clues import clue
from tests.support.scenario import Scenario

CROSSED = pytest.mark.parametrize(
    ("guiyang_runtime", "store_url"),
    [("kernel", "postgresql"), ("spiffworkflow", "sqlite")],
    indirect=True,
)
BODY = guiyang.CHANGPOLING.body


@CROSSED
@pytest.mark.requirement("G-56")
def test_a_clue_of_remote_sensing_is_checked_jointly_before_it_is_transferred(
    guiyang_story: Scenario,
) -> None:
    story = guiyang_story
    story.when_passes("2026-04-07 10:00")
    found = clue(source="遥感监测", source_ref="YG-2026-0031")
    case = story.when_started(FORESTRY, "gy_clue", found)
    story.then_waits_at(case, ("visit_record", FORESTRY))  # no slip before the check
    story.then_due(case, "visit_record", "2026-04-28")
    units = [ECOLOGY, WATER, BODY]
    record = {
        "on": "2026-04-07",
        "units": units,
        "findings": "影像变化图斑为水库弃渣，约0.4公顷，尚在倾倒。",
        "visit_tasks": [{"content": "查明倾倒单位", "unit": WATER, "due": "2026-04-30"}],
        "photos": story.when_uploads(FORESTRY, "全景", "细部"),
    }
    story.when_completes(FORESTRY, "visit_record", "record", case=case, data=record)
    story.then_waits_at(case, *(("visit_sign", unit) for unit in units))
    for unit in units:
        story.when_completes(unit, "visit_sign", "sign", case=case)
    done = {"handled": "倾倒单位已查明，为水库除险加固项目部。"}
    story.when_completes(WATER, "visit_task", "done", case=case, data=done)
    assert "send_slip" in {task["node"] for task in story.tasks(case)}
    assert story.variables(case)["checked_jointly_on"] == "2026-04-07"
    story.then_no_incidents()
