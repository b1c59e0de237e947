"""The clock of a case itself: it reminds and climbs also while no task of it is open."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from engine.case_limits import CaseLimit
from engine.commands import escalating, notify
from engine.commands.case import Case, Live
from engine.rules import retries
from engine.rules.calendar import local_day
from engine.rules.deadlines import offset
from engine.rules.escalation import (
    HANDLERS,
    LEADERS,
    STARTER,
    Ladder,
    Rung,
    capped,
    standing_on,
)
from engine.store import jobs, records, work
from engine.store.rows import Row

RECENT = 50  # lines looked back for a rung that was climbed before


def settle(case: Case) -> None:
    """Arm the limits whose data this transaction wrote; take those of ended cases away."""
    for live in list(case.lives.values()):
        for limit in live.deployed.case_limits.get(live.key, ()):
            began = live.row["started_at"] == case.ctx.now
            if not live.is_live:
                case.writes.dead_jobs.append(_key(live, limit))
            elif (began or live.written & limit.reads) and not _looked(case, live, limit):
                _arm_anew(case, live, limit)


def _key(live: Live, limit: CaseLimit) -> str:
    return f"{escalating.JOB}:case:{live.id}:{limit.key}"


def _ladder(live: Live, limit: CaseLimit) -> Ladder:
    """Give the rungs of its kind, up to the highest level its row allows."""
    ladder = live.deployed.ladder(limit.kind, escalating.region_of(live))
    return capped(ladder, limit.row.get("highest"))


def _looked(case: Case, live: Live, limit: CaseLimit) -> bool:
    """Tell whether this transaction is the look at the limit: it waits for the next one."""
    if any(one.get("dedup_key") == _key(live, limit) for one in case.writes.jobs):
        return True
    return any(
        line.kind == "Escalated" and (line.detail or {}).get("limit") == limit.key
        for line in case.lines
    )


def _arm_anew(case: Case, live: Live, limit: CaseLimit) -> None:
    """Wait for the next rung of the limit as it is now; one that did not move waits on."""
    place, now = escalating.place_of(live), case.ctx.now
    moment = live.deployed.moment(now)
    due = limit.due(live.variables(), live.row["started_at"], moment, place)
    before = jobs.payload_at(case.ctx.conn, _key(live, limit))
    if before is not None and due is not None and before["due"] == due.isoformat():
        return
    if before is not None:
        case.writes.dead_jobs.append(_key(live, limit))
    if due is None or _climbed(case, limit, due):
        return
    ladder = _ladder(live, limit)
    # A limit that moved begins on the rung it stands on now: no burst for days gone by.
    done = -1 if before is None else standing_on(ladder, due, now, place)
    _arm(case, live, limit, due, done)


def _climbed(case: Case, limit: CaseLimit, due: datetime) -> bool:
    lines = records.last_lines(case.ctx.conn, case.id, "Escalated", RECENT)
    return any(
        line["detail"].get("limit") == limit.key and line["detail"].get("due") == due
        for line in lines
    )


def _arm(case: Case, live: Live, limit: CaseLimit, due: datetime, done: int) -> None:
    ladder = _ladder(live, limit)
    if done + 1 >= len(ladder):
        return
    at = max(ladder[done + 1].armed(due, escalating.place_of(live)), case.ctx.now)
    payload = {"limit": limit.key, "due": due.isoformat(), "done": done}
    case.writes.jobs.append(
        {
            "uid": case.ctx.ids.uid(),
            "root_id": case.id,
            "instance_id": live.id,
            "wait": None,
            "node": "",
            "kind": escalating.JOB,
            "lane": "engine",
            "topic": "",
            "payload": payload,
            "due_at": at,
            "tries_left": retries.ENGINE.tries,
            "created_at": case.ctx.now,
            "dedup_key": _key(live, limit),
        }
    )


def act(case: Case, job: Row) -> bool:
    """Do what the rung that has begun says, and wait for the next; False: nobody waits.

    While a task of the case with a limit of this kind is open, its own ladder speaks.
    """
    live, said = case.live(job["instance_id"]), job["payload"]
    limits = live.deployed.case_limits.get(live.key, ())
    limit = next((one for one in limits if one.key == said["limit"]), None)
    if limit is None or not live.is_live:
        return False
    due, done = datetime.fromisoformat(said["due"]), int(said["done"])
    ladder = _ladder(live, limit)
    number = standing_on(ladder, due, case.ctx.now, escalating.place_of(live))
    tasks = work.open_tasks(case.ctx.conn, case.id)
    if number > done and not any(task["due_kind"] == limit.kind for task in tasks):
        _climb(case, live, limit, due, ladder[number])
    _arm(case, live, limit, due, max(number, done))
    return True


def _climb(case: Case, live: Live, limit: CaseLimit, due: datetime, rung: Rung) -> None:
    """Tell those the rung names, and note the row of the decision that says so."""
    now, place = case.ctx.now, escalating.place_of(live)
    days = offset(due, now, place)
    to = _recipients(case, live, escalating.whom(live, rung))
    state = f"已超期 {days} 个工作日" if now > due else f"还有 {-days} 个工作日"
    title = f"{rung.action}：{limit.title}"
    text = f"{limit.title} {local_day(due, place.zone)}，{state}（{rung.level}）。"
    params = {"title": title, "text": text, "level": rung.level}
    once = f"{_key(live, limit)}:{due:%Y%m%d%H%M}:{rung.level}"
    notify.post(case, to, escalating.JOB, params, once)
    record = escalating.record(live, limit.kind, rung, days, now)
    detail: dict[str, Any] = {"limit": limit.key, "name": limit.title, "level": rung.level}
    detail |= {"action": rung.action, "due": due, "days": days, "to": to, "decision": record}
    case.note(live, "Escalated", detail)


def _recipients(case: Case, live: Live, whom: Iterable[Any]) -> list[str]:
    """Resolve WHOM; handlers are the units at work now, else the unit that began the case."""
    at_work = work.open_units(case.ctx.conn, case.id)
    found: list[str] = []
    for one in whom:
        if one in (HANDLERS, LEADERS) and not at_work:
            found += escalating.elsewhere(case, live, STARTER)
        elif one == HANDLERS:
            found += [f"unit:{unit}" for unit in at_work]
        elif one == LEADERS:
            found += escalating.leaders(case, at_work)
        else:
            found += escalating.elsewhere(case, live, one)
    return list(dict.fromkeys(found))
