"""Closures against the tree walk: the same value and warnings for generated expressions."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.base.errors import ExpressionFailed, InvalidExpression
from engine.feel.compile import Expression, compile_expression
from engine.feel.treewalk import evaluate
from tests.feel.support import MOMENT, same
from tests.feel.test_functions import CASES as FUNCTION_CASES
from tests.feel.test_functions import RANGES
from tests.feel.test_grammar import CASES, SCOPE

NAMES = ["x", "y", "b", "rows", "name", "i", "item", "area", "code"]
LEAVES = st.sampled_from(
    ["0", "1", "2", "-3", "2.5", '"a"', '"b"', "true", "false", "null", "[]", "[1, 2, null]",
     '@"2026-01-31"', '@"P1M"', '@"P2D"', "{a: 1, x: 2}", "[1..3]", "rows.area", "rows[1]",
     "function(i) i + x", "today()", "[{x: 1}, {x: null}, {y: 2}]", *NAMES]
)  # fmt: skip
BINARY = ["+", "-", "*", "/", "**", "=", "!=", "<", "<=", ">", ">=", "and", "or", "in"]


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    two = st.tuples(inner, inner)
    three = st.tuples(inner, inner, inner)
    return st.one_of(
        st.tuples(inner, st.sampled_from(BINARY), inner).map(lambda p: f"({' '.join(p)})"),
        st.tuples(inner, st.sampled_from(BINARY), inner).map(" ".join),
        inner.map(lambda p: f"-({p})"),
        inner.map(lambda p: f"not({p})"),
        two.map(lambda p: f"({p[0]})[{p[1]}]"),
        two.map(lambda p: f"for i in {p[0]} return {p[1]}"),
        three.map(lambda p: f"for i in {p[0]}, x in {p[1]} return [{p[2]}, partial[-1]]"),
        two.map(lambda p: f"(some i in {p[0]} satisfies {p[1]})"),
        two.map(lambda p: f"(every item in {p[0]} satisfies {p[1]})"),
        three.map(lambda p: f"if {p[0]} then {p[1]} else {p[2]}"),
        two.map(lambda p: f"{{x: {p[0]}, y: {p[1]}}}.y"),
        two.map(lambda p: f"[{p[0]}, {p[1]}]"),
        inner.map(lambda p: f"({p}).x"),
        three.map(lambda p: f"({p[0]}) between {p[1]} and ({p[2]})"),
        three.map(lambda p: f"({p[0]}) in ({p[1]}, ? = {p[2]}, > {p[1]})"),
        two.map(lambda p: f"(function(x, y) {p[0]})({p[1]}, b)"),
        two.map(lambda p: f"(function(x: number) {p[0]})({p[1]})"),
        inner.map(lambda p: f"count({p})"),
        inner.map(lambda p: f"string({p})"),
        inner.map(lambda p: f"sum({p})"),
        two.map(lambda p: f"concatenate({p[0]}, {p[1]})"),
        inner.map(lambda p: f"sort({p}, function(i, item) i < item)"),
        inner.map(lambda p: f"({p}) instance of list<number>"),
        two.map(lambda p: f"[{p[0]}..{p[1]})"),
    )


def outcome(expression: Expression, walked: bool) -> Any:
    try:
        if walked:
            return evaluate(expression, SCOPE, MOMENT)
        return expression.with_warnings(SCOPE, MOMENT)
    except ExpressionFailed as error:
        return error.details["reason"]


def agree(text: str) -> bool:
    """Compare both ways; False when TEXT could not be read."""
    try:
        modes = [compile_expression(text, names=SCOPE, mode=m) for m in ("spec", "strict")]
    except InvalidExpression:
        return False
    for expression in modes:
        one, two = outcome(expression, False), outcome(expression, True)
        if isinstance(one, str) or isinstance(two, str):
            assert one == two, text
        else:
            assert same(one[0], two[0]), (text, one, two)
            assert one[1] == two[1], text
    return True


@settings(max_examples=500, deadline=None)
@given(st.recursive(LEAVES, _grown, max_leaves=12))
def test_closures_and_tree_walk_agree(text: str) -> None:
    agree(text)


def test_closures_and_tree_walk_agree_on_every_case_of_the_tables() -> None:
    texts = [text for text, _ in (*CASES, *FUNCTION_CASES, *RANGES)]
    assert all(agree(text) for text in texts)


def test_most_generated_expressions_can_be_read() -> None:
    read: list[bool] = []

    @settings(max_examples=100, deadline=None, database=None)
    @given(st.recursive(LEAVES, _grown, max_leaves=12))
    def generate(text: str) -> None:
        read.append(agree(text))

    generate()
    assert sum(read) > len(read) * 0.8
