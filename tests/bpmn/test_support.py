"""What is not executed is refused by name, reachable or not, with what to draw instead."""

import pytest

from engine.bpmn.checks.support import REPLACEMENTS
from tests.bpmn.build import codes, compile_one, end, ext, node, process, start, user

COMPENSATE = "<compensateEventDefinition/>"
DATA = (
    "<dataInputAssociation><sourceRef>d</sourceRef><targetRef>d</targetRef>"
    "</dataInputAssociation>"
)
OUT = (
    "<dataOutputAssociation><sourceRef>d</sourceRef><targetRef>d</targetRef>"
    "</dataOutputAssociation>"
)
OWNER = "<potentialOwner><resourceAssignmentExpression/></potentialOwner>"
REFUSED = {
    "complexGateway": node("complexGateway", "x"),
    "transaction": node("transaction", "x"),
    "adHocSubProcess": node("adHocSubProcess", "x"),
    "compensation end": node("endEvent", "x", COMPENSATE),
    "compensation throw": node("intermediateThrowEvent", "x", COMPENSATE),
    "compensation boundary": node("boundaryEvent", "x", COMPENSATE, attachedToRef="u"),
    "cancel end": node("endEvent", "x", "<cancelEventDefinition/>"),
    "compensation handler": node("task", "x", isForCompensation="true"),
    "instantiating receive": node("receiveTask", "x", instantiate="true", messageRef="m"),
    "instantiating gateway": node("eventBasedGateway", "x", instantiate="true"),
    "data input": user("x", DATA),
    "data output": user("x", OUT),
    "input and output sets": user("x", "<ioSpecification/>"),
    "property of a task": user("x", '<property id="pp"/>'),
    "potential owner": user("x", OWNER),
    "correlation subscription": user("x") + '<correlationSubscription id="x9"/>',
    "choreography task": node("choreographyTask", "x"),
    "merge refused": node("subProcess", "x", gov__merge="refuse"),
    "behaviour of many": user(
        "x",
        "<multiInstanceLoopCharacteristics><loopCardinality>1</loopCardinality>"
        "<complexBehaviorDefinition/></multiInstanceLoopCharacteristics>",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_an_element_we_do_not_execute_is_refused_even_when_unreachable(name: str) -> None:
    compiled = compile_one(
        process(start(), user(), end(), REFUSED[name], "s -> u -> e"),
        '<message id="m" name="m"/>',
    )
    found = [f for f in compiled.findings if f.code == "node.unsupported"]
    assert found, compiled.findings
    assert found[0].element in ("x", "x9")
    assert found[0].repair.startswith("请")
    assert not compiled.plans


def test_a_choreography_is_refused_and_a_conversation_is_a_drawing() -> None:
    plain = process(start(), user(), end(), "s -> u -> e")
    assert ("node.unsupported", "ch") in codes(compile_one(plain, '<choreography id="ch"/>'))
    pool = (
        '<collaboration id="k"><participant id="pa" processRef="p"/>'
        '<participant id="pb" name="外单位"/><conversation id="cv"/></collaboration>'
    )
    assert compile_one(plain, pool).plans


def test_what_a_drawing_of_another_party_holds_is_not_executed_and_not_refused() -> None:
    other = '<process id="q" name="外单位"><complexGateway id="x"/></process>'
    compiled = compile_one(process(start(), user(), end(), "s -> u -> e"), other)
    assert list(compiled.plans) == ["p"]
    assert codes(compiled) == [("process.drawing", "q")]


def test_artifacts_stores_and_pictures_have_no_effect() -> None:
    extras = (
        '<textAnnotation id="ta"><text>说明</text></textAnnotation>'
        '<association id="as" sourceRef="u" targetRef="ta"/><group id="gr"/>'
        '<dataStoreReference id="ds" name="台账"/>'
    )
    compiled = compile_one(process(start(), user(), end(), extras, "s -> u -> e"))
    assert compiled.plans
    assert not codes(compiled)


def test_a_list_named_by_the_standard_needs_its_specification_and_nothing_more() -> None:
    spec = (
        '<ioSpecification><dataInput id="rows" name="rows"/>{}<inputSet/><outputSet/>'
        "</ioSpecification><multiInstanceLoopCharacteristics>"
        "<loopDataInputRef>rows</loopDataInputRef></multiInstanceLoopCharacteristics>"
    )
    fits = process(start(), user("x", spec.format("")), end(), "s -> x -> e")
    assert compile_one(fits).plans
    more = user("x", spec.format('<dataInput id="other"/>'))
    assert ("node.unsupported", "x") in codes(
        compile_one(process(start(), more, end(), "s -> x -> e"))
    )


def test_every_replacement_is_a_sentence() -> None:
    assert all(text.startswith("请") and text.endswith("。") for text in REPLACEMENTS.values())


def test_words_of_other_engines_are_refused_wherever_they_stand() -> None:
    space = 'xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core"'
    script = f"<spiffworkflow:preScript {space}>x = 1</spiffworkflow:preScript>"
    compiled = compile_one(process(start(), user("x", ext(script)), end(), "s -> x -> e"))
    assert ("ext.steering", "x") in codes(compiled)
