"""Ladders: read off a decision, their days, pauses, years without a calendar."""

from datetime import date, timedelta

import pytest

from engine.base.clock import shanghai
from engine.base.errors import CalendarMissing
from engine.rules.calendar import WorkingCalendar
from engine.rules.deadlines import Place
from engine.rules.escalation import Answer, Rung, drawn, ladder_of, standing_on

PLACE = Place(WorkingCalendar("cn"))
DUE = shanghai("2026-10-12 23:59:59")


def opinion(days: int) -> Answer | None:
    """The rows of D-08 for an opinion."""
    if -2 <= days <= 0:
        return Answer("L0", "提醒", "承办单位经办人")
    if 1 <= days <= 3:
        return Answer("L1", "红色催办", "承办单位经办人、单位负责人")
    if 4 <= days <= 10:
        return Answer("L2", "通报", "林业部门负责人、单位负责人")
    return Answer("L3", "提交联席会议", "领导小组办公室") if days > 10 else None


LADDER = ladder_of(opinion)


def test_a_rung_begins_where_the_answer_changes() -> None:
    assert [(rung.start, rung.level) for rung in LADDER] == [
        (-2, "L0"),
        (1, "L1"),
        (4, "L2"),
        (11, "L3"),
    ]
    assert LADDER[1].notify == ("承办单位经办人", "单位负责人")
    assert ladder_of(lambda _: None) == ()


def test_the_rungs_of_an_opinion_fall_on_their_days() -> None:
    assert [rung.begins(DUE, PLACE) for rung in LADDER] == [
        shanghai(f"2026-{day} 00:00") for day in ("10-09", "10-13", "10-16", "10-27")
    ]


@pytest.mark.parametrize(
    ("now", "number"),
    [
        ("2026-10-08 23:59", -1),
        ("2026-10-09 00:00", 0),
        ("2026-10-12 23:59:59", 0),
        ("2026-10-13 00:00", 1),
        ("2026-10-15 09:00", 1),
        ("2026-10-16 00:00", 2),
        ("2026-11-20 09:00", 3),
    ],
)
def test_the_last_rung_that_has_begun_counts(now: str, number: int) -> None:
    assert standing_on(LADDER, DUE, shanghai(now), PLACE) == number


def test_a_year_without_calendar_is_asked_for_only_when_it_has_come() -> None:
    known = {date(2026, 1, 1): False}
    place = Place(WorkingCalendar("x", known, frozenset({2026}), fallback=False))
    due = shanghai("2026-12-30 23:59:59")
    assert standing_on(LADDER, due, shanghai("2026-12-31 09:00"), place) == 1
    assert LADDER[2].armed(due, place) == shanghai("2027-01-03 00:00")
    with pytest.raises(CalendarMissing, match="2027"):
        standing_on(LADDER, due, shanghai("2027-01-03 09:00"), place)
    later = shanghai("2027-07-30 23:59:59")
    assert LADDER[0].armed(later, place) < shanghai("2027-07-28 00:00")


def test_a_ladder_drawn_in_the_diagram_counts_in_the_unit_of_its_limit() -> None:
    rows = [
        {"level": 2, "after": "P3D", "toRole": "CHIEF", "notify": "message"},
        {"level": 1, "after": "P1D", "notify": "flag"},
    ]
    assert drawn(rows, True) == (
        Rung(1, "L1", "超期升级"),
        Rung(3, "L2", "超期升级", to=({"role": "CHIEF"},)),
    )
    hours = drawn([{"level": 1, "after": "PT4H"}, {"level": 2, "after": "P1D"}], False)
    assert [rung.delay for rung in hours] == [timedelta(hours=4), timedelta(days=1)]
    assert hours[0].to == ("handlers",)
    assert hours[1].begins(DUE, PLACE) == DUE + timedelta(days=1)
