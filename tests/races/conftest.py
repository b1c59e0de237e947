"""The tiny application with two more processes made for races."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.base.clock import FakeClock
from tests.support.invariants import check_invariants
from tests.support.tiny import Tiny, deploy, make

EXTRA = Path(__file__).with_name("tiny_race.bpmn")


@pytest.fixture
def tiny(store_url: str, data_dir: Path, clock: FakeClock) -> Iterator[Tiny]:
    """Give it with the store held against its invariants at the end of every race."""
    made = make(store_url, data_dir, clock)
    deploy(made.engine, {"tiny_race.bpmn": EXTRA.read_bytes()}, base_version=1)
    yield made
    check_invariants(made.engine)
    made.engine.close()


@pytest.fixture
def house(postgresql_url: str, data_dir: Path, clock: FakeClock) -> Iterator[Tiny]:
    """Give it on PostgreSQL alone: SQLite has one lock and so no order."""
    made = make(postgresql_url, data_dir, clock)
    deploy(made.engine, {"tiny_race.bpmn": EXTRA.read_bytes()}, base_version=1)
    yield made
    made.engine.close()
