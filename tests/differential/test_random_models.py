"""Random models run alike on the kernel and on SpiffWorkflow."""

import pytest

from engine.runtime import KernelRuntime
from engine.spiff.runtime import SpiffRuntime
from tests.differential.driver import MOST, Driver
from tests.differential.models import random_model

MODELS = 120
FOUND = (1013, 1255, 1346)  # a join on a later lap went on too early


@pytest.mark.parametrize("seed", [*range(MODELS), *FOUND])
def test_both_runtimes_do_the_same(seed: int) -> None:
    data = random_model(seed)
    kernel = Driver(KernelRuntime(), data)
    spiff = Driver(SpiffRuntime(), data)
    kernel.run()
    spiff.run()
    assert kernel.ended == "completed" or sum(kernel.visits.values()) == MOST
    assert spiff.ended == kernel.ended
    assert spiff.offered == kernel.offered
    assert activities(spiff) == activities(kernel)
    assert variables(spiff) == variables(kernel)


def activities(driver: Driver) -> dict[str, int]:
    kinds = ("task", "script", "service", "people", "wait", "late", "scope", "catch", "throw")
    return {name: n for name, n in driver.done.items() if name.startswith(kinds)}


def variables(driver: Driver) -> dict[str, object]:
    return dict(driver.runtime.inspect(driver.plan, driver.state).variables)


def test_the_models_use_every_block() -> None:
    text = "".join(random_model(seed).decode() for seed in range(MODELS))
    for word in ("parallelGateway", "exclusiveGateway", "subProcess", "boundaryEvent"):
        assert word in text
    for word in ("multiInstance", "scriptTask", "serviceTask", "timeDuration", "timeCycle"):
        assert word in text
    for word in ("eventBasedGateway", "messageEvent", "signalEvent", "intermediateThrowEvent"):
        assert word in text
