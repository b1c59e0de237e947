"""Effects that make rows wait: timers, subscriptions, service calls, incidents."""

from collections.abc import Callable, Mapping
from typing import Any

from engine.base.errors import InvalidRequest
from engine.base.events import FinishService
from engine.base.values import Value
from engine.commands import freezing, listing, notify
from engine.commands.case import Case, Live
from engine.kernel import effects
from engine.rules import retries
from engine.store import codec, jobs, matching, records

Inside = Callable[[Case, Live, str, Mapping[str, Value]], dict[str, Value]]


def timer_set(case: Case, live: Live, effect: effects.TimerSet) -> None:
    """Arm a timer as an engine job of the case."""
    case.writes.timers[(live.id, effect.wait)] = {
        "uid": case.ctx.ids.uid(),
        "root_id": case.id,
        "instance_id": live.id,
        "wait": effect.wait,
        "node": effect.node,
        "kind": "timer",
        "lane": "engine",
        "topic": "",
        "payload": {
            "due": effect.due.isoformat(),
            "occurrence": effect.occurrence,
            "spec": effect.spec,
            "catch_up": effect.catch_up,
            "steps": codec.plain(dict(effect.steps)),
        },
        "due_at": effect.due,
        "tries_left": retries.ENGINE.tries,
        "created_at": case.ctx.now,
        "dedup_key": None,
    }
    detail = {"due": effect.due, "spec": effect.spec, "occurrence": effect.occurrence}
    case.note(live, "TimerSet", {**detail, "steps": dict(effect.steps)}, node=effect.node)


def timer_cancelled(case: Case, live: Live, effect: effects.TimerCancelled) -> None:
    """Disarm a timer."""
    case.writes.timers.pop((live.id, effect.wait), None)
    case.writes.dead_waits.setdefault(live.id, []).append(effect.wait)


def subscription_opened(case: Case, live: Live, effect: effects.SubscriptionOpened) -> None:
    """Wait for a message or signal."""
    case.writes.subscriptions[(live.id, effect.wait)] = {
        "instance_id": live.id,
        "root_id": case.id,
        "wait": effect.wait,
        "node": effect.node,
        "kind": effect.kind,
        "name": effect.name,
        "keys": matching.keys_text(effect.keys),
        "key_hash": matching.key_hash(effect.keys),
    }
    detail = {"kind": effect.kind, "name": effect.name, "keys": dict(effect.keys)}
    case.note(live, "SubscriptionOpened", detail, node=effect.node)


def subscription_closed(case: Case, live: Live, effect: effects.SubscriptionClosed) -> None:
    """Wait no longer."""
    case.writes.subscriptions.pop((live.id, effect.wait), None)
    case.writes.closed_waits.setdefault(live.id, []).append(effect.wait)


def write_subscriptions(case: Case) -> None:
    """Write subscriptions opened and closed so far, so that matching sees them."""
    writes, conn = case.writes, case.ctx.conn
    for instance_id, waits in writes.closed_waits.items():
        matching.close_subscriptions(conn, instance_id, waits)
    writes.closed_waits.clear()
    rows = list(writes.subscriptions.values())
    writes.subscriptions.clear()
    matching.open_subscriptions(conn, rows)
    case.listening.extend((r["name"], r["key_hash"]) for r in rows if r["kind"] == "message")


def service_requested(case: Case, live: Live, effect: effects.ServiceRequested) -> None:
    """Queue an outside call; the house's own services run here, inside the transaction."""
    detail = {"service": effect.name, "inputs": dict(effect.inputs)}
    case.note(live, "ServiceRequested", detail, node=effect.node)
    inside = INSIDE.get(effect.name)
    if inside is not None:
        case.tell(live, _served(case, live, effect, inside))
        return
    rule = retries.policy("callout", effect.retries)
    case.writes.calls[(live.id, effect.wait, effect.item or 0)] = {
        "uid": case.ctx.ids.uid(),
        "root_id": case.id,
        "instance_id": live.id,
        "wait": effect.wait,
        "node": effect.node,
        "kind": "service",
        "lane": "callout",
        "topic": effect.name,
        "payload": {
            "inputs": codec.encode_text(dict(effect.inputs)),
            "item": effect.item,
            "retries": effect.retries,
        },
        "due_at": case.ctx.now,
        "tries_left": rule.tries,
        "created_at": case.ctx.now,
        "dedup_key": jobs.call_key(live.id, effect.wait, effect.item),
    }


def _tell(case: Case, live: Live, node: str, inputs: Mapping[str, Value]) -> dict[str, Value]:
    return {"told": notify.tell(case, live, node, inputs)}


# Services that only write rows of our own: no call leaves the house, so none can be lost.
INSIDE: Mapping[str, Inside] = {
    notify.SERVICE: _tell,
    freezing.SERVICE: freezing.freeze,
    listing.SERVICE: listing.rows,
}


def _served(
    case: Case, live: Live, effect: effects.ServiceRequested, inside: Inside
) -> FinishService:
    """Run a service of the house; what it cannot do is a failure of the call."""
    told: dict[str, Any] = {"wait": effect.wait, "item": effect.item}
    try:
        told["result"] = inside(case, live, effect.node, effect.inputs)
    except InvalidRequest as error:
        told["failure"] = error.message
    return FinishService(**case.stamp(live), **told)


def service_cancelled(case: Case, live: Live, effect: effects.ServiceCancelled) -> None:
    """Forget an outside call; one in flight is refused when it comes back."""
    for key in [k for k in case.writes.calls if k[:2] == (live.id, effect.wait)]:
        if effect.item in (None, key[2]):
            del case.writes.calls[key]
    jobs.delete_call(case.ctx.conn, live.id, effect.wait, effect.item)


def incident_raised(case: Case, live: Live, effect: effects.IncidentRaised) -> None:
    """Open an incident for a held token."""
    case.writes.incidents.append(
        incident_row(case, live, effect.node, effect.code, effect.text, effect.incident)
    )
    detail = {"incident": effect.incident, "code": effect.code, "text": effect.text}
    case.note(live, "IncidentRaised", detail, node=effect.node)


def incident_row(
    case: Case, live: Live, node: str, code: str, text: str, ref: str
) -> dict[str, object]:
    """Make the row of an incident at NODE; REF is its id inside the state or task:<id>."""
    now = case.ctx.now
    return {
        "root_id": case.id,
        "instance_id": live.id,
        "job_id": None,
        "ref": ref,
        "node": node,
        "node_name": live.node(node).name,
        "code": code,
        "text": text,
        "first_at": now,
        "last_at": now,
        "count": 1,
        "state": "open",
    }


def incident_cleared(case: Case, live: Live, effect: effects.IncidentCleared) -> None:
    """Close an incident that is over."""
    pending = case.writes.incidents
    kept = [r for r in pending if (r["instance_id"], r["ref"]) != (live.id, effect.incident)]
    if len(kept) == len(pending):
        condition = {"instance_id": live.id, "ref": effect.incident}
        actor, now = case.ctx.actor.person, case.ctx.now
        records.clear_incidents(case.ctx.conn, condition, actor, now)
    case.writes.incidents = kept
    case.note(live, "IncidentCleared", {"incident": effect.incident, "how": effect.how})
