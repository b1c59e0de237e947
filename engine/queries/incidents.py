"""The operator's lists: incidents, jobs, messages nobody wanted, timers to come."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa

from engine.base.errors import NotFound
from engine.context import View
from engine.queries.agenda import Names
from engine.queries.filters import conditions
from engine.queries.paging import Page, Paging, Sort, SortKey, choose, page
from engine.store import visible
from engine.store.machine import incident, job, message
from engine.store.tables import definition, instance
from engine.store.visible import root


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """A stop a person must resolve: where, why, how often."""

    id: int
    case_id: int | None
    instance_id: int | None
    job_id: int | None
    number: str
    title: str
    process_name: str
    node: str
    node_name: str
    code: str
    text: str
    first_at: datetime
    last_at: datetime
    count: int
    state: str
    owner: str | None
    resolved_by: str | None
    resolved_at: datetime | None


@dataclass(frozen=True, slots=True)
class JobRow:
    """A row of the machine's work: a timer to come, a call, a message to another case."""

    id: int
    kind: str
    lane: str
    topic: str
    state: str
    case_id: int | None
    instance_id: int | None
    number: str
    title: str
    process: str
    process_name: str
    node: str
    due_at: datetime
    tries_left: int
    attempts: int
    error_code: str | None
    error_text: str | None
    created_at: datetime
    node_name: str = ""


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message that waits for a receiver or found none."""

    id: int
    uid: str
    name: str
    keys: Mapping[str, Any]
    state: str
    reason: str
    published_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class IncidentGroup:
    """Open incidents of one cause at one element, for 重试全部."""

    code: str
    node: str
    node_name: str
    text: str
    count: int


def incidents(
    view: View,
    *,
    wanted: Mapping[str, Any] | None = None,
    sort: Sequence[Sort] = (),
    paging: Paging | None = None,
) -> Page[IncidentRow]:
    """Search incidents, newest first."""
    visible.require_operations(view.actor)
    columns = {n: incident.c[n] for n in ("state", "code", "node", "instance_id", "owner")}
    columns |= {"case_id": incident.c.root_id, "number": root.c.number}
    query = _incidents().where(*conditions(wanted or {}, columns))
    sortable = {n: incident.c[n] for n in ("code", "node", "first_at", "last_at", "count")}
    keys = choose(sort, sortable, SortKey(incident.c.id, True))
    return page(view.connection, query, keys, paging or Paging(), _incident_rows)


def incident_by_id(view: View, *, incident_id: int) -> IncidentRow:
    """Give one incident."""
    visible.require_operations(view.actor)
    found = view.connection.execute(_incidents().where(incident.c.id == incident_id)).first()
    if found is None:
        raise NotFound
    return _incident_rows([found])[0]


def groups(view: View) -> tuple[IncidentGroup, ...]:
    """Group the open incidents by cause and element, most frequent first."""
    visible.require_operations(view.actor)
    number = sa.func.count().label("number")
    columns = (incident.c.code, incident.c.node, incident.c.node_name)
    query = (
        sa.select(*columns, sa.func.max(incident.c.text).label("text"), number)
        .where(incident.c.state == "open")
        .group_by(*columns)
        .order_by(number.desc(), incident.c.code, incident.c.node)
    )
    return tuple(IncidentGroup(*row) for row in view.connection.execute(query))


def jobs(
    view: View,
    *,
    wanted: Mapping[str, Any] | None = None,
    sort: Sequence[Sort] = (),
    paging: Paging | None = None,
) -> Page[JobRow]:
    """Search jobs, the next due first."""
    visible.require_operations(view.actor)
    names = ("kind", "lane", "state", "topic", "node", "due_at", "instance_id", "error_code")
    columns = {n: job.c[n] for n in names}
    columns |= {"case_id": job.c.root_id, "number": root.c.number, "process": definition.c.key}
    query = _jobs().where(*conditions(wanted or {}, columns))
    wanted_sort = sort or (Sort("due_at"),)
    keys = choose(wanted_sort, {n: job.c[n] for n in ("due_at", "kind")}, SortKey(job.c.id))
    rows = partial(_job_rows, Names(view))
    return page(view.connection, query, keys, paging or Paging(), rows)


def timers(
    view: View, *, until: datetime | None = None, paging: Paging | None = None
) -> Page[JobRow]:
    """Give the timers to come, with start timers, the next due first."""
    wanted: dict[str, Any] = {"kind": {"$in": ["timer", "start_timer"]}}
    if until is not None:
        wanted["due_at"] = {"$lte": until.isoformat()}
    return jobs(view, wanted=wanted, paging=paging)


def messages(
    view: View,
    *,
    wanted: Mapping[str, Any] | None = None,
    sort: Sequence[Sort] = (),
    paging: Paging | None = None,
) -> Page[MessageRow]:
    """Search messages that were not delivered at once, newest first."""
    visible.require_operations(view.actor)
    columns = {n: message.c[n] for n in ("name", "state", "reason", "uid")}
    query = sa.select(message).where(*conditions(wanted or {}, columns))
    keys = choose(sort, columns, SortKey(message.c.id, True))
    return page(view.connection, query, keys, paging or Paging(), _message_rows)


def _incidents() -> sa.Select[Any]:
    name = definition.c.name.label("process_name")
    return (
        sa.select(incident, root.c.number, root.c.title, name)
        .outerjoin(root, root.c.id == incident.c.root_id)
        .outerjoin(definition, definition.c.id == root.c.definition_id)
    )


def _incident_rows(found: Sequence[sa.Row[Any]]) -> list[IncidentRow]:
    return [
        IncidentRow(
            id=row.id,
            case_id=row.root_id,
            instance_id=row.instance_id,
            job_id=row.job_id,
            number=row.number or "",
            title=row.title or "",
            process_name=row.process_name or "",
            node=row.node,
            node_name=row.node_name,
            code=row.code,
            text=row.text,
            first_at=row.first_at,
            last_at=row.last_at,
            count=row._mapping["count"],
            state=row.state,
            owner=row.owner,
            resolved_by=row.resolved_by,
            resolved_at=row.resolved_at,
        )
        for row in found
    ]


def _jobs() -> sa.Select[Any]:
    return (
        sa.select(
            job,
            root.c.number,
            root.c.title,
            definition.c.key.label("process"),
            definition.c.name.label("process_name"),
            instance.c.definition_id,
        )
        .outerjoin(instance, instance.c.id == job.c.instance_id)
        .outerjoin(root, root.c.id == job.c.root_id)
        .outerjoin(definition, definition.c.id == instance.c.definition_id)
    )


def _job_rows(names: Names, found: Sequence[sa.Row[Any]]) -> list[JobRow]:
    return [
        JobRow(
            id=row.id,
            kind=row.kind,
            lane=row.lane,
            topic=row.topic,
            state=row.state,
            case_id=row.root_id,
            instance_id=row.instance_id,
            number=row.number or "",
            title=row.title or "",
            process=row.process or str(row.payload.get("key") or ""),
            process_name=row.process_name or "",
            node=row.node,
            due_at=row.due_at,
            tries_left=row.tries_left,
            attempts=row.attempts,
            error_code=row.error_code,
            error_text=row.error_text,
            created_at=row.created_at,
            node_name=names.of(row),
        )
        for row in found
    ]


def _message_rows(found: Sequence[sa.Row[Any]]) -> list[MessageRow]:
    names = ("id", "uid", "name", "keys", "state", "reason", "published_at", "expires_at")
    return [MessageRow(**{name: row._mapping[name] for name in names}) for row in found]
