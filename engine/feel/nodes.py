"""The typed tree of an expression; every node knows its column, size and height."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from engine.base.values import Value


@dataclass(slots=True, eq=False)
class Node:
    """A node at column AT (1-based); SIZE counts nodes below it, HEIGHT levels."""

    at: int
    size: int = field(init=False, default=1)
    height: int = field(init=False, default=1)

    def __post_init__(self) -> None:
        for part in self.parts():
            self.size += part.size
            self.height = max(self.height, part.height + 1)

    def parts(self) -> Iterator["Node"]:
        """Give the nodes directly below."""
        return iter(())


@dataclass(slots=True, eq=False)
class Const(Node):
    """A literal value."""

    value: Value


@dataclass(slots=True, eq=False)
class Name(Node):
    """A variable; `?` is the input of a unary test."""

    name: str


@dataclass(slots=True, eq=False)
class Builtin(Node):
    """A built-in function used as a value."""

    name: str


@dataclass(slots=True, eq=False)
class Member(Node):
    """A path step `base.name`."""

    base: Node
    name: str

    def parts(self) -> Iterator[Node]:
        """Give the base."""
        yield self.base


@dataclass(slots=True, eq=False)
class Filter(Node):
    """A filter or index `base[body]`."""

    base: Node
    body: Node

    def parts(self) -> Iterator[Node]:
        """Give base and body."""
        yield self.base
        yield self.body


@dataclass(slots=True, eq=False)
class Call(Node):
    """An invocation; NAMES holds the argument names when they are given."""

    callee: Node
    args: tuple[Node, ...]
    names: tuple[str, ...] | None = None

    def parts(self) -> Iterator[Node]:
        """Give callee and arguments."""
        yield self.callee
        yield from self.args


@dataclass(slots=True, eq=False)
class Lambda(Node):
    """A function literal; TYPES are the declared parameter types or None."""

    params: tuple[str, ...]
    types: tuple["Type | None", ...]
    body: Node

    def parts(self) -> Iterator[Node]:
        """Give the body."""
        yield self.body


@dataclass(slots=True, eq=False)
class Span(Node):
    """An iteration context `low..high`."""

    low: Node
    high: Node

    def parts(self) -> Iterator[Node]:
        """Give both ends."""
        yield self.low
        yield self.high


@dataclass(slots=True, eq=False)
class For(Node):
    """`for x in a, y in b return body`."""

    iterators: tuple[tuple[str, Node], ...]
    body: Node

    def parts(self) -> Iterator[Node]:
        """Give sources and body."""
        yield from (source for _, source in self.iterators)
        yield self.body


@dataclass(slots=True, eq=False)
class Quantified(Node):
    """`some` (ANY true) or `every … satisfies body`."""

    some: bool
    iterators: tuple[tuple[str, Node], ...]
    body: Node

    def parts(self) -> Iterator[Node]:
        """Give sources and body."""
        yield from (source for _, source in self.iterators)
        yield self.body


@dataclass(slots=True, eq=False)
class If(Node):
    """`if … then … else if … then … else …`, flat."""

    branches: tuple[tuple[Node, Node], ...]
    otherwise: Node

    def parts(self) -> Iterator[Node]:
        """Give conditions and values."""
        for condition, value in self.branches:
            yield condition
            yield value
        yield self.otherwise


@dataclass(slots=True, eq=False)
class Logic(Node):
    """A flat chain of `and` (CONJUNCTION) or `or`."""

    conjunction: bool
    terms: tuple[Node, ...]

    def parts(self) -> Iterator[Node]:
        """Give the terms."""
        yield from self.terms


@dataclass(slots=True, eq=False)
class Compare(Node):
    """A comparison with OP one of = != < <= > >=."""

    op: str
    left: Node
    right: Node

    def parts(self) -> Iterator[Node]:
        """Give both sides."""
        yield self.left
        yield self.right


@dataclass(slots=True, eq=False)
class Between(Node):
    """`value between low and high`."""

    value: Node
    low: Node
    high: Node

    def parts(self) -> Iterator[Node]:
        """Give the three operands."""
        yield self.value
        yield self.low
        yield self.high


@dataclass(slots=True, eq=False)
class Test(Node):
    """One positive unary test; ASKS: it answers itself (mentions `?`, or is a range)."""

    body: Node
    asks: bool

    def parts(self) -> Iterator[Node]:
        """Give the body."""
        yield self.body


@dataclass(slots=True, eq=False)
class In(Node):
    """`value in tests`; VALUE is None for the unary tests of a decision cell."""

    value: Node | None
    tests: tuple[Test, ...]
    negated: bool = False

    def parts(self) -> Iterator[Node]:
        """Give value and tests."""
        if self.value is not None:
            yield self.value
        yield from self.tests


@dataclass(slots=True, eq=False)
class Arith(Node):
    """A flat chain of operators of one level: FIRST op operand op operand …."""

    first: Node
    rest: tuple[tuple[str, Node], ...]

    def parts(self) -> Iterator[Node]:
        """Give the operands."""
        yield self.first
        yield from (operand for _, operand in self.rest)


@dataclass(slots=True, eq=False)
class Negate(Node):
    """Arithmetic negation."""

    operand: Node

    def parts(self) -> Iterator[Node]:
        """Give the operand."""
        yield self.operand


@dataclass(slots=True, eq=False)
class InstanceOf(Node):
    """`operand instance of type`."""

    operand: Node
    type: "Type"

    def parts(self) -> Iterator[Node]:
        """Give the operand."""
        yield self.operand


@dataclass(slots=True, eq=False)
class ListOf(Node):
    """A list literal."""

    items: tuple[Node, ...]

    def parts(self) -> Iterator[Node]:
        """Give the items."""
        yield from self.items


@dataclass(slots=True, eq=False)
class ContextOf(Node):
    """A context literal; an entry sees the earlier ones."""

    entries: tuple[tuple[str, Node], ...]

    def parts(self) -> Iterator[Node]:
        """Give the entry values."""
        yield from (value for _, value in self.entries)


@dataclass(slots=True, eq=False)
class RangeOf(Node):
    """A range literal; an end that is None is unbounded (`> 5`)."""

    low: Node | None
    high: Node | None
    low_closed: bool
    high_closed: bool

    def parts(self) -> Iterator[Node]:
        """Give the ends there are."""
        if self.low is not None:
            yield self.low
        if self.high is not None:
            yield self.high


TypeKind = Literal["simple", "list", "range", "context", "function", "named"]


@dataclass(frozen=True, slots=True)
class Type:
    """A type of the `instance of` grammar; PARTS are its arguments, FIELDS of a context."""

    kind: TypeKind
    name: str = ""
    parts: tuple["Type", ...] = ()
    fields: tuple[str, ...] = ()
