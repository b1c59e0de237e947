"""What changed between two versions, element by element: diagrams and forms."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from engine.base.errors import InvalidDefinition
from engine.context import View
from engine.library.bundle import Bundle
from engine.library.difference import Change, diff
from engine.markup import parse_xml
from engine.queries import definitions, drafts, table_changes
from engine.queries.form_text import form_of
from engine.queries.table_changes import TableChange
from engine.store import visible

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
SHAPES = frozenset({"BPMNShape", "BPMNEdge"})
PREFIXES: Mapping[str, str] = {
    MODEL: "",
    "http://camunda.org/schema/1.0/bpmn": "camunda:",
    "urn:shouhu:bpmn:gov:1": "gov:",
}
# References the diagram keeps twice, and wrappers that mean nothing by themselves.
SKIPPED = frozenset({"incoming", "outgoing", "flowNodeRef"})
TRANSPARENT = frozenset({"extensionElements"})
# Elements of their own: what stands in them is told at them, not at their parent.
CONTAINERS = frozenset({"laneSet", "lane"})
REFERENCES = ("sourceRef", "targetRef", "default", "attachedToRef")

Facts = dict[str, str]


@dataclass(frozen=True, slots=True)
class Item:
    """One element of a file as compared: its KIND, NAME and FACTS by path."""

    kind: str
    name: str
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Changed:
    """One fact that differs; CHANGE added or removed tell of the whole element."""

    change: str  # added, removed, changed
    element: str
    name: str
    kind: str
    attribute: str = ""
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """All differences: FILES with their lines, and what is told element by element.

    TABLES tell decision tables row by row; a file that cannot be read is told by its lines.
    """

    application: str
    files: tuple[Change, ...]
    diagrams: Mapping[str, tuple[Changed, ...]]
    forms: Mapping[str, tuple[Changed, ...]]
    moved: Mapping[str, int]  # file -> shapes that only changed place
    tables: Mapping[str, tuple[TableChange, ...]] = field(default_factory=dict)


def compare(
    view: View, *, application: str, before: int, after: int | None = None
) -> Comparison:
    """Compare version BEFORE with version AFTER, None: with the draft."""
    visible.require_owner(view.actor)
    old = definitions.stored_bundle(view, application=application, version=before)
    if after is None:
        new = drafts.drafted_bundle(view, application=application)
    else:
        new = definitions.stored_bundle(view, application=application, version=after)
    files = diff(old, new)
    paths = [change.path for change in files]
    diagrams = {path: _both(old, new, path, _diagram) for path in paths if _is(path, ".bpmn")}
    filled = [path for path in paths if "forms/" in path and _is(path, ".json")]
    forms = {path: _both(old, new, path, _form) for path in filled}
    moved = {path: _moved(old, new, path) for path in diagrams}
    drawn = [path for path in paths if _is(path, ".dmn")]
    read = {p: table_changes.compare(old.files.get(p), new.files.get(p)) for p in drawn}
    tables = {path: found for path, found in read.items() if found is not None}
    return Comparison(application, files, diagrams, forms, moved, tables)


def _is(path: str, suffix: str) -> bool:
    return path.endswith(suffix)


def _both(old: Bundle, new: Bundle, path: str, read: Any) -> tuple[Changed, ...]:
    """Compare one file read by READ on both sides; one that cannot be read holds nothing."""
    before, after = read(old.files.get(path)), read(new.files.get(path))
    return tuple(_changes(before, after))


def _changes(before: Mapping[str, Item], after: Mapping[str, Item]) -> Iterator[Changed]:
    for key, item in after.items():
        if key not in before:
            yield Changed("added", key, item.name, item.kind)
    for key, item in before.items():
        if key not in after:
            yield Changed("removed", key, item.name, item.kind)
            continue
        new = after[key]
        for name in sorted(item.facts.keys() | new.facts.keys()):
            was, now = item.facts.get(name, ""), new.facts.get(name, "")
            if was != now:
                yield Changed("changed", key, new.name or item.name, new.kind, name, was, now)


def _diagram(data: bytes | None) -> dict[str, Item]:
    """Give the elements of a diagram by id, without their places."""
    elements = _parsed(data)
    names = {str(each.get("id")): str(each.get("name") or "") for each in elements}
    found: dict[str, Item] = {}
    for element in elements[1:]:
        space, local = _split(element)
        if space == MODEL and element.get("id") and local not in CONTAINERS:
            facts = _named(_facts(element), names)
            found[element.get("id")] = Item(local, _name(element, names), facts)
    return found


def _name(element: Any, names: Mapping[str, str]) -> str:
    """Give the name of an element; a flow without one is called by its ends."""
    own = names.get(str(element.get("id")), "")
    if own or not element.get("sourceRef"):
        return own
    ends = (element.get("sourceRef"), element.get("targetRef"))
    return " → ".join(names.get(end) or end for end in ends if end)


def _named(facts: Facts, names: Mapping[str, str]) -> Facts:
    """Write references to other elements by their names."""
    told = {key: names.get(facts[key]) or facts[key] for key in REFERENCES if key in facts}
    return {**facts, **told}


def _parsed(data: bytes | None) -> list[Any]:
    if data is None:
        return []
    try:
        return [each for each in parse_xml(data, "").iter() if isinstance(each.tag, str)]
    except InvalidDefinition:
        return []


def _split(element: Any) -> tuple[str, str]:
    space, _, local = element.tag.rpartition("}")
    return space.removeprefix("{"), local


def _facts(element: Any) -> Facts:
    """Give what an element says: attributes, texts and its parts without an id of their own."""
    facts: Facts = {}
    stack: list[tuple[Any, str]] = [(element, "")]
    while stack:
        each, path = stack.pop()
        for key, value in each.attrib.items():
            if key != "id":
                facts[_joined(path, _short(key))] = str(value)
        text = (each.text or "").strip()
        if text:
            facts[path or "text"] = text
        numbers: dict[str, Iterator[int]] = {}
        parts = [c for c in each if isinstance(c.tag, str) and not _apart(c)]
        stack.extend((part, _path(path, part, numbers)) for part in parts)
    return facts


def _apart(child: Any) -> bool:
    """Tell whether CHILD is told elsewhere: an element of its own, or kept twice."""
    space, local = _split(child)
    return local in SKIPPED or (space == MODEL and bool(child.get("id")))


def _path(path: str, child: Any, numbers: dict[str, Iterator[int]]) -> str:
    _, local = _split(child)
    if local in TRANSPARENT:
        return path
    name = _short(child.tag)
    mark = child.get("id") or child.get("value") or child.get("requirement")
    if name in ("gov:outcome", "gov:seat", "gov:clause") and mark:
        return _joined(path, f"{name}[{mark}]")
    number = next(numbers.setdefault(name, count(1)))
    return _joined(path, name if number == 1 else f"{name}[{number}]")


def _short(tag: str) -> str:
    space, _, local = tag.rpartition("}")
    return PREFIXES.get(space.removeprefix("{"), "") + local


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _moved(old: Bundle, new: Bundle, path: str) -> int:
    """Count the shapes of elements on both sides that stand elsewhere."""
    before, after = _places(old.files.get(path)), _places(new.files.get(path))
    return sum(1 for key in before.keys() & after.keys() if before[key] != after[key])


def _places(data: bytes | None) -> dict[str, tuple[tuple[str, str], ...]]:
    found = {}
    for element in _parsed(data):
        if _split(element)[1] in SHAPES:
            points = (each.attrib for each in element.iter() if each is not element)
            place = tuple((k, v) for attrib in points for k, v in attrib.items() if k in "xy")
            found[str(element.get("bpmnElement"))] = place
    return found


def _form(data: bytes | None) -> dict[str, Item]:
    """Give the fields of a form by key."""
    found: dict[str, Item] = {}
    stack = [form_of(data or b"{}")]
    while stack:
        part = stack.pop()
        children = part.get("components")
        for child in children if isinstance(children, list) else []:
            if isinstance(child, dict):
                stack.append(child)
                key = str(child.get("key") or child.get("id") or "")
                found[key] = Item(str(child.get("type")), _label(child), _flat(child))
    return found


def _label(child: Mapping[str, Any]) -> str:
    heading = str(child.get("text") or "").lstrip("# ")
    return str(child.get("label") or heading or child.get("key") or "")


def _flat(child: Mapping[str, Any]) -> Facts:
    """Give the settings of a field; structures as JSON, layout and children left out."""
    told = {k: v for k, v in child.items() if k not in ("components", "layout", "id")}
    return {
        key: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for key, value in told.items()
    }
