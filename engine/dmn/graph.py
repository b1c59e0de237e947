"""The requirements graph: references resolved, cycles refused, an order to evaluate in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from engine.dmn import model as m
from engine.dmn.names import Place, key_of, places, prefix_of
from engine.dmn.notes import Notes


@dataclass(frozen=True, slots=True)
class Needs:
    """What one element requires: keys by the name path they are read by."""

    inputs: Mapping[tuple[str, ...], str] = field(default_factory=dict)
    decisions: Mapping[tuple[str, ...], str] = field(default_factory=dict)
    knowledge: Mapping[tuple[str, ...], str] = field(default_factory=dict)

    def names(self) -> frozenset[str]:
        """Give the names as a FEEL text may write them: `name`, or `prefix` and `.name`."""
        found: set[str] = set()
        for group in (self.inputs, self.decisions, self.knowledge):
            for path in group:
                found.add(path[0])
                found.update(f".{name}" for name in path[1:])
        return frozenset(found)


class Graph:
    """All elements of all models with what they need."""

    def __init__(self, models: Mapping[str, m.Model], notes: Notes) -> None:
        self.notes = notes
        self.places, twice = places(models)
        for place in twice:
            self._at(place).add("dmn.duplicate", id=place.element.id)
        known = {model.namespace for model in models.values()}
        for model in models.values():
            for namespace in model.imports.values():
                if namespace not in known:
                    notes.at(model.file, model.id, model.name).add(
                        "dmn.import", ref=namespace[:200]
                    )
        self.needs = {key: self._needs(place) for key, place in self.places.items()}
        self._refuse_cycles()

    def _at(self, place: Place) -> Notes:
        element = place.element
        return self.notes.at(place.model.file, element.id, element.name)

    def _needs(self, place: Place) -> Needs:
        element = place.element
        if isinstance(element, m.Decision):
            return self._named(place, element.inputs, element.decisions, element.knowledge)
        if isinstance(element, m.Knowledge):
            return self._named(place, (), (), element.knowledge)
        if isinstance(element, m.Service):
            return self._named(place, element.inputs, element.input_decisions, ())
        return Needs()

    def _named(
        self,
        place: Place,
        inputs: Iterable[str],
        decisions: Iterable[str],
        knowledge: Iterable[str],
    ) -> Needs:
        seen: set[tuple[str, ...]] = set()
        return Needs(
            self._group(place, inputs, (m.InputData,), seen),
            self._group(place, decisions, (m.Decision,), seen),
            self._group(place, knowledge, (m.Knowledge, m.Service), seen),
        )

    def _group(
        self,
        place: Place,
        references: Iterable[str],
        kinds: tuple[type, ...],
        seen: set[tuple[str, ...]],
    ) -> dict[tuple[str, ...], str]:
        found: dict[tuple[str, ...], str] = {}
        for reference in references:
            key = key_of(place.model, reference)
            target = self.places.get(key)
            path = self._path(place, target)
            if target is None or path is None or not isinstance(target.element, kinds):
                self._at(place).add("dmn.ref", ref=reference[:200])
            elif path in seen:
                self._at(place).add("dmn.name", name=".".join(path))
            else:
                seen.add(path)
                found[path] = key
        return found

    def _path(self, place: Place, target: Place | None) -> tuple[str, ...] | None:
        """Give how PLACE reads TARGET: its name, behind the prefix of another model."""
        if target is None:
            return None
        prefix = prefix_of(place.model, target.model.namespace)
        if prefix is None:
            return None
        variable = target.element.variable
        return (prefix, variable) if prefix else (variable,)

    def below(self, key: str) -> tuple[str, ...]:
        """Give the keys an element depends on directly, for the order of evaluation."""
        element = self.places[key].element
        needs = self.needs[key]
        below = [*needs.decisions.values(), *needs.knowledge.values()]
        if isinstance(element, m.Service):
            below = [key_of(self.places[key].model, ref) for ref in element.outputs]
        if isinstance(element, m.Knowledge):
            below = [other for other in below if other != key]  # may call itself
        return tuple(other for other in below if other in self.places)

    def order(self, targets: Iterable[str], given: frozenset[str]) -> tuple[str, ...]:
        """Give the decisions TARGETS need, required ones first, without those GIVEN."""
        found: dict[str, None] = {}
        stack = [(key, False) for key in reversed(list(targets))]
        while stack:
            key, done = stack.pop()
            if key in found or key in given or key not in self.places:
                continue
            if done:
                found[key] = None
                continue
            stack.append((key, True))
            decisions = self.needs[key].decisions.values()
            stack.extend((below, False) for below in reversed(list(decisions)))
        return tuple(found)

    def _refuse_cycles(self) -> None:
        """Walk depth first with an explicit stack; an element met on the way is a cycle."""
        finished: set[str] = set()
        for start in self.places:
            path: dict[str, list[str]] = {}
            stack = [start]
            while stack:
                key = stack[-1]
                if key in finished:
                    stack.pop()
                    continue
                if key not in path:
                    path[key] = list(self.below(key))
                if not path[key]:
                    finished.add(key)
                    path.pop(key)
                    stack.pop()
                    continue
                following = path[key].pop(0)
                if following in path:
                    self._cycle([*path, following])
                elif following not in finished:
                    stack.append(following)

    def _cycle(self, path: list[str]) -> None:
        loop = path[path.index(path[-1]) :]
        names = "→".join(self.places[key].element.name for key in loop)
        self._at(self.places[path[-1]]).add("dmn.cycle", path=names)
