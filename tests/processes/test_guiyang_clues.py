"""Clues and meetings in Guiyang: nothing found, late reports, disputes, the leader."""

import pytest

from tests.processes import guiyang
from tests.processes.guiyang import ECOLOGY, FORESTRY, OFFICE, RESOURCES, WATER
from tests.support.scenario import Json, Scenario

# Each runtime and each database once; S12 runs on all four pairs.
CROSSED = pytest.mark.parametrize(
    ("guiyang_runtime", "store_url"),
    [("kernel", "postgresql"), ("spiffworkflow", "sqlite")],
    indirect=True,
)
BODY = guiyang.CHANGPOLING.body
CITY_GOV = "GY-GOV"


def patrol(**changes: object) -> Json:
    """Give GY-F6 of a patrol on which nothing was found."""
    data: Json = {
        "pa_id": "GY-06",
        "people": [f"clerk-{BODY.lower()}"],
        "start": "2026-04-07T08:30",
        "end": "2026-04-07T11:30",
        "found": False,
    }
    return {**data, **changes}


def found(**changes: object) -> Json:
    """Give GY-F6 sent from the place: illegal construction found at nine."""
    data = patrol(
        found=True,
        found_at="2026-04-07T09:00",
        illegal_construction=True,
        found_place="长坡岭露营点",
        found_note="林内新建木屋两栋。",
    )
    del data["end"]
    return {**data, **changes}


@CROSSED
@pytest.mark.requirement("G-09")
def test_a_patrol_without_a_find_is_a_record_only(guiyang_story: Scenario) -> None:
    story = guiyang_story
    story.when_passes("2026-04-07 12:00")
    case = story.when_started(BODY, "gy_patrol", patrol())
    story.then_state(case, "无异常")
    assert story.ledger_row("patrol", case["number"])["patrol_unit"] == BODY
    assert story.cases("gy_clue") == []


@CROSSED
@pytest.mark.requirement("G-11", "G-12")
def test_a_report_after_two_hours_is_flagged(guiyang_story: Scenario) -> None:
    story = guiyang_story
    story.when_passes("2026-04-07 09:05")
    case = story.when_started(BODY, "gy_patrol", found())
    story.when_passes("2026-04-07 11:30")
    story.when_completes(BODY, "stop", "stopped", case=case, expect=422)  # no measure named
    measures = {"stop_measure": ["口头劝阻"]}
    story.when_completes(BODY, "stop", "stopped", case=case, data=measures)
    early = {"reported_at": "2026-04-07T08:50"}
    story.when_completes(BODY, "report", "reported", case=case, data=early, expect=422)
    story.when_completes(BODY, "report", "reported", case=case)
    row = story.ledger_row("patrol", case["number"])
    assert (row["report_minutes"], row["report_late"], row["stop_late"]) == (150, True, False)
    opened = story.cases("gy_clue")[0]
    story.then_waits_at(opened, ("register_clue", BODY))
    shown = story.form(BODY, "register_clue", opened)
    assert (shown["source"], shown["source_ref"]) == ("日常巡护", case["number"])


def clue(point: guiyang.Point = guiyang.CHANGPOLING, **changes: object) -> Json:
    """Give GY-F7: spoil of a reservoir dumped in a forest park, no act named."""
    data: Json = {
        "source": "媒体曝光",
        "found_on": "2026-04-07",
        "urgent": "一般",
        "pa_id": point.area,
        "county_codes": list(point.counties),
        "point_name": point.name,
        "lon": point.lon,
        "lat": point.lat,
        "area_ha": 0.4,
        "zone": ["一般控制区"],
        "problem_type": "D4",
        "eco_damage": False,
        "facts": "媒体反映水库弃渣倾倒在森林公园内，现场核实弃渣约0.4公顷，尚在倾倒，责任单位"
        "待查。",
        "evidence": [{"name": "报道截图", "kind": "电子数据"}],
    }
    return {**data, **changes}


def sent(story: Scenario, data: Json, starter: str = FORESTRY) -> Json:
    """File the clue DATA on 7 April and send its slips at once."""
    story.when_passes("2026-04-07 10:00")
    case = story.when_started(starter, "gy_clue", data)
    for task in story.tasks(case):  # one slip per receiver
        story.when_completes(starter, task["node"], "send", case=case)
    return case


def held(story: Scenario, case: Json, convener: str, **changes: object) -> Json:
    """Let CONVENER call the meeting CASE and write its minutes."""
    notice = {"meeting_on": "2026-04-15T09:00", "place": "市林业局三楼"}
    story.when_completes(convener, "convene", "send", case=case, data=notice)
    decision = {"content": "按职责办理", "unit": WATER, "due": "2026-05-15"}
    minutes: Json = {
        "meeting_opinion": "按职责分工办理，按期反馈。",
        "decisions": [decision],
        "minutes": story.when_uploads(convener, "纪要"),
    }
    return story.when_completes(
        convener, "hold", "minuted", case=case, data={**minutes, **changes}
    )


@CROSSED
@pytest.mark.requirement("G-07", "G-54")
def test_a_dispute_about_the_duty_is_settled_in_a_meeting(guiyang_story: Scenario) -> None:
    story = guiyang_story
    case = sent(story, clue())
    assert "D-01.6" in story.rows(case)
    story.then_waits_at(case, ("accept", WATER))
    why = "弃渣不是水利工程产生的"
    refuse = {"case": case, "opinion": why}
    story.when_completes(WATER, "accept", "dispute", **refuse, expect=422)  # who, then?
    suggest = {"suggest_role": "NATURAL_RESOURCES"}
    story.when_completes(WATER, "accept", "dispute", **refuse, data=suggest)
    story.then_waits_at(case)
    assert "D-07.8" in story.rows(case)
    meeting = story.cases("gy_meeting")[0]
    story.then_waits_at(meeting, ("convene", OFFICE))
    shown = story.form(OFFICE, "convene", meeting)
    assert (shown["kind"], shown["reason"]) == ("领导小组办公室联席会议", ["职责争议"])
    assert set(shown["units"]) == {OFFICE, FORESTRY, WATER, RESOURCES}
    no = "双方已自行协商一致，不再召开"
    story.when_completes(OFFICE, "convene", "not_needed", case=meeting, opinion=no, expect=422)
    held(story, meeting, OFFICE, decided_lead="NATURAL_RESOURCES")
    story.then_waits_at(case, ("accept", RESOURCES))
    story.when_completes(RESOURCES, "accept", "accept", case=case)
    violation = story.cases("gy_violation")[0]
    assert "D-09.1" in story.rows(violation)  # the minutes name the lead
    story.then_waits_at(violation, ("guide", RESOURCES))
    assert story.ledger_row("transfer", case["number"])["disputed"] is True
    story.then_no_incidents()


@CROSSED
@pytest.mark.requirement("G-52", "G-61")
def test_a_cross_region_clue_suggests_a_meeting(guiyang_story: Scenario) -> None:
    story = guiyang_story
    lake = guiyang.Point("GY-02", ("520115", "520181"), "百花湖岸线", 106.512033, 26.655481)
    case = sent(story, clue(lake, problem_type="F3", acts=["违法排污"]))
    assert {"D-07.7", "D-03.7"} <= set(story.rows(case))
    story.then_waits_at(case, ("accept", "GY-NY"), ("accept", ECOLOGY))
    meeting = story.cases("gy_meeting")[0]
    assert story.form(OFFICE, "convene", meeting)["kind"] == "跨区域联席会议"
    why = "两地已联合处置，暂不召开会议"
    story.when_completes(OFFICE, "convene", "not_needed", case=meeting, opinion=why)
    story.then_state(meeting, "未召开")


@CROSSED
@pytest.mark.parametrize(
    ("stated", "lead", "row"), [(None, FORESTRY, "D-09.2"), ("ECOLOGY", ECOLOGY, "D-09.1")]
)
@pytest.mark.requirement("G-07", "G-08")
def test_a_clue_of_a_joint_document_goes_to_the_lead_by_its_order(
    guiyang_story: Scenario, stated: str | None, lead: str, row: str
) -> None:
    story = guiyang_story
    units = [{"unit": role} for role in ("FORESTRY", "ECOLOGY", "NATURAL_RESOURCES")]
    named = {"named_rows": units, "document_states_lead": stated is not None}
    stating = {"stated_lead": stated} if stated else {}
    ordered = {"source": "上级交办", "ordered_by": "各类专项检查"}
    case = sent(story, clue(**ordered, **named, **stating))
    assert row in story.rows(case)
    story.then_waits_at(case, ("accept", lead))
    story.when_completes(lead, "accept", "accept", case=case)
    violation = story.cases("gy_violation")[0]
    others = {FORESTRY, ECOLOGY, RESOURCES} - {lead}
    story.then_waits_at(violation, ("guide", lead), *(("assist", unit) for unit in others))
    assert story.ledger_row("violation", violation["number"])["source"] == "各类专项检查"


@CROSSED
@pytest.mark.requirement("G-55")
def test_what_is_exceptionally_important_goes_to_the_leader(guiyang_story: Scenario) -> None:
    story = guiyang_story
    story.when_passes("2026-04-07 10:00")
    call = {"subject_title": "饮用水源地突发事件处置", "importance": "特别重大"}
    case = story.when_started(WATER, "gy_meeting", {**call, "social_impact": "大"})
    assert {"D-07.2", "D-07.3", "D-07.6"} <= set(story.rows(case))
    shown = story.form(WATER, "convene", case)
    assert shown["kind"] == "工作联动会商会"
    assert shown["invited"] == ["GY-GA", "GY-JC", "GY-FY", "GY-SF"]
    story.then_due(case, "convene", "2026-04-21")
    held(story, case, WATER)
    assert {f"unit:{unit}" for unit in shown["invited"]} <= story.told(case)
    story.then_waits_at(case, ("leader_study", CITY_GOV))
    story.then_state(case, "市政府专题研究")
    study = {"leader_opinion": "由市政府专题会议研究部署，限期处置到位。"}
    story.when_completes(CITY_GOV, "leader_study", "studied", case=case, data=study)
    story.then_waits_at(case, ("carry_out", WATER))
    story.then_due(case, "carry_out", "2026-05-15")
    done = {"handled": "已完成处置，水质稳定。"}
    story.when_completes(WATER, "carry_out", "done", case=case, data=done)
    story.then_state(case, "办结")
    assert story.ledger_row("meeting", case["number"])["decision_count"] == 1
