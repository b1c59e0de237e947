"""Damage found late (P-05, P-06): a restoration starts once, closing waits on each route."""

import pytest

from tests.processes import guiyang
from tests.processes.guiyang import ECOLOGY, OFFICE, RESOURCES, WATER
from tests.support.scenario import Json, Scenario
from tests.support.stories import Changes

# Each runtime and each database once, as the other stories beside S12 and S13.
CROSSED = pytest.mark.parametrize(
    ("guiyang_runtime", "store_url"),
    [("kernel", "postgresql"), ("spiffworkflow", "sqlite")],
    indirect=True,
)
FOUND = "山体和植被受损，认定造成生态破坏"
REFUSED = "同一行为已由市级部门依法处理完毕，不再另行立案处罚。"


@pytest.fixture
def guiyang_changes() -> Changes:
    """Switch the unverified areas on, as S12 asks."""
    return guiyang.UNVERIFIED_ON


def found(story: Scenario, case: Json, lead: str) -> None:
    """Let LEAD find damage, ecology take the case over and not file it."""
    story.when_completes(lead, "damage_finding", "damaged", case=case, opinion=FOUND)
    story.when_completes(lead, "send_four", "send", case=case)
    story.when_completes(ECOLOGY, "accept", "accept", case=case)
    story.when_completes(ECOLOGY, "file_case", "refuse", case=case, opinion=REFUSED)


@CROSSED
def test_damage_found_while_closing_starts_one_restoration(guiyang_story: Scenario) -> None:
    story = guiyang_story
    story.when_passes("2026-04-10 10:00")
    data = guiyang.quarry(eco_damage=False)
    case = guiyang.on_the_ledger(story, guiyang.QUARRY.body, RESOURCES, data)
    story.then_waits_at(
        case, ("plan", RESOURCES), ("damage_finding", RESOURCES), ("more_cases", RESOURCES)
    )
    own = {"own_act": "非法修路", "own_reason": "采场另修运输道路，另案处理。"}
    story.when_completes(RESOURCES, "more_cases", "open", case=case, data=own)
    assert story.cases("gy_restoration") == []
    found(story, case, RESOURCES)
    assert story.variables(case)["eco_damage"] is True
    (restoration,) = story.cases("gy_restoration")
    story.then_waits_at(restoration, ("register_damage", guiyang.QUARRY.body))
    found(story, case, RESOURCES)  # the second case finds the same
    assert len(story.cases("gy_restoration")) == 1
    story.when_completes(RESOURCES, "more_cases", "none", case=case)
    plan = guiyang.plan("2026-10-31", restoration="覆土整形，补植乡土树种，成活率85%以上。")
    story.when_completes(RESOURCES, "plan", "submit", case=case, data=plan)
    story.when_completes("520121-ZF", "consent", "agree", case=case)
    story.when_completes(RESOURCES, "implement", "done", case=case)
    check = guiyang.check()
    story.when_completes(RESOURCES, "site_check", "pass", case=case, data=check)
    story.then_waits_at(case)  # enforcement is over; only the restoration is missing
    story.then_state(case, "整改完成")
    guiyang.restored(story, case, guiyang.QUARRY.body)  # the one there is
    story.then_waits_at(case, ("evidence", RESOURCES))
    papers = guiyang.papers(story, RESOURCES, "E6")
    story.when_completes(RESOURCES, "evidence", "submit", case=case, data=papers)
    assert "E7" in story.written(case, "evidence_missing")[-1]
    story.then_no_incidents()


@CROSSED
def test_damage_found_before_the_ledger_holds_the_inspection_steps(
    guiyang_story: Scenario,
) -> None:
    story = guiyang_story
    story.when_passes("2026-09-01 10:00")
    data = {**guiyang.inspection(explicit=True), "acts": ["非法开矿"], "eco_damage": False}
    case = story.when_started(ECOLOGY, "gy_violation", data)
    found(story, case, WATER)
    story.when_completes(WATER, "more_cases", "none", case=case)
    assert len(story.cases("gy_restoration")) == 1
    assert story.written(case, "enforcement_open")[-1] is False  # before the point is listed
    guide = {"guide_note": "责令清运弃土，限期整改并报送情况。"}
    story.when_completes(WATER, "guide", "guided", case=case, data=guide)
    verify = {"verify_people": "行业处室两人", "verify_note": "情况属实，与登记一致。"}
    story.when_completes(WATER, "verify", "confirmed", case=case, data=verify)
    the_steps_wait_for_the_restoration(story, case)


@CROSSED
def test_known_damage_of_an_inspection_item_is_restored_too(guiyang_story: Scenario) -> None:
    story = guiyang_story
    story.when_passes("2026-09-01 10:00")
    data = {**guiyang.inspection(explicit=True), "eco_damage": True}
    case = guiyang.on_the_ledger(story, ECOLOGY, WATER, data)
    the_steps_wait_for_the_restoration(story, case)


def the_steps_wait_for_the_restoration(story: Scenario, case: Json) -> None:
    story.then_waits_at(case, ("rectify_supervised", WATER))
    assert len(story.cases("gy_restoration")) == 1
    story.when_completes(WATER, "rectify_supervised", "done", case=case)
    story.then_waits_at(case)
    guiyang.restored(story, case, guiyang.AHA.body)
    story.then_waits_at(case, ("do_step", guiyang.AHA.body))
    why = "弃土未清完，继续清运。"
    failed = {"data": {"step_result": why}, "opinion": why}
    story.when_completes(guiyang.AHA.body, "do_step", "fail", case=case, **failed)
    story.when_completes(WATER, "rectify_supervised", "done", case=case)
    story.then_waits_at(case, ("do_step", guiyang.AHA.body))  # restored once is enough
    story.then_never(case, OFFICE)
    story.then_no_incidents()
