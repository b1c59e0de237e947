"""Decision tables and forms are edited, checked and saved like diagrams."""

import json
import re

import pytest

from tests.islands.site import file, js, options, problem

pytestmark = pytest.mark.browser


def studio(site, island, settings, extra=""):
    buttons = "".join(
        f'<button class="bt" type="button" data-act="{act}">{label}</button>'
        for act, label in [("undo", "撤销"), ("save", "保存")]
    )
    site.page(
        "/lib",
        '<section class="stu wide"><div class="tool"><b>设计</b>'
        '<span class="xs muted" data-slot="draft-state"></span>'
        f'<span class="ml"></span>{buttons}</div>'
        f'<div class="cv"><div data-island="{island}"></div>{options(settings)}</div></section>'
        f'<section class="card-s" data-slot="findings"></section>{extra}',
        policy="D",
        island=island,
    )


def dmn_page(site, **extra):
    site.routes["GET", "/t.dmn"] = file("type.dmn", etag='"3"')
    site.routes["PUT", "/t.dmn"] = lambda _: js(
        {"savedAt": "2025-07-18T10:31:00+08:00"}, ETag='"4"'
    )
    site.routes["POST", "/check"] = lambda _: js({"findings": []})
    site.routes["POST", "/try"] = lambda call: js(
        {"result": {"level": "重大"}, "matchedRules": ["r1"], "seen": call.json}
    )
    settings = {
        "xmlUrl": "/t.dmn",
        "saveUrl": "/t.dmn",
        "checkUrl": "/check",
        "testUrl": "/try",
        "testInputs": [
            {"name": "problemType", "label": "问题类型", "type": "string"},
            {"name": "area", "label": "面积", "type": "number"},
        ],
        **extra,
    }
    studio(site, "dmn", settings, '<section class="card-s" data-slot="tests"></section>')


def test_a_rule_cell_is_edited_and_saved(site, watched):
    dmn_page(site)
    eye = watched()
    page = eye.open("/lib")
    page.wait_for_selector(".tjs-table")
    eye.shot("dmn")
    page.locator("td[data-element-id='a2']").click()
    page.keyboard.press("Control+A")
    page.keyboard.type("> 2")
    page.keyboard.press("Escape")
    page.locator(".decision-table-name, .decision-table-properties").first.click()
    page.click('[data-act="save"]')
    page.wait_for_selector('[data-slot="draft-state"]:has-text("已保存")')
    [call] = site.sent("PUT", "/t.dmn")
    assert call.headers["If-Match"] == '"3"'
    text = call.body.decode()
    assert "&gt; 2" in text
    assert 'id="r1"' in text
    assert page.locator(
        ".dmn-js-parent .bjs-powered-by, .dmn-js-parent a[href*='bpmn.io']"
    ).first.is_visible()
    eye.translated()
    eye.clean()


def test_a_test_row_asks_the_engine_of_the_server(site, watched):
    dmn_page(site)
    eye = watched()
    page = eye.open("/lib")
    page.get_by_label("问题类型").last.fill("A1")
    page.get_by_label("面积").last.fill("2")
    page.get_by_role("button", name="试算").click()
    page.wait_for_selector("[data-slot='tests']:has-text('r1')")
    eye.shot("dmn-test")
    [call] = site.sent("POST", "/try")
    assert call.json == {"variables": {"problemType": "A1", "area": 2}}
    assert "重大" in page.inner_text("[data-slot='tests']")


def test_a_decision_graph_is_one_click_away(site, watched):
    dmn_page(site)
    eye = watched()
    page = eye.open("/lib")
    page.get_by_role("link", name="决策关系图").click()
    page.wait_for_selector('[data-element-id="severity"]')
    eye.shot("dmn-graph")
    titles = page.eval_on_selector_all(".djs-palette .entry", "all => all.map(e => e.title)")
    assert [title for title in titles if re.search("[A-Za-z]{3}", title)] == []
    eye.translated()


def form_page(site):
    site.routes["GET", "/f.json"] = file("finding.form.json", "application/json", '"5"')
    site.routes["PUT", "/f.json"] = lambda _: js({}, ETag='"6"')
    site.routes["POST", "/check"] = lambda _: js({"findings": []})
    studio(
        site, "formedit", {"schemaUrl": "/f.json", "saveUrl": "/f.json", "checkUrl": "/check"}
    )


def test_a_form_keeps_its_own_field_types_through_the_editor(site, watched):
    form_page(site)
    eye = watched(1440, 1000)
    page = eye.open("/lib")
    page.wait_for_selector(".fjs-palette-field")
    page.locator("[data-id='F_rows']").click()
    eye.shot("formedit")
    palette = page.inner_text(".fjs-palette-container")
    assert "明细表" in palette
    assert "区划" in palette
    assert not re.search(r"[A-Za-z]{4,}", palette), palette
    page.locator("[data-group-id='group-general'] .bio-properties-panel-group-header").click()
    eye.shot("formedit-panel")
    panel = page.inner_text(".fjs-properties-container, .fjs-editor-properties-container")
    assert "列" in panel
    page.click('[data-act="save"]')
    page.wait_for_selector('[data-slot="draft-state"]:has-text("已保存")')
    [call] = site.sent("PUT", "/f.json")
    saved = json.loads(call.body)
    rows = next(each for each in saved["components"] if each["id"] == "F_rows")
    assert [column["key"] for column in rows["columns"]] == ["what", "cost", "until"]
    assert call.headers["If-Match"] == '"5"'
    assert page.locator(".fjs-powered-by, a[href*='bpmn.io']").first.is_visible()
    eye.clean()


def test_columns_of_a_grid_are_edited_as_lines(site, watched):
    form_page(site)
    eye = watched(1440, 1000)
    page = eye.open("/lib")
    page.locator("[data-id='F_rows']").click()
    page.locator("[data-group-id='group-general'] .bio-properties-panel-group-header").click()
    area = page.locator("[data-entry-id='shouhu-columns'] textarea")
    area.fill("item|事项|string|必填\nsum|金额|number||合计")
    page.keyboard.press("Tab")
    page.click('[data-act="save"]')
    page.wait_for_selector('[data-slot="draft-state"]:has-text("已保存")')
    saved = json.loads(site.sent("PUT", "/f.json")[-1].body)
    rows = next(each for each in saved["components"] if each["id"] == "F_rows")
    assert rows["columns"] == [
        {"key": "item", "label": "事项", "type": "string", "required": True},
        {"key": "sum", "label": "金额", "type": "number", "sum": True},
    ]


def test_a_locked_draft_names_its_holder(site, watched):
    form_page(site)
    site.routes["PUT", "/f.json"] = lambda _: problem(423, "草稿被锁定", "田野正在编辑。")
    eye = watched(1440, 1000)
    page = eye.open("/lib")
    page.click('[data-act="save"]')
    page.wait_for_selector(".toast-s:has-text('田野正在编辑')")
    assert page.is_disabled('[data-act="save"]')
