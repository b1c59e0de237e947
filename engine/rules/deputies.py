"""Who acts for whom (代理, operations.md 2.15): which rule covers a seat, what is refused."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.base.actor import Actor, Behalf
from engine.base.errors import Conflict, InvalidRequest, NotAllowed
from engine.rules.refusals import local

WORD = " 代 "  # 乙 代 甲: in history, lists and prints alike

Seat = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Scope:
    """What of a case decides whether a rule covers it: PROCESS key and REGION."""

    process: str
    region: str


def joined(name: str, behalf: Behalf | None) -> str:
    """Write who acted: 乙, or 乙 代 甲."""
    return name if behalf is None else f"{name}{WORD}{behalf.name}"


def covers(one: Behalf, scope: Scope) -> bool:
    """Tell whether the rule ONE speaks of cases of SCOPE."""
    if one.processes and scope.process not in one.processes:
        return False
    return scope.region.startswith(one.digits)


def owns(actor: Actor, seat: Seat, users: Sequence[str] = ()) -> bool:
    """Tell whether SEAT is one of the actor's own: by unit, by name, or among USERS."""
    if seat["unit"]:
        return seat["unit"] in actor.units
    if seat["person"] and seat.get("on_behalf_of") != actor.person:
        return bool(seat["person"] == actor.person)
    return actor.person in users or seat.get("on_behalf_of") == actor.person


def behalf_of(
    actor: Actor, seat: Seat, scope: Scope, now: datetime, users: Sequence[str] = ()
) -> Behalf | None:
    """Give whom the actor stands in for on SEAT; None when only own right could count.

    Own right comes first, but for a seat the person stood in for has claimed, or that the
    actor claimed for him.
    """
    living = [one for one in actor.behalves if one.until_at > now and covers(one, scope)]
    if seat["person"] == actor.person:
        claimed = seat.get("on_behalf_of")
        return next((one for one in living if one.person == claimed), None)
    own = owns(actor, seat, users)
    if own and seat["person"] is None:
        return None
    return next((one for one in living if _his(one, seat, users)), None)


def _his(one: Behalf, seat: Seat, users: Sequence[str]) -> bool:
    """Tell whether SEAT is of a post ONE speaks of, free or taken by who is stood in for."""
    if seat["unit"] and seat["unit"] not in one.units:
        return False  # a rule for one post leaves his claims in others alone
    if seat["person"] is not None:
        return bool(seat["person"] == one.person)
    return bool(seat["unit"]) or one.person in users


def may_take(actor: Actor, seat: Seat, behalf: Behalf | None) -> bool:
    """Tell whether no other than the actor, or BEHALF, holds SEAT."""
    holder = seat["person"]
    if holder in (None, actor.person):
        return holder is None or behalf is not None or not seat.get("on_behalf_of")
    if behalf is not None and holder == behalf.person:
        return True
    return bool(seat.get("on_behalf_of") == actor.person)  # one's deputy took it: still one's


def check_two_seats(
    actor: Actor, seat: Seat, behalf: Behalf | None, seats: Iterable[Seat]
) -> None:
    """Refuse a person two voices in one round, one of them for another."""
    for other in seats:
        mine = other["person"] == actor.person and other["state"] in ("open", "done")
        if not mine or other["id"] == seat["id"] or other["unit"] == seat["unit"]:
            continue
        if behalf is not None:
            raise Conflict(
                f"您已在本环节代表 {other['unit_name']} 表态，不能再代 {behalf.name} 表态。",
                code="two-seats",
            )
        if other.get("on_behalf_of"):
            name = str(other["person_name"] or "").rpartition(WORD)[2]
            text = f"您已在本环节代 {name} 表态，不能再代表 {seat['unit_name']} 表态。"
            raise Conflict(text, code="two-seats")


def expired(actor: Actor, seats: Iterable[Seat], scope: Scope) -> NotAllowed | None:
    """Give the refusal of a person whose rule for one of SEATS is over; None without."""
    open_seats = [seat for seat in seats if seat["state"] in ("open", "held")]
    for one in actor.lapsed:
        for seat in open_seats:
            named = seat["person"] == actor.person and seat.get("on_behalf_of") == one.person
            if covers(one, scope) and (named or seat["unit"] in one.units):
                text = f"代理已于 {local(one.until_at)} 到期。"
                return NotAllowed(text, code="deputy-expired")
    return None


def loop(name: str) -> InvalidRequest:
    """Refuse a deputy who is away too."""
    return InvalidRequest(f"{name}：代理人当前已委托他人代理。", code="deputy-loop")
