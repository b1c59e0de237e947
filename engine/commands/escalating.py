"""Reminders and levels of overdue tasks: one pending job a task, for its next rung."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, cast

from engine.commands import entitled, notify, sending
from engine.commands.case import Case, Live
from engine.commands.entitled import HeldTask
from engine.rules import asking, consult, retries
from engine.rules.calendar import WorkingCalendar, local_day
from engine.rules.deadlines import Place, offset
from engine.rules.escalation import (
    DRAWN,
    HANDLERS,
    LEADERS,
    STARTER,
    Ladder,
    Rung,
    answered,
    capped,
    drawn,
    standing_on,
)
from engine.rules.seats import read_round
from engine.store import codec, people_rows, records, work
from engine.store.rows import Row

JOB = "escalate"  # kind of the job, template of its notices
DAY_UNITS = ("workingDay", "workingHour", "date")  # their days are working days


def kind_of(live: Live, node: str) -> str:
    """Name the ladder of the limit of NODE, "" when it has none.

    A ladder drawn at the node comes before that of the kind its due table row names.
    """
    due = live.node(node).due
    if due.get("escalations"):
        return DRAWN
    kind = str(due_row(live, node).get("kind") or "")
    return kind if kind in live.deployed.ladders else ""


def ladder_of(live: Live, task: Row) -> Ladder:
    """Give the rungs of a task's limit."""
    row = due_row(live, task["node"])
    if task["due_kind"] != DRAWN:
        ladder = live.deployed.ladder(task["due_kind"], region_of(live))
        return capped(ladder, row.get("highest"))
    return drawn(row["escalations"], unit_of(live, task["node"]) in DAY_UNITS)


def region_of(live: Live) -> str:
    """Give the division of the case, as the row of its instance knows it."""
    return str(live.row.get("region") or "")


def due_row(live: Live, node: str) -> dict[str, Any]:
    """Give what the due table and the diagram say of the limit of NODE."""
    due = live.node(node).due
    return {**live.deployed.application.deadlines.get(due.get("key", ""), {}), **due}


def unit_of(live: Live, node: str) -> str:
    """Name the unit the limit of NODE is counted in."""
    row = due_row(live, node)
    return str(row.get("unit") or ("date" if "date" in row else DAY_UNITS[0]))


def place_of(live: Live) -> Place:
    """Give the calendar and zone the limits of an instance are counted in."""
    deployed = live.deployed
    name = live.facts.calendar
    calendar = deployed.calendars.get(name) or deployed.calendars[deployed.application.calendar]
    return Place(cast(WorkingCalendar, calendar), deployed.zone)


def arm(case: Case, live: Live, task: Row, done: int = -1) -> None:
    """Queue the look at the rung after DONE; at once when it has begun already."""
    if not task["due_kind"] or task["due_at"] is None:
        return
    ladder, place = ladder_of(live, task), place_of(live)
    if done + 1 >= len(ladder):
        return
    due_at = max(ladder[done + 1].armed(task["due_at"], place), case.ctx.now)
    case.writes.jobs.append(
        {
            "uid": case.ctx.ids.uid(),
            "root_id": case.id,
            "instance_id": live.id,
            "wait": None,
            "node": task["node"],
            "kind": JOB,
            "lane": "engine",
            "topic": "",
            "payload": {"task": task["id"], "done": done},
            "due_at": due_at,
            "tries_left": retries.ENGINE.tries,
            "created_at": case.ctx.now,
            "dedup_key": job_key(task["id"]),
        }
    )


def job_key(task_id: int) -> str:
    """Give the dedup key of the one job of a task."""
    return f"{JOB}:{task_id}"


def disarm(case: Case, tasks: Iterable[Row]) -> None:
    """Take away the jobs of TASKS in this transaction, and what stopped one of them."""
    by, now = case.ctx.actor.person, case.ctx.now
    for task in tasks:
        if not task["due_kind"]:
            continue
        key = job_key(task["id"])
        case.writes.dead_jobs.append(key)
        if task["due_at"] < now:  # a look into a year without calendar fails later than that
            records.clear_incidents(case.ctx.conn, {"root_id": case.id, "ref": key}, by, now)


def move(held: HeldTask, due: datetime, values: Row) -> None:
    """Write another DUE moment of a round and its seats, with VALUES; arm what waits for it."""
    task, live, case = held.task, held.live, held.case
    ladder = ladder_of(live, task)
    reached = standing_on(ladder, due, case.ctx.now, place_of(live))
    moved = {**values, "due_at": due, "level": ladder[reached].level if reached >= 0 else ""}
    work.write_task(case.ctx.conn, task["id"], moved)
    work.move_seats(case.ctx.conn, task["id"], due)
    case.due_moved = True
    disarm(case, [task])
    arm(case, live, {**task, **moved}, reached)
    if read_round(task["settings"], due).on_due == "close" or consult.goes_on(task):
        detail = {"task": task["id"], "wait": None}
        job = sending.engine_job(case, "round", case.id, live.id, "", detail)
        case.writes.jobs.append({**job, "node": task["node"], "due_at": due})


def act(case: Case, job: Row) -> bool:
    """Do what the rung that has begun says, and wait for the next one; False: nobody waits."""
    held = entitled.task_of(case, job["payload"]["task"])
    task, live = held.task, held.live
    if task["state"] not in work.OPEN or task["stopped_at"] is not None:
        return False
    ladder, done = ladder_of(live, task), int(job["payload"]["done"])
    number = standing_on(ladder, task["due_at"], case.ctx.now, place_of(live))
    if number > done:
        _climb(held, ladder[number])
    arm(case, live, task, max(number, done))
    return True


def _climb(held: HeldTask, rung: Rung) -> None:
    """Write the level, tell those the rung names, and note the row that says so."""
    case, live, task = held.case, held.live, held.task
    due, now, place = task["due_at"], case.ctx.now, place_of(live)
    days = offset(due, now, place)
    found = record(live, task["due_kind"], rung, days, now)
    to = recipients(held, whom(live, rung))
    work.write_task(case.ctx.conn, task["id"], {"level": rung.level})
    limit = f"办理时限 {local_day(due, place.zone)}"
    state = f"已超期 {days} 个工作日" if now > due else f"还有 {-days} 个工作日"
    title = f"{rung.action}：{task['name']}"
    params = {
        "title": title,
        "text": f"{limit}，{state}（{rung.level}）。",
        "task": task["id"],
        "level": rung.level,
    }
    once = f"{JOB}:{task['id']}:{due:%Y%m%d%H%M}:{rung.level}"
    notify.post(case, to, JOB, params, once)
    detail = {"task": task["id"], "name": task["name"], "level": rung.level}
    detail |= {"action": rung.action, "due": due, "days": days, "to": to, "decision": found}
    case.note(live, "Escalated", detail, node=task["node"])


def record(
    live: Live, kind: str, rung: Rung, days: int, now: datetime
) -> Mapping[str, Any]:
    """Give the audit trail of the decision on a limit of KIND: its table, version and row."""
    if kind == DRAWN:
        return {}
    name = str(live.deployed.application.escalation["decision"])

    def decide(scope: Mapping[str, Any]) -> tuple[Any, Any]:
        return live.deployed.decide(name, scope, now, region_of(live))

    found = answered(decide, kind, days)
    if found is None or found.level != rung.level:  # not raised further than `highest`
        found = answered(decide, kind, rung.start)
    return found.record if found is not None else {}


def whom(live: Live, rung: Rung) -> list[Any]:
    """Give whom RUNG names, as the application explains its words."""
    known = live.deployed.application.escalation.get("notify") or {}
    return [*rung.to, *(one for word in rung.notify for one in known.get(word, ()))]


def recipients(held: HeldTask, whom: Iterable[Any]) -> list[str]:
    """Resolve WHOM (see engine.library.escalation) into unit: and person: texts."""
    held_up = [one for one in held.seats if asking.pending(held.seats, one) is not None]
    waiting = [one for one in held.seats if one["state"] == "open"]
    asked = [one for one in waiting if asking.is_side(one)]
    voices = [one for one in waiting if not asking.is_side(one)]
    seats = consult.turn_of([*held_up, *voices]) + asked  # who asks stays answerable (2.14)
    found: list[str] = []
    for one in whom:
        if one == HANDLERS:
            found += [name for seat in seats for name in _handlers(held.task, seat)]
        elif one == LEADERS:
            found += leaders(held.case, [seat["unit"] for seat in seats if seat["unit"]])
        else:
            found += elsewhere(held.case, held.live, one)
    return list(dict.fromkeys(found))


def elsewhere(case: Case, live: Live, one: Any) -> list[str]:
    """Resolve one who has no seat in the round."""
    if one == STARTER:
        row = case.root.row
        unit = row["starter_unit"]
        return [f"unit:{unit}" if unit else f"person:{row['starter']}"]
    if "unit" in one:
        return [f"unit:{one['unit']}"]
    if "role" in one:
        return notify.of_role(case, live, one["role"], str(one.get("level") or ""))
    return _of_variable(case, live, one["variable"])


def _handlers(task: Row, seat: Row) -> list[str]:
    if seat["person"]:
        return [f"person:{seat['person']}"]
    if seat["unit"]:
        return [f"unit:{seat['unit']}"]
    return [f"person:{user}" for user in task["settings"].get("users") or ()]


def leaders(case: Case, units: list[str]) -> list[str]:
    """Give the leaders of UNITS; of a unit without one all its people."""
    led = people_rows.leaders_of(case.ctx.conn, units)
    return [
        name
        for unit in units
        for name in [f"person:{one}" for one in led.get(unit, ())] or [f"unit:{unit}"]
    ]


def _of_variable(case: Case, live: Live, name: str) -> list[str]:
    """Give the units a variable names by code, or by a role where the case lies."""
    value = live.variables().get(name)
    if value is None:
        value = case.root.variables().get(name)
    directory = case.ctx.runtimes.directory(case.ctx.conn, live.deployed)
    found: list[str] = []
    for code in value if isinstance(value, list) else [value]:
        text = str(codec.plain(code) or "")
        if text in directory.units:
            found.append(f"unit:{text}")
        elif text in live.deployed.application.roles:
            found.extend(notify.of_role(case, live, text))
    return found
