"""5,000 steps, turns and items: no recursion, a flat state, work that does not grow."""

import sys
from typing import Any

import pytest

from engine.base import events
from engine.kernel import advance as stepping
from engine.kernel import effects as fx
from engine.kernel import run as running
from engine.kernel.advance import advance
from engine.kernel.plan import Plan
from engine.kernel.step import Need, State
from tests.support.driving import MORNING, encode
from tests.support.plans import (
    end,
    exclusive,
    flow,
    inclusive,
    loop,
    multi,
    parallel,
    path,
    process,
    start,
    sub,
    task,
    user,
)

MANY = 5_000


class Counted(running.Run):
    """A step that leaves its counters behind."""

    last: "Counted"

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        Counted.last = self


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> type[Counted]:
    monkeypatch.setattr(stepping, "Run", Counted)
    return Counted


def first_wait(effects: tuple[fx.Effect, ...]) -> str:
    return next(e.wait for e in effects if isinstance(e, fx.TaskOpened))


def walk(plan: Plan, steps: int, **variables: Any) -> list[tuple[int, int, int]]:
    """Complete the one open task STEPS times; give visits, effects, bytes of each step."""
    step = advance(plan, None, events.Start(vars=variables, at=MORNING))
    measured = []
    for _ in range(steps):
        done = events.CompleteTask(wait=first_wait(step.effects), at=MORNING)
        step = advance(plan, step.state, done)
        size = len(encode(step.state)) if len(measured) % 500 == 10 else 0
        measured.append((Counted.last.visited, len(step.effects), size))
    assert step.state is not None
    assert step.state["status"] == "completed"
    return measured


def check_flat(measured: list[tuple[int, int, int]]) -> None:
    """Compare all steps but the last: same visits, same effects, same size (+- 16)."""
    assert len({(visits, effects) for visits, effects, _ in measured[1:-1]}) == 1
    sizes = [size for _, _, size in measured if size]
    assert max(sizes) - min(sizes) <= 16


def chain(n: int, make: Any = user) -> Plan:
    names = [f"n{k}" for k in range(n)]
    return process(
        start("s"), *(make(name) for name in names), end("e"), path(f"s {' '.join(names)} e")
    )


def test_five_thousand_tasks_in_sequence_cost_the_same_each(counted: object) -> None:
    assert sys.getrecursionlimit() <= 1_100
    check_flat(walk(chain(MANY), MANY))


def test_five_thousand_turns_of_a_drawn_loop_cost_the_same_each(counted: object) -> None:
    plan = process(
        start("s"), user("a", outputs={"n": "n + 1"}), exclusive("g"), end("e"),
        path("s a g"), flow("g e", when=f"n >= {MANY}"), flow("g a", default=True),
    )  # fmt: skip
    check_flat(walk(plan, MANY, n=0))


def test_five_thousand_turns_of_a_standard_loop_cost_the_same_each(counted: object) -> None:
    plan = process(
        start("s"), user("a", loop=loop(None, maximum=MANY)), end("e"), path("s a e")
    )
    check_flat(walk(plan, MANY))


def test_five_thousand_items_cost_the_same_each(counted: object) -> None:
    plan = process(
        start("s"), user("a", fields="x", multi=multi(count="n", output="r", item="x")),
        end("e"), path("s a e"),
    )  # fmt: skip
    step = advance(plan, None, events.Start(vars={"n": MANY}, at=MORNING))
    (opened,) = [e for e in step.effects if isinstance(e, fx.TasksOpened)]
    outputs: dict[int, Any] = {}
    measured = []
    for item in range(MANY, 0, -1):
        rows = {Need("mi_results", opened.wait): dict(outputs)} if item == 1 else {}
        event = events.CompleteTask(
            wait=opened.wait, item=item, result={"x": item}, at=MORNING,
            env=events.Env(rows=rows),
        )  # fmt: skip
        step = advance(plan, step.state, event)
        (finished,) = [e for e in step.effects if isinstance(e, fx.ItemFinished)]
        outputs[finished.item] = finished.output
        size = len(encode(step.state)) if item % 500 == 10 else 0
        measured.append((Counted.last.visited, len(step.effects), size))
    check_flat(measured)
    assert step.state is not None
    assert step.state["scopes"]["s1"]["vars"]["r"] == list(range(1, MANY + 1))


def test_five_thousand_automatic_tasks_run_in_one_step_when_the_limit_allows() -> None:
    env = events.Env(limits=events.Limits(step_visits=20_000))
    step = advance(chain(MANY, task), None, events.Start(env=env, at=MORNING))
    assert step.state is not None
    assert step.state["status"] == "completed"
    assert len(encode(step.state)) < 400


def branches(n: int, gateway: Any) -> Plan:
    names = [f"n{k}" for k in range(n)]
    return process(
        start("s"), parallel("p"), *(user(name) for name in names), gateway("j"), end("e"),
        path("s p"), path("j e"),
        *(flow(f"p {name}") for name in names), *(flow(f"{name} j") for name in names),
    )  # fmt: skip


def test_siblings_that_wait_are_not_looked_at(counted: object) -> None:
    plan = branches(MANY, parallel)
    env = events.Env(limits=events.Limits(step_visits=50_000, state_bytes=10_000_000))
    step = advance(plan, None, events.Start(at=MORNING, env=env))
    state: State | None = step.state
    waits = [e.wait for e in step.effects if isinstance(e, fx.TaskOpened)]
    for wait in waits[:20]:
        step = advance(plan, state, events.CompleteTask(wait=wait, at=MORNING, env=env))
        state = step.state
        assert (Counted.last.visited, Counted.last.inspected) == (1, 0)
        assert len(step.effects) == 2


def test_an_inclusive_join_looks_once_at_each_live_token_of_its_scope(
    counted: object,
) -> None:
    plan = branches(200, inclusive)
    step = advance(plan, None, events.Start(at=MORNING))
    waits = [e.wait for e in step.effects if isinstance(e, fx.TaskOpened)]
    for done, wait in enumerate(waits, 1):
        step = advance(plan, step.state, events.CompleteTask(wait=wait, at=MORNING))
        assert Counted.last.inspected <= 200 - done
    assert step.state is not None
    assert step.state["status"] == "completed"


def test_fifty_nested_scopes_open_and_close_without_recursion() -> None:
    inner: tuple[Any, ...] = (user("a"),)
    for level in range(50):
        inner = (sub(f"sub{level}", *inner),)
    plan = process(*inner)
    step = advance(plan, None, events.Start(at=MORNING))
    done = events.CompleteTask(wait=first_wait(step.effects), at=MORNING)
    step = advance(plan, step.state, done)
    assert step.state is not None
    assert step.state["status"] == "completed"
