"""The yearly definition as data (A-24): copied, changed, checked, started once, and obeyed."""

import re
from typing import Any

import pytest

from tests.processes import jiangxi
from tests.support.scenario import Browser, Json, Scenario

pytestmark = jiangxi.CROSSED
AT = "/campaigns/jiangxi/years"
MOVED = {
    "windows": {
        "jx.phase.inspect": ["2026-02-01", "2026-07-15"],
        "jx.phase.audit": ["2026-07-16", "2026-10-15"],
    },
    "limits": {"jx.f2.due": "2026-09-15"},
}


def act(who: Browser, method: str, at: str, body: Json | None, expect: int) -> Json:
    """Send an act on the years with their version as it stands."""
    version = who.get(AT)["version"]
    who.acts += 1
    headers = {"If-Match": f'"{version}"', "X-CSRF-Token": who.csrf}
    headers["Idempotency-Key"] = f"campaign-years-{who.acts:04}"
    answer = who.client.open(f"/api/v1{at}", method=method, json=body, headers=headers)
    assert answer.status_code == expect, answer.text
    found: Json = answer.json
    return found


def row(who: Browser, year: int) -> dict[str, Any]:
    """Give YEAR as the scheduler reads it."""
    return next(one for one in who.get(AT)["years"] if one["year"] == year)


@pytest.mark.requirement("J-01")
def test_a_year_is_copied_changed_and_started_once(jiangxi_story: Scenario) -> None:
    story = jiangxi_story
    story.when_passes("2025-12-20")
    chief = story.overseer()
    assert [one["year"] for one in chief.get(AT)["years"]] == [2023, 2024, 2025]
    assert row(chief, 2025)["standing"] == "running"
    copy = {"source": 2025, "year": 2026}
    act(chief, "POST", AT, copy, 200)
    assert act(chief, "POST", AT, copy, 409)["code"] == "year-exists"
    assert act(chief, "POST", AT, {"source": 2031, "year": 2032}, 404)
    draft = row(chief, 2026)
    assert (draft["standing"], draft["source"]) == ("draft", 2025)
    assert draft["windows"][0]["lastOn"] == "2026-06-30"
    wrong_years_are_refused(chief)
    act(chief, "PUT", f"{AT}/2026", MOVED, 200)
    a_draft_does_not_start(story)
    story.when_passes("2026-01-20")
    started = act(chief, "POST", f"{AT}/2026/start", None, 200)
    assert row(chief, 2026)["caseId"] == started["caseId"]
    again = act(chief, "POST", f"{AT}/2026/start", None, 409)
    assert (again["code"], "不能重复启动" in again["detail"]) == ("year-started", True)
    assert act(chief, "PUT", f"{AT}/2026", MOVED, 409)["code"] == "year-started"
    assert act(chief, "DELETE", f"{AT}/2026", None, 409)["code"] == "year-started"
    the_windows_are_obeyed(story)
    kinds = [one["kind"] for one in chief.get("/campaigns/jiangxi/changes")]
    assert kinds == ["StartYear", "ChangeYear", "CopyYear"]
    story.then_no_incidents()


def wrong_years_are_refused(chief: Browser) -> None:
    """Order, overlap, the year itself, unknown limits: refused by name, nothing saved."""
    for windows, limits, text in (
        ({"jx.phase.audit": ["2026-06-15", "2026-09-30"]}, {}, "”与“集中审核”的时间重叠"),
        ({"jx.phase.close": ["2026-08-01", "2026-08-31"]}, {}, "不能早于“推进整改”开始"),
        ({"jx.phase.close": ["2026-12-31", "2026-12-01"]}, {}, "结束日期早于开始日期"),
        ({"jx.phase.close": ["2026-12-01", "2027-01-31"]}, {}, "应在 2026 年内"),
        ({}, {"jx.plan": "2026-05-05"}, "不是当年固定日期的时限"),
        ({}, {"jx.escalate": "2026-01-15"}, "应在 2027 年内"),
    ):
        body = {"windows": windows, "limits": limits}
        refused = act(chief, "PUT", f"{AT}/2026", body, 422)
        assert any(text in one["detail"] for one in refused["errors"]), refused
    assert row(chief, 2026)["windows"][1]["firstOn"] == "2026-07-01"


def a_draft_does_not_start(story: Scenario) -> None:
    """On 1 January nothing starts, and nothing is registered for a year nobody let go."""
    story.when_passes("2026-01-05")
    assert {one["year"] for one in story.cases("jx_year")} == {2025}
    place = jiangxi.YANGJIFENG
    photos = story.when_uploads(place.body, "全景", "细部")
    data = jiangxi.problem(place, year=2026, checked_on="2026-01-05", photos=photos)
    body = {"processDefinitionKey": "jx_audit", "variables": data}
    refused = story.of(place.body).send("POST", "/process-instances", body, 422)
    assert [one["field"] for one in refused["errors"]] == ["year"]
    data["year"] = 2025
    story.when_started(place.body, "jx_audit", data)


def the_windows_are_obeyed(story: Scenario) -> None:
    """The phases, the strip and the limits follow the year's own days."""
    assert [one for one in story.cases("jx_inspect") if one["year"] == 2026] == []
    story.when_passes("2026-02-02")
    assert len([one for one in story.cases("jx_inspect") if one["year"] == 2026]) == 25
    story.when_passes("2026-07-15")
    assert [one for one in story.cases("jx_city_list") if one["year"] == 2026] == []
    story.when_passes("2026-07-17")
    lists = [one for one in story.cases("jx_city_list") if one["year"] == 2026]
    assert len(lists) == 11
    story.then_due(lists[0], "compile_list", "2026-09-15")
    strip = story.overseer().get("/campaigns/jiangxi/phases", year="2026")
    assert strip["phases"][1]["firstOn"] == "2026-07-16"


def test_a_year_without_working_days_is_not_started(jiangxi_story: Scenario) -> None:
    story = jiangxi_story
    story.when_passes("2026-12-20")
    chief = story.overseer()
    act(chief, "POST", AT, {"source": 2025, "year": 2027}, 200)
    refused = act(chief, "POST", f"{AT}/2027/start", None, 409)
    assert refused["code"] == "calendar_missing"
    page = chief.client.get("/ops/years?year=2027").text
    assert "缺少 2027 年的工作日数据" in page
    act(chief, "DELETE", f"{AT}/2027", None, 200)
    assert [one["year"] for one in chief.get(AT)["years"]] == [2023, 2024, 2025]


def test_the_page_of_the_scheduler_copies_changes_and_starts(jiangxi_story: Scenario) -> None:
    story = jiangxi_story
    story.when_passes("2025-12-22")
    chief = story.overseer()
    common = {"csrf_token": chief.csrf, "application": "jiangxi", "year": "2026"}

    def sends(what: str, version: int, **more: str) -> str:
        once = f"submission-{what}-{version:04}"
        data = {**common, "version": str(version), "submission_id": once}
        answer = chief.client.post(
            f"/ops/years/{what}", data={**data, **more}, follow_redirects=True
        )
        return answer.text

    assert "草稿" in sends("copy", 0, source="2025")
    windows = {"from:jx.phase.close": "2026-12-05", "to:jx.phase.close": "2026-12-31"}
    assert 'value="2026-12-05"' in sends("change", 1, **windows)
    early = {"from:jx.phase.close": "2026-05-05", "to:jx.phase.close": "2026-12-31"}
    refused = sends("change", 2, **early)
    assert "不能早于“推进整改”开始" in refused
    assert 'value="2026-05-05"' in refused  # what was sent is not lost
    assert "已启用，待1月1日启动" in sends("start", 2)
    assert "不能重复启动" in sends("start", 3)
    story.when_passes("2026-01-02")
    assert {one["year"] for one in story.cases("jx_year")} == {2025, 2026}


def test_the_rollover_is_shown_before_it_happens(jiangxi_story: Scenario) -> None:
    story = jiangxi_story
    chief = story.overseer()
    told = chief.get("/campaigns/jiangxi/rollover", year="2025")
    steps = [step for case in told["clock"]["cases"] for step in case["steps"]]
    inspected = [one["text"] for one in steps if one["node"] == "open_inspections"]
    assert len(inspected) == 1, "sent once for each place, told once"
    assert re.fullmatch(r"启动“保护区排查”（\d\d 次）", inspected[0])
    story.when_passes("2025-12-18")
    told = chief.get("/campaigns/jiangxi/rollover", year="2025")
    assert (told["year"], told["frozenAt"], told["outcome"]) == (2025, None, "无须上报")
    shown = {one["id"]: (one["shown"], one["verdict"]) for one in told["figures"]}
    assert shown["M-1"] == ("不适用", "不适用")
    steps = [step for case in told["clock"]["cases"] for step in case["steps"]]
    reminded = [one for one in steps if one["kind"] == "Escalated"]
    assert reminded, "every summary is waiting, due on the last working day"
    page = chief.client.get("/ops/rollover?year=2025").text
    assert "M-1 整改完成率" in page
    assert "启动“年终冻结与未完成上报”" in page
    refused = chief.client.get("/ops/rollover?year=2025&to=2026-03-01")
    assert (refused.status_code, "应不晚于 2025 年" in refused.text) == (422, True)
    story.when_passes("2026-01-01 00:30")
    real = chief.get("/metrics", application="jiangxi", year="2025")
    kept = {one["id"]: one["frozen"] for one in real if one["frozen"]}
    assert {name: (one["shown"], one["verdict"]) for name, one in kept.items()} == shown
