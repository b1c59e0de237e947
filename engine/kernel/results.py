"""What finished work gives, and the patch it writes (kernel.md 3.2)."""

from collections.abc import Mapping
from dataclasses import field

from engine.base.records import record
from engine.base.values import Value
from engine.kernel import data
from engine.kernel.plan import Kind, Node
from engine.kernel.problems import Held
from engine.kernel.run import Run


@record
class Done:
    """Finished work: VALUES as an output mapping sees them, RAW the result as one value."""

    values: Mapping[str, Value] = field(default_factory=dict)
    raw: Value = None
    outcome: str | None = None


PEOPLE = (Kind.USER, Kind.MANUAL)
COMPUTED = (Kind.SERVICE, Kind.SCRIPT, Kind.RULE)


def patch(
    run: Run, sid: str, tid: str, done: Done, extra: Mapping[str, Value] | None = None
) -> dict[str, Value]:
    """Give the whole variables the work at the token writes; EXTRA are item locals."""
    node = run.node_of(sid, tid)
    written: dict[str, Value] = {}
    if node.outputs is not None:
        seen = {**(extra or {}), **done.values}
        if done.outcome is not None:
            seen[node.result.outcome] = done.outcome
        scope = data.names(run, sid, tid, seen)
        written = data.assign(run, node.outputs, scope, node.id)
    elif node.kind in PEOPLE:
        written = dict(done.values)
    elif node.kind in COMPUTED:
        written = _computed(node, done.raw)
    if done.outcome is not None and node.kind in PEOPLE:
        written[node.result.outcome] = done.outcome
    return written


def _computed(node: Node, raw: Value) -> dict[str, Value]:
    """Write a computed value: key by key, into the result variable, or nowhere."""
    if node.result.spread:
        if raw is None:
            return {}
        if not isinstance(raw, Mapping):
            raise Held("result_type", f"“{node.id}”的结果不是键值表，无法逐项写入变量。")
        return dict(raw)
    if node.result.variable is not None:
        return {node.result.variable: raw}
    return {}


def entry(
    run: Run, sid: str, tid: str, done: Done, item: Mapping[str, Value]
) -> Value:
    """Give what one item adds to the output list of its body (kernel.md 2.6)."""
    node = run.node_of(sid, tid)
    multi = node.multi
    if multi is None or multi.output is None:
        return None
    if multi.output_item is None:
        return done.raw
    seen = {**item, **done.values, **patch(run, sid, tid, done, item)}
    return data.value(run, multi.output_item, data.names(run, sid, tid, seen), node.id)
