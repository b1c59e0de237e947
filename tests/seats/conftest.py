"""The rounds served by HTTP: SQLite with the kernel, PostgreSQL with SpiffWorkflow."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from engine.base.clock import FakeClock, shanghai
from engine.base.ids import CountingIds
from tests.seats.house import CONTENT, IDS
from tests.support.databases import Content, Databases
from tests.support.engines import build
from tests.support.invariants import check_invariants
from tests.support.site import FIRST, Site, build_site, serve
from tests.web.conftest import shared_app

__all__ = ["shared_app"]


@pytest.fixture
def store_content() -> Content:
    return CONTENT


def _served(url: str, runtime: str | None, app: Flask | None, folder: Path) -> Iterator[Site]:
    clock, machine = FakeClock(shanghai(FIRST)), FakeClock(shanghai("2026-01-05 08:00"))
    engine = build(url, folder, clock=clock, ids=CountingIds(IDS), override=runtime)
    yield serve(app, engine, clock, machine) if app else build_site(engine, clock, machine)
    check_invariants(engine)
    engine.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def site(
    request: pytest.FixtureRequest,
    databases: Databases,
    tmp_path: Path,
    shared_app: Flask,
) -> Iterator[Site]:
    """Give the rounds on both stores, each with a runtime of its own."""
    make = databases.sqlite if request.param == "sqlite" else databases.postgresql
    runtime = None if request.param == "sqlite" else "spiffworkflow"
    url = make(CONTENT)
    yield from _served(url, runtime, shared_app, tmp_path)
    databases.drop(url)
