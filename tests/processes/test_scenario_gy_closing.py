"""Further Guiyang closings: two counties, refused twice, late work, steps of a document."""

import pytest

from tests.processes import guiyang
from tests.processes.guiyang import ECOLOGY, FORESTRY, OFFICE, PROVINCE, TOURISM, WATER
from tests.support.scenario import Json, Scenario

CROSSED = pytest.mark.parametrize(
    ("guiyang_runtime", "store_url"),
    [("kernel", "postgresql"), ("spiffworkflow", "sqlite")],
    indirect=True,
)
NANMING, HUAXI = "520102-ZF", "520111-ZF"
LAKE = guiyang.Point("GY-03", ("520102", "520111"), "阿哈湖南岸", 106.658104, 26.541377)
WHY = "完成时限过长，请压缩后重报。"
EXTEND = "雨季施工受阻，须顺延。"


def found(**changes: object) -> Json:
    """Give the registration of camping platforms at the lake, found on a patrol."""
    data = guiyang.violation(LAKE, source="日常巡护", in_green_shield_ledger=False)
    del data["gs_no"]
    return {**data, **changes}


@CROSSED
@pytest.mark.requirement("G-41")
def test_two_counties_consent_and_close_a_local_problem(guiyang_story: Scenario) -> None:
    """D-04.6: both counties consent and approve, the office registers, never the province."""
    story = guiyang_story
    story.when_passes("2026-06-01 10:00")
    case = guiyang.on_the_ledger(story, LAKE.body, TOURISM, found())
    story.then_due(case, "plan", "2026-06-30")
    both_refuse_once_each(story, case)
    the_work_is_late_after_one_extension(story, case)
    a_county_sends_the_papers_back(story, case)
    story.then_never(case, PROVINCE, FORESTRY)
    story.then_every_transition_is_on_record(case)
    story.then_every_decision_names_table_version_and_row(case)
    story.then_no_incidents()


def both_refuse_once_each(story: Scenario, case: Json) -> None:
    story.when_completes(TOURISM, "plan", "submit", case=case, data=guiyang.plan("2026-12-25"))
    story.then_due(case, "consent", "2026-06-15")
    for county in (NANMING, HUAXI):  # one refusal is enough, and all are asked again
        story.when_completes(county, "consent", "disagree", case=case, opinion=WHY)
        story.then_state(case, "退回补正")
        story.then_waits_at(case, ("revise_plan", TOURISM))
        plan = guiyang.plan("2026-09-30")
        story.when_completes(TOURISM, "revise_plan", "resubmit", case=case, data=plan)
        story.then_waits_at(case, ("consent", NANMING), ("consent", HUAXI))
    story.when_completes(NANMING, "consent", "agree", case=case)
    story.then_state(case, "方案待同意")
    story.when_completes(HUAXI, "consent", "agree", case=case)
    story.then_state(case, "整改中")
    story.then_due(case, "implement", "2026-09-30")


def the_work_is_late_after_one_extension(story: Scenario, case: Json) -> None:
    """A-30: once, before the day, with a reason; D-08.8–10: reminder, L1, L2."""
    story.when_passes("2026-09-20 10:00")
    (task,) = story.tasks(case)
    path = f"/user-tasks/{task['id']}/extension"
    ask = {"until": "2026-10-23", "reason": EXTEND}
    story.of(TOURISM).send("POST", path, ask, 403)  # he works on it himself
    story.overseer().send("POST", path, ask)
    story.overseer().send("POST", path, {**ask, "until": "2026-10-30"}, 409)
    story.then_due(case, "implement", "2026-10-23")
    assert story.ledger_row("violation", case["number"])["due"] == "2026-10-23"
    story.when_passes("2026-11-10 18:00")
    reached = {one["level"]: set(one["to"]) for one in story.rungs(case)}
    assert reached["L1"] == {f"unit:{TOURISM}"}
    assert reached["L2"] == {f"unit:{OFFICE}"}


def a_county_sends_the_papers_back(story: Scenario, case: Json) -> None:
    story.when_completes(TOURISM, "implement", "done", case=case)
    checked = guiyang.check()
    story.when_completes(TOURISM, "site_check", "pass", case=case, data=checked)
    story.then_due(case, "evidence", "2026-11-24")
    papers = guiyang.papers(story, TOURISM, "E6")
    story.when_completes(TOURISM, "evidence", "submit", case=case, data=papers)
    story.then_due(case, "register", "2026-11-17")
    story.when_completes(ECOLOGY, "register", "registered", case=case)
    story.then_waits_at(case, ("county_approve", NANMING), ("county_approve", HUAXI))
    why = "缺少拆除前后对比材料，请补齐。"
    back = {"case": case, "opinion": why}
    story.when_completes(HUAXI, "county_approve", "return_evidence", **back)
    story.then_waits_at(case, ("evidence", TOURISM))
    story.when_completes(TOURISM, "evidence", "submit", case=case)
    for county in (NANMING, HUAXI):
        story.when_completes(county, "county_approve", "approve", case=case)
    story.then_waits_at(case, ("office_register", OFFICE))
    story.when_passes("2026-12-02 10:00")
    story.when_completes(OFFICE, "office_register", "registered", case=case)
    story.then_state(case, "已销号")
    assert story.ledger_row("violation", case["number"])["closed_on"] == "2026-12-02"
    story.when_completes(LAKE.body, "archive", "archived", case=case)
    story.then_state(case, "已备案")


@CROSSED
@pytest.mark.requirement("G-42")
def test_a_document_without_a_notice_asks_every_county(guiyang_story: Scenario) -> None:
    """D-04.1: the steps of the document in their order, ten working days where it says so."""
    story = guiyang_story
    story.when_passes("2026-09-01 10:00")
    steps = [
        {"name": "属地初验", "kind": "验收", "role": "LOCAL_GOV", "days": 10},
        {"name": "行业核查", "kind": "行业核查", "role": "WATER", "days": 5},
        {"name": "上报", "kind": "上报", "role": "LEADING_GROUP_OFFICE"},
    ]
    data = {**guiyang.inspection(explicit=True), "closure_steps": steps}
    data |= {"source": "省级生态环保督察", "county_codes": list(LAKE.counties)}
    case = guiyang.on_the_ledger(story, ECOLOGY, WATER, data)
    assert "D-04.1" in story.rows(case)
    story.when_passes("2026-10-20 10:00")
    story.when_completes(WATER, "rectify_supervised", "done", case=case)
    story.then_waits_at(case, ("do_step", NANMING), ("do_step", HUAXI))
    story.then_due(case, "do_step", "2026-11-03")
    step = {"case": case, "data": {"step_result": "现场已清理，初验合格"}}
    story.when_completes(NANMING, "do_step", "pass", **step)
    story.then_waits_at(case, ("do_step", HUAXI))
    story.when_completes(HUAXI, "do_step", "pass", **step)
    story.then_waits_at(case, ("do_step", WATER))
    story.then_due(case, "do_step", "2026-10-27")
    story.when_completes(WATER, "do_step", "pass", **step)
    story.when_completes(OFFICE, "do_step", "pass", **step)
    story.then_state(case, "已销号")
    row = story.ledger_row("violation", case["number"])
    assert row["steps_done"] == "；".join(f"{s['name']}（2026-10-20）" for s in steps)
    story.then_waits_at(case, ("record_copy", ECOLOGY))
    story.then_never(case, PROVINCE)
    story.then_no_incidents()


@CROSSED
@pytest.mark.requirement("G-43")
def test_the_plan_is_due_from_the_ledger_whatever_comes_between(
    guiyang_story: Scenario,
) -> None:
    """gy.plan: 20 wd from the ledger entry, though platform and coordinator take time."""
    story = guiyang_story
    story.when_passes("2026-06-01 10:00")
    data = {**found(), "source": "各类专项检查"}
    checked = guiyang.on_the_ledger(story, ECOLOGY, TOURISM, data)
    assert "D-04.5" in story.rows(checked)
    story.then_waits_at(checked, ("register_platform", ECOLOGY))
    shield = story.when_started(ECOLOGY, "gy_violation", guiyang.violation())
    guide = {"guide_note": "责令停止经营，限期整改并报送整改方案。"}
    story.when_completes(TOURISM, "guide", "guided", case=shield, data=guide)
    seen = {"verify_people": "行业处室两人", "verify_note": "情况属实，与登记一致。"}
    story.when_completes(TOURISM, "verify", "confirmed", case=shield, data=seen)
    story.then_waits_at(shield, ("coordinate", ECOLOGY))
    story.when_passes("2026-06-04 10:00")
    number = {"gs_no": "GS-5201-0202"}
    story.when_completes(ECOLOGY, "register_platform", "registered", case=checked, data=number)
    guiyang.coordinated(story, shield)
    for case in (checked, shield):
        story.then_waits_at(case, ("plan", TOURISM))
        story.then_due(case, "plan", "2026-06-30")
