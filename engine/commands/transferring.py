"""转办: a seat passes to a colleague, who acts on it from then on (operations.md 2.13)."""

from dataclasses import dataclass

from engine.base.actor import Actor, Post
from engine.commands import entitled, finishing, four_eyes, notify
from engine.commands.entitled import HeldTask
from engine.commands.results import Claimed
from engine.context import Context
from engine.rules import asking, transfers
from engine.store import people_rows, work
from engine.store.rows import Row

REASON_LENGTH = 500
# What the row of the former holder keeps; the seat itself goes on as it is.
KEPT = (
    *("task_id", "root_id", "unit", "unit_name", "role", "label", "duty", "order_no"),
    *("weight", "required", "veto", "due_at", "region", "on_behalf_of"),
)


@dataclass(frozen=True, slots=True)
class TransferTask:
    """转办: pass the actor's seat of TASK_ID to PERSON (a login), with a REASON if told.

    The seat goes on under its own number, weight and limit; the former holder keeps a row
    of state 已转 that does not count. One who leads the unit may pass on a colleague's.
    EXPECTED_VERSION is the seat's. Answers Claimed; 409 already-seated, max-chain,
    seat-transferred, 422 not-eligible.
    """

    task_id: int
    person: str
    reason: str = ""
    expected_version: int | None = None
    unit: str | None = None

    def run(self, ctx: Context) -> Claimed:
        """Check both persons, then write the new holder into the seat."""
        held = entitled.hold_task(ctx, self.task_id, "view")
        entitled.require(ctx, _verb(ctx.actor, held), held=held)
        seat = entitled.acting_seat(ctx.actor, held, self.unit)
        entitled.check_length(self.reason, REASON_LENGTH)
        asking.check_voice(seat, "转办")
        entitled.require_open_case(held.case)
        leads = leads_unit(ctx.actor, seat)
        entitled.require_open_seat(
            ctx.actor, held, {**seat, "person": None} if leads else seat
        )
        entitled.check_version(seat["version"], self.expected_version)
        taker, post = self._taker(ctx, held, seat)
        rule = transfers.read(held.live.node(held.task["node"]).transfer)
        passed = entitled.transfers_of(held, seat["id"])
        transfers.check(rule, passed, taker.person, self.reason.strip())
        self._pass_on(ctx, held, seat, (taker, post))
        return Claimed(task_id=self.task_id, seat_id=seat["id"], version=seat["version"])

    def _taker(self, ctx: Context, held: HeldTask, seat: Row) -> tuple[Actor, Post]:
        found = people_rows.load_actor(ctx.conn, self.person)
        if found is None:
            raise transfers.not_eligible(self.person[:40] or "未选择的人员")
        if transfers.seated(held.seats, found.person):
            raise transfers.already_seated(found.name)
        rule = transfers.read(held.live.node(held.task["node"]).transfer)
        region = str(held.case.root.row["region"] or "")
        post = transfers.landing(rule, _placed(ctx.actor, seat), found, region)
        away = entitled.keeps_away(found, held.case.root.row)
        if post is None or away or four_eyes.did(held, found.person):
            raise transfers.not_eligible(found.name)
        return found, post

    def _pass_on(
        self, ctx: Context, held: HeldTask, seat: Row, taken: tuple[Actor, Post]
    ) -> None:
        (taker, post), task, reason = taken, held.task, self.reason.strip()
        holder = _holder(ctx, held, seat)
        former = {**{name: seat[name] for name in KEPT}, **holder}
        former |= {"state": "transferred", "version": 1, "decided_at": ctx.now}
        former |= {"opinion": f"转办给 {taker.name}" + (f"：{reason}" if reason else "")}
        work.insert_seats(ctx.conn, [former])
        values: Row = {"person": taker.person, "person_name": taker.name}
        values |= {"on_behalf_of": None}
        if seat["unit"] and seat["unit"] != post.unit:
            unit = people_rows.unit_row(ctx.conn, post.unit) or {}
            values |= {"unit": post.unit, "unit_name": post.unit_name}
            values |= {"region": unit.get("region", post.region)}
        work.write_seat(ctx.conn, seat["id"], seat["version"], values)
        seat.update(values, version=seat["version"] + 1)
        detail = {"task": task["id"], "seat": seat["id"], "name": task["name"]}
        detail |= {"round": task["round"], "from": holder["person"], "to": taker.person}
        detail |= {"from_name": holder["person_name"], "to_name": taker.name}
        detail |= {"unit_name": seat["unit_name"], "reason": reason}
        held.case.note(
            held.live, "TransferTask", detail, node=task["node"], unit=former["unit"]
        )
        work.drop_draft(ctx.conn, task["id"], holder["person"])
        params = {"title": f"转办：{task['name']}", "text": reason, "task": task["id"]}
        notify.post(held.case, [f"person:{taker.person}"], "transfer", params)
        finishing.finish(held.case)


def leads_unit(actor: Actor, seat: Row) -> bool:
    """Tell whether the actor leads the unit of SEAT (单位调度)."""
    return any(post.duty == "leader" and post.unit == seat["unit"] for post in actor.posts)


def _verb(actor: Actor, held: HeldTask) -> str:
    """Name the right needed: a free seat of one's unit is taken and passed on in one act."""
    mine = (one for one in held.seats if entitled.belongs(actor, held, one))
    free = any(one["person"] is None and one["state"] in ("open", "held") for one in mine)
    return "claim" if free else "transfer"


def _placed(actor: Actor, seat: Row) -> Row:
    """Give SEAT with a unit: one that names a person lies in the unit of who passes it on."""
    unit = next((post.unit for post in actor.posts), "")
    return seat if seat["unit"] else {**seat, "unit": unit}


def _holder(ctx: Context, held: HeldTask, seat: Row) -> Row:
    """Give who had the seat until now: who took it, else who passes it on."""
    if seat["person"] is None:
        return entitled.signed(ctx, held)
    name = seat["person_name"]
    if name is None:
        name = (people_rows.load_person(ctx.conn, seat["person"]) or {}).get("name", "")
    return {"person": seat["person"], "person_name": name}
