"""Elements → processes, scopes, nodes, flows and lanes, with every reference resolved."""

from collections.abc import Mapping

from engine.bpmn import words
from engine.bpmn.model import (
    Definition,
    Element,
    File,
    Flow,
    Lane,
    Node,
    Process,
    Scope,
)
from engine.bpmn.report import Report, label

NESTING = 50  # sub-processes inside each other (kernel.md 7)
SIZE = 20_000  # flow nodes of one process
NEED_ID = words.FLOW_NODES | {"sequenceFlow", "process"} | frozenset(words.GLOBAL_TASKS)


def outline(root: Element, roles: Mapping[str, str], report: Report) -> File:
    """Build the typed view of one file."""
    file = File(root.file, root, collect_ids(root, report), [], message_flows(root))
    for child in root.all("process"):
        file.processes.append(Outliner(child, file, roles, report).build())
    if not file.processes:
        report.add("xml.no_process", root.file)
    return file


def message_flows(root: Element) -> Mapping[str, str]:
    """Give the targets of the message flows by their source; the first one counts."""
    found: dict[str, str] = {}
    for collaboration in root.all("collaboration"):
        for flow in collaboration.all("messageFlow"):
            source = flow.attrs.get("sourceRef", "")
            found.setdefault(source, flow.attrs.get("targetRef", ""))
    return found


def collect_ids(root: Element, report: Report) -> Mapping[str, Element]:
    """Index all elements by id; report missing and duplicate ones."""
    ids: dict[str, Element] = {}
    for element in root.walk():
        if not element.id:
            if element.kind in NEED_ID:
                report.add("id.missing", element)
            continue
        first = ids.setdefault(element.id, element)
        if first is not element:
            other = Report.defaults(first)
            report.add(
                "id.duplicate", element, m=label(first), mk=other["k"], mline=first.line
            )
    return ids


class Outliner:
    """One walk over one process."""

    def __init__(
        self, element: Element, file: File, roles: Mapping[str, str], report: Report
    ) -> None:
        self.file = file
        self.roles = roles
        self.report = report
        root = Scope(element, element.id)
        self.process = Process(element, element.id, file, root, scopes=[root])

    def build(self) -> Process:
        """Give the process: nodes first, then what connects them."""
        self.nodes()
        self.attach()
        for scope in self.process.scopes:
            self.connect(scope)
        for node in self.process.nodes:
            self.sort_outgoing(node)
            self.choose_default(node)
        self.place_in_lanes()
        return self.process

    def nodes(self) -> None:
        """Make the nodes of all scopes in document order with an explicit stack."""
        process = self.process
        depth = {id(process.root): 0}
        stack: list[tuple[Element, Scope]] = [(process.element, process.root)]
        while stack:
            element, scope = stack.pop()
            if element is not scope.element:
                node = self.node(element, scope)
                if element.kind not in words.SUBPROCESSES:
                    continue
                inner = Scope(element, element.id, parent=scope, node=node)
                node.body = inner
                process.scopes.append(inner)
                depth[id(inner)] = depth[id(scope)] + 1
                if depth[id(inner)] > NESTING:
                    self.report.add("model.nesting", element, limit=NESTING)
                    continue
                scope = inner
            inside = [c for c in element.children if c.kind in words.FLOW_NODES]
            stack.extend((child, scope) for child in reversed(inside))
        if len(process.nodes) > SIZE:
            self.report.add("model.size", process.element, limit=SIZE)

    def node(self, element: Element, scope: Scope) -> Node:
        """Make one node."""
        kind = element.kind
        if kind == "subProcess" and element.flag("triggeredByEvent"):
            kind = "eventSubProcess"
        node = Node(element, element.id, kind, scope)
        node.loop = element.first(*words.LOOPS)
        node.definitions = self.definitions(element)
        scope.nodes.append(node)
        self.process.nodes.append(node)
        if node.id:
            self.process.by_id.setdefault(node.id, node)
        return node

    def definitions(self, element: Element) -> list[Definition]:
        """Give the event definitions in document order, references resolved."""
        found = []
        for child in element.children:
            target: Element | None = child
            if child.kind == "eventDefinitionRef":
                target = self.file.find(child.text, *words.DEFINITIONS)
                if target is None:
                    self.report.add("event.definition_ref", element, r=child.text)
            if target is not None and target.kind in words.DEFINITIONS:
                trigger = target.kind.removesuffix("EventDefinition")
                found.append(Definition(trigger, target))
        return found

    def attach(self) -> None:
        """Hang boundary events on their activities."""
        for node in self.process.nodes:
            if node.kind != "boundaryEvent":
                continue
            host = self.process.by_id.get(node.element.attrs.get("attachedToRef", ""))
            fits = host is not None and host.kind in words.ACTIVITIES
            if host is None or not fits or host.scope is not node.scope:
                self.report.add("boundary.host", node.element)
                continue
            node.host = host
            host.boundaries.append(node)

    def connect(self, scope: Scope) -> None:
        """Join the sequence flows of SCOPE to their nodes."""
        for element in scope.element.all("sequenceFlow"):
            source = self.end(element, "sourceRef")
            target = self.end(element, "targetRef")
            if source is None or target is None:
                continue
            if source.scope is not scope or target.scope is not scope:
                self.report.add("flow.crosses", element)
                continue
            condition = element.first("conditionExpression")
            flow = Flow(element, element.id, source, target)
            flow.condition = None if condition is None else condition.text.strip()
            source.outgoing.append(flow)
            target.incoming.append(flow)
            scope.flows.append(flow)
            self.process.flows.append(flow)

    def end(self, element: Element, attribute: str) -> Node | None:
        """Find one end of a flow."""
        reference = element.attrs.get(attribute, "")
        node = self.process.by_id.get(reference)
        if node is not None:
            return node
        elsewhere = self.file.ids.get(reference)
        if elsewhere is not None and elsewhere.kind in words.FLOW_NODES:
            self.report.add("flow.crosses", element)
        else:
            self.report.add("flow.dangling", element, end=attribute, ref=reference or "—")
        return None

    def sort_outgoing(self, node: Node) -> None:
        """Take the order of <outgoing> if it lists exactly the flows (kernel.md 1.5, 2)."""
        listed = [child.text for child in node.element.all("outgoing")]
        flows = {flow.id: flow for flow in node.outgoing}
        for reference in listed:
            if reference not in flows and reference not in self.file.ids:
                self.report.add("flow.incoming_list", node.element, r=reference)
        if len(listed) == len(node.outgoing) and set(listed) == set(flows):
            node.outgoing = [flows[reference] for reference in listed]

    def choose_default(self, node: Node) -> None:
        """Resolve the default flow."""
        reference = node.element.attrs.get("default")
        if not reference:
            return
        node.default = next((f for f in node.outgoing if f.id == reference), None)
        if node.default is None:
            self.report.add("flow.default", node.element, r=reference)
        elif node.default.condition:
            self.report.add("flow.default_condition", node.default.element)

    def place_in_lanes(self) -> None:
        """Give every node its innermost lane; nodes inside sub-processes inherit."""
        innermost: dict[str, Lane] = {}
        stack = [
            (lane, "")
            for lane_set in reversed(self.process.element.all("laneSet"))
            for lane in reversed(lane_set.all("lane"))
        ]
        while stack:
            element, outer = stack.pop()
            role = lane_role(element, self.roles) or outer
            members = [ref.text for ref in element.all("flowNodeRef")]
            lane = Lane(element, element.id, element.name, role, members)
            self.process.lanes.append(lane)
            for member in members:  # an inner lane comes after its outer one and wins
                innermost[member] = lane
            inner = [c for group in element.all("childLaneSet") for c in group.all("lane")]
            stack.extend((child, role) for child in reversed(inner))
        for node in self.process.nodes:
            outer_node = node.scope.node
            inherited = outer_node.lane if outer_node is not None else None
            node.lane = innermost.get(node.id, inherited)


def lane_role(element: Element, roles: Mapping[str, str]) -> str:
    """Give the role of a lane: its property `role`, else its id or name if it is one."""
    stated = element.properties().get("role", "")
    if stated:
        return stated
    for word in (element.id, element.name):
        if word in roles:
            return word
    return next((code for code, title in roles.items() if title == element.name), "")
