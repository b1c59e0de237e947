"""Which variables a process knows: forms, data objects, results, mappings, call inputs."""

import re
from collections.abc import Iterable, Iterator, Mapping

from engine.bpmn.deploy import DeployEnv
from engine.bpmn.extensions import parameters
from engine.bpmn.formulas import is_variable
from engine.bpmn.model import Element, File
from engine.kernel.data import ENGINE_NAMES

# Written by the shell before the first step, or by the kernel at every completed task.
GIVEN = ENGINE_NAMES | {"case_number", "case_year", "outcome"}
OPENING, CLOSING = "{[(", ")]}"
MARKS = re.compile(r'"(?:\\.|[^"\\])*"|[{}\[\](),]')


def known_names(files: Iterable[File], env: DeployEnv) -> Mapping[str, frozenset[str]]:
    """Give the variables of each process by key; called processes get what is handed in."""
    own: dict[str, set[str]] = {}
    calls: list[tuple[str, str, Element]] = []
    for file in files:
        for process in file.processes:
            names = set(GIVEN)
            for element in process.element.walk():
                names.update(declared_by(element, file, env))
                if element.kind == "callActivity":
                    calls.append((process.key, element.attrs.get("calledElement", ""), element))
            own.setdefault(process.key, set()).update(names)
    hand_over(own, calls)
    return {key: frozenset(names) for key, names in own.items()}


def hand_over(own: dict[str, set[str]], calls: list[tuple[str, str, Element]]) -> None:
    """Add what callers hand in; a copy of everything travels along chains of calls."""
    for _turn in range(len(own) + 1):
        before = sum(map(len, own.values()))
        for caller, called, element in calls:
            if called in own:
                own[called].update(handed(element, own[caller]))
        if sum(map(len, own.values())) == before:
            return


def handed(element: Element, visible: set[str]) -> set[str]:
    """Name what a call activity hands in."""
    listed = element.vendor("in")
    if not listed or any(one.attrs.get("variables") == "all" for one in listed):
        return visible
    return {one.attrs["target"] for one in listed if one.attrs.get("target")}


def declared_by(element: Element, file: File, env: DeployEnv) -> Iterator[str]:
    """Name the variables one element declares or writes."""
    for form in filter(None, [form_of(element), *concluding(element)]):
        yield from env.forms.get(form, ())
    yield from results_of(element)
    if element.kind in ("dataObject", "property", "dataInput", "dataOutput"):
        yield data_name(element)
    for key in ("resultVariable", "elementVariable", "initiator", "errorCodeVariable"):
        yield from filter(None, [element.camunda.get(key)])
    for key in ("errorMessageVariable", "escalationCodeVariable"):
        yield from filter(None, [element.camunda.get(key)])
    if element.kind == "multiInstanceLoopCharacteristics":
        yield from loop_names(element, file)
    if element.extensions:
        yield from mapped(element)
    if element.kind == "scriptTask" and element.gov.get("resultMode") == "spread":
        yield from context_keys(element.content("script"))


def mapped(element: Element) -> Iterator[str]:
    """Name the targets of mappings and the outcome variable."""
    for kind in ("inputParameter", "outputParameter"):
        for name, _item in parameters(element, kind):
            yield name.partition(".")[0]
    for one in element.vendor("out"):
        yield one.attrs.get("target", "").partition(".")[0]
    outcome = element.properties().get("outcome.variable")
    if outcome:
        yield outcome


def loop_names(element: Element, file: File) -> Iterator[str]:
    """Name the item variables and the output list of a multi-instance."""
    for kind in ("inputDataItem", "outputDataItem"):
        item = element.first(kind)
        if item is not None:
            yield data_name(item)
    output = file.ids.get(element.content("loopDataOutputRef"))
    if output is not None:
        yield data_name(resolve_data(output, file) or output)


def form_of(element: Element) -> str:
    """Give the form an element is bound to; formKey is read as formRef."""
    return element.camunda.get("formRef") or element.camunda.get("formKey", "")


def concluding(element: Element) -> Iterator[str]:
    """Give the form of the lead's last seat in a consultation, when it has its own."""
    for governed in element.governed("seats"):
        for conclusion in governed.all("conclusion"):
            yield from filter(None, [conclusion.attrs.get("form", "").strip()])


def results_of(element: Element) -> Iterator[str]:
    """Give the variable that gets what every seat of a task answered."""
    for governed in element.governed("seats"):
        yield from filter(None, [governed.attrs.get("results", "").strip()])


def data_name(element: Element) -> str:
    """Give the variable of a data element: its name if it can be one, else its id."""
    return element.name if is_variable(element.name) else element.id


def resolve_data(element: Element, file: File) -> Element | None:
    """Follow a data object reference to its data object."""
    if element.kind != "dataObjectReference":
        return element
    return file.find(element.attrs.get("dataObjectRef", ""), "dataObject")


def context_keys(text: str) -> Iterator[str]:
    """Give the keys of a FEEL context literal, as far as they are plain text."""
    body = text.strip().removeprefix("=").strip()
    for entry in top_level(body):
        key, colon, _value = entry.partition(":")
        if colon:
            yield key.strip().strip('"')


def top_level(body: str) -> Iterator[str]:
    """Cut the inside of {...} at the commas of its own level, strings kept whole."""
    if not body.startswith("{"):
        return
    depth, start = 0, 1
    for match in MARKS.finditer(body):
        mark = match.group()
        depth += (mark in OPENING) - (mark in CLOSING)
        if (mark == "," and depth == 1) or (mark in CLOSING and depth == 0):
            yield body[start : match.start()]
            start = match.end()
