"""Engines of one process may share what is compiled, and share nothing else."""

from pathlib import Path

from engine import bootstrap
from engine.base.actor import SYSTEM
from engine.base.clock import FakeClock
from engine.base.ids import CountingIds
from engine.commands.definitions import Deploy
from engine.context import Runtimes
from engine.delivery.services import NAMES
from engine.engine import Engine
from tests.support.databases import Databases
from tests.support.tiny import bundle

CASE = "tiny_case.bpmn"


def engine(databases: Databases, folder: Path, clock: FakeClock, known: Runtimes) -> Engine:
    return bootstrap.build(
        databases.sqlite(), folder, clock=clock, ids=CountingIds(), runtimes=known
    )


def test_a_version_is_compiled_once_and_each_engine_knows_its_own_rows(
    databases: Databases, data_dir: Path, clock: FakeClock
) -> None:
    first = Runtimes(bootstrap.available(), services=NAMES)
    one = engine(databases, data_dir, clock, first)
    other = engine(databases, data_dir, clock, first.elsewhere())
    renamed = dict(bundle().files)
    renamed[CASE] = renamed[CASE].replace("两部门审核".encode(), "另一名称".encode())
    assert renamed != bundle().files
    one.execute(Deploy("tiny", bundle().files), SYSTEM)
    other.execute(Deploy("tiny", renamed), SYSTEM)
    other.execute(Deploy("tiny", bundle().files, base_version=1), SYSTEM)
    with one.database.read() as conn, other.database.read() as foreign:
        mine = one.runtimes.version(conn, 1, "tiny")
        theirs = other.runtimes.version(foreign, 2, "tiny")
        assert mine.plans is theirs.plans
        assert other.runtimes.version(foreign, 1, "tiny").plans is not mine.plans
        assert one.runtimes.definition(conn, 1)["hash"] == mine.hash
        assert other.runtimes.definition(foreign, 1)["hash"] != mine.hash
    one.close()
    other.close()


def test_the_other_runtime_and_other_neighbours_are_compiled_anew() -> None:
    first = Runtimes(bootstrap.available(), services=NAMES)
    made = first.assemble(bundle(), processes=frozenset()).deployed
    assert made is not None
    again = first.elsewhere().assemble(bundle(), processes=frozenset()).deployed
    assert again is made
    beside = first.elsewhere().assemble(bundle(), processes=frozenset({"x"})).deployed
    assert beside is not made
    spiff = first.elsewhere("spiffworkflow").assemble(bundle(), processes=frozenset()).deployed
    assert spiff is not None
    assert (made.runtime.name, spiff.runtime.name) == ("kernel", "spiffworkflow")
