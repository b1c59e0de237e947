"""Forged forms and foreign things: refused, and nothing is written."""

from typing import Any

import pytest

from tests.security.surface import addresses
from tests.security.test_output import PNG, upload
from tests.support.places import filled
from tests.support.site import API, PASSWORD, Site

# Pages and routes that show or change one case.
OF_ONE_CASE = ("/case/", "/todo/<", "/api/v1/process-instances/<", "/api/v1/user-tasks/<")
COUNTY2 = {"station": "S2", "what": "另一县", "area": 1, "found_on": "2025-07-01"}

KEPT = {
    "completion": ("outcome", "expectedVersion"),
    "return": ("target", "reason"),
    "draft": ("data",),
    "next-handlers": (),
    "assignment": ("expectedVersion",),
    "reminders": (),
    "late-opinion": ("outcome", "opinion"),
    "clock-stop": ("reason",),
    "extension": ("reason", "until"),
    "vault-look": ("password",),
    "vault-requests": ("reason",),
    "decision": ("grant", "password"),
    "papers": ("seat",),
    "transfer": ("person",),
    "delegation": ("person",),
    "seats": ("reason",),
    "scans": ("files",),
    "recusals": ("reason",),
    "<int:recusal_id>": ("reason",),
}


@pytest.fixture
def two(site: Site) -> Site:
    """Give a case of county 1 (task 1) and one of county 2 (task 2)."""
    site.start()
    body = {"processDefinitionKey": "tiny_case", "variables": COUNTY2}
    answer = site.browser("field2").post("/process-instances", body)
    assert answer.status_code == 201, answer.text
    return site


@pytest.mark.parametrize("login", ["field2", "wood2", "nobody", "admin"])
def test_a_case_of_another_county_does_not_exist_on_any_page(two: Site, login: str) -> None:
    browser, asked = two.browser(login), 0
    for method, path, _ in addresses(two):
        if not path.startswith(OF_ONE_CASE):
            continue
        body: Any = {"data": {}, "target": "check", "reason": "够十个字的理由写在这里"}
        body |= {"outcome": "send", "expectedVersion": 1, "taskId": 1, "opinion": "x"}
        body |= {"cause": "补正", "until": "2099-01-01", "grant": True, "password": PASSWORD}
        body |= {"seat": 1, "seatId": 1, "person": "x", "files": ["x"]}
        if path.startswith(API):
            keep = KEPT | ({"next-handlers": ("taskId",)} if "instance" in path else {})
            names = keep.get(path.rsplit("/", 1)[1], ("reason", "expectedVersion"))
            names += ("seatId",) if path.endswith("/seats") and method == "DELETE" else ()
            names = () if path.endswith("/delegation") and method == "DELETE" else names
            names += ("cause",) if path.endswith("clock-stop") and method == "POST" else ()
            body = {name: body[name] for name in names}
        browser.acts += 1
        answer = browser.client.open(
            filled(path),
            method=method,
            json=None if method == "GET" else body,
            headers={
                "X-CSRF-Token": browser.csrf,
                "Idempotency-Key": f"foreign-{browser.acts:012}",
                "If-Match": '"0"',
            },
        )
        if "<definition_id>" in path or "definition" in path:
            continue
        assert answer.status_code == 404, f"{login} {method} {path}: {answer.status_code}"
        asked += 1
    assert asked > 20


def test_the_task_of_one_case_is_not_reached_through_another(two: Site) -> None:
    own = two.browser("field2").post("/process-instances/search", {}).json["items"]
    assert len(own) == 1
    answer = two.browser("field2").client.get(f"/case/{own[0]['number']}/task/1")
    assert answer.status_code == 404
    body = {"taskId": 1}
    asked = two.browser("field2").post(f"/process-instances/{own[0]['id']}/next-handlers", body)
    assert asked.status_code in (404, 422)


TAMPERED: list[dict[str, Any]] = [
    {"found_on": "2025-01-01"},  # on the form, not writable at this element
    {"station": "S2"},
    {"county": "990102"},  # computed
    {"extra": 1},
    {"outcome": "pass"},
    {"case_number": "TN-1"},
    {"starter": "wood2"},
    {"__class__": "x"},
    {"what": ""},
    {"what": "x" * 101},
    {"what": ["x"]},
    {"what": {"$dec": "1"}},
    {"area": -1},
    {"area": "1; DROP TABLE task"},
    {"area": True},
    {"area": 1.23},
]


@pytest.mark.parametrize("data", TAMPERED, ids=str)
def test_a_tampered_form_is_refused_and_nothing_is_written(
    site: Site, data: dict[str, Any]
) -> None:
    case = site.start()["instanceId"]
    overseer = site.browser("scheduler")
    before = overseer.get(f"/process-instances/{case}/variables").json
    answer = site.complete("field1", case, "check", "send", data=data)
    if answer.status_code == 200:  # a computed field may be sent, never changed
        assert data == {"county": "990102"}
        after = overseer.get(f"/process-instances/{case}/variables").json
        assert after["county"] == before["county"]
        return
    assert answer.status_code == 422, answer.text
    assert overseer.get(f"/process-instances/{case}/variables").json == before
    assert site.open_task(case, "check")["state"] == "open"


def test_an_outcome_of_another_element_and_a_stale_version_are_refused(site: Site) -> None:
    case = site.start()["instanceId"]
    task = site.open_task(case, "check")["id"]
    path = f"/user-tasks/{task}/completion"
    browser = site.browser("field1")
    for outcome in ("pass", "back", "", None, "SEND"):
        body = {"outcome": outcome, "expectedVersion": 1}
        assert browser.post(path, body).status_code == 422, outcome
    stale = browser.post(path, {"outcome": "send", "expectedVersion": 7})
    assert stale.status_code == 409
    assert browser.post(path, {"outcome": "send"}).status_code == 422
    foreign = browser.post(path, {"outcome": "send", "expectedVersion": 1, "unit": "U-WOOD-1"})
    assert foreign.status_code in (403, 404, 422)
    assert site.open_task(case, "check")["state"] == "open"


def test_a_file_of_another_case_or_person_cannot_be_taken(two: Site) -> None:
    theirs = upload(two.browser("field2"), "a.png", PNG).json["id"]
    for uid in (theirs, "nothing", "' OR 1=1 --", 1, None, {"a": 1}):
        photos = [{"attachmentId": uid, "name": "a.png"}]
        body = {"station": "S1", "what": "x", "found_on": "2025-07-01", "photos": photos}
        sent = {"processDefinitionKey": "tiny_case", "variables": body}
        answer = two.browser("field1").post("/process-instances", sent)
        assert answer.status_code == 422, f"{uid}: {answer.text}"
    for login in ("field1", "wood1", "nobody"):
        for place in ("", "/content"):
            found = two.browser(login).get(f"/attachments/{theirs}{place}")
            assert found.status_code == 404


def test_nobody_acts_for_a_unit_that_is_not_theirs(site: Site) -> None:
    body = {"processDefinitionKey": "tiny_case", "variables": {**COUNTY2}, "unit": "U-S2"}
    answer = site.browser("field1").post("/process-instances", body)
    assert answer.status_code in (403, 404, 422)
