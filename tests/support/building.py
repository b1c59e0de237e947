"""Numbering the parts of a test plan: what the compiler derives, derived from a notation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import CodeType
from typing import Any

from engine.base.errors import ExpressionFailed
from engine.base.expressions import Moment
from engine.kernel import plan as p
from engine.kernel.plan import Kind, Trigger
from engine.kernel.reach import with_reach

BUILTINS = {"len": len, "sum": sum, "min": min, "max": max, "sorted": sorted, "range": range}
BUILTINS |= {"list": list, "str": str, "int": int, "isinstance": isinstance, "dict": dict}


class _Visible:
    """Variables for eval: what is missing is None, like null in FEEL."""

    def __init__(self, scope: Mapping[str, Any], moment: Moment) -> None:
        self._scope, self._moment = scope, moment

    def __getitem__(self, name: str) -> Any:
        if name in self._scope:
            return self._scope[name]
        if name == "now":
            return self._moment.at
        if name in BUILTINS:
            raise KeyError(name)
        return None


@dataclass(frozen=True, slots=True)
class E:
    """An expression of the tests: Python text over the variables."""

    text: str
    clock: bool = False
    reads: frozenset[str] = frozenset()
    code: CodeType | None = None

    def __post_init__(self) -> None:
        code = compile(self.text.strip(), "<test>", "eval")
        names = frozenset(code.co_names) - frozenset(BUILTINS)
        object.__setattr__(self, "code", code)
        object.__setattr__(self, "reads", names - {"now"})
        object.__setattr__(self, "clock", "now" in names)

    def __call__(self, scope: Mapping[str, Any], moment: Moment) -> Any:
        try:  # the text comes from the test itself
            return eval(self.code, {"__builtins__": BUILTINS}, _Visible(scope, moment))  # type: ignore[arg-type]  # noqa: S307
        except (TypeError, ZeroDivisionError, AttributeError, LookupError) as error:
            raise ExpressionFailed(f"{self.text}: {error}") from error

    def with_warnings(
        self, scope: Mapping[str, Any], moment: Moment
    ) -> tuple[Any, tuple[str, ...]]:
        return self(scope, moment), ()


@dataclass(frozen=True)
class Part:
    """One element with its children, not yet numbered."""

    id: str
    kind: Kind
    fields: Mapping[str, Any] = field(default_factory=dict)
    children: tuple[Any, ...] = ()
    host: str = ""
    link: str = ""
    declared: tuple[str, ...] = ()


@dataclass(frozen=True)
class Edge:
    source: str
    target: str
    when: str | None = None
    default: bool = False


class Builder:
    def __init__(self, key: str, declared: tuple[str, ...]) -> None:
        self.key = key
        self.nodes: list[p.Node] = []
        self.scopes = [p.Scope(0, key, declared=declared)]
        self.parts: list[Part] = []
        self.edges: list[Edge] = []
        self.index: dict[str, int] = {}

    def build(self, parts: Sequence[Any]) -> p.Plan:
        pending = [(0, parts)]
        while pending:
            scope, content = pending.pop(0)
            for part in self._flat(content):
                at = self._add(part, scope)
                if part.kind in (Kind.SUBPROCESS, Kind.EVENT_SUBPROCESS):
                    body = len(self.scopes)
                    self.scopes.append(
                        p.Scope(body, part.id, scope, at, declared=part.declared)
                    )
                    self.nodes[at] = replace(self.nodes[at], body=body)
                    pending.append((body, part.children))
        flows = self._connect()
        self._attach()
        nodes = with_reach(self.nodes, flows)
        scopes = tuple(self._with_starts(scope) for scope in self.scopes)
        typed = tuple(
            n.index for n in nodes if n.scope == 0 and n.kind is Kind.START and n.defs
        )
        return p.Plan(self.key, nodes, flows, scopes, "test-digest", typed, dict(self.index))

    def _flat(self, content: Sequence[Any]) -> list[Part]:
        found: list[Part] = []
        for item in content:
            if isinstance(item, Edge):
                self.edges.append(item)
            elif isinstance(item, tuple):
                self.edges.extend(item)
            else:
                found.append(item)
        return found

    def _add(self, part: Part, scope: int) -> int:
        at = len(self.nodes)
        assert part.id not in self.index, part.id
        self.index[part.id] = at
        self.nodes.append(p.Node(at, part.id, part.kind, scope, **part.fields))
        self.parts.append(part)
        return at

    def _connect(self) -> tuple[p.Flow, ...]:
        flows = []
        outgoing: dict[int, list[int]] = {}
        incoming: dict[int, list[int]] = {}
        for at, edge in enumerate(self.edges):
            source, target = self.index[edge.source], self.index[edge.target]
            ident = f"{edge.source}-{edge.target}"
            when = E(edge.when) if edge.when else None
            flows.append(p.Flow(at, ident, source, target, when))
            outgoing.setdefault(source, []).append(at)
            incoming.setdefault(target, []).append(at)
            if edge.default:
                self.nodes[source] = replace(self.nodes[source], default=at)
        for at, node in enumerate(self.nodes):
            self.nodes[at] = replace(
                node, outgoing=tuple(outgoing.get(at, ())), incoming=tuple(incoming.get(at, ()))
            )
        return tuple(flows)

    def _attach(self) -> None:
        for at, part in enumerate(self.parts):
            if part.host:
                host = self.index[part.host]
                old = self.nodes[host]
                self.nodes[host] = replace(old, boundaries=(*old.boundaries, at))
                self.nodes[at] = replace(self.nodes[at], host=host)
            if part.link:
                self.nodes[at] = replace(self.nodes[at], link=self.index[part.link])

    def _with_starts(self, scope: p.Scope) -> p.Scope:
        inside = [node for node in self.nodes if node.scope == scope.index]
        subs = tuple(n.index for n in inside if n.kind is Kind.EVENT_SUBPROCESS)
        starts = [node for node in inside if node.kind is Kind.START]
        handler = (
            scope.node is not None and self.nodes[scope.node].kind is Kind.EVENT_SUBPROCESS
        )
        if starts:
            chosen = tuple(n.index for n in starts if handler or not n.defs)
        else:
            chosen = tuple(n.index for n in inside if self._implicit(n))
        return replace(scope, starts=chosen, event_subs=subs)

    def _implicit(self, node: p.Node) -> bool:
        linked = any(def_.trigger is Trigger.LINK for def_ in node.defs)
        caught = linked and node.kind is Kind.CATCH
        no = (Kind.EVENT_SUBPROCESS, Kind.BOUNDARY)
        return not node.incoming and node.kind not in no and not caught
