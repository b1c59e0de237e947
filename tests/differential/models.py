"""Random block-structured models of the subset both runtimes share, as BPMN text."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from bench.diagrams import flow, node, process, user

MESSAGE, SIGNAL = "到达", "通报"
EVENTS = (
    f'<bpmn:message id="message" name="{MESSAGE}"/><bpmn:signal id="signal" name="{SIGNAL}"/>'
)
ENDS = tuple[str, str]  # ids of the first and the last element of a block


@dataclass
class Model:
    """A model under construction: PARTS of XML, counters, and a seeded choice."""

    seed: int
    parts: list[str] = field(default_factory=list)
    count: int = 0
    depth: int = 0
    flows: int = 0

    def __post_init__(self) -> None:
        self.choice = random.Random(self.seed)  # noqa: S311  # test data

    def name(self, kind: str) -> str:
        self.count += 1
        return f"{kind}{self.count}"

    def connect(self, source: str, target: str, condition: str = "") -> str:
        self.flows += 1
        self.parts.append(flow(f"f{self.flows}", source, target, condition))
        return f"f{self.flows}"

    def add(self, part: str) -> None:
        self.parts.append(part)


def _task(model: Model) -> ENDS:
    name = model.name("task")
    model.add(user(name, "answer"))
    return name, name


def _script(model: Model) -> ENDS:
    name = model.name("script")
    words = 'scriptFormat="feel" camunda:resultVariable="steps"'
    inner = "<bpmn:script>if steps = null then 1 else steps + 1</bpmn:script>"
    model.add(f'<bpmn:scriptTask id="{name}" name="{name}" {words}>{inner}</bpmn:scriptTask>')
    return name, name


def _service(model: Model) -> ENDS:
    name = model.name("service")
    words = 'camunda:type="external" camunda:topic="lookup" camunda:resultVariable="found"'
    model.add(node("serviceTask", name, words))
    return name, name


def _people(model: Model) -> ENDS:
    name = model.name("people")
    sequential = str(model.choice.random() < 0.5).lower()
    size = model.choice.randint(0, 3)
    loop = (
        f'<bpmn:multiInstanceLoopCharacteristics isSequential="{sequential}">'
        f"<bpmn:loopCardinality>{size}</bpmn:loopCardinality>"
        "</bpmn:multiInstanceLoopCharacteristics>"
    )
    model.add(user(name, "answer").removesuffix("/>") + f">{loop}</bpmn:userTask>")
    return name, name


def _wait(model: Model) -> ENDS:
    name = model.name("wait")
    inner = (
        "<bpmn:timerEventDefinition><bpmn:timeDuration>P1D</bpmn:timeDuration>"
        "</bpmn:timerEventDefinition>"
    )
    model.add(f'<bpmn:intermediateCatchEvent id="{name}" name="{name}">{inner}')
    model.add("</bpmn:intermediateCatchEvent>")
    return name, name


def _sequence(model: Model) -> ENDS:
    first, middle = block(model)
    begin, last = block(model)
    model.connect(middle, begin)
    return first, last


def _exclusive(model: Model) -> ENDS:
    split, merge = model.name("choose"), model.name("merge")
    default = ""
    branches = [block(model) for _ in range(model.choice.randint(2, 3))]
    for number, (first, last) in enumerate(branches):
        condition = "" if number == len(branches) - 1 else f"number &gt; {3 - number}"
        name = model.connect(split, first, condition)
        default = name if not condition else default
        model.connect(last, merge)
    model.add(node("exclusiveGateway", split, f'default="{default}"'))
    model.add(node("exclusiveGateway", merge))
    return split, merge


def _parallel(model: Model) -> ENDS:
    fork, join = model.name("fork"), model.name("join")
    for _ in range(model.choice.randint(2, 3)):
        first, last = block(model)
        model.connect(fork, first)
        model.connect(last, join)
    model.add(node("parallelGateway", fork))
    model.add(node("parallelGateway", join))
    return fork, join


def _lap(model: Model) -> ENDS:
    """A loop drawn with gateways: again while the last answer is high."""
    enter, leave = model.name("enter"), model.name("leave")
    turn = model.name("task")
    model.add(user(turn, "answer"))
    first, last = block(model)
    model.connect(enter, turn)
    model.connect(turn, first)
    model.connect(last, leave)
    model.connect(leave, enter, "number &gt; 4")
    out = model.name("task")
    model.add(user(out, "answer"))
    default = model.connect(leave, out)
    model.add(node("exclusiveGateway", enter))
    model.add(node("exclusiveGateway", leave, f'default="{default}"'))
    return enter, out


def _scope(model: Model) -> ENDS:
    name = model.name("scope")
    outer, model.parts = model.parts, []
    start, end = model.name("start"), model.name("end")
    first, last = block(model)
    model.connect(start, first)
    model.connect(last, end)
    inner = "\n".join(
        [node("startEvent", start), *model.parts, node("endEvent", end)]
    )
    model.parts = outer
    model.add(f'<bpmn:subProcess id="{name}" name="{name}">{inner}</bpmn:subProcess>')
    return name, name


def _deadline(model: Model) -> ENDS:
    """A task with an interrupting timer that leads round it."""
    name, bound, merge = model.name("task"), model.name("late"), model.name("merge")
    model.add(user(name, "answer"))
    inner = (
        "<bpmn:timerEventDefinition><bpmn:timeDuration>P5D</bpmn:timeDuration>"
        "</bpmn:timerEventDefinition>"
    )
    model.add(f'<bpmn:boundaryEvent id="{bound}" name="{bound}" attachedToRef="{name}">{inner}')
    model.add("</bpmn:boundaryEvent>")
    model.add(node("exclusiveGateway", merge))
    model.connect(name, merge)
    first, last = block(model)
    model.connect(bound, first)
    model.connect(last, merge)
    return name, merge


def _message(model: Model) -> ENDS:
    """A catch that takes part of its payload."""
    name = model.name("catch")
    words = '<camunda:outputParameter name="number">=number</camunda:outputParameter>'
    mapping = f"<camunda:inputOutput>{words}</camunda:inputOutput>"
    model.add(
        f'<bpmn:intermediateCatchEvent id="{name}" name="{name}">'
        f"<bpmn:extensionElements>{mapping}</bpmn:extensionElements>"
        '<bpmn:messageEventDefinition messageRef="message"/></bpmn:intermediateCatchEvent>'
    )
    return name, name


def _heard(model: Model) -> ENDS:
    return _event(model, "catch", '<bpmn:signalEventDefinition signalRef="signal"/>')


def _shout(model: Model) -> ENDS:
    """A thrown signal: every catcher of the case that is live hears it."""
    name = model.name("throw")
    inner = '<bpmn:signalEventDefinition signalRef="signal"/>'
    model.add(f'<bpmn:intermediateThrowEvent id="{name}" name="{name}">{inner}')
    model.add("</bpmn:intermediateThrowEvent>")
    return name, name


def _event(model: Model, kind: str, inner: str) -> ENDS:
    name = model.name(kind)
    model.add(f'<bpmn:intermediateCatchEvent id="{name}" name="{name}">{inner}')
    model.add("</bpmn:intermediateCatchEvent>")
    return name, name


def _race(model: Model) -> ENDS:
    """An event gateway: message, timer or signal, whichever comes first."""
    gate, merge = model.name("race"), model.name("merge")
    model.add(node("eventBasedGateway", gate))
    for make in model.choice.sample((_message, _wait, _heard), model.choice.randint(2, 3)):
        caught, _ = make(model)
        first, last = block(model)
        model.connect(gate, caught)
        model.connect(caught, first)
        model.connect(last, merge)
    model.add(node("exclusiveGateway", merge))
    return gate, merge


_BESIDE = (
    "<bpmn:timerEventDefinition><bpmn:timeDuration>P2D</bpmn:timeDuration>"
    "</bpmn:timerEventDefinition>",
    "<bpmn:timerEventDefinition><bpmn:timeCycle>R2/P1D</bpmn:timeCycle>"
    "</bpmn:timerEventDefinition>",
    '<bpmn:signalEventDefinition signalRef="signal"/>',
)


def _beside(model: Model) -> ENDS:
    """A task with a reminder beside it, which has an end of its own."""
    name, bound, end = model.name("task"), model.name("late"), model.name("end")
    model.add(user(name, "answer"))
    words = f'name="{bound}" attachedToRef="{name}" cancelActivity="false"'
    inner = model.choice.choice(_BESIDE)
    model.add(f'<bpmn:boundaryEvent id="{bound}" {words}>{inner}</bpmn:boundaryEvent>')
    first, last = model.choice.choice((_task, _script, _service))(model)
    model.connect(bound, first)
    model.connect(last, end)
    model.add(node("endEvent", end))
    return name, name


LEAVES: tuple[Callable[[Model], ENDS], ...] = (
    _task, _task, _script, _service, _people, _wait, _message, _shout, _heard,
)  # fmt: skip
BLOCKS: tuple[Callable[[Model], ENDS], ...] = (
    _sequence,
    _exclusive,
    _parallel,
    _lap,
    _scope,
    _deadline,
    _race,
    _beside,
)


def block(model: Model) -> ENDS:
    """Add one random block."""
    if model.depth >= 3 or model.count > 30:
        return model.choice.choice(LEAVES)(model)
    model.depth += 1
    made = model.choice.choice(LEAVES + BLOCKS)(model)
    model.depth -= 1
    return made


def random_model(seed: int) -> bytes:
    """Give the BPMN text of the model of SEED; its process key is `random`."""
    model = Model(seed)
    first, middle = _sequence(model)
    begin, last = block(model)
    model.connect(middle, begin)
    model.connect("start", first)
    model.connect(last, "end")
    parts = [node("startEvent", "start"), *model.parts, node("endEvent", "end")]
    data = process("random", parts).decode()
    return data.replace("</bpmn:definitions>", f"{EVENTS}</bpmn:definitions>").encode()
