"""Starting and completing scopes: instance, sub-process, event sub-process, item."""

from collections.abc import Mapping

from engine.base.values import Value
from engine.kernel import data, tokens, waits
from engine.kernel.effects import InstanceEnded, NodeEntered, NodeLeft
from engine.kernel.plan import Node
from engine.kernel.results import Done
from engine.kernel.run import Run
from engine.kernel.state import Record, ordered


def create(
    run: Run, at: int, up: str | None = None, tid: str | None = None, **more: Value
) -> str:
    """Add the record of a scope with its declared data; nothing moves yet."""
    plan = run.plan.scopes[at]
    sid = run.draft.new("s")
    record: Record = {"at": at, "up": up, "vars": {}, "tokens": {}, "bytes": 0, **more}
    if tid is not None:
        record["token"] = tid
    run.draft.section("scopes")[sid] = record
    if plan.declared:
        run.draft.part(sid, "vars").update(dict.fromkeys(plan.declared))
    return sid


def seed(run: Run, sid: str, values: Mapping[str, Value]) -> None:
    """Put start values into a scope without history (loopCounter, element variable)."""
    grown = data.growth(run, sid, values)
    run.draft.edit_scope(sid)["bytes"] += grown
    run.draft.doc["bytes"] += grown
    run.draft.part(sid, "vars").update(values)


def begin(
    run: Run,
    sid: str,
    starts: tuple[int, ...] | None = None,
    payload: Mapping[str, Value] | None = None,
    again: bool = False,
) -> None:
    """Place the start tokens; before one moves, the scope is armed (operation "arm").

    AGAIN: the scope was open before and keeps its data.
    """
    plan = run.plan.scopes[run.draft.scope(sid)["at"]]
    chosen = plan.starts if starts is None else starts
    placed = [tokens.place(run, sid, node, payload=payload) for node in chosen]
    if plan.initial or plan.event_subs:
        run.later("arm", sid, placed[0] if placed else "", again)
    tokens.settle(run, sid)


def arm(run: Run, sid: str, _tid: str, again: Value) -> None:
    """Compute initial data and open what event sub-processes wait for."""
    plan = run.plan.scopes[run.draft.scope(sid)["at"]]
    if plan.initial and not again:
        patch = data.assign(run, plan.initial, data.names(run, sid), plan.id)
        data.commit(run, sid, plan.id, patch)
    for esp in plan.event_subs:
        start = run.plan.nodes[start_of(run, esp)]
        waits.open_all(run, waits.Spot(sid, "", start, "e"), data.names(run, sid))


def start_of(run: Run, esp: int) -> int:
    """Give the start event of an event sub-process node."""
    body = run.plan.nodes[esp].body
    return run.plan.scopes[body or 0].starts[0]


def begin_handler(run: Run, sid: str, esp: Node, payload: Mapping[str, Value]) -> None:
    """Start one run of an event sub-process inside the scope it belongs to."""
    body = esp.body or 0
    handler = create(run, body, sid, esp=esp.index)
    scope = run.draft.edit_scope(sid)
    scope["runs"] = [*scope.get("runs", ()), handler]
    run.emit(NodeEntered(esp.id, sid, handler))
    begin(run, handler, payload=payload)


def done(run: Run, sid: str, _tid: str, _arg: Value) -> None:
    """Complete a scope in which nothing is live any more; its parent goes on."""
    scope = run.draft.doc["scopes"].get(sid)
    if scope is None or scope["tokens"] or "joins" in scope or "runs" in scope:
        return
    tokens.close_subscriptions(run, sid)
    if scope["up"] is None:
        end_instance(run, sid, "completed")
    elif "esp" in scope:
        _end_handler(run, sid)
    else:
        _end_body(run, sid)


def end_instance(run: Run, sid: str, how: str, code: str | None = None) -> None:
    """Close the books: the document keeps status and root variables only."""
    scope = run.draft.scope(sid)
    for iid in ordered(run.draft.doc["incidents"]):
        run.clear_incident(iid, "ended")
    out = dict(scope["vars"])
    run.draft.doc["status"] = how
    if how == "completed":
        run.emit(InstanceEnded("completed", out))
    elif how == "terminated":
        run.emit(InstanceEnded("terminated", out))
    elif how == "cancelled":
        run.emit(InstanceEnded("cancelled", out))
    else:
        run.emit(InstanceEnded("error", out, code))
    run.urgent.clear()
    run.queue.clear()
    run.yielded.clear()
    run.touched.clear()
    run.dirty.clear()


def _end_handler(run: Run, sid: str) -> None:
    scope = run.draft.scope(sid)
    up: str = scope["up"]
    detach_run(run, up, sid)
    run.emit(NodeLeft(run.plan.nodes[scope["esp"]].id, up, sid))
    tokens.forget(run, sid)
    tokens.settle(run, up)


def detach_run(run: Run, up: str, sid: str) -> None:
    """Take a run of an event sub-process off the list of its scope."""
    parent = run.draft.edit_scope(up)
    left = [other for other in parent["runs"] if other != sid]
    if left:
        parent["runs"] = left
    else:
        del parent["runs"]


def _end_body(run: Run, sid: str) -> None:
    """Hand the scope's variables to the activity (or item) it was the body of."""
    scope = run.draft.scope(sid)
    up, tid = scope["up"], scope["token"]
    values = dict(scope["vars"])
    tokens.forget(run, sid)
    token = run.draft.edit_token(up, tid)
    if "item" not in scope:
        token.pop("scope", None)
        run.later("done", up, tid, Done(values, values))
        return
    item = scope["item"]
    mi = dict(token["mi"])
    mi["scopes"] = {at: body for at, body in mi["scopes"].items() if at != str(item)}
    token["mi"] = mi
    result = {name: found for name, found in values.items() if name not in data.ENGINE_NAMES}
    run.later("item_done", up, tid, (item, Done(values, result)))
