"""Events of an instance as a whole: start, cancel, suspend, resume, write variables."""

from dataclasses import dataclass

from engine.base import events
from engine.kernel import data, returns, scopes, tokens
from engine.kernel.problems import Held
from engine.kernel.run import Run
from engine.kernel.step import StepStatus

ROOT = "s1"
# What the instance scope of an ended case keeps when it is reopened.
KEPT = frozenset(("at", "up", "vars", "tokens", "bytes"))


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether an event was taken; STALE and REFUSED leave the state as it was."""

    status: StepStatus = "accepted"
    reason: str = ""


TAKEN = Answer()
STALE = Answer("stale")


def refused(reason: str) -> Answer:
    """Refuse with a Chinese sentence."""
    return Answer("refused", reason)


def start(run: Run, event: events.Start) -> Answer:
    """Create the instance at the named start, or at the one plain start."""
    plan = run.plan
    chosen: tuple[int, ...] | None = None
    if event.anchor is not None:
        return _start_at(run, event, event.anchor)
    if event.node is not None:
        at = plan.by_id.get(event.node)
        if at is None or at not in (*plan.scopes[0].starts, *plan.typed_starts):
            return refused(f"流程没有名为“{event.node}”的开始节点。")
        chosen = (at,)
    elif not plan.scopes[0].starts and plan.typed_starts:
        return refused("流程没有无类型的开始节点，启动时须指明开始节点。")
    root = scopes.create(run, 0)
    try:
        data.commit(run, root, plan.scopes[0].id, dict(event.vars))
    except Held as problem:
        return refused(problem.text)
    scopes.begin(run, root, chosen, event.trigger)
    return TAKEN


def _start_at(run: Run, event: events.Start, anchor: str) -> Answer:
    """Create the instance with its one token before ANCHOR; no start is passed."""
    root = scopes.create(run, 0)
    try:
        data.commit(run, root, run.plan.scopes[0].id, dict(event.vars))
    except Held as problem:
        return refused(problem.text)
    reason = returns.begin_at(run, root, anchor)
    return refused(reason) if reason else TAKEN


def reopen(run: Run, event: events.Reopen) -> Answer:
    """Let an ended instance go on before a declared node; its variables are kept."""
    if run.draft.doc["status"] in ("active", "suspended"):
        return refused("案件尚在办理，无需重启。")
    at = run.plan.by_id.get(event.node)
    if at is None:
        return refused(f"流程中没有节点“{event.node}”，不能从那里重启。")
    run.draft.doc["status"] = "active"
    scope = run.draft.edit_scope(ROOT)
    for name in scope.keys() - KEPT:
        del scope[name]
    scope["tokens"] = {}
    try:
        data.commit(run, ROOT, run.plan.scopes[0].id, dict(event.vars))
    except Held as problem:
        return refused(problem.text)
    if at in (*run.plan.scopes[0].starts, *run.plan.typed_starts):
        scopes.begin(run, ROOT, (at,), event.trigger, again=True)
        return TAKEN
    reason = returns.begin_at(run, ROOT, event.node, again=True)
    return refused(reason) if reason else TAKEN


def cancel(run: Run, event: events.Cancel) -> Answer:
    """Stop the instance, or one scope of it, without completion."""
    sid = event.scope or ROOT
    scope = run.draft.doc["scopes"].get(sid)
    if scope is None:
        return STALE
    if sid == ROOT:
        tokens.interrupt(run, sid)
        scopes.end_instance(run, sid, "terminated" if event.terminate else "cancelled")
    elif "esp" in scope:
        _cancel_handler(run, sid, scope["up"])
    elif "item" in scope:
        up, tid, item = scope["up"], scope["token"], scope["item"]
        tokens.drop_scope(run, sid)
        body = run.draft.token(up, tid)["mi"]
        left = {k: other for k, other in body["scopes"].items() if other != sid}
        run.draft.edit_token(up, tid)["mi"] = {**body, "scopes": left}
        run.later("item_done", up, tid, (item, None))
    else:
        up, tid = scope["up"], scope["token"]
        tokens.kill(run, up, tid)
        tokens.settle(run, up)
    return TAKEN


def _cancel_handler(run: Run, sid: str, up: str) -> None:
    tokens.drop_scope(run, sid)
    scopes.detach_run(run, up, sid)
    tokens.settle(run, up)


def update_variables(run: Run, event: events.UpdateVariables) -> Answer:
    """Write variables by hand; conditions that read them are looked at."""
    sid = event.scope or ROOT
    if sid not in run.draft.doc["scopes"]:
        return STALE
    reserved = sorted(name for name in event.patch if name in data.ENGINE_NAMES)
    if reserved:
        return refused(f"不能改写引擎变量：{'、'.join(reserved)}。")
    at = run.plan.scopes[run.draft.scope(sid)["at"]]
    try:
        data.commit(run, sid, at.id, dict(event.patch))
    except Held as problem:
        return refused(problem.text)
    return TAKEN


def suspend(run: Run, _event: events.Suspend) -> Answer:
    """Stop accepting work; due timers stay queued with the shell."""
    run.draft.doc["status"] = "suspended"
    return TAKEN


def resume(run: Run, _event: events.Resume) -> Answer:
    """Accept work again."""
    if run.draft.doc["status"] != "suspended":
        return refused("案件没有挂起。")
    run.draft.doc["status"] = "active"
    return TAKEN
