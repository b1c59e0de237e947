"""Working days as deployed: the checks of the scenarios, a missing year, what people enter."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from engine.base.actor import SYSTEM
from engine.base.clock import FakeClock, shanghai
from engine.base.ids import CountingIds
from engine.commands.accounts import CreatePerson
from engine.commands.definitions import Deploy
from engine.engine import Engine
from engine.library.bundle import read_folder
from engine.store.machine import history
from engine.store.tables import audit
from engine.worker import Worker
from tests.processes.counting import CALENDAR, LIMITS, ROOT, files
from tests.support.engines import build
from tests.support.invariants import check_invariants
from tests.support.site import PASSWORD, Browser
from tests.support.workdays import CHECKS
from web.app import create_app
from web.session import Passwords

YEAR_2027 = "date,is_workday,name\n2027-01-01,0,元旦\n2027-01-03,1,元旦调休\n"


@dataclass
class Office:
    """The installation, its clerk and its scheduler."""

    engine: Engine
    clock: FakeClock
    clerk: Browser
    chief: Browser

    def start(self, process: str) -> int:
        body = {"processDefinitionKey": process, "variables": {}}
        answer = self.clerk.post("/process-instances", body)
        assert answer.status_code == 201, answer.text
        return int(answer.json["instanceId"])

    def tasks(self, case_id: int) -> dict[str, Any]:
        body = {"filter": {"caseId": case_id, "state": "OPEN"}}
        items = self.clerk.post("/user-tasks/search", body).json["items"]
        return {item["node"]: item for item in items}

    def complete(self, case_id: int, node: str) -> Any:
        task = self.tasks(case_id)[node]
        (seat,) = self.clerk.get(f"/user-tasks/{task['id']}").json["seats"]
        body = {"outcome": "done", "expectedVersion": seat["version"]}
        return self.clerk.post(f"/user-tasks/{task['id']}/completion", body)

    def post(self, path: str, **form: str) -> Any:
        """Send a page's form as the scheduler."""
        form = {"submission_id": f"test-{path}-{len(form)}-0001", "calendar": "cn", **form}
        sent = {"csrf_token": self.chief.csrf, **form}
        return self.chief.client.post(path, data=sent, headers={"Accept": "text/html"})

    def incidents(self) -> list[Any]:
        body = {"filter": {"state": "open"}}
        return list(self.chief.post("/incidents/search", body).json["items"])

    def page(self, path: str) -> str:
        return str(self.chief.client.get(path, headers={"Accept": "text/html"}).text)


@pytest.fixture
def runtime() -> str:
    """Name the runtime of the installation."""
    return "kernel"


both = pytest.mark.parametrize("runtime", ["kernel", "spiffworkflow"])


@pytest.fixture
def office(
    runtime: str,
    store_url: str,
    clock: FakeClock,
    ids: CountingIds,
    data_dir: Path,
) -> Iterator[Office]:
    """Give the counting application, deployed on 1 December 2024."""
    clock.set(shanghai("2024-12-01 09:00"))
    engine = build(store_url, data_dir, clock=clock, ids=ids, override=runtime)
    try:
        engine.execute(Deploy("counting", files()), SYSTEM)
        secret = Passwords(memory_kib=64, rounds=1).hash(PASSWORD)
        clerk = CreatePerson("clerk", "经办", secret, posts=(("U-1", "clerk"),))
        engine.execute(clerk, SYSTEM)
        engine.execute(CreatePerson("chief", "调度员", secret, ("scheduler",)), SYSTEM)
        app = create_app(engine, testing=True)
        people = [Browser(app.test_client()) for _ in range(2)]
        for browser, login in zip(people, ("clerk", "chief"), strict=True):
            assert browser.sign_in(login).status_code == 200
        yield Office(engine, clock, *people)
    finally:
        engine.close()


def test_both_applications_count_with_the_calendar_tested_here() -> None:
    for application in ("guiyang", "jiangxi"):
        bundle = read_folder(ROOT, application)
        assert bundle.files["calendar/cn.csv"] == CALENDAR.read_bytes()


@both
def test_the_due_moments_are_those_of_the_calendar_checks(office: Office) -> None:
    found = []
    for start, count, _ in CHECKS:
        office.clock.set(shanghai(f"{start} 10:30"))
        due = office.tasks(office.start("three"))[LIMITS[count]]["dueAt"]
        found.append((start, count, due))
    assert found == [(s, n, f"{due}T23:59:59+08:00") for s, n, due in CHECKS]


def stopped(office: Office) -> int:
    """Complete the step before the one whose limit runs into a year without data."""
    office.clock.set(shanghai("2026-12-28 10:00"))
    case_id = office.start("over")
    answer = office.complete(case_id, "prepare")
    assert answer.status_code == 200, answer.text
    return case_id


def test_a_step_that_needs_a_missing_year_stops_and_goes_on_when_it_is_entered(
    office: Office,
) -> None:
    case_id = stopped(office)
    assert office.tasks(case_id) == {}
    (incident,) = office.incidents()
    assert (incident["code"], incident["node"]) == ("calendar_missing", "carry")
    assert "缺少 2027 年工作日数据，请管理员导入后再计算。" in incident["text"]
    check_invariants(office.engine)
    assert 'href="/ops/workdays?year=2027#import"' in office.page("/ops/incidents")
    assert "缺少 2027 年工作日数据" in office.page("/ops/workdays?year=2027")

    resolve = f"/ops/incidents/{incident['id']}/resolve"
    office.post(resolve, how="retry", submission_id="too-early-0000001")
    assert [row["code"] for row in office.incidents()] == ["calendar_missing"]
    assert office.tasks(case_id) == {}

    office.clock.set(shanghai("2026-12-29 09:00"))
    entered = office.post("/ops/workdays/import", year="2027", version="0", rows=YEAR_2027)
    assert entered.status_code == 303, entered.text
    (again,) = office.incidents()
    resolved = office.post(
        f"/ops/incidents/{again['id']}/resolve", how="retry", submission_id="now-it-is-known-1"
    )
    assert resolved.status_code == 303, resolved.text
    assert office.incidents() == []
    # 30 and 31 December, Sunday 3 January made up, then 4–8, 11 and 12 January
    assert office.tasks(case_id)["carry"]["dueAt"] == "2027-01-12T23:59:59+08:00"
    check_invariants(office.engine)
    assert office.complete(case_id, "carry").status_code == 200
    assert office.clerk.get(f"/process-instances/{case_id}").json["status"] == "completed"


@pytest.mark.parametrize("runtime", ["spiffworkflow"])
def test_the_reference_refuses_the_step_until_the_year_is_entered(office: Office) -> None:
    office.clock.set(shanghai("2026-12-28 10:00"))
    case_id = office.start("over")
    refused = office.complete(case_id, "prepare")
    assert (refused.status_code, refused.json["code"]) == (503, "calendar-missing")
    assert refused.json["detail"] == "缺少 2027 年工作日数据，请管理员导入后再计算。"
    assert set(office.tasks(case_id)) == {"prepare"}
    check_invariants(office.engine)
    office.post("/ops/workdays/import", year="2027", version="0", rows=YEAR_2027)
    assert office.complete(case_id, "prepare").status_code == 200
    assert office.tasks(case_id)["carry"]["dueAt"] == "2027-01-11T23:59:59+08:00"


def test_nothing_of_the_stopped_step_is_half_written(office: Office) -> None:
    case_id = stopped(office)
    with office.engine.database.read() as conn:
        query = sa.select(history.c.kind, history.c.node).where(history.c.root_id == case_id)
        kinds = [tuple(row) for row in conn.execute(query.order_by(history.c.no))]
    assert ("CompleteTask", "prepare") in kinds
    assert not [kind for kind, node in kinds if node == "carry" and kind == "TaskOpened"]
    Worker(office.engine).run_due()
    assert len(office.incidents()) == 1


@both
def test_an_entered_day_comes_before_the_file_and_the_package(office: Office) -> None:
    office.clock.set(shanghai("2026-09-28 10:00"))
    before = office.start("three")
    change = {"year": "2026", "day": "2026-10-10", "working": "0", "name": "本地停工"}
    assert office.post("/ops/workdays/day", version="0", **change).status_code == 303
    after = office.start("three")
    dues = [office.tasks(case)["ten"]["dueAt"][:10] for case in (before, after)]
    assert dues == ["2026-10-16", "2026-10-19"]
    shown = office.page("/ops/workdays?year=2026")
    assert "按现在的安排会不同的时限" in shown
    moved = shown.split("按现在的安排会不同的时限")[1].split("变更记录")[0]
    assert f'href="/case/{before}"' in moved
    assert f'href="/case/{after}"' not in moved
    assert "<time>2026-10-16</time>" in moved
    assert "<time>2026-10-19</time>" in moved
    change |= {"working": ""}
    back = office.post("/ops/workdays/day", version="1", submission_id="b" * 20, **change)
    assert back.status_code == 303, back.text
    assert office.tasks(office.start("three"))["ten"]["dueAt"][:10] == "2026-10-16"
    with office.engine.database.read() as conn:
        query = sa.select(audit).where(audit.c.kind == "ChangeCalendarDay")
        lines = [row.detail for row in conn.execute(query.order_by(audit.c.id))]
    assert [line["changes"][0] for line in lines] == [
        {"day": "2026-10-10", "from": None, "to": [False, "本地停工"]},
        {"day": "2026-10-10", "from": [False, "本地停工"], "to": None},
    ]
    assert {line["by"] for line in lines} == {"调度员"}


def test_a_year_entered_whole_knows_nothing_but_its_rows(office: Office) -> None:
    rows = "date,is_workday,name\n2027-02-01,0,试\n"
    enter = office.post("/ops/workdays/import", year="2027", version="0", rows=rows)
    assert enter.status_code == 303, enter.text
    days = {
        date.fromisoformat(row["day"]): row["working"]
        for row in office.chief.get("/calendars/cn/years/2027").json
    }
    assert len(days) == 365
    off = {day for day, on in days.items() if not on and day.weekday() < 5}
    assert off == {date(2027, 2, 1)}


def test_all_cases_that_waited_for_a_year_go_on_with_one_click(office: Office) -> None:
    cases = [stopped(office) for _ in range(3)]
    retry = {"code": "calendar_missing"}
    office.post("/ops/incidents/retry", submission_id="still-missing-0001", **retry)
    assert len(office.incidents()) == 3
    office.post("/ops/workdays/import", year="2027", version="0", rows=YEAR_2027)
    assert "同类全部重试" in office.page("/ops/incidents")
    done = office.post("/ops/incidents/retry", submission_id="all-at-once-000001", **retry)
    assert done.status_code == 303, done.text
    assert office.incidents() == []
    dues = {office.tasks(case)["carry"]["dueAt"] for case in cases}
    assert dues == {"2027-01-11T23:59:59+08:00"}
    check_invariants(office.engine)
