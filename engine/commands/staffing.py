"""Give rounds their seats: who holds which post now, and an incident when nobody does."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from engine.base.errors import Conflict
from engine.commands import away, waiting
from engine.commands.case import Case, Live
from engine.rules.assignment import (
    CaseFacts,
    SeatPlan,
    Staffed,
    Unfilled,
    review_seat,
    staff,
)
from engine.rules.seats import CONCLUDE
from engine.rules.units import Directory
from engine.store import codec, records, recusals, work
from engine.store.rows import Row

NO_HANDLER = "no-handler"  # code of the incident


def facts(case: Case, live: Live) -> CaseFacts:
    """Give what of the case decides who acts."""
    region = str(case.root.row["region"] or "")
    place = str(case.root.row["place"] or "")
    return CaseFacts(region, place, region, place, _place_title(live, place))


def _place_title(live: Live, place: str) -> str:
    for row in live.deployed.application.units:
        if place and row.get("place") == place:
            return str(row["name"])
    return place


def resolve(case: Case, live: Live, assignment: Mapping[str, Any]) -> Staffed | Unfilled:
    """Say who gets a seat for the evaluated ASSIGNMENT of a task of LIVE."""
    answer = staff(assignment, facts(case, live), directory(case, live))
    persons = away.of(case.root.row)["persons"]
    if isinstance(answer, Unfilled):
        return answer
    if persons and _all_away(answer, persons):
        return Unfilled("办理人已回避")
    checked = assignment.get("excluded") and assignment.get("self_review") == "superior"
    return _reviewed(case, live, assignment, answer) if checked else answer


def _reviewed(
    case: Case, live: Live, assignment: Mapping[str, Any], answer: Staffed
) -> Staffed:
    """Send up the seats of units where all did what this task checks (2.24).

    A unit with somebody else keeps its seat: the colleague acts, the same person is
    refused.
    """
    conn, round_no = case.ctx.conn, int(case.root.row["case_round"])
    done = work.performers(conn, case.id, round_no, 0)
    persons = {one for node in assignment["excluded"] for one in done.get(node, ())}
    emptied = recusals.units_emptied(conn, persons, case.ctx.now)
    if not emptied:
        return answer
    units = directory(case, live)
    seats = tuple(
        review_seat(seat, seat.unit, "superior", units) if seat.unit in emptied else seat
        for seat in answer.seats
    )
    return replace(answer, seats=seats)


def _all_away(answer: Staffed, persons: Collection[str]) -> bool:
    """Tell whether a seat names nobody but PERSONS who keep away."""
    named = [{seat.person} if seat.person else set(seat.users) for seat in answer.seats]
    return any(found and found <= set(persons) for found in named)


def directory(case: Case, live: Live) -> Directory:
    """Give the units as they are now for this case: some may keep away from it."""
    ctx = case.ctx
    found = ctx.runtimes.directory(ctx.conn, live.deployed, case.organisation)
    kept = away.of(case.root.row)
    if not kept["units"] and not kept["persons"]:
        return found
    empty = recusals.units_emptied(ctx.conn, kept["persons"], ctx.now)
    return replace(found, recused=frozenset(kept["units"]) | empty)


def seat_rows(case: Case, task: Row, staffed: Staffed) -> list[Row]:
    """Make the seat rows of a round; in a sequential one only the first is open."""
    held = staffed.settings.get("rule") == "sequential"
    ordered = sorted(staffed.seats, key=lambda seat: seat.order)
    rows = [
        _seat_row(case, task, seat, "held" if held and number else "open")
        for number, seat in enumerate(ordered)
    ]
    last = staffed.settings.get("conclusion") or {}
    for row in rows if last else ():
        if row["duty"] == CONCLUDE:
            row["due_at"] = last.get("due")  # the lead concludes after the answers are due
            row["state"] = "held"  # opened last (operations.md 2.6)
    return rows


def _seat_row(case: Case, task: Row, seat: SeatPlan, state: str) -> Row:
    return {
        "task_id": task["id"],
        "root_id": case.id,
        "unit": seat.unit,
        "unit_name": seat.unit_name,
        "role": seat.role,
        "label": seat.label or seat.unit_name,
        "person": seat.person,
        "person_name": None,
        "duty": seat.duty,
        "order_no": seat.order,
        "weight": seat.weight,
        "required": seat.required,
        "veto": seat.veto,
        "state": state,
        "version": 1,
        "due_at": task["due_at"],
        "region": seat.region or case.root.row["region"],
    }


def taken_over(seat: Row, unit: Mapping[str, Any]) -> Row:
    """Give what SEAT is once UNIT (code, name, region) has it; nobody there claimed it yet."""
    values: Row = {"unit": unit["code"], "unit_name": unit["name"], "region": unit["region"]}
    values |= {"person": None, "person_name": None, "on_behalf_of": None}
    return values | ({"label": unit["name"]} if seat["label"] == seat["unit_name"] else {})


def incident(case: Case, live: Live, task: Row, reason: str) -> Row:
    """Make the incident of a round nobody can take."""
    text = f"环节“{task['name']}”没有符合条件的办理人：{reason}。请联系流程负责人。"
    case.note(live, "IncidentRaised", {"code": NO_HANDLER, "text": text}, node=task["node"])
    return waiting.incident_row(
        case, live, task["node"], NO_HANDLER, text, f"task:{task['id']}"
    )


def fill(case: Case, row: Row) -> None:
    """Give the round of incident ROW its seats now that somebody holds the post.

    Never passes it over: 409 no-handler while nobody does.
    """
    conn = case.ctx.conn
    task = work.load_task(conn, int(row["ref"].removeprefix("task:")))
    if task is None or task["state"] != "incident":
        raise Conflict("该环节已结束。", code="round-closed")
    live = case.live(task["instance_id"])
    answer = resolve(case, live, task["settings"]["assignment"])
    if not isinstance(answer, Staffed):
        text = f"仍然没有符合条件的办理人：{answer.reason}。"
        raise Conflict(text, code=NO_HANDLER)
    settings = codec.plain(dict(answer.settings))
    work.write_task(conn, task["id"], {"state": "open", "settings": settings})
    work.insert_seats(conn, seat_rows(case, task, answer))
    records.clear_incidents(conn, {"id": row["id"]}, case.ctx.actor.person, case.ctx.now)
    case.due_moved = True
