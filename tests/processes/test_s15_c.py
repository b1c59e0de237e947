"""Story S15 C: a tip-off by phone, a second call merged, the clue; Jiangxi's twin."""

import pytest

from tests.processes.jiangxi import CROSSED
from tests.support.looking import look, released
from tests.support.scenario import PASSWORD, Json, Scenario

FORESTRY, BODY = "GY-LY", "GY-01-GL"
CITY, RESERVE = "360400-LY", "JX-N03"
NAME, PHONE = "欧阳见证", "13912345678"
CHECKED = {"in_territory": True, "has_location": True, "about_reserve": True}
TWO = ["520181", "GA0001"]
RESULT = "已责令养殖场停止排放，移送农业农村、生态环境部门办理，线索属实。"


def call(**changes: object) -> Json:
    """Give CM-F1 as the clerk fills it in on the phone."""
    data: Json = {
        "channel": "电话",
        "received_on": "2026-05-06",
        "anonymous": True,
        "pa_or_reserve": "GY-01",
        "location": "红枫湖北岸养殖场",
        "content": "养殖场夜间向红枫湖排放养殖废水，水面发黑有臭味。",
    }
    return {**data, **changes}


@pytest.mark.parametrize(
    ("guiyang_runtime", "store_url"),
    [("kernel", "postgresql"), ("spiffworkflow", "sqlite")],
    indirect=True,
)
@pytest.mark.requirement("G-24")
def test_an_anonymous_call_becomes_a_clue_and_a_second_call_follows_it(
    guiyang_story: Scenario,
) -> None:
    story = guiyang_story
    story.when_passes("2026-05-06 10:00")
    first = story.when_started(FORESTRY, "gy_report", call())
    assert first["number"] == "JB-2026-00001"
    story.then_state(first, "收到")
    story.then_due(first, "examine_report", "2026-05-21")
    it_is_triaged(story, first)
    it_becomes_a_clue_and_a_meeting(story)
    second = the_second_call_is_merged(story)
    the_result_reaches_both(story, first, second)
    the_clue_goes_to_agriculture_and_ecology(story)
    story.then_all_is_on_record(first, second)


def it_is_triaged(story: Scenario, case: Json) -> None:
    story.when_completes(FORESTRY, "examine_report", "submit", case=case, data=CHECKED)
    assert story.variables(case)["triage_rule"]["triage"] == "受理"
    assert story.rows(case) == ["D-12.4"]
    data = {"problem_type": "F3", "acts": ["违法排污"], "county_codes": TWO}
    form = story.form(FORESTRY, "triage_report", case)
    assert form["county_codes"] == ["520181", "GA0001", "520403"]
    refused = {"transfer_to": "市水务局"}
    story.when_completes(
        FORESTRY, "triage_report", "transfer", case=case, data=refused, expect=422
    )  # the table says 受理: another way needs a reason
    story.when_completes(FORESTRY, "triage_report", "accept", case=case, data=data)
    said = story.variables(case)
    assert (said["accepted_on"], said["finish_due"]) == ("2026-05-06", "2026-07-05")
    story.then_state(case, "核查")
    story.then_due(case, "record_result", "2026-07-05")
    story.then_never(case, "acknowledge", "reply_report")  # anonymous: nobody to tell


def it_becomes_a_clue_and_a_meeting(story: Scenario) -> None:
    (clue,) = story.cases("gy_clue")
    form = story.form(BODY, "register_clue", clue)
    assert (form["source"], form["source_ref"]) == ("群众举报", "JB-2026-00001")
    assert (form["problem_type"], form["acts"]) == ("F3", ["违法排污"])
    assert form["county_codes"] == TWO
    (meeting,) = story.cases("gy_meeting")
    assert "JB-2026-00001" in str(story.variables(meeting)["subject_no"])


def the_second_call_is_merged(story: Scenario) -> Json:
    story.when_passes("2026-05-08 11:00")
    data = call(received_on="2026-05-08", anonymous=False, reporter=NAME, contact=PHONE)
    second = story.when_started(FORESTRY, "gy_report", data)
    form = story.form(FORESTRY, "examine_report", second)
    assert [row["case_no"] for row in form["similar"]] == ["JB-2026-00001"]
    facts = {**CHECKED, "dup_of": "JB-2026-00001"}
    story.when_completes(FORESTRY, "examine_report", "submit", case=second, data=facts)
    assert story.variables(second)["triage_rule"]["triage"] == "重复并案"
    story.when_completes(FORESTRY, "triage_report", "merge", case=second)
    story.then_state(second, "并案")
    assert len(story.cases("gy_clue")) == 1  # no new clue
    story.then_waits_at(second, ("acknowledge", FORESTRY))
    story.then_due(second, "acknowledge", "2026-05-23")
    told = {"ack_on": "2026-05-08", "ack_text": "您的举报与已受理的举报合并办理。"}
    story.when_completes(FORESTRY, "acknowledge", "done", case=second, data=told)
    return second


def the_result_reaches_both(story: Scenario, first: Json, second: Json) -> None:
    story.when_passes("2026-06-20 15:00")
    data = {"result": "属实", "check_note": RESULT}
    story.when_completes(
        FORESTRY, "record_result", "done", case=first, data=data, expect=422
    )  # found true: the clue's number must be told
    data["problem_no"] = story.cases("gy_clue")[0]["number"]
    story.when_completes(FORESTRY, "record_result", "done", case=first, data=data)
    story.then_state(first, "办结")
    story.then_never(first, "reply_report")
    said = story.variables(second)
    assert (said["result"], said["problem_no"]) == ("属实", data["problem_no"])
    story.then_state(second, "答复")
    reply = {"reply": "您反映的问题属实，已责令停止排放并立案查处。"}
    story.when_completes(FORESTRY, "reply_report", "done", case=second, data=reply)
    story.then_state(second, "办结")
    row = story.ledger_row("report", "JB-2026-00002")
    assert (row["dup_of"], row["result"]) == ("JB-2026-00001", "属实")
    it_follows_a_main_one_that_is_closed_already(story)
    assert NAME not in str(story.history(second)) + str(story.variables(second)) + str(row)


def it_follows_a_main_one_that_is_closed_already(story: Scenario) -> None:
    third = story.when_started(FORESTRY, "gy_report", call(received_on="2026-06-20"))
    facts = {**CHECKED, "dup_of": "JB-2026-00001"}
    story.when_completes(FORESTRY, "examine_report", "submit", case=third, data=facts)
    story.when_completes(FORESTRY, "triage_report", "merge", case=third)
    story.then_state(third, "办结")
    assert story.ledger_row("report", third["number"])["result"] == "属实"


@pytest.mark.requirement("G-29", "G-34")
def the_clue_goes_to_agriculture_and_ecology(story: Scenario) -> None:
    (clue,) = story.cases("gy_clue")
    form = story.form(BODY, "register_clue", clue)
    assert form["point_name"] == "红枫湖北岸养殖场"
    assert clue["title"].endswith(" 红枫湖北岸养殖场 " + form["type_name"])
    kept = ("source", "source_ref", "found_on", "pa_id", "county_codes", "problem_type", "acts")
    more = {
        "urgent": "紧急",
        "point_name": "红枫湖北岸养殖场",
        "lon": 106.42,
        "lat": 26.51,
        "area_ha": 0.4,
        "zone": ["一般控制区"],
        "facts": RESULT + "夜间排放养殖废水，水面发黑有臭味，已现场取样并拍照。",
        "evidence": [{"name": "现场照片", "kind": "照片、视频"}],
    }
    data = {**{key: form[key] for key in kept}, **more}
    story.when_completes(BODY, "register_clue", "registered", case=clue, data=data)
    assert story.variables(clue)["supervise_lead"] == "AGRICULTURE"
    assert {"D-01.2", "D-02.3", "D-07.7"} <= set(story.rows(clue))
    receivers = {unit for _, unit in story.ever(clue)}
    story.then_all_is_on_record(clue)
    assert receivers == {BODY}  # slips to agriculture and ecology are drawn, none is sent
    slips = str(story.variables(clue)["slips"])
    assert all(role in slips for role in ("AGRICULTURE", "ECOLOGY"))


@pytest.fixture
def jiangxi_report(jiangxi_story: Scenario) -> Scenario:
    jiangxi_story.when_passes("2025-05-06 10:00")
    return jiangxi_story


@CROSSED
@pytest.mark.requirement("J-36")
def test_the_twin_drafts_a_problem_and_answers_a_named_reporter(
    jiangxi_report: Scenario,
) -> None:
    story = jiangxi_report
    data = call(received_on="2025-05-06", anonymous=False, reporter=NAME, contact=PHONE)
    data["pa_or_reserve"] = RESERVE
    missing = {key: value for key, value in data.items() if key != "contact"}
    body = {"processDefinitionKey": "jx_report", "variables": missing}
    refused = story.of(CITY).send("POST", "/process-instances", body, 422)
    assert [error["field"] for error in refused["errors"]] == ["contact"]
    case = story.when_started(CITY, "jx_report", data)
    assert case["number"] == "JB-2025-00001"
    story.when_completes(CITY, "examine_report", "submit", case=case, data=CHECKED)
    data = {"problem_type": "F3", "county_codes": ["360430"]}
    story.when_completes(CITY, "triage_report", "accept", case=case, data=data)
    (draft,) = story.cases("jx_audit")
    unit = next(unit for node, unit in story.open(draft) if node == "complete_draft")
    form = story.form(unit, "complete_draft", draft)
    assert (form["source"], form["source_ref"]) == (["群众举报"], "JB-2025-00001")
    assert form["town_village"] == "红枫湖北岸养殖场"  # the place the tip-off names
    assert draft["title"] == f"{form['reserve_name']} 红枫湖北岸养殖场 {form['type_name']}"
    story.then_due(case, "acknowledge", "2025-05-21")
    told = {"ack_on": "2025-05-06", "ack_text": "您的举报已经受理，六十日内办结。"}
    story.when_completes(CITY, "acknowledge", "done", case=case, data=told)
    done = {"result": "不属实", "check_note": "现场核查未发现排放，水质监测达标。"}
    story.when_completes(CITY, "record_result", "done", case=case, data=done)
    the_handler_alone_learns_the_name(story, case)
    reply = {"reply": "经核查，您反映的问题不属实。"}
    story.when_completes(CITY, "reply_report", "done", case=case, data=reply)
    story.then_state(case, "办结")
    story.then_no_incidents()


def the_handler_alone_learns_the_name(story: Scenario, case: Json) -> None:
    task, _ = story.mine(CITY, "reply_report", case)
    at = f"/user-tasks/{task['id']}"
    path, asked, told = f"{at}/vault-requests", {"reason": "答复举报人"}, {"password": PASSWORD}
    for way, body in ((path, asked), (f"{at}/vault-look", told)):
        story.of(RESERVE_BODY).send("POST", way, body, 404)  # out of sight
        story.overseer().send("POST", way, body, 403)  # sees all cases, handles none
        story.of(CITY).send("POST", way, body, 409)  # nobody has claimed the task yet
    story.of(CITY).send("PUT", f"{at}/assignment", {})
    story.of(CITY).send("POST", path, {"reason": "看"}, 422)
    released(story, CITY, task, "答复举报人")
    found = look(story, CITY, task)
    assert found["values"] == {"reporter": NAME, "contact": PHONE}
    for browser in (story.of(CITY), story.overseer()):
        seen = str(browser.get(f"/process-instances/{case['id']}/variables"))
        seen += str(browser.get(f"/user-tasks/{task['id']}/form"))
        assert NAME not in seen
        assert PHONE not in seen
        assert "（已保密）" in seen


RESERVE_BODY = "JX-N01-GL"
