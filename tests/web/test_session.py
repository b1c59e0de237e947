"""Sign in, stay signed in, be signed out; on the machine's clock, never the demo clock."""

from datetime import timedelta

import pytest

from engine.base.errors import StorageFull
from engine.engine import Engine
from tests.support.site import API, PASSWORD, Site
from web.app import create_app
from web.session import Passwords
from web.settings import WebSettings


def test_signing_in_gives_a_cookie_scripts_cannot_read(site: Site) -> None:
    answer = site.anonymous().sign_in("field1")
    assert answer.status_code == 200
    assert answer.json["name"] == "王一"
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("sid=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


def test_behind_tls_the_cookie_is_bound_to_the_host(site: Site) -> None:
    settings = WebSettings(tls=True, machine_clock=site.machine)
    client = create_app(site.engine, testing=True, settings=settings).test_client()
    answer = client.post(f"{API}/session", json={"login": "field1", "password": PASSWORD})
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-sid=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie
    assert "max-age" in answer.headers["Strict-Transport-Security"]


def test_wrong_name_and_wrong_password_answer_alike(site: Site) -> None:
    wrong = site.anonymous().sign_in("field1", "not the password")
    unknown = site.anonymous().sign_in("no such person", PASSWORD)
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json["detail"] == unknown.json["detail"]
    assert wrong.json["code"] == unknown.json["code"] == "wrong-password"


def test_five_failures_lock_the_name_for_ten_minutes(site: Site) -> None:
    browser = site.anonymous()
    assert [browser.sign_in("field1", f"bad{n}").status_code for n in range(5)] == [401] * 5
    locked = browser.sign_in("field1")
    assert (locked.status_code, locked.json["code"]) == (429, "sign-in-locked")
    assert 0 < int(locked.headers["Retry-After"]) <= 600
    site.machine.advance(timedelta(minutes=11))
    assert browser.sign_in("field1").status_code == 200


def test_thirty_failures_close_an_address_and_successes_do_not_count(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    cheap = Passwords(memory_kib=64, rounds=1).hash("nobody")  # thirty dear ones take long
    monkeypatch.setattr("web.session.NOBODY", cheap)
    for _ in range(31):
        assert site.anonymous().sign_in("field2").status_code == 200
    browser = site.anonymous()
    assert {browser.sign_in(f"x{n}", "bad").status_code for n in range(30)} == {401}
    shut = browser.sign_in("field1")
    assert (shut.status_code, shut.json["code"]) == (429, "sign-in-locked")
    page = browser.client.post("/login", data={"login": "field1", "password": PASSWORD})
    assert page.status_code == 429
    site.machine.advance(timedelta(minutes=11))
    assert browser.sign_in("field1").status_code == 200


def test_signing_in_again_ends_the_session_before(site: Site) -> None:
    browser = site.anonymous()
    browser.sign_in("field1")
    first = browser.client.get_cookie("sid")
    browser.sign_in("field1")
    second = browser.client.get_cookie("sid")
    assert first is not None
    assert second is not None
    assert first.value != second.value
    stolen = site.anonymous()
    stolen.client.set_cookie("sid", first.value)
    assert stolen.get("/session").status_code == 401


def test_signing_out_ends_the_session_on_the_server(site: Site) -> None:
    browser = site.anonymous()
    browser.sign_in("field1")
    cookie = browser.client.get_cookie("sid")
    assert browser.call("DELETE", "/session").status_code == 204
    assert cookie is not None
    browser.client.set_cookie("sid", cookie.value)
    assert browser.get("/session").status_code == 401


def test_an_idle_session_ends_after_half_an_hour(site: Site) -> None:
    browser = site.browser("field1")
    site.machine.advance(timedelta(minutes=29))
    assert browser.get("/session").status_code == 200
    site.machine.advance(timedelta(minutes=29))
    assert browser.get("/session").status_code == 200  # it was used in between
    site.machine.advance(timedelta(minutes=31))
    assert browser.get("/session").status_code == 401


def test_a_used_session_ends_after_eight_hours(site: Site) -> None:
    browser = site.browser("field1")
    for _ in range(23):
        site.machine.advance(timedelta(minutes=20))
        assert browser.get("/session").status_code == 200
    site.machine.advance(timedelta(minutes=25))
    assert browser.get("/session").status_code == 401


def test_moving_the_business_clock_signs_nobody_out(site: Site) -> None:
    browser = site.browser("scheduler")
    body = {"to": "2025-12-01T08:00:00+08:00", "reason": "演示"}
    assert browser.post("/clock", body).status_code == 200
    assert browser.get("/session").status_code == 200
    assert browser.get("/clock").json["now"] == "2025-12-01T08:00:00+08:00"


def test_who_am_i_names_posts_and_rights(site: Site) -> None:
    me = site.browser("wood1").get("/session").json
    assert (me["person"], me["rights"]) == ("wood1", [])
    assert me["posts"] == [
        {
            "unit": "U-WOOD-1",
            "unitName": "甲县林草局",
            "role": "WOOD",
            "level": "county",
            "region": "990101",
            "duty": "clerk",
        }
    ]


def test_changing_the_password_ends_other_sessions(site: Site) -> None:
    here, there = site.anonymous(), site.anonymous()
    here.sign_in("field1")
    there.sign_in("field1")
    body = {"oldPassword": PASSWORD, "newPassword": "weak"}
    assert here.call("PUT", "/session/password", body).json["code"] == "weak-password"
    body["newPassword"] = "Better-horse-10"
    wrong = {**body, "oldPassword": "not it"}
    assert here.call("PUT", "/session/password", wrong).json["code"] == "wrong-password"
    assert here.call("PUT", "/session/password", body).status_code == 204
    assert here.get("/session").status_code == 200
    assert there.get("/session").status_code == 401
    assert site.anonymous().sign_in("field1").status_code == 401
    assert site.anonymous().sign_in("field1", "Better-horse-10").status_code == 200


def test_a_session_survives_a_restart_of_the_server(site: Site) -> None:
    browser = site.browser("field1")
    cookie = browser.client.get_cookie("sid")
    assert cookie is not None
    settings = WebSettings(machine_clock=site.machine)
    again = create_app(site.engine, testing=True, settings=settings).test_client()
    again.set_cookie("sid", cookie.value)
    assert again.get(f"{API}/session").json["csrfToken"] == browser.csrf


def test_reading_goes_on_when_the_disk_is_full(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = site.browser("field1")
    site.machine.advance(timedelta(minutes=5))

    def full(self: Engine, *args: object, **kwargs: object) -> None:
        raise StorageFull

    monkeypatch.setattr(Engine, "execute", full)
    assert browser.get("/session").status_code == 200
    assert browser.post("/process-instances", {"processDefinitionKey": "x"}).status_code == 507
