"""Rules about starts, flows, reachability and names."""

from engine.bpmn import words
from engine.bpmn.model import Node, Process, Scope
from engine.bpmn.report import Report, kind_zh, label

NAMED = words.ACTIVITIES | {"exclusiveGateway", "inclusiveGateway", "eventSubProcess"}


def triggers(node: Node) -> list[str]:
    """Give the triggers of an event in document order."""
    return [definition.trigger for definition in node.definitions]


def starts(scope: Scope) -> list[Node]:
    """Give the start events directly inside SCOPE."""
    return [node for node in scope.nodes if node.kind == "startEvent"]


def implicit_starts(scope: Scope) -> list[Node]:
    """Give the nodes that get a token when SCOPE has no start event (kernel.md 2.2)."""
    if starts(scope):
        return []
    return [node for node in scope.nodes if not node.incoming and begins(node)]


def begins(node: Node) -> bool:
    """Tell whether a node without incoming flow may be an implicit start."""
    if node.kind in ("boundaryEvent", "eventSubProcess", "endEvent"):
        return False
    if node.kind == "intermediateCatchEvent" and "link" in triggers(node):
        return False
    element = node.element
    return not (element.flag("isForCompensation") or element.flag("instantiate"))


def is_handler(scope: Scope) -> bool:
    """Tell whether SCOPE is the body of an event sub-process."""
    return scope.node is not None and scope.node.kind == "eventSubProcess"


def start_missing(process: Process, report: Report) -> None:
    """Find scopes with content that cannot begin, and a process without content."""
    for scope in process.scopes:
        if is_handler(scope) or starts(scope) or implicit_starts(scope):
            continue
        if scope.nodes or scope.parent is None:
            report.add("start.missing", scope.element)


def start_ambiguous(process: Process, report: Report) -> None:
    """Find scopes with several plain starts."""
    for scope in process.scopes:
        plain = [node for node in starts(scope) if not node.definitions]
        if len(plain) > 1 and not is_handler(scope):
            names = "、".join(label(node.element) for node in plain)
            report.add("start.ambiguous", scope.element, list=names)


def start_typed_inside(process: Process, report: Report) -> None:
    """Find typed or several starts of an embedded sub-process (kernel.md 2.5)."""
    for scope in process.scopes:
        if scope.node is None or is_handler(scope):
            continue
        for node in starts(scope):
            if node.definitions:
                outer = label(scope.element)
                report.add("start.typed_inside", node.element, m=outer)


def esp_start(process: Process, report: Report) -> None:
    """Find event sub-processes whose start cannot trigger them, or with flows."""
    for scope in process.scopes:
        node = scope.node
        if node is None or not is_handler(scope):
            continue
        begin = starts(scope)
        if len(begin) != 1 or not begin[0].definitions:
            report.add("esp.start", node.element)
        if node.incoming or node.outgoing:
            report.add("esp.flow", node.element)


def flow_ends(process: Process, report: Report) -> None:
    """Find flows into starts and boundary events, and out of ends."""
    for flow in process.flows:
        target, source = flow.target, flow.source
        if target.kind == "startEvent":
            report.add("flow.into_start", flow.element, m=label(target.element))
        if target.kind == "boundaryEvent":
            report.add("flow.into_boundary", flow.element, m=label(target.element))
        if source.kind == "endEvent":
            report.add("flow.out_of_end", flow.element, m=label(source.element))


def flow_condition_place(process: Process, report: Report) -> None:
    """Find conditions where no choice is made (kernel.md 2.2)."""
    for flow in process.flows:
        source = flow.source
        plain = source.kind in ("startEvent", "parallelGateway", "eventBasedGateway")
        caught = source.kind in ("boundaryEvent", "intermediateCatchEvent")
        if flow.condition is not None and (plain or caught):
            names = {"k": kind_zh(source.kind), "m": label(source.element)}
            report.add("flow.condition_place", flow.element, **names)


def reached(scope: Scope) -> set[int]:
    """Give the identities of the nodes of SCOPE a token can stand on."""
    stack = [*starts(scope), *implicit_starts(scope)]
    stack.extend(node for node in scope.nodes if node.kind == "eventSubProcess")
    seen = {id(node) for node in stack}
    while stack:
        node = stack.pop()
        following = [flow.target for flow in node.outgoing]
        following.extend(node.boundaries)
        following.extend([node.link] if node.link is not None else [])
        for target in following:
            if id(target) not in seen:
                seen.add(id(target))
                stack.append(target)
    return seen


def node_unreachable(process: Process, report: Report) -> None:
    """Find nodes no token can ever reach, only the outermost ones."""
    dead: set[int] = set()
    for scope in process.scopes:
        if scope.parent is not None and id(scope) in dead:
            continue
        live = reached(scope)
        for node in scope.nodes:
            if id(node) not in live and not node.element.flag("isForCompensation"):
                if node.kind != "boundaryEvent" or node.host is not None:
                    report.add("node.unreachable", node.element)
                if node.body is not None:
                    dead.add(id(node.body))


def link_pair(process: Process, report: Report) -> None:
    """Resolve link throws to the one catch of their name in the same scope."""
    for scope in process.scopes:
        throws = links(scope, "intermediateThrowEvent")
        catches = links(scope, "intermediateCatchEvent")
        for name, nodes in catches.items():
            if len(nodes) > 1:
                why = {"why": f"有多个接收“{name}”", "why_en": f"several catches of “{name}”"}
                report.add("link.pair", nodes[1].element, **why)
            if name not in throws:
                why = {"why": f"没有发出“{name}”", "why_en": f"no throw of “{name}”"}
                report.add("link.pair", nodes[0].element, **why)
        for name, nodes in throws.items():
            for node in nodes:
                pair_up(node, name, catches.get(name, []), report)


def pair_up(node: Node, name: str, catches: list[Node], report: Report) -> None:
    """Join one throw to its catch."""
    if node.outgoing:
        why = {"why": "发出链接之后不能有连线", "why_en": "a link throw has no outgoing flow"}
        report.add("link.pair", node.element, **why)
    if catches:
        node.link = catches[0]
    else:
        why = {"why": f"没有接收“{name}”", "why_en": f"no catch of “{name}”"}
        report.add("link.pair", node.element, **why)


def links(scope: Scope, kind: str) -> dict[str, list[Node]]:
    """Give the link events of one kind by link name."""
    found: dict[str, list[Node]] = {}
    for node in scope.nodes:
        for definition in node.definitions if node.kind == kind else ():
            if definition.trigger == "link":
                found.setdefault(definition.element.name, []).append(node)
    return found


def data_unresolved(process: Process, report: Report) -> None:
    """Find data object references that refer to nothing (kernel.md 2.12)."""
    for element in process.element.walk():
        if element.kind == "dataObjectReference":
            reference = element.attrs.get("dataObjectRef", "")
            if process.file.find(reference, "dataObject") is None:
                report.add("data.unresolved", element, r=reference or "—")


def label_missing(process: Process, report: Report) -> None:
    """Find activities and choosing gateways a reader cannot name."""
    for node in process.nodes:
        choosing = node.kind not in words.GATEWAYS or len(node.outgoing) > 1
        if node.kind in NAMED and choosing and not node.name:
            report.add("label.missing", node.element)
