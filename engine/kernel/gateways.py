"""Arrivals that are pooled, joins, and the choice of outgoing flows (kernel.md 2.2, 2.4)."""

from engine.kernel import data, tokens
from engine.kernel.plan import Kind, Node
from engine.kernel.problems import Held
from engine.kernel.run import Run
from engine.kernel.state import Record, ordered

ACTIVITIES = frozenset(
    {
        Kind.TASK,
        Kind.USER,
        Kind.MANUAL,
        Kind.SERVICE,
        Kind.SCRIPT,
        Kind.RULE,
        Kind.SEND,
        Kind.RECEIVE,
        Kind.SUBPROCESS,
        Kind.CALL,
    }
)


def arrive(run: Run, sid: str, tid: str) -> bool:
    """Tell whether the arriving token goes on; pooled tokens are counted in the scope."""
    token = run.draft.token(sid, tid)
    node = run.plan.nodes[token["n"]]
    if "via" not in token:
        return True
    if node.start_quantity > 1:
        return _pooled(run, sid, tid, node)
    if len(node.incoming) < 2 or node.kind not in (Kind.PARALLEL, Kind.INCLUSIVE):
        return True
    _count(run, sid, node, str(token["via"]), 1)
    if node.kind is Kind.PARALLEL and len(joined(run, sid, node)) == len(node.incoming):
        _take(run, sid, node, list(joined(run, sid, node)))
        return True
    tokens.remove(run, sid, tid)
    return False


def _pooled(run: Run, sid: str, tid: str, node: Node) -> bool:
    """Start one activation for each startQuantity arrivals, whatever the flow."""
    count = joined(run, sid, node).get("*", 0) + 1
    if count < node.start_quantity:
        _count(run, sid, node, "*", 1)
        tokens.remove(run, sid, tid)
        return False
    if count > 1:
        _count(run, sid, node, "*", 1 - count)
    return True


def joined(run: Run, sid: str, node: Node) -> Record:
    """Give what waits at a join: flow -> tokens."""
    pools: Record = run.draft.scope(sid).get("joins", {})
    pool: Record = pools.get(str(node.index), {})
    return pool


def _count(run: Run, sid: str, node: Node, flow: str, change: int) -> None:
    """Change one counter; empty pools leave the document."""
    pool = dict(joined(run, sid, node))
    pool[flow] = pool.get(flow, 0) + change
    if not pool[flow]:
        del pool[flow]
    pools = run.draft.part(sid, "joins")
    pools[str(node.index)] = pool
    if not pool:
        del pools[str(node.index)]
    if not pools:
        del run.draft.edit_scope(sid)["joins"]


def _take(run: Run, sid: str, node: Node, flows: list[str]) -> None:
    for flow in flows:
        _count(run, sid, node, flow, -1)


def join_scopes(run: Run) -> bool:
    """Evaluate inclusive joins of the scopes that changed; true when one fired.

    In scope order, then node order; a scope is done when none of its joins fires.
    """
    for sid in ordered(run.touched):
        waiting = _waiting_joins(run, sid)
        blockers = {}
        for node in waiting:
            held = _blockers(run, sid, node)
            if not held:
                _fire(run, sid, node)
                return True
            blockers[node.index] = held
        del run.touched[sid]
        _cycles(run, sid, blockers)
    return False


def _waiting_joins(run: Run, sid: str) -> list[Node]:
    pools = run.draft.scope(sid).get("joins", {})
    nodes = [run.plan.nodes[int(at)] for at in sorted(pools, key=int)]
    return [node for node in nodes if node.kind is Kind.INCLUSIVE and node.start_quantity == 1]


def _blockers(run: Run, sid: str, join: Node) -> dict[int, int]:
    """Give the nodes whose tokens keep the join waiting: they reach E and not H."""
    pool = joined(run, sid, join)
    held, empty = 0, 0
    for flow, mask in zip(join.incoming, join.reach, strict=True):
        if str(flow) in pool:
            held |= mask
        else:
            empty |= mask
    blocking = empty & ~held & ~(1 << join.index)
    if not blocking:
        return {}
    found: dict[int, int] = {}
    scope = run.draft.scope(sid)
    for token in scope["tokens"].values():
        run.inspected += 1
        if blocking >> token["n"] & 1:
            found[token["n"]] = 1
    for at in scope["joins"]:
        if blocking >> int(at) & 1:
            found.setdefault(int(at), 0)
    return found


def _fire(run: Run, sid: str, join: Node) -> None:
    """Consume one token of each flow that has one and let a single token go on."""
    flows = sorted(joined(run, sid, join), key=int)
    _take(run, sid, join, flows)
    scope = run.draft.scope(sid)
    if "cycle" in scope:
        run.clear_incident(run.draft.edit_scope(sid).pop("cycle"), "resolved")
    tokens.place(run, sid, join.index)


def _cycles(run: Run, sid: str, blockers: dict[int, dict[int, int]]) -> None:
    """Tell of joins that wait for each other only: nothing will ever move them."""
    stuck = {at: held for at, held in blockers.items() if not any(held.values())}
    while True:
        free = [at for at, held in stuck.items() if any(n not in stuck for n in held)]
        if not free:
            break
        for at in free:
            del stuck[at]
    if not stuck or "cycle" in run.draft.scope(sid):
        return
    nodes = sorted(stuck)
    names = "、".join(f"“{run.plan.nodes[at].id}”" for at in nodes)
    fact = {"code": "join_cycle", "n": nodes[0], "s": sid, "ph": "joins"}
    iid = run.raise_incident(fact, f"包容网关 {names} 互相等待，流程无法继续。")
    run.draft.edit_scope(sid)["cycle"] = iid


def force(run: Run, sid: str, node: int) -> None:
    """Let a join go on with what it has: a person's decision on a join_cycle incident."""
    join = run.plan.nodes[node]
    flows = sorted(joined(run, sid, join), key=int)
    _take(run, sid, join, flows)
    tokens.place(run, sid, node)


def choose(run: Run, sid: str, tid: str) -> tuple[int, ...]:
    """Choose the flows to leave by; none to choose from = implicit end."""
    node = run.node_of(sid, tid)
    if node.kind is Kind.PARALLEL or not node.outgoing:
        return node.outgoing
    first = run.plan.flows[node.outgoing[0]]
    if len(node.outgoing) == 1 and first.condition is None:
        return node.outgoing  # most nodes: nothing to evaluate
    taken = _taken(run, node, data.names(run, sid, tid))
    if not taken and node.default is not None:
        taken = [node.default]
    if not taken:
        raise Held("no_flow", f"“{node.id}”之后没有一条连线的条件成立，也没有默认连线。")
    return tuple(taken)


def _taken(run: Run, node: Node, scope: data.Names) -> list[int]:
    """Give the flows whose condition holds, the default flow left out."""
    taken: list[int] = []
    for flow in node.outgoing:
        condition = run.plan.flows[flow].condition
        if flow == node.default:
            continue
        if condition is None or data.holds(run, condition, scope):
            taken.append(flow)
            if node.kind is Kind.EXCLUSIVE:
                break
    return taken


def leave(run: Run, sid: str, tid: str, _arg: object = None) -> None:
    """Leave the node the token stands on by the flows chosen.

    A token sent back with 直送退回人 goes straight to the node it came from instead.
    """
    if "back" in run.draft.token(sid, tid):
        tokens.left(run, sid, tid)
        token = run.draft.edit_token(sid, tid)
        token["n"] = token.pop("back")
        token.pop("via", None)
        tokens.requeue(run, sid, tid, "in")
        return
    tokens.depart(run, sid, tid, choose(run, sid, tid))
