"""Entering events: start, end, throw, catch, link and boundary (kernel.md 2.8)."""

from engine.kernel import data, scopes, throws, tokens, waits
from engine.kernel.plan import Kind, Trigger
from engine.kernel.results import Done
from engine.kernel.run import Run

THROWING = (Kind.THROW, Kind.END)
CODES = (Trigger.ERROR, Trigger.ESCALATION)


def enter(run: Run, sid: str, tid: str) -> None:
    """Let the event happen, or wait for it."""
    node = run.node_of(sid, tid)
    if node.link is not None:
        _jump(run, sid, tid, node.link)
    elif node.kind in THROWING:
        _throw(run, sid, tid)
    elif node.kind is Kind.CATCH and not _is_link(run, node.index):
        waits.open_all(run, waits.Spot(sid, tid, node, "c"), data.names(run, sid, tid))
    else:
        _pass(run, sid, tid)


def _is_link(run: Run, node: int) -> bool:
    defs = run.plan.nodes[node].defs
    return bool(defs) and defs[0].trigger is Trigger.LINK


def _jump(run: Run, sid: str, tid: str, target: int) -> None:
    """Follow a link: the throw and its catch both appear in history."""
    tokens.left(run, sid, tid)
    run.draft.edit_token(sid, tid).update(n=target)
    tokens.requeue(run, sid, tid, "in")


def _pass(run: Run, sid: str, tid: str) -> None:
    """Map the payload of what triggered a start or boundary event, then go on."""
    payload = run.draft.token(sid, tid).get("vars", {})
    run.later("done", sid, tid, Done(payload, dict(payload)))


def yields(run: Run, sid: str, tid: str) -> bool:
    """Tell whether a signal throw must wait until nothing else can move."""
    node = run.node_of(sid, tid)
    if not node.defs:
        return False
    signals = any(definition.trigger is Trigger.SIGNAL for definition in node.defs)
    return node.kind in THROWING and signals


def _throw(run: Run, sid: str, tid: str) -> None:
    """Throw all definitions in document order, terminate last; stop when interrupted."""
    node = run.node_of(sid, tid)
    for definition in node.defs:
        throws.throw(run, sid, tid, definition)
        if not run.draft.has_token(sid, tid):
            return
    if any(definition.trigger is Trigger.TERMINATE for definition in node.defs):
        _terminate(run, sid, tid)
    else:
        run.later("leave", sid, tid)


def _terminate(run: Run, sid: str, tid: str) -> None:
    """End everything in the innermost scope at once; it then counts as completed."""
    tokens.left(run, sid, tid)
    tokens.remove(run, sid, tid)
    tokens.interrupt(run, sid)
    if run.draft.scope(sid)["up"] is None:
        scopes.end_instance(run, sid, "terminated")
    else:
        tokens.settle(run, sid)
