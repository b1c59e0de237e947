"""Checked model → engine.kernel.plan.Plan: dense arrays in document order."""

from engine.bpmn.activities import Parts, Scene, fields, mapping_parts, work_parts
from engine.bpmn.checks.structure import implicit_starts, is_handler, starts
from engine.bpmn.formulas import Place, Variable
from engine.bpmn.loops import multi_instance, standard_loop
from engine.bpmn.mappings import assign
from engine.bpmn.model import Definition, Element, Node, Process, Scope
from engine.bpmn.names import data_name, form_of
from engine.bpmn.side import check_side_formulas
from engine.bpmn.triggers import Triggers
from engine.kernel import plan
from engine.kernel.reach import with_reach

CONDITION = Place("的条件", "condition")
# attribute of an error or escalation definition -> what the kernel hands to the handler
CAUGHT = {
    "errorCodeVariable": "errorCode",
    "errorMessageVariable": "errorMessage",
    "escalationCodeVariable": "errorCode",
}
QUANTITIES = ("startQuantity", "completionQuantity")


class Assembler:
    """Builds the plan of one process; what has a finding is left out of it."""

    def __init__(self, process: Process, scene: Scene) -> None:
        self.process = process
        self.scene = scene
        self.index = {id(node): place for place, node in enumerate(process.nodes)}
        self.scopes = {id(scope): place for place, scope in enumerate(process.scopes)}
        self.flows = {id(flow): place for place, flow in enumerate(process.flows)}
        self.triggers = Triggers(scene.file, scene.env, scene.formulas, scene.calendar)

    def build(self, digest: str) -> plan.Plan:
        """Give the plan."""
        for element in (self.process.element, *(n.element for n in self.process.nodes)):
            check_side_formulas(element, self.scene.formulas)
        flows = tuple(self.flow(place) for place in range(len(self.process.flows)))
        nodes = with_reach([self.node(node) for node in self.process.nodes], flows)
        scopes = tuple(self.scope(scope) for scope in self.process.scopes)
        root = starts(self.process.root)
        return plan.Plan(
            key=self.process.key,
            nodes=nodes,
            flows=flows,
            scopes=scopes,
            digest=digest,
            typed_starts=tuple(self.at(node) for node in root if node.definitions),
            by_id={node.id: place for place, node in enumerate(self.process.nodes)},
        )

    def at(self, node: Node) -> int:
        """Give the index of a node."""
        return self.index[id(node)]

    def flow(self, place: int) -> plan.Flow:
        """Make one flow with its condition."""
        flow = self.process.flows[place]
        condition = None
        if flow.condition is not None and flow.source.default is not flow:
            element = flow.element.first("conditionExpression")
            language = "" if element is None else element.attrs.get("language", "")
            if language and "feel" not in language.lower():
                self.scene.formulas.say(
                    "expr.language", flow.element, CONDITION, language=language
                )
            else:
                condition = self.scene.formulas.compile(
                    flow.condition, flow.element, CONDITION
                )
        source, target = self.at(flow.source), self.at(flow.target)
        return plan.Flow(place, flow.id, source, target, condition)

    def node(self, node: Node) -> plan.Node:
        """Make one node from the parts of its kind."""
        parts = self.common(node)
        multi = multi_instance(node, self.scene.file, self.scene.formulas)
        parts.update(self.event_parts(node))
        parts.update(work_parts(node, multi, self.scene))
        parts.update(mapping_parts(node, parts["defs"], self.scene))
        caught = self.caught(node)
        if caught:
            parts["outputs"] = (*parts.get("outputs", ()), *caught)
        return plan.Node(
            loop=standard_loop(node, self.scene.formulas),
            multi=multi,
            boundaries=tuple(self.at(boundary) for boundary in node.boundaries),
            **parts,
        )

    def common(self, node: Node) -> Parts:
        """Give what every node has: place, flows, quantities."""
        default = node.default
        quantities = [self.quantity(node, name) for name in QUANTITIES]
        return {
            "index": self.at(node),
            "id": node.id,
            "kind": plan.Kind(node.kind),
            "scope": self.scopes[id(node.scope)],
            "incoming": tuple(self.flows[id(flow)] for flow in node.incoming),
            "outgoing": tuple(self.flows[id(flow)] for flow in node.outgoing),
            "default": None if default is None else self.flows[id(default)],
            "body": None if node.body is None else self.scopes[id(node.body)],
            "start_quantity": quantities[0],
            "completion_quantity": quantities[1],
        }

    def quantity(self, node: Node, name: str) -> int:
        """Read startQuantity or completionQuantity, a whole number from 1."""
        text = node.element.attrs.get(name, "1").strip()
        if text.isdecimal() and 1 <= int(text) <= 1000:
            return int(text)
        self.scene.formulas.report.add("task.word", node.element, attr=name, r=text)
        return 1

    def event_parts(self, node: Node) -> Parts:
        """Give definitions, interruption, host and link of an event, or a task's message."""
        if node.kind == "receiveTask" or self.sends_message(node):
            message = node.element.attrs.get("messageRef", "")
            held = Element("message", node.element.file, 0, 0, {"messageRef": message})
            made = self.triggers.definition(node, Definition("message", held))
            return {"defs": () if made is None else (made,)}
        if node.kind == "startEvent":
            fields(node.element, form_of(node.element), self.scene)
        stays = "cancelActivity" if node.kind == "boundaryEvent" else "isInterrupting"
        return {
            "defs": self.triggers.definitions(node),
            "parallel_multiple": node.element.flag("parallelMultiple"),
            "interrupting": node.element.flag(stays, default=True),
            "host": None if node.host is None else self.at(node.host),
            "link": None if node.link is None else self.at(node.link),
        }

    @staticmethod
    def sends_message(node: Node) -> bool:
        """Tell whether a send task throws a message rather than calling a service."""
        return node.kind == "sendTask" and "topic" not in node.element.camunda

    def caught(self, node: Node) -> tuple[plan.Assign, ...]:
        """Write the caught code and message to the variables the vendor attributes name."""
        made = []
        if node.kind in ("boundaryEvent", "startEvent"):
            for definition in node.definitions:
                for attribute, source in CAUGHT.items():
                    target = definition.element.camunda.get(attribute)
                    if target:
                        value = Variable(source)
                        made.append(
                            assign(target, value, node.element, self.scene.formulas)
                        )
        return tuple(one for one in made if one is not None)

    def scope(self, scope: Scope) -> plan.Scope:
        """Make one scope: what starts in it, its handlers and its own data."""
        begin = starts(scope)
        first = [n for n in begin if not n.definitions] if begin else implicit_starts(scope)
        if is_handler(scope):
            first = begin
        data = [e for e in scope.element.children if e.kind in ("dataObject", "property")]
        parent, node = scope.parent, scope.node
        return plan.Scope(
            index=self.scopes[id(scope)],
            id=scope.id,
            parent=None if parent is None else self.scopes[id(parent)],
            node=None if node is None else self.at(node),
            starts=tuple(self.at(n) for n in first),
            event_subs=tuple(
                self.at(n) for n in scope.nodes if n.kind == "eventSubProcess"
            ),
            declared=tuple(data_name(element) for element in data),
        )
