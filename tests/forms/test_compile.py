"""Forms are compiled at deployment, and what is not understood is named."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.forms.compile import compile_form
from tests.forms.samples import DAY, FORM, KNOWN, MOMENT, changed, schema


def faults(form: Any, file: str = "forms/yh_f1.json") -> list[tuple[str, str]]:
    found, findings = compile_form(form, file)
    assert found is None
    return [(f.code, f.element) for f in findings]


def with_component(**component: Any) -> dict[str, Any]:
    form = copy.deepcopy(FORM)
    form["components"].append(component)
    return form


def test_the_declared_fields_have_the_types_of_the_contract() -> None:
    assert schema().fields == {
        "reserve": "reference",
        "level": "choice",
        "county": "division",
        "area": "number",
        "count": "integer",
        "number": "string",
        "text": "text",
        "code": "string",
        "unknown": "boolean",
        "subject": "string",
        "scheme": "choice",
        "zones": "choices",
        "found_on": "date",
        "seen_at": "datetime",
        "key_issue": "boolean",
        "unit": "unit",
        "people": "person",
        "photos": "files",
        "rows": "table",
        "signed": "signoff",
        "note": "string",
    }
    assert (schema().id, schema().title) == ("yh_f1", "问题登记表")


def test_bytes_and_data_compile_alike() -> None:
    found, findings = compile_form(json.dumps(FORM).encode(), "forms/yh_f1.json")
    assert findings == ()
    assert found is not None
    assert found.describe() == schema().describe()


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        (b"{", ("form.json", "")),
        (b"[]", ("form.json", "")),
        (b"[" * 100_000, ("form.json", "")),
        ({"id": "yh_f1"}, ("form.json", "")),
        ({"components": []}, ("form.id", "")),
        ({"id": "other", "components": []}, ("form.id", "")),
        (with_component(type="html", id="h"), ("form.unsupported", "h")),
        (with_component(type="dynamiclist", id="d"), ("form.unsupported", "d")),
        (with_component(type="textfield", id="x"), ("form.key", "x")),
        (with_component(type="textfield", id="x", key="a.b"), ("form.key", "x")),
        (with_component(type="textfield", key="text", label="又"), ("form.duplicate", "text")),
        (with_component(type="select", key="s", label="s"), ("form.options", "s")),
        (
            with_component(type="select", key="s", values=[{"value": 1}, {"value": 1}]),
            ("form.options", "s"),
        ),
        (with_component(type="reference", key="r", label="r"), ("form.register", "r")),
        (with_component(type="grid", key="g", label="g"), ("form.columns", "g")),
        (with_component(type="datetime", subtype="time", key="t"), ("form.unsupported", "t")),
        (with_component(type="division", key="d", minLevel="x"), ("form.level", "d")),
        (changed("code", validate={"pattern": "(a"}), ("form.pattern", "code")),
        (changed("code", validate={"pattern": r"(a)\1"}), ("form.pattern", "code")),
        (changed("text", validate={"minLength": 9, "maxLength": 2}), ("form.limits", "text")),
        (changed("area", validate={"min": "many"}), ("form.limits", "area")),
        (changed("subject", conditional={"hide": "=1 +"}), ("expr.syntax", "subject")),
        (
            changed("area", properties={"check": "nowhere(area)"}),
            ("expr.unknown_function", "area"),
        ),
        (
            changed("area", properties={"computed": "1", "copied": "x"}),
            ("form.derived", "area"),
        ),
        (
            changed("count", properties={"computed": "if key_issue then count else area"}),
            ("", ""),
        ),
        (
            changed("area", properties={"computed": "if key_issue then 1 else 2"}),
            ("form.cycle", "area"),
        ),
    ],
)
def test_what_cannot_be_compiled_is_named(form: Any, fault: tuple[str, str]) -> None:
    if fault == ("", ""):
        assert compile_form(form, "forms/yh_f1.json")[1] == ()
        return
    assert fault in faults(form)


def test_every_finding_says_what_to_do() -> None:
    _, findings = compile_form(with_component(type="iframe", id="i"), "forms/yh_f1.json")
    assert [(f.severity, f.file, f.repair) for f in findings] == [
        ("error", "forms/yh_f1.json", "删去，外部页面不能嵌入")
    ]
    assert "iframe" in findings[0].zh


def test_a_long_nest_of_groups_is_compiled_without_recursion() -> None:
    inner: dict[str, Any] = {"type": "textfield", "key": "deep", "label": "深"}
    for number in range(900):
        inner = {"type": "group", "id": f"g{number}", "components": [inner]}
    found, findings = compile_form({"id": "f", "components": [inner]}, "f.json")
    assert findings == ()
    assert found is not None
    assert found.fields == {"deep": "string"}


def test_a_page_gets_stored_copied_computed_and_default_values() -> None:
    shown = schema().prefill({**KNOWN, "reserve": "R1", "area": 20, "found_on": DAY}, MOMENT)
    assert shown["level"] == "国家级"
    assert shown["number"] == "YH-2030-0001"
    assert shown["scheme"] == "三区"
    assert shown["found_on"] == DAY
    assert shown["subject"] is None
    assert set(shown) == set(schema().fields)


def test_computed_options_are_told_to_the_page() -> None:
    two = schema().options({**KNOWN, "scheme": "两区"}, MOMENT)
    assert two == {"zones": [{"label": "控制区", "value": "控制区"}]}
    three = schema().options(KNOWN, MOMENT)
    assert [option["value"] for option in three["zones"]] == ["核心区", "实验区"]


def test_ledger_rows_are_filtered_cut_and_kept_in_order() -> None:
    form = schema()
    assert form.row_sources() == {"rows": "ledger:measures"}
    ledger = [
        {"what": "一", "cost": 5, "secret": 1},
        {"what": "二", "cost": 20, "secret": 1},
        {"what": "三", "cost": None},
    ]
    sieve = form.sieve("rows", KNOWN, MOMENT)
    assert {"cost"} <= sieve.judged
    rows = form.cut_rows("rows", [row for row in ledger if sieve.keep(row)])
    assert rows == [{"what": "二", "cost": 20, "due": None, "big": None}]


def test_settings_are_readable_in_expressions() -> None:
    form = changed("area", properties={"check": "area < settings.most", "message": "太大"})
    found, findings = compile_form(form, "forms/yh_f1.json", {"most": 10})
    assert findings == ()
    assert found is not None
    field = found.get("area")
    assert field is not None
    assert field.check is not None
    assert field.check({"area": 11}, MOMENT) is False


def test_the_description_is_plain_json() -> None:
    text = json.dumps(schema().describe(), ensure_ascii=False)
    assert "只登记国家级保护区" in text
    fields = {one["key"]: one for one in json.loads(text)["fields"]}
    assert fields["text"]["limits"] == {"minLength": 5, "maxLength": 20}
    assert fields["rows"]["columns"][0]["required"] is True
    assert fields["photos"]["codes"] == {"E1": 1, "E2": 0}


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=6,
)
NAMES = st.sampled_from(
    [
        "type", "key", "id", "label", "values", "validate", "properties", "conditional",
        "columns", "components", "subtype", "readonly", "codes", "min", "maxRows", "media",
        "decimalDigits", "defaultValue", "multiple", "roleGroups",
    ]
)  # fmt: skip


@given(
    st.lists(st.dictionaries(NAMES, junk, max_size=8), max_size=4),
    st.sampled_from(["textfield", "select", "grid", "evidence", "division", "group", "number"]),
)
@settings(max_examples=300, deadline=None)
def test_no_file_makes_the_compiler_crash(components: list[Any], kind: str) -> None:
    for component in components:
        component["type"] = kind
        component.setdefault("key", "k")
    compile_form({"id": "f", "components": components}, "f.json")


@pytest.mark.parametrize(
    "path", sorted(Path("forms").glob("*/*.json")), ids=lambda path: path.stem
)
def test_every_form_of_the_project_compiles(path: Path) -> None:
    found, findings = compile_form(path.read_bytes(), str(path))
    assert findings == ()
    assert found is not None
