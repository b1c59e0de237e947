"""Drive a plan through the kernel in tests: events in, trace and open work out."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import orjson

from engine.base import events
from engine.base.values import Months
from engine.kernel import effects as fx
from engine.kernel.advance import advance
from engine.kernel.needs import needs
from engine.kernel.plan import Plan
from engine.kernel.step import Need, State, Step, View
from engine.kernel.view import inspect

MORNING = datetime(2025, 7, 18, 1, 0, tzinfo=UTC)

TAGS = {"datetime": datetime, "date": date, "time": time}


def encode(state: Any) -> bytes:
    """Write a state as canonical JSON with tags, as a store would."""
    return orjson.dumps(_plain(state), option=orjson.OPT_SORT_KEYS)


def _plain(item: Any) -> Any:
    if isinstance(item, dict):
        return {key: _plain(value) for key, value in item.items()}
    if isinstance(item, list | tuple):
        return [_plain(value) for value in item]
    for tag, kind in TAGS.items():
        if type(item) is kind:
            return {"$": tag, "v": item.isoformat()}
    if isinstance(item, timedelta):
        return {"$": "timedelta", "v": str(item / timedelta(microseconds=1))}
    if isinstance(item, Decimal):
        return {"$": "decimal", "v": str(item)}
    assert not isinstance(item, float), "no binary floats in a state"
    assert not isinstance(item, Months), "write it when a test needs it"
    return item


def decode(data: bytes) -> Any:
    return _rich(orjson.loads(data))


def _rich(item: Any) -> Any:
    if isinstance(item, list):
        return [_rich(value) for value in item]
    if not isinstance(item, dict):
        return item
    if "$" not in item:
        return {key: _rich(value) for key, value in item.items()}
    if item["$"] == "timedelta":
        return timedelta(microseconds=float(item["v"]))
    if item["$"] == "decimal":
        return Decimal(item["v"])
    return TAGS[item["$"]].fromisoformat(item["v"])


class Drive:
    """One instance: tells it events, keeps rows like a shell, checks purity each time."""

    def __init__(self, plan: Plan, at: datetime = MORNING, *, check: bool = True) -> None:
        self.plan = plan
        self.at = at
        self.state: State | None = None
        self.step = Step(None)
        self.log: list[fx.Effect] = []
        self.limits = events.Limits()
        self.check = check
        self.recorded: dict[str, tuple[Any, ...]] = {}
        self.outputs: dict[str, dict[int, Any]] = {}
        self.asked: list[Need] = []

    # telling

    def tell(self, event: events.Event) -> Step:
        rows = {need: self._row(need) for need in needs(self.plan, self.state, event)}
        self.asked = list(rows)
        env = events.Env(limits=self.limits, rows=rows)
        told = _with(event, self.at, env)
        before = encode(self.state) if self.check else b""
        self.step = advance(self.plan, self.state, told)
        if self.check:
            assert encode(self.state) == before, "advance changed its input"
            again = advance(self.plan, decode(before) if self.state else None, told)
            assert encode(again.state) == encode(self.step.state)
            assert again.effects == self.step.effects
        self.state = self.step.state
        if self.check and self.state is not None:
            self.state = decode(encode(self.state))
        self.log.extend(self.step.effects)
        self._keep_rows()
        return self.step

    def _row(self, need: Need) -> Any:
        if need.kind == "mi_results":
            return dict(self.outputs.get(need.wait, {}))
        return self.recorded[need.wait][need.index - 1]

    def _keep_rows(self) -> None:
        for effect in self.step.effects:
            if isinstance(effect, fx.ItemsRecorded):
                self.recorded[effect.wait] = effect.values
            elif isinstance(effect, fx.ItemFinished):
                self.outputs.setdefault(effect.wait, {})[effect.item] = effect.output
            elif isinstance(effect, fx.ItemsDropped):
                self.recorded.pop(effect.wait, None)
                self.outputs.pop(effect.wait, None)

    def start(self, node: str | None = None, **variables: Any) -> "Drive":
        self.tell(events.Start(node=node, vars=variables))
        return self

    def complete(
        self,
        node: str,
        outcome: str | None = None,
        item: int | None = None,
        which: int = 0,
        **result: Any,
    ) -> Step:
        wait = self.wait(node, which)
        return self.tell(
            events.CompleteTask(wait=wait, result=result, outcome=outcome, item=item)
        )

    def fire(self, node: str, which: int = 0) -> Step:
        wait = [w for w in self.view.timers if w["node"] == node][which]
        assert self.state is not None
        occurrence = self.state["waits"][wait["wait"]]["occ"]
        self.at = max(self.at, wait["due"])
        return self.tell(
            events.FireTimer(wait=wait["wait"], due=wait["due"], occurrence=occurrence)
        )

    def message(
        self, node: str, payload: Mapping[str, Any] | None = None, **keys: Any
    ) -> Step:
        found = next(s for s in self.view.subscriptions if s["node"] == node)
        return self.tell(
            events.Correlate(
                wait=found["wait"], message=found["name"], payload=payload or {}, keys=keys
            )
        )

    def signal(self, name: str, **payload: Any) -> Step:
        return self.tell(events.Signal(name=name, payload=payload))

    def serve(
        self, node: str, result: Mapping[str, Any] | None = None, **more: Any
    ) -> Step:
        return self.tell(
            events.FinishService(wait=self.any_wait(node, "service"), result=result, **more)
        )

    def child(self, node: str, outcome: Any = "completed", **more: Any) -> Step:
        wait = self.any_wait(node, "child")
        return self.tell(events.ChildEnded(wait=wait, outcome=outcome, **more))

    def write(self, scope: str | None = None, **patch: Any) -> Step:
        return self.tell(events.UpdateVariables(patch=patch, scope=scope))

    def resolve(self, how: Any = "retry", which: int = 0, **more: Any) -> Step:
        iid = self.view.incidents[which]["id"]
        return self.tell(events.ResolveIncident(incident=iid, how=how, **more))

    # looking

    @property
    def view(self) -> View:
        assert self.state is not None
        return inspect(self.plan, self.state)

    def wait(self, node: str, which: int = 0) -> str:
        return str([t for t in self.view.tasks if t["node"] == node][which]["wait"])

    def any_wait(self, node: str, kind: str) -> str:
        assert self.state is not None
        at = self.plan.by_id[node]
        found = [w for w, r in self.state["waits"].items() if r["n"] == at and r["k"] == kind]
        return min(found, key=lambda wait: int(wait[1:]))

    @property
    def open(self) -> list[str]:
        """Name the nodes with open person tasks, oldest first."""
        return [str(task["node"]) for task in self.view.tasks]

    @property
    def status(self) -> str:
        assert self.state is not None
        return str(self.state["status"])

    @property
    def vars(self) -> Mapping[str, Any]:
        return self.view.variables

    @property
    def incidents(self) -> list[tuple[str, str]]:
        return [(str(i["code"]), str(i["node"])) for i in self.view.incidents]

    @property
    def entered(self) -> list[str]:
        """List the nodes entered so far, in order."""
        return [e.node for e in self.log if isinstance(e, fx.NodeEntered)]

    def left(self, how: str) -> list[str]:
        return [e.node for e in self.log if isinstance(e, fx.NodeLeft) and e.how == how]

    def told(self, kind: type[fx.Effect]) -> list[Any]:
        """Give the effects of KIND of the last step."""
        return [effect for effect in self.step.effects if isinstance(effect, kind)]

    def all(self, kind: type[fx.Effect]) -> list[Any]:
        return [effect for effect in self.log if isinstance(effect, kind)]

    def assert_clean(self) -> None:
        """Check that an ended instance left nothing: the state, and the effects in pairs."""
        assert self.state is not None
        assert self.status in ("completed", "terminated", "cancelled", "error"), self.view
        for part in ("waits", "idx", "incidents"):
            assert self.state[part] == {}, part
        assert list(self.state["scopes"]) == ["s1"]
        root = self.state["scopes"]["s1"]
        assert set(root) <= {"at", "up", "vars", "tokens", "bytes"}, root
        assert root["tokens"] == {}


def _with(event: events.Event, at: datetime, env: events.Env) -> events.Event:
    fields = {name: getattr(event, name) for name in event.__dataclass_fields__}
    return type(event)(**{**fields, "at": at, "env": env})
