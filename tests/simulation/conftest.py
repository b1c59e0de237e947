"""The tiny application as files, to put reports into."""

import pytest

from tests.support.tiny import bundle


@pytest.fixture
def tiny_files() -> dict[str, bytes]:
    """Give the files of the tiny application."""
    return dict(bundle().files)
