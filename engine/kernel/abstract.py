"""The kernel's token rules without data, for one scope: markings and their successors.

A marking counts tokens per place, at most MANY: a place is a node a token stands on, a flow
whose token waits at a join, or a boundary still armed beside its activity. Choices are free,
but textually equal conditions are tied together until a variable they read is written.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import TypeAlias

from engine.kernel.plan import Flow, Kind, Node, Plan, Trigger

MANY = 3
MOST_FREE = 6  # conditions of one split whose every combination is tried

Places: TypeAlias = tuple[tuple[int, int], ...]  # (place, tokens), by place
Truths: TypeAlias = tuple[tuple[str, bool], ...]  # (condition text, assumed value)
Marking: TypeAlias = tuple[Places, Truths]


@dataclass(frozen=True, slots=True)
class Move:
    """One step: the NODE that acted, what holds afterwards; EXIT when the scope is left."""

    node: int
    marking: Marking
    exit: str = ""  # "terminated" or "error"


@dataclass(frozen=True, slots=True)
class Setting:
    """One scope as explored: FAILS are sub-processes that can never complete normally."""

    plan: Plan
    scope: int
    fails: frozenset[int] = frozenset()
    tied: frozenset[str] = frozenset()
    writes: Mapping[int, frozenset[str] | None] = field(default_factory=dict)
    whole: bool = False  # every interleaving counts: terminate or inclusive joins inside
    only_end: int = -1  # the end event, if there is exactly one and nothing else ends
    rank: Mapping[int, int] = field(default_factory=dict)  # distance from the start
    reads: Mapping[str, frozenset[str]] = field(default_factory=dict)  # of tied conditions

    def nodes(self) -> list[Node]:
        """List the nodes of the scope."""
        return [node for node in self.plan.nodes if node.scope == self.scope]


def setting(plan: Plan, scope: int, fails: frozenset[int]) -> Setting:
    """Prepare one scope: tied conditions, names written, whether orders matter."""
    inside = [node for node in plan.nodes if node.scope == scope]
    seen: dict[str, set[int]] = {}
    reads: dict[str, frozenset[str]] = {}
    for flow in plan.flows:
        if flow.condition is not None and plan.nodes[flow.source].scope == scope:
            text = flow.condition.text.strip()
            seen.setdefault(text, set()).add(flow.source)
            reads[text] = flow.condition.reads
    tied = frozenset(text for text, sources in seen.items() if len(sources) > 1)
    whole = any(joins(node) and node.kind is Kind.INCLUSIVE for node in inside)
    whole = whole or any(_terminates(node) for node in inside)
    names = {node.index: written(node) for node in inside}
    ends = [node.index for node in inside if node.kind is Kind.END]
    only_end = ends[0] if len(ends) == 1 else -1
    rank = _ranks(plan, inside)
    return Setting(plan, scope, fails, tied, names, whole, only_end, rank, reads)


def _ranks(plan: Plan, inside: Sequence[Node]) -> dict[int, int]:
    """Number the nodes so that, loops apart, what comes earlier has the lower number."""
    after = {node.index: _next(plan, node) for node in inside}
    finished: list[int] = []
    seen: set[int] = set()
    for root in after:
        stack = [(root, iter(after[root]))] if root not in seen else []
        seen.add(root)
        while stack:
            at, following = stack[-1]
            step = next((n for n in following if n not in seen), None)
            if step is None:
                finished.append(at)
                stack.pop()
            else:
                seen.add(step)
                stack.append((step, iter(after[step])))
    return {at: position for position, at in enumerate(reversed(finished))}


def _next(plan: Plan, node: Node) -> list[int]:
    linked = [node.link] if node.link is not None else []
    return [plan.flows[flow].target for flow in node.outgoing] + linked + [*node.boundaries]


def _terminates(node: Node) -> bool:
    return any(definition.trigger is Trigger.TERMINATE for definition in node.defs)


def written(node: Node) -> frozenset[str] | None:
    """Name the variables a node may write; None = any."""
    if node.result.spread or node.kind in (Kind.SUBPROCESS, Kind.CALL, Kind.EVENT_SUBPROCESS):
        return None
    if node.outputs is not None:
        names = {rule.target for rule in node.outputs}
    else:
        names = set(node.result.fields)
        names |= {node.result.variable} if node.result.variable is not None else set()
    if node.kind in (Kind.USER, Kind.MANUAL):
        names.add(node.result.outcome)
    if node.multi is not None and node.multi.output is not None:
        names.add(node.multi.output)
    return frozenset(names)


def joins(node: Node) -> bool:
    """Tell whether arrivals at the node are counted per flow."""
    return node.kind in (Kind.PARALLEL, Kind.INCLUSIVE) and len(node.incoming) > 1


def initial(setting_: Setting) -> Marking:
    """Give the marking in which the scope's start nodes hold a token each."""
    plan = setting_.plan
    starts = plan.scopes[setting_.scope].starts
    if setting_.scope == 0 and not starts:
        starts = plan.typed_starts[:1]
    return _add((), tuple(starts)), ()


def _add(places: Places, more: Sequence[int]) -> Places:
    counts = dict(places)
    for place in more:
        counts[place] = min(MANY, counts.get(place, 0) + 1)
    return tuple(sorted(counts.items()))


def _without(places: Places, less: Sequence[int]) -> Places:
    counts = dict(places)
    for place in less:
        counts[place] -= 1
        if not counts[place]:
            del counts[place]
    return tuple(sorted(counts.items()))


def place_of(plan: Plan, flow: Flow) -> int:
    """Give the place a token taking the flow comes to."""
    target = plan.nodes[flow.target]
    return len(plan.nodes) + flow.index if joins(target) else target.index


def armed(plan: Plan, boundary: int) -> int:
    """Give the place that says a non-interrupting boundary has not fired yet."""
    return len(plan.nodes) + len(plan.flows) + boundary


def ended(plan: Plan, end: int) -> int:
    """Give the place that says the only end event of its scope was reached."""
    return armed(plan, len(plan.nodes) + end)


def live(plan: Plan, places: Places) -> bool:
    """Tell whether a token is anywhere in the scope."""
    return any(place < len(plan.nodes) + len(plan.flows) for place, _ in places)


def node_at(plan: Plan, place: int) -> Node | None:
    """Give the node a token stands on at PLACE, if it is such a place."""
    return plan.nodes[place] if place < len(plan.nodes) else None


def successors(setting_: Setting, marking: Marking) -> list[Move]:
    """Give what may happen next; what takes no time happens first, in a fixed order."""
    plan, places = setting_.plan, marking[0]
    waiting = []
    for place, _ in places:
        node = node_at(plan, place)
        if node is None:
            continue
        if _automatic(node):
            return list(_act(setting_, marking, node))
        waiting.append(node)
    joined = _joins(setting_, marking)
    if joined is not None:
        return [joined]
    found: list[Move] = []
    for node in sorted(waiting, key=lambda node: setting_.rank[node.index]):
        found.extend(_act(setting_, marking, node))
        if found and not setting_.whole:
            break
    return found


def _automatic(node: Node) -> bool:
    instant = (Kind.START, Kind.END, Kind.THROW, Kind.BOUNDARY, Kind.EXCLUSIVE)
    if node.kind is Kind.CATCH:
        return bool(node.defs) and node.defs[0].trigger is Trigger.LINK
    return node.kind in (*instant, Kind.PARALLEL, Kind.INCLUSIVE)


def _act(setting_: Setting, marking: Marking, node: Node) -> Iterator[Move]:
    """Let the token on NODE do each thing it may do."""
    plan, (places, truths) = setting_.plan, marking
    rest = _without(places, (node.index,))
    if node.kind is Kind.END:
        yield from _end(setting_, node, rest, truths)
    elif node.link is not None:
        yield Move(node.index, (_add(rest, (node.link,)), truths))
    elif node.kind is Kind.EVENT_GATEWAY:
        for flow in node.outgoing:
            target = plan.nodes[plan.flows[flow].target]
            yield from _leave(setting_, (rest, truths), target, target.index)
    else:
        yield from _finish(setting_, (rest, truths), node)
        if node.boundaries:
            yield from _boundaries(setting_, marking, node)


def _end(setting_: Setting, node: Node, rest: Places, truths: Truths) -> Iterator[Move]:
    triggers = {definition.trigger for definition in node.defs}
    if Trigger.TERMINATE in triggers:
        yield Move(node.index, ((), ()), "terminated")
    elif Trigger.ERROR in triggers:
        yield Move(node.index, ((), ()), "error")
    else:
        seen = (ended(setting_.plan, node.index),) if node.index == setting_.only_end else ()
        yield Move(node.index, (_add(rest, seen), truths))


def _finish(setting_: Setting, marking: Marking, node: Node) -> Iterator[Move]:
    """Complete the node normally, unless it is a sub-process that never completes."""
    if node.index in setting_.fails:
        return
    places = _disarm(setting_.plan, marking[0], node)
    yield from _leave(setting_, (places, marking[1]), node, node.index)


def _disarm(plan: Plan, places: Places, node: Node) -> Places:
    """Take the armed places of a node's boundaries away when it is left."""
    spent = {armed(plan, boundary) for boundary in node.boundaries}
    return tuple(item for item in places if item[0] not in spent)


def _boundaries(setting_: Setting, marking: Marking, node: Node) -> Iterator[Move]:
    """Fire each boundary: an interrupting one instead of the node, others once beside it."""
    plan, (places, truths) = setting_.plan, marking
    fired = {place for place, _ in places}
    for at in node.boundaries:
        boundary = plan.nodes[at]
        if boundary.interrupting:
            rest = _disarm(plan, _without(places, (node.index,)), node)
            yield Move(at, (_add(rest, (at,)), truths))
        elif armed(plan, at) not in fired:
            yield Move(at, (_add(places, (at, armed(plan, at))), truths))


def _leave(
    setting_: Setting, marking: Marking, node: Node, actor: int
) -> Iterator[Move]:
    """Take every combination of flows the node may leave by."""
    places, truths = marking
    truths = _forget(setting_, truths, node)
    for flows, assumed in choices(setting_, node, dict(truths)):
        taken = [place_of(setting_.plan, setting_.plan.flows[flow]) for flow in flows]
        after = tuple(sorted(assumed.items()))
        yield Move(actor, (_add(places, taken), after))


def _forget(setting_: Setting, truths: Truths, node: Node) -> Truths:
    """Drop what was assumed about conditions reading a variable NODE writes."""
    names = setting_.writes.get(node.index, frozenset())
    if not truths or names == frozenset():
        return truths
    if names is None:
        return ()
    reads = setting_.reads
    return tuple(item for item in truths if not names & reads[item[0]])


def choices(
    setting_: Setting, node: Node, truths: dict[str, bool]
) -> Iterator[tuple[tuple[int, ...], dict[str, bool]]]:
    """Give each set of flows that may be taken, with what is assumed then."""
    if node.kind is Kind.PARALLEL or not node.outgoing:
        yield node.outgoing, truths
        return
    if node.kind is Kind.EXCLUSIVE:
        yield from _exclusive(setting_, node, truths)
        return
    flows_ = setting_.plan.flows
    asked = [flow for flow in node.outgoing if flow != node.default]
    always = [flow for flow in asked if flows_[flow].condition is None]
    free = [flow for flow in asked if flows_[flow].condition is not None]
    for taken in _combinations(free):
        assumed = _assume(setting_, truths, taken, [f for f in free if f not in taken])
        flows = tuple(f for f in node.outgoing if f in always or f in taken)
        if assumed is not None and (flows or node.default is not None):
            yield flows or (node.default or 0,), assumed


def _combinations(free: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Give all subsets of a few flows; of many only none, one, and all."""
    sizes = range(len(free) + 1) if len(free) <= MOST_FREE else (0, 1, len(free))
    for size in sizes:
        yield from combinations(free, size)


def _exclusive(
    setting_: Setting, node: Node, truths: dict[str, bool]
) -> Iterator[tuple[tuple[int, ...], dict[str, bool]]]:
    before: list[int] = []
    for flow in node.outgoing:
        if flow == node.default:
            continue
        assumed = _assume(setting_, truths, (flow,), before)
        if assumed is not None:
            yield (flow,), assumed
        before.append(flow)
        if setting_.plan.flows[flow].condition is None:
            return
    if node.default is not None:
        assumed = _assume(setting_, truths, (), before)
        if assumed is not None:
            yield (node.default,), assumed


def _assume(
    setting_: Setting, truths: dict[str, bool], true: Sequence[int], false: Sequence[int]
) -> dict[str, bool] | None:
    """Add what a choice means for the tied conditions; None when it contradicts."""
    assumed = dict(truths)
    for flows, truth in ((true, True), (false, False)):
        for flow in flows:
            condition = setting_.plan.flows[flow].condition
            text = condition.text.strip() if condition is not None else ""
            if text in setting_.tied and assumed.setdefault(text, truth) != truth:
                return None
    return assumed


def _joins(setting_: Setting, marking: Marking) -> Move | None:
    """Fire the first parallel join that is full, else the first inclusive one that may."""
    plan, (places, truths) = setting_.plan, marking
    counts = dict(places)
    held: dict[int, list[int]] = {}
    for place in counts:
        if len(plan.nodes) <= place < len(plan.nodes) + len(plan.flows):
            flow = plan.flows[place - len(plan.nodes)]
            held.setdefault(flow.target, []).append(place)
    for at, used in sorted(held.items()):
        full = len(used) == len(plan.nodes[at].incoming)
        if full or (plan.nodes[at].kind is Kind.INCLUSIVE and not blockers(plan, places, at)):
            return Move(at, (_add(_without(places, used), (at,)), truths))
    return None


def blockers(plan: Plan, places: Places, at: int) -> list[int]:
    """Give the nodes whose tokens keep an inclusive join waiting (kernel.md 2.4)."""
    join = plan.nodes[at]
    full, empty = 0, 0
    present = {place for place, _ in places}
    for flow, mask in zip(join.incoming, join.reach, strict=True):
        if len(plan.nodes) + flow in present:
            full |= mask
        else:
            empty |= mask
    blocking = empty & ~full
    found = []
    for place in sorted(present):
        if place < len(plan.nodes):
            stands = place
        elif place < len(plan.nodes) + len(plan.flows):
            stands = plan.flows[place - len(plan.nodes)].target
        else:
            continue
        if stands != at and blocking >> stands & 1:
            found.append(stands)
    return found
