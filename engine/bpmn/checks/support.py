"""Elements we do not execute, refused by name with what to draw instead."""

from collections.abc import Mapping

from engine.bpmn import words
from engine.bpmn.model import Element, File
from engine.bpmn.report import Report, kind_en, kind_zh

# kind -> what to draw instead
REPLACEMENTS: Mapping[str, str] = {
    "complexGateway": "请改用包容网关，或并行网关加条件判断。",
    "transaction": "请改用普通子流程，加错误边界事件处理失败。",
    "adHocSubProcess": "请改用普通子流程，用并行网关列出可选任务。",
    "choreography": "请改画为协作图，每个参与方一个流程，用消息往来。",
    "globalChoreographyTask": "请改画为协作图，每个参与方一个流程，用消息往来。",
    "choreographyTask": "请改为发送任务和接收任务。",
    "subChoreography": "请改为子流程。",
    "callChoreography": "请改为调用活动。",
    "compensateEventDefinition": "请改为排他网关后的补救任务，或错误边界事件。",
    "cancelEventDefinition": "请改为错误结束事件和错误边界事件。",
    "dataInputAssociation": "请改为输入映射（camunda:inputParameter）。",
    "dataOutputAssociation": "请改为输出映射（camunda:outputParameter）。",
    "correlationSubscription": "请在消息上设置 gov:correlation。",
    "implicitThrowEvent": "请改为中间抛出事件。",
    "event": "请改为中间抛出事件。",
    "performer": "请改为 gov:assignment、camunda:assignee 或泳道。",
    "humanPerformer": "请改为 gov:assignment、camunda:assignee 或泳道。",
    "potentialOwner": "请改为 gov:assignment、camunda:candidateGroups 或泳道。",
    "resourceRole": "请改为 gov:assignment、camunda:candidateGroups 或泳道。",
    "complexBehaviorDefinition": "请使用多实例默认行为 All，并在其后用网关判断。",
}
INSTANTIATE = "请改为消息开始事件。"
COMPENSATION = "请改为排他网关后的普通任务。"
IO = "请改为输入、输出映射（camunda:inputOutput）。"
PROPERTY = "请把变量声明为流程或子流程中的数据对象。"
MERGE = "请删除 gov:merge=\"refuse\"，并让并行分支写不同的变量。"
CORRELATION = "请在消息上设置 gov:correlation。"


def unsupported(element: Element, report: Report) -> None:
    """Report one element we cannot execute, reachable or not (kernel.md 4, 36–37)."""
    replacement = REPLACEMENTS.get(element.kind) or by_attribute(element) or by_place(element)
    if not replacement:
        return
    at = holder(element)
    report.add(
        "node.unsupported",
        at,
        kind_zh=kind_word(element),
        kind=kind_en(element.kind),
        replacement=replacement,
    )


def by_attribute(element: Element) -> str:
    """Give the replacement of a kind that is executed but for one attribute."""
    if element.flag("instantiate") and element.kind in ("receiveTask", "eventBasedGateway"):
        return INSTANTIATE
    if element.flag("isForCompensation"):
        return COMPENSATION
    if element.gov.get("merge") == "refuse":
        return MERGE
    return ""


def by_place(element: Element) -> str:
    """Give the replacement of a data element where it would have to be executed."""
    parent = element.parent
    if parent is None:
        return ""
    if element.kind == "property" and parent.kind not in ("process", *words.SUBPROCESSES):
        return PROPERTY
    if element.kind == "ioSpecification" and parent.kind != "process":
        return "" if only_for_loop(element, parent) else IO
    return ""


def only_for_loop(element: Element, parent: Element) -> bool:
    """Tell whether an ioSpecification only names the lists of a multi-instance."""
    loop = parent.first("multiInstanceLoopCharacteristics")
    if loop is None:
        return False
    used = {loop.content("loopDataInputRef"), loop.content("loopDataOutputRef")}
    return all(data.id in used for data in element.all("dataInput", "dataOutput"))


def holder(element: Element) -> Element:
    """Give the node an element belongs to, so that the designer can jump there."""
    at = element
    while at.parent is not None and at.kind not in words.FLOW_NODES | words.CHOREOGRAPHY:
        if at.kind in ("process", "choreography"):
            return element
        at = at.parent
    return at if at.kind in words.FLOW_NODES | words.CHOREOGRAPHY else element


def kind_word(element: Element) -> str:
    """Say the kind in Chinese, with the attribute that makes the difference."""
    word = kind_zh(element.kind)
    if element.flag("instantiate"):
        return f"{word}，启动流程实例"
    if element.flag("isForCompensation"):
        return f"{word}，补偿"
    return word


def refuse(file: File, report: Report) -> None:
    """Refuse in a file what cannot be executed; drawings of other parties may be anything."""
    for process in file.processes:
        if process.executable:
            for element in process.element.walk():
                unsupported(element, report)
    for element in file.root.children:
        if element.kind in words.CHOREOGRAPHY:
            unsupported(element, report)
        elif element.kind == "correlationProperty":
            report.add(
                "node.unsupported",
                element,
                kind_zh=kind_zh(element.kind),
                replacement=CORRELATION,
            )
