"""A missing year: the case stops, the scheduler enters the days, the case goes on."""

from typing import Any

import pytest

from engine.base.actor import SYSTEM
from engine.base.clock import shanghai
from engine.commands.instances import StartInstance
from engine.commands.results import Started
from engine.queries import instances

pytestmark = pytest.mark.browser
PROBLEM = {
    "year": 2026,
    "reserve_id": "JX-N11",
    "county_code": "360681",
    "ownership": "LOCAL",
    "problem_no": "JX-2026-3606-0009",
    "due": "2026-11-30",
}
ROWS = """date,is_workday,name
2027-01-01,0,元旦
2027-02-06,1,春节调休
2027-02-08,0,春节
"""


def agree(page: Any) -> None:
    page.click("dialog[open] button:is(.p, .dp)")


def test_a_missing_year_is_entered_where_the_incident_points(live: Any, visitor: Any) -> None:
    live.clock.set(shanghai("2026-12-28 09:00"))
    made = live.engine.execute(StartInstance("jx_problem", PROBLEM), SYSTEM)
    assert isinstance(made, Started)
    scheduler = visitor("scheduler")
    page = scheduler.open("/ops/incidents")
    assert "缺少 2027 年工作日数据" in page.inner_text("main")
    page.click("a:has-text('打开工作日历')")
    scheduler.ready()
    assert "缺少 2027 年工作日数据" in page.inner_text("main")
    scheduler.shot("workdays-missing", full=True)
    scheduler.check()

    page.fill("#i-rows", ROWS.replace("2027-02-08", "2027-02-30"))
    page.click("button:has-text('检查并导入')")
    page.wait_for_selector("[role=alert]")
    assert "第 4 行 date：日期“2027-02-30”无效" in page.inner_text("[role=alert]")
    assert "2027-02-30" in page.input_value("#i-rows")
    scheduler.shot("workdays-refused", full=True)
    page.fill("#i-rows", ROWS)
    page.click("button:has-text('检查并导入')")
    page.wait_for_selector("text=已保存。")
    assert page.locator("td.mk.en").inner_text() == "6"
    assert page.locator("td.ho.en").count() == 2
    scheduler.shot("workdays-entered", full=True)
    scheduler.check("status of 422")

    page.click(".note a:has-text('异常')")
    scheduler.ready()
    page.click("button:has-text('重试')")
    page.wait_for_selector("text=已处理。")
    shown = live.engine.ask(instances.case, SYSTEM, ref=str(made.instance_id))
    assert [task.name for task in shown.tasks] == ["制定整改方案"]


def test_one_day_is_changed_and_restored_from_the_grid(live: Any, visitor: Any) -> None:
    scheduler = visitor("scheduler")
    page = scheduler.open("/ops/workdays?year=2025")
    scheduler.shot("workdays-2025", full=True)
    page.click("td a[aria-label^='2025-07-19']")
    scheduler.ready()
    page.select_option("#d-work", "1")
    page.fill("#d-name", "补班")
    page.click("button:has-text('保存这一天')")
    page.wait_for_selector("text=已保存。")
    marked = page.locator("td.mk.en a")
    assert marked.get_attribute("aria-label") == "2025-07-19　调休上班（补班）　来源：本地录入"
    assert "2025-07-19：无录入 → 上班（补班）" in page.inner_text("main")
    marked.click()
    scheduler.ready()
    page.select_option("#d-work", "")
    page.click("button:has-text('保存这一天')")
    page.wait_for_selector("text=已保存。")
    assert page.locator("td.en").count() == 0
    scheduler.check()


def test_the_page_fits_a_phone(live: Any, visitor: Any) -> None:
    scheduler = visitor("scheduler", width=390, height=844)
    scheduler.open("/ops/workdays?year=2025")
    scheduler.shot("workdays-phone", full=True)
    scheduler.check()
