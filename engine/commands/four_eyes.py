"""Nobody reviews what he submitted: four eyes where drawn, always for deputies (2.15, 2.24)."""

from collections.abc import Mapping
from typing import Any

from engine.commands.entitled import HeldTask
from engine.rules import refusals
from engine.rules.assignment import same_person
from engine.store import work


def check(held: HeldTask, outcome: Mapping[str, Any] | None) -> None:
    """Refuse the actor who, in any capacity, did what this task checks.

    The task names the activities it checks (gov:excludedOwner); a deputy is refused any
    approval of what he himself began or did before in the case. 409 self-review.
    """
    case, behalf = held.case, held.case.behalf
    me = {case.ctx.actor.person} | ({behalf.person} if behalf else set())
    named = excluded(held)
    approves = behalf is not None and (outcome or {}).get("action") == "approve"
    if not named and not approves:
        return
    round_no = held.task["case_round"]
    done = work.performers(case.ctx.conn, case.id, round_no, held.task["id"])
    drawn = {node: done.get(node, frozenset()) for node in named}
    if any(same_person(one, drawn) for one in me):
        raise refusals.self_review()
    own = case.ctx.actor.person
    if approves and (case.root.row["starter"] == own or same_person(own, done)):
        raise refusals.self_review()


def did(held: HeldTask, person: str) -> bool:
    """Tell whether PERSON did what this task checks, and so may not do the task."""
    named = excluded(held)
    if not named:
        return False
    case, round_no = held.case, held.task["case_round"]
    done = work.performers(case.ctx.conn, case.id, round_no, held.task["id"])
    drawn = {node: done.get(node, frozenset()) for node in named}
    return same_person(person, drawn) is not None


def excluded(held: HeldTask) -> list[str]:
    """Name the activities whose performers may not do this task."""
    drawn = held.live.node(held.task["node"]).assignment
    return [str(one["performerOf"]) for one in drawn.get("excludedOwners") or ()]
