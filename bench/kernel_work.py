"""Work `kernel`: no store; per completion the state is loaded, the task completed, dumped.

A process of 20 nodes, nine user tasks each followed by a choice, walked from the first task
to the end: both sides get the same form, the state as bytes and nothing else.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from bench.acts import FORM
from bench.diagrams import flow, node, process, user
from bench.meter import Meter
from bench.spiff_state import SpiffProcess, finish
from bench.spiff_system import DATA
from engine.base import events
from engine.bpmn.deploy import DeployEnv
from engine.kernel.effects import TaskOpened
from engine.runtime import KernelRuntime
from engine.store import codec

KEY = "kernel20"
TASKS = 9
NODES = 2 * TASKS + 2
AT = datetime(2025, 1, 6, 1, tzinfo=UTC)
FIELDS = {"amount": "number", "note": "string", "checked": "boolean"}


def diagram() -> bytes:
    """Give the process: start, nine times task and choice, end."""
    parts = [node("startEvent", "start"), node("endEvent", "end")]
    flows = [flow("f0", "start", "t1")]
    for n in range(1, TASKS + 1):
        parts += [user(f"t{n}", "act"), node("exclusiveGateway", f"g{n}", f'default="d{n}"')]
        further = f"t{n + 1}" if n < TASKS else "end"
        flows.append(flow(f"f{n}", f"t{n}", f"g{n}"))
        flows.append(flow(f"c{n}", f"g{n}", further, f"amount &gt; {100 + n}"))
        flows.append(flow(f"d{n}", f"g{n}", "end"))
    return process(KEY, [*parts, *flows])


@dataclass
class OurKernel:
    """codec.decode, advance, codec.encode: what the engine does between its two statements."""

    name: str = "shouhu"
    runtime: KernelRuntime = field(default_factory=KernelRuntime)
    plan: Any = None

    def __post_init__(self) -> None:
        """Compile the process once."""
        env = DeployEnv(forms={"act": FIELDS}, roles={"CLERK": "经办"})
        self.plan = self.runtime.compile({f"{KEY}.bpmn": diagram()}, env).plans[KEY]

    def begin(self) -> tuple[bytes, Any]:
        """Start an instance; give its bytes and what waits."""
        step = self.runtime.advance(self.plan, None, events.Start(at=AT))
        return codec.encode(step.state), _wait(step)

    def complete(self, raw: bytes, wait: Any) -> tuple[bytes, Any]:
        """Complete what waits."""
        event = events.CompleteTask(at=AT, wait=wait, result=RESULT)
        state = codec.decode(raw)
        assert not self.runtime.needs(self.plan, state, event)
        step = self.runtime.advance(self.plan, state, event)
        return codec.encode(step.state), _wait(step)


RESULT = {**FORM, "amount": Decimal("120.5")}


def _wait(step: Any) -> Any:
    return next((e.wait for e in step.effects if isinstance(e, TaskOpened)), None)


@dataclass
class SpiffKernel:
    """Load the JSON, run, dump the JSON."""

    name: str = "spiffworkflow"
    lean: bool = False
    known: SpiffProcess = field(init=False)

    def __post_init__(self) -> None:
        """Parse the process once."""
        self.known = SpiffProcess(diagram(), KEY, lean=self.lean)

    def begin(self) -> tuple[bytes, Any]:
        """Start an instance; give its bytes."""
        return self.known.dump(self.known.begin()), True

    def complete(self, raw: bytes, wait: Any) -> tuple[bytes, Any]:
        """Complete what waits; nothing waits any more when the instance is over."""
        del wait
        workflow = self.known.load(raw)
        finish(workflow, dict(DATA))
        return self.known.dump(workflow), not workflow.is_completed()


Side = OurKernel | SpiffKernel
SIDES: dict[str, Callable[[], Side]] = {
    "shouhu": OurKernel,
    "spiffworkflow": SpiffKernel,
    "spiffworkflow-lean": partial(SpiffKernel, "spiffworkflow-lean", lean=True),
}


def walk(side: Side, instances: int, meter: Meter) -> tuple[float, float]:
    """Walk INSTANCES from start to end; give CPU and wall milliseconds per completion."""
    begun = [side.begin() for _ in range(instances)]
    done = 0
    with meter.measured() as cost:
        for raw, wait in begun:
            while wait:
                raw, wait = side.complete(raw, wait)
                done += 1
    assert done == instances * TASKS
    return cost.client_ms / done, cost.wall_ms / done
