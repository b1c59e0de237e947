"""退回, 撤回 and 跳转: withdraw tokens and put one before another node (kernel.md 2.13)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.base import events
from engine.kernel import data, scopes, tokens, waits
from engine.kernel.effects import NodeEntered
from engine.kernel.plan import Kind, Node, Plan
from engine.kernel.reach import behind
from engine.kernel.run import Run
from engine.kernel.state import ordered
from engine.kernel.step import State

FORBIDDEN = (Kind.START, Kind.BOUNDARY, Kind.EVENT_SUBPROCESS)


@dataclass(frozen=True, slots=True)
class Region:
    """What doing a node again covers: INSIDE its scope instance; JOINS only half covered."""

    sid: str
    node: Node
    inside: frozenset[int] = frozenset()
    joins: tuple[int, ...] = ()


@dataclass(slots=True)
class Aim:
    """Where a move leads: live scope SID, the NODE in it, what must be opened below."""

    sid: str
    path: list[Node] = field(default_factory=list)  # sub-processes, then the target


def siblings(plan: Plan, state: State, wids: Sequence[str], node: str) -> tuple[str, ...]:
    """Name the tokens a Rewind of WIDS to NODE would withdraw besides their own."""
    run = Run(plan, state, events.EvaluateConditions())
    aim = _aim(run, _tokens(run, wids), node)
    if isinstance(aim, str):
        return ()
    own = {_lifted(run, aim.sid, sid, tid) for sid, tid in _tokens(run, wids)}
    region = _region(run, aim)
    return tuple(tid for tid in _standing(run, region) if tid not in own)


@dataclass(frozen=True, slots=True)
class Ahead:
    """What doing a node again takes back: WAITS, TOKENS without one, all NODES there."""

    waits: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()
    nodes: frozenset[str] = frozenset()


def ahead(plan: Plan, state: State, node: str) -> Ahead:
    """Give what stands where doing NODE again leads: WAITS and CANCEL of its Rewind.

    No waits: nothing ahead waits. What lies inside the sub-processes of the region counts.
    """
    run = Run(plan, state, events.EvaluateConditions())
    waits_ahead: list[str] = []
    standing: dict[str, None] = {}
    own: set[str] = set()
    nodes: set[str] = set()
    for wid in ordered(run.draft.doc["waits"]):
        found = _tokens(run, (wid,))
        aim = _aim(run, found, node)
        if isinstance(aim, str):
            continue
        region = _region(run, aim)
        there = _standing(run, region)
        lifted = {_lifted(run, aim.sid, sid, tid) for sid, tid in found}
        if lifted & set(there):
            waits_ahead.append(wid)
            own |= lifted
            standing.update(dict.fromkeys(there))
            nodes.update(_within(plan, aim.path[0].scope, region.inside))
    others = tuple(tid for tid in standing if tid not in own)
    return Ahead(tuple(waits_ahead), others, frozenset(nodes))


def _within(plan: Plan, scope: int, inside: frozenset[int]) -> list[str]:
    """Name the nodes INSIDE of one scope, and all nodes in the sub-processes among them."""
    found = []
    for node in plan.nodes:
        at = node
        while at.scope != scope and plan.scopes[at.scope].node is not None:
            at = plan.nodes[plan.scopes[at.scope].node or 0]
        if at.scope == scope and at.index in inside:
            found.append(node.id)
    return found


def rewind(run: Run, event: events.Rewind) -> str:
    """Send back; give the reason when it cannot be, "" when it was done."""
    found = _tokens(run, event.waits)
    aim = _aim(run, found, event.node)
    if isinstance(aim, str):
        return aim
    region = _region(run, aim)
    own = {_lifted(run, aim.sid, sid, tid) for sid, tid in found}
    agreed = {tid for _, tid in _tokens(run, event.cancel)}
    others = {tid for tid in _standing(run, region) if tid not in own}
    if others != agreed:
        names = "、".join(f"{run.node_of(aim.sid, tid).id}（{tid}）" for tid in ordered(others))
        return f"退回会同时撤销这些并行的工作，须先确认：{names or '无'}。"
    back = run.node_of(*found[0]).index
    if event.then == "direct" and (found[0][0] != aim.sid or len(aim.path) > 1):
        return "直送退回人只能用于同一层流程之内。"
    reason = _join_lost(run, region, own | others)
    if reason:
        return reason
    _withdraw(run, aim.sid, ordered(own | others))
    _reset(run, region)
    _put(run, aim, back if event.then == "direct" else None)
    return ""


def move(run: Run, event: events.Move) -> str:
    """Relocate tokens by hand; give the reason when it cannot be, "" when it was done."""
    found = _tokens(run, event.tokens)
    aim = _aim(run, found, event.node)
    if isinstance(aim, str):
        return aim
    own = {_lifted(run, aim.sid, sid, tid) for sid, tid in found}
    reason = _join_lost(run, _region(run, aim), own)
    if reason:
        return reason
    if event.vars:
        data.write(run, aim.sid, event.node, dict(event.vars))
    _withdraw(run, aim.sid, ordered(own))
    _put(run, aim, None)
    return ""


def begin_at(run: Run, root: str, node: str, again: bool = False) -> str:
    """Place the first token of a new instance before NODE; give the reason it cannot be.

    Refused where one token could never get on: inside one branch of a parallel split that
    is joined again, at a join, inside several people's work.
    """
    at = run.plan.by_id.get(node)
    if at is None:
        return f"流程中没有节点“{node}”。"
    path = [run.plan.nodes[at]]
    while path[-1].scope != 0:
        path.append(run.plan.nodes[run.plan.scopes[path[-1].scope].node or 0])
    reason = _unfit(run, root, path)
    if reason:
        return f"不能从“{node}”开始：{reason}。"
    scopes.begin(run, root, (at,) if len(path) == 1 else (), again=again)
    if len(path) > 1:
        _put(run, Aim(root, path[::-1]), None)
    return ""


def _unfit(run: Run, root: str, path: Sequence[Node]) -> str:
    """Say why the innermost node of PATH (from inside out) cannot be the first."""
    target = path[0]
    if target.kind in FORBIDDEN or target.for_compensation or _raced(run.plan, target):
        return "它是开始、边界、补偿或事件网关之后的节点"
    if any(outer.multi is not None or outer.kind in FORBIDDEN for outer in path[1:]):
        return "它在多人办理的一项或事件子流程之内"
    if target.kind is Kind.PARALLEL and _is_join(target):
        return "它是并行汇合，将永远等不齐"
    if any(_join_lost(run, _region(run, Aim(root, [each])), set()) for each in path):
        return "它在并行分支之内，之后的汇合将永远等不齐"
    return ""


def _tokens(run: Run, idents: Sequence[str]) -> list[tuple[str, str]]:
    """Find tokens by their own ids or by the ids of their waits: (scope, token)."""
    found = []
    for ident in idents:
        record = run.draft.doc["waits"].get(ident)
        if record is not None and "t" in record:
            found.append((record["s"], record["t"]))
            continue
        homes = run.draft.doc["scopes"].items()
        found.extend((sid, ident) for sid, scope in homes if ident in scope["tokens"])
    return found


def _aim(run: Run, found: Sequence[tuple[str, str]], node: str) -> Aim | str:
    """Find the live scope around both the tokens and the target, or say why not."""
    at = run.plan.by_id.get(node)
    if not found or at is None:
        return f"流程中没有节点“{node}”，或没有可以移动的令牌，请刷新后再试。"
    target = run.plan.nodes[at]
    if target.kind in FORBIDDEN or target.for_compensation or _raced(run.plan, target):
        return f"不能移动到“{node}”：它是开始、边界、补偿或事件网关之后的节点。"
    live = [_chain(run, sid) for sid, _ in found]
    path = [target]
    while not all(path[-1].scope in chain for chain in live):
        owner = run.plan.nodes[run.plan.scopes[path[-1].scope].node or 0]
        path.append(owner)
    if any(outer.multi is not None or outer.kind in FORBIDDEN for outer in path[1:]):
        return f"不能移动到“{node}”：它在多人办理的一项或事件子流程之内。"
    homes = {chain[path[-1].scope] for chain in live}
    if len(homes) > 1:
        return "这些令牌不在同一个子流程之内，请分别移动。"
    return Aim(homes.pop(), path[::-1])


def _raced(plan: Plan, target: Node) -> bool:
    sources = [plan.nodes[plan.flows[flow].source] for flow in target.incoming]
    return any(source.kind is Kind.EVENT_GATEWAY for source in sources)


def _chain(run: Run, sid: str) -> dict[int, str]:
    """Give the scope instances around SID by plan scope, itself included."""
    chain: dict[int, str] = {}
    at: str | None = sid
    while at is not None:
        scope = run.draft.scope(at)
        chain[scope["at"]] = at
        at = scope["up"]
    return chain


def _lifted(run: Run, home: str, sid: str, tid: str) -> str:
    """Give the token in scope HOME that holds the one in scope SID below it.

    A run of an event sub-process has no token above it and is returned as its scope id.
    """
    while sid != home:
        scope = run.draft.scope(sid)
        sid, tid = scope["up"], scope.get("token", sid)
    return tid


def _region(run: Run, aim: Aim) -> Region:
    """Compute what doing the first node of the path again covers, within its scope.

    A join is passed only when all its incoming flows come from inside the region.
    """
    plan, first = run.plan, aim.path[0]
    inside: set[int] = set()
    arrived: dict[int, set[int]] = {}
    stack = [first.index]
    while stack:
        at = stack.pop()
        if at in inside:
            continue
        inside.add(at)
        node = plan.nodes[at]
        stack.extend(node.boundaries)
        if node.link is not None:
            stack.append(node.link)
        for flow in node.outgoing:
            target = plan.nodes[plan.flows[flow].target]
            seen = arrived.setdefault(target.index, set())
            seen.add(flow)
            if not _is_join(target) or len(seen) == len(target.incoming):
                stack.append(target.index)
    joins = tuple(sorted(at for at in arrived if at not in inside))
    return Region(aim.sid, first, frozenset(inside), joins)


def _is_join(node: Node) -> bool:
    return node.kind in (Kind.PARALLEL, Kind.INCLUSIVE) and len(node.incoming) > 1


def _standing(run: Run, region: Region) -> list[str]:
    """List the tokens that stand inside the region, oldest first."""
    found = run.draft.scope(region.sid)["tokens"]
    return ordered(tid for tid, token in found.items() if token["n"] in region.inside)


def _join_lost(run: Run, region: Region, leaving: set[str]) -> str:
    """Say which parallel join could never complete again after the move."""
    scope = run.draft.scope(region.sid)
    for at in region.joins:
        join = run.plan.nodes[at]
        if join.kind is not Kind.PARALLEL:
            continue
        pool = scope.get("joins", {}).get(str(at), {})
        for flow in join.incoming:
            source = run.plan.flows[flow].source
            if source in region.inside or str(flow) in pool:
                continue
            reaching = behind(run.plan, source, at)
            stay = [tok["n"] for tid, tok in scope["tokens"].items() if tid not in leaving]
            if not any(reaching >> n & 1 for n in stay):
                return f"移动之后并行汇合“{join.id}”将永远等不齐，请移动到分支之前。"
    return ""


def _withdraw(run: Run, sid: str, idents: Sequence[str]) -> None:
    """End tokens (or runs of event sub-processes) as withdrawn, with all below them."""
    for ident in idents:
        if ident in run.draft.doc["scopes"]:
            tokens.drop_scope(run, ident, "withdrawn")
            scopes.detach_run(run, sid, ident)
            continue
        tokens.clear(run, sid, ident, "withdrawn")
        tokens.left(run, sid, ident, "withdrawn")
        tokens.remove(run, sid, ident)


def _reset(run: Run, region: Region) -> None:
    """Empty the join counters that belong to the region, whole or by their own flows."""
    if "joins" not in run.draft.scope(region.sid):
        return
    pools = run.draft.part(region.sid, "joins")
    for at in list(pools):
        left = {
            flow: count
            for flow, count in pools[at].items()
            if flow == "*" or run.plan.flows[int(flow)].source not in region.inside
        }
        if int(at) in region.inside or not left:
            del pools[at]
        else:
            pools[at] = left
    if not pools:
        del run.draft.edit_scope(region.sid)["joins"]


def _put(run: Run, aim: Aim, back: int | None) -> None:
    """Place the token, opening the sub-processes around the target from outside in."""
    sid = aim.sid
    for outer in aim.path[:-1]:
        tid = tokens.place(run, sid, outer.index)
        run.queue.remove((sid, tid))
        del run.draft.edit_token(sid, tid)["q"]
        run.emit(NodeEntered(outer.id, sid, tid))
        for boundary in outer.boundaries:
            spot = waits.Spot(sid, tid, run.plan.nodes[boundary], "b")
            waits.open_all(run, spot, data.names(run, sid, tid))
        body = scopes.create(run, outer.body or 0, sid, tid)
        token = run.draft.edit_token(sid, tid)
        token["scope"] = body
        if outer.loop is not None:
            token["lap"] = 1
        scopes.begin(run, body, (aim.path[-1].index,) if outer is aim.path[-2] else ())
        sid = body
    if len(aim.path) > 1:
        return
    tid = tokens.place(run, sid, aim.path[-1].index)
    if back is not None:
        run.draft.edit_token(sid, tid)["back"] = back
