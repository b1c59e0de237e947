"""A served installation for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.base.clock import FakeClock, shanghai
from tests.support.site import Site, build_site


@pytest.fixture
def site(sqlite_url: str, data_dir: Path) -> Iterator[Site]:
    """Give the tiny application on SQLite on 2025-07-18, 09:00."""
    clock = FakeClock(shanghai("2025-07-18 09:00"))
    machine = FakeClock(shanghai("2026-01-05 08:00"))
    made = build_site(sqlite_url, data_dir, clock, machine)
    yield made
    made.engine.close()
