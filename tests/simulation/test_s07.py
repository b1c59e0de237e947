"""S07.1 and S07.2: the figures of 2024 over 20 rows, and the last ten minutes of the year."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from engine.base.actor import SYSTEM
from engine.base.clock import FakeClock, shanghai
from engine.base.ids import CountingIds
from engine.commands.tasks import CompleteTask
from engine.engine import Engine
from engine.library.bundle import read_folder
from engine.queries import metrics, task_page
from engine.queries.dry_run import dry_run
from engine.queries.metrics import Wanted
from engine.queries.rollover import rollover
from engine.simulation import script
from engine.simulation.campaign import Campaign
from engine.simulation.staff import Staff
from engine.simulation.starts import Starts
from engine.store import people_rows, schema, snapshots
from engine.store.database import open_database
from engine.store.machine import job, subscription
from engine.store.tables import history, instance, seat, snapshot, task
from engine.worker import Worker
from tests.processes.jiangxi import ANOTHER, YANGJIFENG, problem
from tests.support.engines import build

ROOT = Path(__file__).parents[2]
BEFORE = "2024-12-31 23:40"
EXCLUDED = {"joint_forestry": "exclude", "joint_ecology": "exclude"}
# how many rows, where they stand at the end of the year, what else is told of them
ROWS: tuple[tuple[int, str, dict[str, Any]], ...] = (
    (14, "", {}),  # 已备案
    (2, "file_ecology", {}),  # 已销号, the second receipt is missing
    (1, "fill_f3", {}),  # 整改完成
    (2, "rectify", {}),  # 整改中
    (1, "self_check", {}),  # 整改中, one signature from 整改完成
    (1, "", {"outcomes": EXCLUDED}),  # 剔除
    (1, "rectify", {"source": ["国家林草局遥感点位"], "rs_due": "2025-02-28"}),
)


@dataclass
class World:
    """The installation in the last minutes of 2024."""

    engine: Engine
    clock: FakeClock
    worker: Worker

    def figures(self) -> dict[str, tuple[int | None, int, str, str]]:
        """Give the frozen figures of 2024: numerator, denominator, text, verdict."""
        board = self.engine.ask(metrics.board, SYSTEM, application="jiangxi", year=2024)
        return {
            one.id: (f.numerator, f.denominator, f.shown, f.verdict)
            for one in board
            if (f := one.frozen) is not None
        }

    def live(self, name: str) -> metrics.Metric:
        """Give figure NAME with what it is now."""
        board = self.engine.ask(metrics.board, SYSTEM, application="jiangxi", year=2024)
        return next(one for one in board if one.id == name)

    def pass_self_check(self, at: str) -> None:
        """Complete the one waiting self-check at a moment; the machine stays asleep."""
        self.clock.set(shanghai(at))
        query = (
            sa.select(seat.c.task_id, seat.c.version, seat.c.unit)
            .join(task, task.c.id == seat.c.task_id)
            .where(task.c.node == "self_check", seat.c.state == "open")
        )
        with self.engine.database.read() as conn:
            row = conn.execute(query).one()
            actor = people_rows.load_actor(conn, row.unit.lower())
        assert actor is not None
        command = CompleteTask(
            row.task_id, outcome="pass", expected_version=row.version, unit=row.unit
        )
        self.engine.execute(command, actor)

    def new_year(self, at: str = "2025-01-01 00:00") -> None:
        """Let the machine work at a moment of the new year."""
        self.clock.set(shanghai(at))
        self.worker.run_due()

    def sizes(self) -> list[int]:
        """Count the rows of what a case writes."""
        kinds = (history, instance, job, seat, snapshot, subscription, task)
        with self.engine.database.read() as conn:
            return [
                conn.execute(sa.select(sa.func.count()).select_from(kind)).scalar_one()
                for kind in kinds
            ]

    def does(self, node: str, unit: str, data: dict[str, Any] | None = None) -> None:
        """Complete the open work of UNIT at NODE in the primary way."""
        query = (
            sa.select(seat.c.task_id, seat.c.version)
            .join(task, task.c.id == seat.c.task_id)
            .where(task.c.node == node, seat.c.state == "open", seat.c.unit == unit)
        )
        with self.engine.database.read() as conn:
            row = conn.execute(query).one()
            actor = people_rows.load_actor(conn, unit.lower())
        assert actor is not None
        outcome = {"compile_f11": "submit", "sign_f11": "send"}[node]
        command = CompleteTask(
            row.task_id,
            data=data or {},
            outcome=outcome,
            expected_version=row.version,
            unit=unit,
        )
        self.engine.execute(command, actor)

    def escalates(self) -> list[dict[str, Any]]:
        """Give the rows the form of the list for the committee really offers."""
        query = sa.select(task.c.id).where(task.c.node == "compile_f11")
        with self.engine.database.read() as conn:
            found = conn.execute(query).scalar_one()
            actor = people_rows.load_actor(conn, "jx-lyj")
        assert actor is not None
        page = self.engine.ask(task_page.form, actor, task_id=found)
        rows: list[dict[str, Any]] = page.data["rows"]
        return rows

    def carried(self) -> set[str]:
        """Send the list, signed by both; give the numbers that are carried over then."""
        more = {"reason": "冬季停工，整改未完成。", "next": "春季复工，按月调度。"}
        due = date(2025, 6, 30)
        rows = [{**row, **more, "new_due": due} for row in self.escalates()]
        self.does("compile_f11", "JX-LYJ", {"rows": rows})
        for unit in ("JX-LYJ", "JX-STT"):
            self.does("sign_f11", unit)
        self.worker.run_due()
        query = sa.select(instance.c.number).where(instance.c.state_name == "结转")
        with self.engine.database.read() as conn:
            return set(conn.execute(query).scalars())

    def climbed(self) -> set[tuple[int, datetime, str, str]]:
        """Give what was really reminded of and raised, in cases older than the new year."""
        query = (
            sa.select(history.c.root_id, history.c.at, history.c.node, history.c.detail)
            .join(instance, instance.c.id == history.c.root_id)
            .where(history.c.kind == "Escalated", history.c.at > shanghai(BEFORE))
            .where(instance.c.started_at < shanghai(BEFORE))
        )
        with self.engine.database.read() as conn:
            return {
                (case, at, node, json.loads(detail)["level"])
                for case, at, node, detail in conn.execute(query)
            }


def live_through(url: str, folder: Path, runtime: str | None = None) -> World:
    """Live through 2024 up to the last minutes, with 22 problems of known fate."""
    clock = FakeClock(shanghai("2024-01-01 00:00"))
    engine = build(url, folder, clock=clock, ids=CountingIds(), override=runtime)
    bundle = read_folder(ROOT, "jiangxi")
    told = script.campaign(bundle.files, "jiangxi")
    for node, habit in told.habits.items():  # everybody in time, nobody against
        told.habits[node] = replace(habit, never=0, late=0, outcomes={})
    staff = Staff(engine, "jiangxi", told, 2024, "s07")
    staff.settle(bundle, "!")
    campaign = Campaign(engine, Worker(engine), clock, {"jiangxi": staff})
    starts = Starts(campaign, staff)
    for series in told.series:
        if series.process not in ("jx_audit", "jx_rs_batch"):
            starts.series(series, 0)
    number = 0
    for count, until, more in ROWS:
        for _ in range(count):
            number += 1
            starts.fixed(_case(number, until, dict(more)))
    campaign.run(shanghai(BEFORE))
    assert campaign.refused == []
    return World(engine, clock, campaign.worker)


def _case(number: int, until: str, more: dict[str, Any]) -> dict[str, Any]:
    place, day = (YANGJIFENG, ANOTHER)[number % 2], f"2024-03-{number:02}"
    outcomes = more.pop("outcomes", {})
    photos = {"$evidence": ["全景", "细部"]}
    if "source" in more:
        more["source_ref"] = "YG-2024-0007"
    data = problem(place, year=2024, checked_on=day, photos=photos, **more)
    case = {"process": "jx_audit", "unit": place.body, "at": f"{day} 10:00", "data": data}
    return case | {"until": until, "outcomes": outcomes}


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of a database in the last minutes of the year, to be copied."""
    folder = tmp_path_factory.mktemp("s07")
    url = f"sqlite:///{folder / 'year.db'}"
    database = open_database(url)
    schema.upgrade(database)
    database.close()
    live_through(url, folder).engine.close()
    return folder


@pytest.fixture
def world(lived: Path, tmp_path: Path) -> Iterator[World]:
    """Give a fresh copy of the installation at 23:40."""
    shutil.copy(lived / "year.db", tmp_path / "year.db")
    clock = FakeClock(shanghai(BEFORE))
    url = f"sqlite:///{tmp_path / 'year.db'}"
    engine = build(url, tmp_path, clock=clock, ids=CountingIds(10**9))
    yield World(engine, clock, Worker(engine))
    engine.close()


def test_twenty_rows_count_and_the_year_misses_its_target(world: World) -> None:
    before = world.live("M-1")
    assert (before.live.shown, before.live.verdict) == ("85.0 %", "预警")
    assert before.frozen is None
    world.new_year()
    found = world.figures()
    assert found["M-1"] == (17, 20, "85.0 %", "未达标")
    assert found["M-2"][:3] == (16, 20, "80.0 %")
    assert found["M-3"][:3] == (14, 16, "87.5 %")


def test_ten_minutes_before_midnight_counts(world: World) -> None:
    world.pass_self_check("2024-12-31 23:50")
    world.new_year()
    assert world.figures()["M-1"] == (18, 20, "90.0 %", "达标")


def test_ten_minutes_after_midnight_does_not_even_when_the_machine_was_asleep(
    world: World,
) -> None:
    world.pass_self_check("2025-01-01 00:10")
    world.new_year("2025-01-01 00:20")
    assert world.figures()["M-1"] == (17, 20, "85.0 %", "未达标")
    assert world.live("M-1").live.shown == "85.0 %"  # of the end of 2024, told again


def test_the_freeze_changes_no_case(world: World) -> None:
    query = sa.select(instance.c.id, instance.c.version, instance.c.state_name)
    query = query.where(instance.c.number.like("JX-2024-%")).order_by(instance.c.id)
    with world.engine.database.read() as conn:
        before = conn.execute(query).all()
    world.new_year()
    with world.engine.database.read() as conn:
        assert conn.execute(query).all() == before
    assert len(before) == 22


def test_the_dry_run_of_the_rollover_is_what_then_happens(world: World) -> None:
    the_dry_run_is_what_then_happens(world)


@pytest.mark.long
def test_the_dry_run_on_the_reference_runtime_and_postgresql(
    postgresql_url: str, data_dir: Path
) -> None:
    world = live_through(postgresql_url, data_dir, "spiffworkflow")
    the_dry_run_is_what_then_happens(world)
    world.engine.close()


def the_dry_run_is_what_then_happens(world: World) -> None:
    before = world.sizes()
    dry = world.engine.ask(rollover, SYSTEM, application="jiangxi", year=2024)
    assert world.sizes() == before
    assert (dry.outcome, dry.problems, dry.frozen_at) == ("已办结", (), None)
    world.new_year()
    figures = {
        one.id: (one.numerator, one.denominator, one.shown, one.verdict) for one in dry.figures
    }
    assert figures == world.figures()
    assert figures["M-1"] == (17, 20, "85.0 %", "未达标")
    for one in dry.figures:
        wanted = Wanted("jiangxi", one.id, 2024, frozen=True)
        real = world.engine.ask(metrics.rows, SYSTEM, wanted=wanted)
        if one.rows:
            assert [(row.case_id, row.hit) for row in one.rows] == [
                (row.case_id, row.hit) for row in real
            ], one.id
    named = {one.id: {row.number for row in one.rows} for one in dry.figures}
    assert [len(named[name]) for name in ("N-1", "N-2", "N-3")] == [4, 1, 1]
    listed = world.escalates()
    assert [dict(row) for row in dry.work[0].tables["rows"]] == listed
    assert [one.node for one in dry.work] == ["compile_f11", "sign_f11", "committee_reply"]
    assert dry.work[1].units == ("江西省林业局", "江西省生态环境厅")
    told = {one.number for one in dry.reached}
    assert told == named["N-1"] == {row["problem_no"] for row in listed}
    assert told == world.carried()
    again = world.engine.ask(rollover, SYSTEM, application="jiangxi", year=2024)
    assert again.frozen_at is not None


def test_the_dry_run_shows_rungs_and_names_what_a_message_starts(world: World) -> None:
    dry = world.engine.ask(rollover, SYSTEM, application="jiangxi", year=2024)
    steps = [step for case in dry.clock.cases for step in case.steps]
    assert "启动“年终冻结与未完成上报”" in {step.text for step in steps}
    until = shanghai("2025-01-20 00:00")
    later = world.engine.ask(dry_run, SYSTEM, until=until)
    climbs = {
        (case.case_id, step.at, step.node, step.text.split(" ")[0])
        for case in later.cases
        for step in case.steps
        if step.kind == "Escalated" and case.case_id is not None
    }
    Campaign(world.engine, world.worker, world.clock).run(until)
    assert climbs == world.climbed()
    assert {level for *_, level in climbs} >= {"L1", "L2"}


def test_changed_rows_of_frozen_figures_are_found(world: World) -> None:
    world.new_year()
    with world.engine.database.read() as conn:
        assert snapshots.verify(conn) == []
    with world.engine.database.write() as conn:
        kept = conn.execute(sa.select(snapshot.c.rows)).scalar_one()
        changed = bytes(kept).replace("整改中".encode(), "已备案".encode())
        assert changed != bytes(kept)
        conn.execute(sa.update(snapshot).values(rows=changed))
    with world.engine.database.read() as conn:
        assert [damage.kind for damage in snapshots.verify(conn)] == ["snapshot"]


@pytest.mark.long  # by default processes/test_s07.py freezes on PostgreSQL
def test_a_late_freeze_on_postgresql(postgresql_url: str, data_dir: Path) -> None:
    world = live_through(postgresql_url, data_dir)
    world.pass_self_check("2025-01-01 00:10")
    world.new_year("2025-01-01 00:20")
    found = world.figures()
    assert found["M-1"] == (17, 20, "85.0 %", "未达标")
    assert found["M-2"][:3] == (16, 20, "80.0 %")
    assert found["M-3"][:3] == (14, 16, "87.5 %")
    world.engine.close()
