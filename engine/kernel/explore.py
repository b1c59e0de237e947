"""Soundness of a plan: every reachable marking of each scope, within a budget (kernel.md 5).

Each scope is explored by itself, innermost first, and stands as one node in its parent. What
is found is data; the checks of the compiler give it words and a severity.
"""

from collections import deque
from dataclasses import dataclass, field

from engine.kernel.abstract import (
    MANY,
    Marking,
    Move,
    Setting,
    blockers,
    ended,
    initial,
    live,
    node_at,
    setting,
    successors,
)
from engine.kernel.gateways import ACTIVITIES
from engine.kernel.plan import Kind, Node, Plan, Trigger

BUDGET = 50_000  # markings of one file; designed


@dataclass(frozen=True, slots=True)
class Defect:
    """CODE of kernel.md 5, ELEMENT and TRACE by BPMN id; CERTAIN: no run completes.

    sound.deadlock: a token waits at ELEMENT for ever. sound.livelock: ELEMENT is in a loop
    that cannot be left. sound.unsync: parallel tokens reach activity or join ELEMENT
    without having been joined. sound.improper: they reach the one end ELEMENT.
    sound.join_cycle: inclusive join ELEMENT waits for another one waiting for it.
    path.dead: ELEMENT is never entered. sound.unproven: the budget was used up.
    """

    code: str
    element: str
    trace: tuple[str, ...] = ()
    certain: bool = False


@dataclass
class _Graph:
    """What was explored of one scope: how each marking was reached, and what follows."""

    came: dict[Marking, tuple[Marking, int] | None] = field(default_factory=dict)
    after: dict[Marking, list[Marking]] = field(default_factory=dict)
    final: list[Marking] = field(default_factory=list)
    exits: set[str] = field(default_factory=set)
    crowded: dict[int, Marking] = field(default_factory=dict)
    entered: set[int] = field(default_factory=set)
    whole: bool = True


def explore(plan: Plan, budget: int = BUDGET) -> tuple[Defect, ...]:
    """Explore all scopes of PLAN; at most BUDGET markings together."""
    found: dict[int, list[Defect]] = {}
    fails: set[int] = set()
    left = budget
    for scope in _innermost_first(plan):
        prepared = setting(plan, scope, frozenset(fails))
        graph = _search(prepared, left)
        left -= len(graph.came)
        found[scope] = _verdicts(prepared, graph)
        owner = plan.scopes[scope].node
        if owner is not None and graph.whole and not _completes(plan, scope, graph):
            fails.add(owner)
    return tuple(defect for scope in sorted(found) for defect in found[scope])


def _innermost_first(plan: Plan) -> list[int]:
    depth: dict[int, int] = {}
    for scope in plan.scopes:
        at, steps = scope.parent, 0
        while at is not None:
            at, steps = plan.scopes[at].parent, steps + 1
        depth[scope.index] = steps
    return sorted(depth, key=lambda index: (-depth[index], index))


def _completes(plan: Plan, scope: int, graph: _Graph) -> bool:
    """Tell whether the scope may complete; an interrupting handler may complete it too."""
    return bool(graph.final) or "terminated" in graph.exits or _rescued(plan, scope)


def _rescued(plan: Plan, scope: int) -> bool:
    """Tell whether an interrupting event sub-process may end the scope's work."""
    for esp in plan.scopes[scope].event_subs:
        body = plan.nodes[esp].body
        if body is not None and plan.nodes[plan.scopes[body].starts[0]].interrupting:
            return True
    return False


def _search(prepared: Setting, budget: int) -> _Graph:
    """Search breadth first, so that every trace is a shortest one."""
    graph = _Graph()
    first = initial(prepared)
    graph.came[first] = None
    queue = deque([first])
    while queue:
        marking = queue.popleft()
        if _crowded(prepared, graph, marking):
            continue
        moves = successors(prepared, marking)
        if not moves and not live(prepared.plan, marking[0]):
            graph.final.append(marking)
        for move in moves:
            _note(prepared, graph, marking, move)
            if not move.exit and move.marking not in graph.came:
                graph.came[move.marking] = (marking, move.node)
                queue.append(move.marking)
        if len(graph.came) > budget:
            graph.whole = False
            break
    return graph


def _note(prepared: Setting, graph: _Graph, marking: Marking, move: Move) -> None:
    graph.entered.add(move.node)
    if move.exit:
        graph.exits.add(move.exit)
        graph.after.setdefault(marking, []).append(_EXIT)
    else:
        graph.after.setdefault(marking, []).append(move.marking)
        targets = [node_at(prepared.plan, place) for place, _ in move.marking[0]]
        graph.entered.update(node.index for node in targets if node is not None)


_EXIT: Marking = ((), (("exit", True),))


def _crowded(prepared: Setting, graph: _Graph, marking: Marking) -> bool:
    """Note where tokens meet unjoined; go no further once there are many."""
    many = False
    for place, count in marking[0]:
        if count >= 2:
            many = many or count >= MANY
            at = _meeting(prepared, place)
            if at is not None:
                graph.crowded.setdefault(at, marking)
    return many


def _meeting(prepared: Setting, place: int) -> int | None:
    """Give the activity, join or only end at PLACE, where no two tokens should meet."""
    plan = prepared.plan
    node = node_at(plan, place)
    if node is not None:
        return node.index if node.kind in ACTIVITIES else None
    if place < len(plan.nodes) + len(plan.flows):
        return plan.flows[place - len(plan.nodes)].target
    return prepared.only_end if place == ended(plan, prepared.only_end) else None


def _verdicts(prepared: Setting, graph: _Graph) -> list[Defect]:
    """Turn what was explored of one scope into defects, one an element and code."""
    plan = prepared.plan
    if not graph.whole:
        scope = plan.scopes[prepared.scope]
        return [Defect("sound.unproven", scope.id)]
    certain = not graph.final and not graph.exits and not _rescued(plan, prepared.scope)
    found = [*_unjoined(prepared, graph), *_stuck(prepared, graph, certain=certain)]
    found.extend(_endless(prepared, graph, certain=certain))
    if not graph.crowded and not certain:
        found.extend(_dead(prepared, graph))
    first: dict[tuple[str, str], Defect] = {}
    for defect in found:
        first.setdefault((defect.code, defect.element), defect)
    return list(first.values())


def _unjoined(prepared: Setting, graph: _Graph) -> list[Defect]:
    found = []
    for at, marking in graph.crowded.items():
        node = prepared.plan.nodes[at]
        code = "sound.improper" if node.kind is Kind.END else "sound.unsync"
        found.append(Defect(code, node.id, _trace(prepared, graph, marking)))
    return found


def _stuck(prepared: Setting, graph: _Graph, *, certain: bool) -> list[Defect]:
    """Find markings with tokens and no successor: a join waits for what never comes."""
    found = []
    for marking in graph.came:
        many = any(count >= MANY for _, count in marking[0])
        if graph.after.get(marking) or not live(prepared.plan, marking[0]) or many:
            continue
        node = _waiting(prepared, marking)
        code = "sound.join_cycle" if _cyclic(prepared, marking, node) else "sound.deadlock"
        trace = _trace(prepared, graph, marking)
        found.append(Defect(code, node.id, trace, certain))
    return found


def _waiting(prepared: Setting, marking: Marking) -> Node:
    """Name where the tokens of a stuck marking wait: a join rather than a node."""
    plan = prepared.plan
    for place, _ in reversed(marking[0]):
        if len(plan.nodes) <= place < len(plan.nodes) + len(plan.flows):
            return plan.nodes[plan.flows[place - len(plan.nodes)].target]
    return plan.nodes[marking[0][0][0]]


def _cyclic(prepared: Setting, marking: Marking, node: Node) -> bool:
    if node.kind is not Kind.INCLUSIVE:
        return False
    held = blockers(prepared.plan, marking[0], node.index)
    return any(prepared.plan.nodes[at].kind is Kind.INCLUSIVE for at in held)


def _endless(prepared: Setting, graph: _Graph, *, certain: bool) -> list[Defect]:
    """Find markings that go on for ever without a way to the end."""
    before: dict[Marking, list[Marking]] = {}
    for marking, following in graph.after.items():
        for other in following:
            before.setdefault(other, []).append(marking)
    plan = prepared.plan
    stuck = [m for m in graph.came if live(plan, m[0]) and not graph.after.get(m)]
    good = set()
    stack = [*graph.final, _EXIT, *stuck, *graph.crowded.values()]
    while stack:
        marking = stack.pop()
        if marking not in good:
            good.add(marking)
            stack.extend(before.get(marking, ()))
    bad = [marking for marking in graph.came if marking not in good and live(plan, marking[0])]
    if not bad:
        return []
    named = [m for m in bad if _waiting(prepared, m).kind in ACTIVITIES]
    marking = (named or bad)[0]
    node = _waiting(prepared, marking)
    return [Defect("sound.livelock", node.id, _trace(prepared, graph, marking), certain)]


def _dead(prepared: Setting, graph: _Graph) -> list[Defect]:
    """List nodes no run enters; handlers' bodies are explored as scopes of their own."""
    outside = (Kind.EVENT_SUBPROCESS,)
    return [
        Defect("path.dead", node.id)
        for node in prepared.nodes()
        if node.index not in graph.entered
        and node.kind not in outside
        and not _elsewhere(prepared, node)
    ]


def _elsewhere(prepared: Setting, node: Node) -> bool:
    """Tell whether a node is entered from outside the explored start, or not by a move."""
    plan = prepared.plan
    if prepared.scope == 0 and plan.typed_starts:
        return True  # other starts have their own runs; not explored from here
    errors = any(definition.trigger is Trigger.ERROR for definition in node.defs)
    return node.kind is Kind.BOUNDARY and errors


def _trace(prepared: Setting, graph: _Graph, marking: Marking) -> tuple[str, ...]:
    """Give the shortest run to MARKING as element ids."""
    found: list[str] = []
    at: Marking | None = marking
    while at is not None:
        step = graph.came[at]
        if step is not None:
            found.append(prepared.plan.nodes[step[1]].id)
        at = step[0] if step is not None else None
    return tuple(reversed(found))
