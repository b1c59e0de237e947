"""Findings of expressions and of names that must exist."""

from tests.bpmn.build import end, ext, node, process, start, user
from tests.bpmn.shapes import (
    CALL,
    CATCH_M,
    ERR,
    ESC,
    GOOD_GATE,
    KEYED,
    LANE,
    SIG,
    SIMPLE_Q,
    SUE,
    Case,
    U,
    gate,
    governed,
    one,
    script,
    unique,
    when,
    writable,
)

BIND = ' camunda:calledElementBinding="version"'
VERSION = ' camunda:calledElementVersion="2"'

NAMES: dict[str, Case] = {
    "an expression with a fault": Case(
        "expr.syntax", "c", one(script("1 + ")), one(script("1 + 1"))
    ),
    "an unknown function": Case(
        "expr.unknown_function", "c", one(script("frobnicate(1)")), one(script("abs(1)"))
    ),
    "an expression too long": Case(
        "expr.too_complex",
        "c",
        one(script("1 + " * 2000 + "1")),
        one(script("1 + " * 900 + "1")),
    ),
    "an expression whose types can never fit": Case(
        "expr.type",
        "c",
        one(user("u", camunda__formRef="f1") + script('amount + "元"'), "u -> c"),
        one(user("u", camunda__formRef="f1") + script("amount + 1"), "u -> c"),
    ),
    "an unknown name": Case(
        "expr.unknown_name",
        "c",
        (
            process(
                start(),
                user("u", camunda__formRef="f1"),
                script("amuont * 2"),
                end(),
                "s -> u -> c -> e",
            ),
        ),
        (
            process(
                start(),
                user("u", camunda__formRef="f1"),
                script("amount * 2"),
                end(),
                "s -> u -> c -> e",
            ),
        ),
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
        "ref.form",
        "c",
        one(user("c", camunda__formRef="f3")),
        one(user("c", camunda__formRef="f1")),
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
        governed(writable("town"), camunda__formRef="f1"),
        governed(writable("city"), camunda__formRef="f1"),
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
        (
            process(
                LANE,
                start(),
                user("c", camunda__candidateGroups=""),
                end(),
                "s -> c -> e",
            ),
        ),
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
        one(
            node(
                "sendTask",
                "c",
                messageRef="m",
                camunda__type="external",
                camunda__topic="notify",
            ),
            roots=KEYED,
        ),
        one(node("sendTask", "c", messageRef="m"), roots=KEYED),
    ),
    "an unknown decision": Case(
        "ref.decision",
        "c",
        one(node("businessRuleTask", "c", camunda__decisionRef="d9")),
        one(U, "u"),
    ),
    "a rule task without decision": Case(
        "decision.missing", "c", one(node("businessRuleTask", "c")), one(U, "u")
    ),
    "an unknown process": Case("ref.process", "c", one(CALL), (*one(CALL), unique(SIMPLE_Q))),
    "a call of nothing": Case(
        "call.missing", "c", one(node("callActivity", "c")), (*one(CALL), unique(SIMPLE_Q))
    ),
    "an unknown message": Case("ref.message", "c", one(CATCH_M), one(CATCH_M, roots=KEYED)),
    "an unknown signal": Case(
        "ref.signal",
        "c",
        one(node("intermediateCatchEvent", "c", '<signalEventDefinition signalRef="sg"/>')),
        one(
            node("intermediateCatchEvent", "c", '<signalEventDefinition signalRef="sg"/>'),
            roots=(SIG,),
        ),
    ),
    "an error without code": Case(
        "ref.error",
        "e",
        (
            process(start(), U, end('<errorEventDefinition errorRef="er"/>'), "s -> u -> e"),
            '<error id="er"/>',
        ),
        (process(start(), U, end('<errorEventDefinition errorRef="er"/>'), "s -> u -> e"), ERR),
    ),
    "an escalation that does not exist": Case(
        "ref.escalation",
        "c",
        one(
            node(
                "intermediateThrowEvent", "c", '<escalationEventDefinition escalationRef="es"/>'
            )
        ),
        one(
            node(
                "intermediateThrowEvent", "c", '<escalationEventDefinition escalationRef="es"/>'
            ),
            roots=(ESC,),
        ),
    ),
    "an outcome condition with a fault": Case(
        "expr.syntax",
        "c",
        governed('<gov:outcome value="ok" requires="1 +"/>'),
        governed('<gov:outcome value="ok" requires="1 = 1"/>'),
    ),
    "a search field with a fault": Case(
        "expr.syntax",
        "p",
        (process(ext('<gov:searchField name="title" from="("/>'), *SUE),),
        (process(ext('<gov:searchField name="title" from="outcome"/>'), *SUE),),
    ),
    "a condition that looks at the clock": Case(
        "expr.clock", "c", when("now() > @&quot;2026-01-01T00:00:00&quot;"), when("1 = 2")
    ),
    "a task with two forms": Case(
        "ext.conflict",
        "c",
        one(user("c", camunda__formRef="f1", camunda__formKey="f2")),
        one(user("c", camunda__formRef="f1", camunda__formKey="f1")),
    ),
    "a version without its number": Case(
        "ref.binding",
        "c",
        (*one(CALL.replace(" name", BIND + " name")), unique(SIMPLE_Q)),
        (*one(CALL.replace(" name", BIND + VERSION + " name")), unique(SIMPLE_Q)),
    ),
    "a starter role that does not exist": Case(
        "ref.role",
        "p",
        (process(*SUE, attrs='camunda:candidateStarterGroups="CLERK, CHEIF"'),),
        (process(*SUE, attrs='camunda:candidateStarterGroups="CLERK, CHIEF"'),),
    ),
    "processes without a start calling each other": Case(
        "call.cycle",
        "c",
        (process(CALL), unique(process(node("callActivity", "d", calledElement="p"), key="q"))),
        (process(CALL), unique(SIMPLE_Q)),
    ),
}
