"""A process owner's round: a new form, a step in the diagram, a repaired finding, a version."""

from typing import Any

import pytest

from engine.base.actor import SYSTEM
from engine.commands.instances import StartInstance
from engine.commands.results import Started
from engine.queries import instances

pytestmark = pytest.mark.browser
DIAGRAM = "/lib/jiangxi/bpmn/jx_problem.bpmn"
PROBLEM = {
    "year": 2025,
    "reserve_id": "JX-N11",
    "county_code": "360681",
    "ownership": "LOCAL",
    "problem_no": "JX-2025-3606-0001",
    "due": "2025-11-30",
}


def begun(live: Any) -> int:
    """Start one problem and give its case."""
    made = live.engine.execute(StartInstance("jx_problem", PROBLEM), SYSTEM)
    assert isinstance(made, Started)
    return made.instance_id


def standing(live: Any, case: int) -> list[str]:
    """Name the open steps of CASE."""
    shown = live.engine.ask(instances.case, SYSTEM, ref=str(case))
    return [task.name for task in shown.tasks]


def make_form(visitor: Any) -> None:
    """Make the form 接收确认 in the form editor, with one field."""
    page = visitor.open("/lib/jiangxi")
    page.select_option("#new-kind", "form")
    page.fill("#new-key", "jx_receipt")
    page.fill("#new-title", "接收确认")
    page.click("text=新建并打开")
    visitor.ready()
    page.wait_for_selector(".fjs-palette-field")
    page.focus(".fjs-palette-field[data-field-type=textfield]")
    page.keyboard.press("Enter")
    page.click(".fjs-form-field-textfield")
    open_group(page, "常规")
    page.fill("#bio-properties-panel-key", "receipt_note")
    page.keyboard.press("Tab")
    page.locator("#bio-properties-panel-label").click()
    page.keyboard.press("Control+a")
    page.keyboard.type("接收意见")
    page.keyboard.press("Tab")
    page.wait_for_selector(".fjs-form-field-textfield:has-text('接收意见')")
    visitor.shot("owner-form")
    page.click("[data-act=save]")
    page.wait_for_selector("[data-slot=draft-state]:has-text('已保存')")


def open_group(page: Any, label: str) -> None:
    """Open the group LABEL of a properties panel, if it is closed."""
    head = page.locator(".bio-properties-panel-group-header").filter(has_text=label).first
    if "open" not in (head.get_attribute("class") or "").split():
        head.click()


def middle(page: Any, flow: str) -> tuple[float, float]:
    """Give the middle of FLOW on the screen; its first path is the arrow head's."""
    box = page.locator(f"[data-element-id={flow}] .djs-visual > path").first.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def insert_step(visitor: Any) -> str:
    """Put a user task on the first flow of the diagram; give its id."""
    page = visitor.page
    x, y = middle(page, "p01")
    page.click('.djs-palette .entry[data-action="space-tool"]')  # make room to the right
    page.mouse.move(x, y + 60)
    page.mouse.down()
    page.mouse.move(x + 40, y + 60, steps=4)
    page.mouse.move(x + 110, y + 60, steps=6)
    page.mouse.up()
    x, y = middle(page, "p01")
    page.click('.djs-palette .entry[data-action="create.task"]')
    page.mouse.move(x - 30, y + 40, steps=6)
    page.mouse.move(x, y, steps=6)
    page.mouse.click(x, y)
    page.keyboard.press("Escape")  # the name is written in the panel
    page.click('.djs-context-pad .entry[data-action="replace"]')
    page.click('.djs-popup .entry[data-id="replace-with-user-task"]')
    page.wait_for_selector(".bio-properties-panel-header:has-text('用户')")
    chosen = page.locator(".djs-shape.selected").first
    return str(chosen.get_attribute("data-element-id"))


def repair_step(visitor: Any) -> None:
    """Say in the panel who handles the new step, with which form, to which result."""
    page = visitor.page
    open_group(page, "常规")
    page.fill("#bio-properties-panel-name", "接收确认")
    page.select_option('select[name="gov-assignment-gov-Assignmentrole"]', "FORESTRY")
    page.select_option('select[name="gov-form-camunda-formRef"]', "jx_receipt")
    page.wait_for_selector("[data-slot=findings] :text('错误 0')")
    visitor.shot("owner-repaired")


def publish(visitor: Any, note: str) -> None:
    """Publish from the designer: read each warning, say why."""
    page = visitor.page
    page.click("[data-act=publish]")
    page.wait_for_url("**/lib/jiangxi/publish")
    visitor.ready()
    visitor.shot("owner-publish")
    page.fill("#note", note)
    page.click("button:has-text('发布第')")
    if page.locator("[role=alert]:has-text('没有发布')").count():
        assert page.input_value("#note") == note
        for box in page.locator("[name=read]").all():
            box.check()
        page.click("button:has-text('发布第')")
    page.wait_for_url("**/lib/jiangxi/versions**")
    visitor.ready()
    visitor.shot("owner-versions")


def test_a_step_with_a_form_is_inserted_repaired_and_published(live: Any, visitor: Any) -> None:
    old = begun(live)
    owner = visitor("owner")
    page = owner.page
    page.click("text=江西省自然保护区专项行动")
    make_form(owner)
    owner.open("/lib")
    page.click("text=单个问题整改与销号")
    owner.ready()
    step = insert_step(owner)
    row = page.locator("[data-slot=findings] tr", has_text="没有办理人")
    row.wait_for()
    assert "错误" in row.inner_text()
    owner.shot("owner-finding")
    publish_button = page.locator("[data-act=publish]")
    assert publish_button.inner_text() == "发布：先改 1 个错误"
    repair_step(owner)
    publish(owner, "增加接收确认环节")
    assert "已发布" in page.inner_text("[role=status].ok")
    new = begun(live)
    assert standing(live, new) == ["接收确认"]
    assert standing(live, old) == ["制定整改方案"]
    page.click("text=与上一版对比")
    owner.ready()
    page.wait_for_selector(f".djs-shape.m-added[data-element-id={step}]")
    assert "接收意见" in page.inner_text("main")
    owner.shot("owner-compare", full=True)
    owner.clean("422", "deprecated")
