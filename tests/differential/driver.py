"""Drive one instance on any runtime by rules that name elements, never ids."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from engine.base import events
from engine.bpmn.deploy import DeployEnv
from engine.kernel import effects as fx
from engine.runtime import Runtime
from engine.store import codec
from tests.differential.models import MESSAGE, SIGNAL

MOST = 60  # moves; some models turn for ever, alike on both
AT = datetime(2025, 7, 18, 1, tzinfo=UTC)
ENV = DeployEnv(
    forms={"answer": {"number": "integer"}},
    roles={"CLERK": "经办"},
    services=frozenset({"lookup"}),
)


@dataclass
class Driver:
    """One instance; every choice depends on the element and how often it came up."""

    runtime: Runtime
    data: bytes
    key: str = "random"
    state: Any = None
    at: datetime = AT
    done: Counter[str] = field(default_factory=Counter)
    visits: Counter[str] = field(default_factory=Counter)
    services: dict[str, tuple[str, int | None]] = field(default_factory=dict)
    rows: dict[str, dict[int, Any]] = field(default_factory=dict)
    items: dict[str, list[int]] = field(default_factory=dict)
    timers: dict[str, fx.TimerSet] = field(default_factory=dict)
    ended: str = ""
    offered: list[tuple[str, ...]] = field(default_factory=list)

    def begin(self) -> None:
        """Deploy and start."""
        compiled = self.runtime.compile({f"{self.key}.bpmn": self.data}, ENV)
        errors = [f for f in compiled.findings if f.severity == "error"]
        assert errors == [], errors
        self.plan = compiled.plans[self.key]
        self.tell(events.Start(at=self.at, vars={"number": 3}))

    def tell(self, event: events.Event) -> None:
        """Tell one event, freezing and thawing the state as the store does."""
        before = codec.encode(self.state)
        step = self.runtime.advance(self.plan, self.state, event)
        assert step.status == "accepted", (step.status, step.reason, event)
        assert codec.encode(self.state) == before, "the input state was changed"
        self.state = codec.decode(codec.encode(step.state))
        for effect in step.effects:
            self.note(effect)
            if isinstance(effect, fx.TimerSet):
                self.timers[effect.wait] = effect

    def note(self, effect: fx.Effect) -> None:
        """Keep what matters of an effect."""
        if isinstance(effect, fx.NodeLeft) and effect.how == "completed":
            self.done[effect.node] += 1
        elif isinstance(effect, fx.TaskOpened):
            self.items.setdefault(effect.wait, []).append(effect.item or 0)
        elif isinstance(effect, fx.TasksOpened):
            self.items[effect.wait] = list(range(1, len(effect.locals) + 1))
        elif isinstance(effect, fx.TaskClosed):
            self.close(effect)
        elif isinstance(effect, fx.ServiceRequested):
            self.services[effect.wait] = (effect.node, effect.item)
        elif isinstance(effect, fx.ServiceCancelled):
            self.services.pop(effect.wait, None)
        elif isinstance(effect, fx.InstanceEnded):
            self.ended = effect.how

    def close(self, effect: fx.TaskClosed) -> None:
        """Take a closed task row away."""
        if effect.item is None:
            self.items.pop(effect.wait, None)
        else:
            self.items[effect.wait].remove(effect.item)

    def moves(self) -> list[tuple[str, str, Any]]:
        """Give what could happen next, ordered by element."""
        view = self.runtime.inspect(self.plan, self.state)
        found: list[tuple[str, str, Any]] = []
        for task in view.tasks:
            wait = str(task["wait"])
            found += [(str(task["node"]), "task", (wait, n)) for n in self.items.get(wait, [])]
        for wait, (name, item) in self.services.items():
            found.append((name, "service", (wait, item)))
        found += [(str(t["node"]), "timer", (str(t["wait"]), 0)) for t in view.timers]
        found += [
            (str(s["node"]), str(s["kind"]), (str(s["wait"]), 0)) for s in view.subscriptions
        ]
        return sorted(found, key=lambda move: (move[0], move[2][1] or 0))

    def step(self) -> bool:
        """Let the next thing happen; False when nothing can."""
        moves = self.moves()
        self.offered.append(tuple(sorted({name for name, kind, _ in moves if kind != "timer"})))
        number = sum(self.visits.values())
        if not moves or number >= MOST:
            return False
        name, kind, (wait, item) = moves[number % len(moves)]
        self.visits[name] += 1
        self.happen(kind, name, wait, item)
        return True

    def happen(self, kind: str, name: str, wait: str, item: int | None) -> None:
        """Tell what KIND of thing happens at element NAME."""
        number = sum(self.visits.values()) - 1
        if kind == "task":
            value = (len(name) + number) % 7 if self.visits[name] < 3 else 0
            result = {"number": value}
            self.tell(
                events.CompleteTask(at=self.at, wait=wait, result=result, item=item or None)
            )
        elif kind == "service":
            self.services.pop(wait)
            self.tell(
                events.FinishService(at=self.at, wait=wait, result={"n": number}, item=item)
            )
        elif kind == "message":
            payload = {"number": number % 5, "other": 1}
            self.tell(
                events.Correlate(at=self.at, wait=wait, message=MESSAGE, payload=payload)
            )
        elif kind == "signal":
            self.tell(events.Signal(at=self.at, name=SIGNAL, payload={"number": 1}))
        else:
            self.at += timedelta(days=1)
            record = self.timers[wait]
            self.tell(
                events.FireTimer(
                    at=max(self.at, record.due),
                    wait=wait,
                    due=record.due,
                    occurrence=record.occurrence,
                )
            )

    def run(self) -> None:
        """Run to the end."""
        self.begin()
        while not self.ended and self.step():
            pass
