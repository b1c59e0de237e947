"""A filled form as facts to read: labels and names in place of codes, by group of the form."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from engine.base.clock import SHANGHAI
from engine.base.values import Value
from engine.bpmn.facts import NodeFacts
from engine.context import View
from engine.forms.fields import Field
from engine.forms.page import division_names
from engine.forms.scope import Scope
from engine.queries import labels, scans, task_page
from engine.queries.task_data import TaskData, load
from engine.rules.seats import ASKED
from engine.store.tables import attachment, seat, task

STATIC = frozenset(("text", "html", "separator", "spacer", "button"))
LONG = 24  # characters from which a fact takes the whole line


@dataclass(frozen=True, slots=True)
class FileFact:
    """A file a form names; CODE is the evidence it stands for."""

    id: str
    code: str
    name: str
    media: str
    sha256: str
    size: int
    uploaded_at: datetime | None


@dataclass(frozen=True, slots=True)
class Signature:
    """What a unit signed: the newest answer of its seat that still counts."""

    unit_name: str
    person_name: str
    outcome: str
    opinion: str
    at: datetime | None
    pages: tuple[scans.Page, ...] = ()  # the sealed page, as far as the reader may see it


@dataclass(frozen=True, slots=True)
class Fact:
    """One field with what it holds: VALUE to be written, or FILES, ROWS, SIGNATURE."""

    key: str
    label: str
    type: str
    value: Value
    long: bool
    files: tuple[FileFact, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Value, ...], ...] = ()
    signature: Signature | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """The fields of one group of the form."""

    label: str
    facts: tuple[Fact, ...]


@dataclass
class Reader:
    """Reads the values of one form: knows its names, its visibility, its case."""

    view: View
    held: TaskData
    scope: Scope

    def fact(self, one: Field, component: Mapping[str, Any]) -> Fact:
        """Give the fact of field ONE."""
        value = self.scope.values.get(one.key)
        if one.type == "files":
            return Fact(one.key, one.label, one.type, None, True, files=self._files(value))
        if one.type == "table":
            return self._table(one, value)
        if one.type == "signoff":
            signed = self.signature(component.get("properties") or {})
            return Fact(one.key, one.label, one.type, None, True, signature=signed)
        told = self.told(one, value)
        long = one.type == "text" or len(str(told or "")) > LONG
        return Fact(one.key, one.label, one.type, told, long)

    def told(self, one: Field, value: Value) -> Value:
        """Give VALUE of field ONE with names in place of codes."""
        if value is None or value == "":
            return None
        if isinstance(value, list):
            return [self.told(one, item) for item in value]
        if one.options is not None:
            return dict(self._offered(one)).get(value, value)
        return self._name(one, value) if isinstance(value, str) else value

    def _offered(self, one: Field) -> Iterable[tuple[Value, str]]:
        if one.options is None or one.options.fixed:
            return one.options.fixed if one.options else ()
        if self.held.form is None:
            return ()
        offered = self.held.form.options(self.scope.values, self.scope.moment)
        return [(row["value"], str(row["label"])) for row in offered.get(one.key, ())]

    def _name(self, one: Field, code: str) -> Value:
        if one.type == "division":
            return " ".join(division_names(code, self.scope.moment)) or code
        if one.type == "reference":
            return self.held.version.label(one.coded.register, code)
        if one.type == "unit":
            return labels.units(self.view, [code]).get(code, code)
        if one.type == "person":
            return labels.people(self.view, [code]).get(code, code)
        return code

    def _table(self, one: Field, value: Value) -> Fact:
        shown = one.rows.columns
        rows = [row for row in value if isinstance(row, Mapping)] if value else []
        names = self._units(one, rows)
        cells = tuple(
            tuple(
                names.get(str(found)) or self.told(column, found)
                for column in shown
                for found in [row.get(column.key)]
            )
            for row in rows
        )
        heads = tuple(column.label for column in shown)
        return Fact(one.key, one.label, one.type, None, True, columns=heads, rows=cells)

    def _units(self, one: Field, rows: list[Mapping[str, Any]]) -> dict[str, str]:
        """Name the units in plain columns that are filled from units of a ledger."""
        ledgers = self.held.version.application.ledgers
        ledger = ledgers.get(one.rows.source.rpartition(":")[2]) or {}
        kinds = {entry["key"]: entry.get("type") for entry in ledger.get("columns", ())}
        plain = [c.key for c in one.rows.columns if c.type == "string"]
        wanted = [key for key in plain if kinds.get(key) == "org"]
        codes = {str(row[key]) for row in rows for key in wanted if row.get(key)}
        return labels.units(self.view, sorted(codes)) if codes else {}

    def _files(self, value: Value) -> tuple[FileFact, ...]:
        named = [row for row in value or [] if isinstance(row, Mapping)] if value else []
        ids = [str(row.get("attachmentId") or "") for row in named]
        query = sa.select(attachment).where(
            attachment.c.id.in_(ids), attachment.c.root_id == self.held.root["id"]
        )
        kept = {row.id: row for row in self.view.connection.execute(query)}
        codes = [str(row.get("code") or "") for row in named]
        return tuple(
            FileFact(i, code, row.name, row.media, row.sha256, row.size, row.uploaded_at)
            for i, code in zip(ids, codes, strict=True)
            if (row := kept.get(i)) is not None
        )

    def signature(self, wanted: Mapping[str, Any]) -> Signature | None:
        """Give the newest answer at the task a signature field names, by its seat."""
        node = str(wanted.get("task") or "")
        query = (
            sa.select(seat)
            .join(task, task.c.id == seat.c.task_id)
            .where(
                task.c.root_id == self.held.root["id"],
                task.c.node == node,
                task.c.superseded.is_(False),
                seat.c.state == "done",
                seat.c.duty != ASKED,
            )
            .order_by(seat.c.decided_at.desc())
        )
        facts = self.held.facts.nodes.get(node)
        label = seat_label(facts, str(wanted.get("seat") or ""))
        if label:
            query = query.where(seat.c.label == label)
        row = self.view.connection.execute(query.limit(1)).one_or_none()
        if row is None:
            return None
        words = {str(o["value"]): str(o.get("label") or "") for o in _outcomes(facts)}
        told = words.get(row.outcome or "", "")
        person = row.person_name or ""
        pages = scans.of_case(self.view, self.held.root["id"]).get(row.id, ())
        return Signature(
            row.unit_name, person, told, row.opinion or "", row.decided_at, pages
        )


def seat_label(facts: NodeFacts | None, seat_id: str) -> str:
    """Give the label of seat SEAT_ID as drawn, "" when the element has no such seat."""
    seats = facts.seats.get("seats", ()) if facts and seat_id else ()
    return next((str(s.get("label") or "") for s in seats if s.get("id") == seat_id), "")


def _outcomes(facts: NodeFacts | None) -> Sequence[Mapping[str, Any]]:
    return facts.outcomes if facts else ()


def of_task(view: View, *, task_id: int) -> tuple[Group, ...]:
    """Give what the form of TASK_ID holds, for reading; hidden fields are left out."""
    held = load(view, task_id)
    page = task_page.form(view, task_id=task_id)
    if held.form is None or page.schema is None:
        return ()
    scope = Scope({**held.known(), **page.data}, held.moment(view))
    return read(Reader(view, held, scope), page.schema)


def read(reader: Reader, schema: Mapping[str, Any]) -> tuple[Group, ...]:
    """Give what READER sees of the form file SCHEMA; hidden fields are left out."""
    groups = []
    for label, components in _groups(schema):
        facts = tuple(_facts(reader, components))
        if facts:
            groups.append(Group(label, facts))
    return tuple(groups)


def _facts(reader: Reader, components: Iterable[Mapping[str, Any]]) -> Iterator[Fact]:
    form = reader.held.form
    for component in components:
        one = form.get(str(component.get("key") or "")) if form else None
        if one is not None and not reader.scope.hidden(one):
            yield reader.fact(one, component)


Components = list[Mapping[str, Any]]


def _groups(schema: Mapping[str, Any]) -> list[tuple[str, Components]]:
    """Give (label, fields) of the form in the order of the page; nested groups stay apart."""
    found: list[tuple[str, Components]] = [("", [])]
    stack: list[tuple[str, Any]] = [("", c) for c in reversed(schema.get("components") or [])]
    while stack:
        label, component = stack.pop()
        if component.get("components"):
            inner = str(component.get("label") or label)
            stack.extend((inner, c) for c in reversed(component["components"]))
        elif component.get("type") not in STATIC:
            if found[-1][0] != label:
                found.append((label, []))
            found[-1][1].append(component)
    return [(label, fields) for label, fields in found if fields]


def signed(view: View, held: TaskData, schema: Mapping[str, Any]) -> dict[str, Value]:
    """Give what the signature fields of form file SCHEMA show, by key; unsigned left out."""
    reader, found = Reader(view, held, Scope({}, held.moment(view))), dict[str, Value]()
    for _, components in _groups(schema):
        for component in components:
            if component.get("type") != "signature":
                continue
            name = reader.signature(component.get("properties") or {})
            if name is not None:
                words = "：".join(word for word in (name.outcome, name.opinion) if word)
                at = name.at.astimezone(SHANGHAI).isoformat()[:16] if name.at else ""
                told = {"opinion": words, "personName": name.person_name, "at": at}
                found[str(component.get("key"))] = {**told, "unitName": name.unit_name}
    return found


def named(view: View, values: Iterable[Value]) -> dict[str, str]:
    """Give the names of the codes among VALUES, as registers and units know them."""
    codes = {v for v in values if isinstance(v, str) and v.isascii() and not v.isspace()}
    known = {code: name for code, name in labels.regions(view, codes).items() if name != code}
    rest = codes - set(known)
    places = labels.places(view, rest)
    units = labels.units(view, rest)
    known |= {code: name for code, name in units.items() if name and name != code}
    return known | {code: name for code, name in places.items() if name != code}


def persons(view: View, logins: Iterable[str]) -> dict[str, str]:
    """Give the names of the persons with LOGINS."""
    return labels.people(view, logins)
