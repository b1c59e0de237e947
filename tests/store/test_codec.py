"""Values survive the store, whatever a user types."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.base.values import MixedDuration, Months
from engine.store import codec

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(["$dec", "$map", "$at", '"$', "$"])
    | st.dates()
    | st.times()
    | st.datetimes(timezones=st.just(UTC))
    | st.timedeltas()
    | st.builds(Months, st.integers(-999, 999))
    | st.builds(MixedDuration, st.integers(-99, 99), st.timedeltas())
)
keys = st.text(max_size=6) | st.sampled_from(["$dec", "$map", "$int", "$date", "f", "plan"])
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)


@given(values)
def test_every_value_comes_back_as_it_was(value: object) -> None:
    back = codec.decode(codec.encode(value))
    assert back == value
    assert _types(back) == _types(value)


@given(values)
def test_one_value_has_one_text(value: object) -> None:
    once = codec.encode(value)
    assert codec.encode(codec.decode(once)) == once


def test_a_users_map_is_not_taken_for_a_tag() -> None:
    value = {"form": {"$dec": "not a number"}}
    assert codec.decode(codec.encode(value)) == value


def test_key_order_does_not_matter() -> None:
    assert codec.encode({"a": 1, "b": 2}) == codec.encode({"b": 2, "a": 1})


@pytest.mark.parametrize("alien", [object(), {1, 2}, b"bytes"])
def test_host_objects_are_refused(alien: object) -> None:
    with pytest.raises(TypeError):
        codec.encode({"x": alien})


def test_people_and_wires_get_plain_json() -> None:
    value = {"d": date(2025, 3, 18), "n": Decimal("0.12"), "w": timedelta(days=1, hours=2)}
    assert codec.plain(value) == {"d": "2025-03-18", "n": 0.12, "w": "P1DT2H"}


def _types(value: object) -> object:
    if isinstance(value, dict):
        return {key: _types(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_types(inner) for inner in value]
    return type(value)


def test_moments_keep_their_offset() -> None:
    moment = datetime(2025, 3, 18, 9, tzinfo=UTC)
    assert codec.decode(codec.encode([moment, time(9, 30)])) == [moment, time(9, 30)]
