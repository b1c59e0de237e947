"""撤回 (operations.md 2.9): one's own act comes back while nobody went on with it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from engine.base.clock import FakeClock, shanghai
from engine.store import chain
from tests.support.databases import Content
from tests.support.site import FIRST, Site, open_engine, serve
from tests.web.passing import CONTENT, begun
from tests.web.test_pages import open_page, press, pytestmark  # noqa: F401 -- need the assets

MINE = {"filter": {"mine": True}}


@pytest.fixture
def store_content() -> Content:
    return CONTENT


@pytest.fixture
def both(store_url: str, shared_app: Flask, tmp_path: Path) -> Iterator[Site]:
    """Give the installation on both databases."""
    clock, machine = FakeClock(shanghai(FIRST)), FakeClock(shanghai("2026-01-05 08:00"))
    engine = open_engine(store_url, tmp_path, clock)
    yield serve(shared_app, engine, clock, machine)
    with engine.database.read() as conn:
        assert chain.verify(conn) == []
    engine.close()


def done_task(site: Site, login: str, case_id: int, node: str) -> int:
    body = {"filter": {"caseId": case_id, "node": node, "state": "completed"}}
    items = site.browser(login).post("/user-tasks/search", body).json["items"]
    return int(max(one["id"] for one in items))


def withdraw(site: Site, login: str, case_id: int, node: str, **said: Any) -> Any:
    """Take back the act of LOGIN with the version of the case as it is now."""
    version = site.browser(login).get(f"/process-instances/{case_id}").json["version"]
    task_id = done_task(site, "scheduler", case_id, node)
    body = {"expectedVersion": version, **said}
    return site.browser(login).post(f"/user-tasks/{task_id}/withdrawal", body)


def told(answer: Any) -> tuple[int, str, str]:
    return answer.status_code, answer.json.get("code", ""), answer.json.get("detail", "")


def opened(site: Site, case_id: int) -> list[str]:
    body = {"filter": {"caseId": case_id, "state": "open"}}
    items = site.browser("scheduler").post("/user-tasks/search", body).json["items"]
    return sorted(one["node"] for one in items)


def mine(site: Site, login: str) -> list[Any]:
    return list(site.browser(login).post("/user-tasks/search", MINE).json["items"])


def test_an_untouched_act_comes_back_with_what_was_submitted(both: Site) -> None:
    case_id = begun(both, data={"what": "堆土弃渣", "area": 15})
    both.clock.set(shanghai("2025-07-18 09:05"))
    assert [one["node"] for one in mine(both, "wood1")] == ["vote"]
    answer = withdraw(both, "field1", case_id, "draft")
    assert answer.status_code == 200, answer.text
    assert opened(both, case_id) == ["draft"]
    assert (mine(both, "wood1"), mine(both, "water1"), mine(both, "head")) == ([], [], [])
    task = mine(both, "field1")[0]
    assert (task["round"], task["seats"][0]["person"]) == (2, "field1")
    form = both.browser("field1").get(f"/user-tasks/{task['id']}/form").json
    assert form["draft"]["data"]["data"]["what"] == "堆土弃渣"
    assert form["draft"]["data"]["outcome"] == "vote"
    # The first submission stays, and the same work goes forward again.
    rows = both.browser("scheduler").post(
        "/user-tasks/search", {"filter": {"caseId": case_id}, "sort": [{"field": "id"}]}
    ).json["items"]
    assert [(one["node"], one["state"], one["superseded"]) for one in rows] == [
        ("draft", "completed", True),
        ("vote", "withdrawn", True),
        ("draft", "open", False),
    ]
    assert {one["state"] for one in rows[1]["seats"]} == {"void"}
    assert both.complete("field1", case_id, "draft", "vote").status_code == 200
    assert both.open_task(case_id, "vote")["round"] == 2


def test_what_a_successor_did_stays_and_names_him(both: Site) -> None:
    case_id = begun(both)
    both.clock.set(shanghai("2025-07-18 09:04"))
    assert both.complete("wood1", case_id, "vote", "pass").status_code == 200
    acted = withdraw(both, "field1", case_id, "draft")
    words = "林一 已于 2025-07-18 09:04 办理“表决”，不能撤回。"
    assert told(acted) == (409, "successor-acted", words)
    assert both.complete("water1", case_id, "vote", "pass").status_code == 200
    joint = withdraw(both, "water1", case_id, "vote")
    assert told(joint)[:2] == (409, "round-joint")
    foreign = withdraw(both, "head", case_id, "draft")
    assert told(foreign)[:2] == (403, "not-entitled")


def test_of_a_fork_all_successors_must_be_untouched(both: Site) -> None:
    case_id = begun(both, "both")
    assert opened(both, case_id) == ["left", "right"]
    assert withdraw(both, "field1", case_id, "draft").status_code == 200
    assert opened(both, case_id) == ["draft"]
    assert both.complete("field1", case_id, "draft", "both").status_code == 200
    assert both.complete("water1", case_id, "right", None).status_code == 200
    assert told(withdraw(both, "field1", case_id, "draft"))[:2] == (409, "successor-acted")
    # What already stands at the join cannot be fetched from there.
    assert told(withdraw(both, "water1", case_id, "right"))[:2] == (409, "not-revocable")
    assert opened(both, case_id) == ["left"]


def test_where_drawn_opening_the_form_ends_it(both: Site) -> None:
    case_id = begun(both, "look")
    assert both.complete("wood1", case_id, "look", None).status_code == 200
    nothing = withdraw(both, "wood1", case_id, "look", expectedVersion=None)
    assert told(nothing)[:2] == (422, "version-required")
    stale = withdraw(both, "wood1", case_id, "look", expectedVersion=1)
    assert told(stale)[:2] == (409, "version-conflict")
    task = both.open_task(case_id, "close")
    both.clock.set(shanghai("2025-07-18 09:20"))
    answer = both.browser("head").call(
        "PUT", f"/user-tasks/{task['id']}/draft", {"data": {}}, If_Match='"0"'
    )
    assert answer.status_code == 200, answer.text
    assert told(withdraw(both, "wood1", case_id, "look")) == (
        409, "successor-opened", "市局 已于 2025-07-18 09:20 打开办理，不能撤回。",
    )  # fmt: skip
    # Before, where acting counts, opening does not matter.
    case_id = begun(both)
    task = both.open_task(case_id, "vote")
    claim = both.browser("head").call("PUT", f"/user-tasks/{task['id']}/assignment", {})
    assert claim.status_code == 200
    assert withdraw(both, "field1", case_id, "draft").status_code == 200


def test_the_pages_offer_it_while_it_is_possible(both: Site) -> None:
    case_id = begun(both)
    task_id = done_task(both, "field1", case_id, "draft")
    assert f"/case/{case_id}#withdraw" in open_page(both, "field1", "/done").text
    page = open_page(both, "field1", f"/case/{case_id}").text
    assert f'action="/case/{case_id}/task/{task_id}/withdraw"' in page
    assert 'id="withdraw"' not in open_page(both, "wood1", f"/case/{case_id}").text
    version = page.split('id="withdraw"')[1].split('name="version" value="')[1].split('"')[0]
    form = {"version": version, "reason": "面积填错", "submission_id": both.engine.ids.uid()}
    answer = press(both, "field1", f"/case/{case_id}/task/{task_id}/withdraw", **form)
    assert answer.status_code == 303, answer.text
    after = open_page(both, "field1", answer.headers["Location"]).text
    assert "已撤回，后续席位失效" in after
    case = open_page(both, "field1", f"/case/{case_id}").text
    assert "已撤回" in case
    assert 'id="withdraw"' not in case
    log = open_page(both, "field1", f"/case/{case_id}?tab=log").text
    assert "面积填错" in log
    assert "其他记录" not in log


def test_a_vote_comes_back_in_an_open_round_only_where_drawn(both: Site) -> None:
    case_id = begun(both)
    assert both.complete("wood1", case_id, "vote", "no").status_code == 200
    task = both.open_task(case_id, "vote")
    version = both.browser("wood1").get(f"/process-instances/{case_id}").json["version"]
    path, body = f"/user-tasks/{task['id']}/withdrawal", {"expectedVersion": version}
    answer = both.browser("wood1").post(path, body)
    assert answer.status_code == 200, answer.text
    assert "未表态 3" in answer.json["arithmetic"]
    assert [one["id"] for one in mine(both, "wood1")] == [task["id"]]
    assert both.complete("wood1", case_id, "vote", "pass").json["closed"] is False
    assert both.complete("water1", case_id, "vote", "pass").json["closed"] is True
    # Where the diagram does not say so, a vote stays.
    case = both.start()
    assert both.complete("field1", case["instanceId"], "check", "send").status_code == 200
    assert both.complete("wood1", case["instanceId"], "review", "pass").status_code == 200
    task = both.open_task(case["instanceId"], "review")
    refused = both.browser("wood1").post(
        f"/user-tasks/{task['id']}/withdrawal", {"expectedVersion": 1}
    )
    assert told(refused)[:2] == (409, "no-revote")
