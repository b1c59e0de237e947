"""The tiny application on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.base.clock import FakeClock
from tests.support.tiny import Tiny, make


@pytest.fixture
def tiny(store_url: str, data_dir: Path, clock: FakeClock) -> Iterator[Tiny]:
    made = make(store_url, data_dir, clock)
    yield made
    made.engine.close()
