"""No account, no token, another site: nothing is shown and nothing is changed."""

import pytest

from tests.security.surface import addresses, changing, send
from tests.support.places import filled
from tests.support.site import API, PASSWORD, Site
from web.security import RIGHTS


@pytest.fixture
def held(site: Site) -> Site:
    """Give an installation with one case of county 990101."""
    site.start()
    return site


def test_without_an_account_every_address_leads_to_the_door(held: Site) -> None:
    stranger, asked = held.anonymous(), 0
    for method, path, may in addresses(held):
        if RIGHTS[may] is None:
            continue
        status = send(stranger, method, filled(path))
        wanted = 401 if path.startswith(API) else 302
        assert status == wanted, f"{method} {path}: {status}"
        asked += 1
    assert asked > 100


def test_a_made_up_session_is_none(held: Site) -> None:
    for token in ("x", "A" * 43, "'; DROP TABLE session; --", "\u00e9" * 40, "0" * 3000):
        stranger = held.anonymous()
        stranger.client.set_cookie("sid", token)
        assert stranger.get("/session").status_code == 401, token


@pytest.mark.parametrize("login", ["field1", "owner", "scheduler"])
def test_every_change_needs_the_token_of_the_session(held: Site, login: str) -> None:
    browser, asked = held.browser(login), 0
    rights = set(browser.get("/session").json["rights"])
    before = held.browser("scheduler").get("/process-instances/1/history", limit=200).json
    for method, path, may in changing(held):
        needed = RIGHTS[may]
        if needed is None or (needed and not rights & set(needed)):
            continue
        for token in ("", "0" * 64):
            status = send(browser, method, filled(path), X_CSRF_Token=token)
            assert status == 403, f"{method} {path} with {token!r}: {status}"
        asked += 1
    assert asked > 15
    after = held.browser("scheduler").get("/process-instances/1/history", limit=200).json
    assert before["items"] == after["items"]


def test_every_change_is_refused_from_another_site(held: Site) -> None:
    origins = ({"Origin": "https://evil.example"}, {"Origin": "null"})
    sites = ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"})
    for method, path, may in changing(held):
        login = {"owner": "owner"}.get(may, "scheduler")
        for headers in (*origins, *sites):
            status = send(held.browser(login), method, filled(path), **headers)
            assert status == 403, f"{method} {path} {headers}: {status}"


def test_reading_addresses_change_nothing_by_get(held: Site) -> None:
    acts = {path for method, path, _ in changing(held)}
    for path in acts:
        allowed = {m for m, p, _ in addresses(held) if p == path}
        if "GET" not in allowed:
            status = send(held.browser("scheduler"), "GET", filled(path))
            assert status in (403, 404, 405), f"GET {path}: {status}"


@pytest.mark.parametrize("login", ["nobody", "wood1", "owner", "scheduler", "admin"])
def test_a_right_opens_its_pages_only(held: Site, login: str) -> None:
    browser, refused = held.browser(login), 0
    rights = set(browser.get("/session").json["rights"])
    for method, path, may in addresses(held):
        needed = RIGHTS[may]
        if not needed or path.startswith(API):
            continue
        status = send(browser, method, filled(path))
        if rights & set(needed):
            assert status not in (401, 500), f"{login} {method} {path}: {status}"
        else:
            assert status == 403, f"{login} {method} {path}: {status}"
            refused += 1
    assert refused > 5


def test_the_fixed_session_of_an_attacker_is_not_taken_over(site: Site) -> None:
    victim = site.anonymous()
    victim.client.set_cookie("sid", "planted-by-the-attacker")
    assert victim.sign_in("field1").status_code == 200
    fresh = victim.client.get_cookie("sid")
    assert fresh is not None
    assert fresh.value != "planted-by-the-attacker"
    attacker = site.anonymous()
    attacker.client.set_cookie("sid", "planted-by-the-attacker")
    assert attacker.get("/session").status_code == 401


def test_a_planted_session_of_the_attacker_ends_when_the_victim_signs_in(site: Site) -> None:
    attacker, victim = site.anonymous(), site.anonymous()
    attacker.sign_in("wood2")
    planted = attacker.client.get_cookie("sid")
    assert planted is not None
    victim.client.set_cookie("sid", planted.value)
    victim.sign_in("field1")
    assert attacker.get("/session").status_code == 401


EVIL_NEXT = [
    "//evil.example",
    "/\\evil.example",
    "https://evil.example",
    "javascript:alert(1)",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r\nSet-Cookie: sid=x",
    "\t//evil.example",
    " //evil.example",
    "/todo\r\nX-Evil: 1",
    "/%09/evil.example\x00",
    "",
]


@pytest.mark.parametrize("wanted", EVIL_NEXT)
def test_signing_in_never_leads_elsewhere(site: Site, wanted: str) -> None:
    client = site.anonymous().client
    form = {"login": "field1", "password": PASSWORD, "next": wanted}
    answer = client.post("/login", data=form)
    assert answer.status_code in (303, 400), answer.text
    assert answer.headers.get("Location", "/") in ("/", "http://localhost/")
    assert "X-Evil" not in answer.headers
    page = client.get("/login", query_string={"next": wanted})
    assert page.status_code in (200, 400)
    assert "evil" not in page.text


def test_signing_in_leads_back_to_our_own_page(site: Site) -> None:
    form = {"login": "field1", "password": PASSWORD, "next": "/case?state=办理中&x=1"}
    answer = site.anonymous().client.post("/login", data=form)
    assert answer.headers["Location"].startswith("/case?state=")


def test_a_key_of_another_person_answers_nothing_of_theirs(site: Site) -> None:
    key = "shared-key-0123456789"
    data = {"station": "S1", "what": "堆土", "found_on": "2025-07-01"}
    body = {"processDefinitionKey": "tiny_case", "variables": data}
    first = site.browser("field1").post("/process-instances", body, Idempotency_Key=key)
    assert first.status_code == 201
    same = site.browser("field1").post("/process-instances", body, Idempotency_Key=key)
    assert same.headers["Idempotency-Replayed"] == "true"
    other = site.browser("wood2").post("/process-instances", body, Idempotency_Key=key)
    assert other.status_code == 403
    assert str(first.json["instanceId"]) not in (other.json.get("instanceId") or "")
    assert "Idempotency-Replayed" not in other.headers


def test_a_cursor_of_another_session_is_refused(site: Site) -> None:
    for number in range(3):
        site.start(f"第{number}件")
    page = {"page": {"limit": 1}}
    found = site.browser("field1").post("/process-instances/search", page).json["page"]
    assert found["endCursor"]
    body = {"page": {"limit": 1, "after": found["endCursor"]}}
    own = site.browser("field1").post("/process-instances/search", body)
    assert own.status_code == 200
    foreign = site.browser("wood1").post("/process-instances/search", body)
    assert (foreign.status_code, foreign.json["code"]) == (422, "bad-cursor")


def test_a_host_that_is_not_ours_is_refused(own_site: Site) -> None:
    own_site.app.config["TRUSTED_HOSTS"] = ["localhost"]
    answer = own_site.anonymous().client.get("/login", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert own_site.anonymous().client.get("/login").status_code == 200
