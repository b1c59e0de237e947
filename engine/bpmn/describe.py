"""What pages and commands must know of a process: model → ProcessFacts."""

from typing import Any

from engine.base.writable import items
from engine.bpmn.deploy import DeployEnv
from engine.bpmn.dues import settings_of
from engine.bpmn.facts import FlowFacts, NodeFacts, ProcessFacts, StartFacts
from engine.bpmn.gov import typed
from engine.bpmn.model import Definition, Element, File, Lane, Node, Process
from engine.bpmn.names import data_name, form_of

NAMED = frozenset({"message", "signal"})


def describe(process: Process, env: DeployEnv) -> ProcessFacts:
    """Give the facts of one process, in document order, the same for the same bytes."""
    element = process.element
    nodes = {node.id: node_facts(node, process, env) for node in process.nodes}
    return ProcessFacts(
        key=process.key,
        name=process.name,
        file=process.file.name,
        documentation=element.documentation(),
        version_tag=element.camunda.get("versionTag", ""),
        family=element.gov.get("family", ""),
        number_pattern=element.gov.get("numberPattern", ""),
        calendar=element.gov.get("calendar", "cn"),
        sensitivity=element.gov.get("sensitivity", "internal"),
        retention=retention(element),
        reopen_at=element.gov.get("reopenAt", ""),
        no_cancel_after=tuple(items(element.gov.get("noCancelAfter", ""))),
        cancel_to=element.gov.get("cancelTo", "cancelled"),
        starter_groups=tuple(items(element.camunda.get("candidateStarterGroups", ""))),
        nodes=nodes,
        flows={flow.id: flow_facts(flow, process) for flow in flow_elements(process)},
        starts=tuple(starts(process)),
        lanes=tuple(lane_facts(lane) for lane in process.lanes),
        search_fields=tuple(typed(one) for one in element.governed("searchField")),
        clauses=clauses(element),
        decisions=unique(process, "decisionRef"),
        services=unique(process, "topic"),
        called=called(process),
        variables=tuple(
            data_name(one) for one in element.walk() if one.kind in ("dataObject", "property")
        ),
    )


def retention(element: Element) -> str:
    """Give the records rule; the vendor's historyTimeToLive is read as days."""
    said = element.gov.get("retentionPeriod", "")
    days = element.camunda.get("historyTimeToLive", "")
    if said or not days:
        return said
    return f"P{days}D" if days.isdecimal() else days


def unique(process: Process, attribute: str) -> tuple[str, ...]:
    """Give the values of a camunda: attribute of all nodes, once each, in order."""
    found = (node.element.camunda.get(attribute, "") for node in process.nodes)
    return tuple(dict.fromkeys(value for value in found if value))


def called(process: Process) -> tuple[str, ...]:
    """Give the keys of the called processes; a computed one is not known."""
    found = (
        node.element.attrs.get("calledElement", "")
        for node in process.nodes
        if node.kind == "callActivity"
    )
    return tuple(dict.fromkeys(k for k in found if k and not k.startswith("=")))


def clauses(element: Element) -> tuple[dict[str, Any], ...]:
    """Give the clauses an element carries."""
    return tuple(typed(one) for one in element.governed("clause"))


def first(element: Element, kind: str) -> dict[str, Any]:
    """Give one gov: structure as a dictionary, {} without."""
    found = element.governed(kind)
    return typed(found[0]) if found else {}


def node_facts(node: Node, process: Process, env: DeployEnv) -> NodeFacts:
    """Give the facts of one node."""
    element = node.element
    lane = node.lane
    triggers = ",".join(one.trigger for one in node.definitions)
    return NodeFacts(
        id=node.id,
        kind=element.kind,
        name=node.name,
        parent=node.scope.id,
        lane=lane.id if lane else "",
        lane_name=lane.name if lane else "",
        role=lane.role if lane else "",
        documentation=element.documentation(),
        form=form_of(element) or None,
        state=element.gov.get("state"),
        next_round=element.gov.get("round") == "next",
        phase=element.gov.get("phase"),
        sign_off=element.gov.get("signOff") == "true",
        mobile=element.gov.get("mobile") == "true",
        bulk=element.gov.get("bulkApprove") == "true",
        outcomes=tuple(typed(one) for one in element.governed("outcome")),
        assignment=first(element, "assignment"),
        seats=first(element, "seats"),
        due=due_facts(element, env),
        returns=first(element, "return"),
        transfer=first(element, "transfer"),
        revoke_until=element.gov.get("revokeUntil") or "acted",
        evidence=tuple(i for e in element.governed("evidence") for i in typed(e)["items"]),
        clauses=clauses(element),
        shares=tuple(typed(one) for one in element.governed("share")),
        metrics=tuple(typed(one) for one in element.governed("metric")),
        event=triggers,
        detail=detail(node, process.file),
        attached_to=element.attrs.get("attachedToRef", ""),
        properties=dict(element.properties()),
    )


def due_facts(element: Element, env: DeployEnv) -> dict[str, Any]:
    """Give the due rule as it counts: the row of the due-table under what is drawn."""
    governed = element.governed("due")
    if governed:
        return {key: plain(value) for key, value in settings_of(governed[0], env).items()}
    date = element.camunda.get("dueDate")
    return {"dueDate": date} if date else {}


def plain(value: Any) -> Any:
    """Give a value JSON can hold: dates of a configuration file become text."""
    if value is None or isinstance(value, (bool, int, str, list, dict)):
        return value
    return str(value)


def detail(node: Node, file: File) -> str:
    """Give the text of an event or task: timer, message or signal name, code, decision."""
    if node.definitions:
        texts = [definition_text(one, node, file) for one in node.definitions]
        return "；".join(filter(None, texts))
    element = node.element
    message = file.find(element.attrs.get("messageRef", ""), "message")
    if message is not None:
        return message.name
    named = (element.camunda.get("decisionRef"), element.camunda.get("topic"))
    return next(filter(None, (*named, element.attrs.get("calledElement"))), "")


def definition_text(definition: Definition, node: Node, file: File) -> str:
    """Give the text of one event definition."""
    element = definition.element
    kind = definition.trigger
    if kind == "timer":
        specs = element.all("timeDate", "timeDuration", "timeCycle")
        texts = [spec.text.strip() for spec in specs]
        due = node.element.governed("due")
        return " ".join(texts) or (due[0].attrs.get("key", "") if due else "")
    if kind in ("message", "signal"):
        found = file.find(element.attrs.get(f"{kind}Ref", ""), kind)
        return "" if found is None else found.name
    if kind in ("error", "escalation"):
        found = file.find(element.attrs.get(f"{kind}Ref", ""), kind)
        return "" if found is None else found.attrs.get(f"{kind}Code", "")
    return element.content("condition") or element.name


def flow_facts(element: Element, process: Process) -> FlowFacts:
    """Give the facts of one sequence flow."""
    source = process.by_id.get(element.attrs.get("sourceRef", ""))
    default = source is not None and source.element.attrs.get("default") == element.id
    return FlowFacts(
        id=element.id,
        source=element.attrs.get("sourceRef", ""),
        target=element.attrs.get("targetRef", ""),
        name=element.name,
        condition=element.content("conditionExpression"),
        action=element.gov.get("action", ""),
        default=default,
    )


def starts(process: Process) -> list[StartFacts]:
    """Give the ways to start the process."""
    found = []
    for node in process.root.nodes:
        if node.kind != "startEvent":
            continue
        for kind, text in trigger_texts(node, process.file):
            found.append(
                StartFacts(
                    node=node.id,
                    kind=kind,
                    name=text if kind in NAMED else "",
                    spec=text if kind == "timer" else "",
                    form=form_of(node.element) or None,
                    catch_up=node.element.gov.get("catchUp", "latest"),
                    initiator=node.element.camunda.get("initiator", ""),
                )
            )
    return found


def trigger_texts(node: Node, file: File) -> list[tuple[str, str]]:
    """Give trigger and text of each definition of a start; a plain one is none."""
    if not node.definitions:
        return [("none", "")]
    return [(one.trigger, definition_text(one, node, file)) for one in node.definitions]


def lane_facts(lane: Lane) -> dict[str, Any]:
    """Give the facts of one lane."""
    return {"id": lane.id, "name": lane.name, "role": lane.role, "nodes": list(lane.members)}


def flow_elements(process: Process) -> list[Element]:
    """Give all sequence flows of a process in document order."""
    return [one for one in process.element.walk() if one.kind == "sequenceFlow"]

