"""Tasks and call activities → the parts of a plan node that say what their work is."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.base.writable import PROPERTY, items
from engine.bpmn import words
from engine.bpmn.assign import Assignment, assignment
from engine.bpmn.consult import conclusion
from engine.bpmn.decisions import SHAPES, DecisionRule, Decisions
from engine.bpmn.deploy import DeployEnv
from engine.bpmn.dues import task_due
from engine.bpmn.formulas import Constant, Formulas, Place
from engine.bpmn.loops import item_names
from engine.bpmn.mappings import assigns, copies
from engine.bpmn.model import Element, File, Node
from engine.bpmn.names import concluding, form_of, results_of
from engine.bpmn.report import near
from engine.kernel.plan import (
    Call,
    Decision,
    EventDef,
    Kind,
    MultiInstance,
    Result,
    Service,
    Work,
)

SCRIPT = Place("的脚本", "script")
PRIORITY = Place("的优先级（priority）", "priority")
CALLED = Place("的被调用流程（calledElement）", "called element")
OUTCOME = "outcome.variable"
Parts = dict[str, Any]  # fields of engine.kernel.plan.Node


@dataclass(frozen=True, slots=True)
class Scene:
    """What compiling one process may look at."""

    file: File
    env: DeployEnv
    formulas: Formulas
    calendar: str
    decisions: Mapping[str, str]  # decision id -> version
    engine: Decisions
    processes: frozenset[str]  # keys of this deployment


def work_parts(node: Node, multi: MultiInstance | None, scene: Scene) -> Parts:
    """Give what the work of NODE is, by its kind."""
    called = global_task(node, scene) if node.kind == "callActivity" else None
    if called is not None:
        kind = words.GLOBAL_TASKS[called.kind]
        parts = task_parts(node, called, kind, multi, scene)
        # Handed a list it sees nothing else; without one, a copy of all: what it can see.
        isolated = copies(node.element, "in", scene.formulas) is not None
        return {**parts, "isolated": isolated, "kind": Kind(kind)}
    return task_parts(node, node.element, node.kind, multi, scene)


def global_task(node: Node, scene: Scene) -> Element | None:
    """Give the global task a call activity names, None when it calls a process."""
    return scene.file.find(node.element.attrs.get("calledElement", ""), *words.GLOBAL_TASKS)


def task_parts(
    node: Node, element: Element, kind: str, multi: MultiInstance | None, scene: Scene
) -> Parts:
    """Give the parts of one kind of task; ELEMENT says them, NODE stands in the diagram."""
    if kind in ("userTask", "manualTask"):
        return person_parts(node, element, kind, multi, scene)
    if kind == "serviceTask" or (kind == "sendTask" and "topic" in element.camunda):
        return service_parts(node, element, scene)
    if kind == "scriptTask":
        return script_parts(node, element, scene)
    if kind == "businessRuleTask":
        return rule_parts(node, element, scene)
    if kind == "callActivity":
        return call_parts(node, scene)
    return {}


def mapping_parts(node: Node, defs: tuple[EventDef, ...], scene: Scene) -> Parts:
    """Give inputs and outputs; what a throw carries is in its definitions already."""
    element = node.element
    outputs = assigns(element, "outputParameter", scene.formulas)
    parts: Parts = {}
    carried = any(one.payload for one in defs)
    if not carried:
        parts["inputs"] = assigns(element, "inputParameter", scene.formulas) or ()
    if node.kind == "callActivity":
        if global_task(node, scene) is not None:
            handed = copies(element, "in", scene.formulas) or ()
            parts["inputs"] = (*parts.get("inputs", ()), *handed)
        listed = copies(element, "out", scene.formulas)
        # Nothing comes back from a called process but what is listed (kernel.md 2.5).
        outputs = (*(outputs or ()), *(listed or ()))
    if outputs is not None:
        parts["outputs"] = outputs
    return parts


def person_parts(
    node: Node, element: Element, kind: str, multi: MultiInstance | None, scene: Scene
) -> Parts:
    """Give the work of a user or manual task and the fields it may write."""
    passes = kind == "manualTask" and element.gov.get("manual") == "pass"
    if passes:
        return {"work": Work(passes=True)}
    form = form_of(element)
    key = element.camunda.get("formKey", form)
    if key != form:
        scene.formulas.report.add("ext.conflict", element, a="formRef", b="formKey")
    who = staffed(node, element, scene)
    due = task_due(element, scene.env, scene.formulas, scene.calendar)
    urgency = priority(element, scene)
    reads = who.reads | (due.reads if due is not None else frozenset())
    work = Work(
        assignment=who,
        per_item=bool(reads & item_names(multi)),
        form=form or None,
        due=due,
        priority=urgency if isinstance(urgency, int) else 50,
        priority_expr=None if isinstance(urgency, int) else urgency,
    )
    outcome = element.properties().get(OUTCOME, "outcome").strip() or "outcome"
    result = Result(fields=kept(element, form, scene), outcome=outcome)
    return {"work": work, "result": result}


def staffed(node: Node, element: Element, scene: Scene) -> Assignment:
    """Give who does the work, with the lead's last seat of a consultation."""
    who = assignment(node, element, scene.env.roles, scene.formulas)
    last = conclusion(element, scene.env, scene.formulas, scene.calendar)
    if last is None or who.seats is None:
        return who
    return replace(who, seats=replace(who.seats, conclusion=last))


def kept(element: Element, form: str, scene: Scene) -> frozenset[str]:
    """Give the variables a round may write; of a consultation the conclusion's form only."""
    own = fields(element, form, scene)
    results = frozenset(results_of(element))
    for last in concluding(element):
        if last not in scene.env.forms:
            known = scene.env.forms
            scene.formulas.report.add("ref.form", element, r=last, **near(last, known))
        return results | frozenset(scene.env.written(last, {}))
    return own | results


def fields(element: Element, form: str, scene: Scene) -> frozenset[str]:
    """Give the form's declared fields the task may write (kernel.md 3.2)."""
    if not form:
        return frozenset()
    binding(element, "formRefBinding", scene)
    declared = scene.env.forms.get(form)
    if declared is None:
        scene.formulas.report.add("ref.form", element, r=form, **near(form, scene.env.forms))
        return frozenset()
    for name in items(element.properties().get(PROPERTY, "")):
        if name not in declared:
            scene.formulas.report.add(
                "task.writable", element, r=name, form=form, **near(name, declared)
            )
    return frozenset(scene.env.written(form, element.properties()))


def binding(element: Element, attribute: str, scene: Scene) -> None:
    """Refuse a binding of forms and decisions to anything but this deployment."""
    value = element.camunda.get(attribute, "deployment")
    if value != "deployment":
        scene.formulas.report.add("ref.binding", element, r=f"{attribute}={value}")


def priority(element: Element, scene: Scene) -> Any:
    """Give the priority: an integer, an expression, 50 when not said."""
    text = element.camunda.get("priority", "").strip()
    if not text:
        return 50
    if text.isdecimal():
        return int(text)
    return scene.formulas.compile(text, element, PRIORITY) or 50


def service_parts(node: Node, element: Element, scene: Scene) -> Parts:
    """Give the service of a service or send task; an unknown name is an error."""
    name = element.camunda.get("topic", "").strip()
    if element.camunda.get("type") != "external" or not name:
        if not set(element.camunda) & {"class", "delegateExpression", "expression"}:
            scene.formulas.report.add("service.missing", element)
        return {}
    if node.kind == "sendTask" and "messageRef" in element.attrs:
        scene.formulas.report.add("ext.conflict", element, a="messageRef", b="camunda:topic")
    if name not in scene.env.services:
        known = scene.env.services
        scene.formulas.report.add("ref.service", element, r=name, **near(name, known))
    retries = [one.text.strip() for one in element.vendor("failedJobRetryTimeCycle")]
    return {
        "kind": Kind.SERVICE,
        "service": Service(name, retries[0] if retries else None),
        "result": Result(
            variable=element.camunda.get("resultVariable"),
            error_code=element.gov.get("errorCode"),
        ),
    }


def script_parts(node: Node, element: Element, scene: Scene) -> Parts:
    """Give the FEEL of a script task and where its value goes."""
    del node
    language = element.attrs.get("scriptFormat", "")
    report = scene.formulas.report
    if language.strip().lower() != "feel":
        scene.formulas.say("expr.language", element, SCRIPT, language=language or "（空）")
        return {}
    variable = element.camunda.get("resultVariable")
    spread = element.gov.get("resultMode") == "spread"
    outputs = element.vendor("inputOutput")
    if not (variable or spread or any(one.all("outputParameter") for one in outputs)):
        report.add("script.result", element)
    script = scene.formulas.compile(element.content("script"), element, SCRIPT, "spec")
    result = Result(
        variable=variable, spread=spread, error_code=element.gov.get("errorCode")
    )
    return {"script": script, "result": result}


def rule_parts(node: Node, element: Element, scene: Scene) -> Parts:
    """Give the decision of a business rule task."""
    del node
    name = element.camunda.get("decisionRef", "").strip()
    report = scene.formulas.report
    if not name:
        report.add("decision.missing", element)
        return {}
    binding(element, "decisionRefBinding", scene)
    if name not in scene.decisions:
        known = sorted({*scene.decisions, *scene.env.decisions})
        report.add("ref.decision", element, r=name, **near(name, known))
        return {}
    shape = element.camunda.get("mapDecisionResult", "")
    if shape and shape not in SHAPES:
        report.add("task.word", element, attr="mapDecisionResult", r=shape)
    strict = element.gov.get("strict") == "true"
    rule = DecisionRule(scene.engine, name, shape, strict)
    return {
        "decision": Decision(name, rule, scene.decisions[name]),
        "result": Result(
            variable=element.camunda.get("resultVariable"),
            error_code=element.gov.get("errorCode"),
        ),
    }


def call_parts(node: Node, scene: Scene) -> Parts:
    """Give the called process; the version is bound late unless it is in this deployment."""
    element = node.element
    name = element.attrs.get("calledElement", "").strip()
    report = scene.formulas.report
    inputs = copies(element, "in", scene.formulas)
    if not name:
        report.add("call.missing", element)
        return {}
    expr = scene.formulas.text_or_feel(name, element, CALLED)
    if isinstance(expr, Constant) and name not in scene.processes | scene.env.processes:
        known = sorted(scene.processes | scene.env.processes)
        report.add("ref.process", element, r=name, **near(name, known))
    usual = "deployment" if name in scene.processes else "latest"
    bound = element.camunda.get("calledElementBinding", usual)
    version = element.camunda.get("calledElementVersion")
    if bound == "versionTag":
        bound, version = "tag", element.camunda.get("calledElementVersionTag")
    if bound not in ("latest", "deployment", "version", "tag") or (
        bound in ("version", "tag") and not version
    ):
        report.add("ref.binding", element, r=f"{bound} {version or ''}".strip())
    computed = None if isinstance(expr, Constant) else expr
    call = Call(name, computed, bound, version, inputs)
    return {"call": call}
