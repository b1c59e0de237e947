"""What is needed to see cases as they stood at a moment: rows, and the lines before it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from engine.base.actor import Actor
from engine.store import codec, visible
from engine.store.rows import Conn, Row, every
from engine.store.tables import definition, history, instance, seat, task
from engine.store.visible import root

SCOPE = "s1"  # of the variables of an instance, in both runtimes
_CHUNK = 400  # cases per statement; SQLite takes 999 parameters in old builds
_STATES = ("NodeEntered", "ConclusionOpened")
_FACTS = (*_STATES, "VariablesWritten")


@dataclass(frozen=True, slots=True)
class Written:
    """One history line that set the state of the case, or variables of an instance."""

    root_id: int
    instance_id: int
    state: str | None = None
    patch: Mapping[str, Any] = field(default_factory=dict)


def cases(conn: Conn, actor: Actor, processes: Sequence[str], at: datetime) -> list[Row]:
    """Give the root rows of cases of PROCESSES in ACTOR's sight begun before AT, by number."""
    query = (
        sa.select(root, definition.c.key.label("process"))
        .join(definition, definition.c.id == root.c.definition_id)
        .where(root.c.id == root.c.root_id, definition.c.key.in_(list(processes)))
        .where(root.c.started_at < at, visible.cases(actor))
        .order_by(root.c.number, root.c.id)
    )
    return every(conn, query)


def moved(conn: Conn, at: datetime, cases_of: Sequence[int]) -> set[int]:
    """Name those of CASES_OF whose history goes on at AT or later."""
    query = (
        sa.select(instance.c.id)
        .join(
            history,
            sa.and_(
                history.c.root_id == instance.c.id, history.c.no == instance.c.history_no
            ),
        )
        .where(history.c.at >= at)
    )
    found: set[int] = set()
    for part in _parts(cases_of):
        found.update(conn.execute(query.where(instance.c.id.in_(part))).scalars())
    return found


def written_before(conn: Conn, at: datetime, cases_of: Sequence[int]) -> Iterator[Written]:
    """Give what the lines of CASES_OF before AT wrote, each case in order."""
    base = sa.select(
        history.c.root_id, history.c.instance_id, history.c.kind, history.c.detail
    ).where(history.c.at < at, history.c.kind.in_(_FACTS))
    base = base.where(
        sa.or_(history.c.kind == "VariablesWritten", history.c.detail.contains('"state":'))
    )
    for part in _parts(sorted(cases_of)):
        query = base.where(history.c.root_id.in_(part))
        for row in conn.execute(query.order_by(history.c.root_id, history.c.no)):
            detail = codec.decode(row.detail)
            if row.kind in _STATES:
                if "state" in detail:
                    yield Written(row.root_id, row.instance_id, detail["state"])
            elif detail["scope"] == SCOPE:
                yield Written(row.root_id, row.instance_id, patch=detail["patch"])


def instances(conn: Conn, cases_of: Sequence[int]) -> dict[int, Row]:
    """Give definition and runtime of every instance of CASES_OF, by instance id."""
    columns = (instance.c.id, instance.c.root_id, instance.c.definition_id, instance.c.runtime)
    found: dict[int, Row] = {}
    for part in _parts(cases_of):
        rows = every(conn, sa.select(*columns).where(instance.c.root_id.in_(part)))
        found.update({row["id"]: row for row in rows})
    return found


def work(conn: Conn, actor: Actor, application: str, at: datetime) -> list[Row]:
    """Give the pieces of work of APPLICATION opened before AT, one row a seat."""
    query = (
        sa.select(
            task.c.root_id,
            root.c.number,
            root.c.region,
            root.c.year,
            task.c.node,
            task.c.name,
            task.c.created_at.label("opened"),
            sa.func.coalesce(seat.c.due_at, task.c.due_at).label("due"),
            seat.c.decided_at.label("closed"),
            seat.c.outcome,
            seat.c.state,
            seat.c.unit,
            seat.c.unit_name,
            seat.c.duty,
            instance.c.definition_id,
            instance.c.runtime,
        )
        .join(task, task.c.id == seat.c.task_id)
        .join(instance, instance.c.id == task.c.instance_id)
        .join(root, root.c.id == task.c.root_id)
        .join(definition, definition.c.id == instance.c.definition_id)
        .where(definition.c.application == application, task.c.created_at < at)
        .where(seat.c.state.not_in(("removed", "transferred", "void")))
        .where(visible.cases(actor))
        .order_by(task.c.id, seat.c.id)
    )
    return every(conn, query)


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), _CHUNK):
        yield ids[start : start + _CHUNK]
