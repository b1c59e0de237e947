"""Each application deployed with its people, on two runtimes and two databases."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from zlib import crc32

import pytest
from flask import Flask

from engine.base.clock import FakeClock
from tests.support.databases import SCHEMA, Content, Databases
from tests.support.engines import build
from tests.support.scenario import Scenario
from tests.support.stories import Beginning, Changes
from web.app import create_app

# Who has an account: the province, every city and reserve, and the counties of the stories.
PLACES = ("360681", "361103", "360430", "360735", "360781")
# Of stories told crossed; S02, S09 and S13 are told on all four.
PAIRS = ("kernel-postgresql", "spiffworkflow-sqlite")
OTHERS = ("kernel-sqlite", "spiffworkflow-postgresql")
BOTH = (  # told on both pairs, not on all four
    *("test_s01.py", "test_s03.py", "test_s10.py", "test_s12.py", "test_s15.py"),
    "test_calendar.py",
)
ONE = ("test_joint_visit.py", "test_restoration.py")  # told on one pair


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tell a crossed story on one pair, by its name; on all in the long profile."""
    if config.getoption("--faults"):
        return
    told: dict[str, dict[str, pytest.Item]] = {}
    for item in items:
        found = [pair for pair in PAIRS + OTHERS if f"{pair}]" in item.nodeid]
        if found and item.nodeid.startswith("tests/processes/"):
            told.setdefault(item.nodeid.replace(found[0], ""), {})[found[0]] = item
    for name, variants in told.items():
        for pair in _left_out(name, set(variants)):
            variants[pair].add_marker(pytest.mark.skip(reason="told on another pair"))


def _left_out(name: str, variants: set[str]) -> set[str]:
    """Say on which of its VARIANTS the story NAME is not told by default."""
    file = name.split("::")[0].rsplit("/", 1)[-1]
    if variants == set(PAIRS) or (file in ONE and variants > set(PAIRS)):
        kept = PAIRS[1 - crc32(name.encode()) % len(PAIRS)]
        return variants - {kept}
    return set(OTHERS) & variants if file in BOTH else set()


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
def jiangxi_beginning(jiangxi_runtime: str, jiangxi_changes: Changes) -> Beginning:
    """Give the beginning of 2025: deployed on the last day of 2024, a clerk in each unit."""
    moment = "2024-12-31 09:00"
    return Beginning("jiangxi", moment, _has_clerk, jiangxi_runtime, jiangxi_changes)


@pytest.fixture
def guiyang_beginning(guiyang_runtime: str, guiyang_changes: Changes) -> Beginning:
    """Give the beginning of 2026: deployed on 1 March, one clerk in each unit."""
    moment = "2026-03-01 09:00"
    return Beginning("guiyang", moment, _any_unit, guiyang_runtime, guiyang_changes)


@pytest.fixture
def store_content(request: pytest.FixtureRequest) -> Content:
    """Give the beginning of the story a test tells, an empty store to any other test."""
    for name in ("jiangxi", "guiyang"):
        if f"{name}_story" in request.fixturenames:
            beginning: Beginning = request.getfixturevalue(f"{name}_beginning")
            return beginning.content()
    return SCHEMA


@pytest.fixture(scope="session")
def story_app(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """Give one application that serves one story after the other."""
    engine = build(databases.sqlite(), tmp_path_factory.mktemp("app"))
    app = create_app(engine, testing=True)
    engine.close()
    return app


@pytest.fixture
def guiyang_story(
    guiyang_beginning: Beginning,
    store_url: str,
    clock: FakeClock,
    data_dir: Path,
    story_app: Flask,
) -> Iterator[Scenario]:
    """Give the story of 2026."""
    yield from _told(guiyang_beginning, store_url, data_dir, clock, story_app)


@pytest.fixture
def jiangxi_story(
    jiangxi_beginning: Beginning,
    store_url: str,
    clock: FakeClock,
    data_dir: Path,
    story_app: Flask,
) -> Iterator[Scenario]:
    """Give the story of 2025."""
    yield from _told(jiangxi_beginning, store_url, data_dir, clock, story_app)


def _told(
    beginning: Beginning, url: str, folder: Path, clock: FakeClock, app: Flask
) -> Iterator[Scenario]:
    story = beginning.told(url, folder, clock, app)
    yield story
    story.worker.engine.close()


def _has_clerk(unit: Mapping[str, str]) -> bool:
    chosen = unit["level"] in ("province", "prefecture") or unit["region"] in PLACES
    return chosen or "MGMT_BODY" in unit["roles"]


def _any_unit(unit: Mapping[str, str]) -> bool:
    return bool(unit)
