"""Three-valued logic in full, strict and spec mode, names and what an expression reads."""

import itertools
from decimal import Decimal
from typing import Any

import pytest

from engine.base.errors import ExpressionFailed
from engine.base.expressions import Expr, Moment
from engine.feel.compile import Expression, compile_expression
from engine.feel.lexer import tokens
from engine.feel.names import Names, is_name
from tests.feel.support import MOMENT, strict, value, warnings

THREE = (True, False, None)
SCOPE = {"t": True, "f": False, "u": None}
NAMES = {True: "t", False: "f", None: "u"}


@pytest.mark.parametrize(("left", "right"), list(itertools.product(THREE, THREE)))
def test_and_follows_its_truth_table(left: bool | None, right: bool | None) -> None:
    expected = False if False in (left, right) else (None if None in (left, right) else True)
    assert strict(f"{NAMES[left]} and {NAMES[right]}", SCOPE) is expected


@pytest.mark.parametrize(("left", "right"), list(itertools.product(THREE, THREE)))
def test_or_follows_its_truth_table(left: bool | None, right: bool | None) -> None:
    expected = True if True in (left, right) else (None if None in (left, right) else False)
    assert strict(f"{NAMES[left]} or {NAMES[right]}", SCOPE) is expected


def test_a_value_that_is_no_boolean_counts_as_null_with_a_warning() -> None:
    assert value('"x" and true') is None
    assert value('"x" or true') is True
    assert value('false and "x"') is False
    assert warnings('"x" and true')
    with pytest.raises(ExpressionFailed):
        strict('"x" and true')


STRICT_ERRORS = [
    ("missing + 1", "unknown_name"),
    ("n + s", "type"),
    ("n = s", "type"),
    ("n < s", "type"),
    ("-s", "type"),
    ("s.part", "type"),
    ("n(1)", "type"),
    ("if n then 1 else 2", "type"),
    ("rows[s]", "type"),
    ("some i in [1] satisfies i", "type"),
    ("[1..s]", "type"),
    ("sqrt(-1)", "argument"),
    ("n / 0", "arithmetic"),
    ('@"9999-12-31" + @"P1D"', "limit"),
    ("10 ** 7000", "limit"),
]


@pytest.mark.parametrize(("text", "reason"), STRICT_ERRORS, ids=[c[0] for c in STRICT_ERRORS])
def test_strict_mode_turns_a_warning_into_an_error(text: str, reason: str) -> None:
    scope = {"n": 1, "s": "text", "rows": [{"a": 1}]}
    names = [*scope]
    with pytest.raises(ExpressionFailed) as caught:
        compile_expression(text, names=names)(scope, MOMENT)
    assert caught.value.details["reason"] == reason
    assert caught.value.details["column"] > 0
    spec = compile_expression(text, names=names, mode="spec")
    found, notes = spec.with_warnings(scope, MOMENT)
    assert notes
    assert found in (None, 2, [])


NO_ERRORS = ["u + 1", "u < 1", "u = 1", "u.part", "u[1]", "u and true", "not(u)", "-u",
             "count(u)", "u between 1 and 2", "if u then 1 else null", "[u..5]",
             "for i in u return i"]  # fmt: skip


@pytest.mark.parametrize("text", NO_ERRORS)
def test_a_plain_null_is_no_error_in_strict_mode(text: str) -> None:
    assert strict(text, SCOPE) in (None, False)


def test_a_declared_name_without_a_value_is_null_and_an_unknown_one_an_error() -> None:
    assert compile_expression("later = null", names=["later"])({}, MOMENT) is True
    with pytest.raises(ExpressionFailed, match="没有变量“later”"):
        compile_expression("later = null")({}, MOMENT)


def test_an_entry_that_some_rows_lack_is_empty_there() -> None:
    rows = {"rows": [{"状态": "开", "id": 1}, {"id": 2}]}
    assert strict('rows[状态 = "开"].id', rows) == [1]


def test_reads_are_the_free_names() -> None:
    text = "for i in rows, j in [k] return i.total + j + {m: 1, n: m}.n + item count"
    expression = compile_expression(text, names=["rows", "item count"])
    assert expression.reads == {"rows", "k", "item count"}
    assert expression.unknown == {"k"}


def test_a_name_in_a_filter_may_belong_to_the_item_and_is_not_called_unknown() -> None:
    expression = compile_expression("rows[limit > 3]", names=["rows"])
    assert expression.reads == {"rows", "limit"}
    assert expression.unknown == frozenset()


def test_the_item_of_a_filter_comes_before_names_around_and_after_names_inside() -> None:
    scope = {"a": 1, "rows": [{"a": 2}, {"b": 3}]}
    assert value("rows[a = 2]", scope) == [{"a": 2}]
    assert value("rows[a = 1]", scope) == [{"b": 3}]  # has no entry a: the name around it
    assert value("for a in [7] return rows[a = 7]", scope) == [[{"b": 3}]]
    assert value("rows[some a in [5] satisfies a = 5]", scope) == scope["rows"]


def test_constants_need_not_be_in_the_scope() -> None:
    settings = {"settings": {"cities": ("A", "B"), "rate": 0.5}}
    expression = compile_expression("settings.cities[2]", constants=settings)
    assert expression({}, MOMENT) == "B"
    assert expression.reads == frozenset()
    rate = compile_expression("settings.rate", constants=settings)({}, MOMENT)
    assert rate == Decimal("0.5")
    assert type(rate) is Decimal


def test_names_with_spaces_and_signs_are_found_by_the_longest_match() -> None:
    scope = {"a": 1, "a b": 2, "a b c": 3, "b": 10, "面积(公顷)": 7, "date": 4, "count": 5}
    assert value("a b c", scope) == 3
    assert value("a b + b", scope) == 12
    assert value("面积(公顷) * 2", scope) == 14
    assert value("date + count", scope) == 9
    assert value('date("2026-01-01").year + count([1])', scope) == 2027


def test_the_longest_name_is_found_whatever_the_order() -> None:
    for known in (["a b", "a b c"], ["a b c", "a b"]):
        assert Names(known).match(tokens("a b c d"), 0) == ("a b c", 3)


def test_a_local_name_hides_a_function_and_a_name_around() -> None:
    assert value("for count in [1, 2] return count") == [1, 2]
    assert value("{sum: function(p) 7, r: sum([1])}.r") == 7


def test_names_that_can_be_written_without_declaring_them() -> None:
    assert [is_name(text) for text in ("面积", "a_1", "区划码2")] == [True] * 3
    assert [is_name(text) for text in ("a b", "if", "2a", "", "?", "a-b", " a")] == [False] * 7


UNARY: list[tuple[str, Any, bool | None]] = [
    ("-", 5, True),
    ("5", 5, True),
    ("5", 6, False),
    ('"a", "b"', "b", True),
    ("< 5", 4, True),
    ("<= 5, > 9", 10, True),
    ("[1..5]", 5, True),
    ("]1..5[", 5, False),
    ("not(5)", 5, False),
    ("not(< 3, > 7)", 5, True),
    ("not(null)", 1, True),
    ("null", None, True),
    ("? > 3 and ? < 9", 5, True),
    ("? = x", 7, True),
    ("x", 7, True),
    ("> x", 8, True),
    ("list", 2, True),
    ("list", 9, False),
    ("true", True, True),
    ("true", False, False),
    ("false", False, True),
    ("x > 3", 1, True),
    ("not(? > 3)", 5, False),
    ("not(x = 1) and ? = 5", 5, True),
    ("some i in list satisfies i = ?", 2, True),
    ("list contains(?, 2)", [1, 2], True),
    ("count(?) > 1", [1, 2], True),
    ('@"2026-01-01"', None, False),
    ("< 5", None, None),
    ('contains(?, "矿")', "非法采矿", True),
    ("!= 4", 5, True),
    ("? in [1, 5]", 5, True),
]


@pytest.mark.parametrize(("text", "given", "expected"), UNARY)
def test_a_unary_test_answers_for_the_input(
    text: str, given: Any, expected: bool | None
) -> None:
    scope = {"x": 7, "list": [1, 2]}
    expression = compile_expression(text, names=scope, kind="unary", mode="spec")
    assert expression({**scope, "?": given}, Moment()) is expected


def test_a_compiled_expression_is_what_the_rest_of_the_house_expects() -> None:
    expression: Expr = compile_expression("= x + 1", names=["x"])
    assert isinstance(expression, Expression)
    assert expression.text == "= x + 1"
    assert expression({"x": 2}, Moment()) == 3
