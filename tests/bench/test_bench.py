"""The bench compares like with like: same rows and bytes, honest counts, one report."""

import gc
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from SpiffWorkflow.util.task import TaskState

from bench import kernel_work, run, verdicts
from bench.acts import Ours, recipes
from bench.bare_core import BareCore
from bench.bare_cte import BareCte
from bench.counting import counted
from bench.measure import Bench, Record, kernel
from bench.meter import Meter
from bench.place import Place, Places
from bench.spiff_state import finish, fire
from bench.spiff_system import Spiff, process
from bench.verdicts import Verdict
from bench.works import Items, Sequence, Timers
from engine.store import chain
from engine.store.tables import instance, metadata, task
from tests.support.databases import Databases

KEYS = {
    "work", "system", "database", "n", "cpu_ms", "wall_ms", "rate", "statements", "commits",
}  # fmt: skip
STILL = {"definition", "bundle", "bundle_file", "blob", "setting", "alembic_version"}


@pytest.fixture(autouse=True, scope="module")
def clean_memory() -> Iterator[None]:
    """Keep what earlier tests compiled from being looked through before each measured turn."""
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture(autouse=True)
def no_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is measured for keeps here: the tests' server may wait for no disk."""
    monkeypatch.setattr("bench.place.require_synchronous", lambda place: None)


@pytest.fixture
def places(databases: Databases, tmp_path: Path) -> Iterator[Places]:
    made = Places(databases, tmp_path)
    yield made
    made.close()


def sizes(place: Place) -> dict[str, tuple[int, int]]:
    """Give rows and bytes of each table: of texts, documents and states, as stored."""
    found = {}
    with place.engine.database.read() as conn:
        for table in metadata.sorted_tables:
            rows = conn.execute(sa.select(table)).all()
            whole = sum(len(str(value).encode()) for row in rows for value in row)
            found[table.name] = (len(rows), whole)
    return found


def grown(place: Place, act: Any) -> dict[str, tuple[int, int]]:
    before = sizes(place)
    act()
    after = sizes(place)
    return {
        name: (after[name][0] - before[name][0], after[name][1] - before[name][1])
        for name in after
        if after[name] != before[name]
    }


def walk_a(system: Any, cases: list[int]) -> None:
    for case in cases:
        second = system.complete(system.place.open_tasks(case)[0], "a.first")
        assert second == system.place.open_tasks(case)[0]
        assert system.complete(second, "a.second") is None
        assert system.place.open_tasks(case) == []


def walk_b(system: Any, case: int) -> None:
    *items, last = system.place.open_tasks(case)
    for item in items:
        system.complete(item, "b.item")
    system.complete(last, "b.last")


def everything(system: Any) -> dict[str, tuple[int, int]]:
    """Let a system do all kinds of acts; give what its database grew by."""
    place = system.place
    cases = place.start("bench_a", 4)
    (large,) = place.start("bench_b", items=12)
    waiting = place.start("bench_c", 3)
    jobs = [place.timer_of(case) for case in waiting]
    place.pass_hour()

    def act() -> None:
        walk_a(system, cases)
        walk_b(system, large)
        system.fire(jobs)

    return grown(place, act)


def assert_alike(theirs: dict[str, tuple[int, int]], ours: dict[str, tuple[int, int]]) -> None:
    assert theirs.keys() == ours.keys()
    for name, (rows, size) in ours.items():
        assert theirs[name][0] == rows, name
        assert theirs[name][1] == pytest.approx(size, rel=0.01, abs=2), name


def test_the_bare_statement_writes_the_rows_and_bytes_we_write(places: Places) -> None:
    one, other = places.make("postgresql"), places.make("postgresql")
    ours = Ours(one)
    known = recipes(one, ours)
    recipes(other, Ours(other))  # the same history before, so that ids have as many digits
    bare = BareCte(other, known)
    try:
        written = everything(ours)
        assert_alike(everything(bare), written)
    finally:
        bare.close()
    assert {"instance", "task", "seat", "form_entry", "history", "idem", "job"} <= set(written)


def test_sqlalchemy_core_writes_the_rows_and_bytes_we_write(
    databases: Databases, tmp_path: Path
) -> None:
    places = Places(databases, tmp_path)
    for kind in ("sqlite", "postgresql"):
        one, other = places.make(kind), places.make(kind)
        ours = Ours(one)
        known = recipes(one, ours)
        recipes(other, Ours(other))
        assert_alike(everything(BareCore(other, known)), everything(ours))
    places.close()


def test_the_bare_statement_refuses_a_row_that_moved(places: Places) -> None:
    place = places.make("postgresql")
    bare = BareCte(place, recipes(place, Ours(place)))
    try:
        task_id = place.open_tasks(place.start("bench_a")[0])[0]
        prepared = bare.prepared["a.first"]
        bare.prepared["a.first"] = type(prepared)(
            prepared.read,
            prepared.write.replace('FROM w0', 'FROM w0 WHERE false'),
            prepared.fills,
            prepared.guards,
            prepared.opens_task,
        )
        with pytest.raises(AssertionError):
            bare.complete(task_id, "a.first")
    finally:
        bare.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_our_completions_are_the_real_ones(places: Places, kind: str) -> None:
    place = places.make(kind)
    ours = Ours(place)
    everything(ours)
    with place.engine.database.read() as conn:
        assert chain.verify(conn) == []
        ended = conn.execute(
            sa.select(sa.func.count()).where(instance.c.status == "completed")
        ).scalar_one()
    assert ended == 4 + 1


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_each_act_of_ours_is_one_commit(places: Places, kind: str) -> None:
    place = places.make(kind)
    ours = Ours(place)
    cases = place.start("bench_a", 3)
    tasks = [place.open_tasks(case)[0] for case in cases]
    with counted(place.sql) as count:
        for first in tasks:
            ours.complete(first, "a.first")
    assert count.commits == 3
    assert count.statements >= 2 * 3


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_counting_misses_no_statement(places: Places, kind: str) -> None:
    place = places.make(kind)
    with place.sql.begin() as conn, counted(place.sql) as count:
        if kind == "postgresql":  # on SQLite counting begins with a connection taken
            _three_ways(conn)
    if kind == "sqlite":
        with counted(place.sql) as count, place.sql.begin() as conn:
            _three_ways(conn)
        assert count.commits == 1
    assert count.statements == 4
    with place.sql.begin() as conn:
        conn.exec_driver_sql("SELECT 5")
    assert count.statements == 4


def _three_ways(conn: sa.Connection) -> None:
    """Send four statements: by SQLAlchemy, beside it, and two rows at once."""
    conn.exec_driver_sql("CREATE TEMPORARY TABLE met (no INTEGER)")
    pg = conn.dialect.name == "postgresql"
    driver: Any = conn.connection.driver_connection
    cursor = psycopg.RawCursor(driver) if pg else conn.connection.cursor()
    cursor.execute("SELECT 2")
    cursor.close()
    rows = [{"no": 3}, {"no": 4}]
    conn.execute(sa.text("INSERT INTO met VALUES (:no)"), rows)


def test_the_bare_statement_is_two_statements_and_one_commit(places: Places) -> None:
    place = places.make("postgresql")
    bare = BareCte(place, recipes(place, Ours(place)))
    tasks = [place.open_tasks(case)[0] for case in place.start("bench_a", 3)]
    try:
        with counted(place.sql) as count:
            for task_id in tasks:
                bare.complete(task_id, "a.first")
    finally:
        bare.close()
    assert (count.statements, count.commits) == (6, 3)


def test_spiffworkflow_really_does_the_work() -> None:
    for lean in (False, True):
        known = process("bench_a", lean=lean)
        raw = known.dump(known.begin(title="x", items=1))
        assert (b"task_specs" in raw) is not lean
        for _ in range(2):
            workflow = known.load(raw)
            assert not workflow.is_completed()
            finish(workflow, {"amount": 120.5})
            raw = known.dump(workflow)
        assert known.load(raw).is_completed()


def test_spiffworkflow_keeps_its_state_in_our_rows(places: Places) -> None:
    place = places.make("sqlite")
    spiff = Spiff(place, recipes(place, Ours(place)))
    cases = place.start("bench_a", 1)
    spiff.adopt("bench_a", cases, 1)
    walk_a(spiff, cases)
    waiting = place.start("bench_c", 1)
    jobs = [place.timer_of(waiting[0])]
    spiff.adopt("bench_c", waiting, 1)
    spiff.fire(jobs)
    with place.engine.database.read() as conn:
        raw = {
            row.id: bytes(row.state)
            for row in conn.execute(sa.select(instance.c.id, instance.c.state))
        }
        opened = conn.execute(sa.select(task.c.node).where(task.c.root_id == waiting[0]))
        assert opened.scalars().all() == ["check"]
    assert spiff.parsed["bench_a"].load(raw[cases[0]]).is_completed()
    fired = spiff.parsed["bench_c"].load(raw[waiting[0]])
    assert next(one.task_spec.name for one in fired.get_tasks(manual=True)) == "check"


def test_spiffworkflow_writes_the_rows_we_write_but_for_the_state(places: Places) -> None:
    one, other = places.make("sqlite"), places.make("sqlite")
    ours = Ours(one)
    known = recipes(one, ours)
    recipes(other, Ours(other))
    spiff = Spiff(other, known)
    written = []
    for system in (ours, spiff):
        cases = system.place.start("bench_a", 3)
        if system is spiff:
            spiff.adopt("bench_a", cases, 1)
        written.append(grown(system.place, lambda s=system, c=cases: walk_a(s, c)))
    mine, theirs = written
    mine.pop("instance")
    theirs.pop("instance")  # the state is SpiffWorkflow's
    assert_alike(theirs, mine)


def test_a_timer_of_spiffworkflow_waits_until_it_is_due() -> None:
    workflow = process("bench_c").begin(title="x", items=1)
    fire(workflow)
    assert workflow.get_next_task(state=TaskState.READY, manual=True) is None
    assert workflow.get_next_task(state=TaskState.WAITING) is not None


def test_records_have_the_keys_of_the_report(places: Places) -> None:
    bench = Bench(places, ("shouhu", "bare-sql-core"), lambda _text: None)
    found = bench.run((Sequence("A", 4),), "sqlite", 2)
    found += bench.run((Items("B", 5, 4), Items("B", 12, 4)), "sqlite", 3)
    found += bench.run((Timers("C", 2),), "sqlite", 1)
    found += kernel(("shouhu", "spiffworkflow"), 2, 1)
    for one in found:
        row = one.as_dict()
        assert row.keys() >= KEYS
        assert min(row["cpu_ms"], row["wall_ms"], row["rate"]) > 0
        assert row["cpu_min_ms"] <= row["cpu_ms"] <= row["cpu_max_ms"]
        json.dumps(row)
    names = [(r.work, r.system, r.n) for r in found]
    assert set(names) >= {
        ("A", "shouhu", 4), ("B", "bare-sql-core", 12), ("kernel", "spiffworkflow", 20),
    }  # fmt: skip
    joins = [r.join_cpu_ms for r in found if r.work == "B" and r.n == 5]
    assert all(joins)


def test_every_work_size_and_system_of_the_issue_is_planned() -> None:
    for quick in (True, False):
        parts = run.plan(run.WORKS, quick=quick)
        sizes = {work.n for part in parts for work in part.works if work.name == "B"}
        assert sizes == {10, 100, 1_000, 5_000}
        assert {work.name for part in parts for work in part.works} == {"A", "B", "C"}
    args = run.arguments(["--quick", "--json", "x.json"])
    assert {"shouhu", "spiffworkflow", "bare-sql-core", "bare-sql-cte"} <= set(args.systems)
    assert args.databases == ["sqlite", "postgresql", "none"]
    with pytest.raises(SystemExit):
        run.arguments(["--works", "D"])


def row(work: str, system: str, n: int, cpu: float, database: str = "postgresql") -> Record:
    return Record(work, system, database, n, cpu, 1, 1, 1, 1, cpu, 0, cpu, cpu, 1, 1)


def test_verdicts_compare_within_the_run() -> None:
    found = verdicts.verdicts(
        [
            row("A", "shouhu", 60, 3.0),
            row("A", "bare-sql-cte", 60, 1.5),
            row("A", "spiffworkflow", 60, 5.0),
            row("B", "shouhu", 10, 1.0),
            row("B", "shouhu", 5000, 1.2),
            row("kernel", "shouhu", 20, 0.1, "none"),
            row("kernel", "spiffworkflow", 20, 2.0, "none"),
        ]
    )
    told = {one.name: (round(one.value, 2), one.reached) for one in found}
    assert told == {
        "A 守护 ÷ bare-sql-cte": (2.0, True),
        "A spiffworkflow ÷ 守护": (1.67, False),
        "B postgresql 5000 项 ÷ 10 项": (1.2, True),
        "kernel spiffworkflow ÷ 守护": (20.0, True),
    }
    assert Verdict("x", 1.0, 2.0, at_most=False).line().startswith("未达到")
    assert Verdict("x", 2.0, 2.0).line().startswith("达到")


def test_the_kernel_work_has_twenty_nodes_and_both_walk_to_the_end() -> None:
    ours, theirs = kernel_work.OurKernel(), kernel_work.SpiffKernel()
    assert len(ours.plan.nodes) == kernel_work.NODES == 20
    for side in (ours, theirs):
        kernel_work.walk(side, 1, Meter())  # asserts the number of completions
