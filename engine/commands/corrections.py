"""Corrections: 退回, one handler's act, no vote."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from engine.base import events
from engine.base.errors import Conflict, NotAllowed
from engine.commands import entitled, finishing, opening, stepping
from engine.commands.entitled import HeldTask
from engine.commands.results import Acted
from engine.context import Context
from engine.kernel.returns import siblings
from engine.rules import asking, refusals
from engine.runtime import KernelRuntime
from engine.store import work
from engine.store.rows import Row

REASON = 10  # characters; operations.md 2.0


@dataclass(frozen=True, slots=True)
class ReturnTask:
    """退回 the case from TASK_ID to the earlier element TARGET; REASON ≥ 10 characters.

    EXPECTED_VERSION is the seat's version, or the root instance's when
    CONFIRM_CANCEL_BRANCHES. Answers Acted; NotSupported on a runtime without it.
    """

    task_id: int
    target: str
    reason: str
    then: Literal["stepwise", "direct"] | None = None  # None: as the diagram says
    confirm_cancel_branches: bool = False
    expected_version: int | None = None
    unit: str | None = None

    def run(self, ctx: Context) -> Acted:
        """Close the round without a decision and put the token back."""
        held = entitled.hold_task(ctx, self.task_id, "return")
        seat = entitled.acting_seat(ctx.actor, held, self.unit)
        asking.check_voice(seat, "退回")
        rule = held.live.node(held.task["node"]).returns
        if not _true(rule.get("allowed")):
            raise NotAllowed(f"环节“{held.task['name']}”不允许退回。", code="not-entitled")
        reason = refusals.check_reason(self.reason, REASON)
        entitled.require_open_case(held.case)
        entitled.require_open_seat(ctx.actor, held, seat)
        self._check_version(held, seat)
        self._check_target(held, rule.get("targets") or ())
        self._check_limit(held, rule.get("max"))
        self._write(ctx, held, seat, reason)
        self._rewind(held, reason, str(rule.get("after") or "stepwise"))
        finishing.finish(held.case)
        return Acted(
            task_id=self.task_id,
            seat_id=seat["id"],
            closed=True,
            outcome="returned",
            next=finishing.next_steps(held.case),
            instance_version=held.case.root.row["version"],
        )

    def _check_version(self, held: HeldTask, seat: Row) -> None:
        row = held.case.root.row if self.confirm_cancel_branches else seat
        entitled.check_version(row["version"], self.expected_version)

    def _check_target(self, held: HeldTask, listed: Sequence[str]) -> None:
        if self.target in listed:
            return  # drawn for it, e.g. a task for corrections nobody has had yet (2.8)
        name = held.live.node(self.target).name or self.target
        done = work.completed_nodes(held.case.ctx.conn, held.live.id, held.task["case_round"])
        if self.target not in done:
            raise Conflict(
                f"不能退回到“{name}”：该环节未办理过。", code="return-target-invalid"
            )
        if listed:
            raise Conflict(
                f"不能退回到“{name}”：不在允许退回的环节中。", code="return-target-invalid"
            )

    def _check_limit(self, held: HeldTask, most: object) -> None:
        if not most:
            return
        count = work.count_returns(held.case.ctx.conn, held.live.id, held.task["node"])
        if count >= int(str(most)):
            raise Conflict(f"已达最多退回次数（{most} 次）。", code="max-returns")

    def _write(self, ctx: Context, held: HeldTask, seat: Row, reason: str) -> None:
        values: Row = {
            "state": "done",
            "decision": "RETURN",
            "opinion": reason,
            **entitled.signed(ctx, held),
            "decided_at": ctx.now,
        }
        work.write_seat(ctx.conn, seat["id"], seat["version"], values)
        task = held.task
        detail = {"task": task["id"], "seat": seat["id"], "name": task["name"]}
        detail |= {"round": task["round"], "target": self.target, "reason": reason}
        node = task["node"]
        held.case.note(held.live, "ReturnTask", detail, node=node, unit=seat["unit"])
        opening.close(held.case, held.live, [task], "returned", reason)

    def _rewind(self, held: HeldTask, reason: str, after: str) -> None:
        live = held.live
        then: Literal["stepwise", "direct"] = self.then or (
            "direct" if after == "direct" else "stepwise"
        )
        event = events.Rewind(
            **held.case.stamp(live),
            waits=(held.task["wait"],),
            node=self.target,
            cancel=self._cancelled(held),
            then=then,
            reason=reason,
        )
        answer = stepping.step(held.case, live, event)
        if answer.status != "accepted":
            raise Conflict(answer.reason or None, code="return-target-invalid")

    def _cancelled(self, held: HeldTask) -> tuple[str, ...]:
        """Name the sibling tokens that are lost; they must have been agreed to."""
        live = held.live
        if live.deployed.runtime.name != KernelRuntime.name or live.state is None:
            return ()
        lost = siblings(live.plan, live.state, (held.task["wait"],), self.target)
        if lost and not self.confirm_cancel_branches:
            raise Conflict(
                f"退回将使 {len(lost)} 个并行环节失效，请确认。",
                code="confirm-needed",
                branches=[row["name"] for row in self._lost_tasks(held)],
            )
        return lost

    def _lost_tasks(self, held: HeldTask) -> list[Row]:
        rows = work.open_tasks(held.case.ctx.conn, held.case.id)
        mine = held.task["id"]
        return [r for r in rows if r["instance_id"] == held.live.id and r["id"] != mine]


def _true(value: object) -> bool:
    return value is True or str(value).lower() == "true"
