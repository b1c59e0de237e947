"""Drive one case on either runtime: rows kept like a shell, state frozen after each step."""

from typing import Any

from engine.base import events
from engine.bpmn.deploy import Compiled, DeployEnv
from engine.kernel import effects as fx
from engine.kernel.step import Need, Step
from engine.runtime import KernelRuntime, Runtime
from engine.spiff.runtime import SpiffRuntime
from engine.store import codec
from tests.bpmn.build import ENV, file
from tests.bpmn.drive import START, Days

RUNTIMES = {"kernel": KernelRuntime, "spiffworkflow": SpiffRuntime}


def compiled(name: str, *roots: str, env: DeployEnv = ENV) -> tuple[Runtime, Compiled]:
    runtime = RUNTIMES[name]()
    return runtime, runtime.compile({"a.bpmn": file(*roots)}, env)


class Case:
    """One instance of process p: events in, effects out, by names of elements."""

    def __init__(self, runtime: Runtime, found: Compiled, key: str = "p") -> None:
        assert found.plans, [(f.code, f.element, f.zh) for f in found.findings]
        self.runtime, self.plan = runtime, found.plans[key]
        self.state: Any = None
        self.at = START
        self.log: list[fx.Effect] = []
        self.last: list[fx.Effect] = []
        self.recorded: dict[str, tuple[Any, ...]] = {}
        self.outputs: dict[str, dict[int, Any]] = {}
        self.limits = events.Limits()
        self.step = Step(None)

    def try_(self, kind: type[events.Event], **words: Any) -> Step:
        """Tell an event; the state changes only when the runtime takes it."""
        bare = kind(at=self.at, **words)
        needs = self.runtime.needs(self.plan, self.state, bare)
        rows = {need: self._row(need) for need in needs}
        env = events.Env(calendars={"cn": Days()}, rows=rows, limits=self.limits)
        before = codec.encode(self.state)
        self.step = self.runtime.advance(
            self.plan, self.state, kind(at=self.at, env=env, **words)
        )
        assert codec.encode(self.state) == before, "the input state was changed"
        self.last = list(self.step.effects)
        if self.step.status == "accepted":
            self.state = codec.decode(codec.encode(self.step.state))
            self.log.extend(self.last)
            self._keep()
        else:
            assert self.last == []
            assert self.step.state == self.state
        return self.step

    def tell(self, kind: type[events.Event], **words: Any) -> "Case":
        step = self.try_(kind, **words)
        assert step.status == "accepted", step
        return self

    def _row(self, need: Need) -> Any:
        if need.kind == "mi_results":
            return dict(self.outputs.get(need.wait, {}))
        values = self.recorded[need.wait]
        return values[need.index - 1] if 1 <= need.index <= len(values) else None

    def _keep(self) -> None:
        for effect in self.last:
            if isinstance(effect, fx.ItemsRecorded):
                self.recorded[effect.wait] = effect.values
            elif isinstance(effect, fx.ItemFinished):
                self.outputs.setdefault(effect.wait, {})[effect.item] = effect.output
            elif isinstance(effect, fx.ItemsDropped):
                self.recorded.pop(effect.wait, None)
                self.outputs.pop(effect.wait, None)

    # telling

    def start(self, /, node: str | None = None, **variables: Any) -> "Case":
        return self.tell(events.Start, vars=variables, node=node)

    def complete(
        self,
        node: str,
        outcome: str | None = None,
        item: int | None = None,
        which: int = 0,
        **result: Any,
    ) -> "Case":
        wait = [t for t in self.view.tasks if t["node"] == node][which]["wait"]
        words = {"wait": wait, "outcome": outcome, "item": item, "result": result}
        return self.tell(events.CompleteTask, **words)

    def wait(self, node: str) -> str:
        """Give the latest wait opened at NODE."""
        found = [
            e.wait for e in self.log if hasattr(e, "wait") and getattr(e, "node", "") == node
        ]
        return str(found[-1])

    def serve(self, node: str, result: dict[str, Any] | None = None, **more: Any) -> "Case":
        return self.tell(events.FinishService, wait=self.wait(node), result=result, **more)

    def child(self, node: str, outcome: str = "completed", **more: Any) -> "Case":
        return self.tell(events.ChildEnded, wait=self.wait(node), outcome=outcome, **more)

    def fire(self, node: str) -> "Case":
        timer = self.of(fx.TimerSet, node)[-1]
        self.at = max(self.at, timer.due)
        words = {"wait": timer.wait, "due": timer.due, "occurrence": timer.occurrence}
        return self.tell(events.FireTimer, **words)

    def message(self, node: str, **payload: Any) -> "Case":
        opened = self.of(fx.SubscriptionOpened, node)[-1]
        words = {"wait": opened.wait, "message": opened.name, "keys": opened.keys}
        return self.tell(events.Correlate, payload=payload, **words)

    def signal(self, name: str = "通报", **payload: Any) -> "Case":
        return self.tell(events.Signal, name=name, payload=payload)

    def error(self, node: str, code: str, **data: Any) -> "Case":
        return self.tell(events.ThrowError, wait=self.wait(node), code=code, data=data)

    def resolve(self, how: str = "retry", **more: Any) -> "Case":
        incident = self.view.incidents[0]["id"]
        return self.tell(events.ResolveIncident, incident=incident, how=how, **more)

    # looking

    def of(self, kind: type, node: str = "") -> list[Any]:
        return [
            e for e in self.log if isinstance(e, kind) and node in ("", getattr(e, "node", ""))
        ]

    def now(self, kind: type) -> list[Any]:
        """Give the effects of KIND of the last step."""
        return [e for e in self.last if isinstance(e, kind)]

    @property
    def view(self) -> Any:
        return self.runtime.inspect(self.plan, self.state)

    @property
    def open(self) -> list[str]:
        return sorted(str(task["node"]) for task in self.view.tasks)

    @property
    def vars(self) -> dict[str, Any]:
        return dict(self.view.variables)

    @property
    def status(self) -> str:
        return str(self.state["status"])

    @property
    def entered(self) -> list[str]:
        return [e.node for e in self.of(fx.NodeEntered)]

    @property
    def left(self) -> list[str]:
        return [e.node for e in self.of(fx.NodeLeft) if e.how == "completed"]

    def assert_clean(self) -> None:
        """Check that an ended case left nothing open, and everything opened was closed."""
        view = self.view
        assert self.status not in ("active", "suspended"), view
        live = (view.tasks, view.timers, view.subscriptions, view.children, view.incidents)
        assert live == ((), (), (), (), ())
        raised = [e.incident for e in self.of(fx.IncidentRaised)]
        assert sorted(raised) == sorted(e.incident for e in self.of(fx.IncidentCleared))
        opened = [e.wait for e in self.of(fx.SubscriptionOpened)]
        assert sorted(opened) == sorted(e.wait for e in self.of(fx.SubscriptionClosed))
        assert (self.recorded, self.outputs) == ({}, {})
