"""Findings of limits, loops, data, messages and vocabularies."""

from tests.bpmn.build import end, ext, node, process, start, user
from tests.bpmn.shapes import (
    CATCH_M,
    DATA_MI,
    ERR,
    ESC,
    KEYED,
    MESSAGE,
    MSG,
    SILENT,
    SIMPLE_Q,
    SUE,
    TIMER,
    UNKEYED,
    Case,
    U,
    body,
    boundary,
    branches,
    called,
    calls,
    early,
    early_inside,
    esp,
    governed,
    late_inside,
    loop,
    mapping_script,
    multi,
    one,
    sub,
    timer,
    two_seats,
    unique,
)

RULES: dict[str, Case] = {
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
        multi(
            "<loopCardinality>3</loopCardinality>",
            ext('<gov:seats><gov:seat id="a" role="CLERK"/></gov:seats>'),
        ),
        multi("<loopCardinality>3</loopCardinality>"),
    ),
    "a list that does not exist": Case(
        "data.unresolved",
        "c",
        multi(DATA_MI),
        (
            process(
                start(),
                '<dataObject id="d" name="rows"/>',
                user(
                    "c",
                    f"<multiInstanceLoopCharacteristics>{DATA_MI}</multiInstanceLoopCharacteristics>",
                ),
                end(),
                "s -> c -> e",
            ),
        ),
    ),
    "a quoted time": Case(
        "timer.value", "c", timer("timeDuration", '"P5D"'), timer("timeDuration", "P5D")
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
        "timer.value",
        "c",
        governed('<gov:due unit="hour"/>'),
        governed('<gov:due unit="hour" amount="2"/>'),
    ),
    "a name the engine keeps": Case(
        "data.reserved",
        "c",
        one(mapping_script("loopCounter")),
        one(mapping_script("laps")),
    ),
    "a name that is none": Case(
        "data.name",
        "c",
        one(mapping_script("1st")),
        one(mapping_script("第一")),
    ),
    "an error nobody handles": Case(
        "error.uncaught",
        "j",
        one(
            sub(
                body(start(id="i"), end('<errorEventDefinition errorRef="er"/>', "j"), "i -> j")
            ),
            roots=(ERR,),
        ),
        one(
            sub(
                body(start(id="i"), end('<errorEventDefinition errorRef="er"/>', "j"), "i -> j")
            )
            + boundary('<errorEventDefinition errorRef="er"/>')
            + body(end(id="e2"), "b -> e2"),
            roots=(ERR,),
        ),
    ),
    "an error boundary on a wait": Case(
        "error.catch_dead",
        "b",
        one(
            node("receiveTask", "c", messageRef="m")
            + boundary("<errorEventDefinition/>")
            + body(end(id="e2"), "b -> e2"),
            roots=KEYED,
        ),
        one(
            node("receiveTask", "c", messageRef="m")
            + boundary(TIMER)
            + body(end(id="e2"), "b -> e2"),
            roots=KEYED,
        ),
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
        (
            process(
                start(),
                node("intermediateThrowEvent", "c", '<linkEventDefinition name="甲"/>'),
                "s -> c",
            ),
        ),
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
        one(
            node(
                "scriptTask",
                "c",
                "<script>{a: 1}</script>",
                scriptFormat="feel",
                gov__resultMode="spread",
            )
        ),
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
        "gov.unknown",
        "c",
        one(user("c", gov__signoff="true")),
        one(user("c", gov__signOff="true")),
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
        "gov.required",
        "c",
        governed('<gov:outcome label="好"/>'),
        governed('<gov:outcome value="ok"/>'),
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
    "a business key handed in": Case(
        "ext.ignored",
        "c",
        (
            process(start(), called('<camunda:in businessKey="=x"/>'), end(), "s -> c -> e"),
            unique(SIMPLE_Q),
        ),
        (process(start(), called(""), end(), "s -> c -> e"), unique(SIMPLE_Q)),
    ),
    "another engine's words": Case(
        "ext.steering",
        "c",
        one(
            user(
                "c",
                ext(
                    '<z:taskDefinition xmlns:z="http://camunda.org/schema/zeebe/1.0" type="x"/>'
                ),
            )
        ),
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
        one(
            node(
                "intermediateThrowEvent", "c", '<escalationEventDefinition escalationRef="es"/>'
            ),
            roots=(ESC,),
        ),
        one(node("intermediateThrowEvent", "c"), roots=(ESC,)),
    ),
    "two branches writing one variable": Case("data.race", "a", branches("f1"), branches("f2")),
    "a task without limit": Case(
        "task.no_due", "c", one(user("c")), one(user("c", camunda__dueDate="P5D"))
    ),
    "seats without anybody": Case(
        "seats.incomplete",
        "c",
        governed("<gov:seats/>"),
        governed('<gov:seats><gov:seat id="a" role="CLERK"/></gov:seats>'),
    ),
    "a vote without threshold": Case(
        "seats.incomplete",
        "c",
        governed('<gov:seats rule="vote"><gov:seat id="a" role="CLERK"/></gov:seats>'),
        governed(
            '<gov:seats rule="vote"><gov:voteRule threshold="1/2"/>'
            '<gov:seat id="a" role="CLERK"/></gov:seats>'
        ),
    ),
    "two seats of one id": Case(
        "seats.incomplete",
        "c",
        governed(two_seats("a")),
        governed(two_seats("b")),
    ),
    "a seat without role": Case(
        "seats.incomplete",
        "c",
        governed('<gov:seats><gov:seat id="a"/></gov:seats>'),
        governed('<gov:seats><gov:seat id="a" role="CLERK"/></gov:seats>'),
    ),
    "silence as consent without a clause": Case(
        "seats.incomplete",
        "c",
        governed(SILENT),
        governed(SILENT + '<gov:clause document="plan"/>'),
    ),
    "a variable read before it is written": Case(
        "data.read_first", "c", early("s -> c -> u -> e"), early("s -> u -> c -> e")
    ),
    "a variable read inside before it is written outside": Case(
        "data.read_first",
        "c",
        early_inside("s -> box -> u -> e"),
        early_inside("s -> u -> box -> e"),
    ),
    "a variable written inside and read outside": Case(
        "data.read_first",
        "c",
        late_inside("s -> c -> box -> e"),
        late_inside("s -> box -> c -> e"),
    ),
    "a start form that does not exist": Case(
        "ref.form",
        "s",
        (process(node("startEvent", "s", camunda__formRef="f9"), end(), "s -> e"),),
        (process(node("startEvent", "s", camunda__formRef="f1"), end(), "s -> e"),),
    ),
    "a reference to data nobody keeps": Case(
        "data.unresolved",
        "dr",
        (process(*SUE, '<dataObjectReference id="dr" dataObjectRef="d9"/>'),),
        (
            process(
                *SUE, '<dataObject id="d9"/><dataObjectReference id="dr" dataObjectRef="d9"/>'
            ),
        ),
    ),
}
