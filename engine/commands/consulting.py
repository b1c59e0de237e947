"""A consultation in hand: whose turn it is, what was answered, who stayed silent (2.6)."""

from datetime import datetime
from typing import Any, cast

from engine.base.values import Value
from engine.commands import escalating
from engine.commands.entitled import HeldTask
from engine.rules import consult
from engine.rules.calendar import WorkingCalendar
from engine.rules.deadlines import Place
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
        deployed = held.live.deployed
        calendar = deployed.calendars[deployed.application.calendar]
        place = Place(cast(WorkingCalendar, calendar))
        consult.check_turn(held.task, held.seats, held.case.ctx.now, place)


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
    silent = {seat["id"] for seat in consult.unanswered(held.seats)}
    for seat in held.seats:
        if seat["id"] in silent and seat["state"] in ("open", "held"):
            work.write_seat(held.case.ctx.conn, seat["id"], seat["version"], SILENT)
            seat.update(SILENT, version=seat["version"] + 1)

