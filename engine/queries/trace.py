"""依据对照: requirement id → what carries it and which tests hold it, and back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from engine.base.errors import InvalidDefinition
from engine.bpmn.facts import ProcessFacts
from engine.context import Runtimes, View
from engine.library.application import Application
from engine.library.bundle import Bundle, from_files
from engine.library.requirements import FILE, Requirement, read_requirements
from engine.queries import carriers, deployed
from engine.queries.carriers import Part
from engine.queries.marks import Test, marked_tests
from engine.store import definitions

Status = Literal["carried", "explained", "missing"]


@dataclass(frozen=True, slots=True)
class Carrier:
    """PART of APPLICATION, which carries the requirement under which it stands."""

    application: str
    part: Part


@dataclass(frozen=True, slots=True)
class Traced:
    """One requirement of APPLICATION with all that carries it and all that tests it."""

    application: str
    requirement: Requirement
    carriers: tuple[Carrier, ...] = ()
    tests: tuple[Test, ...] = ()

    @property
    def status(self) -> Status:
        """Tell carried, explained (states no rule) or missing (carries nothing)."""
        if self.requirement.explained:
            return "explained"
        return "carried" if self.carriers else "missing"

    @property
    def thin(self) -> bool:
        """Tell whether it is carried and no test holds it."""
        return self.status == "carried" and not self.tests


@dataclass(frozen=True, slots=True)
class Trace:
    """All requirements; WRONG are references that name nothing, in words."""

    rows: tuple[Traced, ...]
    wrong: tuple[str, ...] = ()

    def count(self, status: Status) -> int:
        """Count the requirements of STATUS."""
        return sum(row.status == status for row in self.rows)

    @property
    def thin(self) -> tuple[str, ...]:
        """Name what is carried and held by no test."""
        return tuple(row.requirement.id for row in self.rows if row.thin)

    @property
    def whole(self) -> bool:
        """Tell whether nothing is missing, thin or wrong."""
        return not self.wrong and not self.count("missing") and not self.thin


@dataclass(frozen=True, slots=True)
class Source:
    """An application as the trace reads it."""

    key: str
    requirements: tuple[Requirement, ...]
    parts: tuple[Part, ...]


def source(
    bundle: Bundle, application: Application, facts: Mapping[str, ProcessFacts]
) -> Source:
    """Read what BUNDLE demands and what it holds."""
    found = carriers.parts(bundle, application, facts.values())
    return Source(bundle.application, read_requirements(bundle), found)


def of_bundle(bundle: Bundle, runtimes: Runtimes) -> Source:
    """Check and read the files of an application; raises InvalidDefinition on an error."""
    made = runtimes.assemble(bundle, processes=frozenset())
    if made.deployed is None:
        raise InvalidDefinition([f for f in made.findings if f.severity == "error"])
    return source(bundle, made.deployed.application, made.deployed.facts)


def trace(sources: Iterable[Source], tests: Mapping[str, Sequence[Test]]) -> Trace:
    """Put the requirements of all SOURCES beside what carries them, in any of them."""
    known = tuple(sources)
    rows, wrong = [], []
    for own in known:
        for requirement in own.requirements:
            named, missing = _named(own, requirement)
            wrong += missing
            found = dict.fromkeys([*_claiming(own, requirement.id, known), *named])
            held = tuple(tests.get(requirement.id, ()))
            rows.append(Traced(own.key, requirement, tuple(found), held))
    return Trace(tuple(rows), (*wrong, *_strangers(known, rows)))


def _claiming(own: Source, requirement: str, known: Iterable[Source]) -> list[Carrier]:
    """Give the parts whose file names REQUIREMENT: OWN first; a shared file counts once."""
    mine = [part for part in own.parts if requirement in part.requirements]
    found = [Carrier(own.key, part) for part in mine]
    for other in known:
        if other is not own:
            theirs = [p for p in other.parts if requirement in p.requirements]
            found += [Carrier(other.key, part) for part in theirs if part not in mine]
    return found


def _named(own: Source, requirement: Requirement) -> tuple[list[Carrier], list[str]]:
    """Give the parts requirements.yaml names, and in words those that do not exist."""
    found, wrong = [], []
    for reference in requirement.carriers:
        parts = [part for part in own.parts if part.reference == reference]
        found += [Carrier(own.key, part) for part in parts]
        if not parts:
            where = f"processes/{own.key}/{FILE}"
            wrong.append(f"{where}：{requirement.id} 引用的“{reference}”不存在。")
    return found, wrong


def _strangers(known: Iterable[Source], rows: Iterable[Traced]) -> list[str]:
    """Name ids parts claim to carry that no file demands, of families that are declared."""
    declared = {row.requirement.id for row in rows}
    families = {key.split("-")[0] for key in declared}
    claimed = {
        (key, f"{one.key}/{part.file}", part.reference)
        for one in known
        for part in one.parts
        for key in part.requirements
        if key not in declared and key.split("-")[0] in families
    }
    return [f"{file}：{ref} 引用的 {key} 没有登记。" for key, file, ref in sorted(claimed)]


def of_application(view: View, *, application: str) -> Trace:
    """Trace the newest version of APPLICATION, with what other applications carry of it."""
    keys = [application, *_others(view, application)]
    found = trace([_deployed(view, key) for key in keys], marked_tests())
    rows = tuple(row for row in found.rows if row.application == application)
    wrong = tuple(text for text in found.wrong if application in text)
    return replace(found, rows=rows, wrong=wrong)


def _others(view: View, application: str) -> list[str]:
    found = {str(row["application"]) for row in definitions.latest_bundles(view.connection)}
    return sorted(found - {application})


def _deployed(view: View, application: str) -> Source:
    version = deployed.latest(view, application)
    row = definitions.latest_bundle(view.connection, application)
    files = definitions.bundle_files(view.connection, row["id"]) if row else {}
    return source(from_files(application, files), version.application, version.facts)
