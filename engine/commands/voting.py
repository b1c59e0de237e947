"""Seats and rounds: rows to facts, the verdict to rows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from engine.commands.entitled import HeldTask
from engine.rules.seats import Seat, decision_of, read_round
from engine.rules.votes import Decided, Verdict, check_act, check_conclusion, decide
from engine.store.rows import Row

CONSULT = "consult"


def seat_fact(row: Row) -> Seat:
    """Read what a vote needs of a seat row."""
    return Seat(
        id=str(row["id"]),
        label=row["label"] or row["unit_name"],
        state=row["state"],
        decision=row["decision"],
        outcome=row["outcome"],
        duty=row["duty"],
        order=row["order_no"],
        weight=row["weight"],
        required=row["required"],
        veto=row["veto"],
        decided_at=row["decided_at"],
    )


def check(held: HeldTask, seat: Row, outcome: dict[str, Any] | None) -> str:
    """Refuse an act out of turn; give the decision the chosen OUTCOME stands for."""
    action = str((outcome or {}).get("action") or "")
    decision = decision_of(action)
    seats = [seat_fact(row) for row in held.seats]
    rule = read_round(held.task["settings"], held.task["due_at"])
    check_act(rule, seats, str(seat["id"]), decision)
    if rule.rule == CONSULT and seat["duty"] == "conclude":
        label = str((outcome or {}).get("label") or "")
        check_conclusion(seats, str(seat["id"]), label, approving=action == "approve")
    if rule.rule == CONSULT:
        return str((outcome or {}).get("value") or decision)
    return decision


def judge(held: HeldTask, now: datetime) -> Verdict:
    """Decide the round from its seats as they are now."""
    rule = read_round(held.task["settings"], held.task["due_at"])
    return decide(rule, [seat_fact(row) for row in held.seats], now)


def round_outcome(held: HeldTask, verdict: Decided) -> str | None:
    """Give the gov:outcome value a decided round leaves with.

    One voice, or a rule where one voice decides: its own choice. A common decision: what
    all who agreed chose, else the first approving outcome; failed: the first dissent's.
    """
    rows = {str(row["id"]): row for row in held.seats}
    own: str | None = rows[verdict.by]["outcome"] if verdict.by in rows else None
    cast = [row for row in held.seats if row["state"] == "done"]
    if len(held.seats) == 1 or held.task["rule"] in ("any", CONSULT):
        return own
    if not verdict.passed:
        return _first(cast, "DISAGREE") or own
    chosen = {row["outcome"] for row in cast if row["decision"] == "AGREE"}
    if len(chosen) == 1:
        return str(chosen.pop()) if None not in chosen else None
    for outcome in held.live.node(held.task["node"]).outcomes:
        if outcome.get("action") == "approve":
            return str(outcome["value"])
    return own


def _first(rows: Sequence[Row], decision: str) -> str | None:
    found = [row for row in rows if row["decision"] == decision]
    found.sort(key=lambda row: (row["decided_at"], row["id"]))
    return found[0]["outcome"] if found else None
