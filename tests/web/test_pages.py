"""Pages without a browser: who may open what, tokens, hostile text, foreign cases."""

import html
import json
import re
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.support.site import PASSWORD, Site
from web import security

MANIFEST = Path(__file__).parents[2] / "web/static/dist/manifest.json"
pytestmark = pytest.mark.skipif(
    not MANIFEST.is_file(), reason="the browser assets are not built: python hatch_build.py"
)
EVERYONE = (
    "/todo", "/done", "/started", "/notices", "/start", "/case", "/ledger/problem",
    "/dashboard", "/me", "/help", "/help/owner", "/help/scheduler",
)  # fmt: skip
OWNERS = ("/lib",)
OPERATORS = (
    "/ops", "/ops/supervision", "/ops/timers", "/ops/incidents", "/ops/calendar", "/ops/clock",
)  # fmt: skip
HOSTILE = '<script>alert("x")</script><img src=x onerror=alert(1)>'


def open_page(site: Site, login: str, path: str) -> TestResponse:
    client = site.browser(login).client if login else site.app.test_client()
    return client.get(path, headers={"Accept": "text/html"})


def press(site: Site, login: str, path: str, **form: str) -> TestResponse:
    browser = site.browser(login)
    sent = {"csrf_token": browser.csrf, **form}
    return browser.client.post(path, data=sent, headers={"Accept": "text/html"})


@pytest.mark.parametrize("path", EVERYONE)
def test_staff_pages_open_for_every_signed_in_person(site: Site, path: str) -> None:
    for login in ("field1", "wood1", "head", "nobody", "owner"):
        answer = open_page(site, login, path)
        stranger = login == "nobody" and path.startswith("/ledger/")  # of no application
        assert answer.status_code == (404 if stranger else 200), (login, path)
        assert answer.text.count("<h1") == 1, (login, path)


@pytest.mark.parametrize("path", [*EVERYONE, *OWNERS, *OPERATORS, "/"])
def test_strangers_are_led_to_the_sign_in_page_and_back(site: Site, path: str) -> None:
    answer = open_page(site, "", path)
    assert answer.status_code == 302
    wanted = "/login" if path == "/" else f"/login?next={path}"
    assert answer.headers["Location"] == wanted


@pytest.mark.parametrize("path", [*OWNERS, *OPERATORS])
def test_rooms_of_owners_and_schedulers_are_closed_to_staff(site: Site, path: str) -> None:
    answer = open_page(site, "field1", path)
    assert answer.status_code == 403
    assert "授权" in answer.text


def test_every_page_declares_who_may_open_it(shared_app: Flask) -> None:
    assert security.undeclared(shared_app) == []


def test_no_page_shows_styles_or_scripts_the_policy_would_stop(site: Site) -> None:
    case_id = int(site.start()["instanceId"])
    paths = [*EVERYONE, f"/case/{case_id}", f"/case/{case_id}?tab=log"]
    paths.append(task_path(site, case_id))
    for path in paths:
        text = open_page(site, "field1", path).text
        assert "style=" not in text, path
        assert not re.search(r"<script(?![^>]*(src=|application/json))", text), path
        assert not re.search(r"\son\w+=", text), path


def task_path(site: Site, case_id: int, node: str = "check") -> str:
    return f"/case/{case_id}/task/{site.open_task(case_id, node)['id']}"


def test_a_hostile_title_is_shown_as_text(site: Site) -> None:
    case_id = int(site.start(HOSTILE)["instanceId"])
    tabs = ("work", "course", "papers", "log", "diagram")
    paths = ["/todo", "/case", "/started", "/ledger/problem", task_path(site, case_id)]
    shown = 0
    for path in [*paths, *(f"/case/{case_id}?tab={tab}" for tab in tabs)]:
        text = open_page(site, "field1", path).text
        assert "<script>alert" not in text, path
        assert "<img src=x" not in text, path
        shown += html.escape(HOSTILE, quote=False)[:14] in text
    assert shown > 2  # it was there, as text


def test_a_hostile_value_cannot_leave_the_json_of_an_island(site: Site) -> None:
    case_id = int(site.start("</script><script>alert(1)</script>")["instanceId"])
    text = open_page(site, "field1", task_path(site, case_id)).text
    found = re.search(r'<script type="application/json">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    assert json.loads(found.group(1))["expectedVersion"] == 1


def test_a_foreign_case_is_not_there(site: Site) -> None:
    started = site.start()
    case_id = int(started["instanceId"])
    path = task_path(site, case_id)
    for wanted in (f"/case/{case_id}", f"/case/{started['number']}", path):
        answer = open_page(site, "wood2", wanted)
        assert answer.status_code == 404, wanted
        assert "不在您的数据范围内" in answer.text
        assert started["number"] not in answer.text.replace(wanted, "")
    assert started["number"] not in open_page(site, "wood2", "/case").text


def test_a_post_without_its_token_is_refused(site: Site) -> None:
    case_id = int(site.start()["instanceId"])
    task = site.open_task(case_id, "check")["id"]
    client = site.browser("field1").client
    posts = ("/logout", f"/todo/{task}/claim", f"/todo/{task}/release", "/notices/read")
    for path in (*posts, "/todo/many", "/me/password"):
        assert client.post(path, data={}, headers={"Accept": "text/html"}).status_code == 403
    for path in (f"/case/{case_id}/task/{task}/completion", "/start/tiny_case/submit"):
        assert client.post(path, json={}).status_code == 403, path


def test_claiming_comes_back_to_the_list_and_never_leads_away(site: Site) -> None:
    task = site.open_task(int(site.start()["instanceId"]), "check")["id"]
    answer = press(site, "field1", f"/todo/{task}/claim", back="https://evil.example/")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/todo")
    answer = press(site, "field1", f"/todo/{task}/release", back="/todo?due=overdue")
    assert answer.headers["Location"] == "/todo?due=overdue"


def test_many_tasks_are_claimed_at_once_and_each_refusal_is_told(site: Site) -> None:
    """One taken by a colleague is refused by name, the others are; again is the same."""
    made = [site.open_task(int(site.start()["instanceId"]), "check")["id"] for _ in range(3)]
    page = open_page(site, "field1", "/todo").text
    assert page.count('name="task"') == 3
    chosen = [str(one) for one in made[:2]]
    ticked = {"act": "claimed", "back": "/todo?year=2025", "task": chosen}
    answer = press(site, "field1", "/todo/many", **ticked)
    assert answer.headers["Location"] == "/todo?year=2025&claimed=2"
    assert "已认领 2 件" in open_page(site, "field1", "/todo?claimed=2").text
    ticked["task"] = [str(one) for one in (*made, 999999)]
    for _ in range(2):
        receipt = press(site, "field1", "/todo/many", **ticked)
        assert receipt.status_code == 200
        assert "已认领 3 件，1 件没有办成" in receipt.text
    stranger = press(site, "wood2", "/todo/many", **ticked)
    assert "已认领 0 件，4 件没有办成" in stranger.text
    assert site.start()["number"] not in stranger.text
    freed = press(site, "field1", "/todo/many", act="released", task=[str(made[0])])
    assert freed.headers["Location"] == "/todo?released=1"


AWAY = ("https://evil.example/", "//evil.example/", "/\\evil.example")


@pytest.mark.parametrize("wanted", AWAY)
def test_signing_in_never_leads_away(site: Site, wanted: str) -> None:
    form = {"login": "field1", "password": PASSWORD, "next": wanted}
    answer = site.app.test_client().post("/login", data=form)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")


def test_the_home_page_is_that_of_ones_work(site: Site) -> None:
    leads = {"field1": "/todo", "owner": "/lib", "scheduler": "/ops", "nobody": "/todo"}
    for login, wanted in leads.items():
        assert open_page(site, login, "/").headers["Location"] == wanted


def test_a_changed_page_mark_is_refused_in_words(site: Site) -> None:
    answer = open_page(site, "field1", "/todo?after=AAAA")
    assert answer.status_code == 422
    assert "请从第一页开始" in answer.text
    assert "返回上一页" in answer.text


def test_filters_and_sorts_that_do_not_exist_are_left_alone(site: Site) -> None:
    site.start()
    paths = ("/ledger/problem?nothing=1&sort=-nothing", "/todo?year=abc&process=x")
    for path in (*paths, "/dashboard?year=x"):
        assert open_page(site, "field1", path).status_code == 200, path


def test_an_export_cannot_carry_a_formula(site: Site) -> None:
    site.start("=HYPERLINK(0)")
    answer = open_page(site, "field1", "/ledger/problem/export.csv")
    assert "=HYPERLINK" in answer.text
    assert not re.search(r'(^|[,"])=HYPERLINK', answer.text)


def test_facts_have_names_in_place_of_codes(site: Site) -> None:
    case_id = int(site.start()["instanceId"])
    site.complete("field1", case_id, "check", "send", data={"area": 20})
    text = open_page(site, "field1", task_path(site, case_id, "review")).text
    assert '<dl class="kv facts">' in text
    assert "仅供查阅" in text
    assert "data-island" not in text  # nothing to fill in, nothing to load


def test_built_assets_are_kept_by_the_browser_and_pages_are_not(site: Site) -> None:
    page = open_page(site, "field1", "/todo")
    assert page.headers["Cache-Control"] == "no-store"
    style = re.search(r'href="(/static/dist/style-[^"]+)"', page.text)
    assert style is not None
    kept = open_page(site, "field1", style.group(1))
    kept.close()  # it streams a file
    assert "immutable" in kept.headers["Cache-Control"]
    gone = open_page(site, "field1", "/static/dist/nothing.css")
    assert "immutable" not in gone.headers["Cache-Control"]


def test_persons_and_units_are_found_by_name_and_stored_codes_are_named(site: Site) -> None:
    def picked(kind: str, **asked: str) -> list[tuple[str, str, str]]:
        answer = site.browser("wood1").client.get(f"/picks/{kind}", query_string=asked)
        return [(one["code"], one["name"], one["note"]) for one in answer.json["items"]]

    wood = next(note for code, _, note in picked("persons") if code == "wood1")
    assert {code for code, _, _ in picked("persons")} == {"wood1", "wood1b"}  # colleagues
    assert picked("persons", q="水一")[0][:2] == ("water1", "水一")  # of another unit
    assert {code for code, _, _ in picked("persons", q=wood)} == {"wood1", "wood1b"}
    assert picked("persons", q="路人") == []  # acts for no unit
    assert [name for _, name, _ in picked("persons", codes="field2,wood1")] == ["林一", "王二"]
    units = picked("units", codes="U-S1,U-HEAD")
    assert [code for code, _, _ in units] == ["U-HEAD", "U-S1"]
    for code, name, note in units:
        assert name not in ("", code)
        assert note.isdigit() or not note.isascii()  # a territory, not a level's code
