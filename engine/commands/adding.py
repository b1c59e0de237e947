"""加签 and 减签: seats join and leave a round in hand; base and need are counted anew."""

from dataclasses import dataclass, replace
from typing import Any

from engine.base.errors import Conflict, InvalidRequest, NotFound
from engine.commands import entitled, finishing, inviting, notify, tasks, voting
from engine.commands.entitled import HeldTask
from engine.commands.results import Recomposed
from engine.context import Context
from engine.rules import asking, extra_seats, office, refusals
from engine.rules.seats import read_round, seat_of
from engine.rules.votes import Decided, Verdict
from engine.store import work
from engine.store.rows import Row

LONGEST = 500  # characters of a reason
SHORTEST = 10  # of the reason of 减签 (operations.md 2.0)
COMPOSITION = "composition"  # in the settings of a round: counts its changes


@dataclass(frozen=True, slots=True)
class AddSeats:
    """并加签: give UNITS and PERSONS further seats of the round, with a REASON if one is told.

    EXPECTED_VERSION is that of the actor's seat, COMPOSITION_VERSION that of the round's
    seats (0 as drawn); both required. Possible while the round is open and where the
    diagram allows it. Answers Recomposed.
    """

    task_id: int
    units: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()
    reason: str = ""
    expected_version: int | None = None
    composition_version: int | None = None
    unit: str | None = None
    kind: str = extra_seats.BESIDE

    def run(self, ctx: Context) -> Recomposed:
        """Check the seat, the diagram and who is named; then add, count anew and tell them."""
        held = entitled.hold_task(ctx, self.task_id, "addSeats")
        seat = entitled.acting_seat(ctx.actor, held, self.unit)
        _check_given(self.expected_version, self.composition_version)
        reason = _reason(self.reason)
        entitled.require_open_case(held.case)
        entitled.require_open_seat(ctx.actor, held, seat)
        asking.check_voice(seat, "加签")
        entitled.check_voice(ctx.actor, held, seat)
        entitled.check_version(seat["version"], self.expected_version)
        settings, rule = held.task["settings"], held.task["rule"]
        extra_seats.check_allowed(held.task["name"], settings, rule, self.kind)
        entitled.check_version(composition(held.task), self.composition_version)
        guests = inviting.guests(held, tuple(self.units), tuple(self.persons))
        extra_seats.check_room(settings, held.seats, len(guests))
        before = _count(held)
        self._add(held, seat, guests)
        names = [guest.name for guest in guests]
        detail: Row = {"kind": self.kind, "added": names, "reason": reason}
        params = {"title": f"加签：{held.task['name']}", "text": reason}
        params |= {"task": held.task["id"]}
        notify.post(held.case, [one.recipient for one in guests], "notify", params)
        return _recount(held, "AddSeats", seat, detail, before)

    def _add(self, held: HeldTask, seat: Row, guests: list[inviting.Guest]) -> None:
        conn, rule = held.case.ctx.conn, str(held.task["rule"])
        numbers, moved = extra_seats.places(rule, held.seats, len(guests))
        for one in held.seats:
            if one["id"] in moved:
                work.write_seat(conn, one["id"], one["version"], _order(moved[one["id"]]))
        rows = [
            inviting.seat_row(held, guest, seat, number)
            for guest, number in zip(guests, numbers, strict=True)
        ]
        for row in rows if rule == "sequential" else ():
            row["state"] = "held"
        work.insert_seats(conn, rows)


@dataclass(frozen=True, slots=True)
class RemoveSeat:
    """减签: take the open seat SEAT_ID out of the round, for a REASON of ten characters.

    One's own additions; who supervises the case: any that is not required. At least one
    seat remains. EXPECTED_VERSION is that seat's, COMPOSITION_VERSION as with AddSeats. The
    round may be decided at once. Answers Recomposed.
    """

    task_id: int
    seat_id: int
    reason: str
    expected_version: int | None = None
    composition_version: int | None = None

    def run(self, ctx: Context) -> Recomposed:
        """Check whose seat it is and what is left; then take it out and count anew."""
        held = entitled.hold_task(ctx, self.task_id, "removeSeats")
        seat = next((one for one in held.seats if one["id"] == self.seat_id), None)
        if seat is None:
            raise NotFound
        manages = office.supervises(ctx.actor, str(held.case.root.row["region"] or ""))
        _check_given(self.expected_version, self.composition_version)
        reason = refusals.check_reason(_reason(self.reason), SHORTEST)
        entitled.require_open_case(held.case)
        _require_open(held, seat)
        extra_seats.check_removable(held.seats, seat, ctx.actor.person, manages=manages)
        entitled.check_version(seat["version"], self.expected_version)
        entitled.check_version(composition(held.task), self.composition_version)
        before = _count(held)
        values: Row = {"state": "removed"}
        work.write_seat(ctx.conn, seat["id"], seat["version"], values)
        name = seat["label"] or seat["unit_name"] or seat["person_name"]
        detail: Row = {"removed": name, "seat": seat["id"], "reason": reason}
        return _recount(held, "RemoveSeat", seat, detail, before)


def composition(task: Row) -> int:
    """Give how often the seats of the round TASK were changed."""
    return int((task["settings"] or {}).get(COMPOSITION) or 0)


def _check_given(*versions: int | None) -> None:
    """Ask for all versions before anything of the round is told."""
    for one in versions:
        if one is None:
            entitled.check_version(0, None)


def _reason(text: str) -> str:
    reason = text.strip()
    if len(reason) > LONGEST:
        raise InvalidRequest(f"理由最多 {LONGEST} 个字。", code="reason-too-long")
    return reason


def _order(number: int) -> Row:
    return {"order_no": number}


def _require_open(held: HeldTask, seat: Row) -> None:
    """Refuse to take out a seat that spoke, is gone, or whose round is over."""
    if seat["state"] == "done":
        label = entitled.outcome_label(held, seat["outcome"]) or seat["opinion"] or "已办理"
        who, at = seat["person_name"] or "", seat["decided_at"]
        raise refusals.seat_decided(who, seat["unit_name"], at, label)
    task = held.task
    if task["state"] != "open":
        if task["closed_at"] is None:
            raise Conflict("本环节没有办理人，等待流程负责人处理。", code="no-handler")
        raise refusals.round_closed(task["closed_at"], entitled.how_closed(held))
    if seat["state"] not in ("open", "held"):
        raise Conflict("该席位已不在本轮。", code="seat-void")


def _count(held: HeldTask) -> dict[str, int]:
    """Give what the record tells before and after: seats and votes needed."""
    rule = read_round(held.task["settings"], held.task["due_at"])
    seats = [seat_of(row) for row in held.seats]
    found = len(extra_seats.voices(held.seats))
    return {"seats": found, "need": extra_seats.need(rule, seats)}


def _recount(
    held: HeldTask, kind: str, seat: Row, detail: Row, before: dict[str, int]
) -> Recomposed:
    """Count the round as its seats are now; note what changed; go on if it is decided."""
    case, task = held.case, held.task
    held.seats[:] = work.seats_of(case.ctx.conn, task["id"])
    now, after = composition(task) + 1, _count(held)
    task["settings"] = {**task["settings"], COMPOSITION: now}
    work.write_task(case.ctx.conn, task["id"], {"settings": task["settings"]})
    verdict = _told(kind, voting.judge(held, case.ctx.now))
    told: Row = {"task": task["id"], "name": task["name"], "round": task["round"], **detail}
    told |= {"seats_before": before["seats"], "seats_after": after["seats"]}
    told |= {"need_before": before["need"], "need_after": after["need"]}
    case.note(held.live, kind, told, node=task["node"], unit=seat["unit"])
    case.root.touched = True
    outcome = tasks.settle(held, None, verdict, {})
    finishing.finish(case)
    return Recomposed(
        task_id=task["id"],
        composition_version=now,
        seats=after["seats"],
        need=after["need"],
        closed=isinstance(verdict, Decided),
        outcome=outcome,
        arithmetic=verdict.arithmetic,
        next=finishing.next_steps(case),
        instance_version=case.root.row["version"],
    )


def _told(kind: str, verdict: Verdict) -> Verdict:
    """Say that it was the removal that decided."""
    if kind != "RemoveSeat" or not isinstance(verdict, Decided):
        return verdict
    word = "因减签达到" if verdict.passed else "因减签确定"
    changed: Any = replace(verdict, arithmetic=f"{word}：{verdict.arithmetic}")
    decided: Decided = changed
    return decided
