"""A compiled form field: type, limits, options, rules; what the server knows of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from engine.base.expressions import Expr
from engine.base.values import Value

FieldType = Literal[
    "string",
    "text",
    "number",
    "integer",
    "date",
    "datetime",
    "boolean",
    "choice",
    "choices",
    "division",
    "unit",
    "person",
    "reference",
    "files",
    "table",
    "signoff",
]
# Component of the form editor -> type; number and datetime are refined by their options.
COMPONENTS: Mapping[str, FieldType] = {
    "textfield": "string",
    "textarea": "text",
    "number": "number",
    "datetime": "date",
    "workdayDate": "date",
    "checkbox": "boolean",
    "select": "choice",
    "radio": "choice",
    "taglist": "choices",
    "checklist": "choices",
    "expression": "string",
    "reference": "reference",
    "division": "division",
    "orgUnit": "unit",
    "person": "person",
    "evidence": "files",
    "grid": "table",
    "signature": "signoff",
}
STATIC = frozenset(("text", "separator", "spacer"))
CODED: frozenset[FieldType] = frozenset(("division", "unit", "person", "reference"))
TYPES: Mapping[str, FieldType] = {word: word for word in get_args(FieldType)}

Limit = Value | Expr
Attachments = Callable[[str], Mapping[str, Value] | None]


@dataclass(frozen=True, slots=True)
class Options:
    """What a choice offers: fixed (value, label) pairs, a FEEL list, or a variable's list."""

    fixed: tuple[tuple[Value, str], ...] = ()
    listed: Expr | None = None
    variable: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of a value; each a number or an expression, None for none."""

    minimum: Limit = None
    maximum: Limit = None
    min_length: Limit = None
    max_length: Limit = None
    decimals: int | None = None
    pattern: Any = None  # compiled by re2, so that no pattern can run away
    pattern_text: str = ""


@dataclass(frozen=True, slots=True)
class Coded:
    """Where a code is looked up: REGISTER, and what of its rows is allowed."""

    register: str = ""
    multiple: bool = False
    root: str = ""  # division code all choices lie in
    min_level: str = ""  # province | prefecture | county | town
    roles: tuple[str, ...] = ()
    level: str = ""


@dataclass(frozen=True, slots=True)
class Files:
    """What evidence is asked for; CODES map a code to its least number of files.

    OPEN takes files of other codes, or of none, beside them.
    """

    codes: Mapping[str, int] = field(default_factory=dict)
    minimum: int = 0
    maximum: int = 100  # designed
    media: tuple[str, ...] = ()
    max_size: int = 50_000_000  # bytes, reliability.md 6.4
    open: bool = False


@dataclass(frozen=True, slots=True)
class Rows:
    """A table's columns and size; SOURCE "ledger:<id>" prefills it with rows FILTER keeps."""

    columns: tuple["Field", ...] = ()
    order: tuple["Field", ...] = ()
    minimum: int = 0
    maximum: int = 2_000  # frontend.md 4.4
    source: str = ""
    filter: Expr | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """One field. DERIVED (computed or copied) is evaluated here and never submitted.

    HIDDEN_BY are the conditions of the field and of the groups around it; one that is
    true hides it. LOCKED_BY makes it read-only while true.
    """

    key: str
    label: str
    type: FieldType
    component: str = ""
    required: bool = False
    readonly: bool = False
    default: Value = None
    default_expr: Expr | None = None
    derived: Expr | None = None
    hidden_by: tuple[Expr, ...] = ()
    locked_by: Expr | None = None
    required_if: Expr | None = None
    check: Expr | None = None
    message: str = ""
    warn_if: Expr | None = None
    warning: str = ""
    options: Options | None = None
    limits: Limits = Limits()
    coded: Coded = Coded()
    files: Files = Files()
    rows: Rows = Rows()
    vault: bool = False  # kept apart, encrypted; the case holds a marker only
    ledger: str = ""  # the value is the number of a case on this ledger
    ledger_states: tuple[str, ...] = ()  # and the case stands in one of these states
    unique: Expr | None = None  # the value stands once only for each result of this
    extra: Mapping[str, Value] = field(default_factory=dict)  # for pages: task, seat …

    @property
    def reads(self) -> frozenset[str]:
        """Name what must be known before its value is."""
        before = (*self.hidden_by, self.locked_by, self.derived, self.default_expr)
        return frozenset().union(*(expr.reads for expr in before if expr is not None))


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of a group or of the form: CHECK must be true while visible, else MESSAGE."""

    key: str
    label: str
    check: Expr
    message: str
    hidden_by: tuple[Expr, ...] = ()


def in_order(fields: tuple[Field, ...]) -> tuple[tuple[Field, ...], tuple[str, ...]]:
    """Order FIELDS so that each comes after what it reads; also names those in a circle."""
    waiting = {one.key: set(one.reads) & {f.key for f in fields} - {one.key} for one in fields}
    readers: dict[str, list[str]] = {one.key: [] for one in fields}
    for key, reads in waiting.items():
        for read in reads:
            readers[read].append(key)
    by_key = {one.key: one for one in fields}
    ready = [one.key for one in fields if not waiting[one.key]]
    done: list[Field] = []
    for key in ready:  # grows while it is walked
        done.append(by_key[key])
        for reader in readers[key]:
            waiting[reader].discard(key)
            if not waiting[reader]:
                ready.append(reader)
    left = tuple(one.key for one in fields if waiting[one.key])
    return tuple(done), left
