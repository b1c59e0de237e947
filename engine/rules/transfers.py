"""转办: to whom a seat may pass, and how often (operations.md 2.13)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from engine.base.actor import Actor, Post
from engine.base.errors import Conflict, InvalidRequest
from engine.rules.refusals import local
from engine.rules.seats import GONE
from engine.rules.units import covers

Row = Mapping[str, Any]
MOST = 3  # times one seat may pass on, where the diagram says nothing


@dataclass(frozen=True, slots=True)
class TransferRule:
    """What gov:transfer says: SCOPE unit or duty, at most MOST times a seat."""

    scope: Literal["unit", "duty"] = "unit"
    most: int = MOST


def read(declared: Row) -> TransferRule:
    """Read gov:transfer as kept with the process; nothing declared is 本单位, three times."""
    scope: Literal["unit", "duty"] = "duty" if declared.get("scope") == "duty" else "unit"
    most = declared.get("maxChain")
    return TransferRule(scope, MOST if most in (None, "") else int(str(most)))


def landing(rule: TransferRule, seat: Row, person: Actor, region: str) -> Post | None:
    """Give the post in which PERSON would take SEAT of a case in REGION; None without one.

    Within the unit any post counts. 同岗位 also lets a post of the seat's role take it
    where its territory holds the case.
    """
    own = [post for post in person.posts if seat["unit"] and post.unit == seat["unit"]]
    if own or rule.scope == "unit" or not seat["unit"]:
        return own[0] if own else None
    same = (post for post in person.posts if seat["role"] and post.role == seat["role"])
    return next((one for one in same if covers(one.region, one.level, region)), None)


def seated(seats: Iterable[Row], person: str) -> bool:
    """Tell whether PERSON holds, or acted on, a seat of the round that counts."""
    return any(one["person"] == person and one["state"] not in GONE for one in seats)


def check(rule: TransferRule, passed: Sequence[Row], person: str, reason: str) -> None:
    """Refuse the seat that PASSED on too often, and an unexplained way back to a holder.

    PASSED are the details of the transfers of this seat: {"from": …}.
    """
    if len(passed) >= rule.most:
        raise Conflict(
            f"本席位已转办 {len(passed)} 次，不能继续转办。",
            code="max-chain",
            count=len(passed),
        )
    if any(one["from"] == person for one in passed) and not reason:
        raise InvalidRequest(
            "转回原办理人时请填写理由。", code="reason-too-short", minimum=1, current=0
        )


def already_seated(name: str) -> Conflict:
    """Refuse who has a seat of the round already: one person, one voice."""
    return Conflict(f"{name} 已在本环节办理席位中。", code="already-seated", person=name)


def not_eligible(name: str) -> InvalidRequest:
    """Refuse who could not act on the seat."""
    return InvalidRequest(f"{name} 不具备本环节办理资格。", code="not-eligible")


def passed_on(name: str, unit: str, at: datetime, by: str) -> Conflict:
    """Refuse a former holder: BY passed the seat to NAME of UNIT."""
    whom = f"{name}（{unit}）" if unit else name
    return Conflict(
        f"本席位已由 {by} 于 {local(at)} 转办给 {whom}，由其办理。",
        code="seat-transferred",
        actedBy=by,
        actedAt=at.isoformat(),
        holder=name,
    )
