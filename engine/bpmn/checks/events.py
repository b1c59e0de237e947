"""Rules about events: what is legal in which position, gateways of events, errors caught."""

from collections.abc import Mapping

from engine.bpmn.checks.structure import starts, triggers
from engine.bpmn.model import Definition, File, Node, Process, Scope
from engine.bpmn.report import Report, label

CATCHING = frozenset({"message", "timer", "signal", "conditional"})
# The table of kernel.md 2.8: position -> triggers; boundary and ESP starts by interruption.
LEGAL: Mapping[str, frozenset[str]] = {
    "start": CATCHING,
    "handler": CATCHING | {"escalation", "error"},
    "handler beside": CATCHING | {"escalation"},
    "intermediateCatchEvent": CATCHING | {"link"},
    "intermediateThrowEvent": frozenset({"message", "signal", "escalation", "link"}),
    "boundary": CATCHING | {"escalation", "error"},
    "boundary beside": CATCHING | {"escalation"},
    "endEvent": frozenset({"message", "signal", "escalation", "error", "terminate"}),
}
UNSUPPORTED = frozenset({"compensate", "cancel"})  # reported as node.unsupported
TRIGGERS_ZH = {
    "message": "消息",
    "timer": "定时",
    "signal": "信号",
    "conditional": "条件",
    "escalation": "升级",
    "error": "错误",
    "terminate": "终止",
    "link": "链接",
    "compensate": "补偿",
    "cancel": "取消",
}


def position(node: Node) -> str:
    """Give the row of the table an event stands in."""
    if node.kind == "startEvent":
        outer = node.scope.node
        if outer is None or outer.kind != "eventSubProcess":
            return "start"
        beside = not node.element.flag("isInterrupting", default=True)
        return "handler beside" if beside else "handler"
    if node.kind == "boundaryEvent":
        beside = not node.element.flag("cancelActivity", default=True)
        return "boundary beside" if beside else "boundary"
    return node.kind


def event_position(process: Process, report: Report) -> None:
    """Find triggers that are not legal where they stand (kernel.md 2.8)."""
    for node in process.nodes:
        legal = LEGAL.get(position(node))
        if legal is None:
            continue
        for trigger in triggers(node):
            if trigger not in legal and trigger not in UNSUPPORTED:
                names = {"trigger": trigger, "trigger_zh": TRIGGERS_ZH[trigger]}
                report.add("event.position", node.element, **names)


def event_definition(process: Process, report: Report) -> None:
    """Find catching and boundary events without a trigger."""
    for node in process.nodes:
        if node.kind in ("boundaryEvent", "intermediateCatchEvent") and not node.definitions:
            references = node.element.all("eventDefinitionRef")
            if not references:  # an unresolved reference was reported where it stands
                report.add("event.no_definition", node.element)


def event_targets(process: Process, report: Report) -> None:
    """Find targets of event gateways that wait for nothing, or wait in a mixture."""
    for gateway in process.nodes:
        if gateway.kind != "eventBasedGateway":
            continue
        if not gateway.outgoing:
            report.add("gateway.event_few", gateway.element)
        targets = [flow.target for flow in gateway.outgoing]
        for target in targets:
            why = unfit(target, targets)
            if why:
                names = {"m": label(target.element), "why": why[0], "why_en": why[1]}
                report.add("gateway.event_targets", gateway.element, **names)


def unfit(target: Node, targets: list[Node]) -> tuple[str, str] | None:
    """Say why TARGET may not follow an event gateway, None when it may."""
    if target.kind == "receiveTask":
        if target.boundaries:
            return "接收任务不能带边界事件", "it has boundary events"
        if any(t.kind != "receiveTask" and "message" in triggers(t) for t in targets):
            return "接收任务不能与消息事件混用", "receive tasks and message events are mixed"
    elif target.kind != "intermediateCatchEvent" or not set(triggers(target)) <= CATCHING:
        return "不是等待事件", "it does not wait for an event"
    if len(target.incoming) > 1:
        return "有其他连线进入", "it has other incoming flows"
    return None


def code_of(definition: Definition, file: File) -> str | None:
    """Give the code an error or escalation definition names; None = any, or unresolved."""
    kind = definition.trigger
    found = file.find(definition.element.attrs.get(f"{kind}Ref", ""), kind)
    return None if found is None else found.attrs.get(f"{kind}Code") or None


def catchers(scope: Scope, kind: str, file: File) -> set[str | None]:
    """Give the codes the event sub-processes of SCOPE catch."""
    found: set[str | None] = set()
    for node in scope.nodes:
        if node.kind == "eventSubProcess" and node.body is not None:
            for begin in starts(node.body):
                found.update(code_of(d, file) for d in begin.definitions if d.trigger == kind)
    return found


def caught(node: Node, definition: Definition, file: File) -> bool:
    """Tell whether a thrown error or escalation meets a catcher further out."""
    kind = definition.trigger
    code = code_of(definition, file)
    if code is None:
        return True  # computed: cannot be told
    at: Scope | None = node.scope
    skipped = at.node if at is not None else None
    inside_handler = skipped is not None and skipped.kind == "eventSubProcess"
    while at is not None:
        if catchers(at, kind, file) & {code, None} and not inside_handler:
            return True
        host = at.node
        for boundary in host.boundaries if host is not None else ():
            codes = {code_of(d, file) for d in boundary.definitions if d.trigger == kind}
            if codes & {code, None}:
                return True
        inside_handler = host is not None and host.kind == "eventSubProcess"
        at = at.parent
    return False


def uncaught(process: Process, report: Report) -> None:
    """Find errors and escalations thrown with nobody to handle them."""
    for node in process.nodes:
        if node.kind not in ("endEvent", "intermediateThrowEvent"):
            continue
        for definition in node.definitions:
            if definition.trigger not in ("error", "escalation"):
                continue
            code = code_of(definition, process.file)
            if code is not None and not caught(node, definition, process.file):
                report.add(f"{definition.trigger}.uncaught", node.element, r=code)


def catch_dead(process: Process, report: Report) -> None:
    """Find error boundaries of tasks that throw nothing by their nature."""
    for node in process.nodes:
        host = node.host
        if host is None or host.kind not in ("receiveTask", "task", "sendTask"):
            continue
        sends = host.kind == "sendTask" and "topic" in host.element.camunda
        if not sends and {"error"} == set(triggers(node)):
            report.add("error.catch_dead", node.element)
