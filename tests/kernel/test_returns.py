"""退回, 撤回, 直送退回人 and 跳转: kernel.md 2.13."""

from typing import Any

from engine.base import events
from engine.kernel import effects as fx
from engine.kernel.returns import siblings
from tests.support.driving import Drive
from tests.support.plans import (
    boundary,
    catch,
    end,
    esp,
    exclusive,
    first_of,
    message,
    multi,
    parallel,
    path,
    process,
    start,
    sub,
    timer,
    user,
)


def line() -> Drive:
    plan = process(
        start("s"), user("draft", fields="x"), user("review"), user("sign"), end("e"),
        path("s draft review sign e"),
    )  # fmt: skip
    d = Drive(plan).start()
    d.complete("draft", x=1)
    d.complete("review")
    return d


def send_back(d: Drive, node: str, to: str, **more: Any) -> Any:
    return d.tell(events.Rewind(waits=(d.wait(node),), node=to, reason="补正", **more))


def test_a_task_is_sent_back_step_by_step_and_data_stay() -> None:
    d = line()
    send_back(d, "sign", "draft")
    assert d.open == ["draft"]
    assert d.left("withdrawn") == ["sign"]
    assert [closed.how for closed in d.told(fx.TaskClosed)] == ["withdrawn"]
    assert d.vars == {"x": 1}
    d.complete("draft", x=2)
    assert d.open == ["review"]


def test_sent_back_directly_it_returns_to_the_sender() -> None:
    d = line()
    send_back(d, "sign", "draft", then="direct")
    d.complete("draft", x=2)
    assert d.open == ["sign"]
    d.complete("sign")
    d.assert_clean()
    assert d.entered == ["s", "draft", "review", "sign", "draft", "sign", "e"]


def forked() -> Drive:
    plan = process(
        start("s"), user("draft"), parallel("p"), user("a1"), user("a2"), user("b"),
        parallel("j"), user("after"), path("s draft p a1 a2 j after"), path("p b j"),
    )  # fmt: skip
    d = Drive(plan).start()
    d.complete("draft")
    d.complete("a1")
    return d


def test_within_a_branch_the_sibling_branch_is_left_alone() -> None:
    d = forked()
    send_back(d, "a2", "a1")
    assert d.open == ["b", "a1"]
    d.complete("b")
    d.complete("a1")
    d.complete("a2")
    assert d.open == ["after"]


def test_before_the_fork_the_siblings_must_be_agreed_to() -> None:
    d = forked()
    assert d.state is not None
    lost = siblings(d.plan, d.state, (d.wait("a2"),), "draft")
    told = send_back(d, "a2", "draft")
    assert told.status == "refused"
    assert lost[0] in told.reason
    assert "b" in told.reason
    assert send_back(d, "a2", "draft", cancel=(*lost, "t99")).status == "accepted"
    assert d.open == ["draft"]
    assert d.left("withdrawn") == ["a2", "b"] or d.left("withdrawn") == ["b", "a2"]


def test_siblings_may_be_named_by_their_waits_and_too_many_are_refused() -> None:
    d = forked()
    wait = d.wait("b")
    assert send_back(d, "a2", "a1", cancel=(wait,)).status == "refused"
    assert send_back(d, "a2", "draft", cancel=(wait,)).status == "accepted"


def test_the_join_counters_of_the_region_are_reset() -> None:
    d = forked()
    d.complete("b")
    assert d.view.nodes["j"] == 1
    send_back(d, "a2", "draft")
    assert d.open == ["draft"]
    assert d.view.nodes == {"draft": 1}
    d.complete("draft")
    d.complete("a1")
    d.complete("a2")
    assert d.open == ["b"]
    d.complete("b")
    assert d.open == ["after"]


def test_a_move_after_which_a_join_could_never_complete_is_refused() -> None:
    d = forked()
    d.complete("b")
    d.complete("a2")
    assert d.open == ["after"]
    told = send_back(d, "after", "a1")
    assert told.status == "refused"
    assert "j" in told.reason
    assert send_back(d, "after", "p").status == "accepted"
    assert d.open == ["a1", "b"]


def nested() -> Drive:
    plan = process(
        start("s"),
        sub("sp", start("is"), user("u"), user("v"), path("is u v"), declared="z"),
        boundary("b", "sp", timer(1)), user("after"), user("h"), path("s sp after"),
        path("b h"),
    )  # fmt: skip
    return Drive(plan).start()


def test_out_of_a_sub_process_the_whole_of_it_is_withdrawn() -> None:
    plan = process(
        start("s"), user("first"), sub("sp", start("is"), user("u"), path("is u")),
        path("s first sp"),
    )  # fmt: skip
    d = Drive(plan).start()
    d.complete("first")
    send_back(d, "u", "first")
    assert d.open == ["first"]
    assert d.state is not None
    assert list(d.state["scopes"]) == ["s1"]


def test_into_a_finished_sub_process_the_missing_scope_is_opened() -> None:
    d = nested()
    d.complete("u")
    d.complete("v")
    assert d.open == ["after"]
    send_back(d, "after", "v")
    assert d.open == ["v"]
    assert d.view.timers[0]["node"] == "b"
    d.complete("v")
    assert d.open == ["after"]
    d.complete("after")
    d.assert_clean()


def test_moving_forward_by_hand_writes_variables_first() -> None:
    d = line()
    token = next(t for s in d.state["scopes"].values() for t in s["tokens"])  # type: ignore[index]
    told = d.tell(events.Move(tokens=(token,), node="draft", vars={"y": 1}, reason="更正"))
    assert told.status == "accepted"
    assert d.open == ["draft"]
    assert d.vars == {"x": 1, "y": 1}


def test_targets_that_make_no_sense_are_refused() -> None:
    plan = process(
        start("s"), user("a"), boundary("b", "a", timer(1)), first_of("g"),
        catch("t", timer(1)), catch("m", message("x")), user("z"), end("e"),
        sub("many", start("ms"), user("mu"), path("ms mu"), multi=multi(count="2")),
        esp("h", start("hs", message("y")), user("hu"), path("hs hu")),
        exclusive("x"), path("s a g t z"), path("g m z many e"), path("b e"), path("x e"),
    )  # fmt: skip
    d = Drive(plan).start()
    for node in ("s", "b", "t", "mu", "hs", "hu", "h", "nowhere"):
        told = send_back(d, "a", node)
        assert told.status == "refused", node
        assert told.reason
    assert d.open == ["a"]


def test_a_wait_that_is_gone_is_stale() -> None:
    d = line()
    assert d.tell(events.Rewind(waits=("w1",), node="draft")).status == "stale"
    assert d.tell(events.Move(tokens=("t99",), node="draft")).status == "refused"


def test_out_of_a_handler_its_run_is_withdrawn() -> None:
    plan = process(
        start("s"), user("a"), path("s a"),
        esp("h", start("hs", message("m"), interrupting=False), user("u"), path("hs u")),
    )  # fmt: skip
    d = Drive(plan).start()
    d.message("hs")
    d.tell(events.Rewind(waits=(d.wait("u"),), node="a", cancel=(d.wait("a"),)))
    assert d.open == ["a"]
    assert d.view.nodes == {"a": 1}


def test_a_scope_that_cannot_be_armed_on_the_way_in_is_told_and_repaired() -> None:
    plan = process(
        start("s"), user("a"),
        sub("outer", start("os"), path("os inner"),
            sub("inner", start("is"), user("u"), path("is u")),
            esp("h", start("hs", message("m", {"no": "n"})), user("hu"), path("hs hu"))),
        user("z"), path("s a outer z"),
    )  # fmt: skip
    d = Drive(plan).start()
    send_back(d, "a", "u")
    assert d.open == ["u"]
    assert d.incidents == [("correlation_null", "h")]
    assert d.view.subscriptions == ()
    d.resolve("retry", vars={"n": 3})
    assert d.incidents == []
    assert d.view.subscriptions[0]["node"] == "hs"
    d.complete("u")
    assert d.open == ["z"]


def test_a_scope_that_cannot_be_armed_holds_its_start_token() -> None:
    plan = process(
        start("s"), user("u"), path("s u"),
        esp("first", start("fs", message("f")), user("fu"), path("fs fu")),
        esp("h", start("hs", message("m", {"no": "n"})), user("hu"), path("hs hu")),
    )  # fmt: skip
    d = Drive(plan).start()
    assert (d.incidents, d.open) == ([("correlation_null", "s")], [])
    assert d.view.subscriptions == ()
    d.resolve("retry", vars={"n": 3})
    assert (d.incidents, d.open) == ([], ["u"])
    assert d.entered == ["s", "u"]
    assert [s["node"] for s in d.view.subscriptions] == ["fs", "hs"]
    d.message("hs", no=3)
    assert d.open == ["hu"]
