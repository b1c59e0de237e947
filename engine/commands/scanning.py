"""签章页: the scanned page a seat was signed and sealed on (requirements.md 9, signoff)."""

from dataclasses import dataclass

from engine.base.errors import Conflict, InvalidRequest
from engine.commands import entitled, finishing
from engine.commands.entitled import HeldTask
from engine.commands.results import Claimed
from engine.context import Context
from engine.rules import refusals, scans
from engine.store import cases
from engine.store.rows import Row

ATTACH = "AttachScans"


@dataclass(frozen=True, slots=True)
class AttachScans:
    """附签章页: add FILES (ids of uploaded attachments) to the actor's seat of TASK_ID.

    Before or after the act itself, also once the case has ended: paper is often sealed
    later. Pages are added, never exchanged. UNIT says whose seat where the actor has
    several. Answers Claimed; 409 round-superseded, 422 scan-files, unit-needed.
    """

    task_id: int
    files: tuple[str, ...]
    unit: str | None = None

    def run(self, ctx: Context) -> Claimed:
        """Check seat and files, tie them together, note it in the history."""
        held = entitled.hold_task(ctx, self.task_id, "view")
        seat = self._seat(ctx, held)
        if held.task["superseded"]:
            raise Conflict("本环节已重新办理，请把签章页附到新一轮。", code="round-superseded")
        known = self._checked(ctx, held, seat)
        cases.use_scans(ctx.conn, held.case.id, seat["id"], self.files)
        detail: Row = {"task": held.task["id"], "seat": seat["id"], "name": held.task["name"]}
        detail |= {"round": held.task["round"], "unit_name": seat["unit_name"]}
        detail |= {"files": {uid: known[uid]["sha256"] for uid in self.files}}
        held.case.note(held.live, ATTACH, detail, node=held.task["node"], unit=seat["unit"])
        finishing.finish(held.case)
        return Claimed(task_id=self.task_id, seat_id=seat["id"], version=seat["version"])

    def _seat(self, ctx: Context, held: HeldTask) -> Row:
        mine = [
            one
            for one in held.seats
            if scans.takes(one)
            and entitled.belongs(ctx.actor, held, one)
            and self.unit in (None, one["unit"])
        ]
        units = sorted({one["unit"] for one in mine})
        if not mine:
            raise refusals.not_entitled("附签章页")
        if len(units) > 1:
            text = "您可以代表多个单位，请选择签章页属于哪个单位。"
            raise InvalidRequest(text, code="unit-needed", units=units)
        held.case.behalf = entitled.behalf_of(ctx.actor, held, mine[0])
        return mine[0]

    def _checked(self, ctx: Context, held: HeldTask, seat: Row) -> dict[str, Row]:
        there = cases.scans(ctx.conn, held.case.id).get(seat["id"], [])
        scans.check_number(self.files, len(there))
        known = cases.attachments_by_id(ctx.conn, self.files)
        for uid in self.files:
            scans.check_file(known.get(uid), ctx.actor.person)
        return known
