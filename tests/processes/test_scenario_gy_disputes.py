"""A slip disputed by one holds up neither acceptance nor enforcement by others (G-57)."""

import pytest

from tests.processes.guiyang import ECOLOGY, FORESTRY, OFFICE, RESOURCES, WATER
from tests.processes.test_guiyang_clues import clue, held, sent
from tests.support.scenario import Json, Scenario

CROSSED = pytest.mark.parametrize(
    ("guiyang_runtime", "store_url"),
    [("kernel", "postgresql"), ("spiffworkflow", "sqlite")],
    indirect=True,
)
WHY = "经核对职责分工，不属于本部门职责。"
QUARRY: Json = {"problem_type": "A2", "acts": ["非法开矿"], "eco_damage": True}


def disputed(story: Scenario, case: Json, unit: str, suggested: str) -> Json:
    """Let UNIT say the slip is not its duty; gives the meeting that must decide."""
    data = {"suggest_role": suggested}
    story.when_completes(unit, "accept", "dispute", case=case, data=data, opinion=WHY)
    story.then_state(case, "异议")
    return story.cases("gy_meeting")[0]


@CROSSED
@pytest.mark.requirement("G-57", "G-07")
def test_a_lead_who_disputes_does_not_stop_the_penalty(guiyang_story: Scenario) -> None:
    """NATURAL_RESOURCES disputes, ECOLOGY files its case; then WATER leads by the minutes."""
    story = guiyang_story
    case = sent(story, clue(**QUARRY))
    story.then_waits_at(case, ("accept", RESOURCES), ("accept", ECOLOGY))
    meeting = disputed(story, case, RESOURCES, "WATER")
    story.when_completes(ECOLOGY, "accept", "accept", case=case)
    story.then_waits_at(case, ("feedback", ECOLOGY))
    (problem,) = story.cases("gy_violation")
    story.then_waits_at(problem, ("file_case", ECOLOGY))
    filing = {"case_no": "筑环立〔2026〕31号", "filed_on": "2026-04-07"}
    at = {"case": problem, "data": {**filing, "act_end": "2026-04-07"}}
    story.when_completes(ECOLOGY, "file_case", "file", **at)
    done = {"case": case, "data": {"result": "立案", "result_no": "筑环立〔2026〕31号"}}
    story.when_completes(ECOLOGY, "feedback", "given", **done)
    story.when_passes("2026-04-15 16:00")
    held(story, meeting, OFFICE, decided_lead="WATER")
    story.then_waits_at(case, ("accept", WATER))
    story.then_due(case, "accept", "2026-04-22")
    story.when_completes(WATER, "accept", "accept", case=case)
    story.then_waits_at(
        problem, ("decide", ECOLOGY), ("guide", WATER), ("more_cases", WATER)
    )
    row = story.ledger_row("violation", problem["number"])
    assert (row["lead_unit"], row["penalty_unit"]) == (WATER, "贵阳市生态环境局")
    assert {"D-01.1", "D-09.1", "D-02.1"} <= set(story.rows(problem))
    story.then_never(problem, RESOURCES)
    story.when_completes(WATER, "feedback", "given", case=case, data={"result": "责令整改"})
    story.then_state(case, "办结")
    told = story.ledger_row("clue", case["number"])
    assert told["results"] == "贵阳市水务管理局：责令整改；贵阳市生态环境局：立案"
    assert told["to_units"] == "贵阳市生态环境局、贵阳市水务管理局"
    story.then_no_incidents()


@CROSSED
@pytest.mark.requirement("G-57", "G-40")
def test_an_enforcer_who_disputes_does_not_stop_the_supervision(
    guiyang_story: Scenario,
) -> None:
    """ECOLOGY disputes, NATURAL_RESOURCES guides and plans; FORESTRY opens the case later."""
    story = guiyang_story
    case = sent(story, clue(**QUARRY))
    story.when_completes(RESOURCES, "accept", "accept", case=case)
    (problem,) = story.cases("gy_violation")
    story.then_waits_at(problem, ("guide", RESOURCES), ("more_cases", RESOURCES))
    meeting = disputed(story, case, ECOLOGY, "FORESTRY")
    guide = {"guide_note": "责令停止开采，限期报送整改方案。"}
    story.when_completes(RESOURCES, "guide", "guided", case=problem, data=guide)
    verify = {"verify_people": "矿管处两人", "verify_note": "情况属实，与登记一致。"}
    story.when_completes(RESOURCES, "verify", "confirmed", case=problem, data=verify)
    story.then_waits_at(problem, ("plan", RESOURCES), ("more_cases", RESOURCES))
    story.when_completes(RESOURCES, "more_cases", "none", case=problem)
    held(story, meeting, OFFICE, decided_lead="FORESTRY")
    story.when_completes(FORESTRY, "accept", "accept", case=case)
    story.then_waits_at(problem, ("plan", RESOURCES), ("file_case", FORESTRY))
    row = story.ledger_row("violation", problem["number"])
    assert (row["lead_unit"], row["penalty_unit"]) == (RESOURCES, "贵阳市林业局")
    story.then_waits_at(case, ("feedback", RESOURCES), ("feedback", FORESTRY))
    story.then_never(problem, ECOLOGY)
    story.then_no_incidents()
