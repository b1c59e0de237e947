"""Rules about choices: conditions missing, no default path, flows hidden by another."""

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
    """Find choices whose conditions may all fail."""
    for gateway in splits(process):
        open_ended = all(flow.condition for flow in gateway.outgoing)
        if gateway.default is None and open_ended and not covers_both(gateway):
            report.add("gateway.no_default", gateway.element)


def covers_both(gateway: Node) -> bool:
    """Tell whether two conditions are each other's plain negation."""
    texts = [plain(flow.condition or "") for flow in gateway.outgoing]
    return any(f"not({text})" in texts for text in texts)


def plain(text: str) -> str:
    """Write a condition without the leading "=" and without spaces."""
    return "".join(text.removeprefix("=").split())
