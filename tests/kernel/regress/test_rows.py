"""One test a row of kernel.md 4, as far as the row concerns the kernel."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from engine.base import events
from engine.kernel import effects as fx
from engine.kernel.advance import advance
from tests.support.driving import MORNING, Drive, decode, encode
from tests.support.plans import (
    boundary,
    call,
    catch,
    condition,
    end,
    error,
    esp,
    exclusive,
    flow,
    link_catch,
    link_throw,
    loop,
    message,
    multi,
    parallel,
    path,
    process,
    script,
    signal,
    start,
    sub,
    task,
    throw,
    timer,
    user,
)


def test_rows_1_and_2_a_deep_path_and_loop_stay_active_to_the_end() -> None:
    names = [f"n{k}" for k in range(1_500)]
    chain = process(start("s"), *(task(n) for n in names), user("last"), end("e"),
                    path(f"s {' '.join(names)} last e"))  # fmt: skip
    d = Drive(chain, check=False).start()
    assert (d.status, d.open) == ("active", ["last"])
    d.complete("last")
    d.assert_clean()
    turns = process(start("s"), user("a", loop=loop(None, maximum=1_500)), path("s a"))
    d = Drive(turns, check=False).start()
    for _ in range(1_499):
        d.complete("a")
    assert (d.status, d.open) == ("active", ["a"])
    d.complete("a")
    d.assert_clean()


def test_rows_3_and_4_no_value_of_a_branch_is_lost_or_changed_by_a_join() -> None:
    plan = process(
        start("s"), parallel("p"), user("a", outputs={"votes": "votes + ['yes']"}),
        user("b", outputs={"votes": "votes + ['yes', 'no']"}), parallel("j"), user("after"),
        path("s p a j after"), path("p b j"),
    )  # fmt: skip
    d = Drive(plan).start(votes=["yes"])

    def history() -> list[str]:
        written = [effect.patch for effect in d.all(fx.VariablesWritten)]
        return [hashlib.sha256(repr(patch).encode()).hexdigest() for patch in written]

    first = history()
    d.complete("a")
    d.complete("b")
    assert d.vars["votes"] == ["yes", "yes", "yes", "no"]
    assert history()[: len(first)] == first
    assert d.open == ["after"]


@pytest.mark.parametrize("interrupting", [True, False])
@pytest.mark.parametrize("inside", [False, True])
def test_rows_5_to_7_handlers_wait_for_their_trigger(
    *, interrupting: bool, inside: bool
) -> None:
    content: tuple[Any, ...] = (
        start("is"), user("a"), path("is a"),
        esp("h", start("hs", message("m"), interrupting=interrupting), user("u"),
            path("hs u")),
    )  # fmt: skip
    plan = process(start("s"), sub("sp", *content), path("s sp")) if inside else process(
        *content
    )  # fmt: skip
    d = Drive(plan).start()
    assert d.open == ["a"]
    d.message("hs")
    assert d.open == (["u"] if interrupting else ["a", "u"])


def test_row_8_a_condition_is_looked_at_again() -> None:
    plan = process(
        start("s"), parallel("p"), catch("c", condition("x == 1")), user("w", fields="x"),
        user("a"), path("s p c a"), path("p w"),
    )  # fmt: skip
    d = Drive(plan).start(x=0)
    d.complete("w", x=1)
    assert d.open == ["a"]


def test_row_9_a_node_without_outgoing_flow_ends() -> None:
    d = Drive(process(start("s"), parallel("p"), task("a"), exclusive("g"), path("s p a"),
                      path("p g"))).start()  # fmt: skip
    d.assert_clean()


def test_rows_10_to_12_signal_ends_and_links_work() -> None:
    plan = process(
        start("s"), parallel("p"), end("sig", signal("go")), catch("c", signal("go")),
        link_throw("lt", "l"), link_catch("l"), user("a"), user("b"),
        path("s p sig"), path("p c a"), path("p lt"), path("l b"),
    )  # fmt: skip
    d = Drive(plan).start()
    assert sorted(d.open) == ["a", "b"]
    assert [signal_.name for signal_ in d.all(fx.SignalThrown)] == ["go"]


def test_row_13_nothing_after_the_throw_is_entered() -> None:
    plan = process(
        start("s"),
        sub("sp", start("is"), throw("t", signal("stop")), task("never"), path("is t never")),
        boundary("b", "sp", signal("stop")), user("h"), path("s sp"), path("b h"),
    )  # fmt: skip
    d = Drive(plan).start()
    assert (d.open, "never" in d.entered) == (["h"], False)


@pytest.mark.parametrize(("wanted", "given", "opened"), [(2, 1, 1), (1, 2, 4), (2, 2, 2)])
def test_row_17_quantities_are_honoured(wanted: int, given: int, opened: int) -> None:
    plan = process(
        start("s"), parallel("p"), task("a"), task("b"),
        task("q", start_quantity=wanted, completion_quantity=given), user("u"),
        path("s p a q u"), path("p b q"),
    )  # fmt: skip
    assert Drive(plan).start().open == ["u"] * opened


@pytest.mark.parametrize("count", ["-1", "1000000", "10 ** 12"])
def test_rows_19_to_22_senseless_numbers_never_hang(count: str) -> None:
    plan = process(start("s"), script("a", "1", multi=multi(count=count)), end("e"),
                   path("s a e"))  # fmt: skip
    d = Drive(plan).start()
    assert d.incidents == [("mi_count", "a")]
    huge = process(start("s"), script("a", "1", loop=loop(None, maximum=10**9)), path("s a"))
    d = Drive(huge)
    d.limits = events.Limits(step_visits=1_000)
    d.start()
    assert d.incidents == [("step_limit", "s")]
    calling = process(start("s"), call("c", "test"), path("s c"))
    d = Drive(calling)
    d.tell(events.Start(depth=events.Limits().call_depth))
    assert d.incidents == [("call_depth", "c")]


def test_rows_26_and_27_threads_share_a_plan_and_give_equal_bytes() -> None:
    plan = process(
        start("s"), parallel("p"), user("a", fields="x"), catch("t", timer(2)),
        user("b", multi=multi(count="3")), parallel("j"), end("e"),
        path("s p a j e"), path("p t j"), path("p b j"),
    )  # fmt: skip
    before = repr(plan.nodes)

    def play(_: int) -> bytes:
        step = advance(plan, None, events.Start(vars={"when": MORNING}, at=MORNING))
        opened = [e for e in step.effects if isinstance(e, fx.TaskOpened | fx.TasksOpened)]
        for effect in opened:
            item = 1 if isinstance(effect, fx.TasksOpened) else None
            done = events.CompleteTask(wait=effect.wait, item=item, at=MORNING)
            step = advance(plan, decode(encode(step.state)), done)
        return encode(step.state) + repr(step.effects).encode()

    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(play, range(200)))
    assert len(found) == 1
    assert repr(plan.nodes) == before


def test_row_28_the_state_holds_no_specification_and_no_items() -> None:
    plan = process(start("s"), user("a", multi=multi(count="n")), path("s a"))
    small, large = (encode(Drive(plan, check=False).start(n=n).state) for n in (10, 50_000))
    assert len(large) <= 4_096
    assert len(large) - len(small) <= 16


@pytest.mark.parametrize(
    "key", ["typename", "data", "scopes", "waits", "vars", "tokens", "", "§", "变量", "idx"]
)
def test_row_29_reserved_keys_are_only_data(key: str) -> None:
    d = Drive(process(start("s"), user("a", fields=key or "x"), path("s a")))
    d.tell(events.Start(vars={key: {key: [key]}}))
    assert d.vars == {key: {key: [key]}}
    d.complete("a")
    d.assert_clean()


def test_row_30_a_message_without_the_keys_matches_nothing() -> None:
    plan = process(start("s"), catch("c", message("m", {"a": "1", "b": "2"})), path("s c"))
    d = Drive(plan).start()
    for keys in ({}, {"a": 1}, {"b": 2}, {"a": 1, "b": 3}):
        assert d.message("c", **keys).status == "refused"
    assert d.message("c", a=1, b=2).status == "accepted"


def test_row_32_a_failing_script_reaches_its_error_boundary() -> None:
    plan = process(
        start("s"), script("c", "1 // 0", error_code="E"), boundary("b", "c", error("E")),
        user("h"), path("s c"), path("b h"),
    )  # fmt: skip
    assert Drive(plan).start().open == ["h"]


def test_rows_33_and_34_starts_ends_and_conditions_are_optional() -> None:
    plan = process(
        start("s"), sub("sp", user("u", fields="x")), user("a"), user("b"), path("s sp"),
        flow("sp a", "x == 1"), flow("sp b", default=True),
    )  # fmt: skip
    d = Drive(plan).start()
    d.complete("u", x=1)
    assert d.open == ["a"]


def test_row_35_a_cycle_does_not_tick_by_being_looked_at() -> None:
    plan = process(
        start("s"), user("a"), boundary("b", "a", timer(1, cycle=None), interrupting=False),
        task("remind"), path("s a"), path("b remind"),
    )  # fmt: skip
    d = Drive(plan).start()
    for _ in range(5):
        d.tell(events.EvaluateConditions())
    assert "remind" not in d.entered
    d.fire("b")
    assert d.entered.count("remind") == 1


def test_rows_36_and_37_only_mapped_outputs_return() -> None:
    plan = process(start("s"), call("c", "x", outputs={"r": "r"}), user("a"), path("s c a"))
    d = Drive(plan).start(keep=1)
    d.child("c", out={"r": 2, "keep": 9, "noise": 3})
    assert d.vars == {"keep": 1, "r": 2}


def test_rows_38_and_39_five_thousand_branches_start_in_a_moment() -> None:
    names = [f"n{k}" for k in range(5_000)]
    plan = process(
        start("s"), parallel("p"), *(user(n) for n in names), parallel("j"), end("e"),
        path("s p"), path("j e"), *(flow(f"p {n}") for n in names),
        *(flow(f"{n} j") for n in names),
    )  # fmt: skip
    limits = events.Limits(step_visits=20_000, state_bytes=10_000_000)
    step = advance(plan, None, events.Start(at=MORNING, env=events.Env(limits=limits)))
    assert sum(isinstance(e, fx.TaskOpened) for e in step.effects) == 5_000
