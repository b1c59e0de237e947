"""A consultation: whose turn it is, what counts, which outcomes a seat may choose (2.6)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from engine.base.errors import Conflict, InvalidRequest
from engine.rules import consult
from engine.rules.calendar import build_calendar
from engine.rules.deadlines import Place

PLACE = Place(build_calendar("cn", ()))
DUE = datetime(2026, 10, 12, 15, 59, 59, tzinfo=UTC)  # the end of the day in China
OUTCOMES = (
    {"value": "agree", "label": "同意", "duty": "opinion"},
    {"value": "pass", "label": "通过", "duty": "conclude"},
    {"value": "note", "label": "留言", "duty": "any"},
)


def seat(number: int, duty: str = "handle", **changes: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": number,
        "unit": f"U{number}",
        "unit_name": f"单位{number}",
        "label": f"单位{number}",
        "role": f"R{number}",
        "duty": duty,
        "state": "open",
        "decision": None,
        "outcome": None,
        "opinion": None,
        "required": False,
        "person_name": None,
        "decided_at": None,
        "due_at": DUE,
    }
    return {**row, **changes}


def answered(number: int, **changes: Any) -> dict[str, Any]:
    at = datetime(2026, 10, 9, 3, tzinfo=UTC)
    said = {"state": "done", "decision": "AGREE", "outcome": "agree", "decided_at": at}
    return seat(number, **{**said, **changes})


def task(**conclusion: Any) -> dict[str, Any]:
    return {"settings": {"conclusion": conclusion}, "form": "opinion", "due_at": DUE}


def at(day: int) -> datetime:
    return datetime(2026, 10, day, 2, tzinfo=UTC)


def test_all_must_answer_before_the_conclusion() -> None:
    seats = [answered(1), seat(2), seat(3, "conclude")]
    with pytest.raises(Conflict) as refused:
        consult.check_turn(task(form="end"), seats, at(30), PLACE)
    assert refused.value.problem_code == "opinions-open"
    consult.check_turn(task(form="end"), [answered(1), answered(2)], at(1), PLACE)


@pytest.mark.parametrize(("day", "free"), [(12, False), (15, False), (16, True), (27, True)])
def test_some_working_days_after_the_due_day_silence_no_longer_holds_it_up(
    day: int, free: bool
) -> None:
    seats = [answered(1), seat(2), seat(3, "conclude")]
    if free:
        consult.check_turn(task(after=4), seats, at(day), PLACE)
        return
    with pytest.raises(Conflict, match="2026-10-16"):
        consult.check_turn(task(after=4), seats, at(day), PLACE)


def test_a_task_without_a_conclusion_of_its_own_holds_nobody_up() -> None:
    bare = {"settings": {}, "form": None, "due_at": None}
    consult.check_turn(bare, [seat(1), seat(2, "conclude")], at(1), PLACE)


def test_each_kind_of_seat_has_its_own_outcomes_and_form() -> None:
    one, last = seat(1), seat(2, "conclude")
    assert [row["value"] for row in consult.offered(OUTCOMES, one)] == ["agree", "note"]
    assert [row["value"] for row in consult.offered(OUTCOMES, last)] == ["pass", "note"]
    with pytest.raises(InvalidRequest):
        consult.check_outcome(OUTCOMES[1], OUTCOMES, one)
    consult.check_outcome(OUTCOMES[1], OUTCOMES, last)
    assert consult.form_of(task(form="end"), one) == "opinion"
    assert consult.form_of(task(form="end"), last) == "end"
    assert consult.form_of(task(), last) == "opinion"


def test_the_answers_of_a_round_are_a_list_without_the_conclusion() -> None:
    late = datetime(2026, 10, 14, 2, tzinfo=UTC)
    seats = [answered(1), answered(2, decided_at=late), seat(3), seat(4, "conclude")]
    found = consult.answers(seats, {1: {"mods": []}}, OUTCOMES)
    assert [one["unit"] for one in found] == ["U1", "U2", "U3"]
    assert [one["answered"] for one in found] == [True, True, False]
    assert [one["late"] for one in found] == [False, True, False]
    assert [one["label"] for one in found] == ["同意", "同意", None]
    assert found[0]["data"] == {"mods": []}


def test_what_a_silent_unit_says_after_the_conclusion_is_not_counted() -> None:
    afterwards = seat(1, state="silent", outcome="agree", opinion="补充意见如下。")
    found = consult.answers([afterwards], {}, OUTCOMES)[0]
    assert (found["answered"], found["outcome"], found["opinion"]) == (False, None, None)


def test_reminders_go_to_those_whose_turn_it_is() -> None:
    one, last = seat(1), seat(2, "conclude")
    assert consult.turn_of([one, last]) == [one]
    assert consult.turn_of([last]) == [last]
