"""A served installation for each test: a copied database, one application for all."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from engine.base.clock import FakeClock, shanghai
from tests.support.databases import Databases
from tests.support.site import CONTENT, FIRST, Site, build_site, open_engine, serve


@pytest.fixture(scope="session")
def shared_app(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """Give one application; each test lets it serve an engine of its own."""
    clock = FakeClock(shanghai(FIRST))
    engine = open_engine(databases.sqlite(CONTENT), tmp_path_factory.mktemp("app"), clock)
    engine.close()
    return build_site(engine, clock, clock).app


Open = Callable[[Flask | None], Site]


@pytest.fixture
def opened(databases: Databases, tmp_path: Path) -> Iterator[Open]:
    """Give a way to serve a fresh copy of the database, by an application given or new."""
    made: list[Site] = []

    def open_site(app: Flask | None) -> Site:
        clock, machine = FakeClock(shanghai(FIRST)), FakeClock(shanghai("2026-01-05 08:00"))
        engine = open_engine(databases.sqlite(CONTENT), tmp_path, clock)
        made.append(
            serve(app, engine, clock, machine) if app else build_site(engine, clock, machine)
        )
        return made[-1]

    yield open_site
    for one in made:
        one.engine.close()
        databases.drop(str(one.engine.database.engine.url))


@pytest.fixture
def site(opened: Open, shared_app: Flask) -> Site:
    """Give the tiny application on SQLite on 2025-07-18, 09:00."""
    return opened(shared_app)


@pytest.fixture
def own_site(opened: Open) -> Site:
    """Give the same with an application the test may change."""
    return opened(None)
