"""A task form: typed facts reach the server once, refusals stand at their fields."""

import json
import re

import pytest

from tests.islands.site import FIXTURES, Answer, js, options, problem

pytestmark = pytest.mark.browser

DIVISIONS = [
    {"code": "360000", "name": "甲省", "parent": "", "names": ["甲省"]},
    {"code": "360600", "name": "乙市", "parent": "360000", "names": ["甲省", "乙市"]},
    {"code": "360681", "name": "丙县", "parent": "360600", "names": ["甲省", "乙市", "丙县"]},
]
PERSONS = [
    {"code": "u1", "name": "陈立", "note": "生态环境局"},
    {"code": "u2", "name": "赵敏", "note": "林业处"},
]
OUTCOMES = [
    {"value": "agree", "label": "同意", "action": "approve", "primary": True},
    {"value": "refuse", "label": "不同意", "action": "reject", "reasonMin": 10},
    {
        "value": "back",
        "label": "退回",
        "action": "return",
        "reasonMin": 5,
        "confirmLabel": "退回到管理机构",
    },
]


NUMBER = {
    "type": "textfield",
    "id": "given_no",
    "key": "given_no",
    "label": "登记号",
    "readonly": True,
    "conditional": {"hide": "=given_no = null"},
}

BASIS = {
    "type": "textfield",
    "id": "basis",
    "key": "basis",
    "label": "依据说明",
    "properties": {"requiredIf": 'kind = "A1" and list_no != null'},
}


def register(rows):
    def answer(call):
        query = {key: value[0] for key, value in call.query.items()}
        if "codes" in query:
            found = [row for row in rows if row["code"] in query["codes"].split(",")]
        elif "q" in query:
            found = [row for row in rows if query["q"] in row["name"]]
        else:
            found = [row for row in rows if row.get("parent", "") == query.get("parent", "")]
        return js({"items": found})

    return answer


def task_page(site, **extra):
    schema = json.loads((FIXTURES / "finding.form.json").read_text("utf-8"))
    schema["components"] += [NUMBER, BASIS]
    site.routes["GET", "/divisions"] = register(DIVISIONS)
    site.routes["GET", "/units"] = register(PERSONS)
    site.routes["GET", "/persons"] = register(PERSONS)
    site.routes["POST", "/act"] = lambda _: js({"location": "/done"})
    site.routes["PUT", "/draft"] = lambda _: js(
        {"savedAt": "2025-07-18T09:18:00+08:00"}, ETag='"2"'
    )
    site.routes["POST", "/files"] = lambda _: js(
        {"attachmentId": "at1", "sha256": "9f2c" * 16, "size": 3}
    )
    site.page("/done", "<h1>已办</h1>")
    settings = {
        "schema": schema,
        "data": {"title": "观景平台", "list_no": 3},
        "submitUrl": "/act",
        "draftUrl": "/draft",
        "draftEtag": '"1"',
        "uploadUrl": "/files",
        "expectedVersion": 7,
        "idempotencyKey": "key-1",
        "outcomes": OUTCOMES,
        "opinion": {"phrases": ["事实清楚，定性准确"]},
        "registers": {"divisions": "/divisions", "orgUnits": "/units", "persons": "/persons"},
        "actor": {"name": "陈立", "unit": "市生态环境局"},
        **extra,
    }
    site.page(
        "/task",
        '<main class="pgm"><div class="head"><h1>设区市审核</h1></div>'
        '<section class="card-s"><header><h2>问题处理表</h2></header><div class="bd">'
        f'<div data-island="formview"></div>{options(settings)}</div></section></main>'
        '<div class="bar" data-slot="bar"><button class="bt" type="button">转办</button></div>',
        policy="F",
        island="formview",
    )


def fill(page):
    page.locator(".fjs-form-field-select .fjs-input-group").click()
    page.locator(".fjs-dropdownlist-item", has_text="C1").click()
    page.locator("select[aria-label^='所在区划']").first.select_option("360000")
    page.locator("select[aria-label='所在区划 第 2 级']").select_option("360600")
    page.locator("select[aria-label='所在区划 第 3 级']").select_option("360681")
    page.get_by_label("核查人").fill("赵")
    page.locator(".sf-list li").first.click()
    page.set_input_files(
        "input[aria-label='为全景照片添加文件']",
        {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"abc"},
    )
    page.wait_for_selector(".evl .files li")


def test_a_form_is_submitted_with_its_version_key_and_own_types(site, watched):
    task_page(site)
    eye = watched()
    page = eye.open("/task")
    fill(page)
    assert page.get_by_label("登记号").count() == 0  # an empty text is null in conditions
    page.get_by_text("事实清楚，定性准确").click()
    page.wait_for_timeout(400)
    eye.shot("formview")
    page.get_by_role("button", name=re.compile("提交：同意")).click()
    page.wait_for_url("**/done")
    [call] = site.sent("POST", "/act")
    body = call.json
    assert call.headers["Idempotency-Key"] == "key-1"
    assert call.headers["X-Csrf-Token"] == "token-1"
    assert body["expectedVersion"] == 7
    assert body["outcome"] == "agree"
    assert body["opinion"] == "事实清楚，定性准确"
    assert body["data"]["place"] == {"code": "360681", "names": ["甲省", "乙市", "丙县"]}
    assert body["data"]["who"] == ["u2"]
    assert body["data"]["proof"][0]["attachmentId"] == "at1"
    assert body["data"]["proof"][0]["code"] == "E1"
    assert body["data"]["kind"] == "C1"
    assert "keyArea" not in body["data"] or body["data"]["keyArea"] is None
    [upload] = site.sent("POST", "/files")
    assert b'name="code"' in upload.body
    eye.clean()


def test_missing_facts_are_named_in_chinese_before_anything_is_sent(site, watched):
    task_page(site)
    eye = watched()
    page = eye.open("/task")
    page.get_by_label("问题名称").fill("")
    page.get_by_role("button", name=re.compile("提交：同意")).click()
    page.wait_for_selector(".errsum")
    text = page.inner_text(".errsum")
    eye.shot("formview-errors")
    assert "有 3 处需要改正" in text
    assert "问题名称：必须填写。" in text
    assert "缺 E1 全景照片，至少 1 件。" in text
    assert site.sent("POST", "/act") == []
    page.locator(".errsum a", has_text="问题名称").click()
    assert page.evaluate("document.activeElement.closest('.fjs-form-field') !== null")
    page.locator(".seg label", has_text="不同意").click()
    page.get_by_role("button", name=re.compile("提交：不同意")).click()
    page.wait_for_selector(".errsum:has-text('至少 10 字')")
    eye.clean()


def test_a_server_refusal_stands_at_the_field_and_the_typed_text_stays(site, watched):
    task_page(site)
    errors = [
        {"field": "area", "code": "max", "detail": "不能大于保护区面积。"},
        {"field": "rows", "row": 1, "column": "cost", "code": "x", "detail": "超过预算。"},
    ]
    site.routes["POST", "/act"] = lambda _: problem(
        422, "内容不符合要求", "请改正。", errors=errors
    )
    eye = watched()
    page = eye.open("/task")
    fill(page)
    page.get_by_label("面积（公顷）").fill("999")
    page.get_by_role("button", name="增加一行").click()
    page.get_by_label("措施 1").fill("拆除")
    page.locator("textarea").first.fill("意见留下")
    page.get_by_role("button", name=re.compile("提交：同意")).click()
    page.wait_for_selector(".errsum")
    eye.shot("formview-422")
    assert "面积（公顷）：不能大于保护区面积。" in page.inner_text(".errsum")
    assert "不能大于保护区面积。" in page.inner_text(".fjs-form-field-number")
    assert page.get_by_label("资金（万元） 1").get_attribute("title") == "超过预算。"
    assert page.locator("textarea").first.input_value() == "意见留下"
    page.get_by_role("button", name=re.compile("提交：同意")).click()
    page.wait_for_timeout(300)
    keys = [call.headers["Idempotency-Key"] for call in site.sent("POST", "/act")]
    assert len(set(keys)) == len(keys) == 2
    eye.clean("422")


def test_a_lost_answer_is_repeated_with_the_same_key(site, watched):
    task_page(site)
    eye = watched()
    page = eye.open("/task")
    fill(page)
    page.route("**/act", lambda route: route.abort())
    page.get_by_role("button", name=re.compile("提交：同意")).click()
    page.wait_for_selector(".toast-s:has-text('网络不通')")
    page.unroute("**/act")
    page.get_by_role("button", name=re.compile("提交：同意")).click()
    page.wait_for_url("**/done")
    assert site.sent("POST", "/act")[-1].headers["Idempotency-Key"] == "key-1"


def test_returning_needs_a_reason_and_skips_the_form(site, watched):
    task_page(site)
    eye = watched()
    page = eye.open("/task")
    page.get_by_role("button", name="退回", exact=True).click()
    act = page.get_by_role("button", name="退回到管理机构")
    assert act.is_disabled()
    page.locator("dialog textarea").fill("照片位置不符")
    eye.shot("formview-return")
    act.click()
    page.wait_for_url("**/done")
    [call] = site.sent("POST", "/act")
    assert call.json["outcome"] == "back"
    assert call.json["opinion"] == "照片位置不符"
    eye.clean()


def test_a_draft_is_kept_with_its_version_and_shows_what_is_computed(site, watched):
    task_page(site)
    answer = {"savedAt": "2025-07-18T09:18:00+08:00", "computed": {"given_no": "DJ-7"}}
    site.routes["PUT", "/draft"] = lambda _: js(answer, ETag='"2"')
    eye = watched()
    page = eye.open("/task")
    page.get_by_label("问题名称").fill("观景平台二期")
    page.keyboard.press("Tab")
    page.keyboard.press("Control+s")
    page.wait_for_selector("[data-slot='draft-state']:has-text('草稿已保存 09:18')")
    [call] = site.sent("PUT", "/draft")
    assert call.headers["If-Match"] == '"1"'
    assert call.json["data"]["title"] == "观景平台二期"
    assert page.get_by_label("登记号").input_value() == "DJ-7"
    assert page.get_by_label("问题名称").input_value() == "观景平台二期"
    eye.clean()


def test_cells_pasted_from_a_spreadsheet_fill_the_grid(site, watched):
    task_page(site)
    eye = watched()
    page = eye.open("/task")
    page.get_by_role("button", name="增加一行").click()
    page.get_by_label("措施 1").focus()
    block = "\n".join(
        [
            "拆除平台\t12.5\t2025/9/1",
            "恢复植被\t不详\t2025-10-1",
            '"复查\n两次"\t0.1\t',
            "补种\t0.2\t2025年11月2日",
        ]
    )
    page.evaluate(
        """text => { const data = new DataTransfer(); data.setData('text/plain', text);
        document.activeElement.dispatchEvent(new ClipboardEvent('paste',
        { clipboardData: data, bubbles: true, cancelable: true })); }""",
        block,
    )
    page.wait_for_selector("[aria-label='措施 4']")
    eye.shot("formview-grid")
    assert page.get_by_label("措施 3").input_value().startswith("复查")
    assert page.get_by_label("期限 1").input_value() == "2025-09-01"
    assert page.get_by_label("期限 4").input_value() == "2025-11-02"
    assert page.get_by_label("资金（万元） 2").get_attribute("title") == "不是数"
    assert page.get_by_label("资金（万元） 2").input_value() == "不详"
    assert "12.8" in page.inner_text(".grw tfoot")
    eye.clean()


def test_the_calendar_is_chinese_and_the_condition_hides(site, watched):
    task_page(site)
    eye = watched()
    page = eye.open("/task")
    assert page.get_by_label("核心区说明").count() == 0
    basis = page.locator(".fjs-form-field", has=page.get_by_label("依据说明"))
    assert basis.locator(".fjs-asterix").count() == 0
    page.locator(".fjs-form-field-select .fjs-input-group").click()
    page.locator(".fjs-dropdownlist-item", has_text="A1").click()
    page.wait_for_selector("label:has-text('核心区说明')")
    basis.locator(".fjs-asterix").wait_for()  # required by a condition, which holds now
    assert basis.locator("input[required]").count() == 1
    page.locator(".bar .p").click()  # the browser asks for the rest; this the server judges
    page.wait_for_selector(".errsum")
    assert "依据说明" not in page.inner_text(".errsum")
    page.get_by_label("发现日期").click()
    page.wait_for_selector(".flatpickr-calendar.open")
    eye.shot("formview-date")
    assert "周一" in page.inner_text(".flatpickr-calendar.open .flatpickr-weekdays")
    eye.clean()


def test_the_form_fits_a_phone_and_confirming_a_candidate_does_not_submit(site, watched):
    task_page(site)
    eye = watched(375, 812)
    page = eye.open("/task")
    eye.shot("formview-m")
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    page.locator("textarea").first.focus()
    page.evaluate(
        """() => document.activeElement.dispatchEvent(new KeyboardEvent('keydown',
        { key: 'Enter', ctrlKey: true, isComposing: true, bubbles: true }))"""
    )
    page.wait_for_timeout(200)
    assert page.locator("dialog[open]").count() == 0
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("dialog[open]")
    assert site.sent("POST", "/act") == []


def test_an_expired_session_keeps_the_form(site, watched):
    task_page(site)
    tries = []

    def act(_call):
        tries.append(1)
        if len(tries) == 1:
            return problem(401, "登录已失效", "请重新登录。")
        return Answer(200, b'{"location": "/done"}')

    site.routes["POST", "/act"] = act
    eye = watched()
    page = eye.open("/task")
    fill(page)
    page.get_by_role("button", name=re.compile("提交：同意")).click()
    page.wait_for_selector("dialog[open]:has-text('登录已失效')")
    page.get_by_role("button", name="已登录，继续").click()
    page.wait_for_url("**/done")
    assert site.sent("POST", "/act")[1].headers["Idempotency-Key"] == "key-1"


def test_the_loser_of_a_race_keeps_the_opinion_and_learns_who_was_first(site, watched):
    task_page(site, caseUrl="/case/GX-1")
    detail = "张三（市水务局）已于 10:32 办理，结果：同意。"
    site.routes["POST", "/act"] = lambda _: problem(409, "席位已办理", detail)
    eye = watched()
    page = eye.open("/task")
    fill(page)
    page.locator("textarea").first.fill("我的话")
    page.get_by_role("button", name=re.compile("提交：同意")).click()
    page.wait_for_selector(".errsum")
    assert detail in page.inner_text(".errsum")
    assert (
        page.get_by_role("link", name="在新标签页查看最新状态").get_attribute("href")
        == "/case/GX-1"
    )
    assert page.locator("textarea").first.input_value() == "我的话"
    eye.clean("409")
