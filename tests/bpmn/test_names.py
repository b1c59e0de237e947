"""Which names a process knows, and what an unknown one is told."""

from dataclasses import replace
from decimal import Decimal

import pytest

from engine.bpmn.formulas import plain_value
from engine.bpmn.names import context_keys
from tests.bpmn.build import ENV, codes, compile_one, end, ext, node, process, start, user
from tests.bpmn.shapes import script

CHILD = (
    '<process id="q" name="子" isExecutable="true"><scriptTask id="qs" name="算" '
    'scriptFormat="feel" camunda:resultVariable="out"><script>{}</script></scriptTask>'
    "</process>"
)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("{a: 1, b: 2}", ["a", "b"]),
        ("= {a: {x: 1, y: 2}, b: [1, 2], c: f(1, 2)}", ["a", "b", "c"]),
        ('{"名 称": "一, 二: 三", b: "\\"}"}', ["名 称", "b"]),
        ("{}", []),
        ("a + 1", []),
        ("{a: if x then {y: 1} else {z: 2}}", ["a"]),
    ],
)
def test_the_keys_of_a_context_become_names(text: str, keys: list[str]) -> None:
    assert list(context_keys(text)) == keys


def unknown(model: str, *roots: str) -> list[str]:
    findings = compile_one(model, *roots).findings
    return [str(f.params["v"]) for f in findings if f.code == "expr.unknown_name"]


def reader(text: str, *before: str, **attrs: str) -> str:
    way = " -> ".join(
        ["s", *[part.split('id="')[1].split('"')[0] for part in before], "c -> e"]
    )
    return process(start(), *before, script(text, **attrs), end(), way)


def test_what_a_process_declares_or_writes_is_known() -> None:
    assert unknown(reader("nobody")) == ["nobody"]
    assert unknown(reader("case_number + case_year + outcome + case_started_at")) == []
    assert unknown(reader("city", user("u", camunda__formRef="f1"))) == []
    spread = script("{k: 1, l: 2}", gov__resultMode="spread").replace('id="c"', 'id="x"')
    assert unknown(reader("k + l + m", spread)) == ["m"]
    service = node(
        "serviceTask",
        "x",
        camunda__type="external",
        camunda__topic="lookup",
        camunda__resultVariable="found",
    )
    assert unknown(reader("found.name", service)) == []


def test_a_called_process_knows_what_is_handed_in() -> None:
    def call(inner: str) -> str:
        task = node("callActivity", "c", ext(inner) if inner else "", calledElement="q")
        return process(start(), '<dataObject id="city"/>', task, end(), "s -> c -> e")

    one = '<camunda:in source="city" target="town"/>'
    assert unknown(call(one), CHILD.format("town")) == []
    assert unknown(call(one), CHILD.format("city")) == ["city"]
    assert unknown(call(""), CHILD.format("city")) == []
    assert unknown(call('<camunda:in variables="all"/>'), CHILD.format("city")) == []


def test_the_variable_of_a_row_is_known() -> None:
    many = '<multiInstanceLoopCharacteristics camunda:collection="=[1]" '
    task = user("x", many + 'camunda:elementVariable="row"/>', camunda__assignee="=row")
    assert unknown(reader("1", task)) == []


def test_settings_become_values_feel_knows() -> None:
    assert plain_value(None) is None
    assert plain_value(False) is False
    assert plain_value(0.1) == Decimal("0.1")
    assert plain_value({"a": (1.5, "x")}) == {"a": [Decimal("1.5"), "x"]}


def test_an_unknown_name_is_a_warning_and_can_be_silenced() -> None:
    assert ("expr.unknown_name", "c") in codes(compile_one(reader("nobody")), "warning")
    silent = compile_one(reader("nobody"), env=replace(ENV, strict_names=False))
    assert not codes(silent)


def test_a_field_something_else_writes_too_may_hold_anything() -> None:
    used = script('amount + "元"')
    asked = user("u", camunda__formRef="f1")
    other = node("scriptTask", "w", "<script>1</script>", scriptFormat="feel",
                 camunda__resultVariable="amount")  # fmt: skip
    alone = compile_one(process(start(), asked, used, end(), "s -> u -> c -> e"))
    assert ("expr.type", "c") in codes(alone)
    both = compile_one(process(start(), asked, other, used, end(), "s -> u -> w -> c -> e"))
    assert "expr.type" not in [code for code, _ in codes(both)]
    two = replace(ENV, forms={**ENV.forms, "f2": {"amount": "text"}})
    drawn = process(start(), asked, used, end(), "s -> u -> c -> e")
    assert "expr.type" not in [code for code, _ in codes(compile_one(drawn, env=two))]
