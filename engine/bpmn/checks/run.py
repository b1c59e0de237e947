"""All rules in one list, and the order they run in."""

from collections.abc import Callable

from engine.bpmn.checks import events, gateways, seats, structure
from engine.bpmn.model import Process
from engine.bpmn.report import Report

Rule = Callable[[Process, Report], None]

RULES: tuple[Rule, ...] = (
    structure.link_pair,  # first: it resolves the links reachability follows
    structure.start_missing,
    structure.start_ambiguous,
    structure.start_typed_inside,
    structure.esp_start,
    structure.flow_ends,
    structure.flow_condition_place,
    structure.node_unreachable,
    structure.data_unresolved,
    structure.label_missing,
    events.event_position,
    events.event_definition,
    events.event_targets,
    events.uncaught,
    events.catch_dead,
    gateways.no_condition,
    seats.seats,
)


def check(process: Process, report: Report) -> None:
    """Run every rule over one executable process."""
    for rule in RULES:
        rule(process, report)
