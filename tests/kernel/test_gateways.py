"""Exclusive, parallel, inclusive and event-based gateways (kernel.md 2.4)."""

from engine.base import events
from engine.kernel import effects as fx
from tests.support.driving import Drive
from tests.support.plans import (
    boundary,
    catch,
    end,
    exclusive,
    first_of,
    flow,
    inclusive,
    message,
    parallel,
    path,
    process,
    receive,
    script,
    signal,
    start,
    sub,
    task,
    timer,
    user,
)


def test_exclusive_takes_the_first_true_flow_in_flow_order() -> None:
    plan = process(
        start("s"), exclusive("g"), user("a"), user("b"), user("c"), path("s g"),
        flow("g a", when="x > 5"), flow("g b", when="x > 1"), flow("g c", default=True),
    )  # fmt: skip
    assert Drive(plan).start(x=9).open == ["a"]
    assert Drive(plan).start(x=3).open == ["b"]
    assert Drive(plan).start(x=0).open == ["c"]


def test_exclusive_without_true_flow_or_default_is_an_incident() -> None:
    plan = process(start("s"), exclusive("g"), user("a"), path("s g"), flow("g a", when="x"))
    d = Drive(plan).start(x=False)
    assert d.incidents == [("no_flow", "g")]
    d.resolve("retry", vars={"x": True})
    assert d.open == ["a"]


def test_a_failing_condition_holds_the_token_and_the_rest_goes_on() -> None:
    plan = process(
        start("s"), parallel("p"), exclusive("g"), user("a"), user("b"),
        path("s p g"), path("p b"), flow("g a", when="x + 'text'"),
    )  # fmt: skip
    d = Drive(plan).start(x=1)
    assert d.incidents == [("expression", "g")]
    assert d.open == ["b"]


def fork() -> object:
    return process(
        start("s"), parallel("p"), user("a"), user("b"), parallel("j"), user("after"),
        path("s p a j after"), path("p b j"),
    )  # fmt: skip


def test_parallel_join_waits_for_every_flow() -> None:
    d = Drive(fork()).start()
    d.complete("b")
    assert d.open == ["a"]
    assert d.view.nodes == {"a": 1, "j": 1}
    d.complete("a")
    assert d.open == ["after"]
    d.complete("after")
    d.assert_clean()


def test_parallel_join_counts_per_flow_and_never_arrivals() -> None:
    plan = process(
        start("s"), parallel("p"), user("a"), user("b"), task("m"), parallel("j"),
        user("after"), parallel("p2"), task("x"), task("y"),
        path("s p a p2 x m j after"), path("p2 y m"), path("p b j"),
    )  # fmt: skip
    d = Drive(plan).start()
    d.complete("a")  # two tokens on the same flow
    assert d.open == ["b"]
    assert d.view.nodes == {"b": 1, "j": 2}
    d.complete("b")
    assert d.open == ["after"]
    assert d.view.nodes == {"j": 1, "after": 1}  # the surplus stays


def test_a_join_changes_no_variable() -> None:
    d = Drive(fork()).start(votes=["yes"])
    d.complete("a")
    d.complete("b")
    assert d.told(fx.VariablesWritten) == []
    assert d.vars == {"votes": ["yes"]}


def choose() -> object:
    return process(
        start("s"), inclusive("g"), user("a"), user("b"), user("c"), inclusive("j"),
        user("after"), path("s g"),
        flow("g a", when="'a' in way"), flow("g b", when="'b' in way"),
        flow("g c", default=True), path("a j after"), path("b j"), path("c j"),
    )  # fmt: skip


def test_inclusive_takes_all_true_flows_and_joins_exactly_those() -> None:
    d = Drive(choose()).start(way="ab")
    assert d.open == ["a", "b"]
    d.complete("a")
    assert d.open == ["b"]
    d.complete("b")
    assert d.open == ["after"]
    d.complete("after")
    d.assert_clean()


def test_inclusive_default_and_single_branches_pass_the_join_alone() -> None:
    d = Drive(choose()).start(way="")
    assert d.open == ["c"]
    d.complete("c")
    assert d.open == ["after"]


def test_inclusive_join_waits_for_a_token_far_upstream() -> None:
    plan = process(
        start("s"), parallel("p"), user("a"), user("b1"), user("b2"), inclusive("j"),
        user("after"), path("s p a j after"), path("p b1 b2 j"),
    )  # fmt: skip
    d = Drive(plan).start()
    d.complete("a")
    assert d.open == ["b1"]
    d.complete("b1")
    assert d.open == ["b2"]
    d.complete("b2")
    assert d.open == ["after"]


def test_inclusive_join_does_not_wait_for_a_token_that_left_by_another_way() -> None:
    plan = process(
        start("s"), parallel("p"), user("a"), user("b", fields="x"), exclusive("g"),
        end("gone"), inclusive("j"), user("after"),
        path("s p a j after"), path("p b g"),
        flow("g gone", when="x == 1"), flow("g j", default=True),
    )  # fmt: skip
    d = Drive(plan).start()
    d.complete("a")
    assert d.open == ["b"]
    d.complete("b", x=1)
    assert d.open == ["after"]


def test_inclusive_join_does_not_wait_for_a_token_that_turned_off_and_waits() -> None:
    plan = process(
        start("s"), parallel("p"), user("a"), user("b", fields="x"), exclusive("g"),
        user("aside"), inclusive("j"), user("after"),
        path("s p a j after"), path("p b g"),
        flow("g aside", when="x == 1"), flow("g j", default=True),
    )  # fmt: skip
    d = Drive(plan).start()
    d.complete("a")
    d.complete("b", x=1)
    assert d.open == ["aside", "after"]


def test_inclusive_join_counts_the_way_out_of_a_boundary() -> None:
    plan = process(
        start("s"), parallel("p"), user("a"), user("b"), end("e"), inclusive("j"),
        boundary("late", "b", timer(2)), user("after"),
        path("s p a j after"), path("p b e"), path("late j"),
    )  # fmt: skip
    d = Drive(plan).start()
    d.complete("a")
    assert d.open == ["b"]  # b may still be late
    d.complete("b")
    assert d.open == ["after"]


def test_inclusive_join_in_a_loop_is_not_blocked_by_itself() -> None:
    plan = process(
        start("s"), inclusive("j"), user("a", fields="again"), exclusive("g"), end("e"),
        path("s j a g"), flow("g j", when="again"), flow("g e", default=True),
    )  # fmt: skip
    d = Drive(plan).start()
    d.complete("a", again=True)
    d.complete("a", again=True)
    d.complete("a", again=False)
    d.assert_clean()
    assert d.entered.count("j") == 3


def test_a_held_token_keeps_the_inclusive_join_waiting_until_resolved() -> None:
    plan = process(
        start("s"), parallel("p"), user("a"), script("bad", "1 // zero", "r"), inclusive("j"),
        user("after"), path("s p a j after"), path("p bad j"),
    )  # fmt: skip
    d = Drive(plan).start(zero=0)
    d.complete("a")
    assert d.open == []
    assert d.incidents == [("expression", "bad")]
    d.resolve("retry", vars={"zero": 1})
    assert d.open == ["after"]


def test_an_interrupted_token_lets_the_inclusive_join_go_on() -> None:
    plan = process(
        start("s"), parallel("p"), user("a"), user("b"), boundary("late", "b", timer(1)),
        end("dropped"), inclusive("j"), user("after"),
        path("s p a j after"), path("p b j"), path("late dropped"),
    )  # fmt: skip
    d = Drive(plan).start()
    d.complete("a")
    d.fire("late")
    assert d.open == ["after"]


def test_a_cancelled_sub_process_lets_the_inclusive_join_go_on() -> None:
    plan = process(
        start("s"), parallel("p"), user("a"), sub("sp", start("is"), user("u"), path("is u")),
        inclusive("j"), user("after"), path("s p a j after"), path("p sp j"),
    )  # fmt: skip
    d = Drive(plan).start()
    d.complete("a")
    assert d.open == ["u"]
    assert d.state is not None
    inner = next(sid for sid, scope in d.state["scopes"].items() if scope["up"])
    d.tell(events.Cancel(scope=inner))
    assert d.open == ["after"]


def mutual() -> object:
    return process(
        start("s"), parallel("p"), task("a"), task("b"), inclusive("j1"), inclusive("j2"),
        exclusive("x1"), exclusive("x2"), user("u1"), user("u2"),
        path("s p a j1 x1"), path("p b j2 x2"),
        flow("x1 u1", when="way1 == 1"), flow("x1 j2", default=True),
        flow("x2 u2", when="way2 == 1"), flow("x2 j1", default=True),
    )  # fmt: skip


def test_two_inclusive_joins_waiting_for_each_other_are_an_incident_naming_both() -> None:
    d = Drive(mutual()).start(way1=1, way2=1)
    assert d.incidents == [("join_cycle", "j1")]
    text = d.told(fx.IncidentRaised)[0].text
    assert "j1" in text
    assert "j2" in text
    d.write(note=1)
    assert len(d.incidents) == 1
    d.resolve("skip")
    assert "u1" in d.open


def wait_for_first() -> object:
    return process(
        start("s"), first_of("g"), catch("m", message("paper", keys={"no": "number"})),
        catch("t", timer(3)), receive("r", "fax"), user("am"), user("at"), user("ar"),
        path("s g m am"), path("g t at"), path("g r ar"),
    )  # fmt: skip


def test_the_first_event_wins_and_the_others_are_withdrawn_in_the_same_step() -> None:
    d = Drive(wait_for_first()).start(number=7)
    assert [s["node"] for s in d.view.subscriptions] == ["m", "r"]
    assert d.message("m", no=8).status == "refused"
    d.message("m", no=7)
    assert d.open == ["am"]
    assert d.view.subscriptions == ()
    assert d.view.timers == ()
    assert [type(e).__name__ for e in d.step.effects[:3]] == [
        "SubscriptionClosed",
        "SubscriptionClosed",
        "TimerCancelled",
    ]
    assert d.entered == ["s", "g", "m", "am"]


def test_the_timer_of_an_event_gateway_withdraws_the_messages() -> None:
    d = Drive(wait_for_first()).start(number=7)
    d.fire("t")
    assert d.open == ["at"]
    assert len(d.told(fx.SubscriptionClosed)) == 2
    assert d.told(fx.TimerCancelled) == []


def test_a_receive_task_behind_an_event_gateway_is_already_done_when_it_is_reached() -> None:
    d = Drive(wait_for_first()).start(number=7)
    d.message("r")
    assert d.open == ["ar"]
    assert d.left("completed") == ["s", "g", "r"]


def test_two_signals_of_one_name_behind_an_event_gateway_take_one_branch() -> None:
    plan = process(
        start("s"), first_of("g"), catch("x", signal("go")), catch("y", signal("go")),
        user("ax"), user("ay"), path("s g x ax"), path("g y ay"),
    )  # fmt: skip
    d = Drive(plan).start()
    d.signal("go")
    assert d.open == ["ax"]
