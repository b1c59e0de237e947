"""Vendor extensions: what of camunda: counts, what is ignored with a note, what is refused."""

from engine.bpmn import words
from engine.bpmn.model import Element, Extension
from engine.bpmn.report import Report
from engine.bpmn.words import words as split

USED = split(
    """
    assignee candidateUsers candidateGroups dueDate priority formRef formRefBinding formKey
    decisionRef decisionRefBinding mapDecisionResult resultVariable type topic collection
    elementVariable calledElementBinding calledElementVersion calledElementVersionTag
    initiator candidateStarterGroups versionTag errorCodeVariable errorMessageVariable
    escalationCodeVariable historyTimeToLive variableName
    """
)
# Attributes that would make something else happen than what we execute.
REFUSED = {
    "class": "请改为 camunda:type=\"external\" 并填写服务名称（topic）。",
    "delegateExpression": "请改为 camunda:type=\"external\" 并填写服务名称（topic）。",
    "expression": "请改为 FEEL 脚本任务，或 camunda:type=\"external\" 的服务任务。",
    "variableMappingClass": "请改为逐项列出 camunda:in / camunda:out。",
    "variableMappingDelegateExpression": "请改为逐项列出 camunda:in / camunda:out。",
    "caseRef": "请改为调用流程（calledElement）。",
    "resource": "请把脚本写在任务内，使用 FEEL。",
    "formHandlerClass": "请使用表单（formRef）中的校验。",
    "variableEvents": "条件事件按所读变量自动触发，请删除该属性。",
}
USED_ELEMENTS = split(
    """
    inputOutput inputParameter outputParameter list value map entry properties property
    in out failedJobRetryTimeCycle
    """
)
REFUSED_ELEMENTS = {
    "executionListener": "请改为脚本任务或服务任务。",
    "taskListener": "请改为脚本任务、服务任务或边界事件。",
    "connector": "请改为 camunda:type=\"external\" 的服务任务。",
    "field": "请改为输入映射（inputParameter）。",
    "formData": "请改为独立的表单文件，用 formRef 引用。",
    "script": "请改为 FEEL 表达式（以 = 开头的文本）。",
    "errorEventDefinition": "请由服务返回错误代码，用错误边界事件捕获。",
}


def check_extensions(element: Element, report: Report) -> None:
    """Report what the extensions of one element will not do."""
    for name in element.camunda:
        attribute(element, name, report)
    for extension in element.extensions:
        if extension.space == "camunda":
            vendor(element, extension, report)
        elif extension.space in words.STEERING:
            steering(element, extension.space, report)
    for space, _name in element.foreign:
        if space in words.STEERING:
            steering(element, space, report)
    if element.kind == "extension" and element.flag("mustUnderstand"):
        report.add("ext.must_understand", element, r=element.attrs.get("definition", ""))


def attribute(element: Element, name: str, report: Report) -> None:
    """Report one camunda: attribute we do not execute."""
    if name in REFUSED and not (name == "expression" and element.kind == "process"):
        report.add("ext.refused", element, r=f"camunda:{name}", replacement=REFUSED[name])
    elif name not in USED:
        report.add("ext.ignored", element, r=f"camunda:{name}")


def vendor(element: Element, extension: Extension, report: Report) -> None:
    """Report camunda: elements we do not execute, at any depth."""
    stack = [extension]
    while stack:
        at = stack.pop()
        if at.kind in REFUSED_ELEMENTS:
            replacement = REFUSED_ELEMENTS[at.kind]
            report.add(
                "ext.refused", element, r=f"camunda:{at.kind}", replacement=replacement
            )
        elif at.kind not in USED_ELEMENTS:
            report.add("ext.ignored", element, r=f"camunda:{at.kind}")
        else:
            stack.extend(at.children)


def steering(element: Element, space: str, report: Report) -> None:
    """Refuse the words of another engine: they would be ignored silently."""
    report.add("ext.steering", element, r=words.STEERING[space])


def parameters(element: Element, kind: str) -> list[tuple[str, Extension]]:
    """Give the inputParameters or outputParameters of ELEMENT by name."""
    return [
        (item.attrs.get("name", ""), item)
        for group in element.vendor("inputOutput")
        for item in group.all(kind)
    ]


