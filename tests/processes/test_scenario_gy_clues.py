"""Further Guiyang clues: an expressway, two counties, a dispute, the platform's ledger."""

import pytest

from tests.processes import guiyang
from tests.processes.guiyang import ECOLOGY, FORESTRY, OFFICE, TOURISM, WATER
from tests.processes.test_guiyang_clues import clue, held
from tests.support.scenario import Json, Scenario

CROSSED = pytest.mark.parametrize(
    ("guiyang_runtime", "store_url"),
    [("kernel", "postgresql"), ("spiffworkflow", "sqlite")],
    indirect=True,
)
FARMING, TRANSPORT, PROVINCE_ROADS = "GY-NY", "GY-JT", "GZ-JTT"
QINGZHEN, GUIAN, BAIYUN = "520181-ZF", "GA-GWH", "520113-ZF"
LAKE = guiyang.Point("GY-01", ("520181", "GA0001"), "红枫湖北岸", 106.431215, 26.512034)
BODY = guiyang.CHANGPOLING.body
WHY = "经核对职责分工，不属于本部门职责。"


@CROSSED
@pytest.mark.requirement("G-38")
def test_an_expressway_is_led_by_the_province_and_assisted_by_the_city(
    guiyang_story: Scenario,
) -> None:
    """D-01.3: PROV_TRANSPORT leads, TRANSPORT assists; the place is told, nobody else acts."""
    story = guiyang_story
    story.when_passes("2026-09-30 10:00")
    case = story.when_started(BODY, "gy_clue", clue(problem_type="E3", found_on="2026-09-29"))
    story.then_waits_at(case, ("send_slip", BODY))
    story.then_due(case, "send_slip", "2026-10-09")  # two working days after the holiday
    story.when_completes(BODY, "send_slip", "send", case=case)
    told = {f"unit:{unit}" for unit in (TRANSPORT, BODY, BAIYUN, FORESTRY)}
    assert story.told(case) == told
    story.then_waits_at(case, ("accept", PROVINCE_ROADS))
    story.when_completes(PROVINCE_ROADS, "accept", "accept", case=case)
    (problem,) = story.cases("gy_violation")
    assert problem["number"] == "GY-2026-520113-0001"
    story.then_waits_at(problem, ("guide", PROVINCE_ROADS), ("assist", TRANSPORT))
    row = story.ledger_row("violation", problem["number"])
    assert (row["lead_unit"], row["assist_units"].split("、")[0]) == (
        PROVINCE_ROADS,
        "贵阳市交通委员会",
    )
    assert {"D-01.3"} <= set(story.rows(case)) & set(story.rows(problem))
    story.then_never(problem, FORESTRY, ECOLOGY, BAIYUN)
    story.then_no_incidents()


@CROSSED
@pytest.mark.requirement("G-61")
def test_a_point_in_two_counties_tells_both_and_asks_them_to_meet(
    guiyang_story: Scenario,
) -> None:
    """D-03.1, 2, 3, 6, 7, 8 and D-07.7 for a fish farm of two counties in a water source."""
    story = guiyang_story
    story.when_passes("2026-04-07 10:00")
    data = clue(LAKE, problem_type="F3", acts=["违法排污"], drinking_water_zone=True)
    case = story.when_started(LAKE.body, "gy_clue", data)
    rows = {"D-01.2", "D-02.3", "D-07.7", *(f"D-03.{n}" for n in (1, 2, 3, 6, 7, 8))}
    assert rows <= set(story.rows(case))
    assert not {"D-03.4", "D-03.5", "D-02.1"} & set(story.rows(case))
    (meeting,) = story.cases("gy_meeting")
    story.then_waits_at(meeting, ("convene", OFFICE))
    form = story.form(OFFICE, "convene", meeting)
    assert form["kind"] == "跨区域联席会议"
    assert set(form["units"]) == {OFFICE, FORESTRY, QINGZHEN, GUIAN, LAKE.body}
    assert form["invited_others"] == "乡镇（街道办）、派出所、渔政"
    for _ in ("farming", "ecology"):
        story.when_completes(LAKE.body, "send_slip", "send", case=case)
    told = {LAKE.body, QINGZHEN, GUIAN, FORESTRY, ECOLOGY, WATER, OFFICE}
    assert story.told(case) == {f"unit:{unit}" for unit in told}
    story.then_waits_at(case, ("accept", FARMING), ("accept", ECOLOGY))


@CROSSED
@pytest.mark.requirement("G-57")
def test_a_disputed_slip_goes_to_whom_the_office_names_with_new_dates(
    guiyang_story: Scenario,
) -> None:
    """GY-F7: 5 wd to accept, 20 wd for the result, from the day the unit was sent the slip."""
    story = guiyang_story
    story.when_passes("2026-04-07 10:00")
    case = story.when_started(FORESTRY, "gy_clue", clue())
    story.then_state(case, "移送")
    story.when_completes(FORESTRY, "send_slip", "send", case=case)
    story.then_due(case, "accept", "2026-04-14")
    story.when_passes("2026-04-10 10:00")
    bare = {"case": case, "opinion": WHY, "expect": 422}
    refused = story.when_completes(WATER, "accept", "dispute", **bare)
    assert refused["detail"] == "请填写建议接收单位。"
    data = {"suggest_role": "TRANSPORT"}
    story.when_completes(WATER, "accept", "dispute", case=case, data=data, opinion=WHY)
    story.then_state(case, "异议")
    the_office_names_transport(story)
    story.then_state(case, "移送")
    story.then_waits_at(case, ("accept", TRANSPORT))
    story.then_due(case, "accept", "2026-04-22")
    story.when_passes("2026-04-20 10:00")
    story.when_completes(TRANSPORT, "accept", "accept", case=case)
    story.then_waits_at(case, ("feedback", TRANSPORT))
    story.then_state(case, "办理")
    story.then_due(case, "feedback", "2026-05-15")  # 15 April + 20 wd over the May holiday
    (problem,) = story.cases("gy_violation")
    assert story.ledger_row("violation", problem["number"])["lead_unit"] == TRANSPORT
    assert "D-09.1" in story.rows(problem)
    story.then_never(problem, WATER)


def the_office_names_transport(story: Scenario) -> None:
    (meeting,) = story.cases("gy_meeting")
    assert "D-07.8" in story.rows(meeting)
    form = story.form(OFFICE, "convene", meeting)
    assert form["kind"] == "领导小组办公室联席会议"
    assert set(form["units"]) == {OFFICE, FORESTRY, WATER, TRANSPORT}
    story.when_passes("2026-04-15 16:00")
    held(story, meeting, OFFICE, decided_lead="TRANSPORT")


@CROSSED
@pytest.mark.requirement("G-43")
def test_a_patrolled_point_already_on_the_platform_goes_to_the_province(
    guiyang_story: Scenario,
) -> None:
    """D-04.4 beats D-04.6: on the 绿盾 ledger any source is closed by the province (A-12)."""
    story = guiyang_story
    story.when_passes("2026-06-01 10:00")
    data = guiyang.violation(source="日常巡护", in_green_shield_ledger=False)
    del data["gs_no"]
    case = story.when_started(BODY, "gy_violation", data)
    guide = {"guide_note": "责令停止经营，限期整改并报送整改方案。"}
    story.when_completes(TOURISM, "guide", "guided", case=case, data=guide)
    found: Json = {"verify_people": "行业处室两人", "verify_note": "情况属实，与登记一致。"}
    found["in_green_shield_ledger"] = True
    at = {"case": case, "data": found}
    refused = story.when_completes(TOURISM, "verify", "confirmed", **at, expect=422)
    assert [error["field"] for error in refused["errors"]] == ["gs_no"]
    found["gs_no"] = "GS-5201-0201"
    story.when_completes(TOURISM, "verify", "confirmed", **at)
    assert [row for row in story.rows(case) if row.startswith("D-04")] == ["D-04.4"]
    row = story.ledger_row("violation", case["number"])
    assert (row["gs_no"], row["route"]) == ("GS-5201-0201", "绿盾销号")
    story.then_waits_at(case, ("plan", TOURISM))


@CROSSED
@pytest.mark.requirement("G-24")
def test_units_act_together_sign_the_record_and_raise_a_clue(guiyang_story: Scenario) -> None:
    """P-04 ad hoc 联合执法: GY-F4 by the convener, signed by all, tasks with dates."""
    story = guiyang_story
    story.when_passes("2026-06-01 10:00")
    body = {"processDefinitionKey": "gy_joint_action", "variables": action(units=[ECOLOGY])}
    refused = story.of(ECOLOGY).send("POST", "/process-instances", body, 422)
    assert [error["field"] for error in refused["errors"]] == ["units"]
    case = story.when_started(ECOLOGY, "gy_joint_action", action())
    assert case["number"] == "LX-2026-0001"
    assert story.told(case) == {f"unit:{unit}" for unit in (ECOLOGY, WATER, BODY)}
    story.then_waits_at(case, ("visit_record", ECOLOGY))
    story.then_due(case, "visit_record", "2026-06-15")  # five working days after 8 June
    story.when_passes("2026-06-08 16:00")
    record = {
        "findings": "林内新建木屋两栋，无任何手续，现场正在施工，已责令停止。",
        "visit_tasks": [{"content": "责令停工并清场", "unit": BODY, "due": "2026-06-30"}],
        "photos": story.when_uploads(ECOLOGY, "现场一", "现场二"),
    }
    story.when_completes(ECOLOGY, "visit_record", "found", case=case, data=record)
    for unit in (ECOLOGY, WATER, BODY):
        story.when_completes(unit, "visit_sign", "sign", case=case)
    (opened,) = story.cases("gy_clue")
    story.then_waits_at(opened, ("register_clue", ECOLOGY))
    form = story.form(ECOLOGY, "register_clue", opened)
    assert (form["source"], form["source_ref"]) == ("联合排查", case["number"])
    story.then_waits_at(case, ("visit_task", BODY))
    story.then_due(case, "visit_task", "2026-06-30")
    done = {"case": case, "data": {"handled": "已责令停工，木屋全部拆除清场。"}}
    story.when_completes(BODY, "visit_task", "done", **done)
    row = story.ledger_row("joint_action", case["number"])
    assert (row["status"], row["found"], row["unit_count"]) == ("办结", True, 3)
    story.then_no_incidents()


def action(**changes: object) -> Json:
    """Give the call of a joint enforcement at the camping place."""
    data: Json = {
        "action_kind": "联合执法",
        "subject_title": "长坡岭违法建设联合执法",
        "pa_id": "GY-06",
        "county_codes": ["520113"],
        "units": [ECOLOGY, WATER, BODY],
        "planned_on": "2026-06-08",
    }
    return {**data, **changes}


@CROSSED
@pytest.mark.requirement("G-09")
def test_each_month_tells_who_patrolled_less_than_planned(guiyang_story: Scenario) -> None:
    """Four patrols a month by a body, one a quarter by ecology (G-29), as the setting says."""
    story = guiyang_story
    for day in (3, 10, 17, 24):
        story.when_passes(f"2026-03-{day:02} 12:00")
        story.when_started(BODY, "gy_patrol", patrolled(f"2026-03-{day:02}", BODY))
    story.when_started(ECOLOGY, "gy_patrol", patrolled("2026-03-24", ECOLOGY))
    story.when_passes("2026-04-01 09:00")
    (case,) = story.cases("gy_patrol_round", state="已核对")[-1:]
    row = next(r for r in rounds(story) if r["month"] == "2026-03")
    assert (row["planned"], row["made"], row["short_count"]) == (40, 5, 14)
    assert "百花湖风景名胜区管理机构：每月4次，实有0次" in row["short"]
    assert "长坡岭" not in row["short"]
    told = story.told(case)
    assert {"unit:GY-01-GL", f"unit:{ECOLOGY}", f"unit:{FORESTRY}"} <= told
    assert f"unit:{BODY}" not in told
    story.when_passes("2026-05-01 09:00")  # April: months only, the quarter still runs
    row = next(r for r in rounds(story) if r["month"] == "2026-04")
    assert (row["planned"], row["made"], row["short_count"]) == (32, 0, 8)


def rounds(story: Scenario) -> list[Json]:
    """Give the rows of the ledger of planned patrols."""
    body: Json = {"filter": {}, "page": {"limit": 200}}
    answer = story.overseer().send("POST", "/ledgers/patrol_round/rows/search", body)
    return [one["values"] for one in answer["items"]]


def patrolled(day: str, unit: str) -> Json:
    """Give GY-F6 of a patrol of DAY by UNIT on which nothing was found."""
    return {
        "pa_id": "GY-06",
        "people": [f"clerk-{unit.lower()}"],
        "start": f"{day}T08:30",
        "end": f"{day}T11:30",
        "found": False,
    }
