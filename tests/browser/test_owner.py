"""A process owner's round: a new form, a step in the diagram, a repaired finding, a version."""

from typing import Any

import pytest

from engine.base.actor import SYSTEM
from engine.commands.definitions import Deploy
from engine.commands.instances import StartInstance
from engine.commands.results import Started
from engine.queries import definitions, instances
from tests.support.scenario import PASSWORD

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


def tell_password(page: Any) -> None:
    """Tell the password again where the page asks for it: once in some minutes."""
    if page.locator("#password").count():
        page.fill("#password", PASSWORD)


def publish(visitor: Any, note: str) -> None:
    """Publish from the designer: read each warning, say why."""
    page = visitor.page
    page.click("[data-act=publish]")
    page.wait_for_url("**/lib/jiangxi/publish")
    visitor.ready()
    visitor.shot("owner-publish")
    page.fill("#note", note)
    tell_password(page)
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


DESIGNERS = (
    DIAGRAM,
    "/lib/jiangxi/dmn/d05.dmn",
    "/lib/jiangxi/form/forms/jx_f9.json",
)
PAGES = (
    "/lib",
    "/lib/jiangxi",
    "/lib/jiangxi/preview/forms/jx_f9.json",
    "/lib/jiangxi/text/application.yaml",
    "/lib/jiangxi/check",
    "/lib/jiangxi/compare",
    "/lib/jiangxi/versions",
    "/lib/jiangxi/clauses",
    "/lib/jiangxi/publish",
)


LONG = pytest.mark.long  # each width and both states are in the default run, not each pair


@pytest.mark.parametrize(
    ("drafted", "width"),
    [
        (False, 1440),
        (True, 1280),
        (True, 375),
        pytest.param(True, 1440, marks=LONG),
        pytest.param(False, 1280, marks=LONG),
        pytest.param(False, 375, marks=LONG),
    ],
)
def test_every_page_of_the_owner_is_sound(
    live: Any, visitor: Any, drafted: bool, width: int
) -> None:
    owner = visitor("owner", width=width)
    if drafted:
        owner.open("/lib/jiangxi")
        owner.page.click("text=建立草稿")
        owner.ready()
    for path in (*PAGES, *DESIGNERS):
        owner.open(path)
        name = path.removeprefix("/lib").replace("/", "-").strip("-")
        owner.shot(f"lib{width}{'d' if drafted else ''}-{name}")
        if width < 640 and path in DESIGNERS:
            assert "请在电脑上使用" in owner.page.inner_text("body")
            owner.fits()
        else:
            owner.check("deprecated")


def test_the_editor_keeps_the_draft_to_its_holder(live: Any, visitor: Any) -> None:
    first, second = visitor("owner"), visitor("owner2")
    first.open(DIAGRAM)
    first.page.click("text=修改")
    first.ready()
    first.page.wait_for_selector(".djs-palette")
    page = second.open(DIAGRAM)
    assert "田野 正在编辑" in page.inner_text(".tool")
    assert page.locator(".djs-palette").count() == 0
    assert page.locator("[data-act=save]").count() == 0
    assert page.locator("button:has-text('修改')").is_disabled()
    second.shot("owner-locked")
    first.open("/lib/jiangxi")
    first.page.click("text=停止编辑")
    first.ready()
    second.open(DIAGRAM)
    page.click("text=接着修改")
    second.ready()
    page.wait_for_selector(".djs-palette")
    second.clean("deprecated")


def test_a_draft_made_from_an_older_version_is_refused_with_the_difference(
    live: Any, visitor: Any
) -> None:
    owner = visitor("owner")
    page = owner.open("/lib/jiangxi/text/ledgers/problem.yaml")
    page.click("text=修改")
    owner.ready()
    text = page.input_value("#content")
    page.fill("#content", text + "# 草稿中的注释\n")
    page.click("button:has-text('保存')")
    page.wait_for_selector("text=已保存到草稿")
    stored = live.engine.ask(definitions.stored_bundle, SYSTEM, application="jiangxi")
    files = dict(stored.files)
    files["ledgers/city_list.yaml"] += "# 同时发布的改动\n".encode()
    owner.open("/lib/jiangxi/publish")
    page.fill("#note", "补注释")
    tell_password(page)
    for box in page.locator("[name=read]").all():
        box.check()
    live.engine.execute(Deploy("jiangxi", files, "抢先发布", 1), SYSTEM)
    page.click("button:has-text('发布第')")
    page.wait_for_selector("text=没有发布")
    alert = page.inner_text("[role=alert]")
    assert "ledgers/city_list.yaml" in alert
    assert page.input_value("#note") == "补注释"
    assert page.locator("button:has-text('先合并最新版本')").is_disabled()
    owner.shot("owner-stale")
    page.click("text=看第 1 版到第 2 版的差异")
    owner.ready()
    assert "同时发布的改动" in page.inner_text("main")
    owner.shot("owner-diff")
    owner.check("409")


def test_a_decision_is_tried_on_the_server(live: Any, visitor: Any) -> None:
    owner = visitor("owner")
    page = owner.open("/lib/jiangxi/dmn/d05.dmn")
    page.click("text=修改")
    owner.ready()
    page.fill("[data-slot=tests] [aria-label=保护区级别]", "省级")
    page.click("button:has-text('试算')")
    row = page.locator("[data-slot=tests] tbody tr").nth(1)
    row.wait_for()
    owner.shot("owner-dmn")
    assert "JX-F3" in row.inner_text()
    owner.check()
