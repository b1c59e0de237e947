"""Inclusive joins against a path search written from the definition (kernel.md 2.4)."""

from typing import Any

import pytest

from engine.base import events
from engine.kernel import gateways
from engine.kernel.plan import Kind, Plan
from tests.kernel.test_random import answer, dice
from tests.support.driving import Drive
from tests.support.plans import (
    boundary,
    end,
    exclusive,
    flow,
    inclusive,
    link_catch,
    link_throw,
    parallel,
    process,
    start,
    task,
    timer,
    user,
)


def reaches(plan: Plan, source: int, flow: int, join: int) -> bool:
    """Search forward from a token standing on SOURCE to FLOW, never through JOIN."""
    seen, stack = set(), [source]
    while stack:
        at = stack.pop()
        if at in seen or at == join:
            continue
        seen.add(at)
        node = plan.nodes[at]
        if flow in node.outgoing:
            return True
        stack.extend(plan.flows[other].target for other in node.outgoing)
        stack.extend(node.boundaries)
        stack.extend([node.link] if node.link is not None else [])
    return False


def enabled(plan: Plan, scope: Any, join: int) -> bool:
    """Decide from the definition: H, E, and every other token of the scope."""
    pool = scope["joins"][str(join)]
    node = plan.nodes[join]
    full = [flow for flow in node.incoming if str(flow) in pool]
    empty = [flow for flow in node.incoming if str(flow) not in pool]
    others = [token["n"] for token in scope["tokens"].values()]
    others += [int(at) for at in scope["joins"] if int(at) != join]
    for at in others:
        to_empty = any(reaches(plan, at, flow, join) for flow in empty)
        to_full = any(reaches(plan, at, flow, join) for flow in full)
        if to_empty and not to_full:
            return False
    return True


def model(seed: int) -> Plan:
    chance = dice(seed)
    names = [f"n{k}" for k in range(chance.randint(5, 14))]
    parts: list[Any] = []
    for name in names:
        make = chance.choice([inclusive, inclusive, exclusive, parallel, task, user, user, end])
        parts.append(make(name, fields="x") if make is user else make(name))
    edges = []
    for part in parts:
        if part.kind is not Kind.END:
            for _ in range(chance.choice([1, 1, 2, 3])):
                when = None if part.kind is Kind.PARALLEL else chance.choice([None, "x"])
                edges.append(flow(f"{part.id} {chance.choice(names)}", when))
        if part.kind is Kind.USER and chance.random() < 0.4:
            parts.append(boundary(f"b{part.id}", part.id, timer(1)))
            edges.append(flow(f"b{part.id} {chance.choice(names)}"))
    parts += [link_throw("lt", "l"), link_catch("l")]
    edges += [flow(f"{chance.choice(names)} lt"), flow(f"l {chance.choice(names)}")]
    ended = {part.id for part in parts if part.kind is Kind.END}
    edges = [edge for edge in edges if edge.source not in ended]
    starts = [flow(f"p {chance.choice(names)}") for _ in range(3)]
    return process(start("s"), parallel("p"), flow("s p"), *starts, *parts, *edges)


@pytest.mark.parametrize("seed", range(120))
def test_inclusive_joins_fire_exactly_when_the_definition_says(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = model(seed)
    real = gateways._fire

    def fire(run: Any, sid: str, join: Any) -> None:
        assert enabled(plan, run.draft.scope(sid), join.index), "fired too early"
        real(run, sid, join)

    monkeypatch.setattr(gateways, "_fire", fire)
    chance = dice(seed)
    d = Drive(plan, check=False)
    d.limits = events.Limits(step_visits=200)
    d.start(x=chance.random() < 0.5)
    for _ in range(15):
        assert d.state is not None
        scope = d.state["scopes"].get("s1", {})
        for at in scope.get("joins", {}):
            if plan.nodes[int(at)].kind is Kind.INCLUSIVE:
                assert not enabled(plan, scope, int(at)), "left waiting"
        view = d.view
        if d.status != "active" or not (view.tasks or view.timers):
            return
        if view.timers and chance.random() < 0.4:
            d.fire(chance.choice(view.timers)["node"])
        elif view.tasks:
            answer(d, chance.choice(view.tasks), x=chance.random() < 0.5)
