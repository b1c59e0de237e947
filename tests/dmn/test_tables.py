"""Decision tables: every hit policy, defaults, allowed values, the trail of matched rows."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.base.errors import ExpressionFailed, InvalidDefinition
from engine.base.expressions import Moment
from engine.dmn.evaluate import DecisionResult
from tests.dmn.support import column, compiled, data, decision, evaluate, literal, output, table

RULES = [["< 10", '"low"'], ["[5..20]", '"middle"'], ["> 15", '"high"'], ["> 100", '"high"']]


def ask(policy: str, x: Any, rules: Any = RULES, **more: Any) -> DecisionResult:
    allowed = '"high", "middle", "low"' if policy in {"PRIORITY", "OUTPUT ORDER"} else ""
    outputs = [output("", allowed=allowed, **more)]
    logic = table(policy, [column("x", "number")], outputs, rules)
    return evaluate("d", {"x": x}, data("x", "number"), decision("d", logic, inputs=["x"]))


@pytest.mark.parametrize(
    ("policy", "x", "expected", "rows"),
    [
        ("UNIQUE", 3, "low", ["r1"]),
        ("FIRST", 7, "low", ["r1"]),
        ("FIRST", 18, "middle", ["r2"]),
        ("ANY", 200, "high", ["r3", "r4"]),
        ("PRIORITY", 7, "middle", ["r1", "r2"]),
        ("PRIORITY", 18, "high", ["r2", "r3"]),
        ("RULE ORDER", 18, ["middle", "high"], ["r2", "r3"]),
        ("OUTPUT ORDER", 18, ["high", "middle"], ["r2", "r3"]),
        ("COLLECT", 7, ["low", "middle"], ["r1", "r2"]),
        ("COLLECT/COUNT", 7, 2, ["r1", "r2"]),
        ("COLLECT/MIN", 7, "low", ["r1", "r2"]),
        ("COLLECT/MAX", 7, "middle", ["r1", "r2"]),
    ],
)
def test_a_hit_policy_chooses_among_the_matching_rows(
    policy: str, x: int, expected: Any, rows: list[str]
) -> None:
    found = ask(policy, x)
    assert found.value == expected
    assert found.tables[0]["rows"] == rows
    assert found.tables[0]["inputs"] == {"x": x}
    assert found.tables[0]["outputs"] == expected
    assert found.warnings == ()


def test_collect_adds_up_numbers() -> None:
    rules = [["> 0", "1.5"], ["> 1", "2"], ["> 2", "4"]]
    assert ask("COLLECT/SUM", 2, rules).value == Decimal("3.5")
    assert ask("COLLECT/MAX", 5, rules).value == 4


def test_unique_with_two_matches_is_an_error_naming_the_rows_as_on_the_screen() -> None:
    with pytest.raises(ExpressionFailed, match="第 1、2 行") as caught:
        ask("UNIQUE", 7)
    assert caught.value.problem_code == "dmn.unique"
    assert caught.value.details["rows"] == ["r1", "r2"]
    assert caught.value.details["numbers"] == [1, 2]


def test_any_with_different_outputs_is_an_error_naming_the_rows() -> None:
    with pytest.raises(ExpressionFailed, match="第 2、3 行") as caught:
        ask("ANY", 18)
    assert caught.value.problem_code == "dmn.any"


def test_no_match_gives_null_with_a_warning_or_the_default() -> None:
    found = ask("UNIQUE", 50, [["< 10", "1"]])
    assert (found.value, found.tables[0]["rows"]) == (None, [])
    assert "没有符合的行" in found.warnings[0]
    assert ask("UNIQUE", 50, [["< 10", "1"]], default="7").value == 7
    assert ask("COLLECT/COUNT", 50, [["< 10", "1"]]).value == 0


def test_a_null_input_matches_only_what_allows_it() -> None:
    assert ask("UNIQUE", None, [["< 10", "1"], ["null", "2"]]).value == 2
    assert ask("FIRST", None, [["< 10", "1"], ["-", "3"]]).value == 3
    assert ask("FIRST", None, [["< 10", "1"], ["", "3"]]).value == 3


def test_several_outputs_make_a_context_and_the_order_is_that_of_all_columns() -> None:
    outputs = [output("level", allowed='"H", "L"'), output("who", allowed='"a", "b"')]
    rules = [["-", '"L"', '"a"'], ["-", '"H"', '"b"'], ["-", '"H"', '"a"']]
    logic = table("OUTPUT ORDER", [column("x")], outputs, rules)
    found = evaluate("d", {"x": 1}, data("x"), decision("d", logic, inputs=["x"])).value
    assert found == [
        {"level": "H", "who": "a"},
        {"level": "H", "who": "b"},
        {"level": "L", "who": "a"},
    ]


def test_an_input_or_output_outside_its_allowed_values_is_null_with_a_warning() -> None:
    logic = table(
        "FIRST", [column("x", allowed='"a", "b"')], [output("")], [['"a"', "1"], ["-", "2"]]
    )
    parts = (data("x"), decision("d", logic, inputs=["x"]))
    assert evaluate("d", {"x": "a"}, *parts).value == 1
    found = evaluate("d", {"x": "z"}, *parts)
    assert found.value == 2
    assert "不在可选值之内" in found.warnings[0]
    assert found.tables[0]["inputs"] == {"x": None}
    logic = table("FIRST", [column("x")], [output("", allowed="1, 2")], [["-", "x + 0"]])
    parts = (data("x"), decision("d", logic, inputs=["x"]))
    assert evaluate("d", {"x": 2}, *parts).value == 2
    assert evaluate("d", {"x": 3}, *parts).value is None


def test_an_input_of_the_wrong_type_is_null_with_a_warning() -> None:
    found = ask("FIRST", "seven", [["-", "1"]])
    assert found.tables[0]["inputs"] == {"x": None}
    assert found.warnings


def test_a_cell_may_read_other_inputs_and_use_the_question_mark() -> None:
    logic = table(
        "FIRST",
        [column("x"), column("y")],
        [output("")],
        [
            ["? > y and ? < 2 * y", "-", "x - y"],
            ["-", "count(?) > 1", '"list"'],
            ["-", "-", "0"],
        ],
    )
    parts = (data("x"), data("y"), decision("d", logic, inputs=["x", "y"]))
    assert evaluate("d", {"x": 5, "y": 3}, *parts).value == 2
    assert evaluate("d", {"x": None, "y": [1, 2]}, *parts).value == "list"
    assert evaluate("d", {"x": 1, "y": 3}, *parts).value == 0


def test_a_table_without_inputs_always_applies() -> None:
    logic = table("COLLECT", [], [output("")], [["1"], ["2"]])
    assert evaluate("d", {}, decision("d", logic)).value == [1, 2]


def test_the_trail_names_version_and_policy_of_each_table() -> None:
    found = ask("FIRST", 3).tables[0]
    assert found["decision"] == "d"
    assert found["table"] == "T"
    assert found["hit_policy"] == "F"
    assert len(found["version"]) == 64


@pytest.mark.parametrize(
    ("logic", "code"),
    [
        (table("UNIQUE", [column("x")], [output("")], [["1", "1"]],
               'preferredOrientation="CrossTable"'), "dmn.orientation"),
        (table("BEST", [column("x")], [output("")], [["1", "1"]]), "dmn.hit_policy"),
        (table("COLLECT/SUM", [column("x")], [output("a"), output("b")], [["1", "1", "1"]]),
         "dmn.aggregate"),
        (table("UNIQUE", [column("x")], [output("a"), output("a")], [["1", "1", "1"]]),
         "dmn.output_name"),
        (table("UNIQUE", [column("x")], [output("a")], [["1"]]), "dmn.columns"),
        (table("PRIORITY", [column("x")], [output("a")], [["1", "1"]]), "dmn.output_order"),
        (table("UNIQUE", [column("x")], [], [["1"]]), "dmn.missing"),
        (table("UNIQUE", [column("x", "widget")], [output("")], [["1", "1"]]), "dmn.type"),
        (table("UNIQUE", [column("x")], [output("")], [["1 +", "1"]]), "expr.syntax"),
        (table("UNIQUE", [column("x")], [output("")], [["-", "frob(1)"]]),
         "expr.unknown_function"),
        (table("UNIQUE", [column("x")], [output("")], [["1" * 1100, "1"]]), "expr.too_complex"),
        (literal("1 +"), "expr.syntax"),
        ("", "dmn.missing"),
    ],
)  # fmt: skip
def test_what_cannot_be_executed_is_refused_by_name(logic: str, code: str) -> None:
    with pytest.raises(InvalidDefinition) as caught:
        compiled(data("x"), decision("d", logic, inputs=["x"]))
    found = caught.value.findings[0]
    assert (found.code, found.element, found.severity) == (code, "d", "error")
    assert found.zh
    assert found.repair


@pytest.mark.parametrize("orientation", ["Rule-as-Row", "Rule-as-Column"])
def test_rows_and_columns_are_the_same_model(orientation: str) -> None:
    logic = table(
        "UNIQUE", [column("x")], [output("")], [["1", '"one"']],
        f'preferredOrientation="{orientation}"',
    )  # fmt: skip
    assert evaluate("d", {"x": 1}, decision("d", logic)).value == "one"


CELLS = st.sampled_from(
    ["-", "1", "2, 3", "< 2", ">= 2", "[1..3]", "(1..3)", "not(2)", "not(< 2, 5)", "null"]
)
VALUES = st.sampled_from([None, 0, 1, 2, 3, 5])
OUTPUTS = ['"a"', '"b"', '"c"']


def _passes(cell: str, value: int | None) -> bool:
    """Answer a cell the naive way, for the brute-force evaluation."""
    if cell == "-":
        return True
    if cell == "null":
        return value is None
    if value is None:
        return cell == "not(2)"
    answers = {
        "1": value == 1,
        "2, 3": value in (2, 3),
        "< 2": value < 2,
        ">= 2": value >= 2,
        "[1..3]": 1 <= value <= 3,
        "(1..3)": 1 < value < 3,
        "not(2)": value != 2,
        "not(< 2, 5)": not (value < 2 or value == 5),
    }
    return answers[cell]


def _brute(policy: str, outputs: list[str], hits: list[int]) -> Any:
    """Apply a hit policy by its definition; "error" where rows clash."""
    found = [outputs[index].strip('"') for index in hits]
    if not hits:
        return 0 if policy == "COLLECT/COUNT" else None
    ranked = sorted(found, key="cab".index)
    return {
        "UNIQUE": found[0] if len(hits) == 1 else "error",
        "ANY": found[0] if len(set(found)) == 1 else "error",
        "FIRST": found[0],
        "PRIORITY": ranked[0],
        "OUTPUT ORDER": ranked,
        "RULE ORDER": found,
        "COLLECT": found,
        "COLLECT/COUNT": len(found),
        "COLLECT/MIN": min(found),
        "COLLECT/MAX": max(found),
    }[policy]


@settings(max_examples=250, deadline=None)
@given(
    st.sampled_from(["UNIQUE", "ANY", "FIRST", "PRIORITY", "OUTPUT ORDER", "RULE ORDER",
                     "COLLECT", "COLLECT/COUNT", "COLLECT/MIN", "COLLECT/MAX"]),
    st.lists(st.tuples(CELLS, CELLS, st.sampled_from(OUTPUTS)), min_size=1, max_size=6),
    VALUES,
    VALUES,
)  # fmt: skip
def test_hit_policies_agree_with_brute_force(
    policy: str, rules: list[tuple[str, str, str]], x: int | None, y: int | None
) -> None:
    order = '"c", "a", "b"' if policy in {"PRIORITY", "OUTPUT ORDER"} else ""
    logic = table(policy, [column("x"), column("y")], [output("", allowed=order)], rules)
    made = compiled(data("x"), data("y"), decision("d", logic, inputs=["x", "y"]))
    hits = [
        index
        for index, (one, two, _) in enumerate(rules)
        if _passes(one, x) and _passes(two, y)
    ]
    expected = _brute(policy, [rule[2] for rule in rules], hits)
    if expected == "error":
        with pytest.raises(ExpressionFailed) as caught:
            made.evaluate("d", {"x": x, "y": y}, Moment())
        assert caught.value.details["numbers"] == [index + 1 for index in hits]
        return
    found = made.evaluate("d", {"x": x, "y": y}, Moment())
    assert found.value == expected
    named = hits[:1] if policy == "FIRST" else hits
    assert found.tables[0]["rows"] == [f"r{index + 1}" for index in named]
