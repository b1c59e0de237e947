"""Findings of structure: flows, starts, events, gateways."""

from tests.bpmn.build import end, file, node, process, start, user
from tests.bpmn.shapes import (
    ERR,
    GOOD_GATE,
    MESSAGE,
    MSG,
    SIG,
    SIMPLE_Q,
    SUE,
    TIMER,
    Case,
    U,
    body,
    boundary,
    event_gate,
    gate,
    one,
    sub,
    unique,
)

STRUCTURE: dict[str, Case] = {
    "no BPMN at all": Case("xml.namespace", "", b"<html/>", file(process(*SUE))),
    "no process": Case("xml.no_process", "", (SIG,), (process(*SUE),)),
    "an element nobody knows": Case(
        "element.unknown", "c", one(user("c", "<wizard/>")), one(user("c"))
    ),
    "a misspelt attribute": Case(
        "element.attribute",
        "b",
        one(
            U + boundary(TIMER, "u", cancelActvity="false") + body(end(id="e2"), "b -> e2"), "u"
        ),
        one(
            U + boundary(TIMER, "u", cancelActivity="false") + body(end(id="e2"), "b -> e2"),
            "u",
        ),
    ),
    "a condition on a node": Case(
        "element.place",
        "c",
        one(user("c", "<conditionExpression>1 = 1</conditionExpression>")),
        one(user("c")),
    ),
    "a boolean that is none": Case(
        "task.word",
        "b",
        one(U + boundary(TIMER, "u", cancelActivity="no") + body(end(id="e2"), "b -> e2"), "u"),
        one(U + boundary(TIMER, "u", cancelActivity="0") + body(end(id="e2"), "b -> e2"), "u"),
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
        (process(*SUE),),
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
        one(
            node("intermediateCatchEvent", "c", '<errorEventDefinition errorRef="er"/>'),
            roots=(ERR,),
        ),
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
    "a single way out with a condition": Case(
        "gateway.no_default",
        "u",
        (process(start(), user(), end(), "s -> u", "u -> e : 1 = 1"),),
        (process(start(), user(), end(), "s -> u", "u -> e"),),
    ),
    "conditions that overlap": Case(
        "gateway.overlap",
        "g",
        gate("exclusiveGateway", "g -> a : n > 3", "g -> b : n <= 4"),
        gate("exclusiveGateway", "g -> a : n > 3", "g -> b : n <= 3"),
    ),
    "conditions with a gap": Case(
        "gateway.no_default",
        "g",
        gate("exclusiveGateway", "g -> a : n > 3", "g -> b : n < 3"),
        gate("exclusiveGateway", "g -> a : n > 3", "g -> b : not(n > 3)"),
    ),
    "a condition that never holds": Case(
        "path.dead",
        "g_a",
        gate("exclusiveGateway", "g -> a : n > 3 and n < 2", "g -> b", default="g_b"),
        gate("exclusiveGateway", "g -> a : n > 1 and n < 2", "g -> b", default="g_b"),
    ),
}
