"""The tiny application with two more processes made for races."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.base.clock import FakeClock
from tests.support.databases import SCHEMA, Content
from tests.support.invariants import check_invariants
from tests.support.tiny import Tiny, filled, opened

EXTRA = Path(__file__).with_name("tiny_race.bpmn")
CONTENT = Content("races", lambda url: filled(url, {EXTRA.name: EXTRA.read_bytes()}))


@pytest.fixture
def store_content(request: pytest.FixtureRequest) -> Content:
    """Give the application with its people to whoever asks for it below."""
    return CONTENT if {"tiny", "house"} & set(request.fixturenames) else SCHEMA


@pytest.fixture
def tiny(store_url: str, data_dir: Path, clock: FakeClock) -> Iterator[Tiny]:
    """Give it with the store held against its invariants at the end of every race."""
    made = opened(store_url, data_dir, clock)
    yield made
    check_invariants(made.engine)
    made.engine.close()


@pytest.fixture
def house(postgresql_url: str, data_dir: Path, clock: FakeClock) -> Iterator[Tiny]:
    """Give it on PostgreSQL alone: SQLite has one lock and so no order."""
    made = opened(postgresql_url, data_dir, clock)
    yield made
    made.engine.close()
