"""Loop characteristics → standard loops and multi-instance bodies (kernel.md 2.6, 2.7)."""

import re

from engine.base.expressions import Expr
from engine.bpmn.formulas import Formulas, Place, Variable
from engine.bpmn.model import Element, File, Node
from engine.bpmn.names import data_name, resolve_data
from engine.kernel.plan import Loop, MultiInstance

CONDITION = Place("的循环条件", "loop condition")
MAXIMUM = Place("的循环次数", "loop maximum")
CARDINALITY = Place("的多实例次数", "loop cardinality")
COLLECTION = Place("的多实例名单", "collection")
COMPLETION = Place("的完成条件", "completion condition")
MOST_ITEMS = 100_000  # of a collection; the kernel checks the limit set for it
COUNTERS = ("loopCounter", "tally")
DATA = ("dataObject", "dataObjectReference", "dataInput", "dataOutput", "property")


def standard_loop(node: Node, formulas: Formulas) -> Loop | None:
    """Compile standardLoopCharacteristics; neither condition nor maximum is refused."""
    element = node.loop
    if element is None or element.kind != "standardLoopCharacteristics":
        return None
    text = element.content("loopCondition")
    most = element.attrs.get("loopMaximum", "").strip()
    condition = formulas.compile(text, node.element, CONDITION) if text else None
    maximum: int | Expr | None = None
    if most.startswith("="):
        maximum = formulas.compile(most, node.element, MAXIMUM)
    elif most:
        maximum = int(most) if re.fullmatch(r"[1-9]\d{0,8}", most) else None
    bad_maximum = bool(most) and maximum is None and not most.startswith("=")
    if bad_maximum or not (text or most):
        formulas.report.add("loop.bounds", node.element)
        return None
    return Loop(condition, element.flag("testBefore"), maximum)


def multi_instance(node: Node, file: File, formulas: Formulas) -> MultiInstance | None:
    """Compile multiInstanceLoopCharacteristics."""
    element = node.loop
    if element is None or element.kind != "multiInstanceLoopCharacteristics":
        return None
    behavior = element.attrs.get("behavior", "All")
    if behavior != "All":
        formulas.report.add("mi.behavior", node.element, r=behavior)
    if node.element.governed("seats"):
        formulas.report.add("mi.seats", node.element)
    cardinality = element.content("loopCardinality")
    collection = source(element, node, file, formulas)
    if not cardinality and collection is None:
        formulas.report.add("mi.source", node.element)
        return None
    item = element.first("inputDataItem")
    output = named_data(element, "loopDataOutputRef", node, file, formulas)
    entry = element.first("outputDataItem")
    completion = element.content("completionCondition")
    condition = None
    if completion:
        condition = formulas.compile(completion, node.element, COMPLETION, "strict", COUNTERS)
    count = formulas.compile(cardinality, node.element, CARDINALITY) if cardinality else None
    return MultiInstance(
        sequential=element.flag("isSequential"),
        cardinality=count,
        collection=collection,
        element=element.camunda.get("elementVariable") or (data_name(item) if item else None),
        completion=condition,
        reads_results=condition is not None and output in condition.reads,
        output=output,
        output_item=Variable(data_name(entry)) if entry is not None else None,
    )


def source(element: Element, node: Node, file: File, formulas: Formulas) -> Expr | None:
    """Compile the collection: camunda:collection in FEEL, or the standard reference."""
    text = element.camunda.get("collection", "").strip()
    if text:
        made = formulas.compile(text, node.element, COLLECTION)
        return None if made is None else made.with_lists(MOST_ITEMS)
    name = named_data(element, "loopDataInputRef", node, file, formulas)
    return None if name is None else Variable(name)


def named_data(
    element: Element, kind: str, node: Node, file: File, formulas: Formulas
) -> str | None:
    """Give the variable a loopData…Ref names; None when there is none."""
    reference = element.content(kind)
    if not reference:
        return None
    found = file.find(reference, *DATA)
    target = None if found is None else resolve_data(found, file)
    if target is None:
        formulas.report.add("data.unresolved", node.element, r=reference)
        return None
    return data_name(target)


def item_names(multi: MultiInstance | None) -> frozenset[str]:
    """Name the variables that differ from item to item."""
    if multi is None:
        return frozenset()
    return frozenset(filter(None, [multi.element, "loopCounter"]))
