"""A case on copies: the real kernel, real definitions and units, nothing saved."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from engine.base import events
from engine.base.values import Value
from engine.bpmn.facts import ProcessFacts
from engine.context import Deployed, View
from engine.kernel import effects
from engine.kernel.effects import Effect
from engine.kernel.step import Need, State
from engine.rules.assignment import CaseFacts, Staffed, Unfilled, staff
from engine.store import codec, definitions, work
from engine.store.machine import job
from engine.store.tables import instance

MOST_STEPS = 2_000  # events of one rehearsal; a designed limit
NOTIFY = "notify"  # the service that only tells people; it never waits
Answer = Callable[[Mapping[str, Value]], Mapping[str, Value]]  # of a service, to its inputs


@dataclass(eq=False)
class Copy:
    """One instance on paper; ID is negative when it exists only here."""

    id: int
    deployed: Deployed
    key: str
    state: State | None
    parent: int | None = None
    wait: str | None = None
    item: int | None = None

    @property
    def facts(self) -> ProcessFacts:
        """Give what is known of the process."""
        return self.deployed.facts[self.key]


@dataclass(frozen=True, slots=True)
class Timer:
    """A timer armed on paper."""

    copy: int
    wait: str
    node: str
    due: datetime
    occurrence: int


@dataclass(frozen=True, slots=True)
class Happening:
    """One effect of the rehearsal: when, in which copy."""

    at: datetime
    copy: Copy
    effect: Effect


@dataclass(eq=False)
class Rehearsal:
    """A case in hand; ROOT is its instance row, None for a case that only starts here."""

    view: View
    root: Mapping[str, Any] | None
    copies: dict[int, Copy] = field(default_factory=dict)
    timers: dict[tuple[int, str], Timer] = field(default_factory=dict)
    happened: list[Happening] = field(default_factory=list)
    queue: deque[tuple[int, events.Event]] = field(default_factory=deque)
    outputs: dict[tuple[int, str], dict[int, Value]] = field(default_factory=dict)
    values: dict[tuple[int, str], tuple[Value, ...]] = field(default_factory=dict)
    steps: int = 0
    services: dict[str, Answer] = field(default_factory=dict)  # answered on paper

    def load(self) -> None:
        """Take copies of the living instances of the case and of its armed timers."""
        root_id = (self.root or {})["id"]
        query = sa.select(instance).where(
            instance.c.root_id == root_id, instance.c.status == "active"
        )
        for row in self.view.connection.execute(query.order_by(instance.c.id)).mappings():
            self.copies[row["id"]] = self._copy(dict(row))
        armed = sa.select(job).where(
            job.c.root_id == root_id, job.c.kind == "timer", job.c.state == "ready"
        )
        for row in self.view.connection.execute(armed).mappings():
            if row["instance_id"] in self.copies:
                self._arm(dict(row))

    def _copy(self, row: Mapping[str, Any]) -> Copy:
        view = self.view
        version = view.runtimes.deployed(view.connection, row["definition_id"], row["runtime"])
        key = view.runtimes.definition(view.connection, row["definition_id"])["key"]
        state = codec.decode(bytes(row["state"]))
        return Copy(
            row["id"],
            version,
            key,
            state,
            row["parent_id"],
            row["parent_wait"],
            row["parent_item"],
        )

    def _arm(self, row: Mapping[str, Any]) -> None:
        due = datetime.fromisoformat(row["payload"]["due"])
        place = (row["instance_id"], row["wait"])
        number = int(row["payload"].get("occurrence", 1))
        self.timers[place] = Timer(*place, row["node"], due, number)

    def begin(self, deployed: Deployed, key: str, start: events.Start) -> None:
        """Let a case of process KEY start on paper."""
        self.copies[-1] = Copy(-1, deployed, key, None)
        self.tell(-1, start)

    def stamp(self, copy: Copy, at: datetime) -> dict[str, Any]:
        """Give the fields an event for COPY at AT carries."""
        env = copy.deployed.env(str((self.root or {}).get("region") or ""))
        return {"id": f"rehearsal-{self.steps}", "at": at, "env": env}

    def tell(self, copy_id: int, event: events.Event) -> None:
        """Tell a copy EVENT and work until the case rests."""
        self.queue.append((copy_id, event))
        while self.queue and self.steps < MOST_STEPS:
            self.steps += 1
            number, one = self.queue.popleft()
            if number in self.copies:
                self._advance(self.copies[number], one)

    def fire(self, timer: Timer) -> None:
        """Let an armed timer fire at its due moment."""
        self.timers.pop((timer.copy, timer.wait), None)
        copy = self.copies.get(timer.copy)
        if copy is not None:
            event = events.FireTimer(
                **self.stamp(copy, timer.due),
                wait=timer.wait,
                due=timer.due,
                occurrence=timer.occurrence,
            )
            self.tell(copy.id, event)

    def _advance(self, copy: Copy, event: events.Event) -> None:
        runtime, plan = copy.deployed.runtime, copy.deployed.plans[copy.key]
        needs = runtime.needs(plan, copy.state, event)
        if needs:
            rows: dict[object, Value] = {need: self._row(copy, need) for need in needs}
            event = replace(event, env=replace(event.env, rows=rows))
        answer = runtime.advance(plan, copy.state, event)
        if answer.status != "accepted":
            return
        copy.state = answer.state
        for effect in answer.effects:
            self.happened.append(Happening(event.at, copy, effect))
            self._apply(copy, effect, event.at)

    def _row(self, copy: Copy, need: Need) -> Value:
        own = (copy.id, need.wait)
        if need.kind == "mi_item":
            if own in self.values:
                return self.values[own][need.index - 1]
            raw = work.item_value(self.view.connection, copy.id, need.wait, need.index)
            return None if raw is None else codec.decode(raw)
        stored = work.item_outputs(self.view.connection, copy.id, need.wait)
        found = {number: codec.decode(raw) for number, raw in stored.items()}
        return {**found, **self.outputs.get(own, {})}

    def _apply(self, copy: Copy, effect: Effect, at: datetime) -> None:
        apply = _APPLY.get(type(effect))
        if apply is not None:
            apply(self, copy, effect, at)

    def case_facts(self) -> CaseFacts:
        """Give what of the case decides who acts."""
        row = self.root or {}
        region, place = str(row.get("region") or ""), str(row.get("place") or "")
        return CaseFacts(region, place, region, place, place)

    def staffed(self, copy: Copy, assignment: Mapping[str, Value]) -> Staffed | Unfilled:
        """Say who would get a seat."""
        directory = self.view.runtimes.directory(self.view.connection, copy.deployed)
        return staff(assignment, self.case_facts(), directory)


def _timer_set(r: Rehearsal, copy: Copy, effect: effects.TimerSet, at: datetime) -> None:
    del at
    timer = Timer(copy.id, effect.wait, effect.node, effect.due, effect.occurrence)
    r.timers[copy.id, effect.wait] = timer


def _timer_gone(r: Rehearsal, copy: Copy, effect: effects.TimerCancelled, at: datetime) -> None:
    del at
    r.timers.pop((copy.id, effect.wait), None)


def _items(r: Rehearsal, copy: Copy, effect: effects.ItemsRecorded, at: datetime) -> None:
    del at
    r.values[copy.id, effect.wait] = effect.values


def _item(r: Rehearsal, copy: Copy, effect: effects.ItemFinished, at: datetime) -> None:
    del at
    r.outputs.setdefault((copy.id, effect.wait), {})[effect.item] = effect.output


def _service(r: Rehearsal, copy: Copy, effect: effects.ServiceRequested, at: datetime) -> None:
    answer = r.services.get(effect.name)
    if effect.name == NOTIFY or answer is not None:
        result = answer(effect.inputs) if answer else {"told": 0}
        done = events.FinishService(
            **r.stamp(copy, at), wait=effect.wait, item=effect.item, result=result
        )
        r.queue.append((copy.id, done))


def _child(r: Rehearsal, copy: Copy, effect: effects.ChildRequested, at: datetime) -> None:
    conn, runtimes = r.view.connection, r.view.runtimes
    row = definitions.latest_definition(conn, effect.key)
    if row is None:
        return
    name = copy.deployed.runtime.name
    version = runtimes.deployed(conn, row["id"], name)
    number = min([0, *r.copies]) - 1
    child = Copy(number, version, effect.key, None, copy.id, effect.wait, effect.item)
    r.copies[number] = child
    start = events.Start(**r.stamp(child, at), vars=effect.vars, depth=effect.depth)
    r.queue.append((number, start))


def _children_gone(
    r: Rehearsal, copy: Copy, effect: effects.ChildCancelRequested, at: datetime
) -> None:
    for child in r.copies.values():
        mine = child.parent == copy.id and child.wait == effect.wait
        if mine and effect.item in (None, child.item):
            cancel = events.Cancel(**r.stamp(child, at), reason="上级流程已取消")
            r.queue.append((child.id, cancel))


def _ended(r: Rehearsal, copy: Copy, effect: effects.InstanceEnded, at: datetime) -> None:
    r.copies.pop(copy.id, None)
    parent = r.copies.get(copy.parent) if copy.parent is not None else None
    if parent is None:
        return
    ended = events.ChildEnded(
        **r.stamp(parent, at),
        wait=copy.wait or "",
        item=copy.item,
        outcome=effect.how,
        out=effect.out,
        code=effect.code,
    )
    r.queue.append((parent.id, ended))


_APPLY: Mapping[type[Effect], Any] = {
    effects.TimerSet: _timer_set,
    effects.TimerCancelled: _timer_gone,
    effects.ItemsRecorded: _items,
    effects.ItemFinished: _item,
    effects.ServiceRequested: _service,
    effects.ChildRequested: _child,
    effects.ChildCancelRequested: _children_gone,
    effects.InstanceEnded: _ended,
}
