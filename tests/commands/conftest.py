"""The tiny application on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.base.clock import FakeClock
from tests.support.databases import SCHEMA, Content
from tests.support.tiny import CONTENT, Tiny, opened


@pytest.fixture
def store_content(request: pytest.FixtureRequest) -> Content:
    """Give the application with its people to whoever asks for it below."""
    return CONTENT if "tiny" in request.fixturenames else SCHEMA


@pytest.fixture
def tiny(store_url: str, data_dir: Path, clock: FakeClock) -> Iterator[Tiny]:
    made = opened(store_url, data_dir, clock)
    yield made
    made.engine.close()
