"""The standard loop (kernel.md 2.7)."""

import pytest

from engine.base import events
from engine.kernel import effects as fx
from tests.support.driving import Drive
from tests.support.plans import (
    E,
    boundary,
    end,
    loop,
    path,
    process,
    script,
    start,
    sub,
    timer,
    user,
)


def looped(until: str | None, **more: object) -> object:
    return process(
        start("s"), user("a", fields="x", loop=loop(until, **more)), end("e"), path("s a e")
    )


def test_run_then_test_while_the_condition_holds() -> None:
    d = Drive(looped("x < 3")).start()
    for x in (1, 2, 3):
        assert d.told(fx.TaskOpened)[0].locals["loopCounter"] == x
        d.complete("a", x=x)
    d.assert_clean()


def test_test_before_may_run_not_at_all() -> None:
    d = Drive(looped("x < 3", test_before=True)).start(x=5)
    d.assert_clean()
    d = Drive(looped("x < 3", test_before=True)).start(x=1)
    assert d.open == ["a"]


def test_the_maximum_ends_the_loop() -> None:
    d = Drive(looped("True", maximum=2)).start()
    d.complete("a")
    d.complete("a")
    d.assert_clean()


def test_a_maximum_alone_is_a_counted_loop() -> None:
    d = Drive(looped(None, maximum=E("n"))).start(n=3)
    for _ in range(3):
        d.complete("a")
    d.assert_clean()


@pytest.mark.parametrize("n", [0, -1, "x", None])
def test_a_senseless_maximum_is_an_incident(n: object) -> None:
    d = Drive(looped(None, maximum=E("n"), test_before=True)).start(n=n)
    assert d.incidents == [("loop_max", "a")]


def test_a_boundary_spans_all_turns() -> None:
    plan = process(
        start("s"), user("a", loop=loop("True")), boundary("b", "a", timer(1)), user("h"),
        path("s a"), path("b h"),
    )  # fmt: skip
    d = Drive(plan).start()
    for _ in range(4):
        d.complete("a")
    assert len(d.all(fx.TimerSet)) == 1
    d.fire("b")
    assert d.open == ["h"]
    d.complete("h")
    d.assert_clean()


def test_each_turn_of_a_sub_process_is_a_fresh_scope() -> None:
    plan = process(
        start("s"),
        sub("sp", start("is"), user("u", fields="y x"), path("is u"), declared="y",
            loop=loop("x < 3")),
        end("e"), path("s sp e"),
    )  # fmt: skip
    d = Drive(plan).start()
    for x in (1, 2, 3):
        assert d.state is not None
        inner = next(s for s in d.state["scopes"].values() if s["up"])
        assert inner["vars"] == {"y": None}
        d.complete("u", x=x, y=x)
    d.assert_clean()
    assert d.vars == {"x": 3}


def test_an_automatic_loop_runs_within_the_step_and_is_limited() -> None:
    plan = process(
        start("s"), script("a", "n + 1", "n", loop=loop("n < 50")), end("e"), path("s a e")
    )
    d = Drive(plan).start(n=0)
    assert d.vars == {"n": 50}
    endless = process(
        start("s"), script("a", "n + 1", "n", loop=loop("True")), end("e"), path("s a e")
    )
    d = Drive(endless)
    d.limits = events.Limits(step_visits=300)
    d.start(n=0)
    assert d.incidents == [("step_limit", "s")]
