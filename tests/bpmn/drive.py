"""Run a compiled process step by step, as the shell would, with a clock of its own."""

from datetime import datetime, timedelta
from typing import Any

from engine.base import events
from engine.base.clock import shanghai
from engine.base.errors import CalendarMissing
from engine.bpmn.deploy import Compiled
from engine.kernel import effects
from engine.runtime import KernelRuntime

START = shanghai("2026-01-05 09:00")  # a Monday


class Days:
    """A working calendar without holidays, known for 2026 only."""

    revision = "test"

    def is_working_day(self, day) -> bool:
        if day.year != 2026:
            raise CalendarMissing
        return day.weekday() < 5

    def add_working_days(self, day, count):
        step = timedelta(days=1 if count >= 0 else -1)
        left = abs(count)
        while left:
            day += step
            left -= self.is_working_day(day)
        return day

    def working_days_between(self, start, end) -> int:
        span = range(1, (end - start).days + 1)
        return sum(self.is_working_day(start + timedelta(days=n)) for n in span)


class Driver:
    """One instance: tell it events, look at what it did."""

    def __init__(self, compiled: Compiled, key: str = "p") -> None:
        assert compiled.plans, [(f.code, f.element, f.zh) for f in compiled.findings]
        self.runtime = KernelRuntime()
        self.plan = compiled.plans[key]
        self.state: dict[str, Any] | None = None
        self.at: datetime = START
        self.log: list[effects.Effect] = []
        self.last: list[effects.Effect] = []
        self.rows: dict[object, Any] = {}
        self.limits = events.Limits()

    def tell(self, kind: type[events.Event], **words: Any) -> "Driver":
        calendars = {"cn": Days()}
        env = events.Env(calendars=calendars, rows=self.rows, limits=self.limits)
        event = kind(at=self.at, env=env, **words)
        needs = self.runtime.needs(self.plan, self.state, event)
        assert all(need in self.rows for need in needs), needs
        step = self.runtime.advance(self.plan, self.state, event)
        assert step.status == "accepted", step
        self.state = step.state
        self.last = list(step.effects)
        self.log.extend(step.effects)
        return self

    def start(self, node: str | None = None, **vars: Any) -> "Driver":
        return self.tell(events.Start, vars=vars, node=node)

    def of(self, kind: type, node: str = "") -> list[Any]:
        found = [e for e in self.log if isinstance(e, kind)]
        return [e for e in found if not node or e.node == node]

    def wait_of(self, node: str) -> str:
        view = self.runtime.inspect(self.plan, self.state)
        every = (*view.tasks, *view.timers, *view.subscriptions, *view.children)
        waits = [entry["wait"] for entry in every if entry["node"] == node]
        if not waits:  # services and the like: by what was asked
            asked = [
                e for e in self.log if getattr(e, "node", "") == node and hasattr(e, "wait")
            ]
            waits = [asked[-1].wait]
        return waits[0]

    def complete(self, node: str, outcome: str | None = None, **result: Any) -> "Driver":
        wait = self.wait_of(node)
        return self.tell(events.CompleteTask, wait=wait, result=result, outcome=outcome)

    def serve(self, node: str, **result: Any) -> "Driver":
        return self.tell(events.FinishService, wait=self.wait_of(node), result=result)

    def fire(self, node: str) -> "Driver":
        timer = self.of(effects.TimerSet, node)[-1]
        self.at = max(self.at, timer.due)
        return self.tell(
            events.FireTimer, wait=timer.wait, due=timer.due, occurrence=timer.occurrence
        )

    def message(self, node: str, **payload: Any) -> "Driver":
        opened = self.of(effects.SubscriptionOpened, node)[-1]
        return self.tell(
            events.Correlate,
            wait=opened.wait,
            message=opened.name,
            payload=payload,
            keys=opened.keys,
        )

    @property
    def open(self) -> list[str]:
        view = self.runtime.inspect(self.plan, self.state)
        return [str(task["node"]) for task in view.tasks]

    @property
    def variables(self) -> dict[str, Any]:
        return dict(self.runtime.inspect(self.plan, self.state).variables)

    @property
    def status(self) -> str:
        return str(self.state["status"]) if self.state else ""

    @property
    def entered(self) -> list[str]:
        return [e.node for e in self.of(effects.NodeEntered)]

    @property
    def incidents(self) -> list[tuple[str, str]]:
        return [(e.node, e.code) for e in self.of(effects.IncidentRaised)]
