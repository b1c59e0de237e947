"""Every page: list keys, problems, counts, confirmation, one submit."""

import json

import pytest

from tests.islands.site import FIXTURES, Answer, problem

pytestmark = pytest.mark.browser

DUES = [("o", "超期 3 日"), ("w", "剩 1 日"), ("", "剩 9 日"), ("st", "停表：补正")]


def row(number, style, word):
    return (
        f'<tr id="r{number}"><td class="x">'
        f'<input type="checkbox" aria-label="选 {number}"></td>'
        f'<td class="no">GX-000{number}</td>'
        f'<td class="t"><a href="/case/{number}">观景平台扩建{number}</a></td>'
        '<td>设区市审核</td><td class="d"><time>07-31</time></td>'
        f'<td><span class="due {style}">{word}</span></td></tr>'
    )


ROWS = "".join(row(number, *due) for number, due in enumerate(DUES, 1))
TODO = (FIXTURES / "todo.html").read_text("utf-8").replace("{rows}", ROWS)


def test_rows_are_walked_and_opened_by_keyboard(site, watched):
    site.page("/todo", TODO)
    site.page("/case/2", "<h1>案件</h1>")
    eye = watched()
    page = eye.open("/todo")
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert page.locator("tr.cur").get_attribute("id") == "r2"
    page.keyboard.press("x")
    assert page.locator("tr.sel").count() == 1
    assert page.inner_text("[data-bulk]") == "已选 1 件"
    eye.shot("todo")
    page.keyboard.press("Shift+?")
    page.wait_for_selector("dialog[open] .keys")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    page.wait_for_url("**/case/2")
    eye.clean()


def test_keys_are_off_while_typing_and_the_search_waits_for_the_input_method(site, watched):
    site.page("/todo", TODO)
    asked = []

    def find(call):
        asked.append(call.query["q"][0])
        return Answer(200, b"<tr><td></td><td>one</td></tr>", "text/html")

    site.routes["GET", "/find"] = find
    eye = watched()
    page = eye.open("/todo")
    page.keyboard.press("/")
    page.keyboard.type("jx")
    assert page.locator("tr.cur").count() == 0
    page.wait_for_selector("#rows:has-text('one')")
    assert asked == ["jx"]
    page.evaluate(
        """() => { const box = document.querySelector('[data-search]'); box.value = 'guan';
        box.dispatchEvent(new InputEvent('input', { bubbles: true, isComposing: true })); }"""
    )
    page.wait_for_timeout(400)
    assert asked == ["jx"]
    page.evaluate(
        """() => { const box = document.querySelector('[data-search]'); box.value = '观景';
        box.dispatchEvent(new CompositionEvent('compositionend', { bubbles: true })); }"""
    )
    page.wait_for_timeout(500)
    assert asked == ["jx", "观景"]
    eye.clean()


def test_a_list_becomes_two_line_rows_on_a_phone(site, watched):
    site.page("/todo", TODO)
    eye = watched(375, 812)
    page = eye.open("/todo")
    eye.shot("todo-m")
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    assert page.locator("#r1").bounding_box()["height"] >= 64


ACT = (FIXTURES / "act.html").read_text("utf-8")


def test_a_destructive_act_asks_first_and_is_sent_once(site, watched):
    site.page("/page", ACT.replace("{more}", ""))
    site.routes["POST", "/act"] = lambda _: Answer(
        200, b"<body data-ready='1'>done</body>", "text/html"
    )
    eye = watched()
    page = eye.open("/page")
    page.get_by_role("button", name="同意上报").click()
    assert page.inner_text("#n") == "4 字，至少 5 字"
    page.locator("#reason").fill("𠮷野家五字")
    assert page.inner_text("#n") == "5 字，至少 5 字"
    page.get_by_role("button", name="退回到管理机构").click()
    page.wait_for_selector("dialog[open]")
    assert page.evaluate("document.activeElement.textContent") == "取消"
    page.keyboard.press("Escape")
    assert site.sent("POST", "/act") == []
    page.get_by_role("button", name="退回到管理机构").click()
    page.locator("dialog").get_by_role("button", name="退回到管理机构").click()
    page.wait_for_selector("text=done")
    assert len(site.sent("POST", "/act")) == 1
    eye.clean()


def test_a_problem_becomes_a_toast_with_a_number_and_marks_the_field(site, watched):
    site.page(
        "/page",
        ACT.replace("{more}", 'hx-post="/act"').replace('data-confirm="三份意见将失效。"', ""),
    )
    site.routes["POST", "/act"] = lambda _: problem(
        422,
        "内容不符合要求",
        "请改正。",
        requestId="01JA7Q2M",
        errors=[{"field": "reason", "detail": "至少 5 字。"}],
    )
    eye = watched()
    page = eye.open("/page")
    page.locator("#reason").fill("短")
    page.get_by_role("button", name="退回到管理机构").click()
    page.wait_for_selector(".toast-s")
    eye.shot("toast")
    text = page.inner_text(".toast-s")
    assert "内容不符合要求" in text
    assert "01JA7Q2M" in text
    assert page.get_attribute("#reason", "aria-invalid") == "true"
    assert page.evaluate("document.activeElement.id") == "reason"
    assert page.input_value("#reason") == "短"
    assert site.calls[0].headers["X-Csrf-Token"] == "token-1"
    eye.clean("422")


def test_nothing_of_a_case_is_kept_in_the_browser(site, watched):
    site.page("/todo", TODO)
    eye = watched()
    page = eye.open("/todo")
    kept = page.evaluate("JSON.stringify({ ...localStorage, ...sessionStorage })")
    assert json.loads(kept) == {}


def test_the_print_style_hides_the_controls(site, watched):
    site.page("/todo", TODO)
    eye = watched()
    page = eye.open("/todo")
    page.emulate_media(media="print")
    assert not page.locator(".top").is_visible()
    assert not page.locator(".foot").is_visible()
    assert (
        page.evaluate("getComputedStyle(document.querySelector('thead')).display")
        == "table-header-group"
    )
