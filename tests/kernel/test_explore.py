"""Soundness: each defect in a minimal model, and its nearest sound neighbour (kernel.md 5)."""

from typing import Any

import pytest

from engine.kernel.explore import Defect, explore
from tests.kernel.test_random import Blocks, answer, dice, graph
from tests.support.driving import Drive
from tests.support.plans import (
    boundary,
    call,
    catch,
    end,
    error,
    esp,
    exclusive,
    first_of,
    flow,
    inclusive,
    message,
    parallel,
    path,
    process,
    script,
    signal,
    start,
    sub,
    task,
    terminate,
    timer,
    user,
)


def codes(plan: Any) -> list[tuple[str, str]]:
    return [(defect.code, defect.element) for defect in explore(plan)]


def split(fork: Any, join: Any) -> Any:
    flows = [flow("f a", "x"), flow("f b", default=True)]
    if fork is parallel:
        flows = [flow("f a"), flow("f b")]
    return process(
        start("s"), fork("f"), user("a", fields="y"), user("b"), join("j"), user("after"),
        end("e"), path("s f"), *flows, path("a j after e"), path("b j"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fork", "join"),
    [(exclusive, exclusive), (parallel, parallel), (inclusive, inclusive),
     (parallel, inclusive), (exclusive, inclusive)],
)  # fmt: skip
def test_matching_gateways_are_sound(fork: Any, join: Any) -> None:
    assert codes(split(fork, join)) == []


def test_a_parallel_join_after_a_choice_is_a_certain_deadlock() -> None:
    (found,) = [d for d in explore(split(exclusive, parallel)) if d.code == "sound.deadlock"]
    assert found == Defect("sound.deadlock", "j", ("s", "f", "a"), certain=True)


def test_a_parallel_join_after_an_inclusive_choice_is_a_possible_deadlock() -> None:
    plan = process(
        start("s"), inclusive("f"), user("a"), user("b"), parallel("j"), path("s f"),
        flow("f a", "x"), flow("f b", "y"), path("a j"), path("b j"),
    )  # fmt: skip
    assert [(d.element, d.certain) for d in explore(plan)] == [("j", False)]


def test_parallel_branches_that_merge_without_join_repeat_what_follows() -> None:
    assert ("sound.unsync", "after") in codes(split(parallel, exclusive))


def test_the_document_order_does_not_hide_a_repetition() -> None:
    plan = process(
        start("s"), parallel("p"), user("after"), user("a"), user("b"), end("e"), end("e2"),
        path("s p a after e"), path("p b after"), exclusive("x"), path("x e2"), flow("b x"),
    )  # fmt: skip
    assert ("sound.unsync", "after") in codes(plan)


def test_parallel_branches_may_end_at_ends_of_their_own() -> None:
    plan = process(
        start("s"), parallel("p"), user("a"), user("b"), end("e1"), end("e2"),
        path("s p a e1"), path("p b e2"),
    )  # fmt: skip
    assert codes(plan) == []


def test_parallel_branches_that_meet_at_the_only_end_are_improper() -> None:
    plan = process(
        start("s"), parallel("p"), task("a"), task("b"), end("e"), path("s p a e"),
        path("p b e"),
    )  # fmt: skip
    assert codes(plan) == [("sound.improper", "e")]


def test_a_loop_without_exit_is_a_livelock_and_one_with_exit_is_not() -> None:
    def turning(*more: Any) -> Any:
        return process(
            start("s"), exclusive("m"), user("a"), exclusive("g"), path("s m a g"),
            flow("g m", default=True), *more,
        )  # fmt: skip

    assert codes(turning()) == [("sound.livelock", "a")]
    assert codes(turning(end("e"), flow("g e", "x"))) == []


def test_equal_conditions_are_tied_until_their_variable_is_written() -> None:
    def twice(middle: Any) -> Any:
        return process(
            start("s"), inclusive("f"), user("a"), user("b"), inclusive("j"), middle,
            exclusive("g"), parallel("p"), user("c"), user("d"), parallel("q"), end("e"),
            path("s f"), flow("f a", "x"), flow("f b", default=True), path("a j"), path("b j"),
            path(f"j {middle.id} g"), flow("g p", "x"), flow("g c", default=True),
            path("p d q"), flow("p q"), flow("c e"), flow("q e"),
        )  # fmt: skip

    assert codes(twice(task("m"))) == []
    assert codes(twice(user("m", fields="x"))) == []
    plan = process(
        start("s"), exclusive("f"), parallel("p"), task("only"), exclusive("m"),
        exclusive("g"), user("a"), parallel("j"), end("e"), end("e2"),
        path("s f"), flow("f p", "x"), flow("f only", default=True), path("p m"),
        flow("p j"), path("only m g"), flow("g j", "x"), flow("g a", default=True),
        path("a e2"), path("j e"),
    )  # fmt: skip
    assert codes(plan) == []  # with x the join gets both; untied it would be a deadlock
    free = process(
        start("s"), exclusive("f"), parallel("p"), task("only"), script("m", "1", "x"),
        exclusive("g"), user("a"), parallel("j"), end("e"), end("e2"),
        path("s f"), flow("f p", "x"), flow("f only", default=True), path("p m"),
        flow("p j"), path("only m g"), flow("g j", "x"), flow("g a", default=True),
        path("a e2"), path("j e"),
    )  # fmt: skip
    assert ("sound.deadlock", "j") in codes(free)


def test_inclusive_joins_waiting_for_each_other_are_named() -> None:
    plan = process(
        start("s"), parallel("p"), task("a"), task("b"), inclusive("j1"), inclusive("j2"),
        exclusive("x1"), exclusive("x2"), user("u1"), user("u2"), path("s p a j1 x1"),
        path("p b j2 x2"), flow("x1 u1", "w"), flow("x1 j2", default=True),
        flow("x2 u2", "v"), flow("x2 j1", default=True),
    )  # fmt: skip
    assert "sound.join_cycle" in {code for code, _ in codes(plan)}


def test_a_node_no_run_enters_is_a_dead_path() -> None:
    plan = process(
        start("s"), exclusive("g"), user("a"), user("b"), end("e"), path("s g"),
        flow("g a"), flow("g b", "x"), path("a e"), path("b e"),
    )  # fmt: skip
    assert codes(plan) == [("path.dead", "b")]


def test_a_sub_process_that_cannot_complete_leaves_only_by_its_boundary() -> None:
    def holding(*more: Any) -> Any:
        return process(
            start("s"),
            sub("sp", start("is"), exclusive("f"), user("a"), user("b"), parallel("j"),
                path("is f"), flow("f a", "x"), flow("f b", default=True), path("a j"),
                path("b j")),
            end("e"), path("s sp e"), *more,
        )  # fmt: skip

    found = explore(holding())
    assert [(d.code, d.element, d.certain) for d in found] == [
        ("sound.deadlock", "sp", True),
        ("sound.deadlock", "j", True),
    ]
    rescued = explore(holding(boundary("b1", "sp", timer(1)), end("e2"), path("b1 e2")))
    assert [(d.code, d.element) for d in rescued] == [
        ("path.dead", "e"),
        ("sound.deadlock", "j"),
    ]


def test_terminate_handlers_and_errors_are_ways_out() -> None:
    plan = process(
        start("s"), parallel("p"), user("a"), user("b"), end("k", terminate()),
        end("bad", error("E")), path("s p a k"), path("p b bad"),
    )  # fmt: skip
    assert codes(plan) == []
    plan = process(
        start("s"), user("a"), exclusive("m"), path("s a m a"),
        esp("h", start("hs", message("stop")), user("u"), path("hs u")),
    )  # fmt: skip
    assert [d.certain for d in explore(plan)] == [False]


def test_a_reminder_beside_a_task_is_no_defect_but_merging_it_back_is() -> None:
    def reminding(target: str) -> Any:
        return process(
            start("s"), user("a"), boundary("b", "a", timer(1), interrupting=False),
            task("remind"), user("after"), end("e"), end("e2"), path("s a after e"),
            path(f"b remind {target}"),
        )  # fmt: skip

    assert codes(reminding("e2")) == []
    assert ("sound.unsync", "after") in codes(reminding("after"))[:1]


def test_event_gateways_calls_and_signals_are_explored() -> None:
    plan = process(
        start("s"), first_of("g"), call("c", "other"), end("e"),
        *[part for name in "xy" for part in (
            boundary(f"b{name}", "c", signal(name)), path(f"b{name} e"))],
        path("s c g"), *_targets(), path("t1 e"), path("t2 e"),
    )  # fmt: skip
    assert codes(plan) == []


def _targets() -> list[Any]:
    return [catch("t1", timer(1)), catch("t2", message("m")), flow("g t1"), flow("g t2")]


def test_a_model_too_large_is_unproven_and_ends() -> None:
    names = [f"n{k}" for k in range(18)]
    plan = process(
        start("s"), inclusive("f"), inclusive("j"), end("e"), *(user(n) for n in names),
        path("s f"), path("j e"), *(flow(f"f {n}", "x") for n in names),
        *(flow(f"{n} j") for n in names),
    )  # fmt: skip
    assert [d.code for d in explore(plan, 500)] == ["sound.unproven"]


def test_a_long_chain_needs_no_recursion() -> None:
    names = [f"n{k}" for k in range(3_000)]
    plan = process(start("s"), *(user(n) for n in names), path(f"s {' '.join(names)}"))
    assert codes(plan) == []


@pytest.mark.parametrize("seed", range(40))
def test_what_is_built_of_blocks_is_sound(seed: int) -> None:
    plan = process(*Blocks(dice(seed)).content(2))
    assert [d for d in explore(plan) if d.code.startswith("sound.") and _plain(d)] == []


def _plain(defect: Defect) -> bool:
    return defect.code not in ("sound.unproven",)


@pytest.mark.parametrize("seed", range(60))
def test_what_the_checker_calls_sound_never_deadlocks_in_the_kernel(seed: int) -> None:
    plan = graph(seed)
    if any(d.code.startswith("sound.") for d in explore(plan)):
        return
    chance = dice(seed)
    d = Drive(plan, check=False).start(x=chance.random() < 0.5, zero=1)
    for _ in range(40):
        if d.status != "active" or d.incidents:
            return
        view = d.view
        waiting = [*view.tasks, *view.timers, *view.subscriptions, *view.children]
        assert waiting or _conditional(d), (view, [n.id for n in plan.nodes])
        if not view.tasks:
            return
        answer(d, chance.choice(view.tasks), x=chance.random() < 0.5)


def _conditional(d: Drive) -> bool:
    assert d.state is not None
    return any(record["k"] == "condition" for record in d.state["waits"].values())
