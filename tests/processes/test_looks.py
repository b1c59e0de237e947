"""Looks into the vault (reliability.md 6.10): two persons, the password again, one hour."""

from datetime import timedelta

import sqlalchemy as sa
from werkzeug.test import TestResponse

from engine.base.actor import SYSTEM
from engine.commands.accounts import CreatePerson
from engine.store.tables import audit
from tests.processes.test_public import (
    FORESTRY,
    NAME,
    NAMED,
    ONCE,
    PHONE,
    guiyang_runtime,
    sent,
)
from tests.support.looking import ask, look, released
from tests.support.scenario import PASSWORD, Browser, Json, Scenario
from web.session import Passwords

__all__ = ["guiyang_runtime"]

WATER = "GY-SW"


def claimed(story: Scenario) -> Json:
    """Take a tip-off in and let forestry claim it."""
    sent(story, NAMED)
    story.worker.run_due()
    (case,) = story.cases("gy_report")
    task, _ = story.mine(FORESTRY, "examine_report", case)
    story.of(FORESTRY).send("PUT", f"/user-tasks/{task['id']}/assignment", {})
    return {**task, "case": case}


def decide(story: Scenario, login: str, task: Json, made: int, **body: object) -> int:
    browser = story._browser(login)
    path = f"/api/v1/user-tasks/{task['id']}/vault-requests/{made}/decision"
    told = {"grant": True, "password": PASSWORD, **body}
    return int(browser.client.post(path, json=told, headers=browser._head()).status_code)


def kinds(story: Scenario) -> list[str]:
    with story.worker.engine.database.read() as conn:
        return list(conn.execute(sa.select(audit.c.kind).order_by(audit.c.id)).scalars())


def colleague(story: Scenario, login: str, unit: str) -> None:
    hashed = Passwords(memory_kib=64, rounds=1).hash(PASSWORD)
    made = CreatePerson(login, login, hashed, (), ((unit, "clerk"),))
    story.worker.engine.execute(made, SYSTEM)


@ONCE
def test_a_look_needs_a_second_person_the_password_and_ends_after_an_hour(
    guiyang_story: Scenario,
) -> None:
    story = guiyang_story
    task = claimed(story)
    clerk, at = story.of(FORESTRY), f"/user-tasks/{task['id']}"
    assert look(story, FORESTRY, task, 409)["code"] == "release-needed"
    made = ask(story, FORESTRY, task)
    assert look(story, FORESTRY, task, 409)["code"] == "release-needed"
    assert decide(story, clerk.login, task, made) == 409  # not his own
    assert decide(story, story.of(WATER).login, task, made) == 403  # sees it, no more
    colleague(story, "second", FORESTRY)
    assert decide(story, "second", task, made, password="wrong") == 422
    assert decide(story, "second", task, made) == 201
    assert decide(story, "second", task, made) == 409  # once
    wrong = {"password": "wrong"}
    assert clerk.send("POST", f"{at}/vault-look", wrong, 422)["code"] == "wrong-password"
    assert "LookIntoVault" not in kinds(story)
    story._browser("second").send("POST", f"{at}/vault-look", {"password": PASSWORD}, 409)
    for _ in range(2):  # within the hour as often as needed, each on record
        found = look(story, FORESTRY, task)
        assert found["values"] == {"reporter": NAME, "contact": PHONE}
    story.clock.advance(timedelta(minutes=59, seconds=59))
    look(story, FORESTRY, task)
    story.clock.advance(timedelta(seconds=1))
    assert look(story, FORESTRY, task, 409)["code"] == "look-expired"
    assert kinds(story).count("LookIntoVault") == 3
    assert kinds(story).count("ReleaseLook") == 1
    told = clerk.get(f"{at}/vault")
    assert [one["releasedBy"] for one in told["looks"]] == ["second"] * 3
    assert [one["state"] for one in told["requests"]] == ["over"]
    for seen in (str(told), story.app.test_client().get(f"/api/v1{at}/vault").text):
        assert NAME not in seen


@ONCE
def test_the_second_person_may_say_no_and_wrong_passwords_lock(guiyang_story: Scenario) -> None:
    story = guiyang_story
    task = claimed(story)
    made = ask(story, FORESTRY, task)
    assert decide(story, "overseer", task, made, grant=False) == 201
    assert look(story, FORESTRY, task, 409)["code"] == "release-needed"
    released(story, FORESTRY, task)
    path, clerk = f"/user-tasks/{task['id']}/vault-look", story.of(FORESTRY)
    told = {"password": "no"}
    for status in [422] * 5 + [429]:
        clerk.send("POST", path, told, status)
    assert look(story, FORESTRY, task, 429)


@ONCE
def test_the_page_asks_releases_opens_and_leaves_when_the_hour_is_over(
    guiyang_story: Scenario,
) -> None:
    story = guiyang_story
    task = claimed(story)
    page = f"/case/{task['case']['number']}/task/{task['id']}"
    clerk, second = story.of(FORESTRY), story.overseer()

    def press(browser: Browser, path: str, **form: str) -> TestResponse:
        form |= {"csrf_token": browser.csrf, "submission_id": story.worker.engine.ids.uid()}
        return browser.client.post(path, data=form)

    assert press(clerk, f"{page}/vault/ask", reason="核对举报情况").status_code == 303
    assert "等待第二人同意" in clerk.client.get(page).text
    assert 'value="yes">同意' not in clerk.client.get(page).text
    assert 'value="yes">同意' in second.client.get(page).text
    made = clerk.get(f"/user-tasks/{task['id']}/vault")["requests"][0]["id"]
    agreed = press(second, f"{page}/vault/{made}", grant="yes", password=PASSWORD)
    assert agreed.status_code == 303
    assert press(clerk, f"{page}/vault", password="wrong").status_code == 422
    shown = press(clerk, f"{page}/vault", password=PASSWORD)
    assert NAME in shown.text
    assert shown.headers["Refresh"] == f"3600; url={page}"
    assert shown.headers["Cache-Control"] == "no-store"


@ONCE
def test_an_old_case_shows_all_its_looks_however_many_came_since(
    guiyang_story: Scenario,
) -> None:
    story = guiyang_story
    task = claimed(story)
    with story.worker.engine.database.write() as conn:
        root = task["case"]["id"]
        rows = [
            {"at": story.clock.now(), "actor": "x", "kind": "LookIntoVault", "detail": one}
            for one in [
                *({"root": root, "name": f"old-{no}", "reason": "核对"} for no in range(25)),
                *({"root": 9_999, "name": "other", "reason": "核对"} for _ in range(1_200)),
            ]
        ]
        conn.execute(sa.insert(audit), rows)
    clerk, at = story.of(FORESTRY), f"/user-tasks/{task['id']}/vault"
    first = clerk.get(at)
    rest = clerk.get(at, before=str(first["next"]))
    names = [one["name"] for one in (*first["looks"], *rest["looks"])]
    assert names == [f"old-{no}" for no in range(24, -1, -1)]
    assert rest["next"] is None


@ONCE
def test_what_is_erased_is_gone_from_the_file(guiyang_story: Scenario) -> None:
    """SQLite leaves deleted rows readable in the file unless it overwrites them."""
    with guiyang_story.worker.engine.database.write() as conn:
        assert conn.exec_driver_sql("PRAGMA secure_delete").scalar() == 1
