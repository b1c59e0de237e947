"""The guard at the door: nothing undeclared, nothing forged, nothing too large."""

import pytest

from engine.base.actor import SYSTEM
from engine.commands.limits import SetLimits
from tests.support.site import API, PASSWORD, Site
from web.app import create_app
from web.security import CSP, RIGHTS, permission, undeclared
from web.settings import WebSettings, from_environment


def test_every_address_declares_who_may_come(site: Site) -> None:
    assert undeclared(site.app) == []


def test_an_undeclared_address_is_closed(own_site: Site) -> None:
    own_site.app.add_url_rule("/api/v1/forgotten", view_func=lambda: "open")
    assert undeclared(own_site.app) != []
    answer = own_site.browser("owner").get("/forgotten")
    assert answer.status_code == 403


def test_a_permission_must_be_known() -> None:
    with pytest.raises(ValueError, match="unknown permission"):
        permission("everyone")
    assert RIGHTS["public"] is None


def test_a_change_needs_the_token_of_the_session(site: Site) -> None:
    browser = site.browser("field1")
    body = {"processDefinitionKey": "tiny_case", "variables": {}}
    missing = browser.post("/process-instances", body, X_CSRF_Token="-")
    assert (missing.status_code, missing.json["code"]) == (403, "wrong-csrf")
    stranger = site.browser("wood1").csrf
    foreign = browser.post("/process-instances", body, X_CSRF_Token=stranger)
    assert foreign.json["code"] == "wrong-csrf"
    assert browser.call("DELETE", "/session", X_CSRF_Token="-").status_code == 403


def test_a_change_from_another_site_is_refused(site: Site) -> None:
    browser = site.browser("field1")
    body = {"filter": {}}
    own = browser.post("/user-tasks/search", body, Origin="http://localhost")
    assert own.status_code == 200
    evil = browser.post("/user-tasks/search", body, Origin="http://evil.example")
    assert (evil.status_code, evil.json["code"]) == (403, "wrong-origin")
    cross = browser.post("/user-tasks/search", body, Sec_Fetch_Site="cross-site")
    assert cross.json["code"] == "wrong-origin"
    login = site.anonymous().client.post(
        f"{API}/session",
        json={"login": "field1", "password": PASSWORD},
        headers={"Origin": "http://evil.example"},
    )
    assert login.status_code == 403


def test_answers_carry_the_headers_of_the_plain_class(site: Site) -> None:
    headers = site.browser("field1").get("/session").headers
    assert headers["Content-Security-Policy"] == CSP["P"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Permissions-Policy"] == "geolocation=(), camera=()"
    assert headers["Cache-Control"] == "no-store"
    assert "Strict-Transport-Security" not in headers


def test_the_classes_differ_only_where_they_must() -> None:
    assert "blob:" in CSP["F"]
    assert "blob:" not in CSP["P"]
    assert "style-src 'self' 'unsafe-inline'" in CSP["D"]
    assert all("script-src 'self';" in CSP[name] for name in "PFD")


def test_a_body_over_the_limit_of_its_route_is_refused(site: Site) -> None:
    body = {"name": "x", "variables": {"text": "x" * 2_100_000}}
    answer = site.browser("scheduler").post("/messages/publication", body)
    assert (answer.status_code, answer.json["code"]) == (413, "too-large")
    assert answer.json["detail"] == "一次提交的内容超过 2 MB 的上限。"


def test_how_much_a_form_may_bring_is_a_limit_of_the_installation(site: Site) -> None:
    site.engine.execute(SetLimits({"table_bytes": 2_000_000, "form_bytes": 2_000_000}), SYSTEM)
    body = {"processDefinitionKey": "tiny_case", "variables": {"what": "x" * 2_000_000}}
    refused = site.browser("field1").post("/process-instances", body)
    assert (refused.status_code, refused.json["code"]) == (413, "too-large")
    assert "请管理员执行 ./shouhu limits form_bytes=" in refused.json["detail"]
    site.engine.execute(SetLimits({}), SYSTEM)
    answer = site.browser("field1").post("/process-instances", body)
    assert (answer.status_code, answer.json["code"]) == (422, "invalid-form")


def test_a_flood_is_slowed_down(site: Site) -> None:
    settings = WebSettings(requests_per_minute=3, machine_clock=site.machine)
    app = create_app(site.engine, settings=settings)
    client = app.test_client()
    found = [client.get("/healthz").status_code for _ in range(5)]
    assert found == [200, 200, 200, 429, 429]
    assert client.get("/healthz").headers["Retry-After"]


def test_health_needs_nobody_and_tells_nothing(site: Site) -> None:
    client = site.anonymous().client
    assert client.get("/healthz").json == {"status": "up"}
    assert client.get("/readyz").json == {"status": "ready", "reasons": []}


def test_the_api_document_lists_every_operation_without_a_foreign_address(site: Site) -> None:
    browser = site.browser("field1")
    document = browser.get("/openapi.json").json
    paths = {str(rule) for rule in site.app.url_map.iter_rules() if "/api/v1/" in str(rule)}
    documented = {path.replace("{", "<").replace("}", ">") for path in document["paths"]}
    plain = {path.replace("<int:", "<") for path in paths}
    assert plain - documented == {"/api/v1/openapi.json", "/api/v1/"}
    start = document["paths"]["/api/v1/process-instances"]["post"]
    assert "Idempotency-Key" in str(document["paths"]["/api/v1/process-instances"])
    assert start["requestBody"]["content"]["application/json"]
    looks = document["paths"]["/api/v1/process-instances/search"]
    assert "Idempotency-Key" not in str(looks)
    assert document["components"]["schemas"]["Problem"]["properties"]["requestId"]
    page = browser.get("/")
    assert page.mimetype == "text/html"
    assert "user-tasks" in page.text
    assert "http://" not in page.text
    assert "https://" not in page.text


def test_settings_come_from_the_environment() -> None:
    found = from_environment({"SHOUHU_TLS": "1", "SHOUHU_PROXIES": "2", "SHOUHU_HOSTS": "a, b"})
    assert (found.tls, found.proxies, found.trusted_hosts) == (True, 2, ("a", "b"))
    assert found.cookie == "__Host-sid"
    assert from_environment({}).cookie == "sid"


