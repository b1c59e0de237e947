"""Checks of tables: what is found, what is not, and that samples agree with the proof."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.base.expressions import Moment
from tests.dmn.support import (
    codes,
    column,
    compiled,
    data,
    decision,
    findings,
    output,
    table,
)


def found(policy: str, rules: Any, kind: str = "number", **more: Any) -> list[str]:
    return codes(*parts(policy, rules, kind, **more))


def parts(
    policy: str, rules: Any, kind: str = "number", allowed: str = "", **more: Any
) -> tuple[str, ...]:
    if policy in {"PRIORITY", "OUTPUT ORDER"}:
        more["allowed"] = '"a", "b"'
    columns = [column("x", kind, allowed, "金额")]
    logic = table(policy, columns, [output("", **more)], rules)
    return data("x"), decision("d", logic, inputs=["x"], name="分级")


def text(policy: str, rules: Any, kind: str = "number", **more: Any) -> str:
    first = [f for f in findings(*parts(policy, rules, kind, **more)) if f.code != "dmn.note"]
    return first[0].zh


PASSING: list[tuple[str, Any, str, dict[str, str]]] = [
    ("UNIQUE", [["< 5", "1"], [">= 5", "2"]], "number", {}),
    ("UNIQUE", [["not(5)", "1"], ["5", "2"]], "number", {}),
    ("UNIQUE", [["< 5", "1"], ["[5..9]", "2"], ["> 9", "3"]], "number", {}),
    ("UNIQUE", [["< 5", "1"]], "number", {"default": "0"}),
    ("COLLECT/COUNT", [["< 5", "1"]], "number", {}),
    ("FIRST", [['"a"', "1"], ["-", "2"]], "string", {}),
    ("UNIQUE", [['"a"', "1"], ['not("a")', "2"]], "string", {}),
    ("UNIQUE", [['"a"', "1"], ['"b"', "2"]], "string", {"allowed": '"a", "b"'}),
    ("UNIQUE", [["true", "1"], ["false", "2"]], "boolean", {}),
    ("UNIQUE", [['< @"2026-01-01"', "1"], ['>= date("2026-01-01")', "2"]], "date", {}),
    ("UNIQUE", [['<= @"2025-12-31"', "1"], ['>= @"2026-01-01"', "2"]], "date", {}),
    ("ANY", [["< 9", "1"], ["> 5", "1"]], "number", {}),
    ("COLLECT", [["< 9", "1"], ["> 5", "2"]], "number", {}),
    ("UNIQUE", [["< 5", "1"], ["[5..10]", "2"]], "number", {"allowed": "[0..10]"}),
    ("UNIQUE", [["? < 5", "1"], ["? >= 5", "2"]], "number", {}),
    ("UNIQUE", [["!= 5", "1"], ["= 5", "2"]], "number", {}),
]


@pytest.mark.parametrize(("policy", "rules", "kind", "more"), PASSING)
def test_a_table_that_is_complete_and_clear_has_no_finding(
    policy: str, rules: Any, kind: str, more: dict[str, str]
) -> None:
    assert found(policy, rules, kind, **more) == []


FAILING: list[tuple[str, Any, str, dict[str, str], str, str]] = [
    ("UNIQUE", [["< 5", "1"], ["> 5", "2"]], "number", {}, "dmn.gap", "金额 = 5"),
    ("UNIQUE", [["< 5", "1"], ["> 9", "2"]], "number", {}, "dmn.gap", "金额 [5..9]"),
    ("UNIQUE", [["[1..5]", "1"]], "number", {"allowed": ">= 1"}, "dmn.gap", "金额 > 5"),
    ("UNIQUE", [['"a"', "1"]], "string", {}, "dmn.gap", "金额 为 其他值"),
    ("UNIQUE", [['"a"', "1"]], "string", {"allowed": '"a", "b"'}, "dmn.gap", '金额 为 "b"'),
    ("UNIQUE", [["true", "1"]], "boolean", {}, "dmn.gap", "金额 为 false"),
    ("UNIQUE", [['< @"2026-01-01"', "1"], ['> @"2026-01-01"', "2"]], "date", {}, "dmn.gap",
     "金额 = 2026-01-01"),
    ("COLLECT", [["< 5", "1"]], "number", {}, "dmn.gap_list", "结果为空：金额 >= 5"),
    ("UNIQUE", [["<= 3", "1"], [">= 4", "2"]], "number", {}, "dmn.gap_fraction", "金额 (3..4)"),
    ("UNIQUE", [["<= 5", "1"], [">= 5", "2"]], "number", {}, "dmn.overlap",
     "第 1 行与第 2 行可能同时符合：金额 = 5"),
    ("ANY", [["< 9", "1"], ["> 5", "2"]], "number", {}, "dmn.overlap", "金额 (5..9)"),
    ("FIRST", [["-", "1"], ["> 5", "2"]], "number", {}, "dmn.masked", "第 2 行"),
    ("FIRST", [["< 5", "1"], [">= 5", "2"], ["> 7", "3"]], "number", {}, "dmn.masked",
     "第 3 行"),
    ("PRIORITY", [["> 5", '"b"'], ["-", '"a"']], "number", {}, "dmn.masked", "第 1 行"),
    ("FIRST", [["[5..3]", "1"], ["-", "2"]], "number", {}, "dmn.unreachable", "第 1 行"),
    ("FIRST", [["> 50", "1"], ["-", "2"]], "number", {"allowed": "[0..10]"}, "dmn.unreachable",
     "第 1 行"),
    ("FIRST", [['"a"', "1"], ["-", "2"]], "number", {}, "dmn.cell_type",
     "文本不符合该列的类型"),
    ("FIRST", [['< "z"', "1"], ["-", "2"]], "number", {}, "dmn.cell_type", "第 1 行“金额”"),
    ("FIRST", [["5", "1"], ["-", "2"]], "string", {}, "dmn.cell_type", "数字"),
    ("FIRST", [['"c"', "1"], ["-", "2"]], "string", {"allowed": '"a", "b"'}, "dmn.cell_value",
     "第 1 行"),
    ("FIRST", [["1", '"x"'], ["-", "2"]], "number", {"kind_of_output": "number"},
     "dmn.cell_type", "文本"),
    ("FIRST", [["? * 2 > 5", "1"], ["< 3", "2"]], "number", {}, "dmn.unproven", "未能完全检查"),
]  # fmt: skip


@pytest.mark.parametrize(("policy", "rules", "kind", "more", "code", "words"), FAILING)
def test_a_defect_is_found_and_named_as_on_the_screen(
    policy: str, rules: Any, kind: str, more: dict[str, str], code: str, words: str
) -> None:
    more = dict(more)
    wanted = more.pop("kind_of_output", "")
    if wanted:
        logic = table(policy, [column("x", kind, label="金额")], [output("", wanted)], rules)
        made = (data("x"), decision("d", logic, inputs=["x"], name="分级"))
    else:
        made = parts(policy, rules, kind, **more)
    named = [note for note in findings(*made) if note.code == code]
    assert named, [note.zh for note in findings(*made)]
    assert words in named[0].zh
    assert (named[0].file, named[0].element, named[0].name) == ("a.dmn", "d", "分级")
    assert named[0].en
    assert named[0].repair


def test_gaps_in_two_columns_name_both() -> None:
    columns = [column("x", "number", label="金额"), column("y", "string", label="级别")]
    rules = [["< 5", "-", "1"], [">= 5", '"国家级"', "2"]]
    logic = table("UNIQUE", columns, [output("")], rules)
    note = findings(data("x"), data("y"), decision("d", logic, inputs=["x", "y"]))[0]
    assert note.code == "dmn.gap"
    assert note.params["where"] == "金额 >= 5，级别 为 其他值"


def test_a_large_table_is_checked_within_its_budget() -> None:
    columns = [column(f"c{n}", "number") for n in range(6)]
    rules = [
        [f"[{(row * 7 + n) % 50}..{(row * 7 + n) % 50 + 9}]" for n in range(6)] + [str(row)]
        for row in range(150)
    ]
    logic = table("UNIQUE", columns, [output("")], rules)
    made = findings(decision("d", logic))
    assert {"dmn.gap", "dmn.unproven", "dmn.overlap"} & {note.code for note in made}
    assert len(made) <= 200


CELLS = st.sampled_from(
    ["-", "1", "2, 4", "< 2", "<= 3", ">= 2", "> 4", "[1..3]", "(1..4)", "]0..2]", "not(2)",
     "not(< 2, 5)", "= 3", "!= 3"]
)  # fmt: skip
HALVES = [value / 2 for value in range(-2, 14)]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=5))
def test_gaps_overlaps_and_masks_agree_with_samples(rules: list[tuple[str, str]]) -> None:
    rows = [[one, two, str(index)] for index, (one, two) in enumerate(rules)]
    columns = [column("x", "number"), column("y", "number")]
    collect = decision("c", table("COLLECT", columns, [output("")], rows))
    unique = table("UNIQUE", columns, [output("")], rows).replace('"T"', '"U"')
    first = table("FIRST", columns, [output("")], rows).replace('"T"', '"F"')
    both = (decision("u", unique), decision("f", first))
    made = compiled(collect)
    hits = set()
    for x in HALVES:
        for y in HALVES:
            scope = {"x": _number(x), "y": _number(y)}
            value = made.evaluate("c", scope, Moment()).value
            hits.add(tuple(value or ()))
    notes = findings(*both)
    gaps = any(n.code in {"dmn.gap", "dmn.gap_fraction"} and n.element == "u" for n in notes)
    assert gaps == (() in hits)
    pairs = {(n.params["row"] - 1, n.params["other"] - 1) for n in notes
             if n.code == "dmn.overlap"}  # fmt: skip
    together = {(a, b) for hit in hits for a in hit for b in hit if a < b}
    assert pairs == together
    never = {n.params["row"] - 1 for n in notes
             if n.code in {"dmn.masked", "dmn.unreachable"} and n.element == "f"}  # fmt: skip
    winners = {hit[0] for hit in hits if hit}
    assert never == set(range(len(rules))) - winners


def _number(value: float) -> Any:
    from decimal import Decimal

    return int(value) if value == int(value) else Decimal(str(value))
