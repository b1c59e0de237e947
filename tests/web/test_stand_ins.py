"""代理 and 回避 on the pages: set, seen, taken back; in lists, history and on paper."""

from datetime import timedelta

import pytest

from tests.support.site import Site
from tests.web.test_pages import open_page, press, pytestmark  # noqa: F401 -- need the assets

WHY = "当事人是我的近亲属，申请回避"


def sent(site: Site, login: str, path: str, **form: str) -> str:
    """Send a form with a fresh submission id and give what the next page says."""
    form["submission_id"] = f"{site.engine.ids.uid()}"
    answer = press(site, login, path, **form)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def page_of(site: Site, login: str) -> str:
    return open_page(site, login, "/me").text


@pytest.fixture
def at_review(site: Site) -> Site:
    case = site.start()
    assert site.complete("field1", case["instanceId"], "check", "send").status_code == 200
    return site


def test_a_deputy_set_on_ones_page_acts_and_all_say_for_whom(at_review: Site) -> None:
    site = at_review
    days = {"first": "2025-07-18", "last": "2025-07-25"}
    location = sent(site, "wood1", "/me/deputies", deputy="field2", reason="出差", **days)
    assert location == "/me?told=deputised"
    assert '<option value="wood1b">林一乙' in page_of(site, "wood1")  # found by name
    assert "王二 代 林一" in page_of(site, "wood1")
    assert "生效中" in page_of(site, "field2")
    assert page_of(site, "wood2").count("代 林一") == 0  # nobody else's business
    task = site.open_task(1, "review")
    todo = open_page(site, "field2", "/todo").text
    assert f"/task/{task['id']}" in todo
    assert "代 林一" in todo
    assert site.complete("field2", 1, "review", "pass").status_code == 200
    for path in ("/case/1", f"/case/1/task/{task['id']}", "/case/1?tab=log"):
        assert "王二 代 林一" in open_page(site, "head", path).text, path
    paper = site.browser("head").get(f"/user-tasks/{task['id']}/print", format="docx")
    assert paper.status_code == 200
    lines = site.browser("head").get("/process-instances/1/history").json["items"]
    assert {line["onBehalfOf"] for line in lines if line["actor"] == "field2"} == {"wood1"}
    rule = site.browser("wood1").get("/deputies").json[0]["id"]
    assert site.browser("wood2").get("/deputies").json == []
    foreign = press(site, "wood2", f"/me/deputies/{rule}/end", submission_id="0" * 20)
    assert foreign.status_code == 404
    assert sent(site, "wood1", f"/me/deputies/{rule}/end") == "/me?told=deputy-ended"
    site.clock.advance(timedelta(minutes=1))
    assert "已结束" in page_of(site, "wood1")


def test_who_steps_back_on_the_case_page_loses_the_case(at_review: Site) -> None:
    site = at_review
    assert "登记回避" in open_page(site, "wood1", "/case/1").text
    assert "回避单位（" not in open_page(site, "head", "/case/1").text
    away = open_page(site, "scheduler", "/case/1").text.split('id="away-units"')[1]
    assert '<option value="U-WOOD-1">' in away.split("</datalist>")[0]
    assert sent(site, "wood1", "/case/1/recusals", reason=WHY) == "/todo?told=recused"
    assert "已登记回避" in open_page(site, "wood1", "/todo?told=recused").text
    for path in ("/case/1", "/case/1/task/2", "/case/1?tab=log"):
        assert open_page(site, "wood1", path).status_code == 404, path
    browser = site.browser("wood1")
    for path in ("/process-instances", "/user-tasks", "/ledgers/problem/rows"):
        assert browser.post(f"{path}/search", {}).json["page"]["total"] == 0, path
    assert browser.get("/statistics/cases").json == []
    assert browser.get("/process-instances/1/recusals").status_code == 404
    kept = site.browser("wood1b").get("/process-instances/1/recusals").json
    assert [(one["name"], one["reason"]) for one in kept["rows"]] == [("林一", WHY)]
    told = open_page(site, "scheduler", "/case/1?tab=log").text
    assert "登记回避" in told
    page = open_page(site, "scheduler", "/case/1").text
    assert f"/case/1/recusals/{kept['rows'][0]['id']}/lift" in page
    lift = f"/case/1/recusals/{kept['rows'][0]['id']}/lift"
    assert sent(site, "scheduler", lift, reason="登记有误，应为另一案件").endswith("lifted")
    assert open_page(site, "wood1", "/case/1").status_code == 200
