"""The words of BPMN 2.0.2: which elements there are, which are nodes, which we execute."""



def words(text: str) -> frozenset[str]:
    """Give the words of TEXT as a set."""
    return frozenset(text.split())


BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
CAMUNDA = "http://camunda.org/schema/1.0/bpmn"
GOV = "urn:shouhu:bpmn:gov:1"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
DRAWING = frozenset(
    {
        "http://www.omg.org/spec/BPMN/20100524/DI",
        "http://www.omg.org/spec/DD/20100524/DI",
        "http://www.omg.org/spec/DD/20100524/DC",
        "http://bpmn.io/schema/bpmn/biocolor/1.0",
        "http://www.omg.org/spec/BPMN/non-normative/color/1.0",
        "http://camunda.org/schema/modeler/1.0",
    }
)
# Vocabularies of other engines that steer a process; converted on import, never ignored.
STEERING = {
    "http://camunda.org/schema/zeebe/1.0": "zeebe",
    "http://spiffworkflow.org/bpmn/schema/1.0/core": "spiffworkflow",
    "http://activiti.org/bpmn": "activiti",
    "http://flowable.org/bpmn": "flowable",
    "http://www.omg.org/spec/BPMN/20100524/SPIFFWORKFLOW": "spiffworkflow",
}

TASKS = frozenset(
    {
        "task",
        "userTask",
        "manualTask",
        "serviceTask",
        "scriptTask",
        "businessRuleTask",
        "sendTask",
        "receiveTask",
    }
)
SUBPROCESSES = frozenset({"subProcess", "transaction", "adHocSubProcess"})
ACTIVITIES = TASKS | SUBPROCESSES | {"callActivity"}
GATEWAYS = frozenset(
    {
        "exclusiveGateway",
        "parallelGateway",
        "inclusiveGateway",
        "eventBasedGateway",
        "complexGateway",
    }
)
EVENTS = frozenset(
    {
        "startEvent",
        "endEvent",
        "intermediateCatchEvent",
        "intermediateThrowEvent",
        "boundaryEvent",
        "event",
        "implicitThrowEvent",
    }
)
CHOREOGRAPHY = frozenset(
    {"choreography", "globalChoreographyTask", "choreographyTask", "subChoreography"}
    | {"callChoreography"}
)
FLOW_NODES = ACTIVITIES | GATEWAYS | EVENTS
GLOBAL_TASKS = {
    "globalUserTask": "userTask",
    "globalManualTask": "manualTask",
    "globalScriptTask": "scriptTask",
    "globalBusinessRuleTask": "businessRuleTask",
    "globalTask": "task",
}
DEFINITIONS = frozenset(
    f"{trigger}EventDefinition"
    for trigger in words(
        "message timer signal conditional escalation error terminate link compensate cancel"
    )
)
LOOPS = frozenset({"standardLoopCharacteristics", "multiInstanceLoopCharacteristics"})

# All other local names of the model namespace (BPMN20.xsd, Semantic.xsd).
OTHERS = words(
    """
    definitions import extension process collaboration conversation subConversation
    callConversation conversationLink conversationAssociation conversationNode
    globalConversation participant participantMultiplicity participantAssociation
    partnerEntity partnerRole messageFlow messageFlowAssociation correlationKey
    correlationProperty correlationPropertyRetrievalExpression correlationPropertyBinding
    correlationSubscription correlationPropertyRef messagePath dataPath interface operation
    endPoint message signal error escalation itemDefinition resource resourceParameter
    resourceParameterBinding resourceRole performer humanPerformer potentialOwner
    resourceAssignmentExpression resourceRef formalExpression expression category
    categoryValue group textAnnotation text association artifact laneSet lane childLaneSet
    flowNodeRef partitionElement partitionElementRef sequenceFlow incoming outgoing
    conditionExpression condition
    dataObject dataObjectReference dataState dataStore dataStoreReference dataInput
    dataOutput dataInputAssociation dataOutputAssociation dataAssociation inputSet outputSet
    dataInputRefs optionalInputRefs whileExecutingInputRefs outputSetRefs dataOutputRefs
    optionalOutputRefs whileExecutingOutputRefs inputSetRefs ioSpecification ioBinding
    sourceRef targetRef assignment transformation from to property auditing monitoring
    documentation extensionElements supports rendering script timeDate timeDuration timeCycle
    loopCondition loopCardinality loopDataInputRef loopDataOutputRef inputDataItem
    outputDataItem complexBehaviorDefinition completionCondition activationCondition event
    eventDefinition eventDefinitionRef supportedInterfaceRef supportedInterfaceRefs
    inMessageRef outMessageRef errorRef participantRef interfaceRef endPointRef
    innerParticipantRef outerParticipantRef innerConversationNodeRef
    outerConversationNodeRef innerMessageFlowRef outerMessageFlowRef messageFlowRef
    choreographyRef categoryValueRef relationship source target baseElement
    baseElementWithMixedContent operationRef method
    initiatingParticipantRef multiInstanceLoopCharacteristics loopCharacteristics
    flowElement flowNode rootElement globalTask callableElement eventBasedGateway
    """
)
KNOWN = (
    FLOW_NODES | CHOREOGRAPHY | DEFINITIONS | LOOPS | OTHERS | frozenset(GLOBAL_TASKS)
)
# Abstract heads of substitution groups are no elements a file may hold.
ABSTRACT = words(
    "artifact flowElement flowNode rootElement callableElement eventDefinition event "
    "loopCharacteristics baseElement baseElementWithMixedContent"
)
