"""Boundary events, interrupting and not, and what happens inside (kernel.md 2.8, 4 row 13)."""

import pytest

from engine.base import events
from engine.kernel import effects as fx
from tests.support.driving import Drive
from tests.support.plans import (
    boundary,
    condition,
    end,
    error,
    escalation,
    message,
    parallel,
    path,
    process,
    script,
    service,
    signal,
    start,
    sub,
    throw,
    timer,
    user,
)

TRIGGERS = {
    "timer": (timer(2), lambda d: d.fire("b")),
    "message": (message("m"), lambda d: d.message("b")),
    "signal": (signal("go"), lambda d: d.signal("go")),
    "condition": (condition("x == 1"), lambda d: d.write(x=1)),
    "escalation": (
        escalation("esc"),
        lambda d: d.tell(events.ThrowEscalation(wait=d.wait("a"), code="esc")),
    ),
}


def hosted(trigger: str, *, interrupting: bool) -> Drive:
    plan = process(
        start("s"),
        user("a"),
        boundary("b", "a", TRIGGERS[trigger][0], interrupting=interrupting),
        user("normal"),
        user("handled"),
        path("s a normal"),
        path("b handled"),
    )
    return Drive(plan).start()


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_an_interrupting_boundary_ends_the_activity_and_takes_its_own_way(
    trigger: str,
) -> None:
    d = hosted(trigger, interrupting=True)
    TRIGGERS[trigger][1](d)
    assert d.open == ["handled"]
    assert d.left("terminated") == ["a"]
    assert [closed.how for closed in d.told(fx.TaskClosed)] == ["cancelled"]
    d.complete("handled")
    d.assert_clean()


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_an_interrupting_boundary_that_does_not_fire_leaves_no_trace(trigger: str) -> None:
    d = hosted(trigger, interrupting=True)
    d.complete("a")
    assert d.open == ["normal"]
    assert d.state is not None
    assert len(d.state["waits"]) == 1
    assert "b" not in d.entered
    d.complete("normal")
    d.assert_clean()


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_a_non_interrupting_boundary_adds_a_token_and_the_activity_goes_on(
    trigger: str,
) -> None:
    d = hosted(trigger, interrupting=False)
    TRIGGERS[trigger][1](d)
    assert d.open == ["a", "handled"]
    d.complete("a")
    d.complete("handled")
    d.complete("normal")
    d.assert_clean()


@pytest.mark.parametrize("trigger", ["message", "signal", "escalation"])
def test_a_non_interrupting_boundary_may_fire_again(trigger: str) -> None:
    d = hosted(trigger, interrupting=False)
    for _ in range(3):
        TRIGGERS[trigger][1](d)
    assert d.open == ["a", "handled", "handled", "handled"]


def test_waits_open_boundary_first_and_close_in_reverse() -> None:
    plan = process(
        start("s"), user("a"), boundary("b1", "a", timer(1)), boundary("b2", "a", message("m")),
        end("e"), path("s a e"),
    )  # fmt: skip
    d = Drive(plan).start()
    kinds = [fx.TimerSet, fx.SubscriptionOpened, fx.TaskOpened]
    opened = [e for e in d.step.effects if isinstance(e, tuple(kinds))]
    assert [type(e) for e in opened] == kinds
    d.complete("a")
    closing = [e for e in d.step.effects if type(e).__name__.endswith(("Closed", "Cancelled"))]
    expected = [fx.TaskClosed, fx.SubscriptionClosed, fx.TimerCancelled]
    assert [type(e) for e in closing] == expected


def test_an_error_from_a_clerk_leaves_through_the_boundary_with_its_code_first() -> None:
    plan = process(
        start("s"), user("a"), boundary("any", "a", error()),
        boundary("exact", "a", error("E1")),
        user("ha"), user("he"), path("s a"), path("any ha"), path("exact he"),
    )  # fmt: skip
    d = Drive(plan).start()
    d.tell(events.ThrowError(wait=d.wait("a"), code="E1"))
    assert d.open == ["he"]
    assert d.left("failed") == ["a"]
    d = Drive(plan).start()
    d.tell(events.ThrowError(wait=d.wait("a"), code="E2"))
    assert d.open == ["ha"]


def test_the_payload_reaches_the_mapping_of_the_boundary_and_nothing_else() -> None:
    plan = process(
        start("s"), user("a"),
        boundary("b", "a", error("E1"), outputs={"why": "errorCode + errorMessage + extra"}),
        user("h"), path("s a"), path("b h"),
    )  # fmt: skip
    d = Drive(plan).start()
    wait = d.wait("a")
    d.tell(events.ThrowError(wait=wait, code="E1", message="!", data={"extra": "?"}))
    assert d.vars == {"why": "E1!?"}


def test_a_signal_throw_inside_a_sub_process_ends_everything_after_it() -> None:
    plan = process(
        start("s"),
        sub(
            "sp", start("is"), throw("t", signal("stop")), script("after", "1", "dirty"),
            path("is t after"),
        ),
        boundary("b", "sp", signal("stop")),
        user("handled"), user("normal"), path("s sp normal"), path("b handled"),
    )  # fmt: skip
    d = Drive(plan).start()
    assert d.open == ["handled"]
    assert "after" not in d.entered
    assert "dirty" not in d.vars


def test_an_error_end_inside_a_sub_process_terminates_its_siblings() -> None:
    plan = process(
        start("s"),
        sub(
            "sp", start("is"), parallel("p"), user("other"), end("fail", error("E")),
            path("is p other"), path("p fail"),
        ),
        boundary("b", "sp", error("E")),
        user("handled"), user("normal"), path("s sp normal"), path("b handled"),
    )  # fmt: skip
    d = Drive(plan).start()
    assert d.open == ["handled"]
    d.complete("handled")
    d.assert_clean()


def test_a_service_error_and_a_script_failure_reach_error_boundaries() -> None:
    plan = process(
        start("s"), service("v"), boundary("bv", "v", error("down")),
        script("c", "1 // zero", "r", error_code="math"), boundary("bc", "c", error("math")),
        user("h"), path("s v"), path("bv c"), path("bc h"),
    )  # fmt: skip
    d = Drive(plan).start(zero=0)
    d.serve("v", error="down")
    assert d.open == ["h"]
    assert d.told(fx.ServiceCancelled) == []
    d.complete("h")
    d.assert_clean()


def test_an_uncaught_error_holds_the_token_and_other_branches_go_on() -> None:
    plan = process(
        start("s"), parallel("p"), user("a"), user("b"), end("fail", error("E")),
        path("s p a fail"), path("p b"),
    )  # fmt: skip
    d = Drive(plan).start()
    d.complete("a")
    assert d.incidents == [("uncaught_error", "fail")]
    assert d.open == ["b"]
    d.complete("b")
    assert d.status == "active"
    d.resolve("skip")
    d.assert_clean()


def test_a_condition_true_at_once_interrupts_the_task_before_anyone_sees_it() -> None:
    plan = process(
        start("s"), user("a"), boundary("b", "a", condition("x == 1")), user("h"),
        path("s a"), path("b h"),
    )  # fmt: skip
    d = Drive(plan).start(x=1)
    assert d.open == ["h"]
    assert [opened.node for opened in d.all(fx.TaskOpened)] == ["h"]
    assert d.all(fx.TaskClosed) == []


def test_an_uncaught_error_in_a_called_process_is_offered_to_the_parent() -> None:
    plan = process(start("s"), end("fail", error("E")), path("s fail"))
    d = Drive(plan)
    d.tell(events.Start(depth=1))
    assert d.status == "error"
    assert d.told(fx.InstanceEnded)[0].code == "E"
    d.assert_clean()
