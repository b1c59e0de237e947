"""Processes of published versions: search, diagram text, facts, start form, statistics."""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa

from engine.base.errors import NotFound
from engine.bpmn.facts import ProcessFacts
from engine.context import View
from engine.queries.definitions import file
from engine.queries.filters import conditions
from engine.queries.paging import Page, Paging, Sort, SortKey, choose, page
from engine.store import visible
from engine.store.machine import incident
from engine.store.tables import bundle, definition, instance, task


@dataclass(frozen=True, slots=True)
class DefinitionRow:
    """One process of one version."""

    id: int
    key: str
    name: str
    version: int
    application: str
    latest: bool
    file: str
    hash: str
    created_at: datetime
    running: int


@dataclass(frozen=True, slots=True)
class NodeLoad:
    """What stands at one element over all living instances of a definition."""

    element: str
    running: int
    overdue: int
    incidents: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """Instances of a definition by status, and open work by element, in the actor's scope."""

    by_status: Mapping[str, int]
    nodes: tuple[NodeLoad, ...]


def search(
    view: View,
    *,
    wanted: Mapping[str, Any] | None = None,
    sort: Sequence[Sort] = (),
    paging: Paging | None = None,
) -> Page[DefinitionRow]:
    """Search processes; without a filter on "latest" all versions are listed."""
    names = ("key", "name", "version", "application", "latest")
    columns = {name: definition.c[name] for name in names}
    query = _query().where(*conditions(wanted or {}, columns))
    keys = choose(sort, columns, SortKey(definition.c.id, True))
    build = functools.partial(_rows, view)
    return page(view.connection, query, keys, paging or Paging(), build)


def get(view: View, *, definition_id: int) -> DefinitionRow:
    """Give one process of one version."""
    found = view.connection.execute(_query().where(definition.c.id == definition_id)).first()
    if found is None:
        raise NotFound
    return _rows(view, [found])[0]


def latest_id(view: View, *, key: str) -> int:
    """Give the id of the newest definition of process KEY."""
    query = sa.select(definition.c.id).where(definition.c.key == key, definition.c.latest)
    found = view.connection.execute(query).scalar_one_or_none()
    if found is None:
        raise NotFound
    return int(found)


def facts(view: View, *, definition_id: int) -> ProcessFacts:
    """Give the facts of one definition as they were stored at deployment."""
    query = sa.select(definition.c.facts).where(definition.c.id == definition_id)
    found = view.connection.execute(query).scalar_one_or_none()
    if found is None:
        raise NotFound
    return ProcessFacts.from_dict(found)


def xml(view: View, *, definition_id: int) -> bytes:
    """Give the diagram file a definition came from, byte for byte."""
    row = get(view, definition_id=definition_id)
    return file(view, application=row.application, path=row.file, version=row.version)


def start_form(view: View, *, definition_id: int) -> dict[str, Any] | None:
    """Give the form-js schema of the start form, None when there is none."""
    row, process = get(view, definition_id=definition_id), facts(
        view, definition_id=definition_id
    )
    wanted = next((start.form for start in process.starts if start.form), None)
    if wanted is None:
        return None
    path = f"forms/{wanted}.json"
    content = file(view, application=row.application, path=path, version=row.version)
    schema: dict[str, Any] = orjson.loads(content)
    return schema


def statistics(view: View, *, definition_id: int) -> Statistics:
    """Count the instances of a definition and what stands at its elements."""
    get(view, definition_id=definition_id)
    mine = sa.and_(
        instance.c.definition_id == definition_id,
        instance.c.root_id.in_(
            sa.select(visible.root.c.id).where(visible.cases(view.actor))
        ),
    )
    by_status = sa.select(instance.c.status, sa.func.count()).where(mine)
    found = view.connection.execute(by_status.group_by(instance.c.status))
    return Statistics({row[0]: row[1] for row in found}, tuple(_loads(view, mine)))


def _loads(view: View, mine: sa.ColumnElement[bool]) -> list[NodeLoad]:
    late = sa.func.sum(sa.case((task.c.due_at < view.now, 1), else_=0))
    open_tasks = (
        sa.select(task.c.node, sa.func.count(), late)
        .join(instance, instance.c.id == task.c.instance_id)
        .where(mine, task.c.state == "open")
        .group_by(task.c.node)
    )
    broken = (
        sa.select(incident.c.node, sa.func.count())
        .join(instance, instance.c.id == incident.c.instance_id)
        .where(mine, incident.c.state == "open")
        .group_by(incident.c.node)
    )
    incidents = {row[0]: row[1] for row in view.connection.execute(broken)}
    loads = {row[0]: (row[1], row[2]) for row in view.connection.execute(open_tasks)}
    return [
        NodeLoad(node, *loads.get(node, (0, 0)), incidents.get(node, 0))
        for node in sorted({*loads, *incidents})
    ]


def _query() -> sa.Select[Any]:
    columns = ("id", "key", "name", "version", "application", "latest")
    return sa.select(
        *(definition.c[name] for name in columns),
        definition.c.facts,
        bundle.c.hash,
        bundle.c.created_at,
    ).join(bundle, bundle.c.id == definition.c.bundle_id)


def _rows(view: View, found: Sequence[sa.Row[Any]]) -> list[DefinitionRow]:
    ids = [row.id for row in found]
    query = (
        sa.select(instance.c.definition_id, sa.func.count())
        .where(instance.c.definition_id.in_(ids), instance.c.ended_at.is_(None))
        .group_by(instance.c.definition_id)
    )
    running = {row[0]: row[1] for row in view.connection.execute(query)}
    return [
        DefinitionRow(
            id=row.id,
            key=row.key,
            name=row.name,
            version=row.version,
            application=row.application,
            latest=row.latest,
            file=row.facts["file"],
            hash=row.hash,
            created_at=row.created_at,
            running=running.get(row.id, 0),
        )
        for row in found
    ]
