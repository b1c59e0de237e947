"""Placing, moving and removing tokens, with everything that hangs below them."""

from collections.abc import Mapping

from engine.base.values import Value
from engine.kernel import waits
from engine.kernel.effects import NodeLeft
from engine.kernel.run import Run
from engine.kernel.state import Record, ordered

# What a token carries only while it stands on its node.
STANDING = frozenset(
    ("waits", "scope", "mi", "lap", "vars", "got", "pm", "yield", "again", "held")
)


def place(
    run: Run,
    sid: str,
    node: int,
    via: int | None = None,
    payload: Mapping[str, Value] | None = None,
) -> str:
    """Put a new token before NODE and queue it; PAYLOAD is what triggered an event."""
    tid = run.draft.new("t")
    token: Record = {"n": node, "q": "in"}
    if via is not None:
        token["via"] = via
    if payload is not None:
        token["vars"] = dict(payload)
    run.draft.part(sid, "tokens")[tid] = token
    run.queue.append((sid, tid))
    return tid


def advance_to(run: Run, sid: str, tid: str, flow: int) -> None:
    """Move the token along FLOW and queue it before the target."""
    token = run.draft.edit_token(sid, tid)
    for name in STANDING.intersection(token):
        del token[name]
    token.update(n=run.plan.flows[flow].target, via=flow, q="in")
    run.queue.append((sid, tid))


def requeue(run: Run, sid: str, tid: str, how: str) -> None:
    """Queue the token where it stands: "in" to enter, "lap" for the next turn of a loop."""
    run.draft.edit_token(sid, tid)["q"] = how
    run.queue.append((sid, tid))


def left(
    run: Run, sid: str, tid: str, how: str = "completed", flows: tuple[int, ...] = ()
) -> None:
    """Tell that the token left its node."""
    ids = tuple(run.plan.flows[flow].id for flow in flows)
    node = run.node_of(sid, tid)
    if how == "completed":
        run.emit(NodeLeft(node.id, sid, tid, "completed", ids))
    elif how == "failed":
        run.emit(NodeLeft(node.id, sid, tid, "failed", ids))
    elif how == "withdrawn":
        run.emit(NodeLeft(node.id, sid, tid, "withdrawn", ids))
    else:
        run.emit(NodeLeft(node.id, sid, tid, "terminated", ids))


def depart(run: Run, sid: str, tid: str, flows: tuple[int, ...]) -> None:
    """Leave the node over FLOWS, with completionQuantity tokens on each."""
    node = run.node_of(sid, tid)
    left(run, sid, tid, "completed", flows)
    run.touched[sid] = None
    if not flows:
        remove(run, sid, tid)
        settle(run, sid)
        return
    advance_to(run, sid, tid, flows[0])
    for position, flow in enumerate(flows):
        for _ in range(node.completion_quantity - (position == 0)):
            place(run, sid, run.plan.flows[flow].target, flow)


def remove(run: Run, sid: str, tid: str) -> None:
    """Take the token out; what hangs below it was closed before."""
    del run.draft.part(sid, "tokens")[tid]
    run.touched[sid] = None


def settle(run: Run, sid: str) -> None:
    """Ask whether a scope without tokens is complete (kernel.md 2.3, scopes.done)."""
    scope = run.draft.doc["scopes"].get(sid)
    if scope is not None and not scope["tokens"]:
        run.later("scope_done", sid)


def bodies(token: Mapping[str, Value]) -> list[str]:
    """Give the scopes directly below a token, oldest first."""
    found = [token["scope"]] if "scope" in token else []
    if "mi" in token:
        found.extend(ordered(token["mi"].get("scopes", {}).values()))
    return found


def clear(run: Run, sid: str, tid: str, how: str = "cancelled") -> None:
    """Close everything below the token: bodies first, then its waits in reverse."""
    for body in reversed(bodies(run.draft.token(sid, tid))):
        drop_scope(run, body, how)
    _close_own(run, sid, tid, how)


def _close_own(run: Run, sid: str, tid: str, how: str) -> None:
    token = run.draft.edit_token(sid, tid)
    for wid in reversed(token.pop("waits", ())):
        waits.close(run, wid, how)
    if "held" in token:
        run.clear_incident(token["held"], "cancelled")
    for name in STANDING.intersection(token):
        del token[name]


def kill(run: Run, sid: str, tid: str, how: str = "terminated") -> None:
    """End a token that stands on its node, and all below it."""
    clear(run, sid, tid)
    left(run, sid, tid, how)
    remove(run, sid, tid)


def drop_scope(run: Run, root: str, how: str = "cancelled") -> None:
    """Remove a scope and all below it, innermost first, with an explicit stack."""
    found, stack = [], [root]
    while stack:
        sid = stack.pop()
        found.append(sid)
        scope = run.draft.scope(sid)
        stack.extend(scope.get("runs", ()))
        for tid in ordered(scope["tokens"]):
            stack.extend(bodies(scope["tokens"][tid]))
    for sid in reversed(found):
        empty(run, sid, how)
        forget(run, sid)


def empty(run: Run, sid: str, how: str = "cancelled") -> None:
    """End the tokens, joins and subscriptions of one scope; its bodies are gone already."""
    scope = run.draft.scope(sid)
    for tid in ordered(scope["tokens"]):
        entered = "q" not in scope["tokens"][tid]
        _close_own(run, sid, tid, how)
        if entered:
            left(run, sid, tid, "terminated")
        remove(run, sid, tid)
    close_subscriptions(run, sid)
    run.draft.edit_scope(sid).pop("joins", None)


def close_subscriptions(run: Run, sid: str) -> None:
    """Close what the event sub-processes of the scope wait for, in reverse."""
    scope = run.draft.edit_scope(sid)
    for wid in reversed(scope.pop("waits", ())):
        waits.close(run, wid)
    if "cycle" in scope:
        run.clear_incident(scope.pop("cycle"), "cancelled")


def forget(run: Run, sid: str) -> None:
    """Take the record of a closed scope out of the document."""
    scope = run.draft.section("scopes").pop(sid)
    run.draft.doc["bytes"] -= scope["bytes"]
    run.touched.pop(sid, None)


def interrupt(run: Run, sid: str) -> None:
    """End all live work of a scope but keep the scope: terminate, interrupting handlers."""
    scope = run.draft.scope(sid)
    for body in reversed(scope.get("runs", ())):
        drop_scope(run, body)
    run.draft.edit_scope(sid).pop("runs", None)
    for tid in ordered(run.draft.scope(sid)["tokens"]):
        for body in reversed(bodies(run.draft.token(sid, tid))):
            drop_scope(run, body)
    empty(run, sid)
