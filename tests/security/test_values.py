"""Values nobody means to send: refused with a word, never a defect."""

import json
import re

import pytest

from tests.security.surface import addresses
from tests.support.places import filled
from tests.support.site import API, Site
from web.limits import DEPTH, INTEGER, bounded, broken

HUGE = "1" + "0" * 40
VALUES = {
    "nul": '"a\\u0000b"',
    "half a character": '"\\ud800"',
    "beyond 64 bits": HUGE,
    "an endless exponent": "1e999999999",
    "a vanishing exponent": "1e-999999999",
    "beyond a float": "1e400",
    "a deep list": "[" * 900 + "1" + "]" * 900,
    "a deep map": '{"a":' * 500 + "1" + "}" * 500,
    "a map": '{"$like":"%"}',
    "a list": '[{"a":[null]}]',
    "nothing": "null",
    "not a number": "NaN",
}
REASON = "够十个字的理由写在这里"
START = {"station": "S1", "what": "x", "area": 1, "found_on": "2025-07-01"}
# (login, method, path, body with every place an attacker would fill)
ACTS = [
    ("field1", "POST", "/user-tasks/1/completion", {"expectedVersion": 99, "data": {}}),
    ("field1", "PUT", "/user-tasks/1/draft", {"data": {"what": "x"}}),
    ("field1", "POST", "/user-tasks/1/return", {"target": "check", "reason": REASON}),
    ("field1", "POST", "/user-tasks/1/next-handlers", {"data": {"what": "x"}, "outcome": "x"}),
    ("scheduler", "POST", "/messages/correlation", {
        "name": "x", "correlationKeys": {"key": "x"}, "variables": {"a": "x"},
        "instanceId": 1, "timeToLive": "P1D", "messageId": "x",
    }),
    ("scheduler", "POST", "/messages/publication", {
        "name": "x", "correlationKeys": {"key": "x"}, "timeToLive": "P1D",
    }),
    ("scheduler", "POST", "/clock", {"to": "2025-12-01T00:00:00+08:00", "reason": "x"}),
    ("field1", "POST", "/decisions/evaluation", {
        "decision": "x", "application": "tiny", "version": 1, "variables": {"a": "x"},
    }),
    ("field1", "POST", "/session", {"login": "nobody-here", "password": "x"}),
    ("owner", "POST", "/deployments", {"application": "tiny", "files": {"a.md": "x"}}),
]  # fmt: skip
LISTS = [
    ("/user-tasks/search", ("state", "id", "caseId", "dueAt", "processKey")),
    ("/process-instances/search", ("state", "id", "year", "region", "fields")),
    ("/ledgers/problem/rows/search", ("area", "county", "text")),
    ("/jobs/search", ("kind", "caseId", "dueAt")),
    ("/incidents/search", ("state", "caseId")),
    ("/process-definitions/search", ("latest", "application")),
    ("/deployments/search", ("application",)),
    ("/messages/search", ("state",)),
]


def raw(site: Site, login: str, method: str, path: str, body: str) -> int:
    browser = site.browser(login)
    browser.acts += 1
    answer = browser.client.open(
        API + path,
        method=method,
        data=body,
        content_type="application/json",
        headers={
            "X-CSRF-Token": browser.csrf,
            "Idempotency-Key": f"values-key-{browser.acts:010}",
            "If-Match": '"0"',
        },
    )
    return answer.status_code


def placed(body: object, value: str) -> str:
    return json.dumps(body).replace('"@"', value)


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_no_act_breaks_on_a_hostile_value(site: Site, value: str) -> None:
    site.start()
    for login, method, path, body in ACTS:
        for key, held in body.items():
            places = [{**body, key: "@"}]
            if isinstance(held, dict):
                places += [{**body, key: {**held, name: "@"}} for name in (*held, "x")]
            for one in places:
                status = raw(site, login, method, path, placed(one, value))
                assert status < 500, f"{method} {path} {key}: {status}"
    for name in START:
        body = {"processDefinitionKey": "tiny_case", "variables": {**START, name: "@"}}
        status = raw(site, "field1", "POST", "/process-instances", placed(body, value))
        assert status < 500, f"start {name}: {status}"


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_no_list_breaks_on_a_hostile_filter(site: Site, value: str) -> None:
    for path, names in LISTS:
        bodies: list[object] = [{"sort": "@"}, {"sort": [{"field": "@", "order": "asc"}]}]
        bodies += [{"page": {"limit": "@"}}, {"page": {"after": "@"}}]
        for name in names:
            bodies += [{"filter": {name: "@"}}, {"filter": {name: {"$in": ["@"]}}}]
            bodies += [{"filter": {name: {op: "@"}}} for op in ("$gte", "$like", "$exists")]
        for body in bodies:
            status = raw(site, "scheduler", "POST", path, placed(body, value))
            assert status < 500, f"{path} {body}: {status}"


PLACES = ["9" * 30, str(INTEGER + 1), "%00", "a%0d%0ab", "..%2f", "%ff"]
TEXTS = ["%00", "%ff%fe", "'%22%3e%3cscript%3e", "9" * 400, "%F0%9F", "%C2%B2"]
NAMES = (
    *("q", "state", "after", "sort", "unit", "year", "before", "told", "path"),
    *("page", "limit", "on", "from", "to", "at", "tab"),
)


@pytest.mark.parametrize("place", PLACES)
def test_no_address_breaks_on_a_hostile_place(site: Site, place: str) -> None:
    for method, path, may in addresses(site):
        if "<" not in path or method != "GET":
            continue
        login = "owner" if may == "owner" else "scheduler"
        answer = site.browser(login).client.get(re.sub(r"<[^>]+>", place, path))
        assert answer.status_code < 500, f"{path}: {answer.status_code}"
        answer.close()


@pytest.mark.parametrize(
    "turn", [0, 3, *(pytest.param(turn, marks=pytest.mark.long) for turn in (1, 2, 4, 5))]
)
def test_no_page_breaks_on_a_hostile_query(site: Site, turn: int) -> None:
    """Send all texts to every page, each under other names; after six turns under all."""
    texts = [TEXTS[(place + turn) % len(TEXTS)] for place in range(len(NAMES))]
    query = "&".join(map("=".join, zip(NAMES, texts, strict=True)))
    site.start()
    for method, path, may in addresses(site):
        if method == "GET":
            login = "owner" if may == "owner" else "scheduler"
            answer = site.browser(login).client.get(f"{filled(path)}?{query}")
            assert answer.status_code < 500, f"{path}: {answer.status_code}"
            assert b"><script>" not in answer.data
            answer.close()


def test_a_number_beyond_64_bits_is_kept_and_shown(site: Site) -> None:
    long = 10**30
    case = site.start(area=long)
    shown = site.browser("scheduler").get(f"/process-instances/{case['instanceId']}/variables")
    assert shown.status_code == 200
    assert shown.json["area"] == long
    for path in (f"/process-instances/{case['instanceId']}", "/ledgers/problem/rows/search"):
        method = "POST" if path.endswith("search") else "GET"
        answer = site.browser("scheduler").call(method, path, {} if method == "POST" else None)
        assert answer.status_code == 200, answer.text
    page = site.browser("scheduler").client.get(f"/case/{case['number']}")
    assert page.status_code == 200


def test_the_limits_of_one_body() -> None:
    fits: object = 1
    for _ in range(DEPTH):
        fits = [fits]
    assert bounded(fits) == fits
    for bad in ([fits], "a\x00", {"\ud800": 1}, [10**400], {"a": ["x\udfff"]}):
        with pytest.raises(ValueError, match=r"deep|keep"):
            bounded(bad)
    assert not broken("𠮷田 emoji 😀 \n\t")


@pytest.mark.parametrize("body", ["[]", "1", '"x"', "null", '{"data":[]}', '{"opinion":{}}'])
def test_no_page_breaks_on_a_body_of_another_shape(site: Site, body: str) -> None:
    case = site.start()
    number = case["number"]
    task = site.open_task(case["instanceId"], "check")["id"]
    browser = site.browser("field1")
    for method, path in (
        ("POST", f"/case/{number}/task/{task}/completion"),
        ("POST", f"/case/{number}/task/{task}/return"),
        ("PUT", f"/case/{number}/task/{task}/draft"),
        ("POST", "/start/tiny_case/submit"),
    ):
        browser.acts += 1
        answer = browser.client.open(
            path,
            method=method,
            data=body,
            content_type="application/json",
            headers={"X-CSRF-Token": browser.csrf, "Idempotency-Key": f"k{browser.acts:019}"},
        )
        assert answer.status_code < 500, f"{path}: {answer.status_code}"


@pytest.mark.parametrize("year", ["0", "-1", "10000", "x", "9" * 30])
def test_a_year_is_a_year(site: Site, year: str) -> None:
    for path in ("/statistics/cases", "/campaigns/tiny/phases"):
        assert site.browser("field1").get(path, year=year).status_code == 422
