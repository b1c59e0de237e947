"""Messages, signals, conditions, links and multiple events (kernel.md 2.8, 2.9)."""


from datetime import timedelta
from decimal import Decimal

import pytest

from engine.base import events
from engine.kernel import effects as fx
from tests.support.driving import MORNING, Drive
from tests.support.plans import (
    E,
    boundary,
    catch,
    condition,
    end,
    esp,
    inclusive,
    link_catch,
    link_throw,
    message,
    parallel,
    path,
    process,
    script,
    send,
    signal,
    start,
    sub,
    task,
    throw,
    timer,
    user,
)

# Messages


def test_message_keys_are_strict_and_type_aware() -> None:
    plan = process(
        start("s"), catch("m", message("paper", keys={"no": "n"})), end("e"), path("s m e")
    )
    d = Drive(plan).start(n=1)
    wait = d.view.subscriptions[0]["wait"]
    for keys in ({}, {"no": "1"}, {"no": True}, {"other": 1}):
        told = d.tell(events.Correlate(wait=wait, message="paper", keys=keys))
        assert told.status == "refused", keys
    other = events.Correlate(wait=wait, message="letter", keys={"no": 1})
    assert d.tell(other).status == "refused"
    assert d.message("m", no=Decimal("1.0")).status == "accepted"
    d.assert_clean()


def test_a_null_correlation_key_is_an_incident() -> None:
    plan = process(
        start("s"), catch("m", message("paper", keys={"no": "n"})), end("e"), path("s m e")
    )
    d = Drive(plan).start()
    assert d.incidents == [("correlation_null", "m")]
    d.resolve("retry", vars={"n": 4})
    assert d.view.subscriptions[0]["node"] == "m"


def test_throwing_a_message_tells_name_keys_and_payload() -> None:
    plan = process(
        start("s"), throw("t", message("paper", {"no": "n"}, {"text": "body"})),
        send("d", "done"), end("e", message("bye")), path("s t d e"),
    )  # fmt: skip
    d = Drive(plan).start(n=1, body="b")
    thrown = d.all(fx.MessageThrown)
    assert [(m.node, m.name) for m in thrown] == [("t", "paper"), ("d", "done"), ("e", "bye")]
    assert thrown[0].keys == {"no": 1}
    assert thrown[0].payload == {"text": "b"}
    d.assert_clean()


def test_a_payload_is_dropped_unless_mapped() -> None:
    plain = process(start("s"), catch("m", message("x")), user("a"), path("s m a"))
    d = Drive(plain).start()
    d.message("m", {"secret": 1})
    assert d.vars == {}
    mapped = process(
        start("s"), catch("m", message("x"), outputs={"got": "body"}), user("a"), path("s m a")
    )
    d = Drive(mapped).start()
    d.message("m", {"body": 1, "other": 2})
    assert d.vars == {"got": 1}


def test_a_message_start_maps_what_triggered_it() -> None:
    plan = process(
        start("plain"), user("a"), path("plain a"),
        start("m", message("tip"), outputs={"text": "body"}), user("b"), path("m b"),
    )  # fmt: skip
    d = Drive(plan)
    d.tell(events.Start(node="m", trigger={"body": "hello"}))
    assert (d.open, d.vars) == (["b"], {"text": "hello"})
    assert Drive(plan).start().open == ["a"]


def test_a_process_with_typed_starts_only_must_be_told_which() -> None:
    plan = process(start("m", message("tip")), user("b"), path("m b"))
    told = Drive(plan).tell(events.Start())
    assert (told.status, told.state) == ("refused", None)


# Signals


@pytest.mark.parametrize("order", ["p w", "p t"])
def test_a_signal_reaches_a_catcher_on_a_sibling_branch_in_both_file_orders(
    order: str,
) -> None:
    first, second = ("w", "t") if order == "p w" else ("t", "w")
    plan = process(
        start("s"), parallel("p"), task("slow"), catch("w", signal("go")),
        end("t", signal("go")), user("a"),
        path("s p"),
        path(f"p {'slow w' if first == 'w' else 't'}"),
        path(f"p {'slow w' if second == 'w' else 't'}"),
        path("w a"),
    )  # fmt: skip
    d = Drive(plan).start()
    assert d.open == ["a"]
    assert [thrown.name for thrown in d.all(fx.SignalThrown)] == ["go"]
    d.complete("a")
    d.assert_clean()


def test_a_signal_is_thrown_after_inclusive_joins_have_moved() -> None:
    plan = process(
        start("s"), parallel("p"), end("t", signal("go")), task("a"), task("b"),
        inclusive("j"), catch("w", signal("go")), user("u"),
        path("s p t"), path("p a j w u"), path("p b j"),
    )  # fmt: skip
    assert Drive(plan).start().open == ["u"]


def test_a_signal_nobody_waits_for_is_gone() -> None:
    plan = process(start("s"), user("a"), catch("w", signal("go")), end("e"), path("s a w e"))
    d = Drive(plan).start()
    assert d.signal("go").status == "accepted"
    d.complete("a")
    assert d.view.subscriptions[0]["name"] == "go"


def test_one_signal_wakes_all_catchers_of_its_name_and_no_other() -> None:
    plan = process(
        start("s"), parallel("p"), catch("x", signal("go")), catch("y", signal("go")),
        catch("z", signal("stop")), user("ax"), user("ay"), user("az"),
        path("s p x ax"), path("p y ay"), path("p z az"),
    )  # fmt: skip
    d = Drive(plan).start()
    d.signal("go")
    assert d.open == ["ax", "ay"]


# Conditions


def test_a_write_on_a_sibling_branch_wakes_a_condition_in_the_same_step() -> None:
    plan = process(
        start("s"), parallel("p"), user("w", fields="x"), catch("c", condition("x == 2")),
        user("a"), path("s p w"), path("p c a"),
    )  # fmt: skip
    d = Drive(plan).start()
    d.complete("w", x=2)
    assert d.open == ["a"]


def test_a_condition_wakes_before_queued_tokens_move() -> None:
    plan = process(
        start("s"), user("w", fields="x"), script("later", "x + 1", "y"), path("s w later"),
        esp("h", start("hs", condition("x == 2")), user("hu"), path("hs hu")),
    )  # fmt: skip
    d = Drive(plan).start()
    d.complete("w", x=2)
    assert d.open == ["hu"]
    assert "later" not in d.entered


def test_a_gentle_condition_needs_false_in_between() -> None:
    plan = process(
        start("s"), user("a"), boundary("b", "a", condition("x == 1"), interrupting=False),
        task("noted"), path("s a"), path("b noted"),
    )  # fmt: skip
    d = Drive(plan).start()
    for x in (1, 1, 0, 1, 0):
        d.write(x=x)
    assert d.entered.count("noted") == 2


def test_a_condition_sees_only_writes_in_scopes_it_looks_out_on() -> None:
    plan = process(
        start("s"), parallel("p"),
        sub("one", start("s1"), user("w", fields="x"), path("s1 w"), declared="x"),
        sub("two", start("s2"), catch("c", condition("x == 1")), user("a"), path("s2 c a")),
        path("s p one"), path("p two"),
    )  # fmt: skip
    d = Drive(plan).start()
    d.complete("w", x=1)
    assert d.open == []
    d.write(x=1)
    assert d.open == ["a"]


def test_a_clock_dependent_condition_is_looked_at_on_a_tick() -> None:
    plan = process(start("s"), catch("c", condition("now > due")), user("a"), path("s c a"))
    d = Drive(plan).start(due=MORNING + timedelta(days=1))
    d.tell(events.EvaluateConditions())
    assert d.open == []
    d.at = MORNING + timedelta(days=2)
    d.tell(events.EvaluateConditions())
    assert d.open == ["a"]


def test_a_condition_that_fails_is_an_incident_and_is_looked_at_again() -> None:
    plan = process(start("s"), catch("c", condition("1 // x > 1")), user("a"), path("s c a"))
    d = Drive(plan).start(x=5)
    d.write(x=0)
    assert d.incidents == [("expression", "c")]
    d.write(x=7)
    assert d.incidents == []
    assert E("x").reads == frozenset({"x"})


# Links and multiple events


def test_two_link_throws_meet_at_one_catch() -> None:
    plan = process(
        start("s"), parallel("p"), link_throw("t1", "l"), link_throw("t2", "l"),
        link_catch("l"), user("a"), path("s p t1"), path("p t2"), path("l a"),
    )  # fmt: skip
    d = Drive(plan).start()
    assert d.open == ["a", "a"]
    assert d.entered.count("l") == 2


def test_any_of_several_definitions_triggers_a_multiple_catch() -> None:
    plan = process(
        start("s"), catch("m", message("x"), timer(1)), user("a"), path("s m a")
    )
    d = Drive(plan).start()
    d.fire("m")
    assert d.open == ["a"]
    assert d.view.subscriptions == ()


def test_one_occurrence_of_a_multiple_catch_moves_its_token_once() -> None:
    plan = process(
        start("s"), catch("m", signal("go"), signal("go")), user("a"), user("b"),
        path("s m a b"),
    )  # fmt: skip
    d = Drive(plan).start()
    d.signal("go")
    assert d.open == ["a"]


def test_a_parallel_multiple_catch_needs_each_once() -> None:
    plan = process(
        start("s"), catch("m", message("x"), signal("go"), parallel_multiple=True),
        user("a"), path("s m a"),
    )  # fmt: skip
    d = Drive(plan).start()
    d.signal("go")
    d.signal("go")
    assert d.open == []
    d.message("m")
    assert d.open == ["a"]
    d.complete("a")
    d.assert_clean()


def test_a_gentle_parallel_multiple_boundary_arms_again() -> None:
    plan = process(
        start("s"), user("a"),
        boundary("b", "a", message("x"), signal("go"), interrupting=False,
                 parallel_multiple=True),
        task("noted"), path("s a"), path("b noted"),
    )  # fmt: skip
    d = Drive(plan).start()
    for _ in range(2):
        d.signal("go")
        d.message("b")
    d.signal("go")
    assert d.entered.count("noted") == 2
    d.complete("a")
    d.assert_clean()


def test_a_multiple_throw_throws_all_in_order() -> None:
    plan = process(
        start("s"), throw("t", message("x"), signal("go"), message("y")), end("e"),
        path("s t e"),
    )  # fmt: skip
    d = Drive(plan).start()
    thrown = [e.name for e in d.log if isinstance(e, fx.MessageThrown | fx.SignalThrown)]
    assert thrown == ["x", "go", "y"]


def test_an_interrupting_catch_of_an_earlier_throw_stops_the_later_ones() -> None:
    plan = process(
        start("s"),
        sub("sp", start("is"), throw("t", signal("go"), message("never")), path("is t")),
        boundary("b", "sp", signal("go")), user("h"), path("s sp"), path("b h"),
    )  # fmt: skip
    d = Drive(plan).start()
    assert d.open == ["h"]
    assert d.all(fx.MessageThrown) == []
