"""委派: a side seat gives an opinion; the seat it belongs to waits (operations.md 2.14)."""

from collections.abc import Mapping, Sequence
from typing import Any

from engine.base.errors import Conflict
from engine.rules.seats import ASKED

Row = Mapping[str, Any]
LABEL = "征求意见："


def is_side(seat: Row) -> bool:
    """Tell whether SEAT only gives an opinion to another."""
    return bool(seat["duty"] == ASKED)


def pending(seats: Sequence[Row], seat: Row) -> Row | None:
    """Give the side seat that SEAT waits for, None when it does not."""
    if seat["state"] != "held":
        return None
    asked = (one for one in seats if is_side(one) and one["origin"] == seat["id"])
    return next((one for one in asked if one["state"] == "open"), None)


def check_pending(seats: Sequence[Row], seat: Row) -> None:
    """Refuse an act on SEAT while somebody is asked for an opinion."""
    asked = pending(seats, seat)
    if asked is not None:
        raise delegated(asked)


def delegated(asked: Row) -> Conflict:
    """Refuse what has to wait for the opinion of the side seat ASKED."""
    name = name_of(asked)
    text = f"已委派 {name} 征求意见，请等待或先收回。"
    return Conflict(text, code="delegated", asked=name)


def name_of(asked: Row) -> str:
    """Give who is asked."""
    return str(asked["label"]).removeprefix(LABEL)


def check_allowed(node: str, assignment: Row, seat: Row) -> None:
    """Refuse 委派 where the diagram forbids it, and by a side seat, which has no voice."""
    if assignment.get("delegable") in (False, "false"):
        text = f"“{node}”环节不允许委派，请直接办理。"
        raise Conflict(text, code="delegate-not-allowed")
    if is_side(seat):
        raise no_voice("委派")


def check_voice(seat: Row, act: str) -> None:
    """Refuse ACT by a side seat."""
    if is_side(seat):
        raise no_voice(act)


def no_voice(act: str) -> Conflict:
    """Refuse ACT to who is only asked for an opinion."""
    text = f"您受委派提出意见，没有本环节的表决席位，不能“{act}”。"
    return Conflict(text, code="opinion-only")
