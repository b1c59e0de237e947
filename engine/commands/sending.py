"""Messages and signals thrown by a case: to itself at once, to others as jobs of theirs."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from engine.base.events import Correlate, Signal
from engine.base.values import MixedDuration, Months, Value
from engine.base.writable import items
from engine.commands import waiting
from engine.commands.case import Case, Live
from engine.context import Context
from engine.feel.values import parse_iso_duration
from engine.kernel import effects
from engine.rules import retries
from engine.store import cases, codec, definitions, matching
from engine.store.rows import Conn, Row

REOPEN = "reopen"  # kind of the job that begins the next round of an ended case


def message_thrown(case: Case, live: Live, effect: effects.MessageThrown) -> None:
    """Deliver a thrown message to its one receiver, now or as soon as there is one."""
    keys, payload = dict(effect.keys), dict(effect.payload)
    detail = {"name": effect.name, "keys": keys, "target": effect.target}
    case.note(live, "MessageThrown", {**detail, "payload": payload}, node=effect.node)
    waiting.write_subscriptions(case)
    uid = case.ctx.ids.uid()
    found = receivers(case.ctx.conn, effect.name, keys)
    row = message_row(case.ctx.now, uid, effect.name, keys, payload, effect.time_to_live)
    if len(found) > 1:
        matching.keep_message(case.ctx.conn, {**row, "state": "dead", "reason": "ambiguous"})
    elif found:
        _hand_over(case, found[0], effect.name, keys, payload)
    elif starts := definitions.starts_for(case.ctx.conn, "message", effect.name):
        if not _start_later(case, starts, effect.name, payload, keys):
            lost = {"state": "dead", "reason": "no-receiver"}  # no case of that number
            matching.keep_message(case.ctx.conn, {**row, **lost})
    else:
        matching.keep_message(case.ctx.conn, row)


def receivers(
    conn: Conn, name: str, keys: Mapping[str, Value], instance_id: int | None = None
) -> list[Row]:
    """Give the subscriptions message NAME with KEYS matches (kernel.md 2.9).

    Keys decide; without keys only a message addressed to one case, or the sole
    subscription of that name.
    """
    if keys:
        return matching.subscribers(conn, "message", name, matching.hashes_within(keys))
    found = matching.subscribers_by_name(conn, "message", name, instance_id)
    return [row for row in found if instance_id is not None or row["key_hash"] == ""]


def message_row(
    now: datetime,
    uid: str,
    name: str,
    keys: Mapping[str, Value],
    payload: Mapping[str, Value],
    time_to_live: str,
) -> Row:
    """Make the row of a message that waits for its receiver."""
    return {
        "uid": uid,
        "name": name,
        "keys": matching.keys_text(keys),
        "key_hash": matching.key_hash(keys),
        "payload": codec.encode({"keys": dict(keys), "payload": dict(payload)}),
        "state": "waiting",
        "reason": "",
        "published_at": now,
        "expires_at": after(now, time_to_live),
    }


def after(now: datetime, duration: str, zone: str = "Asia/Shanghai") -> datetime:
    """Give NOW plus an ISO DURATION, months first, on the wall clock of ZONE."""
    value = parse_iso_duration(duration)
    if isinstance(value, timedelta):
        return now + value
    months = value.total if isinstance(value, Months) else value.months
    rest = value.rest if isinstance(value, MixedDuration) else timedelta(0)
    return (add_months(now.astimezone(ZoneInfo(zone)), months) + rest).astimezone(now.tzinfo)


def add_months(at: datetime, months: int) -> datetime:
    """Add MONTHS to AT, clamped to the last day of the month."""
    year, month = divmod(at.year * 12 + at.month - 1 + months, 12)
    for day in range(at.day, 27, -1):
        try:
            return at.replace(year=year, month=month + 1, day=day)
        except ValueError:
            continue  # 31 January + 1 month = 28 February
    return at.replace(year=year, month=month + 1)


def _hand_over(
    case: Case, row: Row, name: str, keys: dict[str, Value], payload: dict[str, Value]
) -> None:
    if row["root_id"] == case.id:
        receiver = case.live(row["instance_id"])
        case.tell(receiver, correlate(case, receiver, row["wait"], name, keys, payload))
        return
    detail = {"wait": row["wait"], "keys": keys, "payload": payload}
    case.writes.jobs.append(
        engine_job(case, "message", row["root_id"], row["instance_id"], name, detail)
    )


def correlate(
    case: Case,
    receiver: Live,
    wait: str,
    name: str,
    keys: Mapping[str, Value],
    payload: Mapping[str, Value],
) -> Correlate:
    """Make the event that hands a message to WAIT of RECEIVER."""
    stamp = case.stamp(receiver)
    return Correlate(**stamp, wait=wait, message=name, payload=payload, keys=keys)


def engine_job(
    case: Case,
    kind: str,
    root_id: int,
    instance_id: int | None,
    topic: str,
    detail: Mapping[str, Any],
) -> Row:
    """Make the row of work that concerns case ROOT_ID."""
    return {
        "uid": case.ctx.ids.uid(),
        "root_id": root_id,
        "instance_id": instance_id,
        "wait": detail.get("wait"),
        "node": "",
        "kind": kind,
        "lane": "engine",
        "topic": topic,
        "payload": {"detail": codec.encode_text(dict(detail))},
        "due_at": case.ctx.now,
        "tries_left": retries.ENGINE.tries,
        "created_at": case.ctx.now,
        "dedup_key": None,
    }


def _start_later(
    case: Case,
    starts: list[Row],
    name: str,
    payload: Mapping[str, Value],
    keys: Mapping[str, Value],
) -> bool:
    """Start new cases by jobs of the throwing one: a new case is written by its own act.

    A start event that is an anchor of reopening opens no new case: the ended one whose
    number is the message's key goes on. Gives False when there is no such case.
    """
    found = False
    for start in starts:
        node = start["node"]
        if not is_anchor(case.ctx, start):
            detail = {"key": start["key"], "node": node, "trigger": dict(payload)}
            case.writes.jobs.append(engine_job(case, "start", case.id, None, name, detail))
            found = True
            continue
        numbers = [str(value) for value in keys.values()]
        for root_id in cases.numbered(case.ctx.conn, start["key"], numbers):
            again = {"node": node, "payload": dict(payload)}
            case.writes.jobs.append(engine_job(case, REOPEN, root_id, None, name, again))
            found = True
    return found


def is_anchor(ctx: Context, start: Row) -> bool:
    """Tell whether a start event is declared in gov:reopenAt of its process."""
    row = ctx.runtimes.definition(ctx.conn, start["definition_id"])
    runtime = ctx.runtimes.of_new(row["runtime"]).name
    deployed = ctx.runtimes.deployed(ctx.conn, row["id"], runtime)
    return start["node"] in items(deployed.facts[start["key"]].reopen_at)


def signal_thrown(case: Case, live: Live, effect: effects.SignalThrown) -> None:
    """Broadcast a signal: the thrower has heard it, siblings hear now, others by jobs."""
    payload = dict(effect.payload)
    case.note(live, "SignalThrown", {"name": effect.name, "payload": payload}, node=effect.node)
    waiting.write_subscriptions(case)
    conn = case.ctx.conn
    heard: set[int] = {live.id}
    roots: dict[int, list[int]] = {}
    for row in matching.subscribers_by_name(conn, "signal", effect.name):
        if row["instance_id"] in heard:
            continue
        heard.add(row["instance_id"])
        if row["root_id"] == case.id:
            other = case.live(row["instance_id"])
            case.tell(other, _signal(case, other, effect.name, payload, live))
        else:
            roots.setdefault(row["root_id"], []).append(row["instance_id"])
    for root_id, instances in sorted(roots.items()):
        detail = {"instances": instances, "payload": payload, "origin": live.row["uid"]}
        case.writes.jobs.append(engine_job(case, "signal", root_id, None, effect.name, detail))
    starts = definitions.starts_for(conn, "signal", effect.name)
    _start_later(case, starts, effect.name, payload, {})


def _signal(
    case: Case, other: Live, name: str, payload: dict[str, Value], origin: Live
) -> Signal:
    uid = origin.row["uid"]
    return Signal(**case.stamp(other), name=name, payload=payload, origin=uid)
