"""What a row condition demands in plain values is found, and never more than it demands."""

from typing import Any

import pytest

from engine.feel.compile import compile_expression
from engine.feel.demands import demanded, needed

COLUMNS = frozenset(("city", "stage", "owner", "number"))


@pytest.mark.parametrize(
    ("text", "around", "wanted"),
    [
        ("city = here", {"here": "3601"}, {("city", "3601")}),
        ("here = city and stage = \"办理\"", {"here": "3601"},
         {("city", "3601"), ("stage", "办理")}),
        ("city = here or stage = \"办理\"", {"here": "3601"}, set()),
        ("not(city = here)", {"here": "3601"}, set()),
        ("city != here and city > here", {"here": "3601"}, set()),
        ("city = owner", {"owner": "x"}, set()),  # a column of the row, whatever is around
        ("city = nobody", {}, set()),
        ("if me = null then city = here else owner = me", {"me": None, "here": "1"},
         {("city", "1")}),
        ("if me = null then city = here else owner = me", {"me": "r", "here": "1"},
         {("owner", "r")}),
        ("if owner = null then city = here else stage = here", {"here": "1"}, set()),
        ("if me > 1 then city = here else stage = here", {"me": 2, "here": "1"}, set()),
        ("some x in [1, 2] satisfies number = x", {}, set()),
    ],
)  # fmt: skip
def test_only_what_every_row_must_fulfil_is_demanded(
    text: str, around: dict[str, Any], wanted: set[tuple[str, Any]]
) -> None:
    found = demanded(compile_expression(text).tree, COLUMNS, around)
    assert set(found) == wanted


def test_what_must_be_filled_in_for_a_condition_is_named() -> None:
    text = (
        'area != null and kind != null and count(towns) > 0 and (kind = "A" or reason != null)'
        " and length > 0 and count(kinds) = 2"
    )
    assert needed(compile_expression(text).tree) == ("area", "kind", "towns")
    assert needed(compile_expression("a != null or b != null").tree) == ()
