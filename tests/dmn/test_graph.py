"""Requirement graphs, boxed expressions, functions, services, types and imports."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from engine.base.errors import ExpressionFailed, InvalidDefinition, NotFound
from engine.base.expressions import Moment
from engine.dmn.evaluate import compile_model
from engine.dmn.parse import parse
from tests.dmn.support import (
    codes,
    column,
    compiled,
    data,
    decision,
    document,
    evaluate,
    function,
    knowledge,
    literal,
    models,
    output,
    table,
)


def entry(name: str, logic: str, kind: str = "") -> str:
    typed = f' typeRef="{kind}"' if kind else ""
    variable = f'<variable name="{name}"{typed}/>' if name else ""
    return f"<contextEntry>{variable}{logic}</contextEntry>"


def test_a_decision_reads_what_it_requires() -> None:
    found = evaluate(
        "总分",
        {"面积": 3, "受理 数量": 4},
        data("面积", "number"),
        data("in2", "number", "受理 数量"),
        decision("分一", literal("面积 * 2"), inputs=["面积"], name="第一 得分"),
        decision("总分", literal("第一 得分 + 受理 数量"), inputs=["in2"], decisions=["分一"]),
    )
    assert found.value == 10


def test_a_decision_required_twice_is_worked_out_once() -> None:
    base = table("UNIQUE", [column("x")], [output("")], [["-", "x + 1"]])
    found = evaluate(
        "top",
        {"x": 1},
        data("x"),
        decision("base", base, inputs=["x"]),
        decision("left", literal("base * 10"), decisions=["base"]),
        decision("right", literal("base * 100"), decisions=["base"]),
        decision("top", literal("left + right"), decisions=["left", "right"]),
    )
    assert found.value == 220
    assert [record["decision"] for record in found.tables] == ["base"]


def test_a_chain_of_a_thousand_decisions_needs_no_stack() -> None:
    parts = [
        decision(f"d{n}", literal(f"d{n - 1} + 1"), decisions=[f"d{n - 1}"])
        for n in range(1, 1000)
    ]
    parts.append(decision("d0", literal("1")))
    assert evaluate("d999", {}, *parts).value == 1000
    assert evaluate("d999", {}, *reversed(parts)).value == 1000


def test_a_ladder_of_shared_decisions_is_walked_once() -> None:
    parts = [decision("a0", literal("1")), decision("b0", literal("1"))]
    for n in range(1, 60):
        below = [f"a{n - 1}", f"b{n - 1}"]
        text = literal(" + ".join(below) + " - 1")
        parts += [decision(f"{side}{n}", text, decisions=below) for side in "ab"]
    assert evaluate("a59", {}, *parts).value == 1


@pytest.mark.parametrize("size", [1, 2, 5])
def test_a_cycle_is_refused_with_its_path(size: int) -> None:
    parts = [
        decision(f"d{n}", literal("1"), decisions=[f"d{(n + 1) % size}"]) for n in range(size)
    ]
    with pytest.raises(InvalidDefinition, match="→") as caught:
        compiled(*parts)
    assert caught.value.findings[0].code == "dmn.cycle"


def test_a_missing_reference_and_two_things_of_one_name_are_refused() -> None:
    assert codes(decision("d", literal("1"), decisions=["gone"])) == ["dmn.ref"]
    assert codes(decision("d", literal("1"), inputs=["e"]), decision("e", literal("1"))) == [
        "dmn.ref"
    ]
    two = (data("a", name="x"), data("b", name="x"))
    assert codes(*two, decision("d", literal("x"), inputs=["a", "b"])) == ["dmn.name"]


def test_an_id_used_twice_is_refused() -> None:
    with pytest.raises(InvalidDefinition) as caught:
        models(data("d"), decision("d", literal("1")))
    assert caught.value.findings[0].code == "dmn.duplicate"


def test_an_unknown_decision_is_not_found() -> None:
    with pytest.raises(NotFound):
        evaluate("gone", {}, decision("d", literal("1")))


def test_a_variable_that_is_not_drawn_may_be_read_and_is_noted() -> None:
    parts = (decision("d", literal("amount + 1")),)
    made = compiled(*parts)
    assert made.inputs("d") == ("amount",)
    assert made.evaluate("d", {"amount": 2}, Moment()).value == 3
    assert made.evaluate("d", {}, Moment()).value is None
    declared = compile_model(models(*parts), ["amount"])
    assert declared.inputs("d") == ("amount",)
    assert declared.evaluate("d", {}, Moment()).warnings == ()


def test_ids_names_inputs_and_versions_are_told() -> None:
    made = compiled(
        data("x"),
        data("y"),
        decision("base", literal("x"), inputs=["x"], name="基础"),
        decision("top", literal("基础 + y"), inputs=["y"], decisions=["base"]),
    )
    assert dict(made.ids()) == {"base": "基础", "top": "top"}
    assert made.names("base") == "基础"
    assert made.inputs("top") == ("x", "y")
    assert len(made.version("top")) == 64


BOXES: list[tuple[str, str, Any]] = [
    ("context", "<context>" + entry("a", literal("1")) + entry("b", literal("a + x"))
     + "</context>", {"a": 1, "b": 6}),
    ("context with a result", "<context>" + entry("a b", literal("2"))
     + entry("", literal("a b * x")) + "</context>", 10),
    ("context with a type", "<context>" + entry("a", literal('"no"'), "number")
     + "</context>", {"a": None}),
    ("list", f"<list>{literal('1')}{literal('x')}</list>", [1, 5]),
    ("relation", '<relation><column name="k"/><column name="v v"/><row>' + literal('"a"')
     + literal("1") + "</row><row>" + literal('"b"') + literal("x") + "</row></relation>",
     [{"k": "a", "v v": 1}, {"k": "b", "v v": 5}]),
    ("invocation", "<invocation>" + literal("double")
     + '<binding><parameter name="n"/>' + literal("x + 1") + "</binding></invocation>", 12),
    ("function in a context", "<context>" + entry("f", function([("n", "number")],
     literal("n * x"))) + entry("", literal("f(4)")) + "</context>", 20),
    ("condition", f"<conditional><if>{literal('x > 3')}</if><then>{literal('1')}</then>"
     f"<else>{literal('2')}</else></conditional>", 1),
    ("condition that is null", f"<conditional><if>{literal('null')}</if><then>{literal('1')}"
     f"</then><else>{literal('2')}</else></conditional>", 2),
    ("filter", f"<filter><in>{literal('[1, 7, 9]')}</in><match>{literal('item > x')}</match>"
     "</filter>", [7, 9]),
    ("filter of rows", f"<filter><in>{literal('[{n: 1}, {n: 9}]')}</in><match>"
     f"{literal('n > x')}</match></filter>", [{"n": 9}]),
    ("index", f"<filter><in>{literal('[1, 7, 9]')}</in><match>{literal('2')}</match></filter>",
     7),
    ("for", f'<for iteratorVariable="i"><in>{literal("1..3")}</in><return>'.replace(
        literal("1..3"), literal("[1, 2, 3]")) + literal("i * x") + "</return></for>",
     [5, 10, 15]),
    ("for with partial", f'<for iteratorVariable="i"><in>{literal("[1..4]")}</in><return>'
     + literal("count(partial)") + "</return></for>", [0, 1, 2, 3]),
    ("some", f'<some iteratorVariable="i"><in>{literal("[1, 9]")}</in><satisfies>'
     + literal("i > x") + "</satisfies></some>", True),
    ("every", f'<every iteratorVariable="i"><in>{literal("[1, 9]")}</in><satisfies>'
     + literal("i > x") + "</satisfies></every>", False),
    ("table in a context", "<context>" + entry("t", table("FIRST", [column("x")],
     [output("")], [["> 3", '"big"'], ["-", '"small"']])) + entry("", literal("upper case(t)"))
     + "</context>", "BIG"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "logic", "expected"), BOXES)
def test_a_boxed_expression_has_its_value(name: str, logic: str, expected: Any) -> None:
    found = evaluate(
        "d",
        {"x": 5},
        data("x", "number"),
        knowledge("double", [("n", "number")], literal("n * 2")),
        decision("d", logic, inputs=["x"], knowledge=["double"]),
    )
    assert found.value == expected


def test_knowledge_sees_its_parameters_and_its_knowledge_only() -> None:
    parts = (
        data("x"),
        knowledge("base", [("n", "number")], literal("n + 1")),
        knowledge("more", [("n", "number")], literal("base(n) * 10"), ["base"]),
        knowledge("spy", [("n", "number")], literal("x")),
        decision("d", literal("more(x)"), inputs=["x"], knowledge=["more"]),
        decision("s", literal("spy(1)"), inputs=["x"], knowledge=["spy"]),
    )
    assert evaluate("d", {"x": 2}, *parts).value == 30
    assert evaluate("s", {"x": 2}, *parts).value is None
    assert "expr.unknown_name" in codes(*parts)


def test_knowledge_may_be_a_table_and_may_call_itself_within_limits() -> None:
    logic = table("FIRST", [column("n")], [output("")],
                  [["<= 1", "1"], ["-", "n * fact(n - 1)"]])  # fmt: skip
    parts = (
        data("n"),
        knowledge("fact", [("n", "number")], logic),
        decision("d", literal("fact(n)"), inputs=["n"], knowledge=["fact"]),
    )
    assert evaluate("d", {"n": 10}, *parts).value == 3628800
    with pytest.raises(ExpressionFailed, match="过深"):
        evaluate("d", {"n": 500}, *parts)


def test_functions_that_call_each_other_in_a_circle_are_refused() -> None:
    parts = (
        knowledge("f", [("n", "number")], literal("g(n)"), ["g"]),
        knowledge("g", [("n", "number")], literal("f(n)"), ["f"]),
    )
    assert "dmn.cycle" in codes(*parts)


def test_a_parameter_of_the_wrong_type_is_null() -> None:
    parts = (
        knowledge("f", [("n", "number")], literal("n = null")),
        decision("d", literal('f("a")'), knowledge=["f"]),
    )
    assert evaluate("d", {}, *parts).value is True


SERVICE = (
    '<decisionService id="svc" name="审查 服务"><variable name="审查 服务"/>'
    '<outputDecision href="#top"/><encapsulatedDecision href="#mid"/>'
    '<inputDecision href="#base"/><inputData href="#x"/></decisionService>'
)
SERVED = (
    data("x"),
    decision("base", literal("100")),
    decision("mid", literal("base + x"), inputs=["x"], decisions=["base"]),
    decision("top", literal("mid * 2"), decisions=["mid"]),
    SERVICE,
)


def test_a_decision_service_is_evaluated_with_what_it_is_given() -> None:
    made = compiled(
        *SERVED,
        decision("caller", literal("审查 服务(x: 1, base: 2)"), knowledge=["svc"]),
        decision("placed", literal("审查 服务(1, 2)"), knowledge=["svc"]),
    )
    assert made.inputs("svc") == ("base", "x")
    assert made.evaluate("svc", {"x": 1, "base": 2}, Moment()).value == 6
    assert made.evaluate("top", {"x": 1}, Moment()).value == 202
    assert made.evaluate("caller", {"x": 99}, Moment()).value == 6
    assert made.evaluate("placed", {}, Moment()).value == 6


ITEMS = (
    '<itemDefinition name="tGrade"><typeRef>string</typeRef><allowedValues><text>"A", "B"'
    "</text></allowedValues></itemDefinition>"
    '<itemDefinition name="tGrades" isCollection="true"><typeRef>tGrade</typeRef>'
    "</itemDefinition>"
    '<itemDefinition name="tSite"><itemComponent name="site name"><typeRef>string</typeRef>'
    '</itemComponent><itemComponent name="grade"><typeRef>tGrade</typeRef></itemComponent>'
    '<itemComponent name="parts" isCollection="true"><typeRef>tSite</typeRef></itemComponent>'
    "</itemDefinition>"
)


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("tGrade", "A", "A"),
        ("tGrade", "C", None),
        ("tGrade", ["B"], "B"),
        ("tGrades", ["A", "B"], ["A", "B"]),
        ("tGrades", "A", ["A"]),
        ("tGrades", ["A", "C"], None),
        ("tSite", {"site name": "x", "grade": "A"}, {"site name": "x", "grade": "A"}),
        ("tSite", {"grade": "A", "parts": [{"grade": "Z"}]}, None),
        ("number", 5, 5),
        ("number", "5", None),
        ("date", date(2026, 1, 1), date(2026, 1, 1)),
        ("feel:string", "x", "x"),
        ("Any", [1], [1]),
    ],
)
def test_a_type_is_checked_for_inputs_and_results(kind: str, value: Any, expected: Any) -> None:
    parts = (ITEMS, data("x", kind), decision("d", literal("x"), inputs=["x"]))
    assert evaluate("d", {"x": value}, *parts).value == expected
    parts = (ITEMS, data("x"), decision("d", literal("x"), inputs=["x"], kind=kind))
    assert evaluate("d", {"x": value}, *parts).value == expected


def test_an_expression_that_can_never_work_for_its_inputs_is_refused() -> None:
    wrong = decision("d", literal('x > "5"'), inputs=["x"])
    assert codes(data("x", "number"), wrong) == ["expr.type"]
    assert codes(data("x"), wrong) == []
    boxed = "<context>" + entry("x", literal('"a"')) + entry("", literal('x > "5"'))
    assert codes(data("x", "number"), decision("d", boxed + "</context>", inputs=["x"])) == []


def test_a_component_name_with_a_space_is_found_behind_a_dot() -> None:
    parts = (
        ITEMS,
        data("x", "tSite"),
        decision("d", literal('x.site name + "!"'), inputs=["x"]),
    )
    assert evaluate("d", {"x": {"site name": "湖"}}, *parts).value == "湖!"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b"<definitions/>", "dmn.namespace"),
        (b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>',
         "dmn.namespace"),
        (document("<widget/>"), "dmn.element"),
        (document('<decision id="d"><literalExpression><text>1</text></literalExpression>'
                  "</decision>"), "dmn.missing"),
        (document('<decision id="d" name="d"><literalExpression '
                  'expressionLanguage="http://www.java.com"><text>1</text></literalExpression>'
                  "</decision>"), "dmn.language"),
        (document('<businessKnowledgeModel id="b" name="b"><encapsulatedLogic kind="Java">'
                  '<literalExpression><text>1</text></literalExpression></encapsulatedLogic>'
                  "</businessKnowledgeModel>"), "dmn.external"),
        (document(decision("d", "<list>" * 40 + literal("1") + "</list>" * 40)), "dmn.nesting"),
        (b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><x/>",
         "xml.doctype"),
        (b"not xml", "xml.syntax"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_executed_is_refused_by_name(text: bytes, code: str) -> None:
    with pytest.raises(InvalidDefinition) as caught:
        parse(text, "x.dmn")
    assert caught.value.findings[0].code == code


def test_an_evaluation_beyond_its_budget_is_an_error() -> None:
    logic = literal("some a in 1..999, b in 1..999 satisfies a < 0")
    with pytest.raises(ExpressionFailed, match="计算量过大"):
        evaluate("d", {}, decision("d", logic))


def test_a_service_called_in_a_loop_shares_the_budget_of_its_caller() -> None:
    heavy = decision("heavy", literal("count(for a in 1..5000 return a)"))
    service = (
        '<decisionService id="s" name="s"><variable name="s"/><outputDecision href="#heavy"/>'
        "</decisionService>"
    )
    caller = decision("d", literal("for i in 1..500 return s()"), knowledge=["s"])
    with pytest.raises(ExpressionFailed, match="计算量过大"):
        evaluate("d", {}, heavy, service, caller)


def test_the_moment_is_that_of_the_event() -> None:
    made = compiled(decision("d", literal("today()")))
    moment = Moment(at=datetime(2026, 6, 30, 20, tzinfo=UTC))
    assert made.evaluate("d", {}, moment).value == date(2026, 7, 1)


def test_a_function_as_a_result_stays_inside() -> None:
    found = evaluate("d", {}, decision("d", literal("function(a) a")))
    assert found.value is None
    assert found.warnings
