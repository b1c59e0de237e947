"""What would happen: the next handlers of a task, and a case list until a day; unsaved."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from engine.base import events
from engine.base.errors import Conflict, NotFound
from engine.base.values import Value
from engine.context import View
from engine.kernel import effects
from engine.queries.rehearsal import Copy, Happening, Rehearsal
from engine.queries.task_data import TaskData, load, my_seats
from engine.rules.assignment import Staffed
from engine.rules.seats import decision_of, read_round, seat_of
from engine.rules.votes import Decided, decide, outcome_value
from engine.store import codec, work
from engine.store.rows import Row
from engine.store.tables import instance


@dataclass(frozen=True, slots=True)
class NextSeat:
    """Who would be asked."""

    unit: str
    unit_name: str
    role: str
    label: str


@dataclass(frozen=True, slots=True)
class NextTask:
    """A task that would open; PROBLEM says why nobody would get it."""

    process_key: str
    node: str
    name: str
    due_at: datetime | None
    seats: tuple[NextSeat, ...]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """What completing a task so would do; DECIDED is false while other seats are open.

    WAITS names events the case would wait for instead of people; ENDS: the case is over.
    """

    decided: bool
    outcome: str | None
    arithmetic: str
    next: tuple[NextTask, ...]
    waits: tuple[str, ...]
    ends: bool
    problems: tuple[str, ...]


def next_handlers(
    view: View,
    *,
    task_id: int,
    data: Mapping[str, Value] | None = None,
    outcome: str | None = None,
    unit: str | None = None,
    case_id: int | None = None,
) -> Preview:
    """Show who would get what if the actor completed TASK_ID with DATA and OUTCOME.

    CASE_ID, when given, must be the case of the task.
    """
    held = load(view, task_id)
    if case_id not in (None, held.root["id"]):
        raise NotFound
    seats = [s for s in my_seats(view, held) if unit in (None, s["unit"])]
    if not seats:
        raise Conflict("您在本环节没有待办席位，无法预览下一步。", code="no-seat")
    clean = _clean(view, held, data or {})
    verdict, chosen = _verdict(view, held, seats[0], outcome)
    if not isinstance(verdict, Decided):
        return Preview(False, None, verdict.arithmetic, (), (), False, ())
    rehearsal = Rehearsal(view, held.root)
    rehearsal.load()
    copy = rehearsal.copies.get(held.instance["id"])
    if copy is None:
        raise Conflict("案件已暂停或结束，无法预览下一步。", code="case-ended")
    event = events.CompleteTask(
        **rehearsal.stamp(copy, view.now),
        wait=held.task["wait"],
        result=_merged(view, held, seats[0], clean),
        outcome=chosen,
        item=held.task["item"] or None,
    )
    rehearsal.tell(copy.id, event)
    return _preview(rehearsal, chosen, verdict.arithmetic)


def _clean(view: View, held: TaskData, data: Mapping[str, Value]) -> dict[str, Value]:
    if held.form is None:
        return {}
    moment = held.moment(view)
    return held.form.clean(
        data, known=held.known(), moment=moment, writable=held.writable, draft=True
    )


def _merged(
    view: View, held: TaskData, seat: Row, data: Mapping[str, Value]
) -> dict[str, Value]:
    """Give the data a decided round leaves with: all seats' entries, this act last."""
    if held.task["rule"] == "consult":
        return {**data, **held.results}
    merged: dict[str, Value] = {}
    if len(held.seats) > 1:
        for row in work.form_entries(view.connection, held.task["id"]):
            if row["seat_id"] != seat["id"]:
                merged.update(codec.decode(bytes(row["data"])))
    return {**merged, **data}


def _verdict(
    view: View, held: TaskData, seat: Row, outcome: str | None
) -> tuple[Any, str | None]:
    """Decide the round as if the actor's SEAT had answered OUTCOME."""
    action = next((o.get("action") for o in held.node.outcomes if o["value"] == outcome), "")
    facts = [seat_of(row) for row in held.seats]
    answered = replace(
        next(one for one in facts if one.id == str(seat["id"])),
        state="done",
        decision=decision_of(str(action or "")),
        outcome=outcome,
        decided_at=view.now,
    )
    facts = [answered if one.id == answered.id else one for one in facts]
    rule = read_round(held.task["settings"], held.task["due_at"])
    verdict = decide(rule, facts, view.now)
    if not isinstance(verdict, Decided):
        return verdict, outcome
    return verdict, outcome_value(verdict, facts, held.node.outcomes)


def _preview(rehearsal: Rehearsal, outcome: str | None, arithmetic: str) -> Preview:
    found = rehearsal.happened
    waits = [
        str(getattr(h.effect, "name", "") or getattr(h.effect, "node", ""))
        for h in found
        if isinstance(h.effect, effects.SubscriptionOpened | effects.TimerSet)
    ]
    problems = [h.effect.text for h in found if isinstance(h.effect, effects.IncidentRaised)]
    root_id = (rehearsal.root or {}).get("id")
    return Preview(
        decided=True,
        outcome=outcome,
        arithmetic=arithmetic,
        next=tuple(task for h in found for task in next_tasks(rehearsal, h)),
        waits=tuple(waits),
        ends=root_id not in rehearsal.copies,
        problems=tuple(problems),
    )


def next_tasks(rehearsal: Rehearsal, happened: Happening) -> list[NextTask]:
    """Give the tasks one effect would open."""
    effect, copy = happened.effect, happened.copy
    if isinstance(effect, effects.TaskOpened):
        return [_next(rehearsal, copy, effect, effect.assignment)]
    if isinstance(effect, effects.TasksOpened):
        each = effect.assignments or (effect.assignment,)
        return [_next(rehearsal, copy, effect, one) for one in each]
    return []


def _next(
    rehearsal: Rehearsal,
    copy: Copy,
    effect: effects.TaskOpened | effects.TasksOpened,
    assignment: Mapping[str, Value],
) -> NextTask:
    node = copy.facts.nodes.get(effect.node)
    answer = rehearsal.staffed(copy, assignment)
    seats: tuple[NextSeat, ...] = ()
    problem = ""
    if isinstance(answer, Staffed):
        seats = tuple(NextSeat(s.unit, s.unit_name, s.role, s.label) for s in answer.seats)
    else:
        problem = answer.reason
    name = (node.name if node else "") or effect.node
    return NextTask(copy.key, effect.node, name, effect.due, seats, problem)


def case_row(view: View, root_id: int) -> Row:
    """Give the root row of a case for a rehearsal; rights were judged by the caller."""
    query = sa.select(instance).where(instance.c.id == root_id)
    found = view.connection.execute(query).mappings().first()
    if found is None:
        raise NotFound
    return dict(found)
