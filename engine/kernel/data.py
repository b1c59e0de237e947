"""What an expression sees and where a result is written (kernel.md 3)."""

from collections.abc import Iterator, Mapping, Sequence

from engine.base.expressions import Expr
from engine.base.values import Value
from engine.kernel import sizes
from engine.kernel.effects import ExpressionWarning, VariablesWritten
from engine.kernel.plan import CASE_STARTED, Assign, ValueExpr
from engine.kernel.problems import Held
from engine.kernel.run import Run
from engine.kernel.state import Record

# Names of the engine: readable, never written by a model (kernel.md 3.7).
ENGINE_NAMES = frozenset(
    {
        CASE_STARTED,
        "loopCounter",
        "numberOfInstances",
        "numberOfActiveInstances",
        "numberOfCompletedInstances",
        "numberOfTerminatedInstances",
        "nrOfInstances",
        "nrOfActiveInstances",
        "nrOfCompletedInstances",
        "nrOfTerminatedInstances",
        "errorCode",
        "errorMessage",
    }
)


class Names(Mapping[str, Value]):
    """Variables as seen from inside: layers from the innermost scope outward."""

    __slots__ = ("_layers",)

    def __init__(self, layers: Sequence[Mapping[str, Value]]) -> None:
        self._layers = tuple(layers)

    def __getitem__(self, name: str) -> Value:
        for layer in self._layers:
            if name in layer:
                return layer[name]
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        return any(name in layer for layer in self._layers)

    def get(self, name: str, default: Value = None) -> Value:
        """Give the innermost value, or DEFAULT."""
        for layer in self._layers:
            if name in layer:
                return layer[name]
        return default

    def __iter__(self) -> Iterator[str]:
        seen: dict[str, None] = {}
        for layer in self._layers:
            seen.update(dict.fromkeys(layer))
        return iter(seen)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def counters(mi: Mapping[str, Value]) -> dict[str, Value]:
    """Give the counters of a multi-instance body as expressions read them."""
    counts = {
        "Instances": mi["total"],
        "ActiveInstances": mi["active"],
        "CompletedInstances": mi["done"],
        "TerminatedInstances": mi.get("dropped", 0),
    }
    found: dict[str, Value] = {f"numberOf{name}": count for name, count in counts.items()}
    found.update({f"nrOf{name}": count for name, count in counts.items()})
    found["tally"] = mi["tally"]
    return found


def names(
    run: Run,
    sid: str,
    tid: str = "",
    extra: Mapping[str, Value] | None = None,
    *,
    caller: bool = False,
) -> Names:
    """Give what an expression at the token (or in the scope) sees; EXTRA innermost.

    A global task sees its own locals only, but for its input mapping (CALLER).
    """
    layers: list[Mapping[str, Value]] = [] if extra is None else [extra]
    isolated = False
    if tid:
        token = run.draft.token(sid, tid)
        if "vars" in token:
            layers.append(token["vars"])
        if "mi" in token:
            layers.append(counters(token["mi"]))
        isolated = run.plan.nodes[token["n"]].isolated and not caller
    at: str | None = None if isolated else sid
    while at is not None:
        scope = run.draft.scope(at)
        layers.append(scope["vars"])
        if "item" in scope:
            layers.append(counters(run.draft.token(scope["up"], scope["token"])["mi"]))
        at = scope["up"]
    layers.append({CASE_STARTED: run.draft.doc["started"]})
    return Names(layers)


def value(run: Run, expr: ValueExpr, scope: Names, node: str) -> Value:
    """Evaluate in spec mode and report what was answered with null."""
    result, warnings = expr.with_warnings(scope, run.moment)
    for text in warnings:
        run.emit(ExpressionWarning(node, expr.text, text))
    return result


def holds(run: Run, condition: Expr, scope: Names) -> bool:
    """Evaluate a condition: true, or not (false and null); else the token is held."""
    result = condition(scope, run.moment)
    if result is None or isinstance(result, bool):
        return bool(result)
    raise Held("expression", f"条件“{condition.text}”的结果不是真假值。")


def assign(
    run: Run, rules: Sequence[Assign], scope: Names, node: str
) -> dict[str, Value]:
    """Evaluate mappings in document order into one patch of whole variables."""
    patch: dict[str, Value] = {}
    for rule in rules:
        found = value(run, rule.value, scope, node)
        if rule.path:
            before = patch.get(rule.target, scope.get(rule.target))
            found = _with_path(before, rule.path, found)
        patch[rule.target] = found
    return patch


def _with_path(before: Value, path: tuple[str, ...], found: Value) -> dict[str, Value]:
    """Copy the context along PATH and put FOUND at its end (kernel.md 3.3)."""
    result: dict[str, Value] = dict(before) if isinstance(before, Mapping) else {}
    at = result
    for name in path[:-1]:
        inner = at.get(name)
        at[name] = dict(inner) if isinstance(inner, Mapping) else {}
        at = at[name]
    at[path[-1]] = found
    return result


def write(run: Run, sid: str, node: str, patch: Mapping[str, Value]) -> None:
    """Commit PATCH, each name where it lives (kernel.md 3.1); conditions look afterwards."""
    homes: dict[str, dict[str, Value]] = {}
    for name, found in patch.items():
        homes.setdefault(_home(run, sid, name), {})[name] = found
    grows = [(home, part, growth(run, home, part, node)) for home, part in homes.items()]
    for home, part, grown in grows:
        commit(run, home, node, part, grown)


def commit(
    run: Run, sid: str, node: str, part: dict[str, Value], grown: int | None = None
) -> None:
    """Write PART into exactly this scope."""
    if not part:
        return
    if grown is None:
        grown = growth(run, sid, part, node)
    scope: Record = run.draft.edit_scope(sid)
    scope["bytes"] += grown
    run.draft.doc["bytes"] += grown
    run.draft.part(sid, "vars").update(part)
    run.emit(VariablesWritten(sid, node, part))
    run.dirty.append((sid, tuple(part)))


def _home(run: Run, sid: str, name: str) -> str:
    """Find the scope a name lives in; an item of a multi-instance keeps its own."""
    at = sid
    while True:
        scope = run.draft.scope(at)
        if scope["up"] is None or "item" in scope or name in scope["vars"]:
            return at
        at = scope["up"]


def growth(run: Run, sid: str, part: Mapping[str, Value], node: str = "") -> int:
    """Give by how many bytes the scope grows; too much holds the token (kernel.md 3.8).

    NODE is the element that writes. What does not grow is never too much: a limit lowered
    later stops no case that is under way.
    """
    scope = run.draft.scope(sid)
    grown = 0
    for name, found in part.items():
        weight = sizes.weigh(found)
        told = sizes.excess(found, weight, run.limits, _items(run, node))
        if told:
            raise Held("value_size", f"变量“{name}”的内容过大：{told}")
        grown += weight.size + len(name)
        if name in scope["vars"]:
            grown -= sizes.measure(scope["vars"][name]) + len(name)
    total = scope["bytes"] + grown
    if grown > 0 and total > run.limits.scope_bytes:
        after = {**scope["vars"], **part}
        if sizes.crowded(total, after.values(), run.limits.scope_bytes, run.limits):
            raise Held("value_size", sizes.CROWDED)
    return grown


def _items(run: Run, node: str) -> int:
    """Give how long a list written by NODE may be: the results of many items are longer."""
    at = run.plan.by_id.get(node)
    many = at is not None and run.plan.nodes[at].multi is not None
    return run.limits.mi_rows if many else run.limits.list_items
