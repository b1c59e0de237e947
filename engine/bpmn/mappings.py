"""Input and output mappings: camunda:inputOutput, camunda:in and camunda:out."""

from engine.bpmn.extensions import parameters
from engine.bpmn.formulas import Constant, Formulas, Place, Variable, is_variable
from engine.bpmn.model import Element, Extension
from engine.kernel.data import ENGINE_NAMES
from engine.kernel.plan import Assign, ValueExpr

ALL_OUT = "请逐项列出要带回的变量（camunda:out source/target）。"
ALL_AND_MORE = "全部带入时不能再单独列出变量，请只保留一种。"


def assigns(element: Element, kind: str, formulas: Formulas) -> tuple[Assign, ...] | None:
    """Compile the inputParameters or outputParameters; None when there are none."""
    listed = parameters(element, kind)
    if not listed:
        return None
    found = []
    for name, item in listed:
        place = Place(f"的映射“{name}”", f"mapping {name}")
        value = parameter_value(item, element, place, formulas)
        made = assign(name, value, element, formulas)
        if made is not None:
            found.append(made)
    return tuple(found)


def parameter_value(
    item: Extension, element: Element, place: Place, formulas: Formulas
) -> ValueExpr | None:
    """Compile one parameter: text, FEEL after "=", a list or a map of such."""
    listed, mapped = item.first("list"), item.first("map")
    if listed is not None:
        texts = [feel_text(value.text) for value in listed.children]
        return formulas.compile("[" + ", ".join(texts) + "]", element, place, "spec")
    if mapped is not None:
        pairs = [
            f"{quoted(entry.attrs.get('key', ''))}: {feel_text(entry.text)}"
            for entry in mapped.children
        ]
        return formulas.compile("{" + ", ".join(pairs) + "}", element, place, "spec")
    if not item.text.strip():
        return Constant("", None)
    return formulas.text_or_feel(item.text.strip(), element, place, "spec")


def feel_text(text: str) -> str:
    """Write a parameter text as FEEL: after "=" it is, otherwise a string literal."""
    plain = text.strip()
    return f"({plain[1:]})" if plain.startswith("=") else quoted(plain)


def quoted(text: str) -> str:
    """Write a FEEL string literal."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def assign(
    name: str, value: ValueExpr | None, element: Element, formulas: Formulas
) -> Assign | None:
    """Make TARGET := VALUE; a dotted name writes inside a variable."""
    target, *path = name.split(".")
    if not is_variable(target) or not all(path):
        formulas.report.add("data.name", element, v=name)
        return None
    if target in ENGINE_NAMES:
        formulas.report.add("data.reserved", element, v=target)
        return None
    return None if value is None else Assign(target, value, tuple(path))


def copies(element: Element, kind: str, formulas: Formulas) -> tuple[Assign, ...] | None:
    """Compile camunda:in or camunda:out; None when there are none, or all are copied."""
    listed = [one for one in element.vendor(kind) if "businessKey" not in one.attrs]
    if len(listed) < len(element.vendor(kind)):
        formulas.report.add("ext.ignored", element, r=f"camunda:{kind} businessKey")
    whole = [one for one in listed if one.attrs.get("variables") == "all"]
    if whole and kind == "out":
        report_all(element, "camunda:out variables=\"all\"", ALL_OUT, formulas)
    if whole and len(listed) > 1:
        report_all(element, "camunda:in variables=\"all\"", ALL_AND_MORE, formulas)
    if whole or not listed:
        return None
    made = (copy(one, element, formulas) for one in listed)
    return tuple(one for one in made if one is not None)


def report_all(element: Element, what: str, replacement: str, formulas: Formulas) -> None:
    """Refuse a copy of everything where a list is needed."""
    formulas.report.add("ext.refused", element, r=what, replacement=replacement)


def copy(one: Extension, element: Element, formulas: Formulas) -> Assign | None:
    """Compile one line: source variable, or sourceExpression in FEEL, to target."""
    target = one.attrs.get("target", "")
    source = one.attrs.get("source", "")
    value: ValueExpr | None
    if source:
        value = Variable(source)
    else:
        place = Place(f"的传入传出“{target}”", f"mapping to {target}")
        text = one.attrs.get("sourceExpression", "")
        value = formulas.compile(text, element, place, "spec")
    return assign(target, value, element, formulas)
