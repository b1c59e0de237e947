"""Papers an application lays out itself: holes filled, blocks that belong, both files."""

from datetime import date
from decimal import Decimal

import pytest

from engine.bootstrap import available
from engine.context import Deployed, Runtimes
from engine.delivery.services import NAMES
from engine.feel.compile import compile_expression
from engine.library.bundle import from_files
from engine.prints import expressions
from engine.prints.model import Document, Grid, Pairs, Prose, Sign
from engine.queries import layouts
from tests.forms_catalogue.reading import ROOT, catalogue, deployed
from tests.prints.test_files import KINDS, text_of
from tests.support.tiny import bundle

ROW = {"row", "no", "settings"}


class Nobody:
    """A view that nothing is asked of."""


def sheet(application: str, known: dict) -> layouts._Sheet:
    version: Deployed = deployed(application)
    moment = next(t for t in catalogue().values() if t.application == application).moment
    return layouts._Sheet(Nobody(), version, moment, known, 0)  # type: ignore[arg-type]


def paper(application: str, layout: str, known: dict) -> Document:
    entry = dict(deployed(application).application.prints[layout])
    entry["blocks"] = [one for one in entry["blocks"] if "signs" not in one]
    found = sheet(application, known)
    assert found.holds(entry)
    return layouts._paper(found, entry, "A-1").document


def told(document: Document) -> str:
    found = [document.title, document.number]
    for one in document.blocks:
        if isinstance(one, Prose):
            found.append(one.text)
        elif isinstance(one, Pairs):
            found += [text for pair in one.pairs for text in pair]
        elif isinstance(one, Grid):
            found += [cell for row in (one.heads, *one.rows) for cell in row]
        elif isinstance(one, Sign):
            found.append(one.text)
    return "\n".join(found)


F11 = {
    "case_number": "JXND-2025",
    "report_year": 2025,
    "denominator": 18,
    "completed": 16,
    "rate_shown": "88.9%",
    "target": "未达标",
    "sent_on": date(2026, 1, 9),
    "reply": None,
    "rows": [
        {"problem_no": "JX-2025-3606-0001", "reserve_name": "阳际峰", "county": "贵溪市",
         "problem_type": "C1", "status": "整改中", "percent": 60, "due_on": date(2025, 11, 30),
         "reason": "连续降雨", "next": "抢抓工期", "new_due": date(2026, 3, 31)},
    ],
}  # fmt: skip
TEXT = {
    "title": "违建平台拆除案",
    "body": "缓冲区违建平台已全部拆除。\n植被已恢复。",
    "kind": "典型案例",
    "publisher": "360600-LY",
    "media": ["互联网", "报纸"],
    "period_from": None,
    "published_on": None,
}
MEETING = {
    "case_number": "GYHS-2026-1",
    "kind": "工作联动会商会",
    "met_on": date(2026, 6, 8),
    "convener": "GY-SW",
    "subject_title": "违建案",
    "reason": ["案情复杂"],
    "units": ["GY-LY", "GY-ST"],
    "invited": [],
    "items": [{"subject": "XS-1", "topic": "管辖"}],
    "meeting_opinion": "由生态环境部门牵头。",
    "decisions": [{"content": "立案查处", "unit": "GY-ST", "due": date(2026, 6, 30)}],
    "escalate": False,
    "leader_opinion": None,
}


@pytest.mark.parametrize(
    ("application", "layout", "known", "parts"),
    [
        ("jiangxi", "unfinished_report", F11, ["2025年列入全省清单", "18个", "88.9%",
         "连续降雨", "2026-03-31", "2026年1月9日"]),
        ("jiangxi", "publication", TEXT, ["（送审稿，审批前不得公开）", "植被已恢复。",
         "刊播媒体：互联网、报纸。", "鹰潭市林业局"]),
        ("guiyang", "meeting_minutes", MEETING, ["工作联动会商会纪要", "2026年6月8日",
         "参会单位：贵阳市林业局、贵阳市生态环境局。", "立案查处", "2026-06-30"]),
    ],
)  # fmt: skip
def test_a_layout_fills_what_the_case_holds(
    application: str, layout: str, known: dict, parts: list[str]
) -> None:
    document = paper(application, layout, known)
    text = told(document)
    assert [part for part in parts if part not in text] == []
    assert "{{" not in text
    assert "邀请单位" not in text  # a block whose condition does not hold stays away
    found = layouts.Paper(document, "x")
    for kind in KINDS:
        printed = text_of(found.written(kind, lambda _: b""), kind)
        assert "".join(document.title.split()) in printed


@pytest.mark.parametrize("application", ["jiangxi", "guiyang"])
def test_every_layout_compiles_and_names_a_process_and_its_tasks(application: str) -> None:
    version = deployed(application)
    assert version.application.prints
    fields = {key for form in version.forms.values() for key in form.fields}
    columns = {c.key for f in version.forms.values() for one in f.all for c in one.rows.columns}
    for entry in version.application.prints.values():
        facts = version.facts[entry["process"]]
        for block in entry["blocks"]:
            assert block.get("signs") is None or block["signs"] in facts.nodes, block
        path = ROOT / "processes" / application
        drawn = "".join(one.read_text("utf-8") for one in path.glob("*.bpmn"))
        for _, text in expressions.standing_in(entry):
            reads = compile_expression(text, mode="spec").reads - fields - columns - ROW
            assert [name for name in reads if name not in drawn] == [], (entry["id"], text)


def test_numbers_lists_and_dates_are_written_as_people_write_them() -> None:
    assert layouts.written(Decimal("0.50")) == "0.5"
    assert layouts.written([date(2026, 1, 9), "甲"]) == "2026年1月9日、甲"
    assert layouts.written(None) == "—"


BLOCKS = [
    {"text": "好的{{ string(a) }}，坏的{{ strnig(a) }}", "when": "a = = 1"},
    {"right": "没有关上{{ a"},
    {"pairs": [{"label": "{{不是表达式", "value": "甲"}, {"label": "乙", "value": "{{(a}}"}]},
    {"table": "rows[", "columns": [{"label": "甲", "value": "a"}, {"value": ")"}]},
    {"sign": {"label": "意见", "text": "{{legal unit}}", "on": "date("}},
]


def test_a_wrong_expression_of_a_print_file_is_found_by_file_key_and_text() -> None:
    entry = {"id": "card", "title": "卡{{a b}}", "heading": "{{settings.x}}", "blocks": BLOCKS}
    found = expressions.findings({"card": entry}, {"x": 1}, {"legal unit", "a"})
    assert {(one.file, one.code, one.severity) for one in found} == {
        ("prints/card.yaml", "print.expression", "error")
    }
    assert [(one.element, one.zh.split("“")[1].split("”")[0]) for one in found] == [
        ("title", "a b"),
        ("blocks[1].when", "a = = 1"),
        ("blocks[1].text", "strnig(a)"),
        ("blocks[2].right", "{{"),
        ("blocks[3].pairs[2].value", "(a"),
        ("blocks[4].table", "rows["),
        ("blocks[4].columns[2].value", ")"),
        ("blocks[5].sign.on", "date("),
    ]
    assert "第" in found[1].zh
    assert "“{{”与“}}”不成对" in found[3].zh


@pytest.mark.parametrize(
    ("said", "told"), [("{{what}}", []), ("{{what +}}", ["blocks[1].text：表达式“what +”"])]
)
def test_a_wrong_print_file_keeps_an_application_from_becoming_a_version(
    said: str, told: list[str]
) -> None:
    text = f"id: card\ntitle: 卡\nprocess: tiny_case\nblocks: [{{text: '{said}'}}]\n"
    files = {**bundle().files, "prints/card.yaml": text.encode()}
    known = Runtimes(available(), services=NAMES)
    made = known.assemble(from_files("tiny", files), processes=frozenset())
    wrong = [one for one in made.findings if one.severity == "error"]
    assert [one.zh.split("有错误")[0] for one in wrong] == told
    assert {one.file for one in wrong} <= {"prints/card.yaml"}
    assert (made.deployed is None) is bool(told)
