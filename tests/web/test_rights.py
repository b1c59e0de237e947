"""The rights matrix: every route of the API, generated from the map, against one policy."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.places import filled
from tests.support.site import API, PASSWORD, Site
from web.api.routes import LOOKS
from web.security import RIGHTS, rule_of

REASON = "够十个字的理由写在这里"
BODIES: dict[str, Any] = {
    "POST /process-instances": {"processDefinitionKey": "tiny_case"},
    "POST /campaigns/<application>/years": {"source": 2025, "year": 2026},
    "POST /process-instances/batch": {"processDefinitionKey": "tiny_case", "rows": [{}]},
    "POST /user-tasks/<int:task_id>/return": {"target": "check", "reason": REASON},
    "POST /user-tasks/<int:task_id>/transfer": {"person": "x"},
    "POST /user-tasks/<int:task_id>/scans": {"files": ["x"]},
    "POST /user-tasks/<int:task_id>/clock-stop": {"cause": "补正", "reason": REASON},
    "POST /user-tasks/<int:task_id>/extension": {"until": "2026-10-10", "reason": REASON},
    "PUT /user-tasks/<int:task_id>/draft": {"data": {}},
    "DELETE /user-tasks/<int:task_id>/seats": {"seatId": 1, "reason": REASON},
    "POST /user-tasks/<int:task_id>/late-opinion": {"outcome": "x", "opinion": "x"},
    "POST /user-tasks/<int:task_id>/vault-look": {"password": PASSWORD},
    "POST /user-tasks/<int:task_id>/vault-requests": {"reason": REASON},
    "POST /process-instances/<int:instance_id>/next-handlers": {"taskId": 1},
    "POST /user-tasks/<int:task_id>/papers": {"seat": 1},
    "POST /sealed-papers/<int:paper_id>/reply": {
        "files": [],
        "signedBy": "x",
        "signedOn": "2025-07-18",
    },
    "POST /deployments": {"application": "tiny", "files": {}},
    "POST /definition-drafts/<application>/publication": {"note": "x"},
    "POST /jobs/retry": {"code": "x"},
    "POST /messages/publication": {"name": "x"},
    "POST /messages/correlation": {"name": "x"},
    "POST /decisions/evaluation": {"decision": "x"},
    "PUT /calendars/<calendar>/days/<day>": {"working": True},
    "POST /unfilled-seats/retries": {"incidents": [1]},
    "POST /stranded-units/<unit>/handover": {"successor": "U-S2", "reason": "改革"},
    "POST /people": {"login": "x", "name": "x", "password": "x"},
    "POST /people/<login>/posts": {"unit": "x"},
    "PUT /people/<login>/password": {"password": "x"},
    "PUT /people/<login>/use": {"active": True},
    "POST /clock": {"to": "2025-12-01T00:00:00+08:00"},
    "POST /campaigns/dry-run": {"until": "2025-12-01T00:00:00+08:00"},
}
WITH_REASON = ("cancellation", "suspension", "pause", "reopening")
ONE_REQUEST = "/user-tasks/<int:task_id>/vault-requests/<int:release_id>"
BODIES |= {
    f"POST {ONE_REQUEST}/decision": {"grant": True, "password": PASSWORD},
    "POST /process-instances/<int:instance_id>/recusals": {"reason": REASON},
    "DELETE /process-instances/<int:instance_id>/recusals/<int:recusal_id>": {"reason": REASON},
    "POST /deputies": {"deputy": "x", "first": "2025-07-18", "last": "2025-07-19"},
}
# Routes that show or change one case: a stranger's answer is 404, never 403 or 200.
OF_ONE_CASE = ("/process-instances/<", "/user-tasks/<", "/process-instances/by-number")


def routes(site: Site) -> Iterator[tuple[str, str, str]]:
    """Give (method, path, permission) of every route under /api/v1."""
    for rule in site.app.url_map.iter_rules():
        path = str(rule)
        if not path.startswith(f"{API}/"):
            continue
        declared = rule_of(site.app, rule.endpoint)
        assert declared is not None, path
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield method, path.removeprefix(API), declared.permission


def body_of(method: str, path: str) -> Any:
    if f"{method} {path}" in BODIES:
        return BODIES[f"{method} {path}"]
    if path.endswith(WITH_REASON):
        return {"reason": REASON, "expectedVersion": 1}
    if path.endswith(("completion", "assignment", "cancellation")):
        return {"expectedVersion": 1}
    return None if method == "GET" else {}


def call(site: Site, login: str, method: str, path: str) -> int:
    sent = body_of(method, path)
    return site.browser(login).call(method, filled(path), sent, If_Match='"1"').status_code


@pytest.fixture
def case_site(site: Site) -> Site:
    site.start()
    return site


def test_nobody_passes_without_a_session(case_site: Site) -> None:
    for method, path, may in routes(case_site):
        answer = case_site.anonymous().call(method, filled(path), body_of(method, path))
        wanted = {"public": (200, 422)}.get(may, (401,))
        assert answer.status_code in wanted, f"{method} {path}: {answer.status_code}"


@pytest.mark.parametrize("login", ["nobody", "wood1", "owner", "scheduler", "admin"])
def test_a_right_opens_exactly_its_routes(case_site: Site, login: str) -> None:
    rights = set(case_site.browser(login).get("/session").json["rights"])
    checked = 0
    for method, path, may in routes(case_site):
        needed = RIGHTS[may]
        if path.startswith("/session") or needed is None:
            continue
        status = call(case_site, login, method, path)
        if needed and not rights & set(needed):
            assert status == 403, f"{login} {method} {path}: {status}"
            checked += 1
        else:
            assert status not in (401, 500), f"{login} {method} {path}: {status}"
    assert checked > 10 or rights


@pytest.mark.parametrize("login", ["nobody", "wood2", "field2", "admin"])
def test_a_foreign_case_does_not_exist(case_site: Site, login: str) -> None:
    checked = 0
    for method, path, _ in routes(case_site):
        if not path.startswith(OF_ONE_CASE):
            continue
        status = call(case_site, login, method, path)
        assert status == 404, f"{login} {method} {path}: {status}"
        checked += 1
    assert checked > 15


@pytest.mark.parametrize("login", ["field1", "wood1", "water1", "head", "scheduler", "owner"])
def test_territory_seat_and_right_open_the_case(case_site: Site, login: str) -> None:
    assert case_site.browser(login).get("/process-instances/1").status_code == 200
    found = case_site.browser(login).post("/process-instances/search", {}).json
    assert found["page"]["total"] == 1


def test_lists_counts_and_ledgers_leak_nothing(case_site: Site) -> None:
    stranger = case_site.browser("wood2")
    searched = ("/process-instances", "/user-tasks", "/ledgers/problem/rows")
    for path in (f"{one}/search" for one in searched):
        found = stranger.post(path, {}).json
        assert (found["items"], found["page"]["total"]) == ([], 0), path
    assert stranger.get("/statistics/cases").json == []
    load = stranger.get("/process-definitions/3/statistics").json
    assert load == {"byStatus": {}, "nodes": []}


def test_a_viewer_is_no_handler(case_site: Site) -> None:
    answer = case_site.browser("head").post(
        "/user-tasks/1/completion", {"outcome": "send", "expectedVersion": 1}
    )
    assert (answer.status_code, answer.json["code"]) == (403, "not-entitled")


def test_only_the_declared_roles_may_start(site: Site) -> None:
    body = {"processDefinitionKey": "tiny_case", "variables": {"station": "S1", "what": "x"}}
    assert site.browser("wood1").post("/process-instances", body).status_code == 403
    assert site.browser("field1").post("/process-instances", body).status_code == 201


@pytest.mark.parametrize("login", ["field1", "owner", "scheduler"])
def test_every_post_that_changes_something_asks_for_a_key(site: Site, login: str) -> None:
    asked = 0
    for method, path, _ in routes(site):
        if method != "POST" or path.endswith(LOOKS):
            continue
        answer = site.browser(login).call(
            method, filled(path), body_of(method, path), Idempotency_Key="-"
        )
        assert answer.status_code in (400, 403), f"{path}: {answer.status_code} {answer.text}"
        asked += answer.status_code == 400
    assert asked >= 8
