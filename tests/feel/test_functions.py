"""Every built-in function, with ordinary, border and unfitting arguments."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.base.errors import CalendarMissing, ExpressionFailed
from engine.base.expressions import Moment
from engine.base.values import Months
from engine.feel.compile import compile_expression
from engine.feel.functions.registry import FUNCTIONS
from engine.feel.signatures import SIGNATURES
from tests.feel.support import MOMENT, same, strict, value

D = Decimal
LOCAL = datetime.fromisoformat("2026-06-30T08:00:00")
SHANGHAI = ZoneInfo("Asia/Shanghai")

CASES: list[tuple[str, Any]] = [
    # conversion
    ('number("1000.50")', D("1000.5")),
    ('number("1 000,5", " ", ",")', D("1000.5")),
    ('number("1,000", ",", ".")', 1000),
    ('number("1.000", ".", ".")', None),
    ('number("abc")', None),
    ('number("1e")', None),
    ('number(from: "-.5")', D("-0.5")),
    ("string(1.50)", "1.5"),
    ("string(null)", None),
    ('string("a")', "a"),
    ('string([1, "a\\"b", {k: null, r: [1..2)}])', '[1, "a\\"b", {k: null, r: [1..2)}]'),
    ('string(@"2026-01-02T03:04:05.6+08:00")', "2026-01-02T03:04:05.6+08:00"),
    ('string(@"10:00:00@Asia/Shanghai")', "10:00:00@Asia/Shanghai"),
    ('string(@"P1DT2H3M4.5S")', "P1DT2H3M4.5S"),
    ('string(-@"P14M")', "-P1Y2M"),
    ('string(@"P0D")', "PT0S"),
    ("string(10 ** 40)", "1" + "0" * 40),
    ('date("2026-06-30")', date(2026, 6, 30)),
    ("date(2026, 2, 29)", None),
    ("date(2026, 2, 28)", date(2026, 2, 28)),
    ('date(date and time("2026-06-30T23:00:00"))', date(2026, 6, 30)),
    ('time("08:00:00")', time(8)),
    ("time(8, 30, 15.5)", time(8, 30, 15, 500000)),
    ('string(time(8, 30, 0, @"PT8H"))', "08:30:00+08:00"),
    ("time(25, 0, 0)", None),
    ('time(@"2026-06-30T08:01:02")', time(8, 1, 2)),
    ('date and time("2026-06-30T24:00:00")', None),
    ('date and time(@"2026-06-30", @"08:00:00")', LOCAL),
    ("date and time(2026, 6, 30, 8, 0, 1)", LOCAL.replace(second=1)),
    ('date and time(2026, 6, 30, 8, 0, 1, "Asia/Shanghai")',
     datetime(2026, 6, 30, 8, 0, 1, tzinfo=SHANGHAI)),
    ('string(date and time(@"2026-06-30T00:00:00Z", "Asia/Shanghai"))',
     "2026-06-30T08:00:00@Asia/Shanghai"),
    ('date and time("2026-06-30T08:00:00@../../etc/passwd")', None),
    ('duration("P1Y2M")', Months(14)),
    ('duration("P2W")', timedelta(days=14)),
    ('duration("P1M2D")', None),
    ('duration("P")', None),
    ('duration("PT")', None),
    ('years and months duration(@"2024-12-31", @"2026-01-30")', Months(12)),
    ('years and months duration(@"2026-01-30", @"2024-12-31")', Months(-12)),
    ('range("[1..5)").end', 5),
    ('range("(@\\"2026-01-01\\"..@\\"2026-02-01\\"]").start', date(2026, 1, 1)),
    ('range("1..5")', None),
    # text
    ('substring("abcde", 3)', "cde"),
    ('substring("abcde", -2)', "de"),
    ('substring("abcde", 2, 3)', "bcd"),
    ('substring("abcde", 0)', None),
    ('substring("🌳树", 2)', "树"),
    ('string length("守护🌳")', 3),
    ('upper case("aß")', "ASS"),
    ('lower case("ABC")', "abc"),
    ('substring before("foobar", "bar")', "foo"),
    ('substring before("foobar", "x")', ""),
    ('substring after("foobar", "foo")', "bar"),
    ('substring after("foobar", "")', "foobar"),
    ('contains("foobar", "ob")', True),
    ('starts with("foobar", "foo")', True),
    ('ends with("foobar", "foo")', False),
    ('matches("foobar", "^fo*b")', True),
    ('matches("FOO", "foo", "i")', True),
    ('matches("a\\nb", "a.b", "s")', True),
    ('matches("a.b", "a.c", "q")', False),
    ('matches("a", "a", "x")', None),
    ('replace("abcd", "(ab)|(a)", "[1=$1][2=$2]")', "[1=ab][2=]cd"),
    ('replace("a$b", "$", "-", "q")', "a-b"),
    ('replace("abc", "b", "\\\\$")', "a$c"),
    ('replace("abc", "b", "$")', None),
    ('split("a;b;;c", ";")', ["a", "b", "", "c"]),
    ('split("a1b22c", "[0-9]+")', ["a", "b", "c"]),
    ('string join(["a", null, "b"], "、")', "a、b"),
    ('string join(["a", "b"])', "ab"),
    ('string join(["a", 1], ",")', None),
    ('trim("  a ")', "a"),
    # lists
    ("list contains([1, 2], 2)", True),
    ("list contains([1, null], null)", True),
    ('list contains([1], "1")', False),
    ("count([1, null])", 2),
    ("count(null)", None),
    ("count(5)", 1),
    ("min([3, 1, 2])", 1),
    ("min(3, 1.5)", D("1.5")),
    ('max("a", "c", "b")', "c"),
    ('max([@"2026-01-01", @"2026-02-01"])', date(2026, 2, 1)),
    ("min([])", None),
    ('min([1, "a"])', None),
    ("sum([1, 2.5])", D("3.5")),
    ("sum(1, 2, 3)", 6),
    ("sum([])", None),
    ("sum([1, null])", None),
    ('sum([1, "a"])', None),
    ('sum([@"P1D", @"PT1H"])', timedelta(days=1, hours=1)),
    ("mean([1, 2])", D("1.5")),
    ("all([true, null, false])", False),
    ("all([true, null])", None),
    ("all([])", True),
    ("any(true, false)", True),
    ("any([])", False),
    ("any([false, null])", None),
    ("product([2, 3, 4])", 24),
    ("median(8, 2, 5, 3, 4)", 4),
    ("median([6, 1, 2, 3])", D("2.5")),
    ("median([])", None),
    ("stddev([1])", None),
    ("stddev(2, 4)", D("1.414213562373095048801688724209698")),
    ("mode(6, 3, 9, 6, 6)", [6]),
    ("mode([6, 1, 9, 6, 1])", [1, 6]),
    ("mode([])", []),
    ("sublist([4, 5, 6], 2)", [5, 6]),
    ("sublist([4, 5, 6], -2, 1)", [5]),
    ("sublist([4, 5, 6], 1, 4)", None),
    ("append([1], 2, 3)", [1, 2, 3]),
    ("concatenate([1, 2], [3])", [1, 2, 3]),
    ("union([1, 2], [2, 1.0, 3])", [1, 2, 3]),
    ("insert before([1, 3], 2, 2)", [1, 2, 3]),
    ("insert before([1, 3], 5, 2)", None),
    ("remove([1, 2, 3], -1)", [1, 2]),
    ("list replace([1, 2, 3], 2, 9)", [1, 9, 3]),
    ("list replace([1, 2, 3], function(old, new) old > 1, 9)", [1, 9, 9]),
    ("reverse([1, 2])", [2, 1]),
    ("index of([1, 2, 1, null], 1)", [1, 3]),
    ("index of([1, null], null)", [2]),
    ("distinct values([1, 1.0, null, null, [1], [1], \"1\", true])",
     [1, None, [1], "1", True]),
    ("flatten([[1, [2]], 3, []])", [1, 2, 3]),
    ("sort([3, 1, 2])", [1, 2, 3]),
    ('sort(["b", "a"], function(p, q) p < q)', ["a", "b"]),
    # numbers
    ("decimal(2.5, 0)", 2),
    ("decimal(3.5, 0)", 4),
    ("decimal(1 / 3, 2)", D("0.33")),
    ("decimal(1250, -2)", 1200),
    ("decimal(1.5, 100)", D("1.5")),
    ("decimal(1, 99999)", None),
    ("floor(-1.5)", -2),
    ("floor(1.56, 1)", D("1.5")),
    ("ceiling(-1.5)", -1),
    ("round up(1.121, 2)", D("1.13")),
    ("round down(-1.129, 2)", D("-1.12")),
    ("round half up(-2.5, 0)", -3),
    ("round half down(2.5, 0)", 2),
    ("abs(-5.5)", D("5.5")),
    ('abs(-@"P1D")', timedelta(days=1)),
    ("modulo(12, 5)", 2),
    ("modulo(-12, 5)", 3),
    ("modulo(12, -5)", -3),
    ("modulo(10.1, 4.5)", D("1.1")),
    ("modulo(-10.1, 4.5)", D("3.4")),
    ("modulo(1, 0)", None),
    ("sqrt(16)", 4),
    ("sqrt(-1)", None),
    ("log(1)", 0),
    ("log(0)", None),
    ("exp(0)", 1),
    ("odd(3)", True),
    ("odd(2.5)", False),
    ("even(-2)", True),
    # dates
    ('day of year(@"2026-12-31")', 365),
    ('day of week(@"2026-06-30")', "Tuesday"),
    ('month of year(@"2026-06-30T00:00:00")', "June"),
    ('week of year(@"2027-01-01")', 53),
    ('first day of month(@"2026-02-10")', date(2026, 2, 1)),
    ('last day of month(@"2024-02-10")', date(2024, 2, 29)),
    ('last day of month(@"2026-12-10")', date(2026, 12, 31)),
    ('first day of year(@"2026-02-10")', date(2026, 1, 1)),
    ('last day of year(@"2026-02-10")', date(2026, 12, 31)),
    ("today()", date(2026, 7, 1)),
    ("now()", datetime(2026, 7, 1, 4, 30, tzinfo=SHANGHAI)),
    ("is(1, 1.0)", True),
    ('is("1", 1)', False),
    ('is(@"2026-01-01", @"2026-01-01T00:00:00")', False),
    # contexts
    ('get value({a: 1}, "a")', 1),
    ('get value({a: 1}, "b")', None),
    ('get value({a: {b: 2}}, ["a", "b"])', 2),
    ("get entries({a: 1})", [{"key": "a", "value": 1}]),
    ('context([{key: "a", value: 1}])', {"a": 1}),
    ('context([{key: "a", value: 1}, {key: "a", value: 2}])', None),
    ('context put({a: 1}, "b", 2)', {"a": 1, "b": 2}),
    ('context put({a: {x: 1}}, ["a", "y"], 2)', {"a": {"x": 1, "y": 2}}),
    ('put({a: 1}, "a", 3)', {"a": 3}),
    ("context merge([{a: 1}, {a: 2, b: 3}])", {"a": 2, "b": 3}),
    ("merge([{a: 1}, 5])", None),
    # ours
    ('add working days(@"2026-07-03", 1)', date(2026, 7, 6)),
    ('add working days(@"2026-07-06", -1, "cn")', date(2026, 7, 3)),
    ('add working days(@"2026-07-03", 1, "mars")', None),
    ('add working days(@"2026-07-03", 1.5)', None),
    ('add working days(@"2026-07-02T20:00:00Z", 1)', date(2026, 7, 6)),
    ('is working day(@"2026-07-04")', False),
    ('working days between(@"2026-07-03", @"2026-07-10")', 5),
    ("amount in words(0)", "零元整"),
    ("amount in words(10)", "壹拾元整"),
    ("amount in words(1001.5)", "壹仟零壹元伍角整"),
    ("amount in words(1680.32)", "壹仟陆佰捌拾元叁角贰分"),
    ("amount in words(107000.53)", "壹拾万零柒仟元伍角叁分"),
    ("amount in words(0.05)", "伍分"),
    ("amount in words(20.05)", "贰拾元零伍分"),
    ("amount in words(100010001)", "壹亿零壹万零壹元整"),
    ("amount in words(1000000000000)", "壹万亿元整"),
    ("amount in words(-3.2)", "负叁元贰角整"),
    ("amount in words(10 ** 17)", None),
    ('region level("360000")', "province"),
    ('region level("360900")', "prefecture"),
    ('region level("360924")', "county"),
    ('region level("360924101000")', "township"),
    ('region parent("360924")', "360900"),
    ('region parent("360000")', None),
    ('region within("360924", "360900")', True),
    ('region within("360924", "360800")', False),
    ('region level("36")', None),
    ('register("unit", "U1").name', "保护中心"),
    ('register("unit", "U1").shares', [1, 2]),
    ('register("unit", "U2")', None),
    ('register codes("unit")', None),  # a plain source of rows cannot be listed
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[case[0] for case in CASES])
def test_a_function_gives_what_the_standard_says(text: str, expected: Any) -> None:
    assert same(value(text), expected), value(text)


RANGES: list[tuple[str, bool]] = [
    ("before(1, 10)", True),
    ("before(1, [1..10])", False),
    ("before(1, (1..10])", True),
    ("before([1..10), 10)", True),
    ("before([1..10], [10..20])", False),
    ("before([1..10), [10..20])", True),
    ("after(10, (1..10))", True),
    ("after([11..20], [1..10])", True),
    ("after([1..10], 1)", False),
    ("meets([1..5], [5..10])", True),
    ("meets([1..5), [5..10])", False),
    ("met by([5..10], [1..5])", True),
    ("overlaps([1..5], [3..8])", True),
    ("overlaps([1..5], [6..8])", False),
    ("overlaps([1..5), [5..8])", False),
    ("overlaps before([1..5], [3..8])", True),
    ("overlaps before([3..8], [1..5])", False),
    ("overlaps before([1..5], [5..8])", True),
    ("overlaps before([1..5], (1..5])", True),
    ("overlaps after([3..8], [1..5])", True),
    ("finishes(10, [1..10])", True),
    ("finishes(10, [1..10))", False),
    ("finishes([5..10], [1..10])", True),
    ("finishes((1..10], [1..10])", True),
    ("finished by([1..10], 10)", True),
    ("includes([1..10], 5)", True),
    ("includes((1..10), 1)", False),
    ("includes([1..10], (1..10))", True),
    ("includes((1..10), [1..10])", False),
    ("during([4..6], [1..10])", True),
    ("starts(1, [1..10])", True),
    ("starts(1, (1..10])", False),
    ("starts([1..5), [1..5])", True),
    ("started by([1..10], [1..5])", True),
    ("coincides(5, 5)", True),
    ("coincides([1..5], [1..5))", False),
    ("before((< 3), (> 5))", True),
    ("includes((> 3), 10)", True),
    ("includes((>= 3), [3..10])", True),
    ("overlaps((< 3), (> 2))", True),
    ('before(@"2026-01-01", @"2026-01-02")', True),
]


@pytest.mark.parametrize(("text", "expected"), RANGES, ids=[case[0] for case in RANGES])
def test_a_range_relation_follows_table_78(text: str, expected: bool) -> None:
    assert value(text) is expected


def test_every_signature_has_an_implementation_and_every_function_a_test() -> None:
    keys = {way.key for signature in SIGNATURES.values() for way in signature.overloads}
    assert keys == set(FUNCTIONS)
    tested = " ".join(text for text, _ in CASES + RANGES) + " not("
    assert [name for name in SIGNATURES if f"{name}(" not in tested] == []


def test_a_singleton_list_is_taken_for_its_item_and_an_item_for_a_list() -> None:
    assert value('upper case(["a"])') == "A"
    assert value("count(7)") == 1
    assert value('upper case(["a", "b"])') is None


def test_a_null_argument_gives_null_without_an_error_even_in_strict_mode() -> None:
    assert strict("upper case(null)") is None
    assert strict("abs(x) + 1", {"x": None}) is None


def test_an_argument_of_the_wrong_type_is_an_error_in_strict_mode() -> None:
    with pytest.raises(ExpressionFailed, match="第 1 列") as caught:
        strict("upper case(1)")
    assert caught.value.details["column"] == 1


def test_a_warning_inside_a_function_names_the_column_of_the_call() -> None:
    with pytest.raises(ExpressionFailed, match="第 5 列"):
        strict("1 + sqrt(-1)")


def test_a_year_without_calendar_is_an_error_in_both_modes() -> None:
    class Empty:
        revision = "none"

        def is_working_day(self, day: date) -> bool:
            raise CalendarMissing

        def add_working_days(self, day: date, count: int) -> date:
            raise CalendarMissing

        def working_days_between(self, start: date, end: date) -> int:
            raise CalendarMissing

    moment = Moment(at=datetime(2026, 1, 1, tzinfo=UTC), calendars={"cn": Empty()})
    for mode in ("strict", "spec"):
        expression = compile_expression('is working day(@"2027-01-04")', mode=mode)
        with pytest.raises(CalendarMissing):
            expression({}, moment)


def test_a_register_that_is_not_there_gives_null() -> None:
    assert compile_expression('register("unit", "U1")')({}, Moment()) is None
    with pytest.raises(ExpressionFailed, match="没有登记表“unit”"):
        compile_expression('register codes("unit")')({}, Moment())


def test_reading_the_moment_marks_an_expression_as_clock_dependent() -> None:
    assert compile_expression("today() > x", names=["x"]).clock
    assert compile_expression("{f: now}.f()", mode="spec").clock
    assert not compile_expression("x > 1", names=["x"]).clock
    assert compile_expression("today()")({}, MOMENT) == date(2026, 7, 1)
