"""Rates are exact and never shown better than they are; wrong reports are refused by name."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.base.expressions import Moment
from engine.reports.compile import Report, Sources, compile_reports, turning
from engine.reports.figures import HIT, OUT, WITHIN, Figure, Marked, guarded, percent, rate_of

ROOT = Path(__file__).parents[2]
LEDGER = {
    "columns": [
        {"key": "done", "label": "完成", "from": "done"},
        {"key": "area", "label": "面积", "from": "area"},
        {"key": "city", "label": "市", "from": "city"},
        {"key": "note", "label": "备注", "from": "var:note"},
    ]
}
D14 = {"d14.dmn": (ROOT / "processes/jiangxi/d14.dmn").read_bytes()}
BASIC = {
    "id": "X",
    "title": "完成率",
    "ledger": "things",
    "denominator": "row.done != null",
    "numerator": "row.done = true",
}


def compiled(**changes: Any) -> tuple[dict[str, Report], list[str]]:
    """Compile one report with CHANGES; give it and the texts of the findings."""
    sources = Sources({"things": LEDGER}, D14, {})
    made, findings = compile_reports({"X": {**BASIC, **changes}}, sources)
    return made, [finding.zh for finding in findings]


def shown(hits: int, within: int, *, year_end: bool = True) -> tuple[str, str]:
    """Give what the 90 % target shows and says of HITS out of WITHIN."""
    made, findings = compiled(target={"decision": "D-14"})
    assert not findings
    rows = [Marked(HIT)] * hits + [Marked(WITHIN)] * (within - hits) + [Marked(OUT)]
    figure = made["X"].figure(rows, {"year": 2025, "year_end": year_end}, Moment())
    return figure.shown, figure.verdict


@pytest.mark.parametrize(
    ("hits", "within", "text", "verdict"),
    [
        (16, 18, "88.9 %", "未达标"),  # worked example of the requirements
        (17, 18, "94.4 %", "达标"),
        (17, 20, "85.0 %", "未达标"),
        (18, 20, "90.0 %", "达标"),
        (9, 10, "90.0 %", "达标"),
        (8996, 10_000, "89.96 %", "未达标"),
        (89_996, 100_000, "89.996 %", "未达标"),
        (1999, 2000, "99.95 %", "达标"),
        (1, 3000, "0.03 %", "未达标"),
        (3, 3, "100.0 %", "达标"),
        (0, 3, "0.0 %", "未达标"),
        (0, 0, "不适用", "不适用"),
    ],
)
def test_a_rate_is_never_shown_better_than_its_verdict(
    hits: int, within: int, text: str, verdict: str
) -> None:
    assert shown(hits, within) == (text, verdict)


def test_a_warning_is_given_before_the_end_of_the_year_only() -> None:
    assert shown(17, 20, year_end=False) == ("85.0 %", "预警")
    assert shown(17, 20, year_end=True) == ("85.0 %", "未达标")
    assert shown(15, 20, year_end=False) == ("75.0 %", "未达标")


@given(st.integers(1, 10**7), st.integers(0, 10**7))
def test_the_shown_share_is_near_and_on_the_right_side_of_the_limit(
    within: int, missed: int
) -> None:
    hits = max(0, within - missed)

    def judge(rate: Decimal) -> bool:
        return rate >= Decimal("0.9")

    told = Decimal(percent(hits, within, 1, judge).removesuffix(" %"))
    exact = Decimal(hits) * 100 / within
    assert abs(told - exact) <= Decimal("0.05")
    assert (told >= 90) == (hits * 10 >= within * 9)
    assert (told == 100) == (hits == within)
    rate = rate_of(hits, within)
    assert rate is not None
    assert rate * within <= hits  # rounded down, never up


def test_rows_out_of_the_population_count_for_nothing_and_sums_follow_the_marks() -> None:
    made, findings = compiled(sums=[{"key": "area", "title": "面积", "value": "row.area"}])
    assert not findings
    rows: list[dict[str, Any]] = [
        {"done": True, "area": Decimal("1.5")},
        {"done": False, "area": Decimal("0.25")},
        {"done": None, "area": Decimal(100)},
        {"done": True, "area": None},
    ]
    scope = {"year": 2025, "year_end": True}
    marks = [made["X"].mark(row, scope, Moment()) for row in rows]
    assert [mark.mark for mark in marks] == [HIT, WITHIN, OUT, HIT]
    figure = made["X"].figure(marks, scope, Moment())
    assert (figure.numerator, figure.denominator, figure.shown) == (2, 3, "66.7 %")
    assert figure.sums == {"area": Decimal("1.75"), "area_done": Decimal("1.5")}


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"denominator": "row.gone = 1"}, "“row.gone”不是可统计的列"),
        ({"numerator": "row.note = 1"}, "“row.note”不是可统计的列"),
        ({"denominator": "row.done = ("}, "denominator："),
        ({"ledger": "nothing"}, "没有台账“nothing”"),
        ({"breakdown": ["gone"]}, "没有列“gone”"),
        ({"target": {"decision": "D-99"}}, "没有决策“D-99”"),
    ],
)
def test_a_wrong_report_is_refused_with_its_place(changes: dict[str, Any], text: str) -> None:
    made, findings = compiled(**changes)
    assert made == {}
    assert any(text in finding for finding in findings)


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("row.due <= as_of or row.closed != null", {"due"}),
        ("row.a != null and (row.due <= as_of or as_of.year = 1)", None),
        ("if row.due < as_of then 1 else 0", {"due"}),
        ("row.opened < as_of and row.due >= as_of", {"opened", "due"}),
        ("row.due < date(as_of)", set()),
        ("row.known = today()", set()),
        ("row.due <= now()", None),
        ('row.due <= as_of - duration("P1D")', None),
        ("row.one - row.due <= as_of", None),
        ("as_of - row.due > row.most", None),
    ],
)
def test_what_time_alone_may_change_is_read_off_an_expression(
    text: str, columns: set[str] | None
) -> None:
    assert turning(text) == columns


def test_a_wrong_report_stops_the_deployment(tiny_files: dict[str, bytes]) -> None:
    from engine.bootstrap import available
    from engine.context import Runtimes
    from engine.delivery.services import NAMES
    from engine.library.bundle import from_files

    bad = b"id: X\ntitle: x\nledger: nothing\ndenominator: 'true'\n"
    bundle = from_files("tiny", {**tiny_files, "reports/X.yaml": bad})
    runtimes = Runtimes(available(), services=NAMES)
    made = runtimes.assemble(bundle, processes=frozenset())
    assert made.deployed is None
    assert any(finding.code == "report.value" for finding in made.findings)


def test_a_mean_is_over_the_rows_that_have_a_value() -> None:
    span = {"key": "area", "title": "平均面积", "value": "row.area", "mean": True}
    made, findings = compiled(sums=[span])
    assert not findings
    rows = [{"done": True, "area": 1}, {"done": False, "area": 2}, {"done": True, "area": None}]
    marked = [made["X"].mark(row, {}, Moment()) for row in rows]
    figure = made["X"].figure(marked, {}, Moment())
    assert figure.sums == {"area": Decimal("1.5"), "area_done": Decimal("1.0")}
    nothing = [made["X"].mark(rows[2], {}, Moment())]
    assert made["X"].figure(nothing, {}, Moment()).sums == {}


def figures(*counts: tuple[int, int | None]) -> list[Figure]:
    return [Figure("X", "x", within, hits, shown=f"{within}") for within, hits in counts]


def told(*counts: tuple[int, int | None]) -> list[tuple[int, int | None, str]]:
    found = guarded(figures(*counts), 5)
    return [(one.denominator, one.numerator, one.shown) for one in found]


def test_small_counts_are_not_told_nor_to_be_told_from_the_rest() -> None:
    few = (0, None, "少于 5")
    assert told((4, 2)) == [few]
    assert told((0, 0), (20, 10)) == [(0, 0, "0"), (20, 10, "20")]
    # The only small one would be the sum less the others: the next smallest goes too.
    assert told((3, None), (50, None), (9, None)) == [few, (50, None, "50"), few]
    assert told((3, None), (2, None), (9, None)) == [few, few, (9, None, "9")]
    # Large groups whose part is small, or nearly whole, tell no part.
    part = "分项少于 5"
    first, second, third = told((20, 1), (30, 15), (40, 20))
    assert (first, second, third) == ((20, None, part), (30, None, part), (40, 20, "40"))
    assert told((20, 19), (30, 28)) == [(20, None, part), (30, None, part)]
    assert [one.few for one in guarded(figures((4, 2)), 0)] == [0]
