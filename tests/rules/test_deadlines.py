"""Deadlines: due moments, colours, stopped clocks, urging, working days around them."""

from datetime import datetime, timedelta

import pytest

from engine.base.clock import shanghai
from engine.base.errors import CalendarMissing, Conflict, InvalidRequest
from engine.rules.calendar import WorkingCalendar
from engine.rules.deadlines import (
    Clock,
    Place,
    Unit,
    check_extension,
    due_moment,
    next_reminder,
    offset,
    read_warn,
    resumed_due,
    standing,
)

PLACE = Place(WorkingCalendar("cn"))
def end(day: str) -> datetime:
    return shanghai(f"{day} 23:59:59")


def clock(opened: str, due: str, **more: object) -> Clock:
    return Clock(shanghai(opened), end(due), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("amount", "unit", "start", "due"),
    [
        (10, "workingDay", "2026-09-21 09:00", "2026-10-12 23:59:59"),
        (10, "workingDay", "2026-09-21 23:30", "2026-10-12 23:59:59"),
        (2, "hour", "2026-09-21 23:30", "2026-09-22 01:30"),
        (4, "workingHour", "2026-10-09 16:00", "2026-10-10 11:30"),
        (90, "calendarDay", "2026-01-31 10:00", "2026-05-01 23:59:59"),
        (1, "month", "2026-01-31 10:00", "2026-02-28 23:59:59"),
        (13, "month", "2025-12-15 10:00", "2027-01-15 23:59:59"),
        (0, "workingDay", "2026-10-01 09:00", "2026-10-01 23:59:59"),
    ],
)
def test_due_moments(amount: int, unit: Unit, start: str, due: str) -> None:
    assert due_moment(amount, unit, shanghai(start), PLACE) == shanghai(due)


def test_a_due_moment_in_a_year_without_calendar_is_refused() -> None:
    with pytest.raises(CalendarMissing):
        due_moment(5, "workingDay", shanghai("2026-12-30 09:00"), PLACE)


def test_the_colour_changes_with_time() -> None:
    one = clock("2026-09-21 09:00", "2026-10-12", warn=2)
    states = {
        day: standing(one, shanghai(day), PLACE)
        for day in ("2026-10-08 23:59", "2026-10-09 00:00", "2026-10-12 23:59")
    }
    assert [found.state for found in states.values()] == ["normal", "warning", "warning"]
    assert [found.working_days for found in states.values()] == [3, 2, 0]
    late = standing(one, shanghai("2026-10-16 08:00"), PLACE)
    assert (late.word, late.working_days) == ("超期", -4)


def test_without_a_kind_the_warning_begins_at_four_fifths() -> None:
    one = Clock(shanghai("2026-03-02 00:00"), shanghai("2026-03-12 00:00"))
    assert standing(one, shanghai("2026-03-09 23:59"), PLACE).state == "normal"
    assert standing(one, shanghai("2026-03-10 00:00"), PLACE).state == "warning"


def test_an_unknown_year_leaves_the_days_open_instead_of_failing() -> None:
    one = Clock(shanghai("2026-12-01 09:00"), shanghai("2027-01-15 23:59:59"))
    assert standing(one, shanghai("2026-12-02 09:00"), PLACE).working_days is None


def test_a_stopped_clock_is_moved_by_the_working_days_between() -> None:
    stopped = clock("2026-09-21 09:00", "2026-10-12", stopped=shanghai("2026-09-23 10:00"))
    resumed = resumed_due(stopped, shanghai("2026-10-09 15:00"), PLACE, "workingDay")
    assert resumed == end("2026-10-20")
    same = resumed_due(stopped, shanghai("2026-09-23 17:00"), PLACE, "workingDay")
    assert same == stopped.due


def test_nothing_becomes_overdue_while_stopped() -> None:
    stopped = clock("2026-09-21 09:00", "2026-10-12", stopped=shanghai("2026-09-23 10:00"))
    found = standing(stopped, shanghai("2026-11-20 10:00"), PLACE)
    assert (found.state, found.word) == ("stopped", "停表")


def test_what_was_overdue_when_it_stopped_stays_overdue() -> None:
    late = clock("2026-09-01 09:00", "2026-09-11", stopped=shanghai("2026-09-14 10:00"))
    assert standing(late, shanghai("2026-09-20 10:00"), PLACE).state == "overdue"
    assert resumed_due(late, shanghai("2026-09-20 10:00"), PLACE, "workingDay") == late.due


def test_working_hours_left_at_a_stop_are_left_when_it_ends() -> None:
    opened = shanghai("2026-10-09 16:00")  # Friday; the 10th is a make-up working day
    due = due_moment(4, "workingHour", opened, PLACE)
    stopped = Clock(opened, due, shanghai("2026-10-09 17:00"))
    resumed = resumed_due(stopped, shanghai("2026-10-12 16:30"), PLACE, "workingHour")
    assert resumed == shanghai("2026-10-13 11:00")  # one hour of four was used
    night = Clock(opened, due, shanghai("2026-10-09 22:00"))
    assert resumed_due(night, shanghai("2026-10-10 06:00"), PLACE, "workingHour") == due


def test_natural_units_are_moved_by_the_elapsed_time() -> None:
    one = Clock(
        shanghai("2026-09-21 09:00"),
        shanghai("2026-09-21 11:00"),
        stopped=shanghai("2026-09-21 10:00"),
    )
    moved = resumed_due(one, shanghai("2026-09-21 10:25"), PLACE, "hour")
    assert moved == shanghai("2026-09-21 11:25")


@pytest.mark.parametrize(
    ("due", "day", "days"),
    [
        ("2026-10-12", "2026-10-09", -2),
        ("2026-10-12", "2026-10-10", -1),  # a Saturday worked
        ("2026-10-12", "2026-10-11", -1),  # a day off stands where the day before stood
        ("2026-10-12", "2026-10-12", 0),
        ("2026-10-12", "2026-10-16", 4),
        ("2026-10-12", "2026-10-18", 5 - 1),
        ("2026-10-12", "2026-10-27", 11),
        ("2025-12-20", "2025-12-19", -1),  # due on a Saturday: Friday is the day before
        ("2025-12-20", "2025-12-15", -5),
        ("2025-12-20", "2025-12-14", -6),
        ("2025-12-20", "2025-12-22", 1),
    ],
)
def test_working_days_around_a_due_day(due: str, day: str, days: int) -> None:
    assert offset(end(due), shanghai(f"{day} 09:00"), PLACE) == days


def test_urging_again_needs_four_work_hours() -> None:
    again = next_reminder(shanghai("2026-10-09 16:00"), 4, PLACE)
    assert again == shanghai("2026-10-10 11:30")


def test_an_extension_is_given_once_and_in_time() -> None:
    one = clock("2026-09-21 09:00", "2026-10-12")
    check_extension(one, shanghai("2026-10-11 23:00"), extended=False)
    with pytest.raises(Conflict, match="已延期一次"):
        check_extension(one, shanghai("2026-10-11 23:00"), extended=True)
    for late in ("2026-10-12 00:01", "2026-10-13 10:00"):  # before the due date, not on it
        with pytest.raises(Conflict, match="时限已到"):
            check_extension(one, shanghai(late), extended=False)


def test_warning_times_are_read() -> None:
    assert read_warn("P2D", "workingDay") == 2
    assert read_warn("P2D", "calendarDay") == timedelta(days=2)
    assert read_warn("PT4H", "hour") == timedelta(hours=4)
    assert read_warn(None, "workingDay") is None
    for text in ("2D", "P", "PT", "P2W", "P2D4H"):
        with pytest.raises(InvalidRequest):
            read_warn(text, "workingDay")
