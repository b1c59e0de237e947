"""A decision model as drawn: the elements of DMN, named as in the standard."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

HitPolicy: TypeAlias = Literal["U", "A", "P", "F", "R", "O", "C", "C+", "C#", "C<", "C>"]
IteratorKind: TypeAlias = Literal["for", "some", "every"]


@dataclass(frozen=True, slots=True)
class LiteralBox:
    """A FEEL text."""

    id: str
    text: str
    type: str = ""


@dataclass(frozen=True, slots=True)
class Input:
    """An input column; ALLOWED are unary tests its value must pass."""

    id: str
    label: str
    text: str
    type: str = ""
    allowed: str = ""

    @property
    def title(self) -> str:
        """Give what the column is called on the screen."""
        return self.label or self.text


@dataclass(frozen=True, slots=True)
class Output:
    """An output column; ALLOWED also gives the order for the policies P and O."""

    id: str
    label: str
    name: str
    type: str = ""
    allowed: str = ""
    default: str = ""

    @property
    def title(self) -> str:
        """Give what the column is called on the screen."""
        return self.label or self.name


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: texts of its input and output cells, and its annotations."""

    id: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    annotations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TableBox:
    """A decision table; rows and columns are the same model however it is drawn."""

    id: str
    policy: HitPolicy
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]
    annotations: tuple[str, ...] = ()
    type: str = ""


@dataclass(frozen=True, slots=True)
class InvocationBox:
    """A call of CALLEE with named BINDINGS."""

    id: str
    callee: "Box"
    bindings: tuple[tuple[str, "Box"], ...]
    type: str = ""


@dataclass(frozen=True, slots=True)
class ContextBox:
    """Entries (name, type, value); the one without a name is the result."""

    id: str
    entries: tuple[tuple[str, str, "Box"], ...]
    type: str = ""


@dataclass(frozen=True, slots=True)
class ListBox:
    """A list."""

    id: str
    items: tuple["Box", ...]
    type: str = ""


@dataclass(frozen=True, slots=True)
class RelationBox:
    """A list of contexts with the same COLUMNS."""

    id: str
    columns: tuple[str, ...]
    rows: tuple[tuple["Box", ...], ...]
    type: str = ""


@dataclass(frozen=True, slots=True)
class FunctionBox:
    """A function of PARAMS (name, type)."""

    id: str
    params: tuple[tuple[str, str], ...]
    body: "Box"
    type: str = ""


@dataclass(frozen=True, slots=True)
class ConditionalBox:
    """If CONDITION then THEN else OTHERWISE (DMN 1.4)."""

    id: str
    condition: "Box"
    then: "Box"
    otherwise: "Box"
    type: str = ""


@dataclass(frozen=True, slots=True)
class FilterBox:
    """The items of SOURCE for which MATCH is true (DMN 1.4)."""

    id: str
    source: "Box"
    match: "Box"
    type: str = ""


@dataclass(frozen=True, slots=True)
class IteratorBox:
    """`for`, `some` or `every` VARIABLE in SOURCE, BODY (DMN 1.4)."""

    id: str
    kind: IteratorKind
    variable: str
    source: "Box"
    body: "Box"
    type: str = ""


Box: TypeAlias = (
    LiteralBox
    | TableBox
    | InvocationBox
    | ContextBox
    | ListBox
    | RelationBox
    | FunctionBox
    | ConditionalBox
    | FilterBox
    | IteratorBox
)


@dataclass(frozen=True, slots=True)
class Item:
    """An item definition: a type with allowed values, components or both."""

    id: str
    name: str
    type: str = ""
    allowed: str = ""
    collection: bool = False
    components: tuple["Item", ...] = ()


@dataclass(frozen=True, slots=True)
class InputData:
    """A fact from outside; VARIABLE is the name it is read by."""

    id: str
    name: str
    variable: str
    type: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision: what it requires (`#id` or `namespace#id`) and its logic."""

    id: str
    name: str
    variable: str
    type: str
    inputs: tuple[str, ...]
    decisions: tuple[str, ...]
    knowledge: tuple[str, ...]
    logic: Box


@dataclass(frozen=True, slots=True)
class Knowledge:
    """A business knowledge model: a function others may call by its name."""

    id: str
    name: str
    variable: str
    knowledge: tuple[str, ...]
    logic: FunctionBox


@dataclass(frozen=True, slots=True)
class Service:
    """A decision service: OUTPUTS worked out of INPUTS and given INPUT_DECISIONS."""

    id: str
    name: str
    variable: str
    outputs: tuple[str, ...]
    encapsulated: tuple[str, ...]
    input_decisions: tuple[str, ...]
    inputs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Model:
    """One file; IMPORTS give the namespace of each prefix, VERSION is its sha256."""

    file: str
    id: str
    name: str
    namespace: str
    version: str = ""
    imports: Mapping[str, str] = field(default_factory=dict)
    items: Mapping[str, Item] = field(default_factory=dict)
    inputs: Mapping[str, InputData] = field(default_factory=dict)
    decisions: Mapping[str, Decision] = field(default_factory=dict)
    knowledge: Mapping[str, Knowledge] = field(default_factory=dict)
    services: Mapping[str, Service] = field(default_factory=dict)
