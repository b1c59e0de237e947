"""Open rounds after somebody keeps away: seats go to a colleague, a deputy or the superior."""

from typing import Any

from engine.base.errors import Conflict
from engine.commands import away, staffing
from engine.commands.case import Case, Live
from engine.rules.seats import GONE
from engine.rules.units import Directory, Unit
from engine.store import codec, holding, people_rows, recusals, work
from engine.store.rows import Row

OPEN = ("open", "held")
NOTE = "因回避由上级办理"


def settle(case: Case) -> None:
    """Bring rows and open rounds to who keeps away now; nothing when nobody changed it."""
    if not case.moved_away:
        return
    case.moved_away = False
    _write_declared(case)
    for task in work.open_tasks(case.ctx.conn, case.id):
        live = case.live(task["instance_id"])
        directory = staffing.directory(case, live)
        for seat in holding.seats_of(case.ctx.conn, task["id"]):
            if seat["state"] in OPEN:
                _move(case, live, task, seat, directory)


def _write_declared(case: Case) -> None:
    """Let the table say what the process declares of this case."""
    conn, kept = case.ctx.conn, away.of(case.root.row)
    rows = {
        row["unit"]: row["id"]
        for row in recusals.living(conn, case.id)
        if row["source"] == "case"
    }
    gone = [rows[unit] for unit in rows.keys() - set(kept["declared"])]
    if gone:
        recusals.lift(conn, gone, case.ctx.actor.person, case.ctx.now)
    new = sorted(set(kept["declared"]) - rows.keys())
    names = people_rows.unit_names(conn, new)
    for unit in new:
        row: Row = {"unit": unit, "name": names.get(unit, unit), "source": "case"}
        add(case, row | {"reason": "案件涉及本单位"})


def add(case: Case, row: Row) -> int:
    """Write that a unit or person keeps away from the case, and note it in its history."""
    told = {name: row[name] for name in ("unit", "person", "name", "reason") if row.get(name)}
    case.note(case.root, "Recuse", {**told, "source": row["source"]})
    made = {"root_id": case.id, "made_by": case.ctx.actor.person, "made_at": case.ctx.now}
    return recusals.add(case.ctx.conn, {**row, **made})


def _move(case: Case, live: Live, task: Row, seat: Row, directory: Directory) -> None:
    """Give a seat of who keeps away to another; nobody there: the round stops."""
    if seat["unit"] in directory.recused:
        unit = directory.units.get(seat["unit"])
        superior = directory.stand_in(unit, seat["role"]) if unit else None
        if superior is not None and not _seated(case, task, superior):
            _hand_on(case, live, task, seat, superior)
        else:
            _stop(case, live, task, seat, directory)
    elif seat["person"] in away.of(case.root.row)["persons"]:
        if not seat["unit"]:
            _stop(case, live, task, seat, directory)
            return
        free: Row = {"person": None, "person_name": None, "on_behalf_of": None}
        work.write_seat(case.ctx.conn, seat["id"], seat["version"], free)
        detail = {"task": task["id"], "seat": seat["id"], "name": task["name"]}
        detail |= {"person": seat["person"], "reason": "办理人回避"}
        case.note(live, "ReleaseTask", detail, node=task["node"], unit=seat["unit"])


def _seated(case: Case, task: Row, unit: Unit) -> bool:
    found = holding.seats_of(case.ctx.conn, task["id"])
    return any(seat["unit"] == unit.code and seat["state"] not in GONE for seat in found)


def _hand_on(case: Case, live: Live, task: Row, seat: Row, unit: Unit) -> None:
    given = {"code": unit.code, "name": unit.name, "region": unit.region}
    values = staffing.taken_over(seat, given)
    work.write_seat(case.ctx.conn, seat["id"], seat["version"], values)
    detail = {"task": task["id"], "seat": seat["id"], "name": task["name"], "note": NOTE}
    detail |= {"from": seat["unit_name"], "to": unit.name}
    case.note(live, "SeatMoved", detail, node=task["node"], unit=unit.code)


def _stop(case: Case, live: Live, task: Row, seat: Row, directory: Directory) -> None:
    """Stop a round of one seat with an incident; a seat among others must not just vanish."""
    name = seat["unit_name"] or seat["person_name"] or seat["person"]
    others = [
        one
        for one in holding.seats_of(case.ctx.conn, task["id"])
        if one["id"] != seat["id"] and one["state"] not in GONE
    ]
    if others:
        text = f"{name} 在“{task['name']}”有席位，没有可以接替的上级单位；请先联系流程负责人。"
        raise Conflict(text, code="no-stand-in")
    work.write_seat(case.ctx.conn, seat["id"], seat["version"], {"state": "void"})
    drawn = _again(seat, directory)
    kept = {"assignment": codec.plain(drawn)}
    work.write_task(case.ctx.conn, task["id"], {"state": "incident", "settings": kept})
    reason = f"{name} 应当回避，没有上级单位可以接替"
    case.writes.incidents.append(staffing.incident(case, live, task, reason))


def _again(seat: Row, directory: Directory) -> dict[str, Any]:
    """Write the seat as an assignment, so that it can be filled later."""
    unit = directory.units.get(seat["unit"])
    if unit is None:
        return {"assignee": seat["person"]}
    return {"role": seat["role"], "org": unit.code}
