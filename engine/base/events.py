"""What the kernel can be told (kernel.md 1.3); always written events.CompleteTask in code."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from engine.base.expressions import Calendar, Dated, Moment, Register
from engine.base.records import record
from engine.base.values import Value


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one step and one instance (kernel.md 1.2, 1.5, 2.5, 2.6, 3.8); settings.

    A table is a list of at most LIST_ITEMS maps, such as the rows of a form. operations.md 1
    row 16 promises 2,000 rows, and 2,000 rows of real Chinese texts are some 3 MB; so tables
    have limits of their own, TABLE_BYTES for one and TABLES_BYTES for those of one instance
    together, while the limits of the document hold for everything else. FORM_BYTES is what
    one request with a form may bring: the web layer's, kept here because it follows them.
    """

    step_visits: int = 10_000
    state_bytes: int = 1_000_000
    mi_rows: int = 100_000
    mi_scopes: int = 1_000
    call_depth: int = 50
    value_bytes: int = 256_000
    scope_bytes: int = 512_000
    table_bytes: int = 4_000_000
    tables_bytes: int = 8_000_000
    list_items: int = 10_000
    nesting: int = 32
    form_bytes: int = 8_000_000


@record
class Env:
    """What a step may use besides plan, state and event; immutable.

    ROWS answers the needs of the step: {need: value}, see engine.runtime.Need. REGISTER
    gives a row of reference data: the version's, with what people changed, by its date.
    """

    zone: str = "Asia/Shanghai"
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    limits: Limits = Limits()
    rows: Mapping[object, Value] = field(default_factory=dict)
    register: Register | Dated | None = None
    region: str = ""  # the division of the case

    def moment(self, at: datetime) -> Moment:
        """Give what an expression may know at AT."""
        return Moment(at, self.zone, self.calendars, self.register, self.region)


@record(kw_only=True)
class Event:
    """The base of all events: ID for idempotency, AT an aware moment in UTC."""

    id: str = ""
    at: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    env: Env = Env()


@record(kw_only=True)
class Start(Event):
    """Create the instance at start NODE (None: the one none start or implicit start).

    TRIGGER is the payload of a message or signal start. DEPTH counts calling parents.
    ANCHOR names any node instead of a start: work begun elsewhere goes on from there.
    """

    node: str | None = None
    anchor: str | None = None
    vars: Mapping[str, Value] = field(default_factory=dict)
    key: str | None = None
    trigger: Mapping[str, Value] | None = None
    depth: int = 0


@record(kw_only=True)
class CompleteTask(Event):
    """Human work on WAIT is done; ITEM is the 1-based loopCounter of a row item."""

    wait: str
    result: Mapping[str, Value] = field(default_factory=dict)
    outcome: str | None = None
    item: int | None = None


@record(kw_only=True)
class FireTimer(Event):
    """The shell found a due timer."""

    wait: str
    due: datetime
    occurrence: int = 1


@record(kw_only=True)
class Correlate(Event):
    """A message matched to this subscription by the shell; keys are checked again."""

    wait: str
    message: str
    payload: Mapping[str, Value] = field(default_factory=dict)
    keys: Mapping[str, Value] = field(default_factory=dict)


@record(kw_only=True)
class Signal(Event):
    """A broadcast delivered to this instance."""

    name: str
    payload: Mapping[str, Value] = field(default_factory=dict)
    origin: str | None = None


@record(kw_only=True)
class ThrowError(Event):
    """A BPMN error raised by the work on this wait."""

    wait: str
    code: str
    message: str | None = None
    data: Mapping[str, Value] = field(default_factory=dict)


@record(kw_only=True)
class ThrowEscalation(Event):
    """An escalation raised by the work on this wait."""

    wait: str
    code: str
    data: Mapping[str, Value] = field(default_factory=dict)


@record(kw_only=True)
class FinishService(Event):
    """A service returned RESULT, a BPMN ERROR code, or FAILURE (tries used up)."""

    wait: str
    result: Mapping[str, Value] | None = None
    error: str | None = None
    failure: str | None = None
    item: int | None = None


ChildOutcome = Literal["completed", "terminated", "cancelled", "error"]


@record(kw_only=True)
class ChildEnded(Event):
    """A called instance ended; OUT are its variables; CODE the error when outcome=error."""

    wait: str
    outcome: ChildOutcome = "completed"
    out: Mapping[str, Value] = field(default_factory=dict)
    code: str | None = None
    item: int | None = None


@record(kw_only=True)
class ChildEscalated(Event):
    """A called instance threw an escalation nobody caught inside."""

    wait: str
    code: str
    data: Mapping[str, Value] = field(default_factory=dict)


@record(kw_only=True)
class UpdateVariables(Event):
    """An administrative write into SCOPE (None: the instance)."""

    patch: Mapping[str, Value]
    scope: str | None = None
    reason: str = ""


@record(kw_only=True)
class EvaluateConditions(Event):
    """A tick for clock-dependent conditions."""


@record(kw_only=True)
class Cancel(Event):
    """Stop without completion; SCOPE None: the whole instance; closes all waits below."""

    scope: str | None = None
    reason: str = ""
    terminate: bool = True


@record(kw_only=True)
class Rewind(Event):
    """退回, 撤回: send WAITS back to the earlier NODE (kernel.md 2.13)."""

    waits: tuple[str, ...]
    node: str
    cancel: tuple[str, ...] = ()
    then: Literal["stepwise", "direct"] = "stepwise"
    reason: str = ""


@record(kw_only=True)
class Move(Event):
    """跳转: relocate TOKENS to before NODE."""

    tokens: tuple[str, ...]
    node: str
    vars: Mapping[str, Value] = field(default_factory=dict)
    reason: str = ""


@record(kw_only=True)
class Reopen(Event):
    """重启 an ended instance: one token before NODE, variables kept (operations.md 2.12).

    VARS are written first; TRIGGER is what the message brings when NODE is a message start.
    """

    node: str
    vars: Mapping[str, Value] = field(default_factory=dict)
    trigger: Mapping[str, Value] | None = None
    reason: str = ""


@record(kw_only=True)
class Suspend(Event):
    """挂起: accept only Resume, Cancel, UpdateVariables until resumed."""

    reason: str = ""


@record(kw_only=True)
class Resume(Event):
    """恢复 a suspended instance."""


Repair = Literal["retry", "skip", "error", "move"]


@record(kw_only=True)
class ResolveIncident(Event):
    """A person decides how a held token goes on."""

    incident: str
    how: Repair = "retry"
    code: str | None = None  # with how="error"
    node: str | None = None  # with how="move"
    vars: Mapping[str, Value] = field(default_factory=dict)
