"""What can never work is found before anything runs, and nothing else is complained of."""

from typing import Any

import pytest

from engine.feel.compile import compile_expression
from engine.feel.inference import type_problems
from tests.feel.support import MOMENT
from tests.feel.test_functions import CASES as FUNCTION_CASES
from tests.feel.test_functions import RANGES
from tests.feel.test_grammar import CASES, SCOPE

KINDS = {
    "n": "number",
    "s": "string",
    "b": "boolean",
    "d": "date",
    "t": "date and time",
    "l": "list",
    "c": "context",
    "odd one": "something else",
}

WRONG: list[tuple[str, int, str]] = [
    ('n > "100"', 3, "数字与文本不能比较"),
    ('s = 1', 3, "文本与数字不能比较"),
    ("b < true", 3, "是否不能比较大小"),
    ("n + s", 5, "不能做 + 运算"),
    ("n + 1 - s", 9, "数字与文本不能做 - 运算"),
    ("s and b", 1, "and 需要是否，不能是文本"),
    ("if n then 1 else 2", 4, "if 需要是否"),
    ("-s", 1, "文本不能取负"),
    ("d > t", 3, "日期与日期时间不能比较"),
    ("d + 5", 5, "日期与数字不能做 + 运算"),
    ("d - d > 5", 7, "时长（日时分秒）与数字不能比较"),
    ("d.year = s", 8, "数字与文本不能比较"),
    ("upper case(n)", 1, "upper case() 不接受参数：数字"),
    ("string length(s) > s", 18, "数字与文本不能比较"),
    ("n between s and 5", 3, "不能比较"),
    ('n in ("a", 2)', 7, "数字与文本不能比较"),
    ('n in ["a".."b"]', 6, "数字与文本不能比较"),
    ("s.length", 2, "文本没有“length”"),
    ("for i in [1] return 1 + \"a\"", 25, "不能做 + 运算"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "column", "words"), WRONG, ids=[c[0] for c in WRONG])
def test_an_operation_that_can_never_work_is_named(
    text: str, column: int, words: str
) -> None:
    found = type_problems(compile_expression(text, names=KINDS), KINDS)
    assert [(found[0].column, words in found[0].zh)] == [(column, True)], found


RIGHT = [
    "n > 5 and s = \"a\"", "n = null", "d + @\"P1D\" > d", "d - d > @\"P1D\"", "n * 1.5 > n",
    "unknown > 5", "odd one + 1", "l[1] > 5", "c.x + 1", "count(l) > n", "upper case([s])",
    "for n in l return n + \"a\"", "l[n = \"a\"]", "if b then n else s",
    "n in (1, > 5, [2..3])",
    "s in (\"a\", \"b\")", "sum(n, 1)", "d.year > n", "t - t > @\"PT1H\"", "max(n, 5)",
    "working days between(d, d) > n", "(function(n) n + \"a\")(s)", "n in l", "b in true",
]  # fmt: skip


@pytest.mark.parametrize("text", RIGHT)
def test_what_may_work_is_left_alone(text: str) -> None:
    assert type_problems(compile_expression(text, names=KINDS), KINDS) == ()


def test_no_case_of_the_tables_that_runs_without_a_warning_is_complained_of() -> None:
    wrong: list[Any] = []
    for text, _ in (*CASES, *FUNCTION_CASES, *RANGES):
        expression = compile_expression(text, names=SCOPE, mode="spec")
        if not expression.with_warnings(SCOPE, MOMENT)[1] and type_problems(expression):
            wrong.append((text, type_problems(expression)))
    assert wrong == []
