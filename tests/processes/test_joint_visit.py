"""A joint filing of two governments, a complex problem, the joint site visit, most rounds."""

import pytest

from tests.processes import reviews
from tests.processes.reviews import FORESTRY, MINIMUM, WATER
from tests.support.scenario import Json, Scenario

COUNTY, NEW_AREA = "520181-ZF", "GA-GWH"
XIUWEN, OFFICE, OUTSIDE = "520123-ZF", "GY-LGO", "520403-ZF"
BACK = "请按水务部门意见调整功能分区后重报。"
HISTORY = "保护地设立前已建成的农家乐十二家，需分类处置。"


def test_a_complex_matter_across_regions_is_visited_before_it_passes(
    guiyang_story: Scenario,
) -> None:
    story = guiyang_story
    case = both_governments_file(story)
    ecology_asks_for_a_visit(story, case)
    the_visit_needs_a_proposal_for_the_old_problems(story, case)
    both_governments_do_their_tasks(story, case)
    the_second_round_passes_with_changes(story, case)
    the_approved_change_is_shared(story, case)
    story.then_all_is_on_record(case, never=(OUTSIDE,))


@pytest.mark.requirement("G-15", "G-61")
def both_governments_file(story: Scenario) -> Json:
    story.when_passes("2026-05-11 10:00")
    files = story.when_uploads(COUNTY, "请示", "论证报告")
    vector = story.when_uploads(COUNTY, "矢量边界")
    data = reviews.filing(
        received_on="2026-05-11",
        matter_type="变更-范围调整",
        pa_id="GY-01",
        title="红枫湖风景名胜区范围调整",
        applicant_govs=[COUNTY],
        area_before=20000,
        area_after=19800,
        has_historic=True,
        historic_issues=HISTORY,
        vector=vector,
        docs=files,
    )
    body = {"processDefinitionKey": "gy_joint_review", "variables": data}
    refused = story.of(COUNTY).send("POST", "/process-instances", body, 422)
    assert [error["field"] for error in refused["errors"]] == ["applicant_govs"]
    both = {**data, "applicant_govs": [COUNTY, NEW_AREA]}
    case = story.when_started(COUNTY, "gy_joint_review", both)
    assert story.variables(case)["county_codes"] == ["520181", "GA0001"]
    story.then_waits_at(case, ("co_sign", NEW_AREA))
    story.when_completes(NEW_AREA, "co_sign", "sign", case=case)
    story.when_passes("2026-05-12 10:00")
    story.when_completes(FORESTRY, "accept", "accept", case=case)
    the_new_area_registers_its_leading_group(story, case)
    return case


@pytest.mark.requirement("G-61")
def the_new_area_registers_its_leading_group(story: Scenario, case: Json) -> None:
    warned = "未登记跨区域综合监管工作领导小组：贵安新区管理委员会"
    assert story.ledger_row("review", case["number"])["group_warning"] == warned
    story.then_waits_at(case, ("notice", FORESTRY), ("register_group", NEW_AREA))
    assert story.told(case) == {f"unit:{unit}" for unit in (COUNTY, NEW_AREA, OUTSIDE)}
    story.then_never(case, OUTSIDE)  # it gets a copy and has nothing to do
    group = {
        "group_name": "贵安新区红枫湖风景名胜区综合监管工作领导小组",
        "group_leader": "管委会分管领导",
        "group_since": "2026-05-12",
        "group_members": "马场镇、湖潮乡、高峰镇，派出所，渔政站",
    }
    story.when_completes(NEW_AREA, "register_group", "registered", case=case, data=group)
    assert story.ledger_row("review", case["number"])["group_warning"] is None
    story.then_waits_at(case, ("notice", FORESTRY))


@pytest.mark.requirement("G-18")
def ecology_asks_for_a_visit(story: Scenario, case: Json) -> None:
    story.when_passes("2026-05-18 10:00")
    form = story.form(FORESTRY, "notice", case)
    assert form["opinion_due"] == "2026-06-01"
    data = reviews.notice(form, "2026-06-03T09:30:00+08:00")
    story.when_completes(FORESTRY, "notice", "send", case=case, data=data)
    flags = {"complex_flag": True, "legacy_flag": True}
    for unit in reviews.DEPARTMENTS:
        mine = flags if unit == "GY-ST" else None
        reviews.opines(story, case, unit, flags=mine)
    story.when_passes("2026-06-03 10:00")
    refused = reviews.concludes(story, case, "pass", next="报省林业局", expect=422)
    assert refused["code"] == "outcome-requires"
    reviews.concludes(story, case, "site")
    story.then_state(case, "实地督导")
    story.then_waits_at(case, ("visit_record", FORESTRY))
    story.then_due(case, "visit_record", "2026-06-25")


@pytest.mark.requirement("G-18")
def the_visit_needs_a_proposal_for_the_old_problems(story: Scenario, case: Json) -> None:
    story.when_passes("2026-06-17 16:00")
    units = [*MINIMUM, COUNTY, NEW_AREA]
    task = {"content": "逐户登记农家乐并提出处置方案", "due": "2026-07-31"}
    data = {
        "on": "2026-06-17",
        "units": units,
        "findings": "湖区沿岸农家乐十二家，均在保护地设立前建成，三家污水直排。",
        "visit_tasks": [{**task, "unit": unit} for unit in (COUNTY, NEW_AREA)],
        "photos": story.when_uploads(FORESTRY, "全景", "细部"),
    }
    refused = story.when_completes(
        FORESTRY, "visit_record", "record", case=case, data=data, expect=422
    )
    assert [error["field"] for error in refused["errors"]] == ["legacy_plan"]
    data["legacy_plan"] = "保留九家并纳管治污，三家直排的限期退出，由属地政府补偿安置。"
    story.when_completes(FORESTRY, "visit_record", "record", case=case, data=data)
    story.then_waits_at(case, *(("visit_sign", unit) for unit in units))
    for unit in units:
        story.when_completes(unit, "visit_sign", "sign", case=case)


@pytest.mark.requirement("G-18")
def both_governments_do_their_tasks(story: Scenario, case: Json) -> None:
    story.then_waits_at(case, ("visit_task", COUNTY), ("visit_task", NEW_AREA))
    story.then_due(case, "visit_task", "2026-07-31")
    story.when_passes("2026-07-28 10:00")
    done = {"handled": "已完成逐户登记，处置方案已报市林业局。"}
    for unit in (COUNTY, NEW_AREA):
        story.when_completes(unit, "visit_task", "done", case=case, data=done)


def the_second_round_passes_with_changes(story: Scenario, case: Json) -> None:
    story.then_waits_at(case, *(("opinions", unit) for unit in MINIMUM))
    story.then_due(case, "opinions", "2026-08-04")
    for unit in MINIMUM[:2]:
        reviews.opines(story, case, unit)
    mods = [reviews.CONDITION]
    reviews.opines(story, case, "GY-ZR", "agree_changes", reviews.REASON, mods)
    story.when_passes("2026-08-12 10:00")
    a_condition_is_refused_with_a_reason_only(story, case)
    story.then_state(case, "修改后通过")
    story.then_waits_at(case, ("register_approval", FORESTRY))
    story.then_no_incidents()


@pytest.mark.requirement("G-16")
def a_condition_is_refused_with_a_reason_only(story: Scenario, case: Json) -> None:
    """GY-F5: each precondition is adopted or has a reason; a bare one keeps the matter open."""
    revision = "按督导意见补充农家乐处置内容后上报。"
    change = {"next": "报市政府", "revision": revision}
    still = reviews.concludes(story, case, "pass_changed", **change, expect=422)
    assert still["code"] == "outcome-requires"
    (row,) = story.form(FORESTRY, "opinions", case)["adopted"]
    bare = [{**row, "state": "未采纳", "reason": None}]
    refused = reviews.concludes(
        story, case, "pass_changed", **change, adopted=bare, expect=422
    )
    assert [error["field"] for error in refused["errors"]] == ["adopted"]
    told = [{**row, "state": "未采纳", "reason": "本次调整不涉及饮用水源保护区"}]
    reviews.concludes(story, case, "pass_changed", **change, adopted=told)


@pytest.mark.requirement("G-59")
def the_approved_change_is_shared(story: Scenario, case: Json) -> None:
    story.when_passes("2026-10-12 10:00")
    refused = story.when_completes(
        FORESTRY, "register_approval", "approved", case=case, expect=422
    )
    assert refused["code"] == "outcome-requires"
    data = {"approved_on": "2026-10-12", "approval_no": "黔府函〔2026〕88号"}
    story.when_completes(FORESTRY, "register_approval", "approved", case=case, data=data)
    story.then_state(case, "修改后通过")
    assert story.case(case["id"])["status"] == "completed"
    share = next(c for c in story.cases("gy_share") if "范围调整" in c["title"])
    assert story.variables(share)["source_no"] == case["number"]
    story.then_waits_at(share, ("provide", FORESTRY))
    story.then_due(share, "provide", "2026-10-26")
    members = [*reviews.DEPARTMENTS[1:], COUNTY, NEW_AREA, "GY-01-GL"]
    form = story.form(FORESTRY, "provide", share)
    assert set(form["receivers"]) == set(members)
    files = story.when_uploads(FORESTRY, "矢量边界")
    data = {"receivers": members[1:], "version": "2026-10-12", "file": files}
    refused = story.when_completes(
        FORESTRY, "provide", "share", case=share, data=data, expect=422
    )
    assert [error["field"] for error in refused["errors"]] == ["receivers"]
    data["receivers"] = members
    story.when_completes(FORESTRY, "provide", "share", case=share, data=data)
    story.then_state(share, "待确认")
    for unit in members:
        story.then_state(share, "待确认")
        story.when_completes(unit, "confirm", "received", case=share)
    story.then_state(share, "已共享")
    assert story.ledger_row("share", share["number"])["confirmed_on"] == "2026-10-12"
    story.then_every_transition_is_on_record(share)
    story.then_no_incidents()


@pytest.mark.requirement("G-17", "G-26")
def test_after_the_last_round_only_the_office_meeting_is_left(guiyang_story: Scenario) -> None:
    story = guiyang_story
    case = asked_about_the_plan(story)
    for number in (1, 2, 3):
        water_disagrees(story, case, units=7 if number == 1 else 4)
        if number < 3:
            early = reviews.concludes(story, case, "office", expect=422)
            assert early["code"] == "outcome-requires"
            reviews.concludes(story, case, "return", BACK)
            again = reviews.filing(docs=story.when_uploads(XIUWEN, "修改稿"))
            story.when_completes(XIUWEN, "revise", "resubmit", case=case, data=again)
    refused = reviews.concludes(story, case, "return", BACK, expect=422)
    assert "已达最多轮次" in refused["detail"]
    reviews.concludes(story, case, "office")
    story.then_waits_at(case, ("office_meeting", OFFICE))
    the_office_refuses(story, case)
    story.then_state(case, "不予通过")
    story.then_no_incidents()


def asked_about_the_plan(story: Scenario) -> Json:
    story.when_passes("2026-03-09 10:00")
    data = reviews.filing(docs=story.when_uploads(XIUWEN, "请示"))
    case = story.when_started(XIUWEN, "gy_joint_review", data)
    story.when_completes(FORESTRY, "accept", "accept", case=case)
    form = story.form(FORESTRY, "notice", case)
    sent = reviews.notice(form, "2026-03-25T09:30:00+08:00")
    story.when_completes(FORESTRY, "notice", "send", case=case, data=sent)
    return case


def water_disagrees(story: Scenario, case: Json, *, units: int) -> None:
    asked = sorted({unit for _, unit in story.open(case)})
    assert len(asked) == units
    for unit in asked:
        if unit == WATER:
            mods = [reviews.CONDITION]
            reviews.opines(story, case, unit, "disagree", reviews.REASON, mods)
        else:
            reviews.opines(story, case, unit)


def the_office_refuses(story: Scenario, case: Json) -> None:
    decision = {
        "office_decision": "分区与水源保护区不一致，本次不予通过。",
        "office_minutes": story.when_uploads(OFFICE, "纪要"),
        "next": "退回",
    }
    reason = "分区方案未解决水源保护区衔接问题。"
    story.when_completes(
        OFFICE, "office_meeting", "reject", case=case, data=decision, opinion=reason
    )


def test_a_new_area_needs_no_area_yet_and_the_city_may_start_an_integration_only(
    guiyang_story: Scenario,
) -> None:
    story = guiyang_story
    story.when_passes("2026-03-09 10:00")
    new = {"matter_type": "设立", "pa_id": None, "area_after": 320}
    papers = {"docs": story.when_uploads(XIUWEN, "请示")}
    papers["vector"] = story.when_uploads(XIUWEN, "矢量边界")
    case = story.when_started(XIUWEN, "gy_joint_review", reviews.filing(**new, **papers))
    story.when_completes(FORESTRY, "accept", "accept", case=case)
    form = story.form(FORESTRY, "notice", case)
    sent = reviews.notice(form, "2026-03-25T09:30:00+08:00")
    story.when_completes(FORESTRY, "notice", "send", case=case, data=sent)
    assert story.told(case) == {f"unit:{XIUWEN}"}
    docs = {"docs": story.when_uploads(FORESTRY, "方案")}
    body = {"processDefinitionKey": "gy_joint_review", "variables": reviews.filing(**docs)}
    refused = story.of(FORESTRY).send("POST", "/process-instances", body, 422)
    assert [error["field"] for error in refused["errors"]] == ["matter_type"]
    merged = reviews.filing(matter_type="整合优化", **docs)
    case = story.when_started(FORESTRY, "gy_joint_review", merged)
    story.then_waits_at(case, ("co_sign", XIUWEN))
    story.then_no_incidents()
