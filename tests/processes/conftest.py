"""The Jiangxi application deployed with its people, on two runtimes and two databases."""

from collections.abc import Iterator
from pathlib import Path

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
# Who has an account: the province, every city, and the counties and reserves of the stories.
PLACES = ("360681", "361103", "360430")
RESERVES = ("JX-N11-GL", "JX-N14-GL", "JX-N03-GL")


@pytest.fixture(params=["kernel", "spiffworkflow"])
def jiangxi_runtime(request: pytest.FixtureRequest) -> str:
    """Name the runtime of the story."""
    return str(request.param)


@pytest.fixture
def jiangxi_changes() -> Changes:
    """Give (path, old text, new text) by which a story's application differs from ours."""
    return ()


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
        files = dict(read_folder(ROOT, "jiangxi").files)
        for path, old, new in jiangxi_changes:
            assert old.encode() in files[path]
            files[path] = files[path].replace(old.encode(), new.encode())
        engine.execute(Deploy("jiangxi", files), SYSTEM)
        clerks = _people(engine)
        app = create_app(engine, testing=True)
        yield Scenario(app, clock, clerks, Worker(engine))
    finally:
        engine.close()


def _people(engine: Engine) -> dict[str, str]:
    secret = Passwords(memory_kib=64, rounds=1).hash(PASSWORD)
    rights = ("all_regions", "scheduler")
    engine.execute(CreatePerson(OVERSEER, "督办员", secret, rights), SYSTEM)
    clerks = {}
    for unit in _units(engine):
        login = f"clerk-{unit.lower()}"
        command = CreatePerson(login, f"{unit}经办", secret, posts=((unit, "clerk"),))
        engine.execute(command, SYSTEM)
        clerks[unit] = login
    return clerks


def _units(engine: Engine) -> list[str]:
    with engine.database.read() as conn:
        version = engine.runtimes.version(conn, 1, "jiangxi")
    rows = version.application.units
    return [
        row["code"]
        for row in rows
        if row["level"] in ("province", "prefecture")
        or row["region"] in PLACES
        or row["code"] in RESERVES
    ]
