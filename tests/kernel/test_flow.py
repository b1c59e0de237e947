"""Sequence flows, splits, implicit starts and ends, quantities (kernel.md 2.1, 2.2, 2.3)."""

from engine.base import events
from engine.kernel import effects as fx
from tests.support.driving import Drive
from tests.support.plans import (
    end,
    exclusive,
    flow,
    parallel,
    path,
    process,
    script,
    start,
    sub,
    task,
    terminate,
    user,
)


def test_a_sequence_tells_each_step_in_order() -> None:
    d = Drive(process(start("s"), user("a"), end("e"), path("s a e"))).start()
    d.complete("a", outcome="ok")
    assert [type(effect).__name__ for effect in d.step.effects] == [
        "TaskClosed",
        "VariablesWritten",
        "NodeLeft",
        "NodeEntered",
        "NodeLeft",
        "InstanceEnded",
    ]
    assert d.all(fx.NodeLeft)[1].flows == ("a-e",)
    assert d.told(fx.InstanceEnded)[0].out == {"outcome": "ok"}
    d.assert_clean()


def test_several_plain_flows_split_without_a_gateway() -> None:
    plan = process(start("s"), task("a"), user("b"), user("c"), path("s a b"), flow("a c"))
    d = Drive(plan).start()
    assert d.open == ["b", "c"]
    d.complete("c")
    assert d.status == "active"
    d.complete("b")
    d.assert_clean()


def test_an_uncontrolled_merge_activates_once_for_each_token() -> None:
    plan = process(start("s"), task("a"), task("b"), user("m"), path("s a m"), path("s b m"))
    d = Drive(plan).start()
    assert d.open == ["m", "m"]


def conditional() -> object:
    return process(
        start("s"),
        user("a", fields="x"),
        user("big"),
        user("always"),
        user("other"),
        path("s a"),
        flow("a big", when="x > 10"),
        flow("a always"),
        flow("a other", default=True),
    )


def test_conditional_flows_join_the_unconditional_ones() -> None:
    d = Drive(conditional()).start()
    d.complete("a", x=11)
    assert d.open == ["big", "always"]


def test_the_default_flow_is_taken_only_when_no_other_is() -> None:
    d = Drive(conditional()).start()
    d.complete("a", x=1)
    assert d.open == ["always"]


def only_conditions() -> object:
    return process(
        start("s"),
        user("a", fields="x"),
        user("b"),
        user("c"),
        path("s a"),
        flow("a b", when="x == 1"),
        flow("a c", when="x == 2"),
    )


def test_no_true_condition_and_no_default_is_an_incident_and_only_the_choice_repeats() -> None:
    d = Drive(only_conditions()).start()
    d.complete("a", x=3)
    assert d.incidents == [("no_flow", "a")]
    d.resolve("retry")
    assert d.incidents == [("no_flow", "a")]
    d.resolve("retry", vars={"x": 2})
    assert d.open == ["c"]
    assert d.incidents == []
    assert d.entered == ["s", "a", "c"]


def test_a_null_condition_is_not_true() -> None:
    d = Drive(only_conditions()).start()
    d.complete("a")
    assert d.incidents == [("no_flow", "a")]


def test_a_condition_of_another_type_is_an_expression_incident() -> None:
    plan = process(start("s"), task("a"), user("b"), path("s a"), flow("a b", when="'yes'"))
    d = Drive(plan).start()
    assert d.incidents == [("expression", "a")]


def test_flow_order_decides_the_order_of_tokens() -> None:
    plan = process(
        start("s"), parallel("p"), user("x"), user("y"), path("s p y"), flow("p x")
    )
    d = Drive(plan).start()
    assert d.open == ["y", "x"]


def test_without_start_event_every_node_without_incoming_flow_starts() -> None:
    plan = process(user("a"), exclusive("g"), user("b"), path("g b"))
    d = Drive(plan).start()
    assert d.open == ["a", "b"]
    assert d.entered == ["a", "g", "b"]


def test_a_node_without_outgoing_flow_ends_its_token_beside_end_events() -> None:
    plan = process(
        start("s"), parallel("p"), user("a"), user("b"), end("e"), path("s p a e"), path("p b")
    )
    d = Drive(plan).start()
    d.complete("b")
    assert d.status == "active"
    d.complete("a")
    d.assert_clean()


def test_a_process_without_content_completes_at_once() -> None:
    d = Drive(process()).start()
    d.assert_clean()
    assert d.status == "completed"


def test_an_empty_sub_process_completes_at_once() -> None:
    d = Drive(process(start("s"), sub("sp"), end("e"), path("s sp e"))).start()
    d.assert_clean()


def test_start_quantity_pools_arrivals_and_completion_quantity_multiplies() -> None:
    plan = process(
        start("s"),
        parallel("p"),
        task("a"),
        task("b"),
        task("c"),
        user("two", start_quantity=2, completion_quantity=2),
        user("after"),
        path("s p a two after"),
        path("p b two"),
        path("p c two"),
    )
    d = Drive(plan).start()
    assert d.open == ["two"]
    d.complete("two")
    assert d.open == ["after", "after"]
    d.complete("after")
    d.complete("after")
    # the third token still waits for a fourth: the scope is alive, visibly
    assert d.status == "active"
    assert d.view.nodes == {"two": 1}


def test_terminate_ends_the_innermost_scope_only() -> None:
    plan = process(
        start("s"),
        sub(
            "sp",
            start("is"),
            parallel("ip"),
            user("ia"),
            end("kill", terminate()),
            path("is ip ia"),
            path("ip kill"),
        ),
        user("after"),
        path("s sp after"),
    )
    d = Drive(plan).start()
    assert d.open == ["after"]
    assert "ia" not in d.left("completed")
    d.complete("after")
    d.assert_clean()
    assert d.status == "completed"


def test_terminate_at_the_top_ends_the_instance_as_terminated() -> None:
    plan = process(
        start("s"), parallel("p"), user("a"), user("b"), end("k", terminate()),
        path("s p a k"), path("p b"),
    )  # fmt: skip
    d = Drive(plan).start()
    d.complete("a")
    assert d.status == "terminated"
    assert d.told(fx.InstanceEnded)[0].how == "terminated"
    assert [closed.how for closed in d.told(fx.TaskClosed)] == ["completed", "cancelled"]
    d.assert_clean()


def test_a_token_that_had_not_entered_its_node_does_not_leave_it() -> None:
    plan = process(
        start("s"), parallel("p"), end("k", terminate()), user("a"), path("s p k"), path("p a")
    )
    d = Drive(plan).start()
    assert d.entered == ["s", "p", "k"]
    assert [left.node for left in d.all(fx.NodeLeft)] == ["s", "p", "k"]
    d.assert_clean()


def test_a_token_waiting_at_a_join_keeps_its_scope_alive() -> None:
    plan = process(
        start("s"), parallel("p"), user("a"), user("b"), exclusive("g"), end("gone"),
        parallel("j"), end("e"), path("s p a j e"), path("p b g"),
        flow("g gone", default=True), flow("g j", when="x"),
    )  # fmt: skip
    d = Drive(plan).start()
    d.complete("a")
    d.complete("b")
    assert d.status == "active"  # a deadlock stays visible, it is never a silent end
    assert d.view.nodes == {"j": 1}


def test_the_named_start_is_used_and_an_unknown_one_refused() -> None:
    plan = process(start("s"), user("a"), path("s a"))
    d = Drive(plan)
    assert d.tell(events.Start(node="nowhere")).status == "refused"
    assert d.state is None
    assert d.tell(events.Start(node="s")).status == "accepted"
    assert d.open == ["a"]


def test_an_endless_automatic_loop_becomes_an_incident_and_changes_nothing() -> None:
    plan = process(
        start("s"),
        user("a"),
        exclusive("m"),
        script("spin", "1", "n"),
        path("s a m spin m"),
    )
    d = Drive(plan).start()
    d.limits = events.Limits(step_visits=500)
    before = d.state
    step = d.complete("a")
    assert not step.consumed
    assert d.incidents == [("step_limit", "m")]
    assert d.open == ["a"]
    assert before is not None
    assert step.state is not None
    assert step.state["scopes"] == before["scopes"]
    assert not d.complete("a").consumed
    assert len(d.incidents) == 1


def test_an_endless_loop_at_the_start_holds_the_instance_at_its_start() -> None:
    plan = process(
        start("s"), exclusive("m"), task("a"), user("out"),
        path("s m a"), flow("a out", when="stop == 1"), flow("a m", default=True),
    )  # fmt: skip
    d = Drive(plan)
    d.limits = events.Limits(step_visits=100)
    d.start(given=5)
    assert d.incidents == [("step_limit", "s")]
    assert d.vars == {"given": 5}
    assert not d.resolve("retry").consumed
    assert d.incidents == [("step_limit", "s")]
    d.resolve("retry", vars={"stop": 1})
    assert d.open == ["out"]
    assert d.incidents == []
