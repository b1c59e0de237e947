"""Reading a diagram with SpiffWorkflow's own parser, through its extension points."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.parser.event_parsers import EndEventParser
from SpiffWorkflow.bpmn.parser.task_parsers import (
    ConditionalGatewayParser,
    GatewayParser,
    SubWorkflowParser,
)
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.specs.defaults import (
    EndEvent,
    InclusiveGateway,
    StartEvent,
    SubWorkflowTask,
)
from SpiffWorkflow.bpmn.specs.event_definitions.simple import NoneEventDefinition

from engine.spiff.specs import Armed, Auto, Boundary, Choice, EventChoice, Join, Wait

_BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
_TERMINATE = f"{_BPMN}terminateEventDefinition"


class _Plain:
    """What all our node parsers share: flow order by XML, data and loops are ours."""

    node: Any
    process_parser: Any

    @property
    def bpmn_attributes(self) -> dict[str, Any]:
        """Give what the specification needs to know; data associations are the plan's."""
        return {"bpmn_name": self.node.get("name"), "description": self.node.tag}

    def get_position(self, node: Any = None) -> dict[str, float]:
        """Order outgoing flows by the document, never by the canvas."""
        order = self.process_parser.parser.order
        wanted = (node if node is not None else self.node).get("id")
        return {"x": 0.0, "y": float(order.get((self.node.get("id"), wanted), 0))}

    def xpath(self, xpath: str) -> list[Any]:
        """Hide loops and data from the library: the runtime keeps both."""
        if "LoopCharacteristics" in xpath or "ioSpecification" in xpath:
            return []
        found: list[Any] = super().xpath(xpath)  # type: ignore[misc]  # of NodeParser
        return found


class NodeReader(_Plain, TaskParser):  # type: ignore[misc]  # the library has no types
    """Tasks and events in the flow."""


class GatewayReader(_Plain, GatewayParser):  # type: ignore[misc]  # no types there
    """Parallel and event-based gateways."""


class ChoiceReader(_Plain, ConditionalGatewayParser):  # type: ignore[misc]  # no types there
    """Exclusive and inclusive gateways: the condition is the id of the flow."""

    def parse_condition(self, sequence_flow: Any) -> str | None:
        """Name the flow whose compiled condition the plan holds."""
        name: str = sequence_flow.get("id")
        return name if name in self.process_parser.parser.conditions else None

    def connect_outgoing(self, outgoing_task: Any, flow: Any, is_default: bool) -> None:
        """Connect a flow; one without a condition counts as true (kernel.md 2.4)."""
        if is_default:
            self.task.connect(outgoing_task)
        else:
            self.task.connect_outgoing_if(flow.get("id"), outgoing_task)


class ScopeReader(_Plain, SubWorkflowParser):  # type: ignore[misc]  # no types there
    """Embedded sub-processes."""


class EndReader(_Plain, EndEventParser):  # type: ignore[misc]  # no types there
    """End events: terminate is the library's, everything else is thrown by the runtime."""

    def create_task(self) -> Any:
        """Make the specification and connect it to the end."""
        if self.node.find(_TERMINATE) is not None:
            return super().create_task()
        task = Auto(self.spec, self.bpmn_id, **self.bpmn_attributes)
        task.connect(self.spec.end)
        return task


class StartReader(_Plain, TaskParser):  # type: ignore[misc]  # the library has no types
    """Start events: the runtime has chosen one, so it simply starts."""

    def create_task(self) -> Any:
        """Make the specification and connect it to the library's start."""
        event = NoneEventDefinition()
        words = self.bpmn_attributes
        task = self.spec_class(self.spec, self.bpmn_id, event_definition=event, **words)
        self.spec.start.connect(task)
        return task


class BoundaryReader(_Plain, TaskParser):  # type: ignore[misc]  # the library has no types
    """Boundary events: armed, and fired by the runtime."""

    def create_task(self) -> Any:
        """Make the specification."""
        interrupts = self.node.get("cancelActivity", "true").lower() == "true"
        words = self.bpmn_attributes
        return self.spec_class(
            self.spec,
            self.bpmn_id,
            event_definition=Armed(),
            cancel_activity=interrupts,
            **words,
        )


_WAITS = ("userTask", "serviceTask", "receiveTask", "callActivity", "intermediateCatchEvent")
_AUTOS = ("task", "scriptTask", "businessRuleTask", "sendTask", "intermediateThrowEvent")


class Reader(BpmnParser):  # type: ignore[misc]  # the library has no types
    """SpiffWorkflow's parser with our specifications."""

    OVERRIDE_PARSER_CLASSES = {  # noqa: RUF012  # the library's extension point
        **{full_tag(name): (NodeReader, Wait) for name in (*_WAITS, "manualTask")},
        **{full_tag(name): (NodeReader, Auto) for name in _AUTOS},
        full_tag("startEvent"): (StartReader, StartEvent),
        full_tag("endEvent"): (EndReader, EndEvent),
        full_tag("boundaryEvent"): (BoundaryReader, Boundary),
        full_tag("exclusiveGateway"): (ChoiceReader, Choice),
        full_tag("inclusiveGateway"): (ChoiceReader, InclusiveGateway),
        full_tag("parallelGateway"): (GatewayReader, Join),
        full_tag("eventBasedGateway"): (GatewayReader, EventChoice),
        full_tag("subProcess"): (ScopeReader, SubWorkflowTask),
    }

    def __init__(
        self, order: Mapping[tuple[str, str], int], conditions: frozenset[str]
    ) -> None:
        super().__init__()
        self.order = order  # (source id, target id) -> place among the outgoing flows
        self.conditions = conditions  # ids of flows with a compiled condition

    def _find_dependencies(self, process: Any) -> None:
        """Called processes are instances of their own."""


def read(
    tree: Any,
    process: str,
    start: str,
    order: Mapping[tuple[str, str], int],
    conditions: frozenset[str],
) -> tuple[Any, dict[str, Any]]:
    """Give specification and sub-process specifications of PROCESS begun at event START.

    Other start events of the process are left out of the copy that is read, because a
    case begins at one of them only.
    """
    copy = deepcopy(tree)
    for element in copy.iter(f"{_BPMN}process"):
        if element.get("id") != process:
            continue
        for event in list(element.iterchildren(f"{_BPMN}startEvent")):
            if event.get("id") != start:
                element.remove(event)
    reader = Reader(order, conditions)
    reader.add_bpmn_xml(etree.ElementTree(copy))
    return reader.get_spec(process), reader.get_subprocess_specs(process)
