"""The working calendar through page and API: who may, what is refused, what is on record."""

from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.support.site import Browser, Site

YEAR = "date,is_workday,name\n2027-01-01,0,元旦\n2027-02-06,1,春节调休\n"


def put(browser: Browser, text: str, version: int | str = 0) -> TestResponse:
    browser.acts += 1
    return browser.client.put(
        "/api/v1/calendars/cn/entries",
        data=text.encode(),
        content_type="text/csv",
        headers={"X-CSRF-Token": browser.csrf, "If-Match": f'"{version}"'},
    )


def form(browser: Browser, path: str, **sent: Any) -> TestResponse:
    browser.acts += 1
    data = {"csrf_token": browser.csrf, "calendar": "cn", "version": "0", "year": "2027"}
    data["submission_id"] = f"submission-{browser.acts:08}"
    return browser.client.post(
        f"/ops/workdays{path}", data={**data, **sent}, headers={"Accept": "text/html"}
    )


def page(browser: Browser, address: str = "/ops/workdays") -> str:
    return browser.client.get(address, headers={"Accept": "text/html"}).text


def years(browser: Browser) -> dict[int, tuple[str, int]]:
    (head,) = browser.get("/calendars").json
    return {row["year"]: (row["source"], row["workingDays"]) for row in head["years"]}


def test_the_years_say_where_their_days_come_from(site: Site) -> None:
    found = years(site.browser("scheduler"))
    assert found[2024] == ("package", 251)
    assert found[2026] == ("package", 248)
    assert found[2027] == ("missing", 0)
    days = site.browser("scheduler").get("/calendars/cn/years/2026").json
    shown = {row["day"]: (row["working"], row["source"], row["name"]) for row in days}
    assert shown["2026-05-09"] == (True, "package", "劳动节")
    assert shown["2026-10-01"][:2] == (False, "package")
    assert shown["2026-03-02"] == (True, "week", "")


def test_a_year_is_entered_whole_and_taken_back(site: Site) -> None:
    chief = site.browser("scheduler")
    answer = put(chief, YEAR)
    assert answer.status_code == 200, answer.text
    assert answer.json == {"version": 1, "days": 2, "years": [2027]}
    assert answer.headers["ETag"] == '"1"'
    assert years(chief)[2027] == ("entered", 261)
    gone = chief.call("DELETE", "/calendars/cn/years/2027", If_Match='"1"')
    assert gone.status_code == 200, gone.text
    assert years(chief)[2027] == ("missing", 0)
    changes = chief.get("/calendars/cn/changes").json
    assert [(one["kind"], one["by"]) for one in changes] == [
        ("RemoveCalendarYear", "调度"),
        ("ImportCalendarDays", "调度"),
    ]
    assert changes[0]["removed"] == [2027]


def test_rows_of_a_known_year_change_their_days_only(site: Site) -> None:
    chief = site.browser("scheduler")
    assert put(chief, "date,is_workday,name\n2026-10-10,0,停工\n").json["years"] == []
    assert years(chief)[2026] == ("package", 247)
    again = put(chief, YEAR, 1)
    assert again.json == {"version": 2, "days": 2, "years": [2027]}
    replaced = put(chief, "date,is_workday,name\n2027-01-04,0,元旦\n", 2)
    assert replaced.json["days"] == 3  # the two rows of before are gone
    assert years(chief)[2026] == ("package", 247)


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("2027-13-01,0,元旦", "第 3 行 date"),
        ("2027-02-05,maybe,元旦", "第 3 行 is_workday"),
        ("2027-01-02,0,又是元旦", "第 3 行 date"),
        ("2027-02-05,0," + "长" * 41, "2027-02-05 name"),
        ("0017-02-05,0,古时", "0017-02-05 date"),
    ],
)
def test_a_wrong_row_is_named_and_nothing_is_entered(
    site: Site, row: str, field: str
) -> None:
    chief = site.browser("scheduler")
    answer = put(chief, f"date,is_workday,name\n2027-01-02,0,元旦\n{row}\n")
    assert answer.status_code == 422, answer.text
    assert [one["field"] for one in answer.json["errors"]] == [field]
    assert years(chief)[2027] == ("missing", 0)
    shown = form(chief, "/import", rows=f"date,is_workday,name\n2027-01-02,0,元旦\n{row}\n")
    assert shown.status_code == 422
    assert answer.json["errors"][0]["detail"] in shown.text
    assert row in shown.text  # the text is kept for correction


@pytest.mark.parametrize("text", ["", "date,is_workday,name\n", "日期,上班\n2027-01-01,0\n"])
def test_an_empty_or_headless_text_is_refused(site: Site, text: str) -> None:
    assert put(site.browser("scheduler"), text).status_code == 422


def test_a_file_in_another_encoding_says_what_to_do(site: Site) -> None:
    chief = site.browser("scheduler")
    answer = chief.client.put(
        "/api/v1/calendars/cn/entries",
        data=YEAR.encode("gbk"),
        headers={"X-CSRF-Token": chief.csrf, "If-Match": '"0"'},
    )
    assert "UTF-8" in answer.json["errors"][0]["detail"]


def test_a_single_day_needs_a_year_with_data(site: Site) -> None:
    chief = site.browser("scheduler")
    body = {"working": True, "name": "调休"}
    refused = chief.call("PUT", "/calendars/cn/days/2027-01-02", body, If_Match='"0"')
    assert refused.status_code == 422
    assert "请先录入整年" in refused.json["errors"][0]["detail"]
    taken = chief.call("PUT", "/calendars/cn/days/2026-10-11", body, If_Match='"0"')
    assert taken.status_code == 200, taken.text
    assert years(chief)[2026] == ("package", 249)
    back = chief.call("DELETE", "/calendars/cn/days/2026-10-11", If_Match='"1"')
    assert back.status_code == 200
    assert years(chief)[2026] == ("package", 248)


def test_two_people_do_not_overwrite_each_other(site: Site) -> None:
    chief, admin = site.browser("scheduler"), site.browser("admin")
    assert put(chief, YEAR).status_code == 200
    stale = put(admin, YEAR, 0)
    assert (stale.status_code, stale.json["code"]) == (412, "stale-document")
    body = {"working": True}
    missing = admin.call("PUT", "/calendars/cn/days/2026-10-11", body)
    assert missing.status_code == 428
    shown = form(admin, "/day", day="2026-10-11", working="1", version="0")
    assert shown.status_code == 422
    assert "没有保存" in shown.text


@pytest.mark.parametrize("login", ["owner", "field1", "nobody"])
def test_only_schedulers_and_administrators_change_it(site: Site, login: str) -> None:
    browser = site.browser(login)
    assert put(browser, YEAR).status_code == 403
    assert form(browser, "/import", rows=YEAR).status_code == 403
    assert form(browser, "/day", day="2026-10-11", working="1").status_code == 403
    assert form(browser, "/remove").status_code == 403
    assert years(site.browser("scheduler"))[2027] == ("missing", 0)


def test_the_page_shows_an_owner_the_days_without_forms(site: Site) -> None:
    text = page(site.browser("owner"), "/ops/workdays?year=2026")
    assert "劳动节" in text
    assert "检查并导入" not in text
    assert site.browser("nobody").client.get("/ops/workdays").status_code == 403


def test_a_form_without_its_token_changes_nothing(site: Site) -> None:
    chief = site.browser("scheduler")
    assert form(chief, "/import", rows=YEAR, csrf_token="x").status_code == 403
    assert years(chief)[2027] == ("missing", 0)


def test_a_second_click_enters_once(site: Site) -> None:
    chief = site.browser("scheduler")
    for _ in range(2):
        answer = form(chief, "/import", rows=YEAR, submission_id="the-same-click-0001")
        assert answer.status_code == 303, answer.text
    assert len(chief.get("/calendars/cn/changes").json) == 1


def test_the_page_marks_what_was_entered_and_by_whom(site: Site) -> None:
    chief = site.browser("scheduler")
    form(chief, "/import", rows=YEAR)
    text = page(chief, "/ops/workdays?year=2027")
    assert "2027-02-06　调休上班（春节调休）　来源：本地录入" in text
    assert "整年录入 2027 年" in text
    assert "缺少 2028 年工作日数据" in page(chief, "/ops/workdays?year=2028")


def test_names_are_shown_as_text(site: Site) -> None:
    chief = site.browser("scheduler")
    form(chief, "/import", rows="date,is_workday,name\n2027-01-01,0,<script>x</script>\n")
    assert "<script>x" not in page(chief, "/ops/workdays?year=2027")


def test_an_unknown_calendar_and_an_odd_address_are_answered_plainly(site: Site) -> None:
    chief = site.browser("scheduler")
    assert chief.get("/calendars/nowhere/years/2026").status_code == 404
    assert chief.get("/calendars/cn/years/99999").status_code == 404
    assert chief.call("PUT", "/calendars/cn/days/soon", {"working": True}).status_code == 422
    assert "工作日历" in page(chief, "/ops/workdays?year=abcd&day=x&calendar=zz")
