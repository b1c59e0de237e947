"""The viewer shows the state of a case on its diagram."""

import pytest

from tests.islands.site import file, js, options

pytestmark = pytest.mark.browser

STATE = {
    "elements": {
        "start": {"marks": ["done"], "done": 1},
        "opinion": {"marks": ["current", "returned"], "running": 2, "returned": 1},
        "late": {"marks": ["incident"], "incidents": 1},
        "gone": {"marks": ["done"], "done": 1},
    },
    "flows": {"f1": "done", "f4": "returned"},
}


def case_page(site):
    site.routes["GET", "/x.bpmn"] = file("review.bpmn")
    site.routes["GET", "/state"] = lambda _: js(STATE)
    settings = {"xmlUrl": "/x.bpmn", "stateUrl": "/state", "panelUrl": "/panel/{id}"}
    site.page(
        "/case",
        '<main class="pgm"><div class="card-s"><header><h2>流程图</h2></header>'
        f'<div data-island="viewer"></div>{options(settings)}</div>'
        '<aside id="element-panel"></aside></main>',
        island="viewer",
    )
    site.pages["/panel/opinion"] = ("P", "<p id='rounds'>第 2 轮</p>".encode())


def test_marks_and_badges_say_the_same_as_the_state(site, watched):
    case_page(site)
    eye = watched()
    page = eye.open("/case")
    eye.shot("viewer")
    marks = page.locator('[data-element-id="opinion"].djs-element').first.get_attribute("class")
    assert "m-current" in marks
    assert "m-returned" in marks
    assert "m-done" in page.locator('[data-element-id="f1"]').first.get_attribute("class")
    badges = [text for text in page.locator(".bdg").all_inner_texts() if text]
    assert sorted(badges) == sorted(["✓", "● 2", "↩ 1", "! 1"])
    path = '[data-element-id="f1"] .djs-visual > path'
    stroke = page.locator(path).first.evaluate("e => getComputedStyle(e).strokeWidth")
    assert stroke == "3px"
    assert page.locator(".bjs-powered-by").is_visible()
    eye.clean()
    eye.translated()


def test_a_click_on_an_activity_loads_its_rounds(site, watched):
    case_page(site)
    eye = watched()
    page = eye.open("/case")
    box = page.locator('[data-element-id="opinion"] .djs-hit').first.bounding_box()
    page.mouse.click(box["x"] + 20, box["y"] + 20)
    page.wait_for_selector("#rounds")
    eye.clean()


def test_the_diagram_fits_a_phone(site, watched):
    case_page(site)
    eye = watched(375, 812)
    page = eye.open("/case")
    eye.shot("viewer-m")
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
