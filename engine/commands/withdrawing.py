"""撤回: take one's own act back while nobody went on with it (operations.md 2.9)."""

from dataclasses import dataclass

from engine.base import events
from engine.base.errors import Conflict, NotSupported
from engine.commands import entitled, finishing, opening, stepping, voting
from engine.commands.entitled import HeldTask
from engine.commands.results import Acted
from engine.context import Context
from engine.kernel.returns import Ahead, ahead
from engine.rules import refusals, withdrawals
from engine.runtime import KernelRuntime
from engine.store import codec, records, work
from engine.store.rows import Row

ROUNDS = 500  # decided rounds of a case looked through for the one taken back
WORD = "withdrawn"


@dataclass(frozen=True, slots=True)
class WithdrawTask:
    """撤回 the actor's decided act on TASK_ID; EXPECTED_VERSION is the root instance's.

    The case comes back to the task as a new round in which the actor holds the seat, with
    what was submitted as draft; rounds opened since are closed. In a round still open the
    own vote is taken back where the diagram says revote. Answers Acted; 409
    successor-acted, successor-opened, round-joint, not-revocable; NotSupported on a
    runtime without Rewind.
    """

    task_id: int
    reason: str = ""
    expected_version: int | None = None

    def run(self, ctx: Context) -> Acted:
        """Check that all that follows is untouched, then put the token back."""
        held = entitled.hold_task(ctx, self.task_id, "withdraw")
        root = held.case.root.row
        entitled.check_length(self.reason, 500)
        if self.expected_version is None:
            entitled.check_version(root["version"], None)
        found = withdrawals.own_seat(held.seats, ctx.actor.person)
        if found is None:
            raise refusals.not_entitled("撤回")
        own: Row = dict(found)
        entitled.require_open_case(held.case)
        if held.task["state"] == "open":
            return self._revote(ctx, held, own)
        withdrawals.check_round(held.task, held.seats, own)
        ahead_now, rows = self._ahead(held)
        entitled.check_version(root["version"], self.expected_version)
        self._note(held, own)
        self._rewind(held, ahead_now, rows)
        finishing.finish(held.case)
        self._hold_again(ctx, held, own)
        return Acted(
            task_id=self.task_id,
            seat_id=own["id"],
            outcome=WORD,
            next=finishing.next_steps(held.case),
            instance_version=root["version"],
        )

    def _ahead(self, held: HeldTask) -> tuple[Ahead, list[Row]]:
        """Give what waits and the open rounds to be taken back; refuse touched ones."""
        live, conn, case = held.live, held.case.ctx.conn, held.case
        if live.deployed.runtime.name != KernelRuntime.name:
            raise NotSupported
        if not live.is_live or live.state is None:
            raise withdrawals.nothing_ahead()
        found = ahead(live.plan, live.state, held.task["node"])
        line = records.last_lines(conn, case.id, "RoundDecided", ROUNDS)
        no = next((o["no"] for o in line if o["detail"]["task"] == self.task_id), 0)
        rows = [
            row
            for row in work.open_tasks(conn, case.id)
            if row["instance_id"] == live.id and row["node"] in found.nodes
        ]
        typed = work.drafts_of(conn, [row["id"] for row in rows], case.ctx.actor.person)
        lines = records.lines_after(conn, case.id, no, withdrawals.LINES)
        withdrawals.check_untouched(
            withdrawals.Ahead(
                [one for one in lines if one["instance_id"] == live.id],
                {node: live.node(node).name or node for node in found.nodes},
                live.node(held.task["node"]).revoke_until,
                [(row["name"], row["updated_at"]) for row in typed],
            )
        )
        if not found.waits:
            raise withdrawals.nothing_ahead()
        return found, rows

    def _note(self, held: HeldTask, own: Row) -> None:
        task = held.task
        detail = {"task": task["id"], "seat": own["id"], "name": task["name"]}
        detail |= {"round": task["round"], "unit_name": own["unit_name"]}
        detail |= {"outcome": own["outcome"], "reason": self.reason.strip()}
        held.case.note(
            held.live, "WithdrawTask", detail, node=task["node"], unit=own["unit"]
        )

    def _rewind(self, held: HeldTask, found: Ahead, rows: list[Row]) -> None:
        case, live = held.case, held.live
        opening.close(case, live, rows, WORD, self.reason.strip())
        event = events.Rewind(
            **case.stamp(live),
            waits=found.waits,
            node=held.task["node"],
            cancel=found.tokens,
            reason=self.reason.strip(),
        )
        answer = stepping.step(case, live, event)
        if answer.status != "accepted":
            raise Conflict(answer.reason or None, code="not-revocable")

    def _hold_again(self, ctx: Context, held: HeldTask, own: Row) -> None:
        """Give the actor the seat of the new round, with what was submitted as draft."""
        node = held.task["node"]
        new = next((t.row for t in held.case.opened if t.row["node"] == node), None)
        if new is None or new["state"] != "open":
            return
        for seat in work.seats_of(ctx.conn, new["id"]):
            same = (seat["unit"], seat["duty"]) == (own["unit"], own["duty"])
            if same and seat["state"] == "open" and seat["person"] in (None, own["person"]):
                names = ("person", "person_name", "on_behalf_of")
                values = {name: own[name] for name in names}
                work.write_seat(ctx.conn, seat["id"], seat["version"], values)
                break
        entries = work.form_entries(ctx.conn, self.task_id)
        mine = [row for row in entries if row["seat_id"] == own["id"]]
        data = codec.decode(bytes(mine[-1]["data"])) if mine else {}
        kept = {"data": data, "opinion": own["opinion"] or "", "outcome": own["outcome"]}
        draft: Row = {"task_id": new["id"], "person": ctx.actor.person, "version": 1}
        draft |= {"data": codec.encode(kept), "updated_at": ctx.now}
        work.write_draft(ctx.conn, draft)

    def _revote(self, ctx: Context, held: HeldTask, own: Row) -> Acted:
        """Take a vote back in a round still open; only where the diagram says revote."""
        task, settings = held.task, held.task["settings"] or {}
        if not settings.get("revote") or task["rule"] == "sequential":
            raise Conflict("本环节尚未结束，已提交的意见不能更改。", code="no-revote")
        entitled.check_version(held.case.root.row["version"], self.expected_version)
        values: Row = {"state": "open", "decision": None, "outcome": None}
        values |= {"opinion": None, "decided_at": None}
        work.write_seat(ctx.conn, own["id"], own["version"], values)
        self._note(held, own)
        seat = next(one for one in held.seats if one["id"] == own["id"])
        seat.update(values)
        verdict = voting.judge(held, ctx.now)
        work.write_task(ctx.conn, task["id"], {"arithmetic": verdict.arithmetic})
        finishing.finish(held.case)
        return Acted(
            task_id=self.task_id,
            seat_id=own["id"],
            outcome=WORD,
            arithmetic=verdict.arithmetic,
            instance_version=held.case.root.row["version"],
        )
