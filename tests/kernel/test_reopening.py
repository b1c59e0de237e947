"""Reopening: an ended instance goes on before a declared node, its variables kept."""

import pytest

from engine.base import events
from tests.support.driving import Drive
from tests.support.plans import end, parallel, path, process, start, sub, user


def finished() -> Drive:
    plan = process(
        start("s"), start("again"), user("draft", fields="x"), user("review"), end("e"),
        path("s draft review e"), path("again review"),
    )  # fmt: skip
    drive = Drive(plan)
    drive.tell(events.Start(node="s"))
    drive.complete("draft", x=7)
    drive.complete("review")
    assert drive.status == "completed"
    return drive


@pytest.mark.parametrize(("node", "open_"), [("review", "review"), ("again", "review")])
def test_an_ended_instance_goes_on_with_its_variables(node: str, open_: str) -> None:
    d = finished()
    step = d.tell(events.Reopen(node=node, vars={"y": 1}))
    assert step.status == "accepted"
    assert (d.status, d.open, d.vars) == ("active", [open_], {"x": 7, "y": 1})
    d.complete(open_)
    d.assert_clean()


def forked() -> Drive:
    plan = process(
        start("s"), parallel("f"), user("a"), user("b"), parallel("j"), end("e"),
        path("s f a j e"), path("f b j"),
    )  # fmt: skip
    d = Drive(plan)
    d.tell(events.Start())
    return d


def test_an_open_instance_is_not_reopened() -> None:
    d = finished()
    d.tell(events.Reopen(node="review"))
    step = d.tell(events.Reopen(node="review"))
    assert (step.status, step.reason) == ("refused", "案件尚在办理，无需重启。")


def test_a_terminated_instance_leaves_nothing_behind() -> None:
    d = forked()
    d.complete("a")
    d.tell(events.Cancel(reason="误立"))
    d.tell(events.Reopen(node="f"))
    assert sorted(d.open) == ["a", "b"]
    d.complete("a")
    assert d.open == ["b"]
    d.complete("b")
    d.assert_clean()


@pytest.mark.parametrize("node", ["nowhere", "j", "a"])
def test_a_node_no_single_token_can_go_on_from_is_refused(node: str) -> None:
    d = forked()
    d.tell(events.Cancel(reason="误立"))
    before = d.state
    assert d.tell(events.Reopen(node=node)).status == "refused"
    assert d.state == before


def test_a_node_in_a_sub_process_opens_the_scopes_around_it() -> None:
    plan = process(
        start("s"), sub("box", start("bs"), user("in"), end("be"), path("bs in be")),
        end("e"), path("s box e"),
    )  # fmt: skip
    d = Drive(plan)
    d.tell(events.Start())
    d.complete("in")
    d.tell(events.Reopen(node="in"))
    assert d.open == ["in"]
    d.complete("in")
    d.assert_clean()
