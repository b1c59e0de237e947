"""Open work of a unit that is gone: its seats go to the unit that took over its duties."""

from dataclasses import dataclass
from itertools import groupby

from engine.base.errors import Conflict, InvalidRequest
from engine.commands import (
    away,
    entitled,
    finishing,
    organising,
    staffing,
    tasks,
    voting,
)
from engine.commands.case import Case, open_case
from engine.commands.results import Refilled
from engine.context import Context
from engine.rules.permissions import may
from engine.rules.seats import GONE
from engine.store import cases, organisation, people_rows, records, work
from engine.store.rows import Row

REASON_LENGTH = 200
OPEN = ("open", "held")


@dataclass(frozen=True, slots=True)
class HandOverSeats:
    """Give the open seats of unit GONE to unit SUCCESSOR, with a REASON (a merger, say).

    Only from a unit that ended or where nobody holds a post, and to one of the same
    application where somebody does. Where the successor has a seat of the round already,
    the seat is taken out of the round: one unit has one voice, and a round with no voice
    missing is decided. Cases the successor keeps away from (回避) are left as they are. Up
    to 500 seats at a time. Right refill; answers Refilled: seats handed over, seats left.
    """

    gone: str
    successor: str
    reason: str

    def run(self, ctx: Context) -> Refilled:
        """Check both units, then move the seats case by case, in ascending order."""
        may(ctx.actor, "refill")
        organising.alone(ctx)
        unit = self._successor(ctx)
        seats = organisation.unheld_seats(ctx.conn, self.gone)
        if not seats:
            raise Conflict("该单位没有无人办理的席位：仍在用且有在岗人员的单位自行办理。")
        if seats[0]["application"] not in (None, unit["application"]):
            raise Conflict("两个单位不属于同一应用。", code="unit-foreign")
        moved = 0
        for root_id, found in groupby(seats, key=lambda row: int(row["root_id"])):
            moved += self._move_in(ctx, root_id, unit, list(found))
        detail = {"from": self.gone, "to": self.successor, "reason": self.reason}
        counted = {**detail, "seats": moved}
        records.add_audit(ctx.conn, ctx.now, ctx.actor.person, "HandOverSeats", counted)
        return Refilled(filled=moved, still=len(seats) - moved)

    def _successor(self, ctx: Context) -> Row:
        if not self.reason.strip() or len(self.reason) > REASON_LENGTH:
            raise InvalidRequest(f"请写明移交的依据，最多 {REASON_LENGTH} 个字。")
        if self.gone in ("", self.successor):
            raise InvalidRequest("移交给另一个单位。")
        unit = people_rows.unit_row(ctx.conn, self.successor)
        if unit is None or not unit["active"]:
            raise InvalidRequest(f"没有编码为“{self.successor[:40]}”的现行单位。")
        if self.successor in people_rows.vacant_units(ctx.conn, unit["application"]):
            raise InvalidRequest(f"“{unit['name']}”也没有在岗人员，请先任职。")
        return unit

    def _move_in(self, ctx: Context, root_id: int, unit: Row, found: list[Row]) -> int:
        root = cases.lock_root(ctx.conn, root_id)
        if root is None:
            return 0
        case = open_case(ctx, root)
        if unit["code"] in away.of(root)["units"]:
            return 0
        moved = sum(self._move(case, unit, row) for row in found)
        finishing.finish(case)
        return moved

    def _move(self, case: Case, unit: Row, found: Row) -> bool:
        held = entitled.task_of(case, found["task_id"])
        seat = next((one for one in held.seats if one["id"] == found["id"]), None)
        if held.task["state"] != "open" or seat is None or seat["state"] not in OPEN:
            return False
        seated = [one for one in held.seats if one["unit"] == unit["code"]]
        merged = any(one["state"] not in GONE for one in seated)
        values = {"state": "removed"} if merged else staffing.taken_over(seat, unit)
        work.write_seat(case.ctx.conn, seat["id"], seat["version"], values)
        detail = {"task": held.task["id"], "seat": seat["id"], "name": held.task["name"]}
        detail |= {"from": seat["unit_name"], "to": unit["name"], "reason": self.reason}
        detail |= {"merged": True} if merged else {}
        seat.update(values, version=seat["version"] + 1)
        case.root.touched = True
        node = held.task["node"]
        case.note(held.live, "SeatHandedOver", detail, node=node, unit=unit["code"])
        if merged:  # the successor's voice may be all that was waited for
            tasks.settle(held, None, voting.judge(held, case.ctx.now), {})
        return True
