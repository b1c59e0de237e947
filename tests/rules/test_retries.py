"""Failed jobs wait longer each time and give up in the end."""

from datetime import timedelta

import pytest

from engine.base.errors import InvalidRequest
from engine.rules.retries import next_wait, parse_policy, policy


def test_the_engine_lane_tries_three_times_in_all() -> None:
    rule = policy("engine")
    assert [next_wait(rule, n) for n in (1, 2, 3)] == [
        timedelta(seconds=10),
        timedelta(minutes=1),
        None,
    ]


def test_calls_outside_try_six_times_in_all() -> None:
    rule = policy("callout")
    waits = [next_wait(rule, n) for n in range(1, 7)]
    minutes = [w.total_seconds() / 60 for w in waits if w is not None]
    assert minutes == [1 / 6, 1, 10, 60, 360]
    assert waits[-1] is None


def test_jitter_shifts_by_a_fifth_at_most() -> None:
    rule = policy("engine")
    assert next_wait(rule, 1, 1.0) == timedelta(seconds=12)
    assert next_wait(rule, 1, -1.0) == timedelta(seconds=8)
    assert next_wait(rule, 1, 9.0) == timedelta(seconds=12)


def test_a_diagram_sets_its_own() -> None:
    rule = policy("engine", "R3/PT10M")
    assert [next_wait(rule, n) for n in (1, 2, 3)] == [timedelta(minutes=10)] * 2 + [None]
    assert parse_policy("PT10S,P1DT2H").waits == (
        timedelta(seconds=10),
        timedelta(days=1, hours=2),
    )


@pytest.mark.parametrize("text", ["R0/PT1M", "R3", "R3/P", "R3/PT", "3x", "PT1X", "R3/P1M"])
def test_a_faulty_setting_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest, match="R3/PT10M"):
        parse_policy(text)
