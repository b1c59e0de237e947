"""Length, nesting, counted operations, sizes: every limit ends in an orderly way."""

import sys
from collections.abc import Callable
from typing import Any

import pytest

from engine.base.errors import ExpressionFailed, InvalidExpression
from engine.feel.borders import taken_in
from engine.feel.compile import compile_expression
from engine.feel.run import MAX_OPERATIONS
from tests.feel.support import MOMENT, strict, value

CHAINS = [" and ", " or ", " + ", " * ", " ** ", "-", " / "]


@pytest.mark.parametrize("operator", CHAINS)
def test_a_chain_as_long_as_the_text_may_be_needs_no_stack(operator: str) -> None:
    count = (4096 + len(operator)) // (1 + len(operator))
    text = operator.join(["x"] * count)
    number = True if operator.strip() in {"and", "or"} else 1
    assert count >= 680
    strict(text, {"x": number})


def test_two_thousand_terms_of_and_fit_when_the_text_limit_is_raised() -> None:
    text = " and ".join(["x"] * 2000)
    assert compile_expression(text, names=["x"], limit=20_000)({"x": True}, MOMENT) is True


def test_a_long_chain_of_else_if_is_flat() -> None:
    text = "".join(f"if x = {n} then {n} else " for n in range(150)) + "-1"
    assert strict(text, {"x": 149}) == 149


def test_a_long_row_of_minus_signs_is_folded() -> None:
    assert value("-" * 4000 + "1") == 1


NESTED: dict[str, tuple[str, str, str]] = {
    "brackets": ("(", "1", ")"),
    "lists": ("[", "1", "]"),
    "contexts": ("{a: ", "1", "}"),
    "calls": ("abs(", "1", ")"),
    "filters": ("[1][", "1", "]"),
    "conditions": ("if true then ", "1", " else 0"),
    "loops": ("for i in [1] return ", "1", ""),
    "quantifiers": ("some i in [1] satisfies ", "true", ""),
    "functions": ("function(p) ", "1", ""),
    "memberships": ("1 in (", "1", ")"),
    "sums": ("1 + (", "1", ")"),
    "everything": ("1 + 2 * 3 ** -(", "1", ")"),
}


@pytest.mark.parametrize("form", NESTED)
def test_nesting_is_refused_beyond_sixty_four_levels(form: str) -> None:
    head, core, tail = NESTED[form]
    with pytest.raises(InvalidExpression) as caught:
        compile_expression(head * 64 + core + tail * 64)
    assert caught.value.problem_code == "expr.too_complex"


@pytest.mark.parametrize("form", NESTED)
def test_nesting_within_the_limit_works_on_a_stack_used_already(form: str) -> None:
    head, core, tail = NESTED[form]
    levels = {"everything": 24}.get(form, 62)

    def deep(depth: int) -> None:
        if depth:
            deep(depth - 1)
            return
        text = head * levels + core + tail * levels
        compile_expression(text, mode="spec").with_warnings({}, MOMENT)

    assert sys.getrecursionlimit() == 1000
    deep(250)


@pytest.mark.parametrize("text", ["a" + ".a" * 2000, "a" + "[1]" * 1300, "a" + "(1)" * 1300,
                                  "1" + " = 1" * 1000, "1" + " in 1" * 800,
                                  "1" + " instance of Any" * 250])  # fmt: skip
def test_a_tree_grown_high_by_a_chain_is_refused(text: str) -> None:
    with pytest.raises(InvalidExpression) as caught:
        compile_expression(text, names=["a"])
    assert caught.value.problem_code == "expr.too_complex"


def test_the_text_has_a_limit() -> None:
    with pytest.raises(InvalidExpression, match="过长"):
        compile_expression("1" * 5000)
    with pytest.raises(InvalidExpression, match="过长"):
        compile_expression('"' + "a" * 1100 + '"', kind="unary", limit=1024)


BOMBS = {
    "nested loops": "for a in 1..1000, b in 1..1000, c in 1..1000 return a",
    "quantified loops": "every a in 1..9999, b in 1..9999 satisfies a > 0",
    "long range": "for i in 1..100000000 return i",
    "long range the other way": "for i in 100000000..-100000000 return i",
    "power": "9 ** 9 ** 9 ** 9 ** 9",
    "power of powers": "9 ** (9 ** (9 ** 9))",
    "doubling text": "{f: function(s) s + s, r: f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f("
    '"aaaaaaaaaa"))))))))))))))))))))}.r',
    "doubling list": "{f: function(s) concatenate(s, s), r: f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f("
    "[1,2]))))))))))))))))}.r",
    "sharing": "{f: function(s) [s, s, s, s], r: f(f(f(f(f(f(f(f(f(f(f(f(1))))))))))))}.r",
    "sharing written": "string({f: function(s) [s, s, s, s], "
    "r: f(f(f(f(f(f(f(f(f(f(f(f(1))))))))))))}.r)",
    "recursion": "(function(f) f(f))(function(f) f(f))",
    "recursion fanned out": "(function(f) f(f))(function(f) [f(f), f(f)])",
    "sort": "sort(for i in 1..9999 return -i, function(a, b) (sum(for k in 1..99 return k) > 0)"
    " and a < b)",
    "replace": 'replace(replace(replace(replace("aaaaaaaaaaaaaaaa", "", "aaaaaaaaaaaaaaaa"), '
    '"", "aaaaaaaaaaaaaaaa"), "", "aaaaaaaaaaaaaaaa"), "", "aaaaaaaaaaaaaaaa")',
    "join": 'string join(for i in 1..9999 return "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", '
    '"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb")',
    "distinct": "distinct values(for i in 1..9999 return [i])",
    "partial": "for i in 1..9999 return count(partial)",
    "deep": "for i in 1..9999 return [partial[-1]]",
    "filter": "(for i in 1..9999 return i)[count((for j in 1..9999 return j)[item > 0]) > 0]",
    "duration": '@"P999999999D" * 999999999999',
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_ends_within_the_limits(name: str) -> None:
    expression = compile_expression(BOMBS[name], mode="spec")
    found, notes = expression.with_warnings({}, MOMENT)
    assert (found is None and notes) or name in {"deep", "duration", "partial"}
    with pytest.raises(ExpressionFailed):
        _all_of_it(compile_expression(BOMBS[name]), name)


def _all_of_it(expression: Callable[..., Any], name: str) -> None:
    expression({}, MOMENT)
    if name in {"deep", "partial"}:  # within the limits, and harmless
        raise ExpressionFailed


def test_the_budget_is_a_hundred_thousand_operations() -> None:
    text = "some a in 1..{} satisfies a < 0"
    cost = compile_expression(text.format(9)).tree.size
    most = MAX_OPERATIONS // cost
    assert MAX_OPERATIONS == 100_000
    assert compile_expression(text.format(most - 2)).with_lists(most)({}, MOMENT) is False
    with pytest.raises(ExpressionFailed, match="计算量过大"):
        compile_expression(text.format(most + 1)).with_lists(most * 2)({}, MOMENT)


def test_the_same_evaluation_always_costs_the_same() -> None:
    ends = []
    for top in (9_000, 30_000):
        text = f"count(for a in 1..10, b in 1..{top} return a)"
        ends.append(compile_expression(text, mode="spec").with_warnings({}, MOMENT))
    assert ends[0] == ends[0]
    assert str(MAX_OPERATIONS) in ends[0][1][0] or "列表过长" in ends[0][1][0]


def test_data_nested_deeply_is_compared_and_written_without_a_stack() -> None:
    deep: list[Any] = []
    for _ in range(20_000):
        deep = [deep]
    scope = {"x": deep, "y": [deep[0]]}
    assert value("x = y", scope) is True
    assert value("count(flatten(x))", scope) == 0
    assert len(value("string(x)", scope)) == 40_002


def test_a_list_may_be_longer_where_many_people_are_asked() -> None:
    expression = compile_expression("people[item > 0]", names=["people"])
    people = {"people": list(range(1, 12_001))}
    with pytest.raises(ExpressionFailed, match="列表过长"):
        expression(people, MOMENT)
    assert len(expression.with_lists(20_000)(people, MOMENT)) == 12_000


def test_values_of_the_host_are_copied_or_dropped() -> None:
    class Host:
        secret = "x"

    found = taken_in({"a": (1, [2.5]), "b": Host(), 3: None})
    assert found == {"a": [1, [value("2.5")]], "b": None, "3": None}
