"""The timeline by case round and node round, the path, and the raw chained history."""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from engine.context import View
from engine.queries import deployed, discretion
from engine.queries.instances import case_id_of, instance_row
from engine.queries.paging import Page, Paging, SortKey, page
from engine.store import codec
from engine.store.machine import history
from engine.store.tables import definition, instance, seat, task

# Kinds of lines that stand in the timeline beside the rounds.
MOMENTS = ("InstanceStarted", "InstanceEnded", "Correlated", "DecisionEvaluated")


@dataclass(frozen=True, slots=True)
class Voice:
    """One seat of a round: who answered what, or still has to."""

    seat_id: int
    unit: str
    unit_name: str
    label: str
    duty: str
    person_name: str | None
    on_behalf_of: str | None
    state: str
    decision: str | None
    outcome: str | None
    outcome_label: str
    opinion: str | None
    decided_at: datetime | None
    added_name: str | None = None  # who added the seat to the round (加签, 委派)

    def silenced(self) -> "Voice":
        """Give the seat without what it said."""
        return replace(self, decision=None, outcome=None, outcome_label="", opinion=None)


@dataclass(frozen=True, slots=True)
class Entry:
    """One round of a task; SUPERSEDED ones are struck through, never hidden."""

    task_id: int
    instance_id: int
    process_name: str
    node: str
    name: str
    round: int
    rule: str
    state: str
    outcome: str | None
    outcome_label: str
    arithmetic: str
    superseded: bool
    opened_at: datetime
    closed_at: datetime | None
    due_at: datetime | None
    late: bool
    voices: tuple[Voice, ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened between the rounds: a new state, a message, a decision."""

    at: datetime
    kind: str
    node: str
    node_name: str
    text: str
    actor_name: str


@dataclass(frozen=True, slots=True)
class CaseRound:
    """One case round: 1 at the start, + 1 with each reopening."""

    number: int
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """All rounds of a case, oldest first, and the moments between them."""

    rounds: tuple[CaseRound, ...]
    moments: tuple[Moment, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the chained history."""

    no: int
    at: datetime
    kind: str
    actor: str
    actor_name: str
    unit: str
    on_behalf_of: str | None
    instance_id: int
    node: str
    node_name: str
    detail: Mapping[str, Any]
    hash: str


@dataclass(frozen=True, slots=True)
class Step:
    """One pass through an element."""

    at: datetime
    element: str
    name: str
    how: str  # entered, completed, terminated, withdrawn, failed
    flows: tuple[str, ...]


def timeline(view: View, *, ref: str) -> Timeline:
    """Give the timeline of the case REF names."""
    case_id = case_id_of(view, ref=ref)
    query = (
        sa.select(
            task,
            instance.c.definition_id,
            instance.c.runtime,
            definition.c.name.label("process_name"),
        )
        .join(instance, instance.c.id == task.c.instance_id)
        .join(definition, definition.c.id == instance.c.definition_id)
        .where(task.c.root_id == case_id)
        .order_by(task.c.case_round, task.c.id)
    )
    found = view.connection.execute(query).all()
    seats = _seats(view, case_id)
    rounds: dict[int, list[Entry]] = {}
    for row in found:
        entry = _entry(view, row, seats.get(row.id, []))
        rounds.setdefault(row.case_round, []).append(entry)
    return Timeline(
        tuple(CaseRound(number, tuple(entries)) for number, entries in rounds.items()),
        _moments(view, case_id),
    )


def _seats(view: View, case_id: int) -> dict[int, list[sa.Row[Any]]]:
    query = sa.select(seat).where(seat.c.root_id == case_id)
    found: dict[int, list[sa.Row[Any]]] = {}
    for row in view.connection.execute(query.order_by(seat.c.order_no, seat.c.id)).all():
        found.setdefault(row.task_id, []).append(row)
    return found


def _entry(view: View, row: sa.Row[Any], seats: Sequence[sa.Row[Any]]) -> Entry:
    facts = deployed.facts(view, row.definition_id, row.runtime)
    outcomes = deployed.node(facts, row.node).outcomes
    words = {str(o["value"]): str(o.get("label") or o["value"]) for o in outcomes}
    ended = row.closed_at or view.now
    voices = discretion.readable(view, row, [_voice(one, words) for one in seats])
    return Entry(
        task_id=row.id,
        instance_id=row.instance_id,
        process_name=row.process_name,
        node=row.node,
        name=row.name,
        round=row.round,
        rule=row.rule,
        state=row.state,
        outcome=row.outcome,
        outcome_label=words.get(row.outcome or "", row.outcome or ""),
        arithmetic=row.arithmetic or "",
        superseded=row.superseded,
        opened_at=row.created_at,
        closed_at=row.closed_at,
        due_at=row.due_at,
        late=row.due_at is not None and ended > row.due_at,
        voices=tuple(voices),
    )


def _voice(row: sa.Row[Any], words: Mapping[str, str]) -> Voice:
    return Voice(
        seat_id=row.id,
        unit=row.unit,
        unit_name=row.unit_name,
        label=row.label,
        duty=row.duty,
        person_name=row.person_name,
        on_behalf_of=row.on_behalf_of,
        state=row.state,
        decision=row.decision,
        outcome=row.outcome,
        outcome_label=words.get(row.outcome or "", row.outcome or ""),
        opinion=row.opinion,
        decided_at=row.decided_at,
        added_name=row.added_name,
    )


def _moments(view: View, case_id: int) -> tuple[Moment, ...]:
    stated = history.c.kind.in_(("NodeEntered", "ConclusionOpened"))
    entered = sa.and_(stated, history.c.detail.contains('"state"'))
    query = (
        sa.select(history, instance.c.definition_id, instance.c.runtime)
        .join(instance, instance.c.id == history.c.instance_id)
        .where(history.c.root_id == case_id, sa.or_(history.c.kind.in_(MOMENTS), entered))
        .order_by(history.c.no)
    )
    made = []
    for row in view.connection.execute(query).all():
        detail = codec.decode(row.detail)
        made.append(
            Moment(
                at=row.at,
                kind="StateChanged" if row.kind not in MOMENTS else row.kind,
                node=row.node,
                node_name=_name(view, row),
                text=_text(row.kind, detail),
                actor_name=row.actor_name,
            )
        )
    return tuple(made)


def _text(kind: str, detail: Mapping[str, Any]) -> str:
    """Say what a moment was, in one phrase."""
    if kind in ("NodeEntered", "ConclusionOpened"):
        return f"状态变为“{detail.get('state', '')}”"
    if kind == "DecisionEvaluated":
        rows = "；".join(map(_matched, detail.get("tables", ())))
        return f"按决策表判定：{rows or detail.get('decision', '')}"
    return str(detail.get("name") or detail.get("how") or "")


def _matched(table: Mapping[str, Any]) -> str:
    own = f"（区划 {table['override']} 的替换表）" if table.get("override") else ""
    return f"{table.get('table')}{own} 第 {'、'.join(map(str, table.get('rows', ())))} 行"


def _name(view: View, row: sa.Row[Any]) -> str:
    if not row.node:
        return ""
    return deployed.name_of(deployed.facts(view, row.definition_id, row.runtime), row.node)


def path(view: View, *, instance_id: int) -> tuple[Step, ...]:
    """Give how one instance walked, in order."""
    row = instance_row(view, instance_id=instance_id)
    facts = deployed.facts(view, row.definition_id, row.runtime)
    query = (
        sa.select(history.c.at, history.c.node, history.c.kind, history.c.detail)
        .where(
            history.c.instance_id == instance_id,
            history.c.kind.in_(("NodeEntered", "NodeLeft")),
        )
        .order_by(history.c.no)
    )
    steps = []
    for line in view.connection.execute(query):
        detail = codec.decode(line.detail)
        how = str(detail.get("how", "completed")) if line.kind == "NodeLeft" else "entered"
        name = deployed.name_of(facts, line.node)
        steps.append(Step(line.at, line.node, name, how, tuple(detail.get("flows", ()))))
    return tuple(steps)


def audit(view: View, *, ref: str, paging: Paging | None = None) -> Page[Line]:
    """Give the raw history of the case REF names, oldest first."""
    case_id = case_id_of(view, ref=ref)
    query = (
        sa.select(history, instance.c.definition_id, instance.c.runtime)
        .join(instance, instance.c.id == history.c.instance_id)
        .where(history.c.root_id == case_id)
    )
    build = functools.partial(_lines, view)
    return page(view.connection, query, [SortKey(history.c.no)], paging or Paging(), build)


def _lines(view: View, found: Sequence[sa.Row[Any]]) -> list[Line]:
    details = [codec.decode(row.detail) for row in found]
    told = zip(found, details, strict=True)
    discretion.of_lines(view, [(row.kind, row.unit, detail) for row, detail in told])
    return [
        Line(
            no=row.no,
            at=row.at,
            kind=row.kind,
            actor=row.actor,
            actor_name=row.actor_name,
            unit=row.unit,
            on_behalf_of=row.on_behalf_of,
            instance_id=row.instance_id,
            node=row.node,
            node_name=_name(view, row),
            detail=detail,
            hash=row.hash,
        )
        for row, detail in zip(found, details, strict=True)
    ]
