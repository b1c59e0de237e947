"""What one value, one table and one case may weigh (kernel.md 3.8; operations.md 1 row 16)."""

import re
from typing import Any

import pytest

from engine.base import events
from engine.kernel import sizes
from tests.support.driving import Drive
from tests.support.plans import path, process, start, user


def rows_of_text(count: int, text: str = "连续降雨，便道冲毁。") -> list[dict[str, str]]:
    return [{"no": f"N-{n:04}", "reason": text * 8, "next": text * 8} for n in range(count)]


def test_a_table_of_two_thousand_rows_of_text_fits_and_a_text_of_that_size_does_not() -> None:
    d = Drive(process(start("s"), user("a", fields="x"), user("b", fields="y z"),
                      path("s a b"))).start()  # fmt: skip
    told = d.complete("a", x="字" * 100_000).reason
    assert "约 301 KB，超过单个变量 256 KB 的上限" in told
    assert d.complete("a", x=rows_of_text(2_000)).consumed
    assert d.complete("b", y=rows_of_text(7_500), z=rows_of_text(7_500)).status == "refused"
    assert d.complete("b", y=rows_of_text(2_000), z=[]).consumed


def test_a_table_that_is_too_large_is_told_how_many_rows_would_fit() -> None:
    d = Drive(process(start("s"), user("a", fields="x"), path("s a"))).start()
    refused = d.complete("a", x=(table := rows_of_text(9_000)))
    assert refused.status == "refused"
    assert "“x”" in refused.reason
    assert "表格共 9000 行" in refused.reason
    assert "超过一张表格 4000 KB 的上限" in refused.reason
    fit = int(re.search(r"约可存 (\d+) 行", refused.reason)[1])
    assert 6_000 < fit < 9_000
    assert d.complete("a", x=table[:fit]).consumed
    assert "请缩短文字，或改为附件。" in sizes.oversize("字" * 90_000, 270_000, 256_000)


def nested(levels: int) -> Any:
    found: Any = 1
    for _ in range(levels):
        found = [found]
    return found


@pytest.mark.parametrize(
    ("hostile", "word"),
    [
        (nested(33), "嵌套 33 层"),
        (nested(5_000), "嵌套 5000 层"),
        ([{}] * 10_001, "列表有 10001 项"),
        ([0] * 10_001, "列表有 10001 项"),
        ([0] * 10_000 + ["字" * 90_000], "列表有 10001 项"),
        (["字" * 90_000], "超过单个变量 256 KB"),
        ({"rows": rows_of_text(1_000)}, "超过单个变量 256 KB"),
        ([{"x": "字" * 1_400_000}], "超过一张表格 4000 KB"),
    ],
)
def test_values_without_measure_are_refused_with_what_is_too_much(
    hostile: Any, word: str
) -> None:
    d = Drive(process(start("s"), user("a", fields="x"), path("s a"))).start()
    answer = d.complete("a", x=hostile)
    assert answer.status == "refused"
    assert word in answer.reason
    assert d.open == ["a"]


def test_a_limit_lowered_later_stops_no_case_but_lets_it_grow_no_more() -> None:
    d = Drive(process(start("s"), user("a", fields="x"), user("b", fields="x y"), user("c"),
                      path("s a b c"))).start()  # fmt: skip
    d.complete("a", x=rows_of_text(2_000))
    d.limits = events.Limits(tables_bytes=100_000, scope_bytes=100_000, state_bytes=100_000)
    assert d.complete("b", x=rows_of_text(2_001)).status == "refused"
    assert d.complete("b", y="n").status == "refused"
    assert d.complete("b", x=rows_of_text(1_500)).consumed
    assert d.open == ["c"]
    assert not d.incidents
