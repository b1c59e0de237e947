"""To whom a seat may pass: own unit, 同岗位 where the diagram says so (2.13)."""

import pytest

from engine.base.actor import Actor, Post
from engine.base.errors import Conflict, InvalidRequest
from engine.rules.transfers import TransferRule, check, landing, read

SEAT = {"unit": "W1", "role": "WOOD"}
HOME = Post("W1", "甲县林草局", "WOOD", "county", "990101")
SISTER = Post("W1B", "甲县林业站", "WOOD", "county", "990101")
ABROAD = Post("W2", "乙县林草局", "WOOD", "county", "990102")
WATER = Post("H1", "甲县水务局", "WATER", "county", "990101")


@pytest.mark.parametrize(
    ("post", "unit", "duty"),
    [(HOME, "W1", "W1"), (SISTER, "", "W1B"), (ABROAD, "", ""), (WATER, "", "")],
)
def test_who_may_take_a_seat(post: Post, unit: str, duty: str) -> None:
    person = Actor("b", "乙", (post,))
    for scope, wanted in (("unit", unit), ("duty", duty)):
        rule = read({"scope": scope})
        found = landing(rule, SEAT, person, "990101")
        assert (found.unit if found else "") == wanted, scope


def test_nothing_declared_means_the_unit_and_three_times() -> None:
    assert read({}) == TransferRule("unit", 3)
    assert read({"scope": "duty", "maxChain": 0}) == TransferRule("duty", 0)


def test_the_chain_ends_and_the_way_back_needs_a_reason() -> None:
    rule = TransferRule("unit", 2)
    check(rule, [{"from": "a"}], "c", "")
    check(rule, [{"from": "a"}], "a", "请收回")
    with pytest.raises(InvalidRequest, match="转回原办理人"):
        check(rule, [{"from": "a"}], "a", "")
    with pytest.raises(Conflict, match="本席位已转办 2 次，不能继续转办"):
        check(rule, [{"from": "a"}, {"from": "b"}], "c", "")
