"""Rules about choices: conditions missing, no default path, flows hidden by another."""

from engine.bpmn import words
from engine.bpmn.model import Node, Process
from engine.bpmn.report import Report, label

CHOOSING = frozenset({"exclusiveGateway", "inclusiveGateway"})


def splits(process: Process) -> list[Node]:
    """Give the exclusive and inclusive gateways with several ways out."""
    return [n for n in process.nodes if n.kind in CHOOSING and len(n.outgoing) > 1]


def no_condition(process: Process, report: Report) -> None:
    """Find flows of a choice without condition; an error if it hides later flows."""
    for gateway in splits(process):
        flows = gateway.outgoing
        for place, flow in enumerate(flows):
            if flow.condition or flow is gateway.default:
                continue
            later = [f for f in flows[place + 1 :] if f is not gateway.default]
            hides = gateway.kind == "exclusiveGateway" and bool(later)
            code = "gateway.no_condition:hides" if hides else "gateway.no_condition"
            report.add(code, gateway.element, f=label(flow.element))


def no_default(process: Process, report: Report) -> None:
    """Find nodes whose conditions may all fail, also a single one."""
    for node in process.nodes:
        chooses = node.kind in CHOOSING or node.kind in words.ACTIVITIES
        open_ended = bool(node.outgoing) and all(flow.condition for flow in node.outgoing)
        if chooses and open_ended and node.default is None and not covers_both(node):
            report.add("gateway.no_default", node.element)


def covers_both(gateway: Node) -> bool:
    """Tell whether two conditions are each other's plain negation."""
    texts = [plain(flow.condition or "") for flow in gateway.outgoing]
    return any(f"not({text})" in texts for text in texts)


def plain(text: str) -> str:
    """Write a condition without the leading "=" and without spaces."""
    return "".join(text.removeprefix("=").split())
