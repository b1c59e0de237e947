"""The elements of a diagram, named as in the standard, before anything is compiled."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field


@dataclass(slots=True, eq=False)
class Extension:
    """One element below extensionElements; SPACE is camunda, gov or the foreign URI."""

    space: str
    kind: str
    attrs: dict[str, str]
    text: str = ""
    children: list["Extension"] = field(default_factory=list)

    def all(self, kind: str) -> list["Extension"]:
        """Give the children of KIND in the same namespace."""
        return [c for c in self.children if c.kind == kind and c.space == self.space]

    def first(self, kind: str) -> "Extension | None":
        """Give the first child of KIND, or None."""
        return next(iter(self.all(kind)), None)


@dataclass(slots=True, eq=False)
class Element:
    """Any element of the BPMN namespace; KIND is its local name, ORDER its place."""

    kind: str
    file: str
    line: int
    order: int
    attrs: dict[str, str]
    camunda: dict[str, str] = field(default_factory=dict)
    gov: dict[str, str] = field(default_factory=dict)
    text: str = ""
    parent: "Element | None" = None
    children: list["Element"] = field(default_factory=list)
    extensions: list[Extension] = field(default_factory=list)
    foreign: list[tuple[str, str]] = field(default_factory=list)  # (namespace, attribute)

    @property
    def id(self) -> str:
        """Give the id, "" when it has none."""
        return self.attrs.get("id", "")

    @property
    def name(self) -> str:
        """Give the name in one line, "" when it has none."""
        return " ".join(self.attrs.get("name", "").split())

    def all(self, *kinds: str) -> list["Element"]:
        """Give the direct children of KINDS in document order."""
        return [child for child in self.children if child.kind in kinds]

    def first(self, *kinds: str) -> "Element | None":
        """Give the first direct child of KINDS, or None."""
        return next((child for child in self.children if child.kind in kinds), None)

    def content(self, kind: str) -> str:
        """Give the text of the first child of KIND, "" when there is none."""
        child = self.first(kind)
        return child.text.strip() if child is not None else ""

    def flag(self, name: str, default: bool = False) -> bool:
        """Read an xsd:boolean attribute."""
        value = self.attrs.get(name, "").strip()
        return value in ("true", "1") if value else default

    def governed(self, kind: str) -> list[Extension]:
        """Give the gov: extension elements of KIND."""
        return [e for e in self.extensions if e.space == "gov" and e.kind == kind]

    def vendor(self, kind: str) -> list[Extension]:
        """Give the camunda: extension elements of KIND."""
        return [e for e in self.extensions if e.space == "camunda" and e.kind == kind]

    def properties(self) -> dict[str, str]:
        """Give the camunda:properties as a dictionary."""
        return {
            item.attrs.get("name", ""): item.attrs.get("value", "")
            for group in self.vendor("properties")
            for item in group.all("property")
        }

    def documentation(self) -> str:
        """Give the documentation texts, one paragraph each."""
        return "\n\n".join(c.text.strip() for c in self.all("documentation") if c.text)

    def walk(self) -> Iterator["Element"]:
        """Give this element and all below it in document order, without recursion."""
        stack = [self]
        while stack:
            element = stack.pop()
            yield element
            stack.extend(reversed(element.children))


@dataclass(slots=True, eq=False)
class Flow:
    """A sequence flow whose both ends were found in the same scope."""

    element: Element
    id: str
    source: "Node"
    target: "Node"
    condition: str | None = None

    @property
    def name(self) -> str:
        """Give the name as drawn."""
        return self.element.name


@dataclass(slots=True, eq=False)
class Definition:
    """An event definition; inline or by eventDefinitionRef, then TARGET is the root one."""

    trigger: str  # timer, message, signal …: the kind without EventDefinition
    element: Element


@dataclass(slots=True, eq=False)
class Node:
    """A flow node; KIND as in the file, but eventSubProcess for one triggered by events."""

    element: Element
    id: str
    kind: str
    scope: "Scope"
    incoming: list[Flow] = field(default_factory=list)
    outgoing: list[Flow] = field(default_factory=list)  # in flow order
    default: Flow | None = None
    definitions: list[Definition] = field(default_factory=list)
    boundaries: list["Node"] = field(default_factory=list)
    host: "Node | None" = None
    loop: Element | None = None
    body: "Scope | None" = None
    lane: "Lane | None" = None
    link: "Node | None" = None  # of a link throw: the catch

    @property
    def name(self) -> str:
        """Give the name as drawn."""
        return self.element.name


@dataclass(slots=True, eq=False)
class Scope:
    """A process or a sub-process: what is directly inside."""

    element: Element
    id: str
    parent: "Scope | None" = None
    node: Node | None = None
    nodes: list[Node] = field(default_factory=list)
    flows: list[Flow] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Lane:
    """A lane and the ids drawn in it; INNER tells whether it has lanes of its own."""

    element: Element
    id: str
    name: str
    role: str = ""
    members: list[str] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Process:
    """One process of a file with everything in it, in document order."""

    element: Element
    key: str
    file: "File"
    root: Scope
    scopes: list[Scope] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    flows: list[Flow] = field(default_factory=list)
    lanes: list[Lane] = field(default_factory=list)
    by_id: dict[str, Node] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Give the name as drawn."""
        return self.element.name

    @property
    def executable(self) -> bool:
        """Tell whether the process may be started (BPMN 10.2, isExecutable)."""
        return self.element.flag("isExecutable")


@dataclass(slots=True, eq=False)
class File:
    """One .bpmn file: its tree, what its ids name, and its processes."""

    name: str
    root: Element
    ids: Mapping[str, Element]
    processes: list[Process] = field(default_factory=list)
    message_flows: Mapping[str, str] = field(default_factory=dict)  # source id -> target id

    def find(self, ref: str, *kinds: str) -> Element | None:
        """Give the element of KINDS with the id REF, or None."""
        element = self.ids.get(ref)
        return element if element is not None and element.kind in kinds else None
