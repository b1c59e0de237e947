"""A served installation for each test: a copied database, one application for all."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from engine import bootstrap
from engine.base.clock import FakeClock, shanghai
from engine.base.ids import CountingIds
from tests.support.databases import Databases
from tests.support.site import Site, build_engine, build_site, serve

FIRST = "2025-07-18 09:00"
IDS = 1000  # ids given while the template was made stay below


@pytest.fixture(scope="session")
def template(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a SQLite file with the tiny application and its people."""
    folder = tmp_path_factory.mktemp("site")
    url = databases.sqlite()
    engine = build_engine(url, folder, FakeClock(shanghai(FIRST)))
    engine.close()
    made = Path(url.removeprefix("sqlite:///"))
    return made.rename(folder / "template.db")


@pytest.fixture(scope="session")
def shared_app(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """Give one application; each test lets it serve an engine of its own."""
    clock = FakeClock(shanghai(FIRST))
    folder = tmp_path_factory.mktemp("app")
    engine = bootstrap.build(f"sqlite:///{template}", folder, clock=clock)
    engine.close()
    return build_site(engine, clock, clock).app


Open = Callable[[Flask | None], Site]


@pytest.fixture
def opened(template: Path, tmp_path: Path) -> Iterator[Open]:
    """Give a way to serve a fresh copy of the template, by an application given or new."""
    made: list[Site] = []

    def open_site(app: Flask | None) -> Site:
        shutil.copyfile(template, tmp_path / "site.db")
        clock, machine = FakeClock(shanghai(FIRST)), FakeClock(shanghai("2026-01-05 08:00"))
        url = f"sqlite:///{tmp_path / 'site.db'}"
        engine = bootstrap.build(url, tmp_path, clock=clock, ids=CountingIds(IDS))
        made.append(
            serve(app, engine, clock, machine) if app else build_site(engine, clock, machine)
        )
        return made[-1]

    yield open_site
    for one in made:
        one.engine.close()


@pytest.fixture
def site(opened: Open, shared_app: Flask) -> Site:
    """Give the tiny application on SQLite on 2025-07-18, 09:00."""
    return opened(shared_app)


@pytest.fixture
def own_site(opened: Open) -> Site:
    """Give the same with an application the test may change."""
    return opened(None)
