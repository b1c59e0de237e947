"""Searches: keyset pages, signed cursors, filters, declared fields."""

from typing import Any

import pytest

from tests.support.site import Site


@pytest.fixture
def many(site: Site) -> Site:
    for number in range(7):
        site.start(f"第{number}处", area=number, found_on=f"2025-07-0{number + 1}")
    return site


def all_pages(site: Site, path: str, body: dict[str, Any]) -> list[Any]:
    items: list[Any] = []
    after = None
    for _ in range(20):
        asked = {**body, "page": {"limit": 2, "after": after}}
        answer = site.browser("scheduler").post(path, asked)
        assert answer.status_code == 200, answer.text
        items += answer.json["items"]
        after = answer.json["page"]["endCursor"]
        if after is None:
            return items
    raise AssertionError("no end")


def test_pages_show_every_row_once_in_order(many: Site) -> None:
    sort = [{"field": "title", "order": "asc"}]
    items = all_pages(many, "/process-instances/search", {"sort": sort})
    assert [row["title"] for row in items] == [f"第{n}处" for n in range(7)]
    sort = [{"field": "startedAt", "order": "desc"}]
    items = all_pages(many, "/process-instances/search", {"sort": sort})
    assert [row["id"] for row in items] == [7, 6, 5, 4, 3, 2, 1]


def test_a_row_added_meanwhile_shifts_no_page(many: Site) -> None:
    browser, path = many.browser("scheduler"), "/process-instances/search"
    first = browser.post(path, {"page": {"limit": 3}}).json
    many.start("新来的")
    asked = {"page": {"limit": 3, "after": first["page"]["endCursor"]}}
    second = browser.post(path, asked).json
    assert [row["id"] for row in first["items"] + second["items"]] == [7, 6, 5, 4, 3, 2]


def test_a_changed_cursor_is_refused(many: Site) -> None:
    browser, path = many.browser("scheduler"), "/process-instances/search"
    cursor = browser.post(path, {"page": {"limit": 2}}).json["page"]["endCursor"]
    forged = cursor[:-2] + ("AA" if cursor[-2:] != "AA" else "BB")
    for bad in (forged, "x", "ä", cursor[:20]):
        answer = browser.post(path, {"page": {"limit": 2, "after": bad}})
        assert (answer.status_code, answer.json["code"]) == (422, "bad-cursor"), bad
    stolen = many.browser("owner").post(path, {"page": {"limit": 2, "after": cursor}})
    assert stolen.json["code"] == "bad-cursor"
    other_sort = {"page": {"limit": 2, "after": cursor}, "sort": [{"field": "title"}]}
    assert browser.post(path, other_sort).status_code == 422


@pytest.mark.parametrize("limit", [0, 201, -1])
def test_the_limit_of_a_page_is_bounded(many: Site, limit: int) -> None:
    answer = many.browser("scheduler").post("/jobs/search", {"page": {"limit": limit}})
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == "page.limit"


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"title": "第3处"}, [3]),
        ({"title": {"$like": "第*处"}, "fields": {"area": {"$gt": 4}}}, [5, 6]),
        ({"fields": {"area": {"$in": [1, 2]}}}, [1, 2]),
        ({"fields": {"found_on": {"$lte": "2025-07-02"}}}, [0, 1]),
        ({"region": {"$like": "9901*"}, "fields": {"area": 0}}, [0]),
        ({"status": "ACTIVE", "fields": {"area": {"$gte": 6}}}, [6]),
        ({"year": {"$neq": 2025}}, []),
        ({"endedAt": {"$exists": False}, "fields": {"area": {"$lt": 1}}}, [0]),
        ({"startedAt": {"$gt": "2025-07-18T09:00:00+08:00"}}, []),
        ({"title": {"$like": "100%"}}, []),
    ],
)
def test_filters_find_exactly_their_rows(
    many: Site, wanted: dict[str, Any], expected: list[int]
) -> None:
    items = all_pages(many, "/process-instances/search", {"filter": wanted})
    assert sorted(row["title"] for row in items) == [f"第{n}处" for n in expected]


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"secret": 1}, "processKey"),
        ({"fields": {"secret": 1}}, "area"),
        ({"title": {"$regex": "x"}}, "$like"),
        ({"year": "two thousand"}, "year"),
        ({"startedAt": "2025-07-18T09:00:00"}, "started_at"),
        ({"title": {"$in": "x"}}, "title"),
        ({"fields": 3}, "fields"),
    ],
)
def test_what_is_not_declared_is_refused_by_name(
    many: Site, wanted: dict[str, Any], words: str
) -> None:
    answer = many.browser("scheduler").post("/process-instances/search", {"filter": wanted})
    assert answer.status_code == 422
    assert words in answer.json["detail"]


def test_an_unknown_sort_field_is_refused(many: Site) -> None:
    body = {"sort": [{"field": "secret"}]}
    answer = many.browser("scheduler").post("/process-instances/search", body)
    assert (answer.status_code, answer.json["code"]) == (422, "unknown-field")


def test_tasks_are_found_by_seat(many: Site) -> None:
    path = "/user-tasks/search"
    mine = many.browser("field1").post(path, {"filter": {"mine": True}}).json
    assert mine["page"]["total"] == 7
    theirs = many.browser("head").post(path, {"filter": {"mine": True}}).json
    assert theirs["page"]["total"] == 0
    unit = many.browser("head").post(path, {"filter": {"unit": "U-S1", "state": "OPEN"}}).json
    assert unit["page"]["total"] == 7
    role = many.browser("head").post(path, {"filter": {"role": {"$in": ["WATER"]}}}).json
    assert role["page"]["total"] == 0


def test_a_ledger_shows_values_and_words(many: Site) -> None:
    path = "/ledgers/problem/rows/search"
    body = {"filter": {"area": {"$gte": 5}}, "sort": [{"field": "area", "order": "desc"}]}
    rows = many.browser("head").post(path, body).json["items"]
    assert [row["values"]["area"] for row in rows] == [6, 5]
    assert rows[0]["texts"]["county"] == "甲县"
    assert rows[0]["texts"]["found_on"] == "2025-07-07"
    assert rows[0]["values"]["what"] == "第6处"
    text = many.browser("head").post(path, {"filter": {"text": "第2"}}).json["items"]
    assert [row["values"]["title"] for row in text] == ["第2处"]
    for said in ("清水保护地", {"$like": "清水*"}, "S1"):  # labels are as good as codes
        named = many.browser("head").post(path, {"filter": {"post": said}}).json["items"]
        assert {row["texts"]["post"] for row in named} == {"清水保护地"}, said
        assert (len(named), named[0]["values"]["post"]) == (7, "S1")
    for said in ("清水保护地二", {"$in": ["无"]}):
        none = many.browser("head").post(path, {"filter": {"post": said}}).json
        assert none["page"]["total"] == 0
    found = many.browser("head").post(path, {"filter": {"text": "清水"}}).json
    assert found["page"]["total"] == 7
    refused = many.browser("head").post(path, {"filter": {"what": "x"}})
    assert refused.status_code == 422  # filled from a variable: not indexed, not searchable
    assert many.browser("head").post("/ledgers/none/rows/search", {}).status_code == 404


def test_figures_equal_the_rows_behind_them(many: Site) -> None:
    figures = many.browser("head").get("/statistics/cases", year=2025).json
    assert [(f["stateName"], f["count"]) for f in figures] == [("已登记", 7)]
    figure = figures[0]
    wanted = {"state": figure["stateName"], "region": figure["region"], "year": figure["year"]}
    found = many.browser("head").post("/process-instances/search", {"filter": wanted}).json
    assert found["page"]["total"] == figure["count"]


def test_a_ledger_page_offers_what_there_is_and_keeps_ones_columns(many: Site) -> None:
    client = many.browser("head").client
    page = client.get("/ledger/problem?q=处&status=已登记&sort=-area").text
    assert '<option value="已登记" selected>已登记（7）</option>' in page
    assert '<option value="S1">清水保护地</option>' in page  # a list of labels, not a code
    assert "查找：处 ×" in page
    assert "状态：已登记 ×" in page
    assert 'name="sort" value="-area"' in page  # filtering keeps the order
    assert "status=%E5%B7%B2%E7%99%BB%E8%AE%B0" in page.split("<thead>")[1].split("面积")[0]
    token = many.browser("head").csrf
    sent = {"csrf_token": token, "submission_id": "columns-sent-once"}
    sent |= {"back": "q=%E5%A4%84&x=1"}
    sent |= {"column": ["title", "area", "gone"]}
    answer = client.post("/ledger/problem/columns", data=sent)
    assert answer.location == "/ledger/problem?q=%E5%A4%84&told=columns"
    head = client.get("/ledger/problem").text.split("<thead>")[1].split("</thead>")[0]
    assert [label for label in ("编号", "问题", "面积", "时限") if label in head] == [
        "编号", "问题", "面积",
    ]  # fmt: skip
    lines = client.get("/ledger/problem/export.csv").text.splitlines()
    assert lines[0].endswith("编号,问题,面积")
    other = many.browser("wood1").client.get("/ledger/problem").text
    assert "时限" in other.split("<thead>")[1].split("</thead>")[0]
    sent |= {"submission_id": "columns-sent-twice", "all": "1"}
    client.post("/ledger/problem/columns", data=sent)
    assert "时限" in client.get("/ledger/problem").text.split("<thead>")[1]
