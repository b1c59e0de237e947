"""The compiled process the kernel runs: frozen arrays, expressions already callables.

Nodes, flows and scopes are tuples addressed by dense integers in XML document order; BPMN
ids are kept for effects and messages (kernel.md 1.1). A field marked *layout* belongs to an
element the kernel does not execute yet: the compiler refuses it by name at deployment.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal, Protocol, TypeAlias

from engine.base.expressions import Expr, Moment
from engine.base.values import Value

Names: TypeAlias = Mapping[str, Value]

# Engine names every scope answers, besides its variables: the UTC moment of the Start event.
CASE_STARTED = "case_started_at"


class Kind(StrEnum):
    """What a node is (kernel.md 2); the value is the BPMN local name, or ours in short."""

    START = "startEvent"
    END = "endEvent"
    CATCH = "intermediateCatchEvent"
    THROW = "intermediateThrowEvent"
    BOUNDARY = "boundaryEvent"
    TASK = "task"
    USER = "userTask"
    MANUAL = "manualTask"
    SERVICE = "serviceTask"
    SCRIPT = "scriptTask"
    RULE = "businessRuleTask"
    SEND = "sendTask"
    RECEIVE = "receiveTask"
    EXCLUSIVE = "exclusiveGateway"
    PARALLEL = "parallelGateway"
    INCLUSIVE = "inclusiveGateway"
    EVENT_GATEWAY = "eventBasedGateway"
    COMPLEX = "complexGateway"  # layout
    SUBPROCESS = "subProcess"
    EVENT_SUBPROCESS = "eventSubProcess"
    TRANSACTION = "transaction"  # layout
    ADHOC = "adHocSubProcess"  # layout
    CALL = "callActivity"  # of a process; of a global task: the task's kind, isolated=True


class Trigger(StrEnum):
    """The trigger of an event definition (kernel.md 2.8); no definition = none event."""

    MESSAGE = "message"
    TIMER = "timer"
    SIGNAL = "signal"
    CONDITIONAL = "conditional"
    ESCALATION = "escalation"
    ERROR = "error"
    TERMINATE = "terminate"
    LINK = "link"
    COMPENSATION = "compensation"  # layout
    CANCEL = "cancel"  # layout


class ValueExpr(Expr, Protocol):
    """An expression giving a value in spec mode: null and warnings, never an error."""

    def with_warnings(self, scope: Names, moment: Moment) -> tuple[Value, tuple[str, ...]]:
        """Evaluate and tell what was answered with null."""
        ...


class DecisionOutcome(Protocol):
    """What a decision gave: the value in the result shape asked for, and its audit trail."""

    @property
    def value(self) -> Value:
        """Give the result, already mapped to the shape asked for."""
        ...

    @property
    def tables(self) -> tuple[Mapping[str, Value], ...]:
        """Give {"table", "rows", "inputs", "outputs"} of each table in the graph."""
        ...

    @property
    def warnings(self) -> tuple[str, ...]:
        """Give what was answered with null."""
        ...


@dataclass(frozen=True, slots=True)
class Cycle:
    """A grid of occurrences (kernel.md 2.10); occurrence k (1-based) is at
    anchor + (k - 1 + OFFSET) × interval, months first, from the anchor each time.

    OFFSET 1 for R3/PT1H (first firing after one interval), 0 for R/<start>/P1M.
    """

    anchor: datetime  # aware
    months: int = 0
    days: int = 0  # same wall-clock time in the zone
    rest: timedelta = timedelta(0)  # exact
    offset: int = 1
    count: int | None = None  # firings in all; None = without end; 0 = never
    end: datetime | None = None  # no occurrence after it


@dataclass(frozen=True, slots=True)
class TimerDue:
    """When a timer or task is due: DUE aware (first occurrence of a cycle), STEPS say how."""

    due: datetime
    steps: Mapping[str, Value] = field(default_factory=dict)
    cycle: Cycle | None = None


# Raise engine.base.errors.ExpressionFailed (code "timer_value" for a negative or senseless
# value) or CalendarMissing; a due rule may answer None: no limit.
TimerRule: TypeAlias = Callable[[Names, Moment], TimerDue]
DueRule: TypeAlias = Callable[[Names, Moment], TimerDue | None]
AssignmentRule: TypeAlias = Callable[[Names, Moment], Mapping[str, Value]]
DecisionRule: TypeAlias = Callable[[Names, Moment], DecisionOutcome]


@dataclass(frozen=True, slots=True)
class Timer:
    """A timer definition; TEXT as drawn, CATCH_UP latest, all or none."""

    text: str
    rule: TimerRule
    catch_up: str = "latest"


@dataclass(frozen=True, slots=True)
class Assign:
    """TARGET := VALUE; PATH inside the variable for `a.b := x` (read, change, write a)."""

    target: str
    value: ValueExpr
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KeyRule:
    """One correlation property and the expression giving its value."""

    property: str
    value: Expr


@dataclass(frozen=True, slots=True)
class EventDef:
    """One event definition, references resolved; several on a node = multiple.

    NAME: message, signal or link name. CODE: error or escalation code, thrown or caught;
    None when catching = any code. KEYS: throwing, the keys sent; catching, the keys wanted.
    PAYLOAD: values sent along by a message, signal, error or escalation throw.
    """

    trigger: Trigger
    name: str = ""
    name_expr: Expr | None = None  # wins over name
    code: str | None = None
    code_expr: Expr | None = None  # thrown code computed; wins over code
    keys: tuple[KeyRule, ...] = ()
    payload: tuple[Assign, ...] = ()
    message: Expr | None = None  # errorMessage of a thrown error
    target: str | None = None  # message throw: process id or channel
    time_to_live: str = "P1D"  # message throw
    timer: Timer | None = None
    condition: Expr | None = None
    activity: int | None = None  # layout: compensation activityRef, node index
    wait_for_completion: bool = True  # layout: compensation


@dataclass(frozen=True, slots=True)
class Result:
    """How an activity's result is written when it has no output mapping (kernel.md 3.2).

    FIELDS: form fields a user task may submit; other keys are refused. REQUIRED of them.
    OUTCOME: variable the chosen outcome is written to. VARIABLE: result variable of a
    service, script or rule task. SPREAD: a context result is written key by key.
    ERROR_CODE: a failing script or decision throws this BPMN error (gov:errorCode).
    """

    fields: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()
    outcome: str = "outcome"
    variable: str | None = None
    spread: bool = False
    error_code: str | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """A person's task: who, with which form, until when."""

    assignment: AssignmentRule | None = None
    per_item: bool = False  # assignment or due read item variables of a multi-instance
    form: str | None = None
    due: DueRule | None = None
    priority: int = 50
    priority_expr: Expr | None = None
    passes: bool = False  # manual task with gov:manual="pass"


@dataclass(frozen=True, slots=True)
class Service:
    """A service by registered name; its inputs are the node's input mapping, nothing else."""

    name: str
    retries: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision; VERSION as recorded in history."""

    id: str
    rule: DecisionRule
    version: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """A called process; INPUTS None = a copy of all visible variables; outputs: node's."""

    key: str = ""
    key_expr: Expr | None = None  # wins over key
    binding: str = "latest"  # latest | deployment | version | tag
    version: str | None = None
    inputs: tuple[Assign, ...] | None = None


@dataclass(frozen=True, slots=True)
class Loop:
    """Standard loop (kernel.md 2.7); MAXIMUM an int or an expression giving one."""

    condition: Expr | None = None
    test_before: bool = False
    maximum: int | Expr | None = None


@dataclass(frozen=True, slots=True)
class MultiInstance:
    """Multi-instance (kernel.md 2.6): CARDINALITY or COLLECTION; ELEMENT variable's name.

    COMPLETION reads counters, tally and process variables; with READS_RESULTS also
    OUTPUT (the list so far), which makes needs() ask for the rows. OUTPUT names the list
    written when the body completes; OUTPUT_ITEM gives one entry from the item's locals
    and its result, None = the whole result (form fields, service result, child's out).
    """

    sequential: bool = False
    cardinality: Expr | None = None
    collection: Expr | None = None
    element: str | None = None
    completion: Expr | None = None
    reads_results: bool = False
    output: str | None = None
    output_item: ValueExpr | None = None
    behavior: Literal["all", "none", "one", "complex"] = "all"  # layout beyond "all"
    none_event: EventDef | None = None  # layout
    one_event: EventDef | None = None  # layout
    complex_events: tuple[tuple[Expr, EventDef], ...] = ()  # layout


@dataclass(frozen=True, slots=True)
class Flow:
    """A sequence flow; SOURCE and TARGET are node indexes."""

    index: int
    id: str
    source: int
    target: int
    condition: Expr | None = None


@dataclass(frozen=True, slots=True)
class Node:
    """One element a token can stand on; what does not concern its kind keeps its default.

    SCOPE: index of the enclosing scope. INCOMING/OUTGOING: flow indexes, outgoing in flow
    order (kernel.md 1.5, 2). DEFAULT: flow index. DEFS: event definitions in document
    order (also of send and receive tasks: their one message). BOUNDARIES: boundary nodes
    in document order. BODY: scope index inside a sub-process or event sub-process.
    """

    index: int
    id: str
    kind: Kind
    scope: int
    incoming: tuple[int, ...] = ()
    outgoing: tuple[int, ...] = ()
    default: int | None = None
    # events
    defs: tuple[EventDef, ...] = ()
    parallel_multiple: bool = False
    interrupting: bool = True  # cancelActivity of a boundary, isInterrupting of a start
    host: int | None = None  # of a boundary: the activity
    link: int | None = None  # of a link throw: the catching node
    # activities
    boundaries: tuple[int, ...] = ()
    body: int | None = None
    work: Work | None = None
    service: Service | None = None
    script: ValueExpr | None = None
    decision: Decision | None = None
    call: Call | None = None
    result: Result = Result()
    inputs: tuple[Assign, ...] = ()  # evaluated at activation into activity locals
    outputs: tuple[Assign, ...] | None = None  # at completion; None = use result
    isolated: bool = False  # global task: expressions see its own locals only
    loop: Loop | None = None
    multi: MultiInstance | None = None
    start_quantity: int = 1
    completion_quantity: int = 1
    # inclusive join: per incoming flow, in the order of INCOMING, the bits of the nodes of
    # this scope from which a token can reach that flow without passing this gateway;
    # filled by engine.kernel.reach.with_reach
    reach: tuple[int, ...] = ()
    # layout
    input_sets: tuple[tuple[str, ...], ...] = ()
    activation: Expr | None = None  # complex gateway
    instantiate: bool = False
    for_compensation: bool = False
    handler: int | None = None  # of a compensation boundary


@dataclass(frozen=True, slots=True)
class Scope:
    """A process (index 0), sub-process or event sub-process body.

    STARTS get a token when the scope starts: the one none start, or, without any start
    event, the implicit start nodes in document order; of an event sub-process: its start
    event. EVENT_SUBS: event sub-process nodes directly inside. DECLARED: names that live
    here (data objects, properties), initially null unless INITIAL says otherwise.
    """

    index: int
    id: str
    parent: int | None = None
    node: int | None = None  # the sub-process node; None for the process
    starts: tuple[int, ...] = ()
    event_subs: tuple[int, ...] = ()
    declared: tuple[str, ...] = ()
    initial: tuple[Assign, ...] = ()
    merge: Literal["last", "refuse"] = "last"  # layout: refuse
    sequential: bool = False  # layout: ad hoc ordering
    completion: Expr | None = None  # layout: ad hoc completionCondition
    cancel_remaining: bool = True  # layout: ad hoc


@dataclass(frozen=True, slots=True)
class Plan:
    """One executable process; DIGEST identifies the bytes and the compiler revision.

    TYPED_STARTS: start events with a definition (and extra none starts) that `Start` may
    name, besides scopes[0].starts. BY_ID: BPMN id -> node index.
    """

    key: str
    nodes: tuple[Node, ...]
    flows: tuple[Flow, ...]
    scopes: tuple[Scope, ...]
    digest: str = ""
    typed_starts: tuple[int, ...] = ()
    by_id: Mapping[str, int] = field(default_factory=dict)
