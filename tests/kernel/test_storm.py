"""Any events in any order: stale, doubled, while suspended, after the end (kernel.md 10, 6)."""

import random
from typing import Any

import pytest

from engine.base import events
from engine.kernel.step import Step
from tests.kernel.invariants import check
from tests.kernel.test_random import Blocks, body_of, dice
from tests.support.driving import Drive, encode
from tests.support.plans import process

PER_WAIT = (
    events.CompleteTask, events.FireTimer, events.Correlate, events.ThrowError,
    events.ThrowEscalation, events.FinishService, events.ChildEnded,
)  # fmt: skip


class Storm:
    """Invents events, most of them senseless, and remembers which waits there were."""

    def __init__(self, d: Drive, chance: random.Random) -> None:
        self.d = d
        self.chance = chance
        self.waits = ["w99999"]

    def event(self) -> events.Event:
        state: Any = self.d.state
        self.waits += [wait for wait in state["waits"] if wait not in self.waits]
        make = self.chance.choice([self.sensible, self.sensible, self.any_wait, self.other])
        return make(state)

    def sensible(self, state: Any) -> events.Event:
        if not state["waits"]:
            return self.other(state)
        wait = self.chance.choice(sorted(state["waits"]))
        record = state["waits"][wait]
        body = body_of(self.d, wait) if "t" in record else None
        item = None if body is None else body["done"] + 1
        x = self.chance.random() < 0.3
        fields = self.d.plan.nodes[record["n"]].result.fields
        made: dict[str, events.Event] = {
            "task": events.CompleteTask(wait=wait, item=item, outcome="ok",
                                        result={"x": x} if "x" in fields else {}),
            "service": events.FinishService(wait=wait, item=item, result={}),
            "child": events.ChildEnded(wait=wait, item=item),
        }  # fmt: skip
        if record["k"] == "timer":
            return events.FireTimer(wait=wait, due=record["due"], occurrence=record["occ"])
        if record["k"] == "message":
            return events.Correlate(wait=wait, message=record["name"])
        if record["k"] == "signal":
            return events.Signal(name=record["name"])
        return made.get(record["k"], events.EvaluateConditions())

    def any_wait(self, _state: Any) -> events.Event:
        kind = self.chance.choice(PER_WAIT)
        wait = self.chance.choice(self.waits)
        more: dict[str, Any] = {}
        if kind is events.FireTimer:
            more = {"due": self.d.at, "occurrence": self.chance.randint(1, 2)}
        elif kind is events.Correlate:
            more = {"message": "in"}
        elif kind in (events.ThrowError, events.ThrowEscalation):
            more = {"code": "X"}
        else:
            more = {"item": self.chance.choice([None, None, 1, 2, 3])}
        return kind(wait=wait, **more)

    def other(self, state: Any) -> events.Event:
        scopes = sorted(state["scopes"])
        incident = self.chance.choice([*sorted(state["incidents"]), "i9"])
        how: Any = self.chance.choice(["retry", "skip", "error", "move"])
        node = self.chance.choice([node.id for node in self.d.plan.nodes])
        scope = self.chance.choice(scopes)
        tokens = [t for found in state["scopes"].values() for t in sorted(found["tokens"])]
        token = self.chance.choice([*tokens, "t99999"])
        live = self.chance.choice([*sorted(state["waits"]), "w99999"])
        lost = tuple(self.chance.sample(tokens, min(len(tokens), self.chance.randint(0, 2))))
        return self.chance.choice([
            events.Suspend(), events.Resume(), events.Resume(), events.Start(),
            events.EvaluateConditions(), events.Signal(name="stop"),
            events.UpdateVariables(patch={"x": False}),
            events.UpdateVariables(patch={"y": 1}, scope=scope),
            events.ResolveIncident(incident=incident, how=how, code="X", node=node),
            events.ResolveIncident(incident=incident, how="retry"),
            events.Rewind(waits=(live,), node=node, cancel=lost),
            events.Rewind(waits=(live,), node=node, then="direct"),
            events.Move(tokens=(token,), node=node, vars={"z": 1}),
            *([events.Cancel(scope=scope)] if self.chance.random() < 0.2 else []),
        ])  # fmt: skip


def unchanged(step: Step, before: bytes) -> bool:
    return step.effects == () and encode(step.state) == before


@pytest.mark.parametrize("seed", range(60))
def test_no_order_of_events_breaks_an_instance(seed: int) -> None:
    chance = dice(seed)
    plan = process(*Blocks(chance).content(3))
    d = Drive(plan)
    d.limits = events.Limits(step_visits=400)
    d.start(x=False)
    storm = Storm(d, chance)
    for _ in range(60):
        event = storm.event()
        before = encode(d.state)
        step = d.tell(event)
        if step.status != "accepted":
            assert unchanged(step, before), event
            assert step.status == "stale" or step.reason
        elif isinstance(event, events.CompleteTask) and event.item is None:
            again = d.tell(event)
            assert again.status == "stale"
        assert d.state is not None
        check(plan, d.state, d.log)
    if d.status in ("active", "suspended"):
        d.tell(events.Cancel())
    d.assert_clean()
