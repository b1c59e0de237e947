"""逾期意见: what a unit says after the consultation was concluded without it (2.6)."""

from dataclasses import dataclass
from typing import Any

from engine.base.errors import Conflict, InvalidRequest
from engine.base.values import Value
from engine.commands import consulting, entitled, finishing, notify, sending
from engine.commands.entitled import HeldTask
from engine.commands.results import Acted
from engine.context import Context
from engine.kernel import effects
from engine.rules import consult, refusals
from engine.rules.seats import CONCLUDE
from engine.store import work
from engine.store.rows import Row

SHORTEST = 10  # characters of a late opinion, like every reason


@dataclass(frozen=True, slots=True)
class AnswerLate:
    """Keep the late opinion of the actor's silent seat; it is not counted.

    Where the round names a message for it (gov:conclusion late), that message carries it
    to a case of the lead's own, which keeps the conclusion or reopens the matter; else the
    lead is told. Answers Acted.
    """

    task_id: int
    outcome: str | None = None
    opinion: str = ""
    expected_version: int | None = None
    unit: str | None = None

    def run(self, ctx: Context) -> Acted:
        """Write it into the seat, tell the lead; the case itself does not move."""
        held = entitled.hold_task(ctx, self.task_id, "complete")
        seat = self._seat(ctx, held)
        entitled.check_version(seat["version"], self.expected_version)
        outcome = self._outcome(held, seat)
        opinion = refusals.check_reason(self.opinion, SHORTEST)
        values: Row = {
            "outcome": self.outcome,
            "opinion": opinion,
            **entitled.signed(ctx, held),
            "decided_at": ctx.now,
        }
        work.write_seat(ctx.conn, seat["id"], seat["version"], values)
        self._tell(held, seat, {"outcome": self.outcome, "opinion": opinion, **outcome})
        finishing.finish(held.case)
        return Acted(
            task_id=self.task_id,
            seat_id=seat["id"],
            closed=True,
            outcome=held.task["outcome"],
            arithmetic=held.task["arithmetic"] or "",
            instance_version=held.case.root.row["version"],
        )

    def _seat(self, ctx: Context, held: HeldTask) -> Row:
        seat = entitled.acting_seat(ctx.actor, held, self.unit)
        mine = [s for s in held.seats if s["unit"] == seat["unit"] and s["duty"] != CONCLUDE]
        if held.task["rule"] != consulting.RULE or held.task["state"] != "completed":
            raise Conflict("本轮征求意见还没有结论，请直接办理。", code="not-concluded")
        silent = [one for one in mine if one["state"] == consult.SILENT]
        if not silent:
            raise Conflict("您的单位已反馈意见，不能再补充逾期意见。", code="seat-decided")
        if silent[0]["outcome"] is not None:
            raise Conflict("您的单位已补充过逾期意见。", code="seat-decided")
        return silent[0]

    def _outcome(self, held: HeldTask, seat: Row) -> dict[str, Value]:
        """Give the words of the chosen outcome; only opinions are offered."""
        for row in consult.offered(consulting.outcomes(held), seat):
            if row["value"] == self.outcome:
                return {"label": str(row.get("label") or row["value"])}
        raise InvalidRequest("请选择意见。", code="outcome-unknown")

    def _tell(self, held: HeldTask, seat: Row, said: dict[str, Any]) -> None:
        case, task = held.case, held.task
        lead = [f"unit:{s['unit']}" for s in held.seats if s["duty"] == CONCLUDE]
        title = f"研究逾期意见：{seat['unit_name']}，{task['name']}（第 {task['round']} 轮）"
        params = {"title": title, "text": str(said["opinion"]), "task": task["id"]}
        message = consult.conclusion_of(task).get("late")
        if message:
            self._send(held, seat, str(message), said)
        else:
            notify.post(case, lead, "notify", params)
        detail = {"task": task["id"], "seat": seat["id"], "name": task["name"]}
        detail |= {"unit_name": seat["unit_name"], "to": lead, **said}
        case.note(held.live, "LateAnswer", detail, node=task["node"], unit=seat["unit"])

    def _send(self, held: HeldTask, seat: Row, name: str, said: dict[str, Any]) -> None:
        """Throw message NAME with the opinion and what it is about."""
        case, task = held.case, held.task
        lead = next(s["unit"] for s in held.seats if s["duty"] == CONCLUDE)
        payload: dict[str, Value] = {
            "subject_no": case.root.row["number"],
            "subject_title": case.root.row["title"],
            "late_round": task["round"],
            "late_unit": seat["unit"],
            "late_unit_name": seat["unit_name"],
            "late_outcome": str(said["label"]),
            "late_opinion": str(said["opinion"]),
            "lead_unit": lead,
        }
        thrown = effects.MessageThrown(node=task["node"], name=name, keys={}, payload=payload)
        sending.message_thrown(case, held.live, thrown)
