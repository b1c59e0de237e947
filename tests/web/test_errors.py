"""The one table of statuses and the shape of a problem."""

import inspect
from typing import Any

import pytest
from flask import Flask

from engine.base import errors
from engine.store.unit_of_work import VersionMoved
from tests.support.site import API, Site
from web.errors import STATUS, problem, status_of
from web.security import permission

UNRAISED = {VersionMoved}  # never leaves the unit of work


def subclasses(kind: type) -> set[type]:
    return {kind}.union(*(subclasses(one) for one in kind.__subclasses__()))


def test_every_error_of_the_base_has_a_status() -> None:
    known = {
        cls
        for _, cls in inspect.getmembers(errors, inspect.isclass)
        if issubclass(cls, errors.ShouhuError) and cls is not errors.ShouhuError
    }
    missing = {cls.__name__ for cls in known - set(STATUS)}
    assert missing == {"ExpressionFailed"}  # a defect at run time: an incident, then 500


def test_the_statuses_are_those_of_the_design(site: Site) -> None:
    expected = {
        errors.NotSignedIn: 401,
        errors.NotAllowed: 403,
        errors.NotFound: 404,
        errors.Conflict: 409,
        errors.StaleDocument: 412,
        errors.TooLarge: 413,
        errors.WrongMediaType: 415,
        errors.InvalidRequest: 422,
        errors.InvalidExpression: 422,
        errors.Locked: 423,
        errors.VersionMissing: 428,
        errors.TooMany: 429,
        errors.NotSupported: 501,
        errors.Busy: 503,
        errors.CalendarMissing: 503,
        errors.StorageFull: 507,
    }
    with site.app.test_request_context("/api/v1/x", method="PUT"):
        assert {kind: status_of(kind()) for kind in expected} == expected
    with site.app.test_request_context("/api/v1/x", method="POST"):
        assert status_of(errors.VersionMissing()) == 422  # an act, not an edited document


def test_a_problem_has_the_agreed_members(site: Site) -> None:
    with site.app.test_request_context("/api/v1/user-tasks/81/completion"):
        details = {"actedBy": "张三", "current_version": 8}
        error = errors.Conflict("已办理。", code="seat-decided", **details)
        body = problem(error)
    assert body["type"] == "urn:shouhu:problem:seat-decided"
    assert (body["status"], body["code"], body["detail"]) == (409, "seat-decided", "已办理。")
    assert body["instance"] == "/api/v1/user-tasks/81/completion"
    assert (body["actedBy"], body["currentVersion"], body["errors"]) == ("张三", 8, [])


def test_problems_are_served_as_problem_json_with_the_request_id(site: Site) -> None:
    headers = {"X-Request-ID": "abcDEF-12345678"}
    answer = site.anonymous().client.get(f"{API}/session", headers=headers)
    assert answer.status_code == 401
    assert answer.mimetype == "application/problem+json"
    assert answer.json["requestId"] == answer.headers["X-Request-ID"] == "abcDEF-12345678"
    forged = site.anonymous().client.get(f"{API}/session", headers={"X-Request-ID": "a b;c"})
    assert forged.headers["X-Request-ID"] != "a b;c"


@pytest.mark.parametrize(
    ("raw", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"{\"a\": NaN}", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"a=1", "text/plain", 422),
        (b"[]", "application/json", 422),
        (b'{"login": 1, "password": "x"}', "application/json", 422),
        (b'{"login": "a", "password": "b", "more": 1}', "application/json", 422),
    ],
)
def test_malformed_bodies_are_refused(site: Site, raw: bytes, kind: str, status: int) -> None:
    answer = site.anonymous().client.post(f"{API}/session", data=raw, content_type=kind)
    assert answer.status_code == status, answer.text
    assert answer.json["status"] == status


def test_schema_errors_name_the_field_in_chinese(site: Site) -> None:
    answer = site.browser("field1").post("/process-instances", {"variables": {}})
    assert answer.json["errors"] == [
        {"field": "processDefinitionKey", "code": "invalid", "detail": "必填。"}
    ]


def test_unknown_addresses_and_methods(site: Site) -> None:
    browser = site.browser("field1")
    assert browser.get("/nowhere").json["code"] == "not-found"
    assert browser.call("DELETE", "/clock").json["code"] == "method-not-allowed"


def test_a_defect_shows_no_internals(own_site: Site, capsys: Any) -> None:
    fail(own_site.app)
    answer = own_site.anonymous().client.get("/api/v1/broken")
    assert (answer.status_code, answer.json["code"]) == (500, "internal")
    assert "secret value" not in answer.text
    assert "Traceback" not in answer.text
    logged = capsys.readouterr().out
    assert "request.defect" in logged
    assert "secret value" not in logged


def fail(app: Flask) -> None:
    def broken() -> None:
        secret = " ".join(("secret", "value", "of a person"))
        raise RuntimeError(secret)

    app.add_url_rule("/api/v1/broken", view_func=permission("public")(broken))


def test_people_get_a_page_or_the_sign_in_instead_of_json(site: Site) -> None:
    client = site.anonymous().client
    answer = client.get("/no-such-page", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert answer.mimetype == "text/html"
    assert answer.headers["X-Request-ID"] in answer.text
    private = client.get("/todo?text=a%26b", headers={"Accept": "text/html"})
    assert private.status_code == 302
    assert private.headers["Location"] == "/login?next=/todo%3Ftext%3Da%2526b"
    fragment = client.get("/no-such-page", headers={"HX-Request": "true"})
    assert fragment.mimetype == "application/problem+json"
