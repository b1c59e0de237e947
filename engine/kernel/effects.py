"""What the world must now do, in the past tense (kernel.md 1.4); data, never calls."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import Literal

from engine.base.records import record
from engine.base.values import Value


@record
class Effect:
    """The base of all effects; the shell applies them in order, in one transaction."""


@record
class TaskOpened(Effect):
    """A person's work opened at NODE; ITEM is the loopCounter of a multi-instance item.

    ASSIGNMENT holds evaluated values only, JSON-like:
    {"assignee": "p1"|None, "users": [...], "groups": ["ROLE"], "lane": "ROLE"|None,
     "role", "level", "region", "region_of", "org", "on_empty", "fallback_role",
     "seats": {"rule", "on_dissent", "decided_by", "base", "threshold", "compare",
               "quorum", "seats": [{"id","label","role","level","region_of","region","org",
               "duty","order","required","veto","weight"}]} | None}
    DUE is a UTC moment or None; DUE_STEPS says how it was computed (calendar revision …).
    LOCALS are the variables of the item or activity (element variable, loopCounter).
    """

    wait: str
    node: str
    scope: str
    kind: Literal["user", "manual"] = "user"
    item: int | None = None
    assignment: Mapping[str, Value] = field(default_factory=dict)
    form: str | None = None
    due: datetime | None = None
    due_steps: Mapping[str, Value] = field(default_factory=dict)
    priority: int = 50
    locals: Mapping[str, Value] = field(default_factory=dict)


@record
class TasksOpened(Effect):
    """A parallel multi-instance body opened LEN(locals) person tasks at once (one effect).

    Item k (1-based) has locals[k-1]; assignments[k-1] when they differ, else assignment.
    """

    wait: str
    node: str
    scope: str
    kind: Literal["user", "manual"] = "user"
    locals: tuple[Mapping[str, Value], ...] = ()
    assignment: Mapping[str, Value] = field(default_factory=dict)
    assignments: tuple[Mapping[str, Value], ...] = ()
    form: str | None = None
    due: datetime | None = None
    due_steps: Mapping[str, Value] = field(default_factory=dict)
    priority: int = 50


@record
class TaskClosed(Effect):
    """The task row of WAIT (and ITEM; None = all items still open) is closed.

    HOW: completed (by this event), cancelled or withdrawn.
    """

    wait: str
    how: Literal["completed", "cancelled", "withdrawn"]
    item: int | None = None
    reason: str = ""


@record
class ItemsRecorded(Effect):
    """The items of a sequential multi-instance body, kept as rows for later turns."""

    wait: str
    values: tuple[Value, ...]


@record
class ItemFinished(Effect):
    """Item ITEM of body WAIT produced OUTPUT, kept as a row until the body completes."""

    wait: str
    item: int
    output: Value
    outcome: str | None = None


@record
class ItemsDropped(Effect):
    """The body of WAIT is over: its item rows may go."""

    wait: str


@record
class TimerSet(Effect):
    """A timer was armed; SPEC keeps its text, OCCURRENCE counts firings of a cycle."""

    wait: str
    node: str
    due: datetime
    spec: str
    occurrence: int = 1
    catch_up: str = "latest"
    steps: Mapping[str, Value] = field(default_factory=dict)


@record
class TimerCancelled(Effect):
    """The timer of WAIT is no longer wanted."""

    wait: str


@record
class SubscriptionOpened(Effect):
    """A live subscription; KIND message or signal; KEYS {property: value}."""

    wait: str
    node: str
    kind: Literal["message", "signal"]
    name: str
    keys: Mapping[str, Value] = field(default_factory=dict)


@record
class SubscriptionClosed(Effect):
    """The subscription of WAIT is gone."""

    wait: str


@record
class ServiceRequested(Effect):
    """Service NAME must be called with INPUTS; IDEM is stable across retries."""

    wait: str
    node: str
    name: str
    inputs: Mapping[str, Value]
    idem: str
    item: int | None = None
    retries: str | None = None  # R3/PT10M style, None = default


@record
class ServiceCancelled(Effect):
    """The service call of WAIT (ITEM None: all items) is no longer wanted."""

    wait: str
    item: int | None = None


@record
class ChildRequested(Effect):
    """Start a child instance of process KEY; BINDING latest|deployment|version|tag."""

    wait: str
    node: str
    key: str
    binding: str
    version: str | None
    vars: Mapping[str, Value]
    depth: int
    item: int | None = None


@record
class ChildCancelRequested(Effect):
    """The child instances of WAIT (ITEM None: all) must be cancelled."""

    wait: str
    item: int | None = None


@record
class MessageThrown(Effect):
    """A message left the instance; TARGET a process id or channel or None."""

    node: str
    name: str
    keys: Mapping[str, Value]
    payload: Mapping[str, Value]
    target: str | None = None
    time_to_live: str = "P1D"


@record
class SignalThrown(Effect):
    """A signal left the instance; it was already delivered inside it."""

    node: str
    name: str
    payload: Mapping[str, Value]


@record
class EscalationThrown(Effect):
    """An escalation nobody caught inside; the parent of a called process is offered it."""

    node: str
    code: str
    data: Mapping[str, Value] = field(default_factory=dict)


@record
class DecisionEvaluated(Effect):
    """A decision was taken: table, version, matched ROWS (their ids), inputs, outputs."""

    node: str
    decision: str
    version: str
    tables: tuple[Mapping[str, Value], ...]  # {"table","rows","inputs","outputs"} each
    outputs: Value = None


@record
class ExpressionWarning(Effect):
    """A value expression met a problem the standard answers with null."""

    node: str
    expression: str
    text: str


@record
class NodeEntered(Effect):
    """A token entered NODE."""

    node: str
    scope: str
    token: str


@record
class NodeLeft(Effect):
    """A token left NODE; HOW completed, terminated or withdrawn; FLOWS taken, by id."""

    node: str
    scope: str
    token: str
    how: Literal["completed", "terminated", "withdrawn", "failed"] = "completed"
    flows: tuple[str, ...] = ()


@record
class VariablesWritten(Effect):
    """Whole variables were committed to SCOPE."""

    scope: str
    node: str
    patch: Mapping[str, Value]


@record
class IncidentRaised(Effect):
    """A token stopped in a way a person must resolve; TEXT is Chinese."""

    incident: str
    token: str
    code: str
    node: str
    text: str


@record
class IncidentCleared(Effect):
    """The incident is over."""

    incident: str
    how: str = "resolved"


@record
class InstanceEnded(Effect):
    """The instance is over; OUT are its variables; CODE the error for how=error."""

    how: Literal["completed", "terminated", "cancelled", "error"]
    out: Mapping[str, Value]
    code: str | None = None
