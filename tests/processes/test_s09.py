"""Story S09: a joint review sent back for one opinion, 2026; silence and reminders (2.6)."""

from typing import Any

import pytest

from tests.processes import reviews
from tests.processes.reviews import DEPARTMENTS, FORESTRY, MINIMUM, REASON, WATER
from tests.support.scenario import Json, Scenario

COUNTY, BODY = "520123-ZF", "GY-05-GL"


def test_a_plan_is_reviewed_sent_back_for_one_opinion_and_passed(
    guiyang_story: Scenario,
) -> None:
    story = guiyang_story
    case = the_filing_is_completed_once(story)
    the_table_proposes_who_takes_part(story, case)
    the_notice_asks_every_department(story, case)
    six_agree_and_water_does_not(story, case)
    the_meeting_sends_it_back(story, case)
    the_second_round_asks_four_units(story, case)
    it_passes(story, case)
    both_rounds_stay_on_record(story, case)
    all_eleven_opinions_were_in_time(story)


@pytest.mark.requirement("G-17")
def all_eleven_opinions_were_in_time(story: Scenario) -> None:
    assert story.counted("M-8", 2026) == (11, 11)
    broken = {one["key"]: one["groups"] for one in story.metric("M-8", 2026)["breakdowns"]}
    months = {g["text"]: g["figure"]["denominator"] for g in broken["month"]}
    assert months == {"2026-03": 7, "2026-04": 4}
    units = {g["text"]: g["figure"]["denominator"] for g in broken["unit_name"]}
    assert units["贵阳市水务管理局"] == 2


@pytest.mark.requirement("G-16")
def the_filing_is_completed_once(story: Scenario) -> Json:
    story.when_passes("2026-03-09 10:00")
    docs = story.when_uploads(COUNTY, "请示", "论证报告")
    case = story.when_started(COUNTY, "gy_joint_review", reviews.filing(docs=docs))
    assert case["number"] == "LS-2026-0001"
    story.then_state(case, "已收件")
    story.then_waits_at(case, ("accept", FORESTRY))
    story.then_due(case, "accept", "2026-03-16")
    reason = "缺少功能分区图件，请一次性补齐。"
    story.when_completes(FORESTRY, "accept", "supplement", case=case, opinion=reason)
    story.then_state(case, "补正")
    story.then_waits_at(case, ("supplement", COUNTY))
    story.when_passes("2026-03-10 09:30")
    more = [*docs, *story.when_uploads(COUNTY, "功能分区图")]
    changed = reviews.filing(docs=more)
    story.when_completes(COUNTY, "supplement", "resubmit", case=case, data=changed)
    again = story.when_completes(
        FORESTRY, "accept", "supplement", case=case, opinion=reason, expect=422
    )
    assert again["code"] == "outcome-requires"
    story.when_completes(FORESTRY, "accept", "accept", case=case)
    return case


@pytest.mark.requirement("G-16")
def the_table_proposes_who_takes_part(story: Scenario, case: Json) -> None:
    assert story.rows(case) == [f"D-06.{n}" for n in (1, 2, 3, 4, 5, 6, 7, 8, 9)]
    assert set(story.variables(case)["participants_proposed"]) == {
        "FORESTRY",
        "ECOLOGY",
        "NATURAL_RESOURCES",
        "LOCAL_GOV",
        "MGMT_BODY",
        "AGRICULTURE",
        "WATER",
        "TRANSPORT",
        "CULTURE_TOURISM",
    }
    story.then_state(case, "已受理")
    story.then_waits_at(case, ("notice", FORESTRY))
    story.then_due(case, "notice", "2026-03-24")


@pytest.mark.requirement("G-16", "G-17")
def the_notice_asks_every_department(story: Scenario, case: Json) -> None:
    story.when_passes("2026-03-16 10:00")
    form = story.form(FORESTRY, "notice", case)
    assert form["opinion_due"] == "2026-03-30"
    few = [one for one in form["participants"] if one != "ECOLOGY"]
    data = reviews.notice(form, "2026-04-01T09:30:00+08:00")
    refused = story.when_completes(
        FORESTRY, "notice", "send", case=case, data={**data, "participants": few}, expect=422
    )
    assert [error["field"] for error in refused["errors"]] == ["participants"]
    story.when_completes(FORESTRY, "notice", "send", case=case, data=data)
    story.then_state(case, "征求意见")
    story.then_waits_at(case, *(("opinions", unit) for unit in DEPARTMENTS))
    story.then_due(case, "opinions", "2026-03-30")
    assert {f"unit:{COUNTY}", f"unit:{BODY}"} <= story.told(case)


@pytest.mark.requirement("G-17")
def six_agree_and_water_does_not(story: Scenario, case: Json) -> None:
    story.when_passes("2026-03-18 10:00")
    reviews.opines(story, case, "GY-ST")
    only_the_lead_reads_the_opinion_of_ecology(story, case)
    early = reviews.concludes(story, case, "return", "请按意见修改后重新申报。", expect=409)
    assert early["code"] == "opinions-open"
    story.when_passes("2026-03-20 10:00")
    changes = [{"item": "第三章", "demand": "补充农业面源管控内容", "precondition": False}]
    reasons = "第三章农业面源污染管控内容较少，建议补充完善。"
    reviews.opines(story, case, "GY-NY", "agree_changes", reasons, changes)
    story.when_passes("2026-03-27 10:00")
    for unit in ("GY-ZR", "GY-JT", "GY-WL", FORESTRY):
        reviews.opines(story, case, unit)
    mods = [reviews.CONDITION]
    brief = "分区衔接不一致，须调整。"
    short = reviews.opines(story, case, WATER, "disagree", brief, mods, expect=422)
    assert short["code"] == "reason-too-short"
    reviews.opines(story, case, WATER, "disagree", REASON, mods)
    story.then_state(case, "会议审查")
    story.then_waits_at(case, ("opinions", FORESTRY))
    story.then_due(case, "opinions", "2026-04-07")


def only_the_lead_reads_the_opinion_of_ecology(story: Scenario, case: Json) -> None:
    """The matrix opens to all with the conclusion (operations.md 2.6)."""
    path = f"/user-tasks/{story.tasks(case)[0]['id']}"
    for unit, read in (("GY-ZR", None), ("GY-ST", "agree"), (FORESTRY, "agree")):
        known = story.of(unit)
        seats = known.get(path)["seats"]
        assert {s["outcome"] for s in seats if s["unit"] == "GY-ST"} == {read}
        assert len(known.get(f"{path}/form")["entries"]) == (1 if read else 0)
        lines = known.get(f"/process-instances/{case['id']}/history", limit="200")["items"]
        acts = [line for line in lines if line["kind"] == "CompleteTask"]
        assert acts[-1]["unit"] == "GY-ST"
        assert acts[-1]["detail"]["outcome"] == read
        page = known.client.get(f"/case/{case['number']}/opinions").text
        assert ("结论后公开" in page) == (read is None)


@pytest.mark.requirement("G-16")
def the_meeting_sends_it_back(story: Scenario, case: Json) -> None:
    story.when_passes("2026-04-01 15:00")
    form = story.form(FORESTRY, "opinions", case)
    rows = {row["unit"]: row["result"] for row in form["opinions_table"]}
    assert len(rows) == 7
    assert rows["贵阳市水务管理局"] == "不同意"
    assert [row["state"] for row in form["adopted"]] == ["退回修改"]
    refused = reviews.concludes(story, case, "pass", next="报省林业局", expect=422)
    assert refused["code"] == "outcome-requires"
    reviews.concludes(story, case, "return", "请按水务部门意见调整功能分区后重报。")
    story.then_state(case, "退回补正")
    story.then_waits_at(case, ("revise", COUNTY))


@pytest.mark.requirement("G-17")
def the_second_round_asks_four_units(story: Scenario, case: Json) -> None:
    story.when_passes("2026-04-20 10:00")
    data = reviews.filing(docs=story.when_uploads(COUNTY, "修改稿"))
    story.when_completes(COUNTY, "revise", "resubmit", case=case, data=data)
    story.then_waits_at(case, *(("opinions", unit) for unit in (*MINIMUM, WATER)))
    story.then_due(case, "opinions", "2026-04-27")
    story.then_state(case, "征求意见")
    story.when_passes("2026-04-24 10:00")
    reviews.opines(story, case, WATER)
    for unit in MINIMUM:
        reviews.opines(story, case, unit)


@pytest.mark.requirement("G-16")
def it_passes(story: Scenario, case: Json) -> None:
    story.when_passes("2026-04-28 10:00")
    form = story.form(FORESTRY, "opinions", case)
    assert [(row["unit"], row["state"]) for row in form["adopted"]] == [
        ("贵阳市水务管理局", "采纳")
    ]
    reviews.concludes(story, case, "pass", next="报省林业局")
    story.then_state(case, "通过")
    found = story.variables(case)
    assert (found["conclusion_text"], found["next"]) == ("通过，按程序上报", "报省林业局")
    assert found["concluded_on"] == "2026-04-28"
    assert story.case(case["id"])["status"] == "completed"
    row = story.ledger_row("review", case["number"])
    assert (row["conclusion"], row["review_round"]) == ("通过，按程序上报", 2)


def both_rounds_stay_on_record(story: Scenario, case: Json) -> None:
    rounds = [task for task in story.tasks(case, None) if task["node"] == "opinions"]
    first, second = sorted(rounds, key=lambda task: task["round"])
    said = {s["unit"]: s["outcome"] for s in first["seats"] if s["duty"] != "conclude"}
    assert said[WATER] == "disagree"
    assert [s["opinion"] for s in first["seats"] if s["unit"] == WATER] == [REASON]
    assert {s["unit"] for s in second["seats"]} == {*MINIMUM, WATER}
    page = story.of("GY-ZR").client.get(f"/case/{case['number']}/opinions").text
    for word in ("第 1 轮", "第 2 轮", REASON, "退回补正", "通过，按程序上报", "市水务管理局"):
        assert word in page
    story.then_all_is_on_record(case)
    opiners = {unit for node, unit in story.ever(case) if node == "opinions"}
    assert not opiners & {COUNTY, BODY}  # they attend and explain, and give no opinion


@pytest.mark.requirement("G-17")
def test_silence_is_reminded_three_times_and_never_taken_for_consent(
    guiyang_story: Scenario,
) -> None:
    story = guiyang_story
    case = asked_on_21_september(story)
    for unit in DEPARTMENTS:
        if unit != "GY-ST":
            reviews.opines(story, case, unit)
    levels = {
        "2026-10-09": "L0",
        "2026-10-12": "L0",
        "2026-10-13": "L1",
        "2026-10-16": "L2",
        "2026-10-27": "L3",
    }
    story.when_passes("2026-10-08 18:00")
    assert reached(story, case) == ""
    for day, level in levels.items():
        story.when_passes(f"{day} 18:00")
        assert reached(story, case) == level, day
        if day == "2026-10-13":
            early = reviews.concludes(story, case, "reject", "仍需论证，不予通过。", expect=409)
            assert early["code"] == "opinions-open"
        lead = [("opinions", FORESTRY)] if level in ("L2", "L3") else []
        story.then_waits_at(case, ("opinions", "GY-ST"), *lead)  # its last seat opens with L2
    refused = reviews.concludes(story, case, "pass", next="报省林业局", expect=409)
    assert refused["code"] == "required-seat-open"
    assert "贵阳市生态环境局" in refused["detail"]
    table = story.form(FORESTRY, "opinions", case)["opinions_table"]
    assert {row["unit"]: row["result"] for row in table}["贵阳市生态环境局"] == "逾期未反馈"
    assert reminded(story, case) == {
        "L0": ["unit:GY-ST"],
        "L1": ["unit:GY-ST"],
        "L2": ["unit:GY-LY", "unit:GY-ST"],
        "L3": ["unit:GY-LGO"],
    }
    reviews.concludes(story, case, "office")
    story.then_waits_at(case, ("office_meeting", "GY-LGO"))
    silent = [s for s in seats(story, case) if s["unit"] == "GY-ST"]
    assert [(s["state"], s["outcome"]) for s in silent] == [("silent", None)]
    decision = {
        "office_decision": "生态环境部门补充书面意见后，同意按程序上报。",
        "office_minutes": story.when_uploads("GY-LGO", "纪要"),
        "next": "报省林业局",
    }
    story.when_completes("GY-LGO", "office_meeting", "pass", case=case, data=decision)
    story.then_state(case, "通过")
    a_late_opinion_is_kept_and_not_counted(story, case)
    assert story.counted("M-8", 2026) == (6, 7)
    story.then_no_incidents()


def a_late_opinion_is_kept_and_not_counted(story: Scenario, case: Json) -> None:
    story.when_passes("2026-11-02 10:00")
    before = story.variables(case)["opinions"]
    task = next(t for t in story.tasks(case, None) if t["node"] == "opinions")
    silent = next(s for s in task["seats"] if s["unit"] == "GY-ST")
    page = story.of("GY-ST").client.get(f"/case/{case['number']}/opinions").text
    assert "补充逾期意见" in page
    path = f"/user-tasks/{task['id']}/late-opinion"
    body = {"outcome": "pass", "opinion": "建议先完成环评再上报审批。"}
    body["expectedVersion"] = silent["version"]
    story.of("GY-ST").send("POST", path, body, 422)
    body["outcome"] = "disagree"
    story.of(WATER).send("POST", path, body, 409)
    story.of("GY-ST").send("POST", path, body)
    body["expectedVersion"] = silent["version"] + 1
    story.of("GY-ST").send("POST", path, body, 409)
    kept = next(s for s in seats(story, case) if s["unit"] == "GY-ST")
    assert (kept["state"], kept["outcome"], kept["decision"]) == ("silent", "disagree", None)
    assert story.variables(case)["opinions"] == before
    line = story.history(case)[-1]
    assert (line["kind"], line["detail"]["to"]) == ("LateAnswer", [f"unit:{FORESTRY}"])
    story.then_state(case, "通过")
    the_lead_alone_may_reopen(story, case)


def the_lead_alone_may_reopen(story: Scenario, case: Json) -> None:
    story.when_passes("2026-11-02 10:01")
    (study,) = story.cases("gy_late_opinion")
    story.then_waits_at(study, ("study_late", FORESTRY))
    story.then_due(study, "study_late", "2026-11-09")
    form = story.form(FORESTRY, "study_late", study)
    assert (form["matter_no"], form["said_by"]) == (case["number"], "贵阳市生态环境局")
    assert form["said_text"] == "建议先完成环评再上报审批。"
    note = {"study_note": "环评未完成即上报，确需再征求一轮意见。"}
    act = (FORESTRY, "study_late", "reopen")
    story.when_completes(*act, case=study, data=note, opinion="重审", expect=422)
    story.when_completes(*act, case=study, data=note, opinion="意见成立，重新审查一轮。")
    story.then_state(study, "重新审查")
    story.then_state(case, "征求意见")
    asked = story.variables(case)["asked"]
    assert set(asked) == set(story.setting("review_minimum"))
    assert story.variables(case)["concluded_on"] is None


def test_a_silent_unit_may_still_answer_before_the_conclusion(guiyang_story: Scenario) -> None:
    story = guiyang_story
    case = asked_on_21_september(story)
    for unit in DEPARTMENTS:
        if unit != "GY-ST":
            reviews.opines(story, case, unit)
    story.when_passes("2026-10-20 10:00")
    reviews.opines(story, case, "GY-ST")
    answers = story.form(FORESTRY, "opinions", case)["opinions_table"]
    assert {row["unit"]: row["late"] for row in answers}["贵阳市生态环境局"] is True
    reviews.concludes(story, case, "pass", next="报省林业局")
    story.then_state(case, "通过")


def asked_on_21_september(story: Scenario) -> Json:
    """Bring a filing to its first round on 21 September 2026."""
    story.when_passes("2026-09-18 10:00")
    docs = story.when_uploads(COUNTY, "请示", "论证报告", "图件")
    data = reviews.filing(docs=docs, received_on="2026-09-18")
    case = story.when_started(COUNTY, "gy_joint_review", data)
    story.when_completes(FORESTRY, "accept", "accept", case=case)
    story.when_passes("2026-09-21 10:00")
    form = story.form(FORESTRY, "notice", case)
    data = reviews.notice(form, "2026-10-14T09:30:00+08:00")
    story.when_completes(FORESTRY, "notice", "send", case=case, data=data)
    story.then_due(case, "opinions", "2026-10-12")
    return case


def seats(story: Scenario, case: Json) -> list[Any]:
    """Give the seats of the round of opinions."""
    rounds = [task for task in story.tasks(case, None) if task["node"] == "opinions"]
    return list(rounds[-1]["seats"])


def reminded(story: Scenario, case: Json) -> dict[str, list[str]]:
    """Give who was told at each level of the round of opinions."""
    lines = (line["detail"] for line in story.history(case) if line["kind"] == "Escalated")
    return {detail["level"]: sorted(detail["to"]) for detail in lines}


def reached(story: Scenario, case: Json) -> str:
    """Give the level the round of opinions stands at."""
    rounds = [task for task in story.tasks(case) if task["node"] == "opinions"]
    return str(rounds[0]["due"]["level"])
