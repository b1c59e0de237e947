"""The administrator's rooms: records with dates, people and passwords, empty seats."""

import html
import re
from datetime import timedelta
from typing import Any

from tests.support.site import API, Browser, Site

STATIONS = "/admin/organisation/tiny/station"
RECORD = "/organisation/tiny/station/records/S1"
FIRST = "Erste-Parole-1"


def page(browser: Browser, path: str) -> str:
    answer = browser.client.get(path)
    assert answer.status_code == 200, answer.text
    return html.unescape(answer.text)


def submit(browser: Browser, path: str, status: int = 303, **fields: Any) -> str:
    """Send a plain form of the page and give what is shown then."""
    browser.acts += 1
    sent = {"csrf_token": browser.csrf, "submission_id": f"form-{browser.acts:012}", **fields}
    answer = browser.client.post(path, data=sent)
    assert answer.status_code == status, answer.text
    shown = browser.client.get(answer.headers["Location"]) if status == 303 else answer
    return html.unescape(shown.text)


def cells(**columns: str) -> dict[str, str]:
    """Give the fields of a record's form."""
    return {f"c.{name}": text for name, text in columns.items()}


def test_an_administrator_keeps_records_in_the_browser(site: Site) -> None:
    admin = site.browser("admin")
    assert "管护站" in page(admin, "/admin")
    shown = page(admin, f"{STATIONS}?text=清水")
    assert ("清水保护地" in shown, "高山保护地" in shown) == (True, False)
    assert "没有符合条件的记录" in page(admin, f"{STATIONS}?text=无此")
    by_name = page(admin, f"{STATIONS}?sort=-code")
    assert by_name.index("高山保护地") < by_name.index("清水保护地")

    record = f"{STATIONS}/record/S1"
    dated = {"c.name": "清水湖", "valid_from": "2025-08-01", "note": "更名"}
    told = submit(admin, record, **dated, version="0")
    assert "2025-08-01 至 长期" in told
    assert "名称：清水保护地 → 清水湖" in told
    assert "2025-08-01 有变" in page(admin, STATIONS)
    stale = submit(admin, record, 422, **{"c.name": "别的"}, version="0")
    assert "没有保存" in stale
    version = re.search(r'name="version" value="(\d+)"', told)
    assert version is not None
    assert "已撤销" in submit(admin, f"{record}/undo", version=version[1])
    fresh = submit(admin, f"{STATIONS}/new", **cells(code="S3", name="新湿地", county="990102"))
    assert "新湿地" in fresh
    assert "没有保存" in submit(admin, f"{STATIONS}/new", 422, **cells(code="S4", name=""))
    last = {"op": "end", "valid_from": "2025-07-01", "version": "0"}
    ended = submit(admin, f"{STATIONS}/record/S2", **last)
    assert "今日不在有效期内" in ended
    assert "高山保护地" in page(admin, f"{STATIONS}?standing=ended")


def test_tables_go_out_and_come_in_with_a_receipt(site: Site) -> None:
    admin = site.browser("admin")
    table = admin.client.get(f"{STATIONS}/table").text
    assert table.splitlines()[1:] == ["S1,清水保护地,990101", "S2,高山保护地,990102"]

    rows = "code,name,county\nS5,石河,990101\nS6,,990101\n"
    tried = submit(admin, f"{STATIONS}/import", 200, rows=rows, **{"try": "1"})
    assert ("只是检查" in tried, "石河" in page(admin, STATIONS)) == (True, False)
    assert "改正后再导入" in tried  # what was pasted is still there
    assert "S6,,990101" in tried
    changed = {"rows": "code,name\nS1,清水\n", "try": "1"}
    tried = submit(admin, f"{STATIONS}/import", 200, **changed)
    assert "名称：清水保护地 → 清水" in tried
    told = submit(admin, f"{STATIONS}/import", 200, rows=rows)
    assert "新增 1 行，修改 0 行，相同 0 行，拒绝 1 行" in told
    assert "名称不能为空" in told


def test_codes_are_shown_by_name_and_entered_from_lists(site: Site) -> None:
    admin, units = site.browser("admin"), "/admin/organisation/tiny/unit"
    shown = page(admin, f"{units}?text=水务部门")  # found by the name of its role
    assert "试验省小样 › " not in shown.split("<h1>")[1]
    assert "› 试验省小样</div><h1>单位" in shown
    row = shown[shown.index("甲县水务局") :]
    for code, name in (("990101", "甲县"), ("WATER", "水务部门"), ("county", "县级")):
        assert f'<span title="{code}">{name}</span>' in row
    assert "高山管护站" not in shown
    form = page(admin, f"{units}/record/U-WATER-1")
    assert 'value="WATER" checked' in form
    assert 'value="WOOD" checked' not in form
    ticked = {"c.roles": ["", "WATER", "WOOD"], "version": "0"}
    told = submit(admin, f"{units}/record/U-WATER-1", **ticked)
    assert "角色：水务部门 → 水务部门、林草部门" in told

    wrong = cells(code="U-X", name="", level="town", region="99", roles="")
    told = submit(admin, f"{units}/new", 422, **wrong)
    for text in ("名称：名称不能为空", "级别：应为 province（省级）", "没有行政区划“99”"):
        assert text in told
    # A table with the headings and the words people use comes in as well.
    head = "编码,名称,级别,行政区划,角色\n"
    rows = f"{head}U-Y,丙局,县级,990102,HEAD\nU-Z,丁局,乡级,990102,HEAD\n"
    told = submit(admin, f"{units}/import", 200, rows=rows)
    assert "新增 1 行" in told
    assert "级别：应为 province（省级）" in told
    assert '<span title="county">县级</span>' in page(admin, f"{units}?text=U-Y")


def test_records_are_kept_through_the_api(site: Site) -> None:
    admin = site.browser("admin")
    kinds = {row["kind"]: row for row in admin.get("/organisation/kinds").json}
    assert (kinds["unit"]["rows"], kinds["role"]["rows"]) == (6, 4)
    body = {"cells": {"name": "清水湖"}, "validFrom": "2025-07-01"}
    assert admin.call("PUT", RECORD, body).json["code"] == "version-required"
    done = admin.call("PUT", RECORD, body, If_Match='"0"')
    assert done.status_code == 200, done.text
    held = admin.get(RECORD).json
    assert (held["cells"]["name"], held["version"]) == ("清水湖", done.json["version"])
    rows = site.browser("wood1").get("/registers/station/rows").json
    assert [row["label"] for row in rows] == ["清水湖", "高山保护地"]
    wrong = {"cells": {"colour": "绿"}}
    refused = admin.call("PUT", RECORD, wrong, If_Match=f'"{held["version"]}"')
    assert (refused.status_code, refused.json["errors"][0]["field"]) == (422, "colour")
    taken = admin.call("DELETE", f"{RECORD}/last-change", If_Match=f'"{held["version"]}"')
    assert taken.json["version"] == 0
    key = {"X-CSRF-Token": admin.csrf, "Idempotency-Key": "organisation-00001"}
    path = f"{API}/organisation/tiny/station/imports?name=x.yaml"
    sent = admin.client.post(path, data="- {code: S7, name: 石河}\n".encode(), headers=key)
    assert (sent.status_code, sent.json["added"]) == (200, 1)
    assert site.browser("scheduler").get("/organisation/kinds").status_code == 403


def test_a_first_password_is_changed_before_anything_else(site: Site) -> None:
    admin = site.browser("admin")
    new = {"login": "wang", "name": "王新", "unit": "U-WOOD-1", "duty": "clerk"}
    for weak in ("short-A1", "alllowercase", "Password-2025", "Wang-wang-12"):
        assert "没有保存" in submit(admin, "/admin/people", 422, **new, password=weak)
    assert "王新" in submit(admin, "/admin/people", **new, password=FIRST)
    person = site.anonymous()
    assert person.sign_in("wang", FIRST).json["mustChange"] is True
    assert person.client.get("/todo").headers["Location"] == "/me?renew=1"
    assert "请先修改密码" in page(person, "/me?renew=1")
    refused = person.post("/user-tasks/search")
    assert (refused.status_code, refused.json["code"]) == (403, "password-change")
    change = {"oldPassword": FIRST, "newPassword": FIRST}
    assert person.call("PUT", "/session/password", change).json["code"] == "weak-password"
    change["newPassword"] = "Zweite-Parole-2"
    assert person.call("PUT", "/session/password", change).status_code == 204
    assert person.post("/user-tasks/search").status_code == 200
    back = {"oldPassword": "Zweite-Parole-2", "newPassword": FIRST}
    answer = person.call("PUT", "/session/password", back)
    assert "最近 5 次" in answer.json["detail"]

    submit(admin, "/admin/people/wang/password", password="Dritte-Parole-3")
    assert person.get("/session").status_code == 401
    again = site.anonymous()
    assert again.sign_in("wang", "Dritte-Parole-3").json["mustChange"] is True


def test_what_is_stored_of_a_request_confirms_no_password(site: Site) -> None:
    admin = site.browser("admin")
    body = {"login": "wang", "name": "王新"}
    for path, method in (("/people", "POST"), ("/people/wang/password", "PUT")):
        key = {"Idempotency-Key": f"one-key-for-both{method}"}
        for password, replayed in ((FIRST, None), ("Zweite-Parole-2", "true")):
            sent = {**(body if method == "POST" else {}), "password": password}
            answer = admin.call(method, path, sent, **key)
            assert answer.status_code in (200, 201, 204), answer.text
            assert answer.headers.get("Idempotency-Replayed") == replayed


def test_an_old_password_is_changed_after_ninety_days(site: Site) -> None:
    person = site.browser("field1")
    change = {"oldPassword": "Correct-horse-9", "newPassword": "Better-horse-10"}
    assert person.call("PUT", "/session/password", change).status_code == 204
    site.machine.advance(timedelta(days=91))
    later = site.anonymous()
    later.sign_in("field1", "Better-horse-10")
    assert later.client.get("/todo").headers["Location"] == "/me?renew=1"


def test_a_leaver_gives_back_the_claims(site: Site) -> None:
    admin, case = site.browser("admin"), site.start()["instanceId"]
    task = site.open_task(case, "check")
    field = site.browser("field1")
    assert field.call("PUT", f"/user-tasks/{task['id']}/assignment", {}).status_code == 200
    shown = page(admin, "/admin/people/field1")
    assert "已认领未办 1 项" in shown
    post = re.search(r"/posts/(\d+)/end", shown)
    assert post is not None
    told = submit(admin, f"/admin/people/field1/posts/{post[1]}/end")
    assert ("已结束" in told, "已认领未办 0 项" in told) == (True, True)
    assert site.browser("field1").get("/session").json["posts"] == []
    assert "王一" in page(admin, "/admin/people?text=王一")
    assert "没有符合条件的人员" in page(admin, "/admin/people?unit=U-S1")


def test_an_empty_seat_is_filled_where_it_is_listed(site: Site) -> None:
    """乙县 has no water bureau: the round stops, is listed, and goes on once there is one."""
    admin = site.browser("admin")
    case = site.start(login="field2", station="S2")["instanceId"]
    assert site.complete("field2", case, "check", "send").status_code == 200
    shown = page(admin, "/admin/unfilled")
    assert "区划 990102 没有县级“水务部门”单位" in shown
    assert "登记单位：乙县 县级水务部门" in shown
    assert "堆土" not in shown  # an administrator reads no cases
    assert "堆土" in page(site.browser("scheduler"), "/admin/unfilled")
    assert "仍然没有符合条件的办理人" in submit(admin, "/admin/unfilled/retry")

    link = re.search(r'href="(/admin/organisation/tiny/unit/new\?[^"]+)"', shown)
    assert link is not None
    assert 'value="990102"' in page(admin, link[1])
    unit = {"code": "U-W2", "name": "乙县水务局", "level": "county", "region": "990102"}
    submit(admin, "/admin/organisation/tiny/unit/new", **cells(**unit, roles="WATER"))
    assert "乙县水务局（县级“水务部门”）没有在岗人员" in page(admin, "/admin/unfilled")
    told = submit(admin, "/admin/unfilled/appoint", unit="U-W2", login="water1")
    assert "席位已补齐" in told
    assert "没有空缺席位" in told
    seats = site.browser("scheduler").get(f"/user-tasks/{site.open_task(case, 'review')['id']}")
    assert [one["unitName"] for one in seats.json["seats"]] == ["乙县林草局", "乙县水务局"]


def test_the_work_of_a_unit_that_is_gone_goes_to_its_successor(site: Site) -> None:
    admin, units = site.browser("admin"), "/admin/organisation/tiny/unit"
    case = site.start()["instanceId"]
    assert site.complete("field1", case, "check", "send").status_code == 200
    assert "没有空缺席位" in page(admin, "/admin/unfilled")
    last = {"op": "end", "valid_from": "2025-07-01", "version": "0"}
    assert "该单位名下有 1 项待办" in page(admin, f"{units}/record/U-WOOD-1")
    submit(admin, f"{units}/record/U-WOOD-1", **last)
    shown = page(admin, "/admin/unfilled")
    assert "甲县林草局" in shown
    assert "单位已撤销　1 项待办" in shown
    assert site.browser("wood1").get("/session").json["posts"] == []

    def handed(status: int, **fields: str) -> str:
        return submit(admin, "/admin/unfilled/handover", status, **fields)

    way = {"gone": "U-WOOD-1", "reason": "机构改革"}
    assert "没有编码为“U-NO”的现行单位" in handed(422, **way, unit="U-NO")
    assert "请写明移交的依据" in handed(422, gone="U-WOOD-1", unit="U-WOOD-2")
    assert "没有无人办理的席位" in handed(422, gone="U-WOOD-2", unit="U-HEAD", reason="借用")
    told = handed(303, **way, unit="U-WOOD-2")
    assert "席位已移交" in told
    assert "没有空缺席位" in told
    task = site.open_task(case, "review")
    seats = site.browser("scheduler").get(f"/user-tasks/{task['id']}").json["seats"]
    assert sorted(one["unitName"] for one in seats) == ["乙县林草局", "甲县水务局"]
    assert site.complete("wood2", case, "review", "pass").status_code == 200
    log = page(site.browser("wood2"), f"/case/{case}?tab=log")
    assert "席位移交" in log


def test_units_that_merge_have_one_voice_in_a_round_both_sat_in(site: Site) -> None:
    admin, units = site.browser("admin"), "/admin/organisation/tiny/unit"
    cases = [site.start()["instanceId"] for _ in range(2)]
    for case in cases:
        assert site.complete("field1", case, "check", "send").status_code == 200
    assert site.complete("water1", cases[0], "review", "pass").status_code == 200
    last = {"op": "end", "valid_from": "2025-07-01", "version": "0"}
    submit(admin, f"{units}/record/U-WOOD-1", **last)
    merged = {"gone": "U-WOOD-1", "unit": "U-WATER-1", "reason": "合并"}
    told = submit(admin, "/admin/unfilled/handover", **merged)
    assert "没有空缺席位" in told
    ended = []
    # The first had spoken for itself: nothing is missing any more. The second decides alone.
    for case in cases:
        log = page(site.browser("scheduler"), f"/case/{case}?tab=log")
        assert "席位移交" in log
        ended.append("两部门审核" in log and log.count("本轮结论") == 2)
    assert ended == [True, False]
    assert site.complete("water1", cases[1], "review", "pass").status_code == 200
    assert page(site.browser("scheduler"), f"/case/{cases[1]}?tab=log").count("本轮结论") == 2


def test_a_unit_everybody_left_is_listed_with_its_work(site: Site) -> None:
    admin, case = site.browser("admin"), site.start()["instanceId"]
    shown = page(admin, "/admin/people/field1")
    post = re.search(r"/posts/(\d+)/end", shown)
    assert post is not None
    submit(admin, f"/admin/people/field1/posts/{post[1]}/end")
    shown = page(admin, "/admin/unfilled")
    assert "没有在岗人员　1 项待办" in shown
    told = submit(admin, "/admin/unfilled/appoint", unit="U-S1", login="field2")
    assert "已任职，该单位的待办由其办理" in told
    assert "没有空缺席位" in told
    assert site.complete("field2", case, "check", "send").status_code == 200
