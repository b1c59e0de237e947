"""A year that ends with 2,000 unfinished problems: frozen, told in one table, printed."""

import re
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.prints.test_files import text_of
from tests.processes import jiangxi
from tests.processes.test_jiangxi_imports import ROW, sent
from tests.support.scenario import Json, Scenario

ALL = pytest.mark.parametrize(
    ("jiangxi_runtime", "store_url"),
    [("kernel", "sqlite"), ("kernel", "postgresql")],
    indirect=True,
)
FORESTRY, ECOLOGY, COMMITTEE = "JX-LYJ", "JX-STT", "JX-STW"
ROWS = 2_000  # operations.md 1 row 16
REASON = "雨季持续时间长，进场道路塌方，施工机械无法到达；" * 8
NEXT = "加派人员分段施工，先行修复进场道路，逐月报送进展；" * 8
STATED = {"当前状态": "整改中", "列入清单日期": "2025-09-20", "整改时限": "2025-11-30"}
MEMORY = 600_000  # KB the process may grow by, all steps and prints together


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Fail when the body takes more CPU than SECONDS: several times what was measured."""
    began = time.process_time()
    yield
    assert time.process_time() - began < seconds


@pytest.mark.long
@ALL
@pytest.mark.timeout(900)
def test_two_thousand_unfinished_problems_go_through_the_end_of_the_year(
    jiangxi_story: Scenario,
) -> None:
    story = jiangxi_story
    story.when_passes("2025-12-30 09:00")
    receipt = sent(story, jiangxi.YANGJIFENG.body, "problem", problems())
    assert {row["state"] for row in receipt} == {"created"}
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    report = the_year_is_frozen(story)
    the_page_of_the_form_is_light(story, report)
    the_table_is_filled_in(story, report)
    the_pages_turn_it(story, report)
    both_sign_and_every_problem_is_carried_over(story, report)
    it_is_printed_whole(story, report)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MEMORY
    story.then_no_incidents()


def problems() -> list[Json]:
    """Give rows of problems in rectification, each at its own point."""
    point = "经度（CGCS2000）"
    return [{**ROW, **STATED, "年度": 2025, point: f"117.{218000 + n}"} for n in range(ROWS)]


def the_year_is_frozen(story: Scenario) -> Json:
    with within(15):
        story.when_passes("2026-01-01 00:10")
    (report,) = story.cases("jx_year_end")
    assert story.variables(report)["denominator"] == ROWS
    return report


def page(story: Scenario, unit: str, node: str, report: Json, more: str = "") -> str:
    """Give the page of the open task of UNIT at NODE."""
    task, _ = story.mine(unit, node, report)
    at = f"/case/{report['number']}/task/{task['id']}{more}"
    with within(4):
        answer = story.of(unit).client.get(at)
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def the_page_of_the_form_is_light(story: Scenario, report: Json) -> None:
    assert len(page(story, FORESTRY, "compile_f11", report)) < 40_000
    assert page(story, FORESTRY, "compile_f11", report, "/data").count("problem_no") == ROWS


def the_table_is_filled_in(story: Scenario, report: Json) -> None:
    story.when_passes("2026-01-08 10:00")
    form = story.form(FORESTRY, "compile_f11", report)
    said = {"reason": REASON, "next": NEXT, "new_due": "2026-06-30"}
    rows = [{**row, **said} for row in form["rows"]]
    assert len(rows) == ROWS
    act = (FORESTRY, "compile_f11", "submit")
    far = [{**row, "reason": REASON * 3, "next": NEXT * 3} for row in rows]
    with within(15):
        told = story.when_completes(*act, case=report, data={"rows": far}, expect=409)
    assert "超过一张表格 4000 KB 的上限；照现有各行的长短约可存 1" in told["detail"]
    with within(10):
        story.when_completes(*act, case=report, data={"rows": rows})
    assert story.variables(report)["total"] == ROWS


def the_pages_turn_it(story: Scenario, report: Json) -> None:
    first = page(story, ECOLOGY, "sign_f11", report)
    assert len(first) < 200_000
    assert (first.count("JX-2025-3606-"), "本页第 1 至 50 行" in first) == (50, True)
    last = page(story, ECOLOGY, "sign_f11", report, "?page-rows=40")
    assert "本页第 1951 至 2000 行" in last
    assert "JX-2025-3606-2000" in last
    for tab in ("work", "course", "diagram", "papers", "log"):
        with within(4):
            shown = story.of(FORESTRY).client.get(f"/case/{report['number']}?tab={tab}")
        assert len(shown.data) < 100_000


def both_sign_and_every_problem_is_carried_over(story: Scenario, report: Json) -> None:
    for unit in (FORESTRY, ECOLOGY):
        with within(60):
            story.when_completes(unit, "sign_f11", "send", case=report)
    story.then_waits_at(report, ("committee_reply", COMMITTEE))
    body: Json = {"filter": {"carried_over": True}, "page": {"limit": 1}}
    found = story.overseer().send("POST", "/ledgers/problem/rows/search", body)
    assert found["page"]["total"] == ROWS


def it_is_printed_whole(story: Scenario, report: Json) -> None:
    at = f"/api/v1/process-instances/{report['id']}/print/layouts/unfinished_report?format="
    for kind in ("docx", "pdf"):
        with within(40):
            paper = story.of(FORESTRY).client.get(f"{at}{kind}")
        assert paper.status_code == 200
        told = re.sub(r"\s", "", text_of(paper.data, kind))
        assert f"尚未完成整改销号的问题{ROWS}个" in told
        for number in (1, 777, ROWS):
            assert f"JX-2025-3606-{number:04}" in told
        assert told.count("雨季持续时间长，进场道路塌方") >= ROWS
