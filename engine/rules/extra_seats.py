"""加签 and 减签: which seats may join a round in hand, which may leave it (2.16, 2.17)."""

from collections.abc import Mapping, Sequence
from typing import Any

from engine.base.errors import Conflict, InvalidRequest, NotAllowed
from engine.rules.ballots import Tally
from engine.rules.seats import ASKED, CONCLUDE, GONE, Round, Seat

BESIDE = "beside"  # 并加签
KINDS: Mapping[str, str] = {"before": "前加签", "after": "后加签", BESIDE: "并加签"}
MOST = 30  # seats of a round where the diagram says nothing else

Row = Mapping[str, Any]


def check_allowed(node: str, settings: Row, rule: str, kind: str) -> None:
    """Refuse an addition of KIND that the diagram does not allow at NODE.

    A consultation has no base to be recomputed: whom it asks is what its list says.
    """
    if kind != BESIDE:
        word = KINDS.get(kind, kind)
        text = f"不支持“{word}”，可以并加签（与现有席位一起办理）。"
        raise InvalidRequest(text, code="seats.kind")
    if rule == "consult":
        text = f"“{node}”是征求意见环节，参加单位由名单确定，不能加签；可以委派征求个别意见。"
        raise Conflict(text, code="add-not-allowed")
    if kind not in (settings.get("add") or ()):
        text = f"“{node}”环节不允许并加签；确需增加席位的，请联系流程负责人修改流程。"
        raise Conflict(text, code="add-not-allowed")


def check_room(settings: Row, seats: Sequence[Row], more: int) -> None:
    """Refuse MORE seats than the round may have."""
    most, have = int(settings.get("max_seats") or MOST), len(voices(seats))
    if have + more > most:
        text = f"本环节最多 {most} 个席位，现有 {have} 个，不能再加 {more} 个。"
        raise Conflict(text, code="max-seats", maxSeats=most)


def check_free(seats: Sequence[Row], units: Sequence[str], person: str, name: str) -> None:
    """Refuse who has a voice in the round: one of UNITS, or PERSON, called NAME."""
    for seat in seats:
        if seat["state"] in GONE:
            continue
        if (seat["unit"] and seat["unit"] in units) or (person and seat["person"] == person):
            text = f"{name} 已在本环节办理席位中。"
            raise Conflict(text, code="already-seated")


def not_eligible(name: str, why: str = "") -> InvalidRequest:
    """Refuse who cannot have a seat here."""
    reason = f"：{why}" if why else ""
    return InvalidRequest(f"{name} 不具备本环节办理资格{reason}。", code="not-eligible")


def check_removable(seats: Sequence[Row], seat: Row, person: str, *, manages: bool) -> None:
    """Refuse to take SEAT out: not one's own, the last one, a required or concluding one.

    PERSON asks; who MANAGES may take out any that is not required. Decided seats are
    refused before.
    """
    if seat["added_by"] != person and not manages:
        raise NotAllowed("只能减去本人加签的席位。", code="not-yours")
    if seat["duty"] in (CONCLUDE, ASKED):
        raise Conflict("结论席位和征求意见的席位不能减签。", code="seat-kept")
    if seat["added_by"] != person and seat["required"]:
        name = seat["label"] or seat["unit_name"]
        raise Conflict(f"{name} 为必到席位，不能减去。", code="seat-required")
    if len(voices(seats)) < 2:
        raise Conflict("至少保留一个办理席位。", code="last-seat")


def voices(seats: Sequence[Row]) -> list[Row]:
    """Give the seats of the round's base."""
    return [
        one
        for one in seats
        if one["state"] not in GONE and one["duty"] not in (CONCLUDE, ASKED)
    ]


def need(rule: Round, seats: Sequence[Seat]) -> int:
    """Give how many votes (or how much weight) the round needs as its seats are now."""
    counted = [seat for seat in seats if seat.counts]
    if rule.rule == "vote":
        return rule.threshold.need(Tally.of(counted).base(rule.base))
    return 1 if rule.rule == "any" else len(counted)


def places(rule: str, seats: Sequence[Row], more: int) -> tuple[list[int], dict[int, int]]:
    """Give the order numbers of MORE new seats, and those of seats that move: id -> number.

    In a sequence the new ones come right after the one whose turn it is (2.4); elsewhere
    last.
    """
    if rule != "sequential":
        last = max((int(seat["order_no"]) for seat in seats), default=0)
        return list(range(last + 1, last + 1 + more)), {}
    queue = (seat for seat in voices(seats) if seat["state"] in ("open", "held"))
    now = min(int(seat["order_no"]) for seat in queue)
    later = [seat for seat in seats if int(seat["order_no"]) > now]
    moved = {int(seat["id"]): int(seat["order_no"]) + more for seat in later}
    return list(range(now + 1, now + 1 + more)), moved
