"""Story S12: an illegal quarry found on patrol, two leads, one act fined once."""

from datetime import date

import pytest

from tests.processes import guiyang
from tests.processes.guiyang import ECOLOGY, FORESTRY, OFFICE, RESOURCES
from tests.support.scenario import Json, Scenario
from tests.support.stories import Changes

BODY = "GY-12-GL"
KAIYANG = "520121-ZF"
POLICE = "GY-GA"
INVITED = ["GY-GA", "GY-JC", "GY-FY", "GY-SF"]


@pytest.fixture
def guiyang_changes() -> Changes:
    """Switch the unverified areas on, as the story asks."""
    return guiyang.UNVERIFIED_ON


def patrol(story: Scenario, **changes: object) -> Json:
    """Give GY-F6 as the patroller sends it from the place."""
    data: Json = {
        "pa_id": "GY-12",
        "people": ["clerk-gy-12-gl"],
        "start": "2026-04-07T08:30",
        "found": True,
        "found_at": "2026-04-07T09:10",
        "illegal_construction": True,
        "found_place": "花梨采石场",
        "found_note": "采石场越界开采，破坏山体和林地，挖掘机正在作业，未见任何手续，"
        "现场约1.8公顷。",
    }
    return {**data, **changes}


def clue(**changes: object) -> Json:
    """Give GY-F7 as the body completes it."""
    data: Json = {
        "source": "日常巡护",
        "found_on": "2026-04-07",
        "urgent": "紧急",
        "pa_id": "GY-12",
        "county_codes": ["520121"],
        "point_name": "花梨采石场",
        "lon": 106.966418,
        "lat": 27.057533,
        "area_ha": 1.8,
        "zone": ["一般控制区"],
        "problem_type": "A2",
        "acts": ["非法开矿"],
        "eco_damage": True,
        "happened_on": "2026-04-07",
        "subject": "开阳某采石场",
        "facts": "巡护发现采石场越界开采，破坏山体和林地约1.8公顷，现场机械仍在作业，"
        "已责令停止并看守。",
        "evidence": [{"name": "现场照片", "kind": "照片、视频"}],
    }
    return {**data, **changes}


@pytest.mark.requirement("G-11", "G-12", "G-13")
def stopped(story: Scenario) -> Json:
    """Find at 09:10, report at 09:40, stop at 10:30; gives the clue opened by it."""
    story.when_passes("2026-04-07 09:10")
    found = story.when_started(BODY, "gy_patrol", patrol(story))
    assert found["number"] == "XH-2026-00001"
    story.then_waits_at(found, ("report", BODY), ("stop", BODY))
    due = {task["node"]: task["dueAt"] for task in story.tasks(found)}
    assert due["report"] == "2026-04-07T11:10:00+08:00"  # two natural hours
    assert due["stop"] == "2026-04-08T09:10:00+08:00"
    story.when_passes("2026-04-07 09:40")
    story.when_completes(BODY, "report", "reported", case=found)
    story.when_passes("2026-04-07 10:30")
    measures = {"stop_measure": ["责令停止（书面告知）", "现场看守"]}
    story.when_completes(BODY, "stop", "stopped", case=found, data=measures)
    row = story.ledger_row("patrol", found["number"])
    assert (row["report_minutes"], row["report_late"], row["stop_late"]) == (30, False, False)
    the_record_is_completed(story, found)
    return story.cases("gy_clue")[0]


@pytest.mark.requirement("G-09", "G-10")
def the_record_is_completed(story: Scenario, found: Json) -> None:
    story.then_waits_at(found, ("complete_record", BODY))
    story.when_completes(BODY, "complete_record", "completed", case=found, expect=422)
    photos = story.when_uploads(BODY, "现场")
    rest = {"end": "2026-04-07T10:30", "photos": photos}
    rest["publicity"] = [{"audience": "村镇", "way": "入户讲解", "count": 12}]
    story.when_completes(BODY, "complete_record", "completed", case=found, data=rest)
    story.then_state(found, "已结束")
    assert story.ledger_row("patrol", found["number"])["publicity_people"] == 12


@pytest.mark.requirement("G-14", "G-57")
def transferred(story: Scenario, case: Json, data: Json, *receivers: str) -> None:
    """Register the clue on 7 April; slips of 8 April to RECEIVERS, answers due 15 April."""
    story.then_waits_at(case, ("register_clue", BODY))
    story.when_completes(BODY, "register_clue", "registered", case=case, data=data)
    story.when_passes("2026-04-08 10:00")
    for task in story.tasks(case):
        story.when_completes(BODY, task["node"], "send", case=case)
    story.then_waits_at(case, *(("accept", unit) for unit in receivers))
    story.then_due(case, "accept", "2026-04-15")
    story.then_state(case, "移送")


@pytest.mark.requirement("G-57")
def accepted(story: Scenario, case: Json) -> Json:
    """Let both accept on 10 April; gives the violation opened by it."""
    story.when_passes("2026-04-10 10:00")
    story.when_completes(ECOLOGY, "accept", "accept", case=case)
    (opened,) = story.cases("gy_violation")  # the other receiver holds nobody up
    story.then_waits_at(opened, ("file_case", ECOLOGY))
    story.when_completes(RESOURCES, "accept", "accept", case=case)
    story.then_waits_at(case, ("feedback", ECOLOGY), ("feedback", RESOURCES))
    story.then_state(case, "办理")
    return story.cases("gy_violation")[0]


def test_a_quarry_is_stopped_transferred_and_handled(guiyang_story: Scenario) -> None:
    story = guiyang_story
    clue_case = stopped(story)
    assert clue_case["number"] == "XS-2026-00001"
    transferred(story, clue_case, clue(), RESOURCES, ECOLOGY)
    assert {"D-01.1", "D-02.1", "D-03.1", "D-03.2", "D-03.3"} <= set(story.rows(clue_case))
    assert {f"unit:{u}" for u in (BODY, KAIYANG, FORESTRY)} <= story.told(clue_case)
    case = accepted(story, clue_case)
    row = story.ledger_row("violation", case["number"])
    assert (row["clue_number"], row["source"]) == (clue_case["number"], "日常巡护")
    the_case_is_filed_and_one_act_is_fined_once(story, case)
    the_results_are_fed_back(story, clue_case)
    another_act_is_a_case_of_its_own(story, case)
    the_county_agrees_to_the_plan(story, case)
    a_crime_goes_to_the_police_and_a_meeting(story, case)
    closing_waits_for_the_case(story, case)
    the_county_closes_and_the_office_registers(story, case)
    story.then_all_is_on_record(clue_case, case, never=(guiyang.PROVINCE, guiyang.WATER))
    the_figures_open_their_rows(story, clue_case, case)


@pytest.mark.requirement("G-09", "G-11", "G-40")
def the_figures_open_their_rows(story: Scenario, clue_case: Json, case: Json) -> None:
    spans = story.metric("M-9", 2026)["figure"]
    assert (spans["numerator"], spans["denominator"]) == (1, 1)
    sums = {key: float(value) for key, value in spans["sums"].items() if "_done" not in key}
    closed = story.ledger_row("clue", clue_case["number"])["closed_on"]
    days = (date.fromisoformat(closed) - date(2026, 4, 10)).days
    assert sums == {
        "report_minutes": 30,
        "stop_minutes": 80,
        "sent_days": 1,
        "accepted_days": 2,
        "closed_days": days,
    }
    ledger = story.metric("M-10", 2026)["figure"]
    assert (ledger["numerator"], ledger["denominator"]) == (1, 1)
    assert [ledger["sums"][key] for key in ("open", "overdue")] == [0, 0]
    patrols = story.metric("M-11", 2026)["figure"]
    assert patrols["denominator"] == 1
    wanted = {"found": 1, "events": 1, "people": 12, "village": 1, "firm": 0}
    assert {key: patrols["sums"][key] for key in wanted} == wanted
    for report, number in (("M-9", clue_case["number"]), ("M-10", case["number"])):
        rows = story.overseer().get(f"/metrics/guiyang/{report}/rows", year="2026")
        assert [row["number"] for row in rows] == [number]


@pytest.mark.requirement("G-57")
def the_results_are_fed_back(story: Scenario, case: Json) -> None:
    filed = {"result": "立案", "result_no": "筑环立〔2026〕31号"}
    story.when_completes(ECOLOGY, "feedback", "given", case=case, data=filed)
    urged = {"result": "责令整改"}
    story.when_completes(RESOURCES, "feedback", "given", case=case, data=urged)
    story.then_state(case, "办结")
    told = story.ledger_row("clue", case["number"])["results"]
    assert told == "贵阳市自然资源和规划局：责令整改；贵阳市生态环境局：立案"
    story.then_every_transition_is_on_record(case)


@pytest.mark.requirement("G-29", "G-32")
def the_case_is_filed_and_one_act_is_fined_once(story: Scenario, case: Json) -> None:
    story.then_waits_at(
        case, ("guide", RESOURCES), ("file_case", ECOLOGY), ("more_cases", RESOURCES)
    )
    guide = {"guide_note": "责令停止开采，限期报送整改方案。"}
    story.when_completes(RESOURCES, "guide", "guided", case=case, data=guide)
    verify = {"verify_people": "矿管处两人", "verify_note": "情况属实，与登记一致。"}
    story.when_completes(RESOURCES, "verify", "confirmed", case=case, data=verify)
    row = story.ledger_row("violation", case["number"])
    assert (row["lead_unit"], row["penalty_unit"]) == (RESOURCES, "贵阳市生态环境局")
    story.when_passes("2026-04-20 10:00")
    filing = {"case_no": "筑环立〔2026〕31号", "filed_on": "2026-04-20"}
    story.when_completes(ECOLOGY, "file_case", "file", case=case, data=filing)
    story.then_due(case, "decide", "2026-07-19")
    same = {"own_act": "非法开矿", "own_reason": "越界开采"}
    refused = story.when_completes(
        RESOURCES, "more_cases", "open", case=case, data=same, expect=422
    )
    assert "一事不再罚" in str(refused)


@pytest.mark.requirement("G-33")
def another_act_is_a_case_of_its_own(story: Scenario, case: Json) -> None:
    other = {"own_act": "未批先建用地", "own_reason": "堆场占地未办理用地手续"}
    story.when_completes(RESOURCES, "more_cases", "open", case=case, data=other)
    assert "D-02.4" in story.rows(case)
    filing = {"case_no": "筑自然资立〔2026〕8号", "filed_on": "2026-04-20"}
    story.when_completes(RESOURCES, "file_case", "file", case=case, data=filing)
    fine = {"decision": "处罚", "decision_no": "筑自然资罚〔2026〕8号", "fine": 30000}
    story.when_completes(RESOURCES, "decide", "submit", case=case, data=fine)
    again = {"own_act": "未批先建用地", "own_reason": "同一行为"}
    story.when_completes(RESOURCES, "more_cases", "open", case=case, data=again, expect=422)
    story.when_completes(RESOURCES, "more_cases", "none", case=case)
    story.then_waits_at(case, ("plan", RESOURCES), ("decide", ECOLOGY))


@pytest.mark.requirement("G-43")
def the_county_agrees_to_the_plan(story: Scenario, case: Json) -> None:
    story.when_passes("2026-05-08 10:00")
    plan = guiyang.plan("2026-10-31", restoration="覆土整形，补植乡土树种，成活率85%以上。")
    story.when_completes(RESOURCES, "plan", "submit", case=case, data=plan)


@pytest.mark.requirement("G-53")
def a_crime_goes_to_the_police_and_a_meeting(story: Scenario, case: Json) -> None:
    story.when_passes("2026-05-15 10:00")
    crime = {"decision": "移送公安", "case_complexity": "较复杂"}
    story.when_completes(ECOLOGY, "decide", "submit", case=case, data=crime)
    story.then_waits_at(case, ("consent", KAIYANG), ("police_accept", POLICE))
    story.when_completes(POLICE, "police_accept", "accepted", case=case)
    meeting = story.cases("gy_meeting")[0]
    assert "D-07.3" in story.rows(meeting)
    shown = story.form(ECOLOGY, "convene", meeting)
    assert (shown["invited"], shown["reason"]) == (INVITED, ["案情复杂"])
    assert shown["subject_no"] == case["number"]
    story.when_passes("2026-05-18 10:00")
    story.when_completes(KAIYANG, "consent", "agree", case=case)


@pytest.mark.requirement("G-21", "G-40")
def closing_waits_for_the_case(story: Scenario, case: Json) -> None:
    story.when_passes("2026-10-30 10:00")
    done = {"progress": 100, "done_on": "2026-10-30"}
    story.when_completes(RESOURCES, "implement", "done", case=case, data=done)
    check = guiyang.check()
    story.when_completes(RESOURCES, "site_check", "pass", case=case, data=check)
    story.then_state(case, "整改完成")
    story.then_waits_at(case, ("police_result", POLICE))
    story.when_passes("2026-11-10 10:00")
    result = {"police_result": "判决有罪", "police_result_on": "2026-11-10"}
    story.when_completes(POLICE, "police_result", "concluded", case=case, data=result)
    story.then_waits_at(case)  # the damage is not restored yet
    guiyang.restored(story, case, BODY)
    story.then_waits_at(case, ("evidence", RESOURCES))


@pytest.mark.requirement("G-41", "G-51")
def the_county_closes_and_the_office_registers(story: Scenario, case: Json) -> None:
    papers = guiyang.papers(story, RESOURCES, "E5", "E6", "E7")
    story.when_completes(RESOURCES, "evidence", "submit", case=case, data=papers)
    story.when_completes(ECOLOGY, "register", "registered", case=case)
    assert "D-04.6" in story.rows(case)
    story.when_completes(KAIYANG, "county_approve", "approve", case=case)
    story.when_completes(OFFICE, "office_register", "registered", case=case)
    story.then_state(case, "已销号")
    story.when_completes(BODY, "archive", "archived", case=case)
    assert story.case(case["id"])["status"] == "completed"


@pytest.mark.requirement("G-29", "G-57")
def test_without_damage_the_industry_finds_out_and_then_transfers(
    guiyang_story: Scenario,
) -> None:
    story = guiyang_story
    clue_case = stopped(story)
    transferred(story, clue_case, clue(eco_damage=False), RESOURCES)
    assert "D-02.2" in story.rows(clue_case)
    story.when_passes("2026-04-10 10:00")
    story.when_completes(RESOURCES, "accept", "accept", case=clue_case)
    story.then_never(clue_case, ECOLOGY)
    case = story.cases("gy_violation")[0]
    first = ("guide", RESOURCES), ("more_cases", RESOURCES)
    story.then_waits_at(case, *first, ("damage_finding", RESOURCES))
    story.then_never(case, ECOLOGY)
    why = "山体和植被受损，认定造成生态破坏"
    story.when_completes(RESOURCES, "damage_finding", "damaged", case=case, opinion=why)
    story.then_waits_at(case, *first, ("send_four", RESOURCES))
    story.then_due(case, "send_four", "2026-04-17")
    story.when_completes(RESOURCES, "send_four", "send", case=case)
    story.then_waits_at(case, *first, ("accept", ECOLOGY))
    story.when_completes(ECOLOGY, "accept", "accept", case=case)
    story.then_waits_at(case, *first, ("file_case", ECOLOGY))
    story.then_no_incidents()
