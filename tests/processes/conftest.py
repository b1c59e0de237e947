"""Each application deployed with its people, on two runtimes and two databases."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from zlib import crc32

import pytest

from engine.base.actor import SYSTEM
from engine.base.clock import FakeClock, shanghai
from engine.base.ids import CountingIds
from engine.bootstrap import build
from engine.commands.accounts import CreatePerson
from engine.commands.definitions import Deploy
from engine.engine import Engine
from engine.library.bundle import read_folder
from engine.worker import Worker
from tests.processes.jiangxi import Changes
from tests.support.scenario import OVERSEER, PASSWORD, Scenario
from web.app import create_app
from web.session import Passwords

ROOT = Path(__file__).resolve().parents[2]
# Who has an account: the province, every city and reserve, and the counties of the stories.
PLACES = ("360681", "361103", "360430", "360735", "360781")
# Of stories told crossed; those of the acceptance scenarios are told on all four.
PAIRS = ("kernel-postgresql", "spiffworkflow-sqlite")
OTHERS = ("kernel-sqlite", "spiffworkflow-postgresql")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tell a crossed story on one pair, by its name; on both in the long profile."""
    if config.getoption("--faults"):
        return
    told: dict[str, dict[str, pytest.Item]] = {}
    for item in items:
        found = [pair for pair in PAIRS + OTHERS if f"{pair}]" in item.nodeid]
        if found and item.nodeid.startswith("tests/processes/"):
            told.setdefault(item.nodeid.replace(found[0], ""), {})[found[0]] = item
    for name, variants in told.items():
        if set(variants) == set(PAIRS):
            left_out = variants[PAIRS[crc32(name.encode()) % len(PAIRS)]]
            left_out.add_marker(pytest.mark.skip(reason="told on the other pair"))


@pytest.fixture(params=["kernel", "spiffworkflow"])
def jiangxi_runtime(request: pytest.FixtureRequest) -> str:
    """Name the runtime of the story."""
    return str(request.param)


@pytest.fixture
def jiangxi_changes() -> Changes:
    """Give (path, old text, new text) by which a story's application differs from ours."""
    return ()


@pytest.fixture(params=["kernel", "spiffworkflow"])
def guiyang_runtime(request: pytest.FixtureRequest) -> str:
    """Name the runtime of the story."""
    return str(request.param)


@pytest.fixture
def guiyang_changes() -> Changes:
    """Give (path, old text, new text) by which a story's application differs from ours."""
    return ()


@pytest.fixture
def guiyang_story(
    guiyang_runtime: str,
    guiyang_changes: Changes,
    store_url: str,
    clock: FakeClock,
    ids: CountingIds,
    data_dir: Path,
) -> Iterator[Scenario]:
    """Give the story of 2026: deployed on 1 March, one clerk in each unit."""
    clock.set(shanghai("2026-03-01 09:00"))
    engine = build(store_url, data_dir, clock=clock, ids=ids, override=guiyang_runtime)
    try:
        _deploy(engine, "guiyang", guiyang_changes)
        clerks = _people(engine, [row["code"] for row in _rows(engine, "guiyang")])
        app = create_app(engine, testing=True)
        yield Scenario(app, clock, clerks, Worker(engine), application="guiyang")
    finally:
        engine.close()


@pytest.fixture
def jiangxi_story(
    jiangxi_runtime: str,
    jiangxi_changes: Changes,
    store_url: str,
    clock: FakeClock,
    ids: CountingIds,
    data_dir: Path,
) -> Iterator[Scenario]:
    """Give the story of 2025: deployed on the last day of 2024, one clerk in each unit."""
    clock.set(shanghai("2024-12-31 09:00"))
    engine = build(store_url, data_dir, clock=clock, ids=ids, override=jiangxi_runtime)
    try:
        _deploy(engine, "jiangxi", jiangxi_changes)
        clerks = _people(engine, _units(engine))
        app = create_app(engine, testing=True)
        yield Scenario(app, clock, clerks, Worker(engine))
    finally:
        engine.close()


def _deploy(engine: Engine, application: str, changes: Changes) -> None:
    files = dict(read_folder(ROOT, application).files)
    for path, old, new in changes:
        assert old.encode() in files[path]
        files[path] = files[path].replace(old.encode(), new.encode())
    engine.execute(Deploy(application, files), SYSTEM)


def _people(engine: Engine, units: list[str]) -> dict[str, str]:
    secret = Passwords(memory_kib=64, rounds=1).hash(PASSWORD)
    rights = ("all_regions", "scheduler")
    engine.execute(CreatePerson(OVERSEER, "督办员", secret, rights), SYSTEM)
    clerks = {}
    for unit in units:
        login = f"clerk-{unit.lower()}"
        command = CreatePerson(login, f"{unit}经办", secret, posts=((unit, "clerk"),))
        engine.execute(command, SYSTEM)
        clerks[unit] = login
    return clerks


def _rows(engine: Engine, application: str) -> Sequence[Mapping[str, str]]:
    with engine.database.read() as conn:
        return engine.runtimes.version(conn, 1, application).application.units


def _units(engine: Engine) -> list[str]:
    return [
        row["code"]
        for row in _rows(engine, "jiangxi")
        if row["level"] in ("province", "prefecture")
        or row["region"] in PLACES
        or "MGMT_BODY" in row["roles"]
    ]
