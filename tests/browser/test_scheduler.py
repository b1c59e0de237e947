"""A scheduler's day: the year, timers, worker, incidents, a dry run before the clock moves."""

from pathlib import Path
from typing import Any

import pytest

from engine.base.actor import SYSTEM
from engine.commands.instances import StartInstance
from engine.commands.results import Started
from engine.queries import instances, operations
from engine.worker import Worker
from tests.processes import jiangxi
from tests.support.scenario import Json, Scenario
from web.app import create_app

pytestmark = pytest.mark.browser
PROBLEM = {
    "year": 2025,
    "reserve_id": "JX-N11",
    "county_code": "360681",
    "reserve_level": "国家级",
    "ownership": "LOCAL",
    "case_number": "JX-2025-3606-0009",
    "due": "2025-11-30",
}


@pytest.fixture
def template(begun: Path) -> Path:
    """Start with three problems on their way."""
    return begun


def started(live: Any, **changes: Any) -> int:
    """Start the rectification of one problem."""
    made = live.engine.execute(StartInstance("jx_problem", {**PROBLEM, **changes}), SYSTEM)
    assert isinstance(made, Started)
    return made.instance_id


def completed(live: Any) -> Json:
    """Take a problem to the end of its rectification; closing begins on 2025-12-01."""
    app = create_app(live.engine, testing=True)
    clerks = {"360681-LY": "county", "JX-N11-GL": "reserve"}
    story = Scenario(app, live.clock, clerks, Worker(live.engine))
    case = {"id": started(live)}
    for unit in clerks:
        story.of(unit).acts = 1000  # keys unlike those of the story told before
    data = jiangxi.plan(due="2025-11-20")
    story.when_completes("360681-LY", "plan", "submit", case=case, data=data)
    story.when_completes("360681-LY", "rectify", "done", case=case)
    story.when_completes("JX-N11-GL", "self_check", "pass", case=case)
    return case


def steps(live: Any, case: Json) -> list[str]:
    """Name the open steps of CASE."""
    shown = live.engine.ask(instances.case, SYSTEM, ref=str(case["id"]))
    return sorted(task.name for task in shown.tasks)


def agree(page: Any) -> None:
    """Agree in the dialog that asks."""
    page.click("dialog[open] button:is(.p, .dp)")


def test_the_desk_shows_the_year_the_coming_timers_and_the_worker(
    live: Any, visitor: Any
) -> None:
    completed(live)
    scheduler = visitor("scheduler")
    page = scheduler.open("/ops")
    scheduler.shot("ops-desk", full=True)
    strip = page.text_content("svg.strip")
    assert "09-01 至 09-30：集中审核、推进整改并行" in strip
    assert "今日 07-18" in strip
    row = page.locator("tr", has_text="2025-12-01 00:00").first
    assert "销号期开始" in row.inner_text()
    assert "工作进程" in page.inner_text(".kpi")
    scheduler.check()
    scheduler.open("/ops/calendar?year=2026")
    scheduler.shot("ops-calendar", full=True)
    assert "今日" not in page.text_content("svg.strip")
    scheduler.check()


def test_the_worker_is_paused_with_a_reason_and_goes_on(live: Any, visitor: Any) -> None:
    scheduler = visitor("scheduler")
    page = scheduler.open("/ops")
    page.fill("input[name=reason]", "核对名单")
    page.click("button:has-text('暂停')")
    agree(page)
    page.wait_for_selector("text=已暂停：核对名单")
    scheduler.shot("ops-paused")
    assert live.engine.ask(operations.worker, SYSTEM).paused
    page.click("button:has-text('继续执行')")
    page.wait_for_selector("text=工作进程已继续。")
    assert not live.engine.ask(operations.worker, SYSTEM).paused
    scheduler.check()


def test_a_timer_is_fired_now_with_a_reason(live: Any, visitor: Any) -> None:
    case = completed(live)
    scheduler = visitor("scheduler")
    page = scheduler.open("/ops/timers")
    scheduler.shot("ops-timers")
    row = page.locator("tr", has_text="销号期开始").first
    row.locator("[name=reason]").fill("提前演示")
    row.locator("button").click()
    agree(page)
    page.wait_for_selector("text=已提前到现在")
    assert page.locator("tr", has_text="已到时").count() == 1
    live.work()
    scheduler.open(f"/case/{case['id']}?tab=log")
    assert "提前演示" in page.inner_text("main")
    scheduler.open("/ops/timers?due=overdue")
    assert page.locator("tbody tr").count() == 0
    scheduler.check()


def test_an_incident_names_its_cause_and_is_not_passed_over(live: Any, visitor: Any) -> None:
    case = started(live, county_code="360102")
    scheduler = visitor("scheduler")
    page = scheduler.open("/ops/incidents")
    scheduler.shot("ops-incidents")
    text = page.inner_text("main")
    assert "环节“制定整改方案”" in text
    assert "补齐岗位" in text
    assert page.locator("button:has-text('跳过')").count() == 0
    page.click("button:has-text('重新派发')")
    page.wait_for_selector("[role=alert]")
    assert "仍然没有符合条件的办理人" in page.inner_text("[role=alert]")
    assert page.locator(f"a[href='/case/{case}']").count() == 1
    scheduler.check("409")


def test_the_clock_moves_only_after_a_dry_run_showed_what_happens(
    live: Any, visitor: Any
) -> None:
    case = completed(live)
    before = steps(live, case)
    scheduler = visitor("scheduler")
    page = scheduler.open("/ops")
    page.click("text=推进时钟")
    scheduler.ready()
    page.fill("#to", "2025-12-01")
    page.click("button:has-text('演练')")
    scheduler.ready()
    scheduler.shot("ops-dry-run", full=True)
    text = page.inner_text("main")
    assert "到 2025-12-01 周一 09:00 会发生什么" in text
    assert "2025-12-01 00:00" in text
    assert "定时器到时" in text
    assert "填写附件3销号表" in text
    assert page.locator(f"tr.grp a[href='/case/{case['id']}']").count() == 1
    assert steps(live, case) == before
    assert live.engine.ask(operations.clock, SYSTEM).now.month == 7
    move(page)
    live.work()
    the_case_went_on(live, scheduler, case)


def move(page: Any) -> None:
    """Move the clock to the day of the dry run."""
    page.fill("#move-reason", "看销号阶段")
    page.click("button:has-text('推进时钟')")
    agree(page)
    page.wait_for_selector("text=演示时钟已推进")
    assert "2025-12-01 周一 09:00" in page.inner_text(".demo-clock")


def the_case_went_on(live: Any, scheduler: Any, case: Json) -> None:
    """What the dry run told has happened, and nothing is left over."""
    page = scheduler.open(f"/case/{case['id']}?tab=log")
    assert "确定销号路径" in page.inner_text("main")
    scheduler.open("/ops/timers?due=overdue")
    assert page.locator("tbody tr").count() == 0
    scheduler.open("/ops/clock?to=2025-11-30")
    assert "不晚于现在" in page.inner_text("[role=alert]")
    scheduler.check()


def test_staff_does_not_see_the_machine(live: Any, visitor: Any) -> None:
    clerk = visitor("county")
    assert "调度" not in clerk.page.inner_text("nav")
    answer = clerk.page.goto(f"{live.url}/ops")
    assert answer.status == 403


@pytest.mark.parametrize("width", [1440, 1280, 375])
def test_every_page_of_the_scheduler_is_sound(live: Any, visitor: Any, width: int) -> None:
    completed(live)
    scheduler = visitor("scheduler", width=width)
    for path in ("", "/calendar", "/timers", "/incidents", "/jobs", "/clock?to=2025-12-01"):
        scheduler.open(f"/ops{path}")
        scheduler.shot(f"ops{width}-{path.strip('/').split('?')[0] or 'desk'}")
        scheduler.check()
