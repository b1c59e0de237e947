"""Asking units for their opinions and concluding (联审 with 牵头汇总, operations.md 2.6)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from engine.base.errors import Conflict, InvalidRequest
from engine.base.values import Value
from engine.rules.deadlines import Place
from engine.rules.seats import ASKED, CONCLUDE, GONE

OPINION, ANY = "opinion", "any"
SILENT = "silent"
ACTING = "acting_unit"  # the unit a form is filled in for, as its expressions know it
Row = Mapping[str, Any]
_Seat = TypeVar("_Seat", bound=Mapping[str, Any])


def duty_of(seat: Row) -> str:
    """Say which outcomes SEAT may choose: those of the conclusion or of an opinion."""
    return CONCLUDE if seat["duty"] == CONCLUDE else OPINION


def offered(outcomes: Iterable[Row], seat: Row) -> list[Row]:
    """Give the gov:outcome rows that SEAT may choose from."""
    return [row for row in outcomes if row.get("duty", ANY) in (ANY, duty_of(seat))]


def form_of(task: Row, seat: Row | None) -> str | None:
    """Give the form SEAT of TASK fills in: the conclusion may have its own."""
    last = conclusion_of(task)
    if seat is not None and seat["duty"] == CONCLUDE and last.get("form"):
        return str(last["form"])
    return None if task["form"] is None else str(task["form"])


def conclusion_of(task: Row) -> Row:
    """Give what the definition says of the conclusion, as kept with the round."""
    found = (task["settings"] or {}).get("conclusion")
    return found if isinstance(found, Mapping) else {}


def goes_on(task: Row) -> bool:
    """Tell whether the lead may conclude some time after the due day in spite of silence."""
    return isinstance(conclusion_of(task).get("after"), int)


def look_key(task_id: int) -> str:
    """Give the dedup key of the job that looks at the silence of a round."""
    return f"consult:{task_id}"


def free_from(task: Row, place: Place) -> date | None:
    """Give the local day from which silence no longer holds up the conclusion of TASK."""
    after = conclusion_of(task).get("after")
    if not isinstance(after, int) or task["due_at"] is None:
        return None
    return place.calendar.add_working_days(place.day(task["due_at"]), after)


def asked(seats: Iterable[Row]) -> list[Row]:
    """Give the seats of the units asked, the lead's own opinion among them."""
    own = (CONCLUDE, ASKED)  # a side seat (委派) is no unit asked by the round
    return [s for s in seats if s["duty"] not in own and s["state"] not in GONE]


def unanswered(seats: Iterable[Row]) -> list[Row]:
    """Give the seats that were asked and have not answered."""
    return [seat for seat in asked(seats) if seat["decision"] is None]


def turn_of(seats: Sequence[_Seat]) -> list[_Seat]:
    """Give those of the open SEATS whose turn it is: the lead concludes after all others."""
    before = [seat for seat in seats if seat["duty"] != CONCLUDE]
    return before or list(seats)


def check_turn(task: Row, seats: Sequence[Row], now: datetime, place: Place) -> None:
    """Refuse a conclusion while units may still answer in time.

    All must have answered, or AFTER working days must have passed since the due day.
    """
    missing = unanswered(seats)
    last = conclusion_of(task)
    if not missing or not last:
        return
    names = "、".join(str(seat["label"] or seat["unit_name"]) for seat in missing)
    text = f"{names} 尚未反馈意见，暂不能作出结论。"
    day = free_from(task, place)
    if day is not None:
        if place.day(now) >= day:
            return
        text = f"{names} 尚未反馈意见，{day.isoformat()} 起可先行审查。"
    raise Conflict(text, code="opinions-open", units=[seat["unit"] for seat in missing])


def check_outcome(outcome: Row | None, outcomes: Sequence[Row], seat: Row) -> None:
    """Refuse an outcome that belongs to the other kind of seat."""
    if outcome is None or outcome in offered(outcomes, seat):
        return
    words = "、".join(str(row.get("label") or row["value"]) for row in offered(outcomes, seat))
    raise InvalidRequest(
        f"“{outcome.get('label')}”不是本席位的选项（{words}）。", code="outcome-unknown"
    )


def answers(
    seats: Sequence[Row], entries: Mapping[int, Mapping[str, Value]], outcomes: Sequence[Row]
) -> list[dict[str, Value]]:
    """Give what each seat asked has answered, in order; the list a process reads.

    ENTRIES are the forms by seat id. A seat without an answer has answered = false and
    null in outcome, label and opinion.
    """
    labels = {row["value"]: row.get("label") or row["value"] for row in outcomes}
    return [
        {
            "unit": seat["unit"],
            "unit_name": seat["unit_name"],
            "role": seat["role"],
            "duty": seat["duty"],
            "required": bool(seat["required"]),
            "answered": seat["decision"] is not None,
            "outcome": _counted(seat, seat["outcome"]),
            "label": labels.get(_counted(seat, seat["outcome"])),
            "opinion": _counted(seat, seat["opinion"] or None),
            "person": seat["person_name"] if seat["decision"] is not None else None,
            "at": seat["decided_at"],
            "late": _late(seat),
            "data": dict(entries.get(seat["id"], {})),
        }
        for seat in asked(seats)
    ]


def _counted(seat: Row, said: Value) -> Value:
    """Give what was SAID before the conclusion; a late opinion is kept, not counted."""
    return said if seat["decision"] is not None else None


def _late(seat: Row) -> bool:
    """Tell whether the answer came after the seat's due moment."""
    at, due = seat["decided_at"], seat["due_at"]
    return at is not None and due is not None and at > due
