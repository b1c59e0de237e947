"""Seats and rounds: rows to facts, the verdict to rows."""

from datetime import datetime
from typing import Any

from engine.commands import consulting
from engine.commands.entitled import HeldTask
from engine.rules import asking
from engine.rules.seats import decision_of, read_round, seat_of
from engine.rules.votes import (
    Decided,
    Verdict,
    check_act,
    check_conclusion,
    decide,
    outcome_value,
)
from engine.store.rows import Row

CONSULT = "consult"


def check(held: HeldTask, seat: Row, outcome: dict[str, Any] | None) -> str:
    """Refuse an act out of turn; give the decision the chosen OUTCOME stands for."""
    if asking.is_side(seat):
        return ""  # an opinion has no turn
    action = str((outcome or {}).get("action") or "")
    decision = decision_of(action)
    seats = [seat_of(row) for row in held.seats]
    rule = read_round(held.task["settings"], held.task["due_at"])
    check_act(rule, seats, str(seat["id"]), decision)
    consulting.check(held, seat, outcome)
    if rule.rule == CONSULT and seat["duty"] == "conclude":
        label = str((outcome or {}).get("label") or "")
        check_conclusion(seats, str(seat["id"]), label, approving=action == "approve")
    if rule.rule == CONSULT:
        return str((outcome or {}).get("value") or decision)
    return decision


def judge(held: HeldTask, now: datetime) -> Verdict:
    """Decide the round from its seats as they are now."""
    rule = read_round(held.task["settings"], held.task["due_at"])
    return decide(rule, [seat_of(row) for row in held.seats], now)


def round_outcome(held: HeldTask, verdict: Decided) -> str | None:
    """Give the gov:outcome value a decided round leaves with."""
    seats = [seat_of(row) for row in held.seats]
    return outcome_value(verdict, seats, held.live.node(held.task["node"]).outcomes)
