"""Decisions compiled together and evaluated: each required one once, in order."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.base.errors import ExpressionFailed, InvalidDefinition, NotFound
from engine.base.expressions import Moment
from engine.base.findings import has_errors
from engine.base.values import Value
from engine.dmn import model as m
from engine.dmn.graph import Graph, Needs
from engine.dmn.logic import Code, Logic, Names
from engine.dmn.names import Place, component_names, key_of
from engine.dmn.notes import Notes
from engine.dmn.tables import Table
from engine.dmn.trail import Trail
from engine.dmn.types import Kind, TypeBook, conform
from engine.feel.borders import let_out
from engine.feel.run import LimitReached
from engine.feel.values import Function


@dataclass(frozen=True, slots=True)
class DecisionResult:
    """What a decision gave; TABLES are the records of every table it went through.

    Each record: {"decision", "version", "table", "hit_policy", "rows": [ids of the matched
    rows in table order], "inputs": {expression text: value}, "outputs": value}.
    """

    value: Value
    tables: tuple[Mapping[str, Value], ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Node:
    """A compiled decision."""

    place: Place
    needs: Needs
    code: Code
    kind: Kind | None
    undeclared: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Service:
    """A decision service: the decisions to work out, and what is given to it."""

    outputs: tuple[str, ...]
    given: frozenset[str]
    params: tuple[tuple[str, str], ...]  # (name, key)


class Decisions:
    """All decisions of an application, compiled; immutable once made."""

    def __init__(self, models: Mapping[str, m.Model], notes: Notes) -> None:
        self._graph = Graph(models, notes)
        self._notes = notes
        self._types = TypeBook(models, notes.expression_of)
        self._members = component_names(models)
        self._nodes: dict[str, _Node] = {}
        self._functions: dict[str, Function] = {}
        self._scopes: dict[str, dict[str, Value]] = {}
        self._services: dict[str, _Service] = {}
        self._inputs: dict[str, tuple[str, Kind | None]] = {}
        self._ids: dict[str, str] = {}
        self.tables: list[tuple[Notes, m.TableBox, Table]] = []  # for the checks
        for place in self._graph.places.values():
            self._add(place)
        self._fill_scopes()

    def ids(self) -> Mapping[str, str]:
        """Give the title of every decision and decision service by its id."""
        return {key: self._graph.places[full].element.name for key, full in self._ids.items()}

    def version(self, decision_id: str) -> str:
        """Give the sha256 of the file DECISION_ID stands in."""
        return self._graph.places[self._key(decision_id)].model.version

    def names(self, decision_id: str) -> str:
        """Give the title of a decision."""
        return self._graph.places[self._key(decision_id)].element.name

    def inputs(self, decision_id: str) -> tuple[str, ...]:
        """Name the variables a decision reads, with all it requires, sorted."""
        found: set[str] = set()
        for key in self._order(self._key(decision_id)):
            node = self._nodes[key]
            found.update(self._inputs[name][0] for name in node.needs.inputs.values())
            found.update(node.undeclared)
        service = self._services.get(self._key(decision_id))
        if service is not None:
            found.update(name for name, _ in service.params)
        return tuple(sorted(found))

    def evaluate(
        self, decision_id: str, scope: Mapping[str, Value], moment: Moment
    ) -> DecisionResult:
        """Evaluate a decision or service with the variables of SCOPE.

        Raises ExpressionFailed with code dmn.unique or dmn.any naming the rows, or when the
        evaluation reaches a limit; NotFound for an unknown id.
        """
        key = self._key(decision_id)
        run = Trail(scope, moment)
        try:
            service = self._services.get(key)
            if service is not None:
                given = {full: scope.get(name) for name, full in service.params}
                value = self._served(run, service, given)
            else:
                value = self._worked_out(run, (key,), {})[key]
            value = let_out(run, value)
        except (LimitReached, RecursionError) as reached:
            zh = reached.zh if isinstance(reached, LimitReached) else "计算超出范围"
            raise ExpressionFailed(
                f"决策〔{self.names(decision_id)}〕：{zh}。", reason="limit"
            ) from None
        return DecisionResult(value, tuple(run.tables), tuple(run.warnings))

    def _key(self, decision_id: str) -> str:
        key = self._ids.get(decision_id)
        if key is None:
            raise NotFound(f"没有决策“{decision_id}”。")
        return key

    def _order(self, key: str) -> tuple[str, ...]:
        service = self._services.get(key)
        if service is None:
            return self._graph.order((key,), frozenset())
        return self._graph.order(service.outputs, service.given)

    def _worked_out(
        self, run: Trail, targets: tuple[str, ...], given: Mapping[str, Value]
    ) -> dict[str, Value]:
        """Give the values of the decisions TARGETS and of all they require, by key."""
        results = dict(given)
        for key in self._graph.order(targets, frozenset(given)):
            node = self._nodes[key]
            outer = run.scope, run.decision, run.version
            run.scope = self._scope(run, node, results)
            run.decision, run.version = node.place.element.id, node.place.model.version
            if not run.levels:
                run.ops = 0  # a budget for each decision, but not for each call inside one
            try:
                what = f"〔{node.place.element.name}〕"
                results[key] = conform(run, node.code(run), node.kind, what)
            finally:
                run.scope, run.decision, run.version = outer
        return results

    def _scope(
        self, run: Trail, node: _Node, results: Mapping[str, Value]
    ) -> dict[str, Value]:
        """Give the names NODE sees: what it requires, and behind it the variables given."""
        scope: dict[str, Value] = dict(run.given)
        for path, key in node.needs.inputs.items():
            name, kind = self._inputs[key]
            value = results[key] if key in results else run.given.get(name)
            _put(scope, path, conform(run, value, kind, f"“{name}”"))
        for path, key in node.needs.decisions.items():
            _put(scope, path, results[key])
        for path, key in node.needs.knowledge.items():
            _put(scope, path, self._functions[key])
        return scope

    def _served(
        self, run: Trail, service: _Service, given: Mapping[str, Value]
    ) -> Value:
        results = self._worked_out(run, service.outputs, given)
        if len(service.outputs) == 1:
            return results[service.outputs[0]]
        places = self._graph.places
        return {places[key].element.variable: results[key] for key in service.outputs}

    def _add(self, place: Place) -> None:
        makers: Mapping[type, Callable[[Place, Any], None]] = {
            m.InputData: self._add_input,
            m.Decision: self._add_decision,
            m.Knowledge: self._add_knowledge,
            m.Service: self._add_service,
        }
        makers[type(place.element)](place, place.element)

    def _logic(self, place: Place) -> Logic:
        notes = self._notes.at(place.model.file, place.element.id, place.element.name)
        return Logic(place.model, self._types, notes)

    def _add_input(self, place: Place, element: m.InputData) -> None:
        kind = self._logic(place).kind(element.type)
        self._inputs[place.key] = (element.variable, kind)

    def _known(self, needs: Needs) -> Names:
        names = needs.names()
        known = frozenset(name for name in names if not name.startswith("."))
        inputs = {
            path[0]: self._inputs[key][1]
            for path, key in needs.inputs.items()
            if len(path) == 1 and key in self._inputs
        }
        kinds = {
            name: kind.base.name
            for name, kind in inputs.items()
            if kind is not None and kind.base is not None
        }
        return Names(known, self._members | (names - known), self._notes.known, kinds)

    def _add_decision(self, place: Place, element: m.Decision) -> None:
        needs = self._graph.needs[place.key]
        logic = self._logic(place)
        code = logic.code(element.logic, self._known(needs))
        kind = logic.kind(element.type)
        self._keep(logic)
        undeclared = frozenset(logic.undeclared)
        self._nodes[place.key] = _Node(place, needs, code, kind, undeclared)
        self._ids[element.id] = place.key

    def _add_knowledge(self, place: Place, element: m.Knowledge) -> None:
        needs = self._graph.needs[place.key]
        names = self._known(needs).more([element.variable])
        names = replace(names, outer=frozenset(), closed=True)
        logic = self._logic(place)
        make = logic.function(element.logic, names)
        self._keep(logic)
        scope: dict[str, Value] = {}
        self._functions[place.key] = make(scope, element.name)
        self._scopes[place.key] = scope

    def _keep(self, logic: Logic) -> None:
        self.tables.extend((logic.notes, box, table) for box, table in logic.tables)

    def _fill_scopes(self) -> None:
        """Let the functions see each other, now that all are there."""
        for key, scope in self._scopes.items():
            scope[self._graph.places[key].element.variable] = self._functions[key]
            for path, other in self._graph.needs[key].knowledge.items():
                _put(scope, path, self._functions[other])

    def _add_service(self, place: Place, element: m.Service) -> None:
        needs = self._graph.needs[place.key]
        params = [
            (path[-1], key)
            for group in (needs.inputs, needs.decisions)
            for path, key in group.items()
        ]
        outputs = tuple(key_of(place.model, ref) for ref in element.outputs)
        for ref, key in zip(element.outputs, outputs, strict=True):
            target = self._graph.places.get(key)
            if target is None or not isinstance(target.element, m.Decision):
                self._logic(place).notes.add("dmn.ref", ref=ref[:200])
        service = _Service(outputs, frozenset(key for _, key in params), tuple(params))
        self._services[place.key] = service
        self._ids[element.id] = place.key

        def call(run: Trail, args: list[Value]) -> Value:
            given = {key: arg for (_, key), arg in zip(params, args, strict=False)}
            return self._served(run, service, given)

        names = tuple(name for name, _ in params)
        self._functions[place.key] = Function(names, call, 8, element.name)


def _put(scope: dict[str, Value], path: tuple[str, ...], value: Value) -> None:
    """Set a name, or a name behind a prefix, without touching what others see."""
    if len(path) == 1:
        scope[path[0]] = value
        return
    inside = scope.get(path[0])
    scope[path[0]] = {**(inside if type(inside) is dict else {}), path[1]: value}


def compile_model(models: Mapping[str, m.Model], names: Iterable[str] = ()) -> Decisions:
    """Compile the models of all files together; NAMES are variables of the processes.

    Raises InvalidDefinition with every error found.
    """
    notes = Notes(known=frozenset(names))
    decisions = Decisions(models, notes)
    if has_errors(notes.book):
        errors = [found for found in notes.book if found.severity == "error"]
        raise InvalidDefinition(errors, errors[0].zh)
    return decisions
