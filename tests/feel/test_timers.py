"""Texts of timers: moments, durations and cycles, and what is refused."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.base.errors import InvalidExpression
from engine.base.expressions import Moment
from engine.base.values import MixedDuration, Months
from engine.feel.values import After, At, Cycle, parse_iso_duration, parse_timer_text

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YEAR = datetime(2026, 1, 1, 8, tzinfo=SHANGHAI)

GOOD: list[tuple[str, Any]] = [
    ("2026-06-30T23:59:59+08:00", At(datetime(2026, 6, 30, 15, 59, 59, tzinfo=UTC))),
    ("2026-01-01T08:00:00", At(NEW_YEAR)),
    ("2026-01-01T08:00", At(NEW_YEAR)),
    ("2026-01-01", At(datetime(2026, 1, 1, tzinfo=SHANGHAI))),
    ("P5D", After(timedelta(days=5))),
    ("PT4H", After(timedelta(hours=4))),
    ("PT0S", After(timedelta())),
    ("P1M", After(Months(1))),
    ("P1Y2M3DT4H", After(MixedDuration(14, timedelta(days=3, hours=4)))),
    ("P2W", After(timedelta(weeks=2))),
    ("R3/PT1H", Cycle(3, None, timedelta(hours=1), None)),
    ("R/PT1H", Cycle(None, None, timedelta(hours=1), None)),
    ("R-1/PT1H", Cycle(None, None, timedelta(hours=1), None)),
    ("R0/PT1H", Cycle(0, None, timedelta(hours=1), None)),
    ("R/2026-01-01T08:00:00/P1M", Cycle(None, NEW_YEAR, Months(1), None)),
    ("R/P1W/2026-12-31",
     Cycle(None, None, timedelta(weeks=1), datetime(2026, 12, 31, tzinfo=SHANGHAI))),
    ("R2/2026-01-01T08:00:00/2026-01-02T08:00:00",
     Cycle(2, NEW_YEAR, timedelta(days=1), None)),
    (" P5D ", After(timedelta(days=5))),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), GOOD, ids=[case[0] for case in GOOD])
def test_a_timer_text_is_understood(text: str, expected: Any) -> None:
    assert parse_timer_text(text, Moment()) == expected


BAD = ["", "5 days", '"P5D"', "'P5D'", "“P5D”", "-P5D", "P", "PT", "P1H", "R3", "R3/", "Rx/P1D",
       "R/P0D", "R/PT0S", "R/-P1D", "R/2026-01-02/2026-01-01", "R/P1D/P2D", "2026-13-01",
       "2026-01-01T25:00:00", "R1/2/3/4", "R99999999999/P1D"]  # fmt: skip


@pytest.mark.parametrize("text", BAD)
def test_any_other_text_is_refused_with_the_repair(text: str) -> None:
    with pytest.raises(InvalidExpression) as caught:
        parse_timer_text(text, Moment())
    assert caught.value.problem_code == "timer.value"


def test_a_quoted_timer_names_what_to_write_instead() -> None:
    with pytest.raises(InvalidExpression, match="直接写 P5D"):
        parse_timer_text('"P5D"', Moment())


def test_a_local_time_takes_the_zone_of_the_moment() -> None:
    found = parse_timer_text("2026-01-01T08:00:00", Moment(zone="Asia/Urumqi"))
    assert isinstance(found, At)
    assert found.moment.astimezone(UTC) == datetime(2026, 1, 1, 2, tzinfo=UTC)


def test_a_duration_is_read_with_its_sign() -> None:
    assert parse_iso_duration("-P1M") == Months(-1)
    assert parse_iso_duration("-P1M1D") == MixedDuration(-1, timedelta(days=-1))
    with pytest.raises(InvalidExpression):
        parse_iso_duration("P1X")
