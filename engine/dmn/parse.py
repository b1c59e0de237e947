"""DMN file to model: definitions, item definitions, requirements; the boxes are in boxes."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from lxml import etree

from engine.dmn import model as m
from engine.dmn.boxes import Boxes
from engine.dmn.texts import finding, refused
from engine.dmn.xml import local, text_of
from engine.markup import parse_xml

NAMESPACES = frozenset(
    {
        "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
        "http://www.omg.org/spec/DMN/20180521/MODEL/",
        "https://www.omg.org/spec/DMN/20191111/MODEL/",
        "https://www.omg.org/spec/DMN/20211108/MODEL/",
        "https://www.omg.org/spec/DMN/20230324/MODEL/",
    }
)
_SILENT = frozenset(
    {
        "description", "extensionElements", "knowledgeSource", "organizationUnit", "group",
        "performanceIndicator", "elementCollection", "textAnnotation", "association",
    }
)  # fmt: skip


def parse(data: bytes, file: str) -> m.Model:
    """Read the DMN file DATA; raises InvalidDefinition naming what cannot be executed."""
    root = parse_xml(data, file)
    name = etree.QName(root)
    if name.localname != "definitions" or name.namespace not in NAMESPACES:
        raise refused(finding("dmn.namespace", file, root=name.localname))
    return _Reader(file, name.namespace, hashlib.sha256(data).hexdigest()).model(root)


class _Reader:
    """Read one definitions element."""

    def __init__(self, file: str, namespace: str, version: str) -> None:
        self.file = file
        self.namespace = namespace
        self.version = version
        self.boxes = Boxes(file, namespace)
        self.imports: dict[str, str] = {}
        self.items: dict[str, m.Item] = {}
        self.inputs: dict[str, m.InputData] = {}
        self.decisions: dict[str, m.Decision] = {}
        self.knowledge: dict[str, m.Knowledge] = {}
        self.services: dict[str, m.Service] = {}
        self.seen: set[str] = set()

    def model(self, root: etree._Element) -> m.Model:
        """Read everything directly below ROOT."""
        readers: Mapping[str, Callable[[etree._Element], None]] = {
            "import": self._import,
            "itemDefinition": self._item_definition,
            "inputData": self._input,
            "decision": self._decision,
            "businessKnowledgeModel": self._knowledge,
            "decisionService": self._service,
        }
        for child in self._own(root):
            kind = local(child)
            if kind in readers:
                readers[kind](child)
            elif kind not in _SILENT:
                raise self.boxes.unknown(child)
        return m.Model(
            file=self.file,
            id=root.get("id", ""),
            name=root.get("name", ""),
            namespace=root.get("namespace", ""),
            version=self.version,
            imports=self.imports,
            items=self.items,
            inputs=self.inputs,
            decisions=self.decisions,
            knowledge=self.knowledge,
            services=self.services,
        )

    def _own(self, element: etree._Element, *kinds: str) -> Iterator[etree._Element]:
        """Give the children in the DMN namespace, all or of the given KINDS."""
        return self.boxes.own(element, *kinds)

    def _first(self, element: etree._Element, kind: str) -> etree._Element | None:
        return next(self._own(element, kind), None)

    def _identity(self, element: etree._Element) -> tuple[str, str]:
        """Give id and name of a drawn element; both must be there, the id only once."""
        key, name = element.get("id", ""), element.get("name", "").strip()
        if not key:
            raise refused(finding("dmn.missing", self.file, "", name, what="编号"))
        if not name:
            raise refused(finding("dmn.missing", self.file, key, key, what="名称"))
        if key in self.seen:
            raise refused(finding("dmn.duplicate", self.file, key, name, id=key))
        self.seen.add(key)
        return key, name

    def _variable(self, element: etree._Element, name: str) -> tuple[str, str]:
        found = self._first(element, "variable")
        if found is None:
            return name, ""
        # what refers to an element uses the name of its variable
        return found.get("name", "").strip() or name, found.get("typeRef", "")

    def _import(self, element: etree._Element) -> None:
        if element.get("importType", "") in NAMESPACES:
            prefix = element.get("name", "").strip() or element.get("namespace", "")
            self.imports[prefix] = element.get("namespace", "")

    def _item_definition(self, element: etree._Element) -> None:
        found = self._item(element, 0)
        self.items[found.name] = found

    def _item(self, element: etree._Element, depth: int) -> m.Item:
        key, name = element.get("id", ""), element.get("name", "").strip()
        if depth > 16:
            raise refused(finding("dmn.nesting", self.file, key, name, limit=16))
        allowed = self._first(element, "allowedValues")
        kind = self._first(element, "typeRef")
        return m.Item(
            id=key,
            name=name,
            type=text_of(kind) if kind is not None else element.get("typeRef", ""),
            allowed=self.boxes.text(allowed) if allowed is not None else "",
            collection=element.get("isCollection") == "true",
            components=tuple(
                self._item(child, depth + 1) for child in self._own(element, "itemComponent")
            ),
        )

    def _input(self, element: etree._Element) -> None:
        key, name = self._identity(element)
        variable, kind = self._variable(element, name)
        self.inputs[key] = m.InputData(key, name, variable, kind)

    def _required(
        self, element: etree._Element, requirement: str, what: str
    ) -> tuple[str, ...]:
        return tuple(
            target.get("href", "")
            for need in self._own(element, requirement)
            for target in self._own(need, what)
        )

    def _decision(self, element: etree._Element) -> None:
        key, name = self._identity(element)
        variable, kind = self._variable(element, name)
        logic = self.boxes.only(element, key, name)
        if logic is None:
            raise refused(finding("dmn.missing", self.file, key, name, what="决策逻辑"))
        self.decisions[key] = m.Decision(
            id=key,
            name=name,
            variable=variable,
            type=kind,
            inputs=self._required(element, "informationRequirement", "requiredInput"),
            decisions=self._required(element, "informationRequirement", "requiredDecision"),
            knowledge=self._required(element, "knowledgeRequirement", "requiredKnowledge"),
            logic=logic,
        )

    def _knowledge(self, element: etree._Element) -> None:
        key, name = self._identity(element)
        logic = self._first(element, "encapsulatedLogic")
        if logic is None:
            raise refused(finding("dmn.missing", self.file, key, name, what="函数"))
        body: Any = self.boxes.function(logic, key, name, 0)
        variable, _ = self._variable(element, name)
        needs = self._required(element, "knowledgeRequirement", "requiredKnowledge")
        self.knowledge[key] = m.Knowledge(key, name, variable, needs, body)

    def _service(self, element: etree._Element) -> None:
        key, name = self._identity(element)
        variable, _ = self._variable(element, name)

        def refs(kind: str) -> tuple[str, ...]:
            return tuple(child.get("href", "") for child in self._own(element, kind))

        self.services[key] = m.Service(
            id=key,
            name=name,
            variable=variable,
            outputs=refs("outputDecision"),
            encapsulated=refs("encapsulatedDecision"),
            input_decisions=refs("inputDecision"),
            inputs=refs("inputData"),
        )
