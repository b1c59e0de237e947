"""One minimal failing model a finding, and the nearest model that passes."""

from dataclasses import dataclass

from tests.bpmn.build import end, ext, file, node, process, start, user

U = user()
SUE = (start(), U, end(), "s -> u -> e")
MSG = '<message id="m" name="到达"><extensionElements><gov:correlation key="city"/></extensionElements></message>'
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
        process(start(), node(kind, "g", **attrs), *tasks, "s -> g", *flows, "a -> ea", "b -> eb"),
    )


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
GOOD_GATE = gate("exclusiveGateway", "g -> a : city = \"x\"", "g -> b", default="g_b")
CALL = node("callActivity", "c", calledElement="q")
SIMPLE_Q = process(*SUE, key="q")


def calls(*, way_round: bool) -> tuple[str, ...]:
    """Two processes calling each other, with or without a way round the call."""
    back = node("callActivity", "d", calledElement="p")
    gateway = node("exclusiveGateway", "g", default="g_e2") + end(id="e2")
    inner = (
        process(start(), gateway, back, end(), "s -> g", "g -> d : 1 = 2", "g -> e2", "d -> e", key="q")
        if way_round
        else process(start(), back, end(), "s -> d -> e", key="q")
    )
    return (*one(CALL), unique(inner))


def unique(text: str) -> str:
    """Give the ids of a second process in one file a prefix of their own."""
    for word in ("s", "e", "g", "u", "d", "e2", "s_d", "d_e", "s_g", "g_d", "g_e2", "s_u", "u_e"):
        for attribute in ("id", "sourceRef", "targetRef", "default"):
            text = text.replace(f' {attribute}="{word}"', f' {attribute}="q_{word}"')
    return text


def event_gate(*parts: str) -> tuple[str, ...]:
    gateway = node("eventBasedGateway", "g")
    waiting = node("intermediateCatchEvent", "a", TIMER) + end(id="ea")
    return (process(start(), gateway, waiting, *parts, "s -> g", "g -> a -> ea"), MSG)


def loop(inner: str = "", **attrs: str) -> tuple[str, ...]:
    words = "".join(f' {key}="{value}"' for key, value in attrs.items())
    return governed() if inner is None else one(
        user("c", f"<standardLoopCharacteristics{words}>{inner}</standardLoopCharacteristics>")
    )


def multi(inner: str, extra: str = "", **attrs: str) -> tuple[str, ...]:
    words = "".join(f' {key.replace("__", ":")}="{value}"' for key, value in attrs.items())
    tag = "multiInstanceLoopCharacteristics"
    return one(user("c", f"{extra}<{tag}{words}>{inner}</{tag}>"))


CATCH_M = node("intermediateCatchEvent", "c", MESSAGE)
KEYED = (MSG,)
UNKEYED = ('<message id="m" name="到达"/>',)
DATA_MI = "<loopDataInputRef>d</loopDataInputRef>"

CASES: dict[str, Case] = {
    "no BPMN at all": Case("xml.namespace", "", b"<html/>", file(process(*SUE))),
    "no process": Case("xml.no_process", "", (SIG,), (process(*SUE),)),
    "an element nobody knows": Case(
        "element.unknown", "c", one(user("c", "<wizard/>")), one(user("c"))
    ),
    "a drawing": Case(
        "process.drawing",
        "q",
        (process(*SUE), '<process id="q" name="草图"/>'),
        (process(*SUE), unique(SIMPLE_Q)),
    ),
    "a task without id": Case(
        "id.missing", "p", (process(*SUE, '<task name="x"/>'),), (process(*SUE),)
    ),
    "two elements of one id": Case(
        "id.duplicate", "u", (process(*SUE, user("u", name="另一")),), (process(*SUE),)
    ),
    "a flow to nowhere": Case(
        "flow.dangling",
        "x",
        (process(*SUE, '<sequenceFlow id="x" name="去" sourceRef="u" targetRef="?"/>'),),
        (process(*SUE),),
    ),
    "a flow over a border": Case(
        "flow.crosses",
        "s_in",
        (process(start(), sub(user("in")), end(), "s -> in", "s -> c -> e"),),
        (process(start(), sub(user("in")), end(), "s -> c -> e"),),
    ),
    "a flow into the start": Case(
        "flow.into_start",
        "u_s",
        (process(*SUE, "u -> s"),),
        (process(*SUE, "u -> u"),),
    ),
    "a flow out of the end": Case(
        "flow.out_of_end", "e_u", (process(*SUE, "e -> u"),), (process(*SUE),)
    ),
    "a flow into a boundary event": Case(
        "flow.into_boundary",
        "u_b",
        one(U + boundary(TIMER, "u") + body(end(id="e2"), "b -> e2", "u -> b"), "u"),
        one(U + boundary(TIMER, "u") + body(end(id="e2"), "b -> e2"), "u"),
    ),
    "a condition after the start": Case(
        "flow.condition_place",
        "s_u",
        (process(start(), U, end(), "s -> u : 1 = 1", "u -> e"),),
        (process(*SUE),),
    ),
    "a default that is not its own": Case(
        "flow.default",
        "g",
        gate("exclusiveGateway", 'g -> a : city = "x"', "g -> b", default="s_g"),
        GOOD_GATE,
    ),
    "a default with a condition": Case(
        "flow.default_condition",
        "g_b",
        gate("exclusiveGateway", 'g -> a : city = "x"', "g -> b : 1 = 1", default="g_b"),
        GOOD_GATE,
    ),
    "a listed flow that does not exist": Case(
        "flow.incoming_list",
        "u",
        (process(start(), user("u", "<outgoing>?</outgoing>"), end(), "s -> u -> e"),),
        (process(start(), user("u", "<outgoing>u_e</outgoing>"), end(), "s -> u -> e"),),
    ),
    "no start": Case(
        "start.missing",
        "p",
        (process(U, user("v"), "u -> v", "v -> u"),),
        (process(U, user("v"), "u -> v"),),
    ),
    "two plain starts": Case(
        "start.ambiguous",
        "p",
        (process(*SUE, start(id="s2"), "s2 -> u"),),
        (process(*SUE, start(MESSAGE, "s2"), "s2 -> u"), MSG),
    ),
    "a typed start inside": Case(
        "start.typed_inside",
        "i",
        one(sub(body(start(TIMER, "i"), end(id="j"), "i -> j"))),
        one(sub(body(start(id="i"), end(id="j"), "i -> j"))),
    ),
    "an unreachable task": Case(
        "node.unreachable", "v", (process(*SUE, user("v")),), (process(*SUE),)
    ),
    "a complex gateway": Case(
        "node.unsupported",
        "g",
        gate("complexGateway", "g -> a", "g -> b"),
        gate("parallelGateway", "g -> a", "g -> b"),
    ),
    "an error caught in the flow": Case(
        "event.position",
        "c",
        one(node("intermediateCatchEvent", "c", '<errorEventDefinition errorRef="er"/>'), roots=(ERR,)),
        one(node("intermediateCatchEvent", "c", TIMER), roots=(ERR,)),
    ),
    "an event definition that does not exist": Case(
        "event.definition_ref",
        "c",
        one(node("intermediateCatchEvent", "c", "<eventDefinitionRef>t9</eventDefinitionRef>")),
        one(
            node("intermediateCatchEvent", "c", "<eventDefinitionRef>t9</eventDefinitionRef>"),
            roots=(TIMER.replace("Definition>", 'Definition id="t9">', 1),),
        ),
    ),
    "a catch that waits for nothing": Case(
        "event.no_definition",
        "c",
        one(node("intermediateCatchEvent", "c")),
        one(node("intermediateThrowEvent", "c")),
    ),
    "no default": Case(
        "gateway.no_default",
        "g",
        gate("exclusiveGateway", 'g -> a : city = "x"', 'g -> b : city = "y"'),
        GOOD_GATE,
    ),
    "a flow without condition": Case(
        "gateway.no_condition",
        "g",
        gate("exclusiveGateway", 'g -> a : city = "x"', "g -> b"),
        GOOD_GATE,
    ),
    "a flow that hides the next": Case(
        "gateway.no_condition",
        "g",
        gate("exclusiveGateway", "g -> a", 'g -> b : city = "x"'),
        gate("exclusiveGateway", "g -> a", 'g -> b : city = "x"', default="g_a"),
    ),
    "a task after an event gateway": Case(
        "gateway.event_targets",
        "g",
        event_gate(U, "g -> u"),
        event_gate(node("intermediateCatchEvent", "u", MESSAGE), "g -> u"),
    ),
    "a receive task mixed with messages": Case(
        "gateway.event_targets",
        "g",
        event_gate(
            node("intermediateCatchEvent", "u", MESSAGE),
            node("receiveTask", "r", messageRef="m"),
            "g -> u",
            "g -> r",
        ),
        event_gate(node("receiveTask", "r", messageRef="m"), "g -> r"),
    ),
    "an event gateway before nothing": Case(
        "gateway.event_few",
        "c",
        (process(start(), node("eventBasedGateway", "c"), "s -> c"),),
        event_gate(),
    ),
    "an expression with a fault": Case(
        "expr.syntax", "c", one(script("1 + ")), one(script("1 + 1"))
    ),
    "an unknown function": Case(
        "expr.unknown_function", "c", one(script("frobnicate(1)")), one(script("abs(1)"))
    ),
    "an expression too long": Case(
        "expr.too_complex", "c", one(script("1 + " * 2000 + "1")), one(script("1 + " * 900 + "1"))
    ),
    "an unknown name": Case(
        "expr.unknown_name",
        "c",
        (process(start(), user("u", camunda__formRef="f1"), script("amuont * 2"), end(), "s -> u -> c -> e"),),
        (process(start(), user("u", camunda__formRef="f1"), script("amount * 2"), end(), "s -> u -> c -> e"),),
    ),
    "an empty script": Case("expr.missing", "c", one(script(" ")), one(script("1"))),
    "a script in another language": Case(
        "expr.language", "c", one(script("1", scriptFormat="javascript")), one(script("1"))
    ),
    "a condition in ${}": Case(
        "expr.java",
        "g_a",
        gate("exclusiveGateway", "g -> a : ${city}", "g -> b", default="g_b"),
        GOOD_GATE,
    ),
    "an unknown form": Case(
        "ref.form", "c", one(user("c", camunda__formRef="f3")), one(user("c", camunda__formRef="f1"))
    ),
    "a form of another version": Case(
        "ref.binding",
        "c",
        one(user("c", camunda__formRef="f1", camunda__formRefBinding="latest")),
        one(user("c", camunda__formRef="f1", camunda__formRefBinding="deployment")),
    ),
    "a writable field the form lacks": Case(
        "task.writable",
        "c",
        governed('<camunda:properties><camunda:property name="form.writable" value="town"/></camunda:properties>', camunda__formRef="f1"),
        governed('<camunda:properties><camunda:property name="form.writable" value="city"/></camunda:properties>', camunda__formRef="f1"),
    ),
    "an unknown role": Case(
        "ref.role",
        "c",
        one(user("c", camunda__candidateGroups="CLERC")),
        one(user("c", camunda__candidateGroups="CLERK")),
    ),
    "a task nobody can do": Case(
        "task.no_role",
        "c",
        one(user("c", camunda__candidateGroups="")),
        (process('<laneSet id="ls"><lane id="l" name="负责人"><flowNodeRef>c</flowNodeRef></lane></laneSet>', start(), user("c", camunda__candidateGroups=""), end(), "s -> c -> e"),),
    ),
    "an unknown service": Case(
        "ref.service",
        "c",
        one(node("serviceTask", "c", camunda__type="external", camunda__topic="notfy")),
        one(node("serviceTask", "c", camunda__type="external", camunda__topic="notify")),
    ),
    "a service task without service": Case(
        "service.missing",
        "c",
        one(node("serviceTask", "c")),
        one(node("serviceTask", "c", camunda__type="external", camunda__topic="notify")),
    ),
    "a Java class": Case(
        "ext.refused",
        "c",
        one(node("serviceTask", "c", camunda__class_="org.Evil")),
        one(node("serviceTask", "c", camunda__type="external", camunda__topic="notify")),
    ),
    "a send task with two meanings": Case(
        "ext.conflict",
        "c",
        one(node("sendTask", "c", messageRef="m", camunda__type="external", camunda__topic="notify"), roots=KEYED),
        one(node("sendTask", "c", messageRef="m"), roots=KEYED),
    ),
    "an unknown decision": Case(
        "ref.decision", "c", one(node("businessRuleTask", "c", camunda__decisionRef="d9")), one(U, "u")
    ),
    "a rule task without decision": Case(
        "decision.missing", "c", one(node("businessRuleTask", "c")), one(U, "u")
    ),
    "an unknown process": Case(
        "ref.process", "c", one(CALL), (*one(CALL), unique(SIMPLE_Q))
    ),
    "a call of nothing": Case(
        "call.missing", "c", one(node("callActivity", "c")), (*one(CALL), unique(SIMPLE_Q))
    ),
    "an unknown message": Case("ref.message", "c", one(CATCH_M), one(CATCH_M, roots=KEYED)),
    "an unknown signal": Case(
        "ref.signal",
        "c",
        one(node("intermediateCatchEvent", "c", '<signalEventDefinition signalRef="sg"/>')),
        one(node("intermediateCatchEvent", "c", '<signalEventDefinition signalRef="sg"/>'), roots=(SIG,)),
    ),
    "an error without code": Case(
        "ref.error",
        "e",
        (process(start(), U, end('<errorEventDefinition errorRef="er"/>'), "s -> u -> e"), '<error id="er"/>'),
        (process(start(), U, end('<errorEventDefinition errorRef="er"/>'), "s -> u -> e"), ERR),
    ),
    "an escalation that does not exist": Case(
        "ref.escalation",
        "c",
        one(node("intermediateThrowEvent", "c", '<escalationEventDefinition escalationRef="es"/>')),
        one(node("intermediateThrowEvent", "c", '<escalationEventDefinition escalationRef="es"/>'), roots=(ESC,)),
    ),
    "an unknown calendar": Case(
        "ref.calendar",
        "p",
        (process(*SUE, attrs='gov:calendar="us"'),),
        (process(*SUE, attrs='gov:calendar="cn"'),),
    ),
    "an unknown limit": Case(
        "ref.due", "c", governed('<gov:due key="plann"/>'), governed('<gov:due key="plan"/>')
    ),
    "two limits": Case(
        "due.twice",
        "c",
        governed('<gov:due key="plan"/>', camunda__dueDate="P1D"),
        governed('<gov:due key="plan"/>'),
    ),
    "a return to nowhere": Case(
        "ref.node",
        "c",
        governed('<gov:return allowed="true" targets="d"/>'),
        governed('<gov:return allowed="true" targets="c"/>'),
    ),
    "processes calling each other": Case(
        "call.cycle", "c", calls(way_round=False), calls(way_round=True)
    ),
    "a loop without bounds": Case("loop.bounds", "c", loop(), loop(loopMaximum="3")),
    "a negative loop": Case("loop.bounds", "c", loop(loopMaximum="-1"), loop(loopMaximum="1")),
    "many without a list": Case(
        "mi.source", "c", multi(""), multi("<loopCardinality>3</loopCardinality>")
    ),
    "events of many": Case(
        "mi.behavior",
        "c",
        multi("<loopCardinality>3</loopCardinality>", behavior="One"),
        multi("<loopCardinality>3</loopCardinality>", behavior="All"),
    ),
    "seats and many": Case(
        "mi.seats",
        "c",
        multi("<loopCardinality>3</loopCardinality>", ext('<gov:seats><gov:seat id="a" role="CLERK"/></gov:seats>')),
        multi("<loopCardinality>3</loopCardinality>"),
    ),
    "a list that does not exist": Case(
        "data.unresolved",
        "c",
        multi(DATA_MI),
        (process(start(), '<dataObject id="d" name="rows"/>', user("c", f"<multiInstanceLoopCharacteristics>{DATA_MI}</multiInstanceLoopCharacteristics>"), end(), "s -> c -> e"),),
    ),
    "a quoted time": Case(
        "timer.value", "c", timer("timeDuration", "\"P5D\""), timer("timeDuration", "P5D")
    ),
    "a duration as a date": Case(
        "timer.value", "c", timer("timeDate", "P5D"), timer("timeDate", "2026-06-30T18:00:00")
    ),
    "a cron text": Case(
        "timer.value", "c", timer("timeCycle", "0 0 9 * * ?"), timer("timeCycle", "R/P1D")
    ),
    "a negative time": Case(
        "timer.value", "c", timer("timeDuration", "-P5D"), timer("timeDuration", "PT0S")
    ),
    "a timer that never fires": Case(
        "timer.never", "c", timer("timeCycle", "R0/P1D"), timer("timeCycle", "R1/P1D")
    ),
    "a limit that says too little": Case(
        "timer.value", "c", governed('<gov:due unit="hour"/>'), governed('<gov:due unit="hour" amount="2"/>')
    ),
    "a name the engine keeps": Case(
        "data.reserved",
        "c",
        one(script("1").replace("<script>", ext('<camunda:inputOutput><camunda:outputParameter name="loopCounter">=1</camunda:outputParameter></camunda:inputOutput>') + "<script>")),
        one(script("1").replace("<script>", ext('<camunda:inputOutput><camunda:outputParameter name="laps">=1</camunda:outputParameter></camunda:inputOutput>') + "<script>")),
    ),
    "a name that is none": Case(
        "data.name",
        "c",
        one(script("1").replace("<script>", ext('<camunda:inputOutput><camunda:outputParameter name="1st">=1</camunda:outputParameter></camunda:inputOutput>') + "<script>")),
        one(script("1").replace("<script>", ext('<camunda:inputOutput><camunda:outputParameter name="第一">=1</camunda:outputParameter></camunda:inputOutput>') + "<script>")),
    ),
    "an error nobody handles": Case(
        "error.uncaught",
        "j",
        one(sub(body(start(id="i"), end('<errorEventDefinition errorRef="er"/>', "j"), "i -> j")), roots=(ERR,)),
        one(
            sub(body(start(id="i"), end('<errorEventDefinition errorRef="er"/>', "j"), "i -> j"))
            + boundary('<errorEventDefinition errorRef="er"/>')
            + body(end(id="e2"), "b -> e2"),
            roots=(ERR,),
        ),
    ),
    "an error boundary on a wait": Case(
        "error.catch_dead",
        "b",
        one(node("receiveTask", "c", messageRef="m") + boundary("<errorEventDefinition/>") + body(end(id="e2"), "b -> e2"), roots=KEYED),
        one(node("receiveTask", "c", messageRef="m") + boundary(TIMER) + body(end(id="e2"), "b -> e2"), roots=KEYED),
    ),
    "a boundary event on nothing": Case(
        "boundary.host",
        "b",
        one(U + boundary(TIMER, "e") + body(end(id="e2"), "b -> e2"), "u"),
        one(U + boundary(TIMER, "u") + body(end(id="e2"), "b -> e2"), "u"),
    ),
    "a handler without trigger": Case(
        "esp.start",
        "h",
        one(U + esp(start(id="hs")), "u"),
        one(U + esp(start(TIMER, "hs")), "u"),
    ),
    "a handler with a flow": Case(
        "esp.flow",
        "h",
        (process(*SUE, esp(start(TIMER, "hs")), "u -> h"),),
        (process(*SUE, esp(start(TIMER, "hs"))),),
    ),
    "a link without its other end": Case(
        "link.pair",
        "c",
        (process(start(), node("intermediateThrowEvent", "c", '<linkEventDefinition name="甲"/>'), "s -> c"),),
        (
            process(
                start(),
                node("intermediateThrowEvent", "c", '<linkEventDefinition name="甲"/>'),
                node("intermediateCatchEvent", "d", '<linkEventDefinition name="甲"/>'),
                end(),
                "s -> c",
                "d -> e",
            ),
        ),
    ),
    "a script without result": Case(
        "script.result",
        "c",
        one(node("scriptTask", "c", "<script>1</script>", scriptFormat="feel")),
        one(node("scriptTask", "c", "<script>{a: 1}</script>", scriptFormat="feel", gov__resultMode="spread")),
    ),
    "a message without key": Case(
        "correlation.none", "c", one(CATCH_M, roots=UNKEYED), one(CATCH_M, roots=KEYED)
    ),
    "a message starting two processes": Case(
        "correlation.ambiguous_start",
        "q",
        (
            process(start(MESSAGE), end(), "s -> e"),
            unique(process(start(MESSAGE), end(), "s -> e", key="q").replace("s_e", "q_s_e")),
            MSG,
        ),
        (process(start(MESSAGE), end(), "s -> e"), unique(SIMPLE_Q), MSG),
    ),
    "a task without name": Case("label.missing", "c", one(user("c", name="")), one(user("c"))),
    "an unknown gov attribute": Case(
        "gov.unknown", "c", one(user("c", gov__signoff="true")), one(user("c", gov__signOff="true"))
    ),
    "an unknown gov element": Case(
        "gov.unknown", "c", governed("<gov:dues/>"), governed('<gov:due key="plan"/>')
    ),
    "a gov element in the wrong place": Case(
        "gov.place",
        "p",
        (process(ext('<gov:due key="plan"/>'), *SUE),),
        (process(ext('<gov:clause document="d1"/>'), *SUE),),
    ),
    "a gov word that is not allowed": Case(
        "gov.value",
        "c",
        governed('<gov:outcome value="ok" action="agree"/>'),
        governed('<gov:outcome value="ok" action="approve"/>'),
    ),
    "a gov value missing": Case(
        "gov.required", "c", governed('<gov:outcome label="好"/>'), governed('<gov:outcome value="ok"/>')
    ),
    "a number pattern without counter": Case(
        "gov.number",
        "p",
        (process(*SUE, attrs='gov:numberPattern="X-{yyyy}"'),),
        (process(*SUE, attrs='gov:numberPattern="X-{yyyy}-{seq4}"'),),
    ),
    "an attribute without effect": Case(
        "ext.ignored", "c", one(user("c", camunda__asyncBefore="true")), one(user("c"))
    ),
    "another engine's words": Case(
        "ext.steering",
        "c",
        one(user("c", ext('<z:taskDefinition xmlns:z="http://camunda.org/schema/zeebe/1.0" type="x"/>'))),
        one(user("c")),
    ),
    "another tool's words": Case(
        "ext.foreign", "", one(user("c", ext('<z:x xmlns:z="urn:z"/>'))), one(user("c"))
    ),
    "an extension that must be understood": Case(
        "ext.must_understand",
        "",
        (process(*SUE), '<extension mustUnderstand="true" definition="x"/>'),
        (process(*SUE), '<extension definition="x"/>'),
    ),
    "a result shape nobody knows": Case(
        "task.word",
        "c",
        one(user("c", completionQuantity="0")),
        one(user("c", completionQuantity="1")),
    ),
    "an escalation nobody handles": Case(
        "escalation.uncaught",
        "c",
        one(node("intermediateThrowEvent", "c", '<escalationEventDefinition escalationRef="es"/>'), roots=(ESC,)),
        one(node("intermediateThrowEvent", "c"), roots=(ESC,)),
    ),
    "a task without limit": Case(
        "task.no_due", "c", one(user("c")), one(user("c", camunda__dueDate="P5D"))
    ),
}
