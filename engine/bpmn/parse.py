"""XML tree → model: every BPMN element kept, nothing interpreted; iterative throughout."""

from typing import Any

from lxml import etree

from engine.base.errors import InvalidDefinition
from engine.bpmn import words
from engine.bpmn.model import Element, Extension
from engine.bpmn.report import Report
from engine.markup import parse_xml

PREFIXES = {words.CAMUNDA: "camunda", words.GOV: "gov"}
# Attributes that hold a QName or a list of them (Semantic.xsd), besides those ending in Ref.
REFERENCES = frozenset({"default", "calledElement"})
REFERENCE_TEXTS = frozenset({"incoming", "outgoing"})


def parse(data: bytes, file: str, report: Report) -> Element | None:
    """Read one .bpmn file; None, with findings, when it is none."""
    try:
        root = parse_xml(data, file)
    except InvalidDefinition as error:
        for finding in error.findings:
            report.take(finding)
        return None
    if root.tag != f"{{{words.BPMN}}}definitions":
        report.add("xml.namespace", file, root=str(root.tag)[:120])
        return None
    return Reader(root, file, report).read()


class Reader:
    """One walk over one tree."""

    def __init__(self, root: etree._Element, file: str, report: Report) -> None:
        self.root = root
        self.file = file
        self.report = report
        self.order = 0
        self.target = root.get("targetNamespace", "")
        self.spaces: set[str] = set()  # foreign namespaces met

    def read(self) -> Element:
        """Give the definitions element with everything below it."""
        top = self.element(self.root, None)
        stack = [(child, top) for child in reversed(self.root)]
        while stack:
            xml, parent = stack.pop()
            space, local = split(xml)
            if space != words.BPMN:
                self.note_foreign(parent, space, local)
            elif local == "extensionElements":
                parent.extensions.extend(self.extension(child) for child in xml)
            else:
                element = self.element(xml, parent)
                parent.children.append(element)
                stack.extend((child, element) for child in reversed(xml))
        for space in sorted(self.spaces):
            self.report.add("ext.foreign", self.file, r=space[:200])
        return top

    def element(self, xml: etree._Element, parent: Element | None) -> Element:
        """Make the element of one BPMN tag; its children follow later."""
        local = split(xml)[1]
        line: Any = xml.sourceline
        self.order += 1
        made = Element(
            kind=local,
            file=self.file,
            line=line or 0,
            order=self.order,
            attrs={},
            text=xml.text or "",
            parent=parent,
        )
        for key, value in xml.attrib.items():
            self.attribute(made, str(key), str(value), xml)
        if local in REFERENCE_TEXTS or local.endswith(("Ref", "Refs")):
            made.text = self.local(made.text.strip(), xml)
        if local not in words.KNOWN or local in words.ABSTRACT:
            self.report.add("element.unknown", made)
        return made

    def attribute(self, made: Element, key: str, value: str, xml: etree._Element) -> None:
        """Put one attribute where its namespace belongs."""
        if not key.startswith("{"):
            if key in REFERENCES or key.endswith("Ref"):
                value = self.local(value.strip(), xml)
            made.attrs[key] = value
            return
        space, _, name = key[1:].partition("}")
        if space == words.CAMUNDA:
            made.camunda[name] = value
        elif space == words.GOV:
            made.gov[name] = value
        elif space not in (words.XSI, words.BPMN) and space not in words.DRAWING:
            made.foreign.append((space, name))
            self.meet(space)

    def local(self, reference: str, xml: etree._Element) -> str:
        """Resolve a QName: a prefix of the target namespace is dropped, others are kept."""
        prefix, colon, name = reference.partition(":")
        if not colon or reference.startswith("="):
            return reference
        return name if xml.nsmap.get(prefix) == self.target else reference

    def note_foreign(self, parent: Element, space: str, local: str) -> None:
        """Remember an element of another vocabulary outside extensionElements."""
        if space not in words.DRAWING:
            parent.foreign.append((space, local))
            self.meet(space)

    def meet(self, space: str) -> None:
        """Remember a namespace that steers nothing, for one note."""
        if space not in words.STEERING and space not in PREFIXES:
            self.spaces.add(space)

    def extension(self, xml: etree._Element) -> Extension:
        """Read one child of extensionElements with all below it."""
        top = self.one_extension(xml)
        stack = [(child, top) for child in reversed(xml)]
        while stack:
            child, parent = stack.pop()
            made = self.one_extension(child)
            parent.children.append(made)
            stack.extend((grandchild, made) for grandchild in reversed(child))
        return top

    def one_extension(self, xml: etree._Element) -> Extension:
        """Read one tag of an extension."""
        space, local = split(xml)
        self.meet(space)
        attrs = {str(key): str(value) for key, value in xml.attrib.items()}
        return Extension(PREFIXES.get(space, space), local, attrs, xml.text or "")


def split(xml: etree._Element) -> tuple[str, str]:
    """Give namespace and local name of a tag."""
    tag = str(xml.tag)
    if not tag.startswith("{"):
        return "", tag
    space, _, local = tag[1:].partition("}")
    return space, local

