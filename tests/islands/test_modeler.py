"""The designer: what is edited is in the file, and what it does not know is kept."""

import re

import pytest

from tests.islands.site import Answer, file, js, options, problem
from tests.islands.zoo import zoo

pytestmark = pytest.mark.browser

FINDING = {
    "code": "task.due",
    "severity": "error",
    "file": "review.bpmn",
    "element": "opinion",
    "name": "提出意见",
    "zh": "期限“x.due”不在期限表中",
    "en": "unknown due key",
    "repair": "在“时限”中改选期限",
    "params": {},
}
WARNING = {
    **FINDING,
    "code": "flow.name",
    "severity": "warning",
    "element": "f4",
    "name": "退回",
}
PICKS = {
    "roles": [
        {"value": "OFFICER", "label": "经办"},
        {"value": "CHIEF", "label": "处长"},
    ],
    "forms": [{"value": "f2", "label": "意见表"}, {"value": "f3", "label": "核查表"}],
    "deadlines": [{"value": "x.due", "label": "x.due 10 工作日"}],
    "documents": [{"value": "plan", "label": "实施方案"}],
    "clauses": [{"value": "J-20", "label": "J-20 会审"}],
    "phases": [{"value": "x.audit", "label": "集中审核"}],
}


class Studio:
    """The designer page and its small server."""

    def __init__(self, site, **extra):
        self.site = site
        self.findings = [FINDING, WARNING]
        site.routes["GET", "/x.bpmn"] = file("review.bpmn", etag='"7"')
        site.routes["PUT", "/x.bpmn"] = lambda _: js(
            {"savedAt": "2025-07-18T10:31:00+08:00"}, ETag='"8"'
        )
        site.routes["POST", "/check"] = lambda _: js({"findings": self.findings})
        settings = {
            "xmlUrl": "/x.bpmn",
            "saveUrl": "/x.bpmn",
            "checkUrl": "/check",
            "compareUrl": "/compare",
            "picks": PICKS,
            **extra,
        }
        buttons = "".join(
            f'<button class="bt" type="button" data-act="{act}">{label}</button>'
            for act, label in [
                ("undo", "撤销"),
                ("redo", "重做"),
                ("fit", "适应窗口"),
                ("save", "保存"),
            ]
        )
        site.page(
            "/lib",
            '<section class="stu"><div class="tool"><b>联合审核</b>'
            '<span class="xs muted" data-slot="draft-state"></span>'
            f'<span class="ml"></span>{buttons}'
            '<a class="bt p" data-act="publish" href="/publish">发布</a></div>'
            f'<div class="cv" data-island="modeler"></div>{options(settings)}'
            '<aside class="pan" data-slot="panel"></aside>'
            '<section class="chk" data-slot="findings"></section></section>',
            policy="D",
            island="modeler",
        )

    def saved(self):
        return self.site.sent("PUT", "/x.bpmn")[-1]


def pick_task(page):
    box = page.locator('[data-element-id="opinion"] .djs-hit').first.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 15)
    page.wait_for_selector('[data-group-id="group-gov-assignment"]')


def save(page):
    page.click('[data-act="save"]')
    page.wait_for_selector('[data-slot="draft-state"]:has-text("已保存")')


def test_an_unchanged_diagram_is_saved_without_loss(site, watched):
    studio = Studio(site)
    eye = watched()
    page = eye.open("/lib")
    save(page)
    call = studio.saved()
    xml = call.body.decode()
    assert call.headers["If-Match"] == '"7"'
    assert call.headers["X-Csrf-Token"] == "token-1"
    for kept in (
        'gov:phase="x.audit"',
        'camunda:formRefBinding="latest"',
        'other:mark="kept"',
        '<other:note text="kept"',
        '<gov:correlation key="caseNo"',
        'gov:timeToLive="P3D"',
        'gov:catchUp="all"',
        'gov:action="return"',
        'outcome = "refuse"',
        ">应当会审。</gov:clause>",
        'notify="flag"',
    ):
        assert kept in xml
    assert "isMarkerVisible" in xml


def test_the_panel_writes_governance_facts_and_undo_takes_them_back(site, watched):
    studio = Studio(site)
    eye = watched()
    page = eye.open("/lib")
    pick_task(page)
    eye.shot("modeler")
    group = page.locator('[data-group-id="group-gov-assignment"]')
    assert "承办" in group.inner_text()
    page.select_option('select[name="gov-assignment-gov-Assignmentrole"]', "CHIEF")
    page.locator('[data-group-id="group-gov-form"] select').first.select_option("f3")
    save(page)
    xml = studio.saved().body.decode()
    assert '<gov:assignment role="CHIEF" level="prefecture"' in xml
    assert 'camunda:formRef="f3"' in xml
    page.click('[data-act="undo"]')
    page.click('[data-act="undo"]')
    save(page)
    xml = studio.saved().body.decode()
    assert 'role="OFFICER"' in xml
    assert 'camunda:formRef="f2"' in xml
    eye.clean()
    eye.translated()


def test_outcomes_seats_and_conditions_can_be_added(site, watched):
    studio = Studio(site)
    eye = watched()
    page = eye.open("/lib")
    pick_task(page)
    outcomes = page.locator('[data-group-id="group-gov-outcomes"]')
    outcomes.locator(".bio-properties-panel-add-entry").click()
    page.locator('[data-group-id="group-gov-seats"] .bio-properties-panel-group-header').click()
    page.check('input[name="gov-seats-gov-Seatspresent"]')
    page.locator('[data-group-id="group-gov-seatlist"] .bio-properties-panel-add-entry').click()
    eye.shot("modeler-lists")
    box = page.locator('[data-element-id="f4"] .djs-hit').first.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2 - 40, box["y"] + 30)
    page.wait_for_selector('[data-group-id="group-gov-condition"]')
    editor = page.locator('[data-group-id="group-gov-condition"] .cm-content').first
    editor.click()
    page.keyboard.press("Control+A")
    page.keyboard.type('outcome = "again"')
    page.keyboard.press("Tab")
    eye.shot("modeler-flow")
    save(page)
    xml = studio.saved().body.decode()
    assert xml.count("<gov:outcome ") == 3
    assert re.search(r"<gov:seats>\s*<gov:seat id=\"seat\"", xml)
    assert 'outcome = "again"</bpmn:conditionExpression>' in xml
    eye.translated()
    eye.clean()


def test_findings_stand_on_the_elements_and_the_list_jumps(site, watched):
    studio = Studio(site)
    eye = watched()
    page = eye.open("/lib")
    page.wait_for_selector(".chk tbody tr")
    assert page.locator(".djs-overlays .bdg.x").inner_text() == "1"
    assert "错误 1" in page.inner_text(".chk header")
    publish = page.locator('[data-act="publish"]')
    assert publish.inner_text() == "发布：先改 1 个错误"
    assert publish.get_attribute("aria-disabled") == "true"
    page.keyboard.press("F8")
    page.wait_for_selector('[data-element-id="opinion"].selected')
    studio.findings = []
    page.locator('[data-group-id="group-gov-due"] select').first.select_option("")
    page.wait_for_selector(".chk:has-text('没有发现问题')")
    assert publish.inner_text() == "发布"
    assert page.locator(".djs-overlays .bdg").count() == 0
    eye.clean()


def test_a_stale_save_offers_to_compare_and_keeps_the_work(site, watched):
    Studio(site)
    site.routes["PUT", "/x.bpmn"] = lambda _: problem(
        412, "内容已被修改", "田野已于 10:31 保存第 9 稿。"
    )
    eye = watched()
    page = eye.open("/lib")
    pick_task(page)
    page.select_option('select[name="gov-assignment-gov-Assignmentrole"]', "CHIEF")
    page.keyboard.press("Control+s")
    page.wait_for_selector("dialog[open]")
    text = page.inner_text("dialog[open]")
    assert "田野已于 10:31" in text
    assert page.locator('dialog[open] a[href="/compare"]').count() == 1
    page.keyboard.press("Escape")
    assert page.input_value('select[name="gov-assignment-gov-Assignmentrole"]') == "CHIEF"
    eye.clean("412")


def test_the_context_menu_and_the_palette_speak_chinese(site, watched):
    Studio(site)
    eye = watched()
    page = eye.open("/lib")
    pick_task(page)
    titles = page.eval_on_selector_all(
        ".djs-palette .entry, .djs-context-pad .entry", "all => all.map(e => e.title)"
    )
    assert titles
    assert [title for title in titles if re.search("[A-Za-z]{3}", title)] == []
    page.locator('.djs-context-pad [data-action="replace"]').click()
    page.wait_for_selector(".djs-popup-body")
    eye.shot("modeler-replace")
    words = page.inner_text(".djs-popup")
    assert not re.search(r"[A-Za-z]{5}", words), words
    page.keyboard.press("Escape")
    page.wait_for_selector(".djs-popup-body", state="detached")
    page.wait_for_function("document.activeElement.matches('.djs-container svg')")
    page.keyboard.press("n")
    page.wait_for_selector(".djs-popup-body")
    eye.shot("modeler-create")
    assert page.locator(".bjs-powered-by").is_visible()
    eye.translated()


def test_a_file_with_an_unknown_gov_element_cannot_be_saved(site, watched):
    Studio(site)
    text = file("review.bpmn")(None).body.decode()
    newer = text.replace("<gov:assignment", "<gov:future x='1'/><gov:assignment")
    site.routes["GET", "/x.bpmn"] = lambda _: Answer(200, newer.encode(), "application/xml")
    eye = watched()
    page = eye.open("/lib")
    assert page.is_disabled('[data-act="save"]')
    assert "只能查看" in page.inner_text('[data-slot="panel"]')


CODES = re.compile(
    r"FEEL|ISO ?8601|P\d+[A-Z]|[a-z]+[A-Z0-9_]\w*|n_\w+|x_\w+|x\.\w+|zoo|\{\w+\}"
)
WORDS = ("permanent", "before", "after", "beside", "image", "jpeg")  # words of the vocabulary


def latin(text):
    rest = CODES.sub("", text)
    return [w for w in re.findall(r"[A-Za-z]{3,}", rest) if w not in WORDS]


def test_every_kind_of_element_is_described_in_chinese(site, watched):
    Studio(site)
    xml, ids = zoo()
    site.routes["GET", "/x.bpmn"] = lambda _: Answer(200, xml.encode(), "application/xml")
    site.routes["POST", "/check"] = lambda _: js({"findings": []})
    eye = watched(1440, 1600)
    page = eye.open("/lib")
    found = {}
    for ident in ["", *ids]:
        if ident:
            box = page.locator(f'[data-element-id="{ident}"] .djs-hit').first.bounding_box()
            page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.wait_for_selector(".bio-properties-panel-header-type")
        page.eval_on_selector_all(
            ".bio-properties-panel-group-header:not(.empty):not(.open)",
            "all => all.forEach(e => e.click())",
        )
        words = latin(page.inner_text(".pan"))
        if words:
            found[ident] = words
    assert found == {}
    eye.translated()
    eye.clean()


def test_a_published_diagram_is_only_shown(site, watched):
    Studio(site, readOnly=True, findings=[FINDING])
    eye = watched()
    page = eye.open("/lib")
    assert page.locator(".djs-palette").count() == 0
    assert page.is_disabled('[data-act="save"]')
    assert page.locator(".djs-overlays .bdg.x").count() == 1
    assert site.calls == []
    eye.clean()
