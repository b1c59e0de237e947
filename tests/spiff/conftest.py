"""Every construct is tried on both runtimes: what the reference accepts, it does alike."""

from collections.abc import Callable

import pytest

from tests.spiff.case import RUNTIMES, Case, compiled


@pytest.fixture(params=tuple(RUNTIMES))
def run(request: pytest.FixtureRequest) -> Callable[..., Case]:
    """Give a function that deploys root elements on one of the runtimes."""
    return lambda *roots: Case(*compiled(request.param, *roots))
