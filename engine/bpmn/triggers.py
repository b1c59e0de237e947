"""Event definitions → what an event waits for or throws (kernel.md 2.8–2.10)."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from engine.base.expressions import Expr, Moment
from engine.base.values import Value
from engine.bpmn.deploy import DeployEnv
from engine.bpmn.dues import gov_due
from engine.bpmn.formulas import Constant, Formulas, Place
from engine.bpmn.mappings import assigns
from engine.bpmn.model import Definition, Element, File, Node
from engine.bpmn.report import near
from engine.bpmn.timers import parse_definition
from engine.kernel.plan import Assign, EventDef, KeyRule, Timer, Trigger

THROWING = frozenset({"intermediateThrowEvent", "endEvent", "sendTask"})
CONDITION = Place("的条件", "condition")
KEY = Place("的消息关联键", "correlation key of the message")
NAME = Place("的消息或信号名称", "name of the message or signal")
CODE = Place("的代码", "code")
TO_LIVE = "P1D"


class Overlay(Mapping[str, Value]):
    """A payload laid over the variables of a scope."""

    __slots__ = ("below", "top")

    def __init__(self, top: Mapping[str, Value], below: Mapping[str, Value]) -> None:
        self.top = top
        self.below = below

    def __getitem__(self, name: str) -> Value:
        return self.top[name] if name in self.top else self.below[name]

    def __contains__(self, name: object) -> bool:
        return name in self.top or name in self.below

    def __iter__(self) -> Iterator[str]:
        yield from self.top
        yield from (name for name in self.below if name not in self.top)

    def __len__(self) -> int:
        return sum(1 for _ in self)


@dataclass(frozen=True, slots=True)
class SentKey:
    """The key of a thrown message: it sees what the message carries before all else."""

    key: Expr
    payload: tuple[Assign, ...]

    @property
    def text(self) -> str:
        """Give the source text."""
        return self.key.text

    @property
    def reads(self) -> frozenset[str]:
        """Name the variables it may read."""
        return self.key.reads.union(*(one.value.reads for one in self.payload))

    @property
    def clock(self) -> bool:
        """Tell whether the value depends on the moment."""
        return self.key.clock or any(one.value.clock for one in self.payload)

    def __call__(self, scope: Mapping[str, Value], moment: Moment) -> Value:
        """Evaluate the payload, then the key over it."""
        carried = {one.target: one.value(scope, moment) for one in self.payload}
        return self.key(Overlay(carried, scope), moment)


@dataclass(frozen=True, slots=True)
class Triggers:
    """The compiler of the event definitions of one process."""

    file: File
    env: DeployEnv
    formulas: Formulas
    calendar: str

    def definitions(self, node: Node) -> tuple[EventDef, ...]:
        """Compile all definitions of an event; those with a finding are left out."""
        made = (self.definition(node, one) for one in node.definitions)
        return tuple(one for one in made if one is not None)

    def definition(self, node: Node, one: Definition) -> EventDef | None:
        """Compile one definition by its trigger."""
        methods: Mapping[str, Callable[[Node, Element], EventDef | None]] = {
            "message": self.message,
            "signal": self.signal,
            "timer": self.timer,
            "conditional": self.conditional,
            "error": self.coded,
            "escalation": self.coded,
            "terminate": self.terminate,
            "link": self.link,
        }
        method = methods.get(one.trigger)
        return None if method is None else method(node, one.element)

    def message(self, node: Node, definition: Element) -> EventDef | None:
        """Compile a message: its name, its keys, what it carries and where it goes."""
        reference = definition.attrs.get("messageRef", "")
        message = self.file.find(reference, "message")
        if message is None or not message.name:
            messages = [e.id for e in self.file.root.all("message")]
            self.formulas.report.add(
                "ref.message", node.element, r=reference or "—", **near(reference, messages)
            )
            return None
        throws = node.kind in THROWING
        payload = self.payload(node) if throws else ()
        name = self.name(message, node)
        return EventDef(
            Trigger.MESSAGE,
            name=message.name,
            name_expr=None if isinstance(name, Constant) else name,
            keys=self.keys(message, node, payload, throws),
            payload=payload,
            target=self.target(node) if throws else None,
            time_to_live=message.gov.get("timeToLive", TO_LIVE),
        )

    def name(self, element: Element, node: Node) -> Expr | None:
        """Compile the name of a message or signal: literal, or FEEL after "="."""
        return self.formulas.text_or_feel(element.name, node.element, NAME)

    def keys(
        self, message: Element, node: Node, payload: tuple[Assign, ...], throws: bool
    ) -> tuple[KeyRule, ...]:
        """Compile gov:correlation; properties are numbered: key, key2, …"""
        carried = [one.target for one in payload]
        found = []
        for number, one in enumerate(message.governed("correlation"), start=1):
            text = one.attrs.get("key", "")
            expr = self.formulas.compile(text, node.element, KEY, "strict", carried)
            if expr is not None:
                name = "key" if number == 1 else f"key{number}"
                value: Expr = SentKey(expr, payload) if throws and payload else expr
                found.append(KeyRule(name, value))
        return tuple(found)

    def payload(self, node: Node) -> tuple[Assign, ...]:
        """Compile what a throw carries: the input parameters of the event or task."""
        return assigns(node.element, "inputParameter", self.formulas) or ()

    def target(self, node: Node) -> str | None:
        """Give the process a message flow leads to, or the channel of a black-box pool."""
        reference = self.file.message_flows.get(node.id)
        return None if reference is None else self.receiver(reference)

    def receiver(self, reference: str) -> str | None:
        """Resolve the end of a message flow."""
        pool = self.file.find(reference, "participant")
        if pool is not None:
            return pool.attrs.get("processRef") or pool.name or pool.id
        for process in self.file.processes:
            if reference in process.by_id:
                return process.key
        return None

    def signal(self, node: Node, definition: Element) -> EventDef | None:
        """Compile a signal."""
        reference = definition.attrs.get("signalRef", "")
        signal = self.file.find(reference, "signal")
        if signal is None or not signal.name:
            signals = [e.id for e in self.file.root.all("signal")]
            self.formulas.report.add(
                "ref.signal", node.element, r=reference or "—", **near(reference, signals)
            )
            return None
        name = self.name(signal, node)
        return EventDef(
            Trigger.SIGNAL,
            name=signal.name,
            name_expr=None if isinstance(name, Constant) else name,
            payload=self.payload(node) if node.kind in THROWING else (),
        )

    def timer(self, node: Node, definition: Element) -> EventDef | None:
        """Compile a timer: gov:due of the event, or the definition's own text."""
        governed = node.element.governed("due")
        specs = definition.all("timeDate", "timeDuration", "timeCycle")
        catch_up = node.element.gov.get("catchUp", "latest")
        if governed and any(spec.text.strip() for spec in specs):
            self.formulas.report.add("due.twice", node.element)
            return None
        if governed:
            rule = gov_due(governed[0], node.element, self.env, self.formulas, self.calendar)
            timer = None if rule is None else Timer(due_text(governed[0].attrs), rule, catch_up)
        else:
            timer = parse_definition(definition, node.element, self.formulas, catch_up)
        return None if timer is None else EventDef(Trigger.TIMER, timer=timer)

    def conditional(self, node: Node, definition: Element) -> EventDef | None:
        """Compile a condition."""
        text = definition.content("condition")
        expr = self.formulas.compile(text, node.element, CONDITION)
        if expr is not None and expr.clock:
            self.formulas.report.add("expr.clock", node.element)
        return None if expr is None else EventDef(Trigger.CONDITIONAL, condition=expr)

    def coded(self, node: Node, definition: Element) -> EventDef | None:
        """Compile an error or escalation; catching without a reference means any code."""
        kind = definition.kind.removesuffix("EventDefinition")
        trigger = Trigger(kind)
        throws = node.kind in THROWING
        reference = definition.attrs.get(f"{kind}Ref", "")
        if not reference and not throws:
            return EventDef(trigger)
        found = self.file.find(reference, kind)
        code = "" if found is None else found.attrs.get(f"{kind}Code", "").strip()
        if found is None or not code:
            known = [e.id for e in self.file.root.all(kind)]
            self.formulas.report.add(
                f"ref.{kind}", node.element, r=reference or "—", **near(reference, known)
            )
            return None
        payload = self.payload(node) if throws else ()
        if code.startswith("=") and throws:
            expr = self.formulas.compile(code, node.element, CODE)
            return EventDef(trigger, code_expr=expr, payload=payload)
        text = Constant(found.name, found.name) if throws and found.name else None
        return EventDef(trigger, code=code, payload=payload, message=text)

    @staticmethod
    def terminate(node: Node, definition: Element) -> EventDef:
        """Compile a terminate end."""
        del node, definition
        return EventDef(Trigger.TERMINATE)

    @staticmethod
    def link(node: Node, definition: Element) -> EventDef:
        """Compile a link; its pair was found by the checks."""
        del node
        return EventDef(Trigger.LINK, name=definition.name)


def due_text(attrs: Mapping[str, str]) -> str:
    """Write a gov:due in short, as the text of a timer."""
    return " ".join(f"{key}={value}" for key, value in attrs.items())
