"""Starting at an anchor: work begun elsewhere goes on from the node its state stands for."""

from typing import Any

import pytest

from engine.base import events
from engine.kernel.plan import Plan
from engine.kernel.step import Step
from tests.support.driving import Drive
from tests.support.plans import end, parallel, path, process, start, sub, user


def line() -> Plan:
    return process(
        start("s"), user("draft", fields="x"), user("review"), end("e"),
        path("s draft review e"),
    )  # fmt: skip


def split() -> Plan:
    return process(
        start("s"), parallel("f"), user("a"), user("b"), parallel("j"), user("z"), end("e"),
        path("s f a j z e"), path("f b j"),
    )  # fmt: skip


def begun(plan: Plan, anchor: str, **values: Any) -> tuple[Drive, Step]:
    drive = Drive(plan)
    return drive, drive.tell(events.Start(anchor=anchor, vars=values))


def test_an_instance_begins_at_a_later_node_with_its_data() -> None:
    d, _ = begun(line(), "review", x=7)
    assert d.open == ["review"]
    assert d.vars == {"x": 7}
    d.complete("review")
    d.assert_clean()


def test_after_an_anchor_everything_goes_on_as_if_it_had_been_reached() -> None:
    d, _ = begun(split(), "f")
    assert sorted(d.open) == ["a", "b"]
    d.complete("a")
    d.complete("b")
    assert d.open == ["z"]


def test_an_anchor_at_an_end_is_a_finished_instance() -> None:
    d, step = begun(line(), "e", x=1)
    assert step.status == "accepted"
    assert d.state is not None
    assert d.state["status"] == "completed"


def test_an_anchor_in_a_sub_process_opens_the_scopes_around_it() -> None:
    plan = process(
        start("s"),
        sub("box", start("bs"), user("in1"), user("in2"), end("be"), path("bs in1 in2 be")),
        user("after"), end("e"), path("s box after e"),
    )  # fmt: skip
    d, _ = begun(plan, "in2", x=1)
    assert d.open == ["in2"]
    d.complete("in2")
    assert d.open == ["after"]


@pytest.mark.parametrize("anchor", ["s", "a", "b", "j", "nowhere"])
def test_an_anchor_from_which_nothing_could_get_on_is_refused(anchor: str) -> None:
    d, step = begun(split(), anchor)
    assert step.status == "refused"
    assert anchor in step.reason
    assert d.state is None
