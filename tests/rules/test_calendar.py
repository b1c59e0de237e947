"""Working days: the published checks, local exceptions, and no guess without data."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.base.clock import shanghai
from engine.base.errors import CalendarMissing
from engine.base.expressions import Calendar
from engine.base.workhours import add_work_hours
from engine.rules.calendar import (
    WorkingCalendar,
    build_calendar,
    due_end_of_day,
    local_day,
    package_years,
)
from tests.support.workdays import CHECKS

CN = WorkingCalendar("cn")
DAYS = st.dates(date(2005, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize(("start", "count", "due"), CHECKS)
def test_the_published_calendar_checks(start: str, count: int, due: str) -> None:
    assert CN.add_working_days(date.fromisoformat(start), count) == date.fromisoformat(due)


def test_the_last_working_day_of_september_2023_is_the_28th() -> None:
    assert CN.add_working_days(date(2023, 10, 1), -1) == date(2023, 9, 28)


@pytest.mark.parametrize(("year", "days"), [(2023, 249), (2024, 251), (2025, 248), (2026, 248)])
def test_working_days_of_a_year(year: int, days: int) -> None:
    assert CN.working_days_between(date(year - 1, 12, 31), date(year, 12, 31)) == days


@given(DAYS, st.integers(-60, 60))
def test_adding_equals_walking_day_by_day(start: date, count: int) -> None:
    step = timedelta(days=1 if count > 0 else -1)
    day, left = start, abs(count)
    try:
        while left:
            day += step
            left -= CN.is_working_day(day)
    except CalendarMissing:
        with pytest.raises(CalendarMissing):
            CN.add_working_days(start, count)
        return
    assert CN.add_working_days(start, count) == day


@given(DAYS, DAYS)
def test_between_counts_each_day_once_and_changes_sign(start: date, end: date) -> None:
    found = CN.working_days_between(start, end)
    low, high = min(start, end), max(start, end)
    days = (low + timedelta(days=n) for n in range(1, (high - low).days + 1))
    assert abs(found) == sum(map(CN.is_working_day, days))
    assert CN.working_days_between(end, start) == -found


def test_a_year_without_data_is_refused_and_named() -> None:
    for ask in (
        lambda: CN.is_working_day(date(2027, 1, 4)),
        lambda: CN.add_working_days(date(2026, 12, 30), 5),
        lambda: CN.working_days_between(date(2026, 12, 1), date(2027, 1, 4)),
    ):
        with pytest.raises(CalendarMissing, match="缺少 2027 年工作日数据") as refused:
            ask()
        assert refused.value.details == {"year": 2027}
    assert CN.add_working_days(date(2026, 12, 30), 1) == date(2026, 12, 31)


def test_a_published_year_is_computed_from_its_exceptions() -> None:
    rows = [(date(2027, 1, 1), False), (date(2027, 1, 2), True)]
    calendar = build_calendar("cn", rows)
    assert calendar.add_working_days(date(2026, 12, 31), 1) == date(2027, 1, 2)
    assert calendar.add_working_days(date(2026, 12, 31), 2) == date(2027, 1, 4)
    assert calendar.published_years(2025, 2030) == {2025, 2026, 2027}


def test_one_override_of_a_year_without_data_publishes_nothing() -> None:
    calendar = build_calendar("cn", [], [(date(2027, 5, 3), False)])
    with pytest.raises(CalendarMissing):
        calendar.is_working_day(date(2027, 5, 3))
    entered = build_calendar("cn", [], [(date(2027, 5, 3), False)], published=[2027])
    assert not entered.is_working_day(date(2027, 5, 3))
    assert entered.is_working_day(date(2027, 5, 4))


def test_a_local_exception_does_not_hide_the_national_holidays() -> None:
    local = build_calendar("cn", [(date(2026, 3, 3), False)])
    assert not local.is_working_day(date(2026, 3, 3))
    assert not local.is_working_day(date(2026, 10, 1))
    assert local.is_working_day(date(2026, 5, 9))
    corrected = build_calendar(
        "cn", [(date(2026, 3, 3), False)], [(date(2026, 3, 3), True)]
    )
    assert corrected.is_working_day(date(2026, 3, 3))


def test_without_the_package_only_published_years_count() -> None:
    calendar = build_calendar("own", [(date(2026, 1, 1), False)], fallback=False)
    assert calendar.is_working_day(date(2026, 10, 1))
    with pytest.raises(CalendarMissing):
        calendar.is_working_day(date(2025, 10, 1))


def test_the_revision_changes_with_the_data_only() -> None:
    rows = [(date(2026, 3, 3), False), (date(2026, 3, 4), True)]
    first = build_calendar("cn", rows)
    assert build_calendar("cn", list(reversed(rows))).revision == first.revision
    assert build_calendar("cn", rows[:1]).revision != first.revision
    assert build_calendar("cn", rows, fallback=False).revision != first.revision
    assert first.revision.startswith("cn-")


def test_it_is_the_calendar_the_expressions_ask_for() -> None:
    asked: Calendar = CN
    assert asked.add_working_days(date(2026, 9, 21), 0) == date(2026, 9, 21)
    assert 2026 in package_years()


def test_a_day_ends_one_second_before_midnight_of_its_zone() -> None:
    assert due_end_of_day(date(2025, 7, 31)) == shanghai("2025-07-31 23:59:59")
    assert local_day(shanghai("2025-07-31 00:30")) == date(2025, 7, 31)
    assert local_day(shanghai("2025-07-31 00:30"), "UTC") == date(2025, 7, 30)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-10-09 16:00", 4, "2026-10-10 11:30"),  # Friday, then a make-up Saturday
        ("2026-10-09 08:00", 3, "2026-10-09 12:00"),
        ("2026-10-09 12:30", 1, "2026-10-09 14:30"),
        ("2026-10-01 10:00", 1, "2026-10-08 10:00"),
        ("2026-10-09 17:30", 1, "2026-10-10 10:00"),
    ],
)
def test_work_hours_skip_noon_nights_and_days_off(start: str, hours: int, end: str) -> None:
    found = add_work_hours(shanghai(start), timedelta(hours=hours), CN)
    assert found == shanghai(end)
    assert found.astimezone(ZoneInfo("Asia/Shanghai")) == datetime.fromisoformat(
        end
    ).replace(tzinfo=ZoneInfo("Asia/Shanghai"))
