"""The gov: vocabulary (frontend.md 5.3) read from gov.json: validated, then typed."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from engine.base.errors import InvalidExpression
from engine.base.writable import items
from engine.bpmn import words
from engine.bpmn.deploy import DeployEnv
from engine.bpmn.model import Element, Extension, Process
from engine.bpmn.report import Report, near
from engine.feel.values import parse_iso_duration

THRESHOLD = re.compile(r"\d{1,4}(/[1-9]\d{0,3})?")
NAME = re.compile(r"[^\W\d][\w.\-]*")
CLASSES: Mapping[str, frozenset[str]] = {
    "FlowNode": words.FLOW_NODES,
    "Activity": words.ACTIVITIES,
    "Event": words.EVENTS,
    "CatchEvent": frozenset({"startEvent", "intermediateCatchEvent", "boundaryEvent"}),
    "SubProcess": words.SUBPROCESSES,
    "UserTask": frozenset({"userTask", "globalUserTask"}),
    "ManualTask": frozenset({"manualTask", "globalManualTask"}),
    "ScriptTask": frozenset({"scriptTask", "globalScriptTask"}),
    "BusinessRuleTask": frozenset({"businessRuleTask", "globalBusinessRuleTask"}),
}


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of the vocabulary."""

    name: str
    type: str = "String"  # String | Boolean | Integer
    values: tuple[str, ...] = ()
    open: bool = False
    list: bool = False
    required: bool = False
    format: str = ""
    default: Any = None


@dataclass(frozen=True, slots=True)
class Word:
    """One element of the vocabulary: its attributes, children and where it may stand."""

    name: str
    attributes: Mapping[str, Attribute]
    allowed: frozenset[str] = frozenset()  # local BPMN kinds; empty: anywhere
    inside: str = ""  # name of the gov: element it belongs in
    children: Mapping[str, bool] = field(default_factory=dict)  # name -> many


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All words: elements by name, attributes by the BPMN kind they stand on."""

    elements: Mapping[str, Word]
    attributes: Mapping[str, Mapping[str, Attribute]]


@cache
def vocabulary() -> Vocabulary:
    """Read gov.json once."""
    text = files("engine.bpmn").joinpath("gov.json").read_text(encoding="utf-8")
    elements: dict[str, Word] = {}
    attributes: dict[str, dict[str, Attribute]] = {}
    for kind in json.loads(text)["types"]:
        if "extends" in kind:
            for name in kind["extends"]:
                for target in kinds(name):
                    attributes.setdefault(target, {}).update(read_attributes(kind))
        else:
            word = read_word(kind)
            elements[word.name] = word
    return Vocabulary(elements, attributes)


def kinds(name: str) -> frozenset[str]:
    """Give the BPMN local names that a class such as bpmn:FlowNode stands for."""
    plain = name.removeprefix("bpmn:")
    return CLASSES.get(plain, frozenset({lower(plain)}))


def lower(name: str) -> str:
    """Write a type name as a tag."""
    return name[:1].lower() + name[1:]


def read_attributes(kind: Mapping[str, Any]) -> dict[str, Attribute]:
    """Read the attributes of one type."""
    keys = ("type", "open", "list", "required", "format", "default")
    return {
        p["name"]: Attribute(
            name=p["name"],
            values=tuple(p.get("values", ())),
            **{key: p[key] for key in keys if key in p},
        )
        for p in kind["properties"]
        if p.get("isAttr")
    }


def read_word(kind: Mapping[str, Any]) -> Word:
    """Read one element type."""
    places = kind.get("meta", {}).get("allowedIn", ())
    outer = [lower(p.removeprefix("gov:")) for p in places if p.startswith("gov:")]
    allowed = [k for p in places if p.startswith("bpmn:") for k in kinds(p)]
    return Word(
        name=lower(kind["name"]),
        attributes=read_attributes(kind),
        allowed=frozenset() if "baseElement" in allowed else frozenset(allowed),
        inside=outer[0] if outer else "",
        children={
            lower(p["type"]): bool(p.get("isMany"))
            for p in kind["properties"]
            if not p.get("isAttr") and not p.get("isBody")
        },
    )


class GovCheck:
    """Validates all gov: attributes and elements of one process or file."""

    def __init__(self, env: DeployEnv, report: Report) -> None:
        self.env = env
        self.report = report
        self.process: Process | None = None

    def element(self, element: Element) -> None:
        """Check what stands on one BPMN element."""
        if element.gov:
            known = vocabulary().attributes.get(element.kind, {})
            for name, value in element.gov.items():
                if name in known:
                    self.value(element, known[name], value)
                else:
                    self.report.add("gov.unknown", element, r=name, **near(name, known))
        for extension in element.extensions:
            if extension.space == "gov":
                self.extension(element, extension)

    def extension(self, element: Element, extension: Extension) -> None:
        """Check one gov: element with all below it."""
        stack = [(extension, "")]
        while stack:
            at, outer = stack.pop()
            word = vocabulary().elements.get(at.kind)
            if word is None or at.space != "gov":
                names = vocabulary().elements
                self.report.add("gov.unknown", element, r=at.kind, **near(at.kind, names))
                continue
            if word.inside != outer or (word.allowed and element.kind not in word.allowed):
                self.report.add("gov.place", element, r=at.kind)
            self.attributes(element, at, word)
            stack.extend((child, at.kind) for child in at.children)

    def attributes(self, element: Element, at: Extension, word: Word) -> None:
        """Check the attributes of one gov: element."""
        for name, value in at.attrs.items():
            if name in word.attributes:
                self.value(element, word.attributes[name], value)
            else:
                proposal = near(name, word.attributes)
                self.report.add("gov.unknown", element, r=f"{at.kind} {name}", **proposal)
        for attribute in word.attributes.values():
            if attribute.required and not at.attrs.get(attribute.name, "").strip():
                self.report.add("gov.required", element, r=at.kind, attr=attribute.name)

    def value(self, element: Element, attribute: Attribute, text: str) -> None:
        """Check one value: its enumeration, its type, and what it refers to."""
        for item in items(text) if attribute.list else [text.strip()]:
            if item in attribute.values:
                continue
            if attribute.values and not attribute.open:
                self.bad(element, attribute, item, attribute.values)
            elif not fits(attribute, item):
                self.bad(element, attribute, item, ())
            else:
                self.reference(element, attribute, item)

    def bad(
        self, element: Element, attribute: Attribute, item: str, choices: Sequence[str]
    ) -> None:
        """Report a value that is not allowed."""
        said = {
            "choices": "（可选：" + "、".join(choices) + "）" if choices else "",
            "choices_en": " (one of " + ", ".join(choices) + ")" if choices else "",
        }
        self.report.add("gov.value", element, attr=attribute.name, r=item, **said)

    def reference(self, element: Element, attribute: Attribute, item: str) -> None:
        """Check that what a value names exists."""
        if attribute.format == "activityId" and self.process is not None:
            nodes = self.process.by_id
            if item not in nodes:
                self.report.add(
                    "ref.node", element, r=item, attr=attribute.name, **near(item, nodes)
                )
        elif attribute.format == "role" and item not in self.env.roles:
            self.report.add("ref.role", element, r=item, **near(item, self.env.roles))
        elif self.is_due_key(attribute) and item not in self.env.deadlines:
            self.report.add("ref.due", element, r=item, **near(item, self.env.deadlines))

    @staticmethod
    def is_due_key(attribute: Attribute) -> bool:
        """Tell whether ATTRIBUTE names a row of the due-table (a phase is another table)."""
        return attribute.name in ("key", "due") and attribute.format == "dueKey"


def fits(attribute: Attribute, item: str) -> bool:
    """Tell whether ITEM is of the type and the format of ATTRIBUTE."""
    if attribute.type == "Boolean":
        return item in ("true", "false")
    if attribute.type == "Integer":
        return bool(re.fullmatch(r"-?\d{1,12}", item))
    if attribute.format == "duration":
        return is_duration(item)
    if attribute.format == "threshold":
        return bool(THRESHOLD.fullmatch(item))
    if attribute.format == "id":
        return bool(NAME.fullmatch(item))
    return True


def is_duration(text: str) -> bool:
    """Tell whether TEXT is an ISO 8601 duration."""
    try:
        parse_iso_duration(text)
    except InvalidExpression:
        return False
    return True


def typed(extension: Extension, defaults: bool = True) -> dict[str, Any]:
    """Give the attributes as booleans, integers, lists and texts; children by their name.

    A child that may occur once is a dictionary under its own name, several are a list under
    the plural name of the descriptor (seats, escalations, items, excludedOwners).
    """
    word = vocabulary().elements.get(extension.kind)
    if word is None:
        return dict(extension.attrs)
    found: dict[str, Any] = {}
    for name, attribute in word.attributes.items():
        if name in extension.attrs:
            found[name] = convert(attribute, extension.attrs[name])
        elif defaults and attribute.default is not None:
            found[name] = attribute.default
    text = " ".join(extension.text.split())
    if extension.kind == "clause" and text:
        found["text"] = text
    found.update(typed_children(extension, word))
    return found


def typed_children(extension: Extension, word: Word) -> dict[str, Any]:
    """Give the children of a gov: element by name; gov: nests at most three deep."""
    found: dict[str, Any] = {}
    for kind, many in word.children.items():
        made = [typed(child) for child in extension.all(kind)]
        if many:
            found[PLURALS[kind]] = made
        elif made:
            found[kind] = made[0]
    return found


PLURALS = {
    "seat": "seats",
    "escalation": "escalations",
    "evidenceItem": "items",
    "excludedOwner": "excludedOwners",
}


def convert(attribute: Attribute, text: str) -> Any:
    """Give the value of one valid attribute."""
    if attribute.list:
        return list(items(text))
    if attribute.type == "Boolean":
        return text.strip() == "true"
    if attribute.type == "Integer" and fits(attribute, text.strip()):
        return int(text)
    return text.strip()
