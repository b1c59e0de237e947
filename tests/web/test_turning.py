"""Long tables of a filled form are turned page by page; long ones stay out of the page."""

import pytest
from flask import Flask

from engine.queries.form_facts import Fact
from web.pages.task import MANY, _long
from web.pages.turning import ROWS, turned


def table(rows: int) -> Fact:
    cells = tuple((number,) for number in range(1, rows + 1))
    return Fact("rows", "明细", "table", None, True, columns=("序号",), rows=cells)


@pytest.mark.parametrize(
    ("asked", "first", "last", "before", "after"),
    [
        ("", 1, 50, "", "/case/1?tab=x&page-rows=2#t-rows"),
        ("2", 51, 100, "/case/1?tab=x&page-rows=1#t-rows", "/case/1?tab=x&page-rows=3#t-rows"),
        ("3", 101, 120, "/case/1?tab=x&page-rows=2#t-rows", ""),
        ("99999", 101, 120, "/case/1?tab=x&page-rows=2#t-rows", ""),
        ("-1", 1, 50, "", "/case/1?tab=x&page-rows=2#t-rows"),
        ("9" * 40, 1, 50, "", "/case/1?tab=x&page-rows=2#t-rows"),
    ],
)
def test_a_table_is_turned_by_its_own_key(
    asked: str, first: int, last: int, before: str, after: str
) -> None:
    with Flask("x").test_request_context(f"/case/1?tab=x&page-rows={asked}"):
        turn = turned(table(120))
    assert (turn.first, turn.last, turn.total, turn.turns) == (first, last, 120, True)
    assert [row[0] for row in turn.rows] == list(range(first, last + 1))
    assert (turn.before, turn.after) == (before, after)


def test_short_and_empty_tables_are_whole() -> None:
    with Flask("x").test_request_context("/case/1"):
        short, empty = turned(table(ROWS)), turned(table(0))
    assert (short.turns, short.before, short.after, len(short.rows)) == (False, "", "", ROWS)
    assert (empty.turns, empty.rows) == (False, ())


def test_what_is_long_is_fetched_beside_the_page() -> None:
    assert _long({"a": "x" * 500, "rows": [{}] * (MANY + 1)})
    assert not _long({"rows": [{}] * MANY})
    assert not _long(None)
