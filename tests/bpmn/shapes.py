"""Shapes the models of the cases are made of."""

from dataclasses import dataclass

from tests.bpmn.build import end, ext, mapped, node, process, start, user

U = user()
SUE = (start(), U, end(), "s -> u -> e")
MSG = (
    '<message id="m" name="到达"><extensionElements><gov:correlation key="city"/>'
    "</extensionElements></message>"
)
SIG = '<signal id="sg" name="通报"/>'
ERR = '<error id="er" name="驳回" errorCode="E1"/>'
ESC = '<escalation id="es" escalationCode="X1"/>'


@dataclass(frozen=True)
class Case:
    """CODE at ELEMENT in BAD, and not at all in GOOD; both are lists of root elements."""

    code: str
    element: str
    bad: tuple[str, ...] | bytes
    good: tuple[str, ...] | bytes


def script(text: str, **attrs: str) -> str:
    attrs.setdefault("scriptFormat", "feel")
    attrs.setdefault("camunda__resultVariable", "x")
    return node("scriptTask", "c", f"<script>{text}</script>", **attrs)


def one(middle: str, id: str = "c", roots: tuple[str, ...] = ()) -> tuple[str, ...]:
    """A process with one task between start and end."""
    return (process(start(), middle, end(), f"s -> {id} -> e"), *roots)


def gate(kind: str, *flows: str, **attrs: str) -> tuple[str, ...]:
    """A process with one split into two tasks."""
    tasks = (user("a"), user("b"), end(id="ea"), end(id="eb"))
    attrs.setdefault("name", "选择")
    return (
        process(
            start(), node(kind, "g", **attrs), *tasks, "s -> g", *flows, "a -> ea", "b -> eb"
        ),
    )


LANE = (
    '<laneSet id="ls"><lane id="l" name="负责人"><flowNodeRef>c</flowNodeRef></lane></laneSet>'
)


def mapping_script(name: str) -> str:
    """A script task with an output mapping to NAME."""
    return script("1").replace("<script>", mapped(**{name: "=1"}) + "<script>")


def writable(fields: str) -> str:
    """The property that limits what a task may write."""
    inner = f'<camunda:property name="form.writable" value="{fields}"/>'
    return f"<camunda:properties>{inner}</camunda:properties>"


def timer(kind: str, text: str) -> tuple[str, ...]:
    inner = f"<timerEventDefinition><{kind}>{text}</{kind}></timerEventDefinition>"
    return one(node("intermediateCatchEvent", "c", inner))


def governed(inner: str = "", **attrs: str) -> tuple[str, ...]:
    """A process whose only user task carries gov: words."""
    return one(user("c", ext(inner) if inner else "", **attrs))


def sub(inner: str, id: str = "c", **attrs: str) -> str:
    return node("subProcess", id, inner, **attrs)


def body(*parts: str) -> str:
    """The inside of a process, without the process."""
    text = process(*parts)
    return text[text.index(">") + 1 : text.rindex("<")]


def esp(start_event: str, id: str = "h", **attrs: str) -> str:
    inner = start_event + body(user("hu"), end(id="he"), "hs -> hu -> he")
    return sub(inner, id, triggeredByEvent="true", **attrs)


def boundary(inner: str, host: str = "c", **attrs: str) -> str:
    return node("boundaryEvent", "b", inner, attachedToRef=host, **attrs)


TIMER = "<timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition>"
MESSAGE = '<messageEventDefinition messageRef="m"/>'
GOOD_GATE = gate("exclusiveGateway", 'g -> a : city = "x"', "g -> b", default="g_b")
CALL = node("callActivity", "c", calledElement="q")
SIMPLE_Q = process(*SUE, key="q")


def calls(*, way_round: bool) -> tuple[str, ...]:
    """Two processes calling each other, with or without a way round the call."""
    back = node("callActivity", "d", calledElement="p")
    gateway = node("exclusiveGateway", "g", default="g_e2") + end(id="e2")
    inner = (
        process(
            start(),
            gateway,
            back,
            end(),
            "s -> g",
            "g -> d : 1 = 2",
            "g -> e2",
            "d -> e",
            key="q",
        )
        if way_round
        else process(start(), back, end(), "s -> d -> e", key="q")
    )
    return (*one(CALL), unique(inner))


def unique(text: str) -> str:
    """Give the ids of a second process in one file a prefix of their own."""
    for word in (
        "s",
        "e",
        "g",
        "u",
        "d",
        "e2",
        "s_d",
        "d_e",
        "s_g",
        "g_d",
        "g_e2",
        "s_u",
        "u_e",
    ):
        for attribute in ("id", "sourceRef", "targetRef", "default"):
            text = text.replace(f' {attribute}="{word}"', f' {attribute}="q_{word}"')
    return text


def event_gate(*parts: str) -> tuple[str, ...]:
    gateway = node("eventBasedGateway", "g")
    waiting = node("intermediateCatchEvent", "a", TIMER) + end(id="ea")
    return (process(start(), gateway, waiting, *parts, "s -> g", "g -> a -> ea"), MSG)


def loop(inner: str = "", **attrs: str) -> tuple[str, ...]:
    words = "".join(f' {key}="{value}"' for key, value in attrs.items())
    return (
        governed()
        if inner is None
        else one(
            user(
                "c",
                f"<standardLoopCharacteristics{words}>{inner}</standardLoopCharacteristics>",
            )
        )
    )


def multi(inner: str, extra: str = "", **attrs: str) -> tuple[str, ...]:
    words = "".join(f' {key.replace("__", ":")}="{value}"' for key, value in attrs.items())
    tag = "multiInstanceLoopCharacteristics"
    return one(user("c", f"{extra}<{tag}{words}>{inner}</{tag}>"))


def branches(form: str) -> tuple[str, ...]:
    """Two parallel tasks, the first with form f1, the second with FORM."""
    tasks = user("a", camunda__formRef="f1") + user("b", camunda__formRef=form)
    fork, join = node("parallelGateway", "f"), node("parallelGateway", "j")
    return (process(start(), fork, tasks, join, end(), "s -> f -> a -> j -> e", "f -> b -> j"),)


CATCH_M = node("intermediateCatchEvent", "c", MESSAGE)
KEYED = (MSG,)
UNKEYED = ('<message id="m" name="到达"/>',)
DATA_MI = "<loopDataInputRef>d</loopDataInputRef>"

SILENT = (
    '<gov:seats rule="vote"><gov:voteRule threshold="1/2" silence="noObjection"/>'
    '<gov:seat id="a" role="CLERK"/></gov:seats>'
)


def early(flows: str) -> tuple[str, ...]:
    """A script reading a form field, and the form, in the order of FLOWS."""
    task = user("u", camunda__formRef="f1")
    return (process(start(), task, script("amount * 2"), end(), flows),)


def two_seats(id: str) -> str:
    """Seats a and ID."""
    chairs = '<gov:seat id="a" role="CLERK"/>' + f'<gov:seat id="{id}" role="CHIEF"/>'
    return f"<gov:seats>{chairs}</gov:seats>"


def when(condition: str) -> tuple[str, ...]:
    """A process waiting for a condition."""
    inner = f"<condition>{condition.replace('>', '&gt;')}</condition>"
    catch = f"<conditionalEventDefinition>{inner}</conditionalEventDefinition>"
    return one(node("intermediateCatchEvent", "c", catch))


def early_inside(flows: str) -> tuple[str, ...]:
    """The script inside a sub-process, the form outside."""
    inner = start(id="i") + script("amount * 2") + end(id="j") + body("i -> c -> j")
    parts = (user("u", camunda__formRef="f1"), sub(inner, "box"))
    return (process(start(), *parts, end(), flows),)


def late_inside(flows: str) -> tuple[str, ...]:
    """The form inside a sub-process, the script outside."""
    inner = start(id="i") + user("u", camunda__formRef="f1") + end(id="j") + body("i -> u -> j")
    return (process(start(), script("amount * 2"), sub(inner, "box"), end(), flows),)


def called(inner: str) -> str:
    """A call activity with INNER among its extensions."""
    return node("callActivity", "c", ext(inner) if inner else "", calledElement="q")
