"""委派: ask one's opinion, give it, take the question back; the clock goes on (2.14)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.base.errors import Conflict, InvalidRequest
from engine.commands import entitled, finishing, inviting, notify
from engine.commands.entitled import HeldTask
from engine.commands.results import Acted, Delegated
from engine.context import Context
from engine.rules import asking, refusals
from engine.rules.seats import ASKED, decision_of
from engine.store import work
from engine.store.rows import Row

LONGEST = 500  # characters of a question


@dataclass(frozen=True, slots=True)
class DelegateTask:
    """委派: ask PERSON (a login) or TO_UNIT (a code) for an opinion, QUESTION if told.

    They get a side seat without a vote; the actor's seat is held until they answered or the
    question is taken back. EXPECTED_VERSION is that of the actor's seat. Answers Delegated.
    """

    task_id: int
    person: str = ""
    to_unit: str = ""
    question: str = ""
    expected_version: int | None = None
    unit: str | None = None

    def run(self, ctx: Context) -> Delegated:
        """Hold the actor's seat, open the side seat and tell who is asked."""
        held = entitled.hold_task(ctx, self.task_id, "delegate")
        seat = entitled.acting_seat(ctx.actor, held, self.unit)
        if self.expected_version is None:
            entitled.check_version(seat["version"], None)
        question = self._question()
        entitled.require_open_case(held.case)
        entitled.require_open_seat(ctx.actor, held, seat)
        entitled.check_voice(ctx.actor, held, seat)
        entitled.check_version(seat["version"], self.expected_version)
        task = held.task
        asking.check_allowed(task["name"], held.live.node(task["node"]).assignment, seat)
        if seat["state"] != "open":
            raise Conflict("尚未轮到您办理，不能委派。", code="not-your-turn")
        guest = self._guest(held, seat)
        values: Row = {"state": "held", **entitled.signed(ctx, held)}
        work.write_seat(ctx.conn, seat["id"], seat["version"], values)
        work.insert_seats(ctx.conn, [_side_seat(held, guest, seat)])
        params = {"title": f"征求意见：{task['name']}", "text": question, "task": task["id"]}
        notify.post(held.case, [guest.recipient], "notify", params)
        detail: Row = {"to": guest.name, "reason": question}
        _note(held, "DelegateTask", seat, detail)
        return Delegated(self.task_id, seat["id"], seat["version"] + 1, guest.name)

    def _question(self) -> str:
        question = self.question.strip()
        if len(question) > LONGEST:
            text = f"征求的问题最多 {LONGEST} 个字。"
            raise InvalidRequest(text, code="reason-too-long")
        if bool(self.person) == bool(self.to_unit):
            raise InvalidRequest("请选择一个单位或一名人员征求意见。", code="nobody-named")
        return question

    def _guest(self, held: HeldTask, seat: Row) -> inviting.Guest:
        """Find who is asked: nobody who has a voice of his own here; a colleague may be."""
        if self.person == held.case.ctx.actor.person:
            raise InvalidRequest("不能委派给自己。", code="delegate-self")
        units = (self.to_unit,) if self.to_unit else ()
        persons = (self.person,) if self.person else ()
        others = [one for one in held.seats if not (persons and one["id"] == seat["id"])]
        around = HeldTask(held.case, held.live, held.task, others)
        return inviting.guests(around, units, persons)[0]


@dataclass(frozen=True, slots=True)
class RecallDelegation:
    """收回委派: the question is taken back, the actor's seat is open again.

    EXPECTED_VERSION is that of the actor's seat. Answers Delegated.
    """

    task_id: int
    expected_version: int | None = None
    unit: str | None = None

    def run(self, ctx: Context) -> Delegated:
        """Close the side seat and give the seat back to who asked."""
        held = entitled.hold_task(ctx, self.task_id, "delegate")
        seat = entitled.acting_seat(ctx.actor, held, self.unit)
        entitled.require_open_case(held.case)
        asked = asking.pending(held.seats, seat)
        if asked is None:
            entitled.require_open_seat(ctx.actor, held, seat)
            raise Conflict("没有尚未答复的委派。", code="not-delegated")
        if not entitled.may_take(ctx.actor, held, seat):
            raise asking.delegated(asked)
        entitled.check_version(seat["version"], self.expected_version)
        void: Row = {"state": "void"}
        work.write_seat(ctx.conn, asked["id"], asked["version"], void)
        _give_back(held, seat)
        params: Row = {"title": f"收回征求意见：{held.task['name']}", "text": ""}
        params |= {"task": held.task["id"]}
        notify.post(held.case, [recipient(asked)], "notify", params)
        name = asking.name_of(asked)
        _note(held, "RecallDelegation", seat, {"to": name})
        return Delegated(self.task_id, seat["id"], seat["version"] + 1, name)


def answer(held: HeldTask, seat: Row, outcome: dict[str, Any] | None, opinion: str) -> Acted:
    """Keep the opinion of the side SEAT and give the seat back to who asked.

    What it says counts nowhere; the form stays as it is.
    """
    ctx, task = held.case.ctx, held.task
    if outcome is None:
        opinion = refusals.check_reason(opinion, 1)
    values: Row = {
        "state": "done",
        "decision": decision_of(str(outcome.get("action") or "")) if outcome else None,
        "outcome": outcome["value"] if outcome else None,
        "opinion": opinion,
        **entitled.signed(ctx, held),
        "decided_at": ctx.now,
    }
    work.write_seat(ctx.conn, seat["id"], seat["version"], values)
    origin = next(one for one in held.seats if one["id"] == seat["origin"])
    if origin["state"] == "held":
        _give_back(held, origin)
    params = {"title": f"已答复征求意见：{task['name']}", "text": opinion, "task": task["id"]}
    notify.post(held.case, [recipient(origin)], "notify", params)
    work.drop_draft(ctx.conn, task["id"], ctx.actor.person)
    label = (outcome or {}).get("label")
    said: Row = {"label": label, "opinion": opinion, "to": origin["unit_name"]}
    _note(held, "GiveOpinion", seat, said)
    return Acted(
        task_id=task["id"],
        seat_id=seat["id"],
        closed=False,
        arithmetic=task["arithmetic"] or "",
        instance_version=held.case.root.row["version"],
    )


def _side_seat(held: HeldTask, guest: inviting.Guest, seat: Row) -> Row:
    """Make the seat of who is asked; the limit stays with who asks."""
    row = inviting.seat_row(held, guest, seat, int(seat["order_no"]))
    own: Row = {"duty": ASKED, "label": f"{asking.LABEL}{guest.name}", "due_at": None}
    return {**row, **own}


def _give_back(held: HeldTask, seat: Row) -> None:
    values: Row = {"state": "open"}
    work.write_seat(held.case.ctx.conn, seat["id"], seat["version"], values)


def recipient(seat: Mapping[str, Any]) -> str:
    """Name who has SEAT as messages do."""
    return f"person:{seat['person']}" if seat["person"] else f"unit:{seat['unit']}"


def _note(held: HeldTask, kind: str, seat: Row, detail: Row) -> None:
    task = held.task
    told: Row = {"task": task["id"], "seat": seat["id"], "name": task["name"]}
    told |= {"round": task["round"], "unit_name": seat["unit_name"], **detail}
    held.case.root.touched = True
    held.case.note(held.live, kind, told, node=task["node"], unit=seat["unit"])
    finishing.finish(held.case)
