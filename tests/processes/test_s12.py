"""Story S12: an illegal quarry found on patrol, two leads, one act fined once."""

import pytest

from tests.processes.guiyang import ECOLOGY, FORESTRY, RESOURCES
from tests.processes.jiangxi import Changes
from tests.support.scenario import Json, Scenario

BODY = "GY-12-GL"
KAIYANG = "520121-ZF"


@pytest.fixture
def guiyang_changes() -> Changes:
    """Switch the unverified areas on, as the story asks."""
    return (("organisation/protected_areas.csv", ",0,unverified", ",1,unverified"),)


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


def the_record_is_completed(story: Scenario, found: Json) -> None:
    story.then_waits_at(found, ("complete_record", BODY))
    story.when_completes(BODY, "complete_record", "completed", case=found, expect=422)
    photos = story.when_uploads(BODY, "现场")
    rest = {"end": "2026-04-07T10:30", "photos": photos}
    rest["publicity"] = [{"audience": "村镇", "way": "入户讲解", "count": 12}]
    story.when_completes(BODY, "complete_record", "completed", case=found, data=rest)
    story.then_state(found, "已结束")
    assert story.ledger_row("patrol", found["number"])["publicity_people"] == 12


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


def accepted(story: Scenario, case: Json) -> Json:
    """Let both accept on 10 April; gives the violation opened by it."""
    story.when_passes("2026-04-10 10:00")
    story.when_completes(ECOLOGY, "accept", "accept", case=case)
    assert story.cases("gy_violation") == []
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
    the_results_are_fed_back(story, clue_case)
    story.then_no_incidents()


def the_results_are_fed_back(story: Scenario, case: Json) -> None:
    filed = {"result": "立案", "result_no": "筑环立〔2026〕31号"}
    story.when_completes(ECOLOGY, "feedback", "given", case=case, data=filed)
    urged = {"result": "责令整改"}
    story.when_completes(RESOURCES, "feedback", "given", case=case, data=urged)
    story.then_state(case, "办结")
    told = story.ledger_row("clue", case["number"])["results"]
    assert told == "贵阳市自然资源和规划局：责令整改；贵阳市生态环境局：立案"
    story.then_every_transition_is_on_record(case)
