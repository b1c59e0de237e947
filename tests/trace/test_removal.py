"""Each carrier is taken out in turn; the test of its requirement must then fail."""

import random

import pytest

from engine.queries.carriers import Part
from tests.trace.book import held, readings, traced
from tests.trace.observed import Observed
from tests.trace.reading import Reading
from tests.trace.removal import without

TENTH = 10
NEED_MAIN = ("deadline", "setting", "role", "register", "phase", "document", "row")
YAML = ("ledger", "column", "metric", "import")


def carriers() -> list[tuple[str, str, Part]]:
    """Give (requirement, application, part) for everything that carries something."""
    return [
        (row.requirement.id, one.application, one.part)
        for row in traced().rows
        for one in row.carriers
    ]


def missed(requirement: str, application: str, part: Part) -> bool:
    """Take PART out and tell whether the test of REQUIREMENT fails."""
    reading = readings()[application]
    bundle = without(reading.bundle, reading.application, part)
    changed = part.kind in (*NEED_MAIN, *YAML)
    found = {
        key: Observed(
            Reading(
                bundle if key == application else one.bundle,
                None if changed and key == application else one.application,
            )
        )
        for key, one in readings().items()
    }
    try:
        held(requirement, found, f"{application}/{part.reference}")
    except Exception:  # noqa: BLE001 -- a test fails by whatever it raises
        return True
    return False


def test_a_tenth_of_the_carriers_taken_out_at_random_is_missed() -> None:
    seed = random.SystemRandom().randrange(10**6)
    drawn = random.Random(seed)  # noqa: S311 -- a sample, not a secret
    every = carriers()
    sample = drawn.sample(every, len(every) // TENTH)
    kept = [(r, a, part.reference) for r, a, part in sample if not missed(r, a, part)]
    assert kept == [], f"seed {seed}"


@pytest.mark.long
@pytest.mark.timeout(1500)
def test_every_carrier_taken_out_is_missed() -> None:
    kept = [(r, a, part.reference) for r, a, part in carriers() if not missed(r, a, part)]
    assert kept == []
