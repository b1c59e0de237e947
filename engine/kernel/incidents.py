"""Holding a token a person must decide about, and carrying out the decision."""

from engine.base.events import ResolveIncident
from engine.kernel import catches, data, gateways, multi, scopes, tokens, work
from engine.kernel.plan import Kind, Trigger
from engine.kernel.problems import Held
from engine.kernel.run import Run
from engine.kernel.state import Record
from engine.kernel.throws import Thrown


def hold(run: Run, sid: str, tid: str, problem: Held, phase: str) -> None:
    """Stop the token at its node; what was half opened below it is closed again.

    PHASE says what a retry repeats: enter (the activity or event), leave (only the choice
    of flows), arm (opening what the scope's event sub-processes wait for).
    """
    if not tid:
        _hold_scope(run, sid, problem)
        return
    if phase == "arm":
        tokens.close_subscriptions(run, sid)
    else:
        tokens.clear(run, sid, tid)
    fact = {"code": problem.code, "n": run.node_of(sid, tid).index, "s": sid, "t": tid}
    iid = run.raise_incident({**fact, "ph": phase}, problem.text)
    token = run.draft.edit_token(sid, tid)
    if phase != "arm":  # there the token has not entered its node yet
        token.pop("q", None)
    token["held"] = iid
    run.touched[sid] = None


def _hold_scope(run: Run, sid: str, problem: Held) -> None:
    """Tell that a scope entered without start token could not be armed."""
    tokens.close_subscriptions(run, sid)
    plan = run.plan.scopes[run.draft.scope(sid)["at"]]
    node = (*plan.event_subs, plan.node or 0)[0]
    fact = {"code": problem.code, "n": node, "s": sid, "ph": "scope"}
    run.draft.edit_scope(sid)["cycle"] = run.raise_incident(fact, problem.text)


def service_failed(run: Run, wid: str, text: str, item: int | None) -> None:
    """Tell that a service gave up; its wait and the boundaries stay armed."""
    record = run.draft.doc["waits"][wid]
    fact = {"code": "service_failed", "n": record["n"], "s": record["s"], "t": record["t"]}
    fact |= {"ph": "service", "w": wid}
    if item is not None:
        fact["i"] = item
    iid = run.raise_incident(fact, text)
    stored = run.draft.edit_wait(wid)
    if item is None:
        stored["inc"] = iid
    else:
        stored["incs"] = {**stored.get("incs", {}), str(item): iid}


def resolve(run: Run, event: ResolveIncident) -> str:
    """Carry out a person's decision; give the reason when it cannot be."""
    record = run.draft.doc["incidents"][event.incident]
    reason = _refusal(run, event, record)
    if reason:
        return reason
    if event.vars:
        data.write(run, record["s"], run.plan.nodes[record["n"]].id, dict(event.vars))
    if event.how == "retry":
        _retry(run, event.incident, record)
    elif event.how == "skip":
        _skip(run, event.incident, record)
    elif event.how == "error":
        _release(run, event.incident, record, "error")
        run.later("throw", record["s"], record["t"], Thrown(Trigger.ERROR, event.code or ""))
    else:
        target = run.plan.by_id[event.node or ""]
        _release(run, event.incident, record, "moved")
        tokens.left(run, record["s"], record["t"], "withdrawn")
        tokens.remove(run, record["s"], record["t"])
        tokens.place(run, record["s"], target)
    return ""


def _refusal(run: Run, event: ResolveIncident, record: Record) -> str:
    if event.how == "error" and (not event.code or "t" not in record):
        return "按错误处理需要给出错误代码，且该节点须持有令牌。"
    if event.how == "skip" and not _skippable(run, record):
        return "此处不能跳过，请更正后重试，或移动到其他节点。"
    if event.how == "move":
        return _unmovable(run, event, record)
    return ""


def _skippable(run: Run, record: Record) -> bool:
    """Tell whether going on without the work means something here."""
    if record["ph"] == "leave":
        return run.plan.nodes[record["n"]].default is not None
    return record["ph"] in ("enter", "service", "joins")


def _unmovable(run: Run, event: ResolveIncident, record: Record) -> str:
    at = run.plan.by_id.get(event.node or "")
    if at is None or "t" not in record:
        return f"流程中没有节点“{event.node}”，或此处没有可移动的令牌。"
    target = run.plan.nodes[at]
    if target.scope != run.draft.scope(record["s"])["at"]:
        return "只能移动到同一层流程或子流程中的节点。"
    if target.kind in (Kind.START, Kind.BOUNDARY, Kind.EVENT_SUBPROCESS):
        return "不能移动到开始事件、边界事件或事件子流程。"
    return ""


def _release(run: Run, iid: str, record: Record, how: str) -> None:
    """Clear the incident and whatever refers to it; a held token stands free."""
    if "w" in record:
        _unmark(run, iid, record)
    elif record["ph"] in ("joins", "scope"):
        run.draft.edit_scope(record["s"]).pop("cycle", None)
    elif "t" in record:
        run.draft.edit_token(record["s"], record["t"]).pop("held", None)
    run.clear_incident(iid, how)
    if "t" in record and how in ("moved", "error") and record["ph"] == "service":
        tokens.clear(run, record["s"], record["t"])


def _unmark(run: Run, iid: str, record: Record) -> None:
    stored = run.draft.edit_wait(record["w"])
    if "i" in record:
        left = {item: other for item, other in stored["incs"].items() if other != iid}
        stored["incs"] = left
        if not left:
            del stored["incs"]
    else:
        stored.pop("inc", None)


def _retry(run: Run, iid: str, record: Record) -> None:
    sid, phase = record["s"], record["ph"]
    _release(run, iid, record, "resolved")
    if phase == "leave":
        run.later("leave", sid, record["t"])
    elif phase == "service":
        run.later("request", sid, record["t"], record)
    elif phase == "condition":
        catches.look(run, [record["w"]])
    elif phase in ("enter", "arm"):
        _enter_again(run, sid, record["t"], phase)
    elif phase == "start":
        tokens.remove(run, sid, record["t"])
        scopes.begin(run, sid, (record["n"],) if record.get("named") else None)
    elif phase == "joins":
        run.touched[sid] = None
    elif phase == "scope":
        run.later("arm", sid)


def request_again(run: Run, _sid: str, _tid: str, record: Record) -> None:
    """Request a service again after it gave up; same wait, same idempotency key."""
    if "i" in record:
        multi.repeat(run, record["w"], record["i"])
        return
    locals_ = run.draft.token(record["s"], record["t"]).get("vars", {})
    work.request(run, record["w"], work.Item(None, locals_))


def _enter_again(run: Run, sid: str, tid: str, phase: str) -> None:
    if phase == "arm":
        run.later("arm", sid, tid)
    else:
        run.draft.edit_token(sid, tid)["again"] = 1
    tokens.requeue(run, sid, tid, "in")


def _skip(run: Run, iid: str, record: Record) -> None:
    sid = record["s"]
    _release(run, iid, record, "skipped")
    if record["ph"] == "joins":
        gateways.force(run, sid, record["n"])
    elif "i" in record:
        run.later("item_done", sid, record["t"], (record["i"], None))
    else:
        tokens.clear(run, sid, record["t"])
        run.later("leave", sid, record["t"])


