"""A consultation in hand: whose turn it is, what was answered, who stayed silent (2.6)."""

from datetime import datetime
from typing import Any, cast

from engine.base.values import Value
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
    if not last.get("due"):
        return {"due_at": None, "due_steps": None}
    due = datetime.fromisoformat(str(last["due"]))
    return {"due_at": due, "due_steps": last.get("due_steps")}


def silence(held: HeldTask) -> None:
    """Mark the units that never answered 逾期未反馈: silence is no consent (A-15)."""
    if held.task["rule"] != RULE:
        return
    silent = {seat["id"] for seat in consult.unanswered(held.seats)}
    for seat in held.seats:
        if seat["id"] in silent and seat["state"] in ("open", "held"):
            work.write_seat(held.case.ctx.conn, seat["id"], seat["version"], SILENT)
            seat.update(SILENT, version=seat["version"] + 1)

