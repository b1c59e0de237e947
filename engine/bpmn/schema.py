"""What BPMN 2.0.2 allows where: attributes by kind, parents of what steers execution.

It stands in for the schema where a slip would change what is executed: a misspelt
`cancelActivity` or a condition on a node must be refused, never ignored.
"""

from collections.abc import Mapping

from engine.bpmn import words
from engine.bpmn.model import Element
from engine.bpmn.report import Report, kind_zh, near
from engine.bpmn.words import words as split

ACTIVITY = "isForCompensation startQuantity completionQuantity default"
EXPRESSION = split("language evaluatesToTypeRef")
# kind -> its attributes besides id and name (Semantic.xsd); other kinds are not looked at
ATTRIBUTES: Mapping[str, frozenset[str]] = {
    "definitions": split(
        "targetNamespace expressionLanguage typeLanguage exporter exporterVersion"
    ),
    "process": split("processType isClosed isExecutable definitionalCollaborationRef"),
    "task": split(ACTIVITY),
    "userTask": split(f"{ACTIVITY} implementation"),
    "manualTask": split(ACTIVITY),
    "serviceTask": split(f"{ACTIVITY} implementation operationRef"),
    "scriptTask": split(f"{ACTIVITY} scriptFormat"),
    "businessRuleTask": split(f"{ACTIVITY} implementation"),
    "sendTask": split(f"{ACTIVITY} implementation messageRef operationRef"),
    "receiveTask": split(f"{ACTIVITY} implementation messageRef operationRef instantiate"),
    "callActivity": split(f"{ACTIVITY} calledElement"),
    "subProcess": split(f"{ACTIVITY} triggeredByEvent"),
    "exclusiveGateway": split("gatewayDirection default"),
    "inclusiveGateway": split("gatewayDirection default"),
    "parallelGateway": split("gatewayDirection"),
    "eventBasedGateway": split("gatewayDirection instantiate eventGatewayType"),
    "startEvent": split("parallelMultiple isInterrupting"),
    "intermediateCatchEvent": split("parallelMultiple"),
    "boundaryEvent": split("parallelMultiple attachedToRef cancelActivity"),
    "intermediateThrowEvent": frozenset(),
    "endEvent": frozenset(),
    "sequenceFlow": split("sourceRef targetRef isImmediate"),
    "messageEventDefinition": split("messageRef"),
    "signalEventDefinition": split("signalRef"),
    "errorEventDefinition": split("errorRef"),
    "escalationEventDefinition": split("escalationRef"),
    "timerEventDefinition": frozenset(),
    "conditionalEventDefinition": frozenset(),
    "terminateEventDefinition": frozenset(),
    "linkEventDefinition": frozenset(),
    "message": split("itemRef"),
    "signal": split("structureRef"),
    "error": split("errorCode structureRef"),
    "escalation": split("escalationCode structureRef"),
    "standardLoopCharacteristics": split("testBefore loopMaximum"),
    "multiInstanceLoopCharacteristics": split(
        "isSequential behavior oneBehaviorEventRef noneBehaviorEventRef"
    ),
    "dataObject": split("itemSubjectRef isCollection"),
    "dataObjectReference": split("itemSubjectRef dataObjectRef"),
    "globalUserTask": split("implementation"),
    "globalScriptTask": split("scriptLanguage"),
    **dict.fromkeys(
        split(
            "conditionExpression condition timeDate timeDuration timeCycle loopCondition "
            "loopCardinality completionCondition"
        ),
        EXPRESSION,
    ),
}
EVERYWHERE = frozenset({"id", "name"})
BOOLEAN = split(
    """
    isForCompensation isExecutable isClosed triggeredByEvent instantiate parallelMultiple
    isInterrupting cancelActivity isSequential testBefore isImmediate isCollection
    """
)
SCOPES = frozenset({"process"}) | words.SUBPROCESSES | words.CHOREOGRAPHY
# kind -> where alone it may stand
PARENTS: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(words.FLOW_NODES | {"sequenceFlow"}, SCOPES),
    **dict.fromkeys(words.LOOPS, words.ACTIVITIES),
    **dict.fromkeys(words.DEFINITIONS, words.EVENTS | {"definitions"}),
    **dict.fromkeys(split("incoming outgoing"), words.FLOW_NODES),
    **dict.fromkeys(split("message signal error escalation"), frozenset({"definitions"})),
    **dict.fromkeys(split("process collaboration"), frozenset({"definitions"})),
    **dict.fromkeys(words.GLOBAL_TASKS, frozenset({"definitions"})),
    **dict.fromkeys(
        split("timeDate timeDuration timeCycle"), frozenset({"timerEventDefinition"})
    ),
    "condition": frozenset({"conditionalEventDefinition", "complexBehaviorDefinition"}),
    "conditionExpression": frozenset({"sequenceFlow"}),
    "script": frozenset({"scriptTask", "globalScriptTask"}),
    "loopCondition": frozenset({"standardLoopCharacteristics"}),
    **dict.fromkeys(
        split(
            "loopCardinality loopDataInputRef loopDataOutputRef inputDataItem outputDataItem"
        ),
        frozenset({"multiInstanceLoopCharacteristics"}),
    ),
    "completionCondition": frozenset({"multiInstanceLoopCharacteristics", "adHocSubProcess"}),
    "eventDefinitionRef": words.EVENTS,
}


def check_schema(element: Element, report: Report) -> None:
    """Find a misplaced element, an unknown attribute, a boolean that is none."""
    parent = element.parent
    places = PARENTS.get(element.kind)
    if places is not None and parent is not None and parent.kind not in places:
        report.add("element.place", element, pk=kind_zh(parent.kind), pe=parent.kind)
    known = ATTRIBUTES.get(element.kind)
    if known is None:
        return
    for name, value in element.attrs.items():
        if name not in known and name not in EVERYWHERE:
            report.add("element.attribute", element, r=name, **near(name, known))
        elif name in BOOLEAN and value.strip() not in ("true", "false", "1", "0"):
            report.add("task.word", element, attr=name, r=value)
