"""People's work: claim, release, type, complete, urge."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

from engine.base import events
from engine.base.errors import Conflict, InvalidRequest, NotFound, StaleDocument, VersionMissing
from engine.base.values import Value
from engine.base.workhours import add_work_hours
from engine.commands import (
    asking,
    consulting,
    entitled,
    escalating,
    finishing,
    forms,
    four_eyes,
    notify,
    stepping,
    vaulting,
    voting,
)
from engine.commands.case import Case
from engine.commands.entitled import HeldTask
from engine.commands.results import Acted, Claimed, Counted, Versioned
from engine.context import Context
from engine.rules import asking as asking_rules
from engine.rules import refusals
from engine.rules.calendar import WorkingCalendar
from engine.rules.votes import Decided, Open, Verdict
from engine.store import codec, records, work
from engine.store.rows import Row

REMIND_AGAIN = timedelta(hours=4)  # work hours; operations.md 2.20


@dataclass(frozen=True, slots=True)
class ClaimTask:
    """认领: take the open seat of UNIT (needed when the actor could take several).

    Answers Claimed; 409 seat-decided or seat-claimed naming who was first.
    """

    task_id: int
    unit: str | None = None
    expected_version: int | None = None

    def run(self, ctx: Context) -> Claimed:
        """Write the actor into the seat."""
        held, seat = _open_seat(ctx, self.task_id, self.unit)
        voting.check(held, seat, None)
        if self.expected_version is not None:
            entitled.check_version(seat["version"], self.expected_version)
        if seat["person"] != ctx.actor.person:
            entitled.check_voice(ctx.actor, held, seat)
            _take(ctx, held, seat, entitled.signed(ctx, held))
        return Claimed(task_id=self.task_id, seat_id=seat["id"], version=seat["version"])


@dataclass(frozen=True, slots=True)
class ReleaseTask:
    """取消认领: give the seat back to the unit. Answers Claimed."""

    task_id: int
    unit: str | None = None
    expected_version: int | None = None

    def run(self, ctx: Context) -> Claimed:
        """Take the actor out of the seat."""
        held, seat = _open_seat(ctx, self.task_id, self.unit)
        if self.expected_version is not None:
            entitled.check_version(seat["version"], self.expected_version)
        if seat["person"] is not None:
            nobody: Row = {"person": None, "person_name": None, "on_behalf_of": None}
            _take(ctx, held, seat, nobody)
        return Claimed(task_id=self.task_id, seat_id=seat["id"], version=seat["version"])


def _open_seat(ctx: Context, task_id: int, unit: str | None) -> tuple[HeldTask, Row]:
    held = entitled.hold_task(ctx, task_id, "claim")
    seat = entitled.acting_seat(ctx.actor, held, unit)
    entitled.require_open_case(held.case)
    entitled.require_open_seat(ctx.actor, held, seat)
    return held, seat


def _take(ctx: Context, held: HeldTask, seat: Row, values: Row) -> None:
    work.write_seat(ctx.conn, seat["id"], seat["version"], values)
    seat["version"] += 1
    kind = "ClaimTask" if values["person"] else "ReleaseTask"
    detail = {"task": held.task["id"], "seat": seat["id"], "name": held.task["name"]}
    held.case.note(held.live, kind, detail, node=held.task["node"], unit=seat["unit"])
    finishing.finish(held.case)


@dataclass(frozen=True, slots=True)
class CompleteTask:
    """办理: act on the actor's seat with the form's DATA, OUTCOME and OPINION.

    EXPECTED_VERSION is the seat's version, required. OUTCOME is a gov:outcome value (None
    when the node declares none). A decided round moves the case on. Answers Acted.
    """

    task_id: int
    data: Mapping[str, Value] = field(default_factory=dict)
    outcome: str | None = None
    opinion: str = ""
    expected_version: int | None = None
    unit: str | None = None

    def run(self, ctx: Context) -> Acted:
        """Check, act on the seat, and when the round is decided write down what follows."""
        held = entitled.hold_task(ctx, self.task_id, "complete")
        seat = entitled.acting_seat(ctx.actor, held, self.unit)
        seat = consulting.meant(held, seat, self.outcome)
        if self.expected_version is None:
            entitled.check_version(seat["version"], None)
        outcome = self._outcome(held)
        opinion = refusals.check_reason(
            self.opinion, int((outcome or {}).get("reasonMin") or 0)
        )
        entitled.require_open_case(held.case)
        entitled.require_open_seat(ctx.actor, held, seat)
        entitled.check_voice(ctx.actor, held, seat)
        entitled.check_version(seat["version"], self.expected_version)
        if asking_rules.is_side(seat):
            return asking.answer(held, seat, outcome, opinion)
        four_eyes.check(held, outcome)
        decision = voting.check(held, seat, outcome)
        data = forms.clean(held, self.data, seat)
        forms.check_requires(held, seat, outcome, data)
        self._act(ctx, held, seat, {"decision": decision, "opinion": opinion}, outcome)
        forms.keep(held, seat, data)
        verdict = voting.judge(held, ctx.now)
        chosen = settle(held, seat, verdict, data)
        finishing.finish(held.case)
        return Acted(
            task_id=self.task_id,
            seat_id=seat["id"],
            closed=isinstance(verdict, Decided),
            outcome=chosen,
            arithmetic=verdict.arithmetic,
            next=finishing.next_steps(held.case),
            instance_version=held.case.root.row["version"],
        )

    def _outcome(self, held: HeldTask) -> dict[str, Any] | None:
        known = held.live.node(held.task["node"]).outcomes
        if self.outcome is None:
            if known:
                raise InvalidRequest("请选择办理结果。", code="outcome-required")
            return None
        for outcome in known:
            if outcome.get("value") == self.outcome:
                return outcome
        words = "、".join(str(o.get("value")) for o in known) or "无"
        raise InvalidRequest(
            f"办理结果“{self.outcome}”不在本环节的选项中（{words}）。", code="outcome-unknown"
        )

    def _act(
        self,
        ctx: Context,
        held: HeldTask,
        seat: Row,
        said: Row,
        outcome: dict[str, Any] | None,
    ) -> None:
        values: Row = {
            **said,
            "state": "done",
            "outcome": self.outcome,
            **entitled.signed(ctx, held),
            "decided_at": ctx.now,
        }
        work.write_seat(ctx.conn, seat["id"], seat["version"], values)
        seat.update(values, version=seat["version"] + 1)
        task = held.task
        detail = {
            "task": task["id"],
            "seat": seat["id"],
            "name": task["name"],
            "round": task["round"],
            "unit_name": seat["unit_name"],
            "outcome": self.outcome,
            "label": (outcome or {}).get("label"),
            **said,
        }
        held.case.note(held.live, "CompleteTask", detail, node=task["node"], unit=seat["unit"])


def settle(
    held: HeldTask, seat: Row | None, verdict: Verdict, data: Mapping[str, Value]
) -> str | None:
    """Write the verdict; a decided round closes once and gives the kernel its event.

    SEAT is the one that acted, with its DATA; None when the due time decided, or a change
    of the seats.
    """
    conn, task = held.case.ctx.conn, held.task
    if isinstance(verdict, Open):
        work.write_task(
            conn, task["id"], {"arithmetic": verdict.arithmetic, **consulting.turn(held)}
        )
        for row in held.seats:
            if row["state"] != "held" or asking_rules.pending(held.seats, row) is not None:
                continue
            if str(row["id"]) in verdict.active:
                work.open_seat(conn, row["id"], row["due_at"])
        if seat is not None:
            work.drop_draft(conn, task["id"], held.case.ctx.actor.person)
        return None
    outcome = voting.round_outcome(held, verdict)
    closed = {
        "state": "completed",
        "closed_at": held.case.ctx.now,
        "outcome": outcome,
        "arithmetic": verdict.arithmetic,
    }
    work.write_task(conn, task["id"], closed)
    escalating.disarm(held.case, [task])
    consulting.silence(held)
    if len(held.seats) > 1:
        work.void_seats(conn, [task["id"]])
    work.drop_draft(conn, task["id"])
    detail = {"task": task["id"], "outcome": outcome, "arithmetic": verdict.arithmetic}
    detail |= {"name": task["name"], "round": task["round"]}
    held.case.note(held.live, "RoundDecided", detail, node=task["node"])
    held.case.closed.append(task)
    _tell_kernel(held, outcome, forms.of_round(held, seat, data))
    return outcome


def _tell_kernel(held: HeldTask, outcome: str | None, data: Mapping[str, Value]) -> None:
    event = events.CompleteTask(
        **held.case.stamp(held.live),
        wait=held.task["wait"],
        result=data,
        outcome=outcome,
        item=held.task["item"] or None,
    )
    stepping.must_step(held.case, held.live, event)


@dataclass(frozen=True, slots=True)
class SaveTaskDraft:
    """Keep what was typed but not submitted; IF_MATCH is the draft's version, 0 = none yet.

    Answers Versioned; StaleDocument when another window saved since.
    """

    task_id: int
    data: Mapping[str, Value] = field(default_factory=dict)
    if_match: int | None = None

    def run(self, ctx: Context) -> Versioned:
        """Replace the actor's draft."""
        held = entitled.hold_task(ctx, self.task_id, "save")
        if self.if_match is None:
            raise VersionMissing
        if held.task["state"] != "open":
            raise Conflict("本环节已结束，不能再保存草稿。", code="round-closed")
        known = work.load_draft(ctx.conn, self.task_id, ctx.actor.person)
        version = known["version"] if known else 0
        if version != self.if_match:
            raise StaleDocument(currentVersion=version)
        row = {
            "task_id": self.task_id,
            "person": ctx.actor.person,
            "data": codec.encode(vaulting.drafted(held, self.data)),
            "version": version + 1,
            "updated_at": ctx.now,
        }
        work.write_draft(ctx.conn, row)
        return Versioned(version=version + 1)


@dataclass(frozen=True, slots=True)
class RemindTask:
    """催办: tell the open seats; at most once per task in 4 work hours. Answers Counted."""

    task_id: int
    text: str = ""

    def run(self, ctx: Context) -> Counted:
        """Queue a message to each open seat."""
        held = entitled.hold_task(ctx, self.task_id, "remind")
        entitled.require_open_case(held.case)
        task = held.task
        if task["state"] != "open":
            raise refusals.round_closed(task["closed_at"], entitled.how_closed(held))
        self._check_interval(held.case, held)
        waiting = [seat for seat in held.seats if seat["state"] == "open"]
        told = [_recipient(seat) for seat in waiting]
        params = {"title": f"催办：{task['name']}", "text": self.text, "task": task["id"]}
        notify.post(held.case, told, "remind", params)
        detail = {"task": task["id"], "name": task["name"], "to": told, "text": self.text}
        held.case.note(held.live, "RemindTask", detail, node=task["node"])
        finishing.finish(held.case)
        return Counted(count=len(told))

    def _check_interval(self, case: Case, held: HeldTask) -> None:
        for line in records.last_lines(case.ctx.conn, case.id, "RemindTask", 50):
            if line["detail"]["task"] != self.task_id:
                continue
            calendars = held.live.deployed.calendars
            calendar = calendars[held.live.deployed.application.calendar]
            again = add_work_hours(line["at"], REMIND_AGAIN, cast(WorkingCalendar, calendar))
            if case.ctx.now < again:
                raise refusals.too_soon(line["actor_name"], line["at"], again)
            return


def _recipient(seat: Row) -> str:
    if seat["person"]:
        return f"person:{seat['person']}"
    if not seat["unit"]:
        raise NotFound
    return f"unit:{seat['unit']}"
