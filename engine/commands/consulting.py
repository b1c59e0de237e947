"""A consultation in hand: whose turn it is, what was answered, who stayed silent (2.6)."""

from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from engine.base.values import Value
from engine.commands import escalating
from engine.commands.entitled import HeldTask
from engine.rules import asking, consult
from engine.rules.seats import CONCLUDE
from engine.store import codec, work
from engine.store.rows import Row

RULE = "consult"
SILENT: Row = {"state": consult.SILENT}


def outcomes(held: HeldTask) -> tuple[dict[str, Any], ...]:
    """Give the outcomes the diagram declares for the round."""
    return held.live.node(held.task["node"]).outcomes


def meant(held: HeldTask, seat: Row, outcome: str | None) -> Row:
    """Give the seat OUTCOME belongs to: the lead has two, one to answer, one to conclude."""
    if held.task["rule"] != RULE:
        return seat
    duties = {row.get("duty") for row in outcomes(held) if row["value"] == outcome}
    last = [s for s in held.seats if s["duty"] == CONCLUDE and s["unit"] == seat["unit"]]
    return last[0] if last and duties == {CONCLUDE} else seat


def check(held: HeldTask, seat: Row, outcome: dict[str, Any] | None) -> None:
    """Refuse an outcome of the other kind of seat, and a conclusion before its turn."""
    if held.task["rule"] != RULE:
        return
    consult.check_outcome(outcome, outcomes(held), seat)
    if seat["duty"] == CONCLUDE:
        place = escalating.place_of(held.live)
        consult.check_turn(held.task, held.seats, held.case.ctx.now, place)


def proceed(held: HeldTask, job: Row) -> bool:
    """Open the lead's last seat once silence no longer holds it up; wait for that day.

    JOB is the look at the round that was due now; False: the seat is open already.
    """
    chair = [
        seat
        for seat in held.seats
        if seat["duty"] == CONCLUDE and seat["state"] == "held"
        and asking.pending(held.seats, seat) is None
    ]
    case, place = held.case, escalating.place_of(held.live)
    day = consult.free_from(held.task, place)
    if not chair or day is None:
        return False
    if place.day(case.ctx.now) < day:
        begins = datetime.combine(day, time(), ZoneInfo(place.zone)).astimezone(UTC)
        again = {**job, "uid": case.ctx.ids.uid(), "due_at": begins, "attempts": 0}
        again.pop("id")
        case.writes.jobs.append(again)
    else:
        work.open_seat(case.ctx.conn, chair[0]["id"], chair[0]["due_at"])
        detail = {"task": held.task["id"], "name": held.task["name"], "silent": _names(held)}
        case.note(held.live, "ConclusionFree", detail, node=held.task["node"])
    return True


def _names(held: HeldTask) -> list[str]:
    return [str(seat["unit_name"]) for seat in consult.unanswered(held.seats)]


def results(held: HeldTask) -> dict[str, Value]:
    """Give the answers so far under the variable that gov:seats results names."""
    name = (held.task["settings"] or {}).get("results")
    if not name:
        return {}
    rows = work.form_entries(held.case.ctx.conn, held.task["id"])
    entries = {row["seat_id"]: codec.decode(bytes(row["data"])) for row in rows}
    found: list[Value] = list(consult.answers(held.seats, entries, outcomes(held)))
    return {str(name): found}


def turn(held: HeldTask) -> Row:
    """Give what changes in the round once all have answered: the conclusion's own limit.

    The case enters the state the conclusion names. {} while answers are missing.
    """
    last = consult.conclusion_of(held.task)
    if not last or consult.unanswered(held.seats):
        return {}
    case, state = held.case, last.get("state")
    detail: Row = {"task": held.task["id"], "name": held.task["name"], "due": last.get("due")}
    if state and case.root.row["state_name"] != state:
        detail["state"] = state
        case.root.row["state_name"] = state
        case.root.touched = True
    case.note(held.live, "ConclusionOpened", detail, node=held.task["node"])
    case.due_moved = True
    return _own_limit(held, last)


def _own_limit(held: HeldTask, last: consult.Row) -> Row:
    """Put the conclusion's limit in the place of the answers', with its own reminders."""
    case, live, task = held.case, held.live, held.task
    escalating.disarm(case, [task])
    steps = last.get("due_steps") or {}
    row = live.deployed.application.deadlines.get(str(steps.get("key")), {})
    kind = str(row.get("kind") or "")
    due = datetime.fromisoformat(str(last["due"])) if last.get("due") else None
    values: Row = {
        "due_at": due,
        "due_steps": steps or None,
        "due_kind": kind if due is not None and kind in live.deployed.ladders else "",
        "level": "",
    }
    escalating.arm(case, live, {**task, **values})
    return values


def silence(held: HeldTask) -> None:
    """Mark the units that never answered 逾期未反馈: silence is no consent (A-15)."""
    if held.task["rule"] != RULE:
        return
    held.case.writes.dead_jobs.append(consult.look_key(held.task["id"]))
    silent = {seat["id"] for seat in consult.unanswered(held.seats)}
    for seat in held.seats:
        if seat["id"] in silent and seat["state"] in ("open", "held"):
            work.write_seat(held.case.ctx.conn, seat["id"], seat["version"], SILENT)
            seat.update(SILENT, version=seat["version"] + 1)

