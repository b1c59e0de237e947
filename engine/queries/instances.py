"""Where cases stand: head, open work, children, documents, variables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from engine.base.errors import NotFound
from engine.base.values import Value
from engine.context import View
from engine.kernel.step import View as Inspected
from engine.queries import deployed, discretion, due_state, fields, labels
from engine.queries.cases import cases_query, dues
from engine.queries.flags import Flag, of_cases
from engine.store import codec, definitions, ledger_rows, visible
from engine.store.machine import incident
from engine.store.tables import attachment, bundle, definition, instance, seat, task
from engine.store.visible import root

RESERVED = ("title", "region", "place", "year", "category")


@dataclass(frozen=True, slots=True)
class FieldValue:
    """One declared search field of a case."""

    name: str
    label: str
    type: str
    value: Value


@dataclass(frozen=True, slots=True)
class SeatBrief:
    """Who is asked on an open task."""

    seat_id: int
    unit: str
    unit_name: str
    label: str
    person_name: str | None
    state: str


@dataclass(frozen=True, slots=True)
class OpenTask:
    """Work the case waits for."""

    task_id: int
    instance_id: int
    node: str
    name: str
    round: int
    state: str
    arithmetic: str
    due: due_state.Due
    seats: tuple[SeatBrief, ...]
    mine: bool


@dataclass(frozen=True, slots=True)
class InstanceRow:
    """One instance of the case: the root or a called process."""

    id: int
    parent_id: int | None
    key: str
    name: str
    version: int
    definition_id: int
    status: str
    started_at: datetime
    ended_at: datetime | None
    division: str = ""  # the division whose version it runs on (G-60), "": the application's
    division_name: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A file of the case."""

    id: str
    name: str
    media: str
    size: int
    sha256: str
    uploaded_by: str
    uploaded_at: datetime
    meta: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CasePage:
    """All the head of a case shows; VERSION guards acts on the whole case."""

    id: int
    uid: str
    number: str
    title: str
    state_name: str
    status: str
    process_key: str
    process_name: str
    process_version: int
    application: str
    runtime: str
    region: str
    region_name: str
    place: str
    place_name: str
    year: int | None
    category: str
    case_round: int
    due: due_state.Due
    starter: str
    starter_name: str
    starter_unit: str
    starter_unit_name: str
    started_at: datetime
    ended_at: datetime | None
    version: int
    fields: tuple[FieldValue, ...]
    tasks: tuple[OpenTask, ...]
    instances: tuple[InstanceRow, ...]
    documents: tuple[Document, ...]
    incidents: int
    flags: tuple[Flag, ...] = ()


def case_id_of(view: View, *, ref: str) -> int:
    """Give the id of the case with number, id or uid REF, or of the case an instance is in."""
    ways = [instance.c.number == ref, instance.c.uid == ref]
    if ref.isascii() and ref.isdigit() and len(ref) < 18:
        ways.append(instance.c.id == int(ref))
    query = (
        sa.select(root.c.id)
        .join(instance, instance.c.root_id == root.c.id)
        .where(sa.or_(*ways), visible.cases(view.actor))
        .limit(1)
    )
    found = view.connection.execute(query).scalar_one_or_none()
    if found is None:
        raise NotFound
    return int(found)


def case(view: View, *, ref: str) -> CasePage:
    """Give the head of the case REF names."""
    case_id = case_id_of(view, ref=ref)
    row = view.connection.execute(cases_query().where(root.c.id == case_id)).one()
    people = labels.people(view, [row.starter])
    return CasePage(
        id=row.id,
        uid=row.uid,
        number=row.number or "",
        title=row.title,
        state_name=row.state_name,
        status=row.status,
        process_key=row.process,
        process_name=row.process_name,
        process_version=row.process_version,
        application=row.application,
        runtime=row.runtime,
        region=row.region,
        region_name=labels.regions(view, [row.region]).get(row.region, ""),
        place=row.place,
        place_name=labels.places(view, [row.place]).get(row.place, ""),
        year=row.year,
        category=row.category,
        case_round=row.case_round,
        due=dues(view, [row]).get(row.id, due_state.NO_DUE),
        starter=row.starter,
        starter_name=people.get(row.starter, row.starter),
        starter_unit=row.starter_unit,
        starter_unit_name=labels.units(view, [row.starter_unit]).get(row.starter_unit, ""),
        started_at=row.started_at,
        ended_at=row.ended_at,
        version=row.version,
        fields=_fields(view, row),
        tasks=open_tasks(view, case_id),
        instances=_instances(view, case_id),
        documents=_documents(view, case_id),
        incidents=_incidents(view, case_id),
        flags=of_cases(view, [(row.application, row.number)]).get(row.number, ()),
    )


def _fields(view: View, row: sa.Row[Any]) -> tuple[FieldValue, ...]:
    known = fields.declared(view, [row.process])
    values = ledger_rows.search_values(view.connection, [row.id]).get(row.id, {})
    # Reserved names fill columns of the case instead of search values.
    values = {name: row._mapping[name] for name in RESERVED} | values
    return tuple(
        FieldValue(name, field.label, field.type, values.get(name))
        for name, field in known.items()
    )


def open_tasks(view: View, case_id: int) -> tuple[OpenTask, ...]:
    """Give the open rounds of a case with their seats, oldest first."""
    query = (
        sa.select(task, instance.c.definition_id, instance.c.runtime)
        .join(instance, instance.c.id == task.c.instance_id)
        .where(task.c.root_id == case_id, task.c.state.in_(("open", "incident")))
        .order_by(task.c.id)
    )
    found = view.connection.execute(query).all()
    seats = _seats(view, [row.id for row in found])
    own = _own(view, [row.id for row in found])
    return tuple(_open_task(view, row, seats.get(row.id, []), row.id in own) for row in found)


def _open_task(
    view: View, row: sa.Row[Any], seats: list[SeatBrief], mine: bool
) -> OpenTask:
    span = due_state.span_of(row)
    due = due_state.of_task(view, row.definition_id, row.runtime, row.node, span)
    return OpenTask(
        task_id=row.id,
        instance_id=row.instance_id,
        node=row.node,
        name=row.name,
        round=row.round,
        state=row.state,
        arithmetic=row.arithmetic or "",
        due=due,
        seats=tuple(seats),
        mine=mine,
    )


def _seats(view: View, tasks: Sequence[int]) -> dict[int, list[SeatBrief]]:
    if not tasks:
        return {}
    query = sa.select(seat).where(seat.c.task_id.in_(tasks))
    found: dict[int, list[SeatBrief]] = {}
    for row in view.connection.execute(query.order_by(seat.c.order_no, seat.c.id)):
        found.setdefault(row.task_id, []).append(
            SeatBrief(
                row.id, row.unit, row.unit_name, row.label, row.person_name, row.state
            )
        )
    return found


def _own(view: View, tasks: Sequence[int]) -> set[int]:
    """Give the tasks on which the actor can act now."""
    if not tasks:
        return set()
    query = sa.select(seat.c.task_id).where(
        seat.c.task_id.in_(tasks), seat.c.state == "open", visible.own_seats(view.actor)
    )
    return {row[0] for row in view.connection.execute(query)}


def _instances(view: View, case_id: int) -> tuple[InstanceRow, ...]:
    version = definition.c.version.label("process_version")
    home = bundle.c.application.label("home")
    query = (
        sa.select(instance, definition.c.key, definition.c.name, version, home)
        .join(definition, definition.c.id == instance.c.definition_id)
        .join(bundle, bundle.c.id == definition.c.bundle_id)
        .where(instance.c.root_id == case_id)
        .order_by(instance.c.id)
    )
    rows = view.connection.execute(query).all()
    own = {row.id: definitions.division_of(row.home) for row in rows}
    names = labels.regions(view, own.values())
    return tuple(
        InstanceRow(
            id=row.id,
            parent_id=row.parent_id,
            key=row.key,
            name=row.name,
            version=row.process_version,
            definition_id=row.definition_id,
            status=row.status,
            started_at=row.started_at,
            ended_at=row.ended_at,
            division=own[row.id],
            division_name=names.get(own[row.id], ""),
        )
        for row in rows
    )


def _documents(view: View, case_id: int) -> tuple[Document, ...]:
    query = sa.select(attachment).where(
        attachment.c.root_id == case_id, visible.attachments(view.actor)
    )
    found = view.connection.execute(query.order_by(attachment.c.uploaded_at)).all()
    closed = discretion.replies_closed(view, case_id)
    return tuple(document_of(row) for row in found if row.id not in closed)


def document_of(row: sa.Row[Any]) -> Document:
    """Make a document of an attachment row."""
    return Document(
        id=row.id,
        name=row.name,
        media=row.media,
        size=row.size,
        sha256=row.sha256,
        uploaded_by=row.uploaded_by,
        uploaded_at=row.uploaded_at,
        meta=row.meta,
    )


def document(view: View, *, attachment_id: str) -> Document:
    """Give one file the actor may see."""
    query = sa.select(attachment).where(
        attachment.c.id == attachment_id, visible.attachments(view.actor)
    )
    row = view.connection.execute(query).one_or_none()
    if row is None:
        raise NotFound
    if row.root_id is not None and row.id in discretion.replies_closed(view, row.root_id):
        raise NotFound
    return document_of(row)


def _incidents(view: View, case_id: int) -> int:
    query = (
        sa.select(sa.func.count())
        .select_from(incident)
        .where(incident.c.root_id == case_id, incident.c.state == "open")
    )
    return int(view.connection.execute(query).scalar_one())


def instance_row(view: View, *, instance_id: int) -> sa.Row[Any]:
    """Give an instance of a case the actor may see, with its definition's key and name."""
    query = (
        sa.select(instance, definition.c.key, definition.c.name.label("process_name"))
        .join(definition, definition.c.id == instance.c.definition_id)
        .join(root, root.c.id == instance.c.root_id)
        .where(instance.c.id == instance_id, visible.cases(view.actor))
    )
    row = view.connection.execute(query).one_or_none()
    if row is None:
        raise NotFound
    return row


def inspect(view: View, row: sa.Row[Any]) -> Inspected:
    """Show what is live in an instance row (see instance_row)."""
    version = deployed.of(view, row.definition_id, row.runtime)
    state = codec.decode(row.state)
    if state is None:  # a called process that was refused to begin
        return Inspected(row.status)
    return version.runtime.inspect(version.plans[row.key], state)


def variables(view: View, *, instance_id: int) -> Mapping[str, Value]:
    """Give the variables of an instance."""
    return inspect(view, instance_row(view, instance_id=instance_id)).variables
