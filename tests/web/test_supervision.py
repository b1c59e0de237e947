"""督办台 and the acts on a limit, over pages and the API."""

import re
from pathlib import Path

import pytest

from engine.base.actor import SYSTEM
from engine.commands.definitions import Deploy
from tests.support.site import Site, bundle_files
from tests.web.test_pages import open_page, press

DUE = "{title: 审核, kind: opinion, stopFor: [补正], extendable: true,"
SECTION = """
escalation:
  decision: D-08
  kinds: {opinion: 征求意见}
  notify:
    承办单位经办人: handlers
    单位负责人: leaders
    林业部门负责人: leaders
    领导小组办公室: starter
phases:
"""
D08 = Path(__file__).parents[2] / "processes" / "common" / "d08.dmn"
WHY = "材料不齐，一次性告知补正"


@pytest.fixture
def late(site: Site) -> tuple[Site, int, int]:
    """A review of 2025-07-18, due on 08-01, that is now three working days late."""
    files = bundle_files()
    text = files["application.yaml"].decode()
    text = text.replace("{title: 审核,", DUE).replace("\nphases:\n", SECTION)
    files |= {"application.yaml": text.encode(), "d08.dmn": D08.read_bytes()}
    site.engine.execute(Deploy("tiny", files, base_version=1), SYSTEM)
    case_id = int(site.start("乱挖")["instanceId"])
    site.complete("field1", case_id, "check", "send", data={})
    task_id = int(site.open_task(case_id, "review")["id"])
    site.pass_until("2025-08-06 09:00")
    return site, case_id, task_id


def test_the_desk_shows_who_is_late_with_figures_that_open_their_rows(
    late: tuple[Site, int, int],
) -> None:
    site, _, task_id = late
    page = open_page(site, "scheduler", "/ops/supervision").text
    assert f'id="task-{task_id}"' in page
    words = ("乱挖·两部门审核", "征求意见 1", "L1 1", "超期 3 工作日", "甲县水务局", ">L1<")
    for word in words:
        assert word in page, word
    links = set(re.findall(r'href="(/ops/supervision\?[^"]+)"', page))
    assert len(links) > 6
    for link in links:
        found = open_page(site, "scheduler", link.replace("&amp;", "&"))
        assert found.status_code == 200, link
        assert f'id="task-{task_id}"' in found.text, link
    none = open_page(site, "scheduler", "/ops/supervision?level=L3").text
    assert "没有符合筛选条件的事项" in none


def test_urging_from_the_desk_tells_the_units_and_not_again_too_soon(
    late: tuple[Site, int, int],
) -> None:
    site, _, task_id = late
    path = f"/ops/supervision/{task_id}/remind"
    form = {"submission_id": "urge-0000000000001", "text": "请今日办结"}
    answer = press(site, "scheduler", path, **form)
    assert answer.headers["Location"] == "/ops/supervision?told=urged"
    site.pass_until("2025-08-06 10:00")
    assert "请今日办结" in open_page(site, "water1", "/notices").text
    desk = open_page(site, "scheduler", "/ops/supervision").text
    assert "调度 <time>2025-08-06 09:00" in desk
    again = press(site, "scheduler", path, submission_id="urge-0000000000002")
    assert again.status_code == 409
    assert "没有催办：调度 已于" in again.text
    assert press(site, "owner", path, submission_id="urge-0000000000003").status_code == 403


def test_who_sees_the_case_and_does_not_handle_it_may_urge_from_its_page(
    late: tuple[Site, int, int],
) -> None:
    site, case_id, task_id = late
    path = f"/case/{case_id}/task/{task_id}"
    assert "催办意见" not in open_page(site, "water1", path).text
    assert "催办意见" in open_page(site, "field1", path).text
    form = {"submission_id": "urge-0000000000009", "text": "群众在等"}
    assert press(site, "wood2", f"{path}/remind", **form).status_code == 404
    assert press(site, "water1", f"{path}/remind", **form).status_code == 403
    answer = press(site, "field1", f"{path}/remind", **form)
    assert answer.headers["Location"] == f"{path}?told=urged"
    site.pass_until("2025-08-06 09:01")
    assert "群众在等" in open_page(site, "water1", "/notices").text
    form["submission_id"] = "urge-0000000000010"
    assert press(site, "field1", f"{path}/remind", **form).status_code == 409


def test_a_limit_is_stopped_restarted_and_shown_on_the_task_page(
    late: tuple[Site, int, int],
) -> None:
    site, case_id, task_id = late
    path = f"/case/{case_id}/task/{task_id}"
    assert "停表" not in open_page(site, "water1", path).text
    assert "<summary>停表</summary>" in open_page(site, "scheduler", path).text
    form = {"submission_id": "stop-0000000000001", "cause": "补正", "reason": WHY}
    answer = press(site, "scheduler", f"{path}/limit/stop", **form)
    assert answer.headers["Location"] == f"{path}?told=limit-stop"
    assert "停表（补正）" in open_page(site, "water1", path).text
    form["submission_id"] = "stop-0000000000002"
    assert press(site, "scheduler", f"{path}/limit/stop", **form).status_code == 409
    form["submission_id"] = "restart-0000000001"
    answer = press(site, "scheduler", f"{path}/limit/restart", **form)
    assert answer.headers["Location"] == f"{path}?told=limit-restart"
    assert "恢复计时" in open_page(site, "scheduler", f"/case/{case_id}?tab=log").text


def test_the_api_stops_restarts_and_refuses_by_code(late: tuple[Site, int, int]) -> None:
    site, _, task_id = late
    chief, at = site.browser("scheduler"), f"/user-tasks/{task_id}"
    wanted = {"until": "2025-08-29", "reason": WHY}
    refused = chief.post(f"{at}/extension", wanted)
    assert (refused.status_code, refused.json["code"]) == (409, "already-due")
    refused = chief.post(f"{at}/clock-stop", {"cause": "等待", "reason": WHY})
    assert (refused.status_code, refused.json["code"]) == (409, "clock-cause")
    assert site.browser("wood1").post(f"{at}/extension", wanted).status_code == 403
    stopped = chief.post(f"{at}/clock-stop", {"cause": "补正", "reason": WHY})
    assert (stopped.status_code, stopped.json["stopped"]) == (200, True)
    going = chief.call("DELETE", f"{at}/clock-stop", {})
    assert going.json["due"] == "2025-08-01T15:59:59+00:00"
    row = chief.get(at).json
    assert (row["due"]["level"], row["due"]["state"]) == ("L1", "overdue")
    body = {"filter": {"level": "L1", "state": "OPEN"}}
    assert chief.post("/user-tasks/search", body).json["items"][0]["id"] == task_id
