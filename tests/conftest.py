"""What every test may ask for: databases, a standing clock, countable ids, an engine."""

import gc
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from engine.base.clock import FakeClock, shanghai
from engine.base.ids import CountingIds
from tests.support.chromium import Windows, launched
from tests.support.databases import SCHEMA, Content, Databases, fresh, hasten
from tests.support.order import arrange

settings.register_profile("default", deadline=None, derandomize=True)
settings.load_profile("default")

# Applications compiled once stand in memory for the whole run: walking over all of them
# every few hundred thousand objects costs a fifth of it and finds next to nothing.
gc.set_threshold(100_000, 50, 100)
hasten()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--store", choices=("sqlite", "pg", "both"), default="both")
    parser.addoption("--faults", action="store_true", help="run the long profile too")
    parser.addoption("--seed", type=int, default=7)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    store = config.getoption("--store")
    long = config.getoption("--faults")
    for item in items:
        if "long" in item.keywords and not long:
            item.add_marker(pytest.mark.skip(reason="long profile: --faults"))
        if "[" in item.name and store != "both":
            other = "postgresql" if store == "sqlite" else "sqlite"
            if other in item.name.split("[", 1)[1]:
                item.add_marker(pytest.mark.skip(reason=f"--store={store}"))
    items[:] = arrange(items)


@pytest.fixture(scope="session")
def databases() -> Iterator[Databases]:
    """Keep them outside pytest's own folders: several runs rotate those away."""
    folder = Path(tempfile.mkdtemp(prefix="shouhu-"))
    folder.chmod(0o755)  # the database server may run as another user
    made = Databases(folder, hasty=True)
    yield made
    made.close()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Give one Chromium for all tests of this process."""
    yield from launched()


@pytest.fixture(scope="session")
def windows(chromium: Any) -> Windows:
    """Give the windows of that Chromium, used by one test after the other."""
    return Windows(chromium)


@pytest.fixture
def store_content() -> Content:
    """Give what stands in the databases below before a test; rooms override it."""
    return SCHEMA


@pytest.fixture
def sqlite_url(databases: Databases, store_content: Content) -> Iterator[str]:
    yield from fresh(databases, "sqlite", store_content)


@pytest.fixture
def postgresql_url(databases: Databases, store_content: Content) -> Iterator[str]:
    yield from fresh(databases, "postgresql", store_content)


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(
    request: pytest.FixtureRequest, databases: Databases, store_content: Content
) -> Iterator[str]:
    """Give a fresh database of each kind in turn."""
    yield from fresh(databases, request.param, store_content)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(shanghai("2025-01-01 00:00"))


@pytest.fixture
def ids() -> CountingIds:
    return CountingIds()


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> Any:
    return request.config.getoption("--seed")
