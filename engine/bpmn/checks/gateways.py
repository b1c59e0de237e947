"""Rules about choices: conditions missing, flows hidden by another."""

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
