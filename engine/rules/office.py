"""Who may ask on paper and register the reply for a unit without access (2.6, 代录)."""

from collections.abc import Mapping, Sequence
from typing import Any

from engine.base.actor import Actor, Post
from engine.base.errors import Conflict, NotAllowed
from engine.rules.permissions import SUPERVISOR, SYSTEM, Facts, capacities
from engine.rules.seats import CONCLUDE

Seat = Mapping[str, Any]


def supervises(actor: Actor, region: str) -> bool:
    """Tell whether ACTOR supervises cases of REGION."""
    return bool({SUPERVISOR, SYSTEM} & capacities(actor, Facts(region=region)))


def leads(actor: Actor, seats: Sequence[Seat]) -> bool:
    """Tell whether ACTOR is of the unit that concludes the round of SEATS."""
    return any(s["duty"] == CONCLUDE and s["unit"] in actor.units for s in seats)


def allowed(actor: Actor, seats: Sequence[Seat], region: str) -> bool:
    """Tell whether ACTOR is the office of a round: its lead, or who supervises the region."""
    return leads(actor, seats) or supervises(actor, region)


def check(actor: Actor, seats: Sequence[Seat], region: str) -> None:
    """Refuse everybody else."""
    if not allowed(actor, seats, region):
        text = "只有本环节的牵头单位或本区域的调度人员可以出具书面函件、登记回函。"
        raise NotAllowed(text, code="not-office")


def check_unit(actor: Actor, seat: Seat, region: str, *, manned: bool) -> None:
    """Refuse to ask on paper who can answer here himself; a supervisor may all the same.

    The lead never speaks for a unit that can speak: MANNED says that somebody of the unit
    of SEAT has an account and a post.
    """
    if not seat["unit"] or seat["duty"] == CONCLUDE:
        raise Conflict("该席位不是被征求意见的单位，不能书面征求意见。", code="no-paper")
    if manned and not supervises(actor, region):
        name = seat["unit_name"]
        text = f"{name} 有可以登录的人员，请其在线办理；确需书面办理的，请调度人员出具。"
        raise Conflict(text, code="has-access")


def recorder(actor: Actor, paper: Mapping[str, Any]) -> Actor:
    """Give who acts for the unit of PAPER: the signer, as ACTOR recorded it (代录)."""
    name = f"{paper['signed_by']}（{actor.name} 代录）"
    return Actor(actor.person, name, (Post(paper["unit"], paper["unit_name"], "", "", ""),))
