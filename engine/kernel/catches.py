"""Something awaited happens: catch events, boundaries, handlers, event gateways."""

from collections.abc import Mapping, Sequence

from engine.base.errors import ExpressionFailed
from engine.base.values import Value
from engine.kernel import data, scopes, tokens, waits
from engine.kernel.effects import NodeEntered
from engine.kernel.plan import Kind, Node
from engine.kernel.problems import Held
from engine.kernel.results import Done
from engine.kernel.run import Run
from engine.kernel.state import Record, number


def fire(run: Run, record: Record, payload: Mapping[str, Value]) -> None:
    """Let the wait of RECORD have happened; the record may be closed already."""
    node = run.plan.nodes[record["n"]]
    if len(node.defs) > 1 and node.parallel_multiple and not _complete(run, record, node):
        return
    if record["r"] == "b":
        boundary(run, record["s"], record["t"], node, payload)
    elif record["r"] == "e":
        handler(run, record["s"], handler_of(run, node), payload)
    elif record["r"] == "g":
        _through_gateway(run, record, node, payload)
    elif "i" in record:
        done = Done(payload, dict(payload))
        run.later("item_done", record["s"], record["t"], (record["i"], done))
    else:
        if node.kind is Kind.CATCH:
            tokens.clear(run, record["s"], record["t"], "withdrawn")
        done = Done(payload, dict(payload))
        run.later("done", record["s"], record["t"], done)


def _complete(run: Run, record: Record, node: Node) -> bool:
    """Note an occurrence of a parallel multiple event; true when each has occurred once."""
    if "t" in record:
        owner = run.draft.edit_token(record["s"], record["t"])
    else:
        owner = run.draft.edit_scope(record["s"])
    key = str(node.index)
    noted = dict(owner.get("pm", ()))
    got = sorted({*noted.get(key, ()), record.get("d", 0)})
    complete = len(got) == len(node.defs)
    if complete:
        noted.pop(key, None)
    else:
        noted[key] = got
    owner["pm"] = noted
    if not noted:
        del owner["pm"]
    return complete


def boundary(
    run: Run, sid: str, host: str, node: Node, payload: Mapping[str, Value], how: str = ""
) -> None:
    """Start the boundary's token; an interrupting one ends the activity first."""
    if node.interrupting:
        tokens.kill(run, sid, host, how or "terminated")
    tokens.place(run, sid, node.index, payload=payload)


def handler(run: Run, sid: str, esp: Node, payload: Mapping[str, Value]) -> None:
    """Run an event sub-process; an interrupting one ends all else in its scope."""
    if run.plan.nodes[scopes.start_of(run, esp.index)].interrupting:
        tokens.interrupt(run, sid)
    scopes.begin_handler(run, sid, esp, payload)


def handler_of(run: Run, start: Node) -> Node:
    """Give the event sub-process a start event belongs to."""
    owner = run.plan.scopes[start.scope].node
    return run.plan.nodes[owner or 0]


def _through_gateway(
    run: Run, record: Record, node: Node, payload: Mapping[str, Value]
) -> None:
    """The first event wins: the others are withdrawn, the token passes its target."""
    sid, tid = record["s"], record["t"]
    gateway = run.node_of(sid, tid)
    flow = next(at for at in gateway.outgoing if run.plan.flows[at].target == node.index)
    tokens.clear(run, sid, tid, "withdrawn")
    tokens.left(run, sid, tid, "completed", (flow,))
    run.touched[sid] = None
    run.draft.edit_token(sid, tid).update(n=node.index, via=flow)
    run.emit(NodeEntered(node.id, sid, tid))
    run.later("done", sid, tid, Done(payload, dict(payload)))


def fire_later(run: Run, _sid: str, _tid: str, wid: str) -> None:
    """Fire a condition that was true when it was opened, if it is still awaited."""
    record = run.draft.doc["waits"].get(wid)
    if record is not None:
        fire_condition(run, wid, record)


def fire_condition(run: Run, wid: str, record: Record) -> None:
    """Fire a conditional wait and close it unless it repeats."""
    node = run.plan.nodes[record["n"]]
    repeats = record["r"] in ("b", "e") and not node.interrupting
    if not repeats and record["r"] in ("b", "e"):
        waits.detach(run, wid)
        waits.close(run, wid)
    fire(run, record, {})


def look(run: Run, wids: Sequence[str]) -> None:
    """Evaluate conditional waits in order of their ids; edges fire (kernel.md 2.9)."""
    for wid in sorted(set(wids), key=number):
        record = run.draft.doc["waits"].get(wid)
        if record is None:
            continue
        true = _edge(run, wid, record)
        if true is not None and true != record["last"]:
            run.draft.edit_wait(wid)["last"] = true
            if true:
                fire_condition(run, wid, run.draft.doc["waits"][wid])


def _edge(run: Run, wid: str, record: Record) -> bool | None:
    """Evaluate a waiting condition; one that cannot be evaluated is told once."""
    scope = data.names(run, record["s"], record.get("t", ""))
    try:
        true = data.holds(run, waits.condition_of(run, record), scope)
    except (ExpressionFailed, Held) as problem:
        if "inc" not in record:
            fact = {"code": "expression", "n": record["n"], "s": record["s"], "w": wid}
            iid = run.raise_incident({**fact, "ph": "condition"}, str(problem))
            run.draft.edit_wait(wid)["inc"] = iid
        return None
    if "inc" in record:
        run.clear_incident(run.draft.edit_wait(wid).pop("inc"), "resolved")
    return true


def look_after_writes(run: Run) -> None:
    """Look at the conditions that read what was just written in a scope they see."""
    dirty, run.dirty = run.dirty, []
    if not run.draft.doc["idx"]:
        return
    found: list[str] = []
    for sid, names in dirty:
        for name in names:
            waiting = run.draft.indexed(f"var/{name}")
            found.extend(wid for wid in waiting if _sees(run, wid, sid))
    look(run, found)


def _sees(run: Run, wid: str, written: str) -> bool:
    """Tell whether the scope written is one the wait looks out on."""
    at: str | None = run.draft.doc["waits"][wid]["s"]
    while at is not None and at != written:
        at = run.draft.scope(at)["up"]
    return at is not None
