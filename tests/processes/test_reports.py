"""Tip-offs beyond the story: refused, passed on, without a place, extended once, published."""

from typing import Any

import pytest

from tests.processes.test_jiangxi_publication import a_text
from tests.support.scenario import Json, Scenario

FORESTRY, COUNTY = "GY-LY", "520181-ZF"
YES = {"in_territory": True, "has_location": True, "about_reserve": True}
WHY = "反映事项不属于自然保护地违法违规问题。"
ACCEPT = {"problem_type": "F3", "county_codes": ["520181"], "suggest_meeting": False}

ONCE = pytest.mark.parametrize(
    ("guiyang_runtime", "store_url"), [("kernel", "sqlite")], indirect=True
)


def received(story: Scenario, **changes: Any) -> Json:
    """Register a named report by mail."""
    data: Json = {
        "channel": "信箱",
        "received_on": story.today(),
        "anonymous": False,
        "reporter": "来信人",
        "contact": "13800000000",
        "pa_or_reserve": "GY-01",
        "location": "红枫湖某处",
        "content": "来信反映红枫湖有人私搭乱建，请查处。",
    }
    return story.when_started(FORESTRY, "gy_report", {**data, **changes})


def a_report(story: Scenario, facts: Json, **changes: Any) -> Json:
    """Register a named report by mail and check it by FACTS: it waits for triage."""
    case = received(story, **changes)
    story.when_completes(FORESTRY, "examine_report", "submit", case=case, data=facts)
    return case


def triaged(story: Scenario, case: Json, outcome: str, data: Json, **more: Any) -> None:
    story.when_completes(FORESTRY, "triage_report", outcome, case=case, data=data, **more)


def acknowledged(story: Scenario, case: Json) -> None:
    data = {"ack_on": story.today(), "ack_text": "您的举报已收到并作出处理。"}
    story.when_completes(FORESTRY, "acknowledge", "done", case=case, data=data)


def others_offered(story: Scenario, case: Json) -> list[str]:
    """Name the reports that may be the same as CASE, while it is examined."""
    form = story.form(FORESTRY, "examine_report", case)
    return [row["case_no"] for row in form["similar"]]


@ONCE
@pytest.mark.requirement("G-24")
def test_reports_of_one_place_nobody_has_examined_are_offered_to_each_other(
    guiyang_story: Scenario,
) -> None:
    story = guiyang_story
    story.when_passes("2026-05-06 10:00")
    first, second = received(story), received(story)
    received(story, pa_or_reserve="GY-02")
    assert others_offered(story, first) == [second["number"]]
    assert others_offered(story, second) == [first["number"]]
    same = {**YES, "dup_of": first["number"]}
    act = (FORESTRY, "examine_report", "submit")
    story.when_completes(*act, case=second, data=same)
    assert others_offered(story, first) == []  # not to the one it is merged into
    round_about = {**YES, "dup_of": second["number"]}
    refused = story.when_completes(*act, case=first, data=round_about, expect=422)
    assert [error["field"] for error in refused["errors"]] == ["dup_of"]
    triaged(story, second, "merge", {})
    third = received(story)
    assert others_offered(story, third) == [first["number"]]


@ONCE
@pytest.mark.requirement("G-24")
def test_each_row_of_triage_leads_somewhere(guiyang_story: Scenario) -> None:
    story = guiyang_story
    story.when_passes("2026-05-06 10:00")
    other = a_report(story, {**YES, "about_reserve": False})
    assert story.variables(other)["triage_rule"]["triage"] == "转办"
    triaged(story, other, "transfer", {"transfer_to": "市生态环境局"})
    story.then_state(other, "转办")
    acknowledged(story, other)
    story.then_state(other, "办结")
    away = a_report(story, {**YES, "in_territory": False})
    assert story.rows(away) == ["D-12.1"]
    triaged(story, away, "refuse", {}, opinion=WHY, expect=422)  # no reason on record
    triaged(story, away, "refuse", {"override_reason": WHY}, opinion="短", expect=422)
    triaged(story, away, "refuse", {"override_reason": WHY}, opinion=WHY)
    story.then_state(away, "不予受理")
    acknowledged(story, away)
    story.then_never(away, "record_result", "reply_report")
    one_without_a_place_is_archived(story)
    story.then_no_incidents()


def one_without_a_place_is_archived(story: Scenario) -> None:
    vague = a_report(story, {**YES, "has_location": False})
    assert story.variables(vague)["triage_rule"]["triage"] == "受理（补充信息）"
    triaged(story, vague, "accept", ACCEPT)
    story.then_waits_at(vague, ("acknowledge", FORESTRY), ("supplement_report", FORESTRY))
    assert story.cases("gy_clue") == []
    why = "已联系举报人，仍无法确定地点。"
    story.when_completes(FORESTRY, "supplement_report", "archive", case=vague, opinion=why)
    acknowledged(story, vague)
    story.then_state(vague, "办结")
    story.when_passes("2026-05-06 11:00")
    page = story.overseer().client.get("/report/guiyang/report-handling?year=2026")
    assert page.status_code == 200
    assert "举报办理统计" in page.text
    assert "少于 5" in page.text  # one accepted: too few to be told (reliability.md 6.10)
    assert "100.0" not in page.text
    asked = {"year": "2026"}
    told = story.overseer().get("/metrics/guiyang/report-handling", **asked)["figure"]
    assert (told["denominator"], told["numerator"], told["few"]) == (0, None, 5)
    assert len(story.overseer().get("/metrics/guiyang/report-handling/rows", **asked)) == 1


@ONCE
def test_the_limit_is_extended_once_by_thirty_days_at_most(guiyang_story: Scenario) -> None:
    story = guiyang_story
    story.when_passes("2026-05-06 10:00")
    case = a_report(story, YES)
    triaged(story, case, "accept", ACCEPT)
    assert len(story.cases("gy_clue")) == 1
    assert story.cases("gy_meeting") == []
    task, _ = story.mine(FORESTRY, "record_result", case)
    path, reason = f"/user-tasks/{task['id']}/extension", "案情复杂，需要现场监测和鉴定。"
    story.then_due(case, "record_result", "2026-07-05")
    long = {"until": "2026-08-05", "reason": reason}
    assert story.overseer().send("POST", path, long, 422)["code"] == "extension-most"
    story.overseer().send("POST", path, {"until": "2026-08-04", "reason": reason})
    again = {"until": "2026-08-04", "reason": reason}
    story.overseer().send("POST", path, again, 409)
    story.then_due(case, "record_result", "2026-08-04")


@ONCE
@pytest.mark.requirement("G-10")
def test_a_published_case_stands_on_the_public_page(guiyang_story: Scenario) -> None:
    story = guiyang_story
    story.when_passes("2026-05-06 10:00")
    text = a_text(FORESTRY, title="<b>某公园</b>违建拆除案")
    case = story.when_started(FORESTRY, "gy_publication", text)
    visitor = story.app.test_client()
    item = f"/public/guiyang/item/{case['number']}"
    assert visitor.get(item).status_code == 404  # not approved yet
    assert "违建拆除案" not in visitor.get("/public/guiyang").text
    story.when_completes(FORESTRY, "approve_publication", "publish", case=case)
    shown = visitor.get("/public/guiyang").text
    assert "&lt;b&gt;某公园&lt;/b&gt;违建拆除案" in shown
    assert "典型案例" in shown
    read = visitor.get(item)
    assert "缓冲区违建平台已全部拆除并复绿" in read.text
    assert read.headers["Cache-Control"].startswith("public")
