"""The answer of a runtime to one event, what it needs to know before, and its view."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from engine.base.records import record
from engine.base.values import Value
from engine.kernel.effects import Effect

# The state document: JSON-like, opaque to all but the runtime that made it. Two keys are
# common to all runtimes: "f" (format number) and "status" (active, suspended, completed,
# terminated, cancelled, error). Values inside may be any engine.base.values.Value.
State: TypeAlias = dict[str, Any]

StepStatus = Literal["accepted", "stale", "refused"]


@record
class Step:
    """What one event did; STATE is the one passed in when stale or refused.

    CONSUMED False with status accepted: a limit stopped the step (kernel.md 1.2, 1.5); the
    state is as before but for the incident, and the event stays pending.
    """

    state: State | None
    effects: tuple[Effect, ...] = ()
    status: StepStatus = "accepted"
    reason: str = ""  # for refused and not consumed: Chinese sentence
    consumed: bool = True


@dataclass(frozen=True, slots=True)
class Need:
    """A row the shell loads into Env.rows before advance; the key is the Need itself.

    KIND "mi_results": all ItemFinished outputs of body WAIT so far, as {item: output};
    KIND "mi_item": the recorded value of item INDEX (1-based) of body WAIT.
    """

    kind: Literal["mi_results", "mi_item"]
    wait: str
    index: int = 0


@dataclass(frozen=True, slots=True)
class View:
    """What is live in an instance, for pages and tests."""

    status: str
    nodes: Mapping[str, int] = field(default_factory=dict)  # BPMN id -> live tokens
    tasks: tuple[Mapping[str, Value], ...] = ()  # {"wait","node","item"?, "open"?}
    timers: tuple[Mapping[str, Value], ...] = ()  # {"wait","node","due"}
    subscriptions: tuple[Mapping[str, Value], ...] = ()  # {"wait","node","kind","name"}
    children: tuple[Mapping[str, Value], ...] = ()  # {"wait","node"}
    incidents: tuple[Mapping[str, Value], ...] = ()  # {"id","token","node","code"}
    variables: Mapping[str, Value] = field(default_factory=dict)  # of the instance scope
