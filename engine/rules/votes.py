"""How a round is decided: its seats in, open or decided out (operations.md 2.2–2.6)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal

from engine.base.errors import Conflict, InvalidRequest, NotAllowed
from engine.base.records import record
from engine.rules.ballots import Tally, describe, vote
from engine.rules.seats import (
    ABSTAIN,
    AGREE,
    ASKED,
    CONCLUDE,
    DISAGREE,
    WORDS,
    Round,
    Seat,
    decision_of,
)


@record
class Open:
    """The round goes on; ACTIVE are the seats whose turn it is now."""

    arithmetic: str
    active: tuple[str, ...] = ()


@record
class Decided:
    """The round is over; ARITHMETIC is the sentence for the record.

    OUTCOME is agreed, failed, or concluded (a consultation: see the seat's own outcome).
    BY is the seat whose act decided, "" when the due time did; VOID are the seats that
    lose their turn.
    """

    outcome: Literal["agreed", "failed", "concluded"]
    arithmetic: str
    by: str = ""
    void: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Tell whether the round did not fail."""
        return self.outcome != "failed"


Verdict = Open | Decided


def decide(rule: Round, seats: Sequence[Seat], now: datetime) -> Verdict:
    """Decide the round RULE from its SEATS at NOW; pure, reads nothing else."""
    counted = [seat for seat in seats if seat.counts]
    if not counted:
        return Open("没有席位")
    if rule.rule == "vote":
        return _vote(rule, counted, now)
    return _RULES[rule.rule](rule, counted)


def _all(rule: Round, seats: Sequence[Seat]) -> Verdict:
    total, yes = len(seats), _count(seats, AGREE)
    text = f"{total} 席 需 {total}，已同意 {yes}"
    no = _first([seat for seat in seats if seat.cast and seat.decision != AGREE])
    lost = [seat for seat in seats if not seat.cast and not seat.waiting]
    if yes == total:
        return _decided("agreed", text, seats, _last(seats))
    if no is not None:
        text += f"，不同意 {_dissents(seats)}"
    if (no or lost) and (rule.on_dissent == "failNow" or not _waiting(seats)):
        return _decided("failed", text, seats, no)
    return Open(text, _ids(_waiting(seats)))


def _any(rule: Round, seats: Sequence[Seat]) -> Verdict:
    total, yes, no = len(seats), _count(seats, AGREE), _dissents(seats)
    text = f"{total} 席 需 1，已同意 {yes}" + (f"，不同意 {no}" if no else "")
    first = _first([seat for seat in seats if seat.cast])
    agreed = _first([seat for seat in seats if seat.decision == AGREE])
    if rule.decided_by == "any" and first is not None:
        how: Literal["agreed", "failed"] = "agreed" if first.decision == AGREE else "failed"
        return _decided(how, text, seats, first)
    if agreed is not None:
        return _decided("agreed", text, seats, agreed)
    if not _waiting(seats):
        return _decided("failed", text, seats, _last(seats))
    return Open(text, _ids(_waiting(seats)))


def _sequential(rule: Round, seats: Sequence[Seat]) -> Verdict:
    queue = sorted(seats, key=lambda seat: seat.order)
    total, yes = len(queue), _count(queue, AGREE)
    text = f"依次 {total} 席，已同意 {yes}"
    no = _first([seat for seat in queue if seat.cast and seat.decision != AGREE])
    if no is not None:
        text += f"，不同意 {_dissents(queue)}"
        if rule.on_dissent == "failNow":
            return _decided("failed", text, queue, no)
    waiting = _waiting(queue)
    if waiting:
        return Open(text, (waiting[0].id,))
    if yes == total:
        return _decided("agreed", text, queue, queue[-1])
    return _decided("failed", text, queue, no)


def _vote(rule: Round, seats: Sequence[Seat], now: datetime) -> Verdict:
    due = rule.on_due == "close" and rule.due_at is not None and now >= rule.due_at
    answer, why = vote(rule, seats, closed=due)
    text = describe(rule, Tally.of(seats)) + (f"；{why}" if why else "")
    if answer is None:
        return Open(text, _ids(_waiting(seats)))
    by = None if due and _waiting(seats) else _last(seats)
    return _decided("agreed" if answer else "failed", text, seats, by)


def _consult(rule: Round, seats: Sequence[Seat]) -> Verdict:
    asked = [seat for seat in seats if seat.duty != CONCLUDE]
    answered = sum(seat.cast for seat in asked)
    silent = sum(seat.state == "silent" and not seat.cast for seat in asked)
    word = "逾期视为无意见" if rule.silence == "noObjection" else "逾期未反馈"
    text = f"征求 {len(asked)} 家，已反馈 {answered}" + (f"，{word} {silent}" if silent else "")
    chair = _first([seat for seat in seats if seat.duty == CONCLUDE and seat.cast])
    if chair is not None:
        return _decided("concluded", text, seats, chair)
    return Open(text, _ids(_waiting(asked) or _waiting(seats)))


_RULES: Mapping[str, Callable[[Round, Sequence[Seat]], Verdict]] = {
    "all": _all,
    "any": _any,
    "sequential": _sequential,
    "consult": _consult,
}


def check_act(rule: Round, seats: Sequence[Seat], seat_id: str, decision: str) -> None:
    """Refuse an act on seat SEAT_ID that is out of turn or an abstention not offered."""
    seat = next(seat for seat in seats if seat.id == seat_id)
    if decision == ABSTAIN and rule.rule not in ("vote", "consult"):
        raise InvalidRequest("本环节不接受弃权。", code="abstain-not-allowed")
    if rule.rule != "sequential":
        return
    queue = sorted(_waiting(seats), key=lambda waiting: waiting.order)
    if queue and queue[0].id != seat.id:
        raise Conflict(
            f"尚未轮到您办理，当前由 {queue[0].label} 办理。",
            code="not-your-turn",
            current=queue[0].label,
        )


def check_conclusion(
    seats: Sequence[Seat], seat_id: str, label: str, *, approving: bool
) -> None:
    """Refuse a consultation's conclusion LABEL by others than the lead, or before time.

    APPROVING conclusions (通过, 修改后通过) need the answers of all required seats.
    """
    seat = next(seat for seat in seats if seat.id == seat_id)
    if seat.duty != CONCLUDE:
        raise NotAllowed("仅牵头单位可以作出结论。", code="lead-only")
    missing = [s for s in seats if s.required and s.counts and not s.cast and s.id != seat_id]
    if approving and missing:
        names = "、".join(seat.label for seat in missing)
        raise Conflict(
            f"{names} 为必须反馈单位，尚未反馈，不能作出“{label}”。",
            code="required-seat-open",
            units=[seat.label for seat in missing],
        )


def next_round(seats: Iterable[Seat]) -> tuple[str, ...]:
    """Give the seats asked again: those with an open precondition and the required ones."""
    return tuple(
        seat.id
        for seat in seats
        if seat.counts and seat.duty != CONCLUDE and (seat.precondition or seat.required)
    )


def outcome_value(
    verdict: Decided, seats: Sequence[Seat], outcomes: Sequence[Mapping[str, object]]
) -> str | None:
    """Give the gov:outcome value the decided round stands for.

    A conclusion and a failure carry the deciding seat's own outcome. An agreement carries
    what the agreeing seats chose alike, else the first of OUTCOMES that approves. One voice
    alone carries its own choice.
    """
    seats = [seat for seat in seats if seat.duty != ASKED]
    if len(seats) == 1:
        return seats[0].outcome
    agreeing = [seat.outcome for seat in seats if seat.decision == AGREE and seat.outcome]
    if verdict.outcome == "agreed":
        common = agreeing[0] if agreeing else None
        if len(set(agreeing)) == 1:
            return common
        return _first_value(outcomes, AGREE) or common
    own = next((seat.outcome for seat in seats if seat.id == verdict.by), None)
    if verdict.outcome == "concluded" or (own and _dissents_by(own, outcomes)):
        return own
    no = _first([seat for seat in seats if seat.decision == DISAGREE and seat.outcome])
    return no.outcome if no is not None else _first_value(outcomes, DISAGREE)


def _dissents_by(value: str, outcomes: Sequence[Mapping[str, object]]) -> bool:
    actions = [str(row.get("action") or "") for row in outcomes if row.get("value") == value]
    return any(decision_of(action) == DISAGREE for action in actions)


def _first_value(outcomes: Sequence[Mapping[str, object]], decision: str) -> str | None:
    for row in outcomes:
        action = str(row.get("action") or "")
        exact = action == "approve" or decision == DISAGREE
        if exact and decision_of(action) == decision:
            return str(row["value"])
    return None


def _decided(
    outcome: Literal["agreed", "failed", "concluded"],
    text: str,
    seats: Sequence[Seat],
    by: Seat | None,
) -> Decided:
    return Decided(outcome, text, by.id if by else "", _ids(_waiting(seats)))


def _count(seats: Iterable[Seat], decision: str) -> int:
    return sum(seat.decision == decision for seat in seats)


def _dissents(seats: Iterable[Seat]) -> int:
    return sum(seat.cast and seat.decision != AGREE for seat in seats)


def _waiting(seats: Iterable[Seat]) -> list[Seat]:
    return [seat for seat in seats if seat.waiting]


def _ids(seats: Iterable[Seat]) -> tuple[str, ...]:
    return tuple(seat.id for seat in seats)


def _first(seats: Sequence[Seat]) -> Seat | None:
    """Give the earliest act of SEATS; without times, the first seat of the table."""
    timed = [seat for seat in seats if seat.decided_at is not None]
    if timed:
        return min(timed, key=lambda seat: (seat.decided_at, seat.order))
    return seats[0] if seats else None


def _last(seats: Sequence[Seat]) -> Seat | None:
    cast = [seat for seat in seats if seat.cast]
    timed = [seat for seat in cast if seat.decided_at is not None]
    if timed:
        return max(timed, key=lambda seat: (seat.decided_at, seat.order))
    return cast[-1] if cast else None


def decision_word(decision: str) -> str:
    """Write DECISION for people."""
    return WORDS.get(decision, decision)
