"""Every production of the grammar of DMN 1.3, with the value it must have."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.base.errors import InvalidExpression
from engine.base.values import Months
from engine.feel.compile import compile_expression
from tests.feel.support import same, value

D = Decimal
LOCAL = datetime.fromisoformat("2026-06-30T08:30:00")
SCOPE: dict[str, Any] = {
    "x": 5,
    "y": None,
    "name": "张三",
    "受理 数量": 3,
    "a-b": 10,
    "a": 7,
    "b": 2,
    "rows": [
        {"code": "A", "area": D("1.5"), "owner": {"name": "甲"}},
        {"code": "B", "area": 3, "owner": {"name": "乙"}},
        {"code": "C", "area": None},
    ],
}

CASES: list[tuple[str, Any]] = [
    # literals
    ("1", 1),
    ("1.50", D("1.5")),
    (".5", D("0.5")),
    ("2.0", 2),
    ("1.2e3", 1200),
    ("5E-2", D("0.05")),
    ('"文本"', "文本"),
    (r'"a\"b\\c\n\t\'"', "a\"b\\c\n\t'"),
    (r'"中\U01F333"', "中🌳"),
    (r'"\uD83C\uDF33\uD800"', "🌳\ufffd"),
    (r'"\d+"', "\\d+"),
    ("true", True),
    ("false", False),
    ("null", None),
    ('@"2026-06-30"', date(2026, 6, 30)),
    ('@"08:30:00"', time(8, 30)),
    ('@"08:30:00.25Z"', time(8, 30, 0, 250000, UTC)),
    ('@"2026-06-30T08:30:00"', LOCAL),
    ('@"2026-06-30T08:30:00+08:00"',
     datetime(2026, 6, 30, 8, 30, tzinfo=timezone(timedelta(hours=8)))),
    ('@"2026-06-30T08:30:00@Asia/Shanghai"',
     datetime(2026, 6, 30, 8, 30, tzinfo=ZoneInfo("Asia/Shanghai"))),
    ('@"P1Y2M"', Months(14)),
    ('@"-P5DT2H"', -timedelta(days=5, hours=2)),
    ("[]", []),
    ('[1, "a", [null]]', [1, "a", [None]]),
    ("{}", {}),
    ('{a: 1, "b c": 2, 中文 键: 3}', {"a": 1, "b c": 2, "中文 键": 3}),
    ("{a: 1, b: a + 1, c: {d: b}}.c.d", 2),
    # comments
    ("1 // one\n + /* two */ 2", 3),
    # names
    ("受理 数量 + 1", 4),
    ("受理  数量+1", 4),
    ("a-b", 10),
    ("a - b", 10),
    ("b-a", -5),
    ("name", "张三"),
    # arithmetic and precedence
    ("1 + 2 * 3 - 4 / 2", 5),
    ("2 ** 3 ** 2", 64),
    ("-2 ** 2", 4),
    ("- - 3", 3),
    ("-x + 1", -4),
    ("10 - 2 - 3", 5),
    ("(1 + 2) * 3", 9),
    ("7 / 2", D("3.5")),
    ("1 / 3", D("0.3333333333333333333333333333333333")),
    ("0.1 + 0.2 = 0.3", True),
    ("2 ** -1", D("0.5")),
    ("2 ** 0.5 * 2 ** 0.5", D("2.000000000000000000000000000000000").normalize() or 2),
    ("1000000000000000000000000000000000.5 = 10 ** 33", True),
    ("10 ** 34 + 1 = 10 ** 34", True),
    ("10 ** 33 + 1 = 10 ** 33", False),
    ("9999999999999999999999999999999999 + 2 = 10 ** 34", True),
    ("-(1234567890123456789012345678901.25 + 0)",
     D("-1234567890123456789012345678901.25")),
    ("1 / 0", None),
    ("1 + null", None),
    ('"a" + "b"', "ab"),
    ('1 + "b"', None),
    # dates and durations
    ('@"2026-01-31" + @"P1M"', date(2026, 2, 28)),
    ('@"P1M" + @"2024-01-31"', date(2024, 2, 29)),
    ('@"2026-03-31" - @"P1M"', date(2026, 2, 28)),
    ('@"2026-01-31" + @"P1D"', date(2026, 2, 1)),
    ('@"2026-01-31" - @"PT1H"', date(2026, 1, 30)),
    ('@"2026-01-31T10:00:00" + @"PT15H"', datetime.fromisoformat("2026-02-01T01:00:00")),
    ('@"23:00:00" + @"PT2H"', time(1)),
    ('@"01:00:00" - @"PT2H"', time(23)),
    ('@"2026-02-01" - @"2026-01-01"', timedelta(days=31)),
    ('@"10:30:00" - @"08:00:00"', timedelta(hours=2, minutes=30)),
    ('@"2026-01-01T08:00:00+08:00" - @"2026-01-01T00:00:00Z"', timedelta()),
    ('@"2026-01-01T08:00:00" - @"2026-01-01T00:00:00Z"', timedelta()),
    ('@"P1D" + @"PT12H"', timedelta(days=1, hours=12)),
    ('@"P1Y" - @"P2M"', Months(10)),
    ('@"P1D" * 2.5', timedelta(days=2, hours=12)),
    ('2 * @"P7M"', Months(14)),
    ('@"P3D" / 2', timedelta(days=1, hours=12)),
    ('@"P1Y" / 5', Months(2)),
    ('@"P3D" / @"PT12H"', 6),
    ('@"P1Y" / @"P8M"', D("1.5")),
    ('-@"P3D"', timedelta(days=-3)),
    ('@"P1D" + @"P1M"', None),
    ('@"2026-01-01" + 1', None),
    # comparison
    ("1 = 1.0", True),
    ('"1" = 1', None),
    ("null = null", True),
    ("x = null", False),
    ("y = null", True),
    ("y != null", False),
    ("x != 5", False),
    ("y < 5", None),
    ('"a" < "b"', True),
    ('@"2026-01-01" <= @"2026-01-01"', True),
    ('@"2026-01-01T08:00:00+08:00" = @"2026-01-01T00:00:00Z"', True),
    ('@"2026-01-01T08:00:00" = @"2026-01-01T00:00:00Z"', True),
    ('@"2026-01-01T08:00:00" > @"2026-01-01T00:00:00Z"', False),
    ('@"PT24H" = @"P1D"', True),
    ('@"P12M" = @"P1Y"', True),
    ('@"P1Y" > @"P365D"', None),
    ("true > false", None),
    ("[1, 2] = [1, 2.0]", True),
    ("[1, 2] = [1]", False),
    ('{a: 1, b: "x"} = {b: "x", a: 1}', True),
    ("{a: 1} = {a: 2}", False),
    ("[1..5] = [1..5]", True),
    ("[1..5] = [1..5)", False),
    ("(1 < 2) = true", True),
    # between and in
    ("x between 1 and 5", True),
    ("x between 6 and 9", False),
    ("x between 1 and 5 and true", True),
    ("y between 1 and 5", None),
    ("x in 5", True),
    ("x in (1, 5)", True),
    ("x in [1, 2]", False),
    ("x in [1..5]", True),
    ("x in [1..5)", False),
    ("x in (4..6)", True),
    ("x in ]5..6[", False),
    ("x in < 6", True),
    ("x in (> 6, <= 5)", True),
    ("x in (!= 4)", True),
    ("x in (= 4, = 5)", True),
    ("x in (? * 2 = 10)", True),
    ("x in ([1..2], [5..5])", True),
    ("y in (1, 2)", False),
    ("y in (null)", True),
    ('"b" in ("a".."c")', True),
    ("5 in (> null)", None),
    ("5 in [1..null]", None),
    ('5 in ["a".."b"]', None),
    ('"北京" in ("上海", "北京")', True),
    # if
    ('if x > 3 then "大" else "小"', "大"),
    ('if y then "大" else "小"', "小"),
    ("if x = 1 then 1 else if x = 5 then 2 else 3", 2),
    # for
    ("for i in [1, 2, 3] return i * i", [1, 4, 9]),
    ("for i in 1..3 return i", [1, 2, 3]),
    ("for i in 3..1 return i", [3, 2, 1]),
    ("for i in [1..3] return i", [1, 2, 3]),
    ("for i in [1..3) return i", [1, 2]),
    ('for d in @"2026-02-27"..@"2026-03-01" return d.day', [27, 28, 1]),
    ("for i in [1, 2], j in [i, 10] return i * j", [1, 10, 4, 20]),
    ("for i in 1..5 return if i < 3 then 1 else partial[-1] + partial[-2]",
     [1, 1, 2, 3, 5]),
    ("for i in 1..3 return partial", [[], [[]], [[], [[]]]]),
    ("for i in [] return i", []),
    ("for i in null return i", None),
    ("for 面积 值 in [1, 2] return 面积 值 + 1", [2, 3]),
    # quantified
    ("some i in [1, 2] satisfies i > 1", True),
    ("some i in [] satisfies i > 1", False),
    ("every i in [1, 2] satisfies i > 1", False),
    ("every i in [] satisfies i > 1", True),
    ("some i in [null, 2] satisfies i > 1", True),
    ("some i in [null, 1] satisfies i > 1", None),
    ("every i in [null, 2] satisfies i > 1", None),
    ("every i in [null, 1] satisfies i > 1", False),
    ("some i in [1, 2], j in [3, 4] satisfies i * j = 8", True),
    # paths, filters, projections
    ("rows.code", ["A", "B", "C"]),
    ("rows.owner.name", ["甲", "乙", None]),
    ("rows[1].code", "A"),
    ("rows[-1].code", "C"),
    ("rows[4]", None),
    ("rows[0]", None),
    ("rows[area > 2].code", ["B"]),
    ("rows[item.area > 1].code", ["A", "B"]),
    ('rows[code = "A"][1].owner.name', "甲"),
    ("rows[area > b].code", ["B"]),
    ("rows[true].code", ["A", "B", "C"]),
    ("rows[y].code", []),
    ("[1, 2, 3, 4][item > 2]", [3, 4]),
    ("[5, 6, 7][b]", 6),
    ("x[1]", 5),
    ("x[item = 5]", [5]),
    ("null[1]", None),
    ("null[item = 1]", []),
    ("y.code", None),
    ("name.first", None),
    ("{a: {b: 2}}.a.b", 2),
    ("{a: 1}.z", None),
    ('@"2026-06-30".year', 2026),
    ('@"2026-06-30".weekday', 2),
    ('@"2026-06-30T08:30:15".minute', 30),
    ('@"08:30:00+08:00".time offset', timedelta(hours=8)),
    ('@"2026-06-30T08:30:00@Asia/Shanghai".timezone', "Asia/Shanghai"),
    ('@"P3DT4H5M6S".days', 3),
    ('@"-P3DT4H5M6S".hours', -4),
    ('@"P1Y2M".months', 2),
    ('[@"2026-06-30", @"2025-01-01"].year', [2026, 2025]),
    ("[1..5).end included", False),
    ("[1..5).start", 1),
    # functions
    ("(function(p, q) p - q)(5, 3)", 2),
    ("(function(p, q) p - q)(q: 5, p: 3)", -2),
    ("(function(p: number) p + 1)(1)", 2),
    ('(function(p: number) p)("a")', None),
    ("(function(p: list<number>) p)([1])", [1]),
    ("{f: function(p) p * x, r: f(3)}.r", 15),
    ("for f in [function(p) p + 1] return f(1)", [2]),
    ("(for k in [1, 2] return function(p) p + k)[1](10)", 11),
    ("(for k in [1, 2] return function(p) p + k)[2](10)", 12),
    ("{fib: function(f, n) if n < 2 then n else f(f, n - 1) + f(f, n - 2), "
     "r: fib(fib, 9)}.r", 34),
    ("sort([3, 1, 2], function(p, q) p > q)", [3, 2, 1]),
    ("(function(f) f([1, 2]))(sum)", 3),
    ('substring(string: "abcd", start position: 2, length: 2)', "bc"),
    ('substring(length: 2, start position: 2, string: "abcd")', "bc"),
    # instance of
    ("1 instance of number", True),
    ("null instance of number", False),
    ("null instance of Null", True),
    ("1 instance of Any", True),
    ('"a" instance of string', True),
    ('@"2026-01-01" instance of date', True),
    ('@"2026-01-01T00:00:00" instance of date and time', True),
    ('@"P1D" instance of days and time duration', True),
    ('@"P1M" instance of years and months duration', True),
    ("[1, 2] instance of list<number>", True),
    ('[1, "a"] instance of list<number>', False),
    ("[1] instance of list", True),
    ("{a: 1, b: 2} instance of context<a: number>", True),
    ("{b: 1} instance of context<a: number>", False),
    ("[1..2] instance of range<number>", True),
    ("(function(p) p) instance of function<number> -> number", True),
    # logic
    ("true and false or true", True),
    ("true or false and false", True),
    ("not(true)", False),
    ("not(null)", None),
    ("not(1)", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[case[0] for case in CASES])
def test_an_expression_has_the_value_of_the_standard(text: str, expected: Any) -> None:
    found = value(text, SCOPE)
    if text.startswith("2 ** 0.5"):
        assert abs(found - 2) < D("1e-30")
        return
    assert same(found, expected), found


REFUSED: list[tuple[str, str, int]] = [
    ("", "expr.syntax", 1),
    ("1 +", "expr.syntax", 4),
    ("1 2", "expr.syntax", 3),
    ("(1", "expr.syntax", 3),
    ("[1, 2", "expr.syntax", 6),
    ("{a 1}", "expr.syntax", 5),
    ("{a: 1, a: 2}", "expr.syntax", 8),
    ("if x then 1", "expr.syntax", 12),
    ("for x in [1] x", "expr.syntax", 14),
    ('"abc', "expr.syntax", 1),
    ("'abc'", "expr.syntax", 1),
    ("（1）", "expr.syntax", 1),
    ("“a”", "expr.syntax", 1),
    ("a ; b", "expr.syntax", 3),
    ("a == b", "expr.syntax", 4),
    ('@"2026-13-01"', "expr.syntax", 1),
    ("x instance of widget", "expr.syntax", 15),
    ("function(a) external {java: {}}", "expr.syntax", 13),
    ("function(a, a) 1", "expr.syntax", 1),
    ("substring(1)", "expr.syntax", 1),
    ("substring(text: 1, start: 2)", "expr.syntax", 1),
    ('matches("a", "(?=b)")', "expr.syntax", 14),
    ('matches("a", "(a)\\1")', "expr.syntax", 14),
    ("1 + frob(2)", "expr.unknown_function", 5),
    ("then", "expr.syntax", 1),
    ("? > 5", "expr.syntax", 1),
    ("a..b", "expr.syntax", 2),
]


@pytest.mark.parametrize(("text", "code", "column"), REFUSED, ids=[c[0] for c in REFUSED])
def test_what_cannot_be_read_is_refused_with_its_column(
    text: str, code: str, column: int
) -> None:
    with pytest.raises(InvalidExpression) as caught:
        compile_expression(text)
    assert (caught.value.problem_code, caught.value.column) == (code, column)
    assert "列" in caught.value.message


def test_the_column_counts_in_the_text_as_it_was_given() -> None:
    with pytest.raises(InvalidExpression) as caught:
        compile_expression("  = 1 + )")
    assert caught.value.column == 9


def test_an_unknown_function_proposes_the_nearest_one() -> None:
    with pytest.raises(InvalidExpression) as caught:
        compile_expression("coun(x)")
    assert caught.value.details["near"] == "count"


def test_a_declared_function_name_may_be_called() -> None:
    scope = {"my fee": compile_expression("function(p) p + 1", mode="spec")}
    expression = compile_expression("my fee(2)", names=scope)
    assert expression.reads == {"my fee"}
