"""The organisation for those who keep it: records with their dates, changes, conflicts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from engine.base.errors import InvalidRequest, NotAllowed, NotFound
from engine.base.formula import marked
from engine.context import View
from engine.library.tables import ROLE, UNIT, Register
from engine.organisation import Organisation, load
from engine.queries import deployed, role_use
from engine.queries.record_names import Choices, Names
from engine.store import definitions, people_rows
from engine.store import organisation as rows
from engine.store.rows import Row as StoredRow

PAGE = 50
SHANGHAI = ZoneInfo("Asia/Shanghai")
Standing = Literal["now", "future", "ended"]
STANDINGS = ("now", "future", "ended", "all")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of records of an application: units, roles, a register."""

    application: str
    application_title: str
    kind: str
    title: str
    rows: int
    changed: int  # records people changed
    conflicts: int  # where the files say something else since
    names: tuple[str, ...] = ()  # other names forms know the register by
    words: Mapping[str, str] = field(default_factory=dict)  # what people call the columns


@dataclass(frozen=True, slots=True)
class Record:
    """One record as it stands; NEXT is the day it changes without anybody's doing."""

    code: str
    label: str
    cells: Mapping[str, str]
    standing: Standing
    changed: bool
    conflict: bool
    vacant: bool = False  # a unit where nobody holds a post
    next: date | None = None
    names: Mapping[str, str] = field(default_factory=dict)  # codes in words, by column
    remark: str = ""  # of a role: not used by a diagram, or held by no unit


@dataclass(frozen=True, slots=True)
class Records:
    """One page of records; PAGES counts from 1."""

    application: str
    kind: str
    title: str
    columns: tuple[str, ...]
    key: str
    label: str
    items: tuple[Record, ...]
    total: int
    page: int
    pages: int
    application_title: str = ""
    names: tuple[str, ...] = ()  # other names forms know the register by
    words: Mapping[str, str] = field(default_factory=dict)  # what people call the columns


@dataclass(frozen=True, slots=True)
class Changed:
    """One change of a record, as made: old and new text by column."""

    id: int
    op: str
    columns: tuple[tuple[str, str, str], ...]  # (column, before, after)
    valid_from: date | None
    valid_to: date | None
    note: str
    source: str
    by: str
    at: datetime
    undone_by: str | None
    undone_at: datetime | None


@dataclass(frozen=True, slots=True)
class RecordView:
    """A record with all that was ever done to it; VERSION is the id of its last change."""

    application: str
    kind: str
    title: str
    code: str
    label: str
    columns: tuple[str, ...]
    key: str
    cells: Mapping[str, str] | None  # today; None: not in force
    filed: Mapping[str, str] | None
    conflict: tuple[tuple[str, str, str], ...]  # (column, the file's, people's)
    changes: tuple[Changed, ...]
    version: int
    latest: Mapping[str, str] = field(default_factory=dict)  # to begin an edit with
    application_title: str = ""
    words: Mapping[str, str] = field(default_factory=dict)  # what people call the columns
    names: Mapping[str, str] = field(default_factory=dict)  # today's codes in words
    choices: Choices = field(default_factory=dict)
    several: tuple[str, ...] = ()  # columns that hold several codes
    seats: int = 0  # open work of a unit


@dataclass(frozen=True, slots=True)
class Blank:
    """What a new record is made of: columns, their words, what can be entered."""

    application: str
    application_title: str
    kind: str
    title: str
    columns: tuple[str, ...]
    key: str
    words: Mapping[str, str]
    choices: Choices
    several: tuple[str, ...]


def kinds(view: View) -> tuple[Kind, ...]:
    """Give every kind of records of every application."""
    require(view)
    day, found = today(view), []
    for row in definitions.latest_bundles(view.connection):
        known = of(view, row["application"])
        for kind, register in known.records.items():
            touched = [code for where, code in known.changes if where == kind]
            disputed = sum(bool(known.conflict(kind, code, day)) for code in touched)
            count = len(known.rows(kind, day))
            head = (known.application.key, row["title"], kind, register.title or kind)
            words = Names(known, register).words
            found.append(Kind(*head, count, len(touched), disputed, _names(known, kind), words))
    return tuple(found)


def records(
    view: View,
    *,
    application: str,
    kind: str,
    wanted: Mapping[str, str] | None = None,
    number: int = 1,
) -> Records:
    """Give page NUMBER of the records of KIND.

    WANTED: "text" they hold, "standing" (now, future, ended, all), "sort" a column, with
    "-" before it descending.
    """
    require(view)
    asked = dict(wanted or {})
    text, sort = asked.get("text", ""), asked.get("sort", "")
    standing = asked.get("standing") or "now"
    if standing not in STANDINGS:
        raise InvalidRequest(f"状态可用：{'、'.join(STANDINGS)}。", code="unknown-field")
    known = of(view, application)
    register = _register(known, kind)
    kind = register.kind
    vacant = _vacant(view, application) if kind == UNIT else frozenset[str]()
    found = [_record(known, kind, code, today(view), vacant) for code in known.codes(kind)]
    names, looked = Names(known, register), text.strip()
    kept = [r for r in found if standing in ("all", r.standing) and _holds(r, looked, names)]
    column = sort.removeprefix("-")
    if column and column not in register.columns:
        usable = "、".join(register.columns)
        raise InvalidRequest(f"不能按“{column}”排序，可用：{usable}。", code="unknown-field")
    if column:
        kept.sort(key=lambda r: r.cells.get(column, ""), reverse=sort.startswith("-"))
    pages = max(1, -(-len(kept) // PAGE))
    number = min(max(1, number), pages)
    uses = role_use.remarks(view, application) if kind == ROLE else {}
    shown = tuple(
        replace(one, names=names.of(one.cells), remark=_remark(one, uses))
        for one in kept[(number - 1) * PAGE : number * PAGE]
    )
    return Records(
        application,
        kind,
        register.title or kind,
        register.columns,
        register.key,
        register.label,
        shown,
        len(kept),
        number,
        pages,
        known.application.title,
        _names(known, kind),
        names.words,
    )


def _remark(one: Record, uses: Mapping[str, str]) -> str:
    return uses.get(one.code, role_use.UNUSED) if uses and one.standing != "ended" else ""


def record(view: View, *, application: str, kind: str, code: str) -> RecordView:
    """Give one record; an unknown code gives an empty one, to be filled in."""
    require(view)
    known = of(view, application)
    register = _register(known, kind)
    kind, day = register.kind, today(view)
    stored = rows.record(view.connection, application, known.application.names(kind), code)
    cells = known.cells(kind, code, day)
    last = next((row for row in stored if row["undone_at"] is None), None)
    filed = known.filed(kind, code, day)
    if cells is None and filed is None and not stored and code not in register.periods:
        raise NotFound
    disputed = known.conflict(kind, code, day)
    names = Names(known, register)
    return RecordView(
        application,
        kind,
        register.title or kind,
        code,
        known.label(kind, code),
        register.columns,
        register.key,
        cells,
        filed,
        tuple((n, names.text(n, a), names.text(n, b)) for n, (a, b) in disputed.items()),
        tuple(_changed(row, names) for row in stored),
        last["id"] if last else 0,
        cells or (last["cells"] if last else None) or filed or {},
        known.application.title,
        names.words,
        names.of(cells or {}),
        names.choices(day),
        names.several(),
        rows.open_seats(view.connection, code) if kind == UNIT else 0,
    )


def blank(view: View, *, application: str, kind: str) -> Blank:
    """Give what a new record is made of."""
    require(view)
    known = of(view, application)
    register = _register(known, kind)
    names = Names(known, register)
    return Blank(
        application,
        known.application.title,
        register.kind,
        register.title or register.kind,
        register.columns,
        register.key,
        names.words,
        names.choices(today(view)),
        names.several(),
    )


def table(view: View, *, application: str, kind: str) -> str:
    """Give the records in force as CSV, as they come in again; formulas are marked."""
    require(view)
    known = of(view, application)
    register = _register(known, kind)
    lines = [",".join(map(_csv, register.columns))]
    for code in known.codes(kind):
        cells = known.cells(kind, code, today(view))
        if cells is not None:
            lines.append(",".join(_csv(cells.get(name, "")) for name in register.columns))
    return "\ufeff" + "\n".join(lines) + "\n"


def _csv(text: str) -> str:
    cell = marked(text)
    quoted = cell.replace('"', '""')
    return f'"{quoted}"' if set(cell) & set(',"\n\r') else cell


def require(view: View) -> None:
    """Let administrators look, nobody else."""
    if not {"admin", "system"} & view.actor.rights:
        raise NotAllowed


def today(view: View) -> date:
    """Give the local date of the business clock."""
    return view.now.astimezone(SHANGHAI).date()


def of(view: View, application: str) -> Organisation:
    """Give the organisation of the newest version of APPLICATION."""
    return load(view.connection, deployed.latest(view, application).application)


def _register(known: Organisation, kind: str) -> Register:
    found = known.records.get(known.base(kind))
    if found is None:
        raise NotFound
    return found


def _names(known: Organisation, kind: str) -> tuple[str, ...]:
    """Give the titles of the other names of a register."""
    app = known.application
    return tuple(app.registers[name].title for name in app.names(kind)[1:])


def _vacant(view: View, application: str) -> frozenset[str]:
    return frozenset(people_rows.vacant_units(view.connection, application))


def _record(
    known: Organisation, kind: str, code: str, day: date, vacant: frozenset[str]
) -> Record:
    cells = known.cells(kind, code, day)
    turns = sorted(filter(None, _turns(known, kind, code)))
    following = next((turn for turn in turns if turn > day), None)
    standing: Standing = "now"
    shown = cells
    if cells is None:
        later = known.cells(kind, code, following) if following else None
        standing = "ended" if later is None else "future"
        shown = later or _last_cells(known, kind, code)
    changed = (kind, code) in known.changes
    disputed = changed and bool(known.conflict(kind, code, day))
    label = known.label(kind, code)
    return Record(
        code, label, shown or {}, standing, changed, disputed, code in vacant, following
    )


def _turns(known: Organisation, kind: str, code: str) -> list[date | None]:
    """Give the days on which the record changes by itself."""
    found: list[date | None] = []
    spans = [(p.first, p.last) for p in known.records[kind].periods.get(code, ())]
    spans += [(c.first, c.last) for c in known.changes.get((kind, code), ())]
    for first, last in spans:
        found.append(first)
        found.append(None if last is None else date.fromordinal(last.toordinal() + 1))
    return found


def _last_cells(known: Organisation, kind: str, code: str) -> Mapping[str, str]:
    for change in reversed(known.changes.get((kind, code), ())):
        if change.cells:
            return change.cells
    found = known.records[kind].periods.get(code, ())
    return found[-1].cells if found else {}


def _holds(one: Record, text: str, names: Names) -> bool:
    """Tell whether TEXT is in the record, in its codes or in what these are called."""
    if not text or text in one.code or any(text in cell for cell in one.cells.values()):
        return True
    return any(text in name for name in names.of(one.cells).values())


def _changed(row: StoredRow, named: Names) -> Changed:
    cells: Mapping[str, str] = row["cells"]
    old: Mapping[str, str] = row["old"]
    names: Sequence[str] = sorted(old) if row["op"] == "set" else ()
    return Changed(
        id=row["id"],
        op=row["op"],
        columns=tuple(
            (n, named.text(n, old[n]), named.text(n, cells.get(n, ""))) for n in names
        ),
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
        note=row["note"],
        source=row["source"],
        by=row["made_name"],
        at=row["made_at"],
        undone_by=row["undone_by"],
        undone_at=row["undone_at"],
    )


