"""Throwing: errors and escalations find their catcher, signals reach all (kernel.md 2.9)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from engine.base.values import Value
from engine.kernel import catches, data, scopes, tokens, waits
from engine.kernel.effects import EscalationThrown, MessageThrown, SignalThrown
from engine.kernel.plan import EventDef, Kind, Node, Trigger
from engine.kernel.problems import Held
from engine.kernel.run import Run


@dataclass(frozen=True, slots=True)
class Thrown:
    """An error or escalation on its way: code, text, data for the catcher's mapping."""

    trigger: Trigger
    code: str
    message: str | None = None
    data: Mapping[str, Value] = field(default_factory=dict)

    @property
    def payload(self) -> dict[str, Value]:
        """Give what the catcher's output mapping sees."""
        return {**self.data, "errorCode": self.code, "errorMessage": self.message}


@dataclass(frozen=True, slots=True)
class Catcher:
    """Who catches: a boundary of the token HOST in SCOPE, or an event sub-process there."""

    scope: str
    node: Node
    host: str = ""


def error(run: Run, sid: str, tid: str, thrown: Thrown) -> None:
    """Throw a BPMN error at the token; uncaught it holds the token, never a silent end."""
    catcher = _search(run, sid, tid, thrown)
    if catcher is None:
        if run.draft.doc["depth"] > 0:
            _end_with_error(run, sid, thrown)
            return
        raise Held("uncaught_error", f"错误“{thrown.code}”没有节点处理。{thrown.message or ''}")
    if run.node_of(sid, tid).kind is Kind.END:
        tokens.left(run, sid, tid)
        tokens.remove(run, sid, tid)
    _deliver(run, catcher, thrown)


def _end_with_error(run: Run, sid: str, thrown: Thrown) -> None:
    """Offer an uncaught error to the parent of a called process."""
    root = sid
    while (up := run.draft.scope(root)["up"]) is not None:
        root = up
    tokens.interrupt(run, root)
    scopes.end_instance(run, root, "error", thrown.code)


def escalation(run: Run, sid: str, tid: str, thrown: Thrown) -> None:
    """Throw an escalation; the thrower goes on unless its catcher interrupts it."""
    catcher = _search(run, sid, tid, thrown)
    if catcher is None:
        node = run.node_of(sid, tid).id
        run.emit(EscalationThrown(node, thrown.code, dict(thrown.data)))
    else:
        _deliver(run, catcher, thrown)


def _deliver(run: Run, catcher: Catcher, thrown: Thrown) -> None:
    if catcher.host:
        how = "failed" if thrown.trigger is Trigger.ERROR else ""
        catches.boundary(run, catcher.scope, catcher.host, catcher.node, thrown.payload, how)
    else:
        catches.handler(run, catcher.scope, catcher.node, thrown.payload)


def _search(run: Run, sid: str, tid: str, thrown: Thrown) -> Catcher | None:
    """Look at the activity itself, then outward: handlers of a scope, its boundaries."""
    found = _on_boundary(run, sid, tid, thrown)
    own = False  # a handler's own error passes the handlers of its scope by
    at: str | None = sid
    while found is None and at is not None:
        scope = run.draft.scope(at)
        if not own:
            found = _in_handlers(run, at, thrown)
        own = "esp" in scope
        if found is None and "token" in scope:
            found = _on_boundary(run, scope["up"], scope["token"], thrown)
        at = scope["up"]
    return found


def _on_boundary(run: Run, sid: str, tid: str, thrown: Thrown) -> Catcher | None:
    nodes = [run.plan.nodes[at] for at in run.node_of(sid, tid).boundaries]
    best = _best([(node, node) for node in nodes], thrown)
    return None if best is None else Catcher(sid, best, tid)


def _in_handlers(run: Run, sid: str, thrown: Thrown) -> Catcher | None:
    plan = run.plan.scopes[run.draft.scope(sid)["at"]]
    pairs = [
        (run.plan.nodes[esp], run.plan.nodes[scopes.start_of(run, esp)])
        for esp in plan.event_subs
    ]
    best = _best(pairs, thrown)
    return None if best is None else Catcher(sid, best)


def _best(pairs: Sequence[tuple[Node, Node]], thrown: Thrown) -> Node | None:
    """Prefer the exact code before a catch-all; in document order."""
    for wanted in (thrown.code, None):
        for node, catching in pairs:
            for definition in catching.defs:
                if definition.trigger is thrown.trigger and definition.code == wanted:
                    return node
    return None


def signal(run: Run, name: str, payload: Mapping[str, Value]) -> None:
    """Deliver a signal to every catcher of this instance that is live now."""
    for wid in run.draft.indexed(f"sig/{name}"):
        record = run.draft.doc["waits"].get(wid)
        if record is not None:
            _caught(run, wid)
            catches.fire(run, record, payload)


def message(run: Run, wid: str, payload: Mapping[str, Value]) -> None:
    """Deliver a message to the subscription it was matched to."""
    record = run.draft.doc["waits"][wid]
    _caught(run, wid)
    catches.fire(run, record, payload)


def _caught(run: Run, wid: str) -> None:
    """Close the subscription unless it repeats."""
    record = run.draft.doc["waits"][wid]
    node = run.plan.nodes[record["n"]]
    spot = waits.Spot(record["s"], record.get("t", ""), node, record["r"])
    if not spot.repeats:
        waits.detach(run, wid)
        waits.close(run, wid)


def throw(
    run: Run,
    sid: str,
    tid: str,
    definition: EventDef,
    extra: Mapping[str, Value] | None = None,
) -> None:
    """Throw one definition of a throw or end event, or the message of a send task."""
    node = run.node_of(sid, tid)
    scope = data.names(run, sid, tid, extra)
    payload = data.assign(run, definition.payload, scope, node.id)
    if definition.trigger is Trigger.MESSAGE:
        name = waits.name_of(definition, scope, run)
        keys = waits.keys_of(run, definition, scope)
        target, life = definition.target, definition.time_to_live
        run.emit(MessageThrown(node.id, name, keys, payload, target, life))
    elif definition.trigger is Trigger.SIGNAL:
        name = waits.name_of(definition, scope, run)
        run.emit(SignalThrown(node.id, name, payload))
        signal(run, name, payload)
    elif definition.trigger in (Trigger.ERROR, Trigger.ESCALATION):
        _throw_code(run, sid, tid, definition, payload)


def _throw_code(
    run: Run, sid: str, tid: str, definition: EventDef, payload: dict[str, Value]
) -> None:
    scope = data.names(run, sid, tid)
    code = definition.code
    if definition.code_expr is not None:
        code = definition.code_expr(scope, run.moment)
    if not isinstance(code, str) or not code:
        raise Held("expression", "抛出的错误或升级没有代码。")
    text = definition.message(scope, run.moment) if definition.message is not None else None
    thrown = Thrown(definition.trigger, code, None if text is None else str(text), payload)
    if definition.trigger is Trigger.ERROR:
        error(run, sid, tid, thrown)
    else:
        escalation(run, sid, tid, thrown)
