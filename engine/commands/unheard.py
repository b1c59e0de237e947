"""What an instance refused to hear from the case itself: kept as a failed job, told again."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from engine.base.events import Cancel, ChildEnded, Event, FinishService, Resume, Start, Suspend
from engine.commands import children, waiting
from engine.commands.case import Case, Live
from engine.kernel.effects import ChildRequested
from engine.rules import retries
from engine.store import cases, codec, jobs, records
from engine.store.rows import Row

JOB = "tell"  # kind of the job that tells it again
CODE = "start-refused"  # a called process did not begin
ANSWER = "answer-refused"  # the answer of a called process or of a service was not taken
# Nobody tells these again by themselves: without them the case stands still for good.
KEPT: Mapping[str, type[Event]] = {
    kind.__name__: kind for kind in (Start, ChildEnded, FinishService)
}
_STAMP = ("id", "at", "env")


def keep(case: Case, live: Live, event: Event, reason: str) -> None:
    """Open an incident with REASON and a failed job that tells EVENT again when retried.

    Other events of the queue may find nobody waiting; they are dropped as before.
    """
    if type(event).__name__ not in KEPT:
        return
    node, cause = _where(case, live, event), code(event)
    text = advice(live, event, reason)
    failed = {"error_code": cause, "error_text": text[:500]}
    job_id = jobs.insert_job(case.ctx.conn, _job(case, live, event, node) | failed)
    row = waiting.incident_row(case, live, node, cause, text[:500], "") | {"job_id": job_id}
    caller = _caller(case, live, event)
    row["node_name"] = caller.node(node).name
    case.writes.incidents.append(row)
    detail = {"incident": "", "code": cause, "text": text}
    case.note(caller, "IncidentRaised", detail, node=node)


def advice(live: Live, event: Event, reason: str) -> str:
    """Say what was refused, why, and what the one who owns the process does about it."""
    if isinstance(event, Start):
        return (
            f"被调用的流程“{live.facts.name}”没有开始：{reason.rstrip('。')}。"
            "请流程负责人改正该流程（或改用本系统内核）并部署新版本，然后重试。"
        )
    return (
        f"流程“{live.facts.name}”没有接受返回的结果：{reason.rstrip('。')}。"
        "请流程负责人查看该环节的输出设置，更正变量后重试。"
    )


def event_of(case: Case, live: Live, job: Row) -> Event | None:
    """Read the event of JOB, stamped anew; None when nobody needs it any more.

    A called process that never began is bound again: a mended version may be there.
    """
    told = codec.decode(job["payload"]["detail"])
    if not live.is_live or (told["event"] == Start.__name__) != (live.state is None):
        return None
    if told.get("call"):
        _bind(case, live, told["call"])
    return KEPT[told["event"]](**case.stamp(live), **told["fields"])


def unborn(case: Case, live: Live, event: Event) -> bool:
    """Cancel an instance that never began; tell whether that was it."""
    if live.state is not None or not isinstance(event, Cancel):
        return False
    live.row |= {"status": "cancelled", "ended_at": case.ctx.now}
    live.touched = True
    case.note(live, "InstanceEnded", {"how": "cancelled", "code": None})
    conn, actor = case.ctx.conn, case.ctx.actor.person
    jobs.delete_told(conn, live.id, JOB)
    records.clear_incidents(conn, {"instance_id": live.id}, actor, case.ctx.now)
    return True


def at_rest(live: Live, event: Event) -> bool:
    """Suspend or resume an instance that never began; tell whether that was it."""
    if live.state is not None or not isinstance(event, Suspend | Resume):
        return False
    live.row["status"] = "suspended" if isinstance(event, Suspend) else "active"
    live.touched = True
    return True


def code(event: Event) -> str:
    """Give the code of the incident."""
    return CODE if isinstance(event, Start) else ANSWER


def _caller(case: Case, live: Live, event: Event) -> Live:
    """Give the instance on whose diagram the trouble is seen."""
    parent = live.row["parent_id"]
    return case.live(parent) if isinstance(event, Start) and parent is not None else live


def _where(case: Case, live: Live, event: Event) -> str:
    caller = _caller(case, live, event)
    if isinstance(event, Start) and live.called is not None:
        return live.called.node
    wait = getattr(event, "wait", None)
    if wait is None or caller.state is None:
        return ""
    seen = caller.deployed.runtime.inspect(caller.plan, caller.state)
    rows = (*seen.children, *seen.tasks)
    return next((str(row["node"]) for row in rows if row["wait"] == wait), "")


def _job(case: Case, live: Live, event: Event, node: str) -> Row:
    told: dict[str, Any] = {
        "event": type(event).__name__,
        "fields": {
            one.name: getattr(event, one.name)
            for one in fields(event)
            if one.name not in _STAMP and getattr(event, one.name) is not None
        },
    }
    call = live.called
    if call is not None:
        told["call"] = {
            "key": call.key,
            "binding": call.binding,
            "version": call.version,
            "node": call.node,
        }
    return {
        "uid": case.ctx.ids.uid(),
        "root_id": case.id,
        "instance_id": live.id,
        "wait": None,
        "node": node,
        "kind": JOB,
        "lane": "engine",
        "topic": "",
        "payload": {"detail": codec.encode_text(told)},
        "due_at": case.ctx.now,
        "state": "failed",
        "tries_left": 0,
        "attempts": retries.ENGINE.tries,
        "created_at": case.ctx.now,
        "dedup_key": None,
    }


def _bind(case: Case, live: Live, call: Mapping[str, Any]) -> None:
    """Bind LIVE, which never began, to the newest version unless a number was drawn.

    A call that follows its own deployment does so too: that version cannot begin, and a
    person asked for the mended one. The history tells the version.
    """
    parent = case.live(live.row["parent_id"])
    binding = "version" if call["binding"] == "version" else "latest"
    wait, key = live.row["parent_wait"], call["key"]
    wanted = ChildRequested(wait, call["node"], key, binding, call["version"], {}, 0)
    found = children.definition(case, parent, wanted)
    if found is None or found["id"] == live.row["definition_id"]:
        return
    live.row |= {"definition_id": found["id"], "title": found["name"]}
    live.deployed = case.ctx.runtimes.deployed(case.ctx.conn, found["id"], live.row["runtime"])
    cases.rebind(case.ctx.conn, live.id, found["id"], found["name"])
    detail: Row = {"child": live.id, "key": live.key, "version": found["version"]}
    case.note(parent, "ChildStarted", detail, node=call["node"])
