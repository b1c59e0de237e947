"""Hostile models: escapes in cells, damaged files, values that would grow without end."""

import contextlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.base.errors import ExpressionFailed, InvalidDefinition
from engine.base.expressions import Moment
from engine.dmn.checks import compile_checked
from engine.dmn.parse import parse
from tests.dmn.support import column, compiled, data, decision, document, literal, output, table
from tests.feel.test_hostile import ESCAPES, Host


@pytest.mark.parametrize("place", ["literal", "input", "cell", "output", "default"])
@pytest.mark.parametrize("text", ESCAPES)
def test_no_escape_in_a_decision_reaches_the_host(place: str, text: str) -> None:
    cells = {"input": "x", "cell": "-", "output": "1", "default": "1", place: text}
    logic = table(
        "FIRST",
        [column(cells["input"])],
        [output("", default=cells["default"])],
        [[cells["cell"], cells["output"]]],
    )
    logic = literal(text) if place == "literal" else logic
    try:
        made = compiled(data("x"), data("host"), decision("d", logic, inputs=["x", "host"]))
        found = made.evaluate("d", {"x": 1, "host": Host()}, Moment())
    except (InvalidDefinition, ExpressionFailed):
        return
    assert "CANARY" not in repr((found.value, found.tables, found.warnings))


WHOLE = document(
    data("x", "number"),
    decision("a", literal("x + 1"), inputs=["x"]),
    decision(
        "d",
        table("UNIQUE", [column("a", "number")], [output("")], [["< 5", "1"], [">= 5", "2"]]),
        decisions=["a"],
    ),
)


def check(text: bytes) -> None:
    """Read, check and evaluate; only an orderly refusal may come out."""
    try:
        decisions, found = compile_checked({"a.dmn": parse(text, "a.dmn")})
    except InvalidDefinition as error:
        found, decisions = tuple(error.findings), None
    assert decisions is not None or found
    for key in decisions.ids() if decisions else ():
        with contextlib.suppress(ExpressionFailed):
            decisions.evaluate(key, {"x": 3}, Moment()) if decisions else None


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(WHOLE) - 1), st.binary(min_size=0, max_size=3), st.integers(0, 40))
def test_a_damaged_file_is_a_model_or_a_finding(at: int, put: bytes, cut: int) -> None:
    check(WHOLE[:at] + put + WHOLE[at + cut :])


WORDS = ["decision", "inputEntry", "text", "rule", "#x", "#a", "d", "UNIQUE", "number", "5"]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(WORDS), st.sampled_from([*WORDS, "", "context", "list", "function"]))
def test_an_exchanged_word_is_a_model_or_a_finding(old: str, new: str) -> None:
    check(WHOLE.replace(old.encode(), new.encode()))


def test_results_that_share_their_parts_are_counted_when_they_leave() -> None:
    chain = [decision("d0", literal("[1, 2, 3, 4]"))]
    chain += [
        decision(f"d{n}", literal(f"[d{n - 1}, d{n - 1}, d{n - 1}, d{n - 1}]"),
                 decisions=[f"d{n - 1}"])
        for n in range(1, 14)
    ]  # fmt: skip
    with pytest.raises(ExpressionFailed, match="计算量过大"):
        compiled(*chain).evaluate("d13", {}, Moment())


def test_an_object_of_the_host_is_nothing_a_decision_can_use() -> None:
    scope: dict[str, Any] = {"host": Host()}
    made = compiled(data("host"), decision("d", literal("host.secret"), inputs=["host"]))
    assert made.evaluate("d", scope, Moment()).value is None
