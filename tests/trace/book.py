"""The book of requirements: what each is seen to do, and whether the files still do it."""

import functools
from pathlib import Path
from typing import Any

import orjson

from engine.bootstrap import available
from engine.context import Runtimes
from engine.delivery.services import NAMES
from engine.library.bundle import read_folder
from engine.queries.trace import Source, Trace, of_bundle, trace
from tests.trace.observed import Observed
from tests.trace.reading import Reading

ROOT = Path(__file__).resolve().parents[2]
SEEN = Path(__file__).resolve().parent / "seen"
APPLICATIONS = ("guiyang", "jiangxi")


@functools.cache
def readings() -> dict[str, Reading]:
    """Read the files of both applications once per process."""
    return {key: Reading(read_folder(ROOT, key)) for key in APPLICATIONS}


@functools.cache
def observed() -> dict[str, Observed]:
    """Give what the files as they are do, worked out once."""
    return {key: Observed(reading) for key, reading in readings().items()}


@functools.cache
def sources() -> tuple[Source, ...]:
    """Give what both applications demand and hold."""
    runtimes = Runtimes(available(), services=NAMES)
    return tuple(of_bundle(reading.bundle, runtimes) for reading in readings().values())


@functools.cache
def traced() -> Trace:
    """Trace both applications."""
    return trace(sources(), {})


@functools.cache
def seen(requirement: str) -> dict[str, str]:
    """Give what REQUIREMENT is expected to do: application/reference -> text."""
    family = "guiyang" if requirement.startswith("G") else "jiangxi"
    book: Any = orjson.loads((SEEN / f"{family}.json").read_bytes())
    return dict(book.get(requirement) or {})


def held(requirement: str, found: dict[str, Observed], first: str = "") -> None:
    """Hold what the files do against the book, part FIRST before all others."""
    expected = seen(requirement)
    assert expected, f"nothing is expected of {requirement}"
    for place in sorted(expected, key=lambda one: one != first):
        application, _, reference = place.partition("/")
        assert found[application].of(reference) == expected[place], place


def carried(requirement: str) -> set[str]:
    """Name the parts that carry REQUIREMENT now, as application/reference."""
    rows = [row for row in traced().rows if row.requirement.id == requirement]
    return {f"{c.application}/{c.part.reference}" for row in rows for c in row.carriers}
