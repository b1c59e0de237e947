"""Which nodes can still send a token to an inclusive join: the bitsets of kernel.md 2.4."""

from collections.abc import Sequence
from dataclasses import replace

from engine.kernel.plan import Flow, Kind, Node, Plan


def with_reach(nodes: Sequence[Node], flows: Sequence[Flow]) -> tuple[Node, ...]:
    """Give NODES with `reach` filled for every inclusive gateway with several inputs."""
    before = _predecessors(nodes, flows)
    return tuple(
        replace(node, reach=_reach(node, flows, before)) if _joins(node) else node
        for node in nodes
    )


def _joins(node: Node) -> bool:
    return node.kind in (Kind.INCLUSIVE, Kind.COMPLEX) and len(node.incoming) > 1


def _predecessors(nodes: Sequence[Node], flows: Sequence[Flow]) -> list[list[int]]:
    """List, per node, the nodes one edge before: flows, links, hosts of boundary events."""
    before: list[list[int]] = [[] for _ in nodes]
    for flow in flows:
        before[flow.target].append(flow.source)
    for node in nodes:
        if node.link is not None:
            before[node.link].append(node.index)
        if node.host is not None:
            before[node.index].append(node.host)
    return before


def _reach(
    join: Node, flows: Sequence[Flow], before: Sequence[Sequence[int]]
) -> tuple[int, ...]:
    """Search backward from each incoming flow; the join itself is never passed."""
    return tuple(_search(flows[index].source, join.index, before) for index in join.incoming)


def _search(source: int, stop: int, before: Sequence[Sequence[int]]) -> int:
    """Give the bits of SOURCE and all nodes before it, without passing STOP."""
    seen = bytearray(len(before) // 8 + 1)
    stack = [source]
    while stack:
        at = stack.pop()
        if at != stop and not seen[at >> 3] >> (at & 7) & 1:
            seen[at >> 3] |= 1 << (at & 7)
            stack.extend(before[at])
    return int.from_bytes(seen, "little")


def behind(plan: Plan, source: int, stop: int) -> int:
    """Give the bits of the nodes from which SOURCE is reached without passing STOP."""
    return _search(source, stop, _predecessors(plan.nodes, plan.flows))
