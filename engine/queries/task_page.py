"""The task page: form, prefilled data, outcomes, return targets, seats, draft, rights."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa

from engine.base.sieve import Sieve
from engine.base.values import Value
from engine.context import View
from engine.queries import tasks
from engine.queries.ledgers import variables_of
from engine.queries.task_data import TaskData, belongs, leads, load, my_seats, refusal
from engine.rules import asking
from engine.store import codec, prefill, work
from engine.store.tables import blob, bundle_file, task

VERBS = ("complete", "claim", "release", "return", "remind", "save")


@dataclass(frozen=True, slots=True)
class Outcome:
    """One button of the page; REASON_MIN characters of opinion are asked for with it."""

    value: str
    label: str
    action: str
    reason_min: int
    requires: str
    primary: bool


@dataclass(frozen=True, slots=True)
class Target:
    """An element one may send back to."""

    node: str
    name: str


@dataclass(frozen=True, slots=True)
class Returns:
    """What 退回 offers here; THEN is how the case comes back: stepwise or direct."""

    allowed: bool
    then: str
    targets: tuple[Target, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """What the person typed before."""

    version: int
    data: Mapping[str, Any]
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Right:
    """Whether an act is possible now; REASON says why not, for the greyed button."""

    verb: str
    allowed: bool
    reason: str


@dataclass(frozen=True, slots=True)
class TaskForm:
    """All a task page needs besides the case.

    SCHEMA is the form-js document of the deployed version, DATA a value per field: stored,
    computed, copied, default. WRITABLE None: all fields that are not read-only. MY_SEATS
    are the seats the actor can act on; several mean: choose for which unit.
    """

    task: tasks.TaskRow
    definition_id: int
    process_key: str
    documentation: str
    lane_name: str
    form_id: str | None
    form_title: str
    schema: Any
    data: Mapping[str, Any]
    options: Mapping[str, Any]
    warnings: tuple[Any, ...]
    writable: tuple[str, ...] | None
    outcomes: tuple[Outcome, ...]
    returns: Returns
    evidence: tuple[Any, ...]
    clauses: tuple[Any, ...]
    draft: Draft | None
    my_seats: tuple[int, ...]
    rights: tuple[Right, ...]
    entries: tuple[Any, ...]


def form(view: View, *, task_id: int) -> TaskForm:
    """Give the page of task TASK_ID, worked out once in a transaction."""
    key = ("task page", task_id, view.actor)
    known: TaskForm | None = view.connection.memo.get(key)
    if known is None:
        known = view.connection.memo[key] = _form(view, task_id)
    return known


def _form(view: View, task_id: int) -> TaskForm:
    held = load(view, task_id)
    known = held.known()
    schema = held.form
    moment = held.moment(view)
    data = prefilled(view, held)
    values = {**known, **data}
    side = held.seat is not None and asking.is_side(held.seat)
    writable = frozenset[str]() if side else held.writable
    mine = my_seats(view, held)
    return TaskForm(
        task=tasks.get(view, task_id=task_id),
        definition_id=held.instance["definition_id"],
        process_key=held.facts.key,
        documentation=held.node.documentation,
        lane_name=held.node.lane_name,
        form_id=held.form_id,
        form_title=schema.title if schema else "",
        schema=schema_of(view, held),
        data=data,
        options=schema.options(known, moment) if schema else {},
        warnings=tuple(schema.warnings(values, moment)) if schema else (),
        writable=None if writable is None else tuple(sorted(writable)),
        outcomes=tuple(map(_outcome, held.outcomes)),
        returns=Returns(False, "", ()) if side else _returns(view, held),
        evidence=held.node.evidence,
        clauses=held.node.clauses,
        draft=_draft(view, task_id),
        my_seats=tuple(seat["id"] for seat in mine),
        rights=tuple(_right(view, held, verb, bool(mine)) for verb in VERBS),
        entries=tuple(_entries(view, held)),
    )


def prefilled(view: View, held: TaskData) -> dict[str, Value]:
    """Give a value per field: stored, computed, copied, default, rows of a ledger."""
    if held.form is None:
        return {}
    known, moment = held.known(), held.moment(view)
    data, offered = held.form.prefill(known, moment), {}
    for key, source in held.form.row_sources().items():
        if not data.get(key):
            sieve = held.form.sieve(key, {**known, **data}, moment)
            offered[key] = held.form.cut_rows(key, offered_rows(view, held, source, sieve))
            data[key] = offered[key]
    if any(offered.values()):  # figures computed from rows that are offered only now
        data = {**held.form.prefill({**known, **offered}, moment), **offered}
    return data


def offered_rows(
    view: View, held: TaskData, source: str, sieve: Sieve
) -> list[dict[str, Value]]:
    """Give the rows of a ledger, or of frozen figures, that SIEVE keeps, in one's sight."""
    application = held.version.application
    asks = prefill.Table(
        application.key, application.ledgers, held.root["id"], held.known(), sieve
    )
    variables = functools.partial(variables_of, view)
    return prefill.rows(view.connection, view.actor, source, asks, variables)


def schema_of(view: View, held: TaskData) -> Any:
    """Give the form file of the deployed version as it was published."""
    if not held.form_id:
        return None
    definition = view.runtimes.definition(view.connection, held.instance["definition_id"])
    query = (
        sa.select(blob.c.content)
        .join(bundle_file, bundle_file.c.sha256 == blob.c.sha256)
        .where(
            bundle_file.c.bundle_id == definition["bundle_id"],
            bundle_file.c.path == f"forms/{held.form_id}.json",
        )
    )
    content = view.connection.execute(query).scalar_one_or_none()
    return None if content is None else orjson.loads(bytes(content))


def _outcome(row: Mapping[str, Any]) -> Outcome:
    return Outcome(
        value=str(row["value"]),
        label=str(row.get("label") or row["value"]),
        action=str(row.get("action") or ""),
        reason_min=int(row.get("reasonMin") or 0),
        requires=str(row.get("requires") or ""),
        primary=row.get("primary") in (True, "true"),
    )


def _returns(view: View, held: TaskData) -> Returns:
    """Offer the declared targets, else the tasks completed before in this case round."""
    declared = held.node.returns
    allowed = declared.get("allowed") in (True, "true")
    then = str(declared.get("after") or "stepwise")
    if not allowed:
        return Returns(False, then, ())
    done = _completed(view, held)
    wanted = [str(target) for target in declared.get("targets") or done]
    nodes = held.facts.nodes
    targets = [
        Target(node, (nodes[node].name if node in nodes else "") or node)
        for node in wanted
        if node in done and node != held.task["node"]
    ]
    return Returns(bool(targets), then, tuple(targets))


def _completed(view: View, held: TaskData) -> list[str]:
    query = (
        sa.select(task.c.node, sa.func.min(task.c.id))
        .where(
            task.c.instance_id == held.task["instance_id"],
            task.c.case_round == held.task["case_round"],
            task.c.state == "completed",
        )
        .group_by(task.c.node)
        .order_by(sa.func.min(task.c.id))
    )
    return [row[0] for row in view.connection.execute(query)]


def _draft(view: View, task_id: int) -> Draft | None:
    row = work.load_draft(view.connection, task_id, view.actor.person)
    if row is None:
        return None
    return Draft(row["version"], codec.decode(bytes(row["data"])), row["updated_at"])


def _right(view: View, held: TaskData, verb: str, has_seat: bool) -> Right:
    reason = refusal(view, held, verb)
    if not reason and verb in ("complete", "claim", "save") and not has_seat:
        reason = "您在本环节没有待办席位。"
    return Right(verb, not reason, reason)


def _entries(view: View, held: TaskData) -> list[dict[str, Any]]:
    """Give what the seats of this round submitted; while units are asked, one's own only."""
    own = None if leads(view, held) else {s["id"] for s in held.seats if belongs(view, held, s)}
    return [
        {
            "seatId": row["seat_id"],
            "person": row["person"],
            "at": row["at"],
            "data": codec.decode(bytes(row["data"])),
        }
        for row in work.form_entries(view.connection, held.task["id"])
        if own is None or row["seat_id"] in own
    ]
