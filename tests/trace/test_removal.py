"""Each carrier is taken out in turn; the tests of its requirement must then fail."""

import random

import pytest

from engine.queries.carriers import Part
from tests.trace.book import held, observed, readings, traced
from tests.trace.observed import Observed
from tests.trace.reading import Reading
from tests.trace.removal import without
from tests.trace.says import holds

TENTH = 10
NEED_MAIN = ("deadline", "setting", "role", "register", "phase", "document", "row", "campaign")
YAML = ("ledger", "column", "metric", "import")
MOST_UNTOLD = 0.02  # of all carriers: what no statement worked out from a text speaks of
Carried = tuple[str, str, Part]


def carriers() -> list[Carried]:
    """Give (requirement, application, part) for everything that carries something."""
    return [
        (row.requirement.id, one.application, one.part)
        for row in traced().rows
        for one in row.carriers
    ]


def lacking(application: str, part: Part) -> dict[str, Observed]:
    """Give what the files do without PART of APPLICATION."""
    reading = readings()[application]
    bundle = without(reading.bundle, reading.application, part)
    changed = part.kind in (*NEED_MAIN, *YAML)
    own = Observed(Reading(bundle, None if changed else reading.application))
    return {**observed(), application: own}  # the other one's answers stay what they were


def by_text(one: Carried, found: dict[str, Observed]) -> bool:
    """Tell whether a statement from the text of its requirement fails without the carrier."""
    requirement, _, part = one
    own = "guiyang" if requirement.startswith("G") else "jiangxi"
    return fails(lambda: holds(requirement, found[own], part.part or part.holder))


def by_record(one: Carried, found: dict[str, Observed]) -> bool:
    """Tell whether the comparison with what the files once answered fails."""
    requirement, application, part = one
    return fails(lambda: held(requirement, found, f"{application}/{part.reference}"))


def fails(test: object) -> bool:
    """Tell whether TEST fails, by whatever it raises."""
    assert callable(test)
    try:
        test()
    except Exception:  # noqa: BLE001 -- a test fails by whatever it raises
        return True
    return False


def named(one: Carried) -> str:
    requirement, application, part = one
    return f"{requirement} {application}/{part.reference}"


def grouped(untold: list[Carried]) -> str:
    """List by requirement the carriers no statement speaks of, for the failure's text."""
    by: dict[str, list[str]] = {}
    for requirement, application, part in untold:
        by.setdefault(requirement, []).append(f"{application}/{part.reference}")
    shown = [f"{key} ({len(names)}): {', '.join(names)}" for key, names in by.items()]
    return "\n".join([f"{len(untold)} without a statement that fails", *shown])


def test_a_tenth_of_the_carriers_taken_out_at_random_is_missed() -> None:
    seed = random.SystemRandom().randrange(10**6)
    drawn = random.Random(seed)  # noqa: S311 -- a sample, not a secret
    every = carriers()
    sample = drawn.sample(every, len(every) // TENTH)
    kept = []
    for one in sample:
        found = lacking(one[1], one[2])
        if not by_text(one, found) and not by_record(one, found):
            kept.append(named(one))
    assert kept == [], f"seed {seed}"


@pytest.mark.long
@pytest.mark.timeout(3000)
def test_every_carrier_taken_out_is_missed() -> None:
    """By a statement from the text of the requirement itself, but for a named few."""
    every, kept = carriers(), []
    untold: list[Carried] = []
    for one in every:
        found = lacking(one[1], one[2])
        untold += [] if by_text(one, found) else [one]
        kept += [] if by_record(one, found) else [named(one)]
    assert kept == []
    assert len(untold) <= MOST_UNTOLD * len(every), grouped(untold)
