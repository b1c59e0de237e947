"""Answers in a running consultation are its lead's to read; all see them at its conclusion.

operations.md 2.6: a unit sees its own answer, the lead sees the matrix, and the matrix
opens to all with the conclusion. Seats and their state are never hidden, what was said is.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Protocol, Self, TypeVar

import sqlalchemy as sa

from engine.context import View
from engine.rules.seats import CONCLUDE
from engine.store.tables import attachment, sealed_paper, seat, task


class _Voice(Protocol):
    """A seat as some page shows it."""

    @property
    def unit(self) -> str:
        """Give the unit's code."""

    @property
    def duty(self) -> str:
        """Give handle, lead, assist or conclude."""

    def silenced(self) -> Self:
        """Give the seat without what it said."""


_Seat = TypeVar("_Seat", bound=_Voice)
CONSULT, ACT = "consult", "CompleteTask"
TOLD = ("decision", "outcome", "opinion", "label")  # of a line of history


def covered(rule: str, state: str) -> bool:
    """Tell whether a round of RULE in STATE keeps its answers to the lead."""
    return rule == CONSULT and state in ("open", "incident")


def _units(view: View) -> frozenset[str]:
    """Give the units the actor speaks for: the own ones, and those of whom he stands in."""
    return view.actor.units.union(*(one.units for one in view.actor.behalves))


def readable(view: View, round_row: Any, seats: Sequence[_Seat]) -> list[_Seat]:
    """Give SEATS of a round without what the actor may not read yet."""
    units = _units(view)
    led = any(one.duty == CONCLUDE and one.unit in units for one in seats)
    if led or not covered(round_row.rule, round_row.state):
        return list(seats)
    return [one if one.unit in units else one.silenced() for one in seats]


def closed_to(view: View, tasks: Iterable[int]) -> frozenset[int]:
    """Give those of TASKS whose answers the actor may not read yet."""
    wanted = sorted(set(tasks))
    if not wanted:
        return frozenset()
    led = sa.select(seat.c.task_id).where(
        seat.c.duty == CONCLUDE, seat.c.unit.in_(sorted(_units(view)))
    )
    query = sa.select(task.c.id).where(
        task.c.id.in_(wanted),
        task.c.rule == CONSULT,
        task.c.state.in_(("open", "incident")),
        task.c.id.not_in(led),
    )
    return frozenset(view.connection.execute(query).scalars())


def replies_closed(view: View, root_id: int) -> frozenset[str]:
    """Give the attachments of a case that are replies on paper the actor may not read yet.

    Replies of units without access and the scanned signed pages of the others.
    """
    kept = [*_replies(view, root_id), *_scans(view, root_id)]
    hidden = closed_to(view, (task_id for task_id, *_ in kept))
    own, me = _units(view), view.actor.person
    return frozenset(
        uid
        for task_id, unit, by, ids in kept
        if task_id in hidden and unit not in own and by != me
        for uid in ids
    )


_Kept = tuple[int, str, str, Sequence[str]]  # task, unit, who brought it, attachments


def _replies(view: View, root_id: int) -> Iterable[_Kept]:
    kept = sealed_paper.c
    query = sa.select(kept.task_id, kept.unit, kept.received_by, kept.reply).where(
        kept.root_id == root_id, kept.received_at.is_not(None)
    )
    for row in view.connection.execute(query):
        yield row.task_id, row.unit, row.received_by, row.reply or ()


def _scans(view: View, root_id: int) -> Iterable[_Kept]:
    query = (
        sa.select(seat.c.task_id, seat.c.unit, attachment.c.uploaded_by, attachment.c.id)
        .join(seat, seat.c.id == attachment.c.seat_id)
        .where(attachment.c.root_id == root_id)
    )
    for row in view.connection.execute(query):
        yield row.task_id, row.unit, row.uploaded_by, (row.id,)


def of_lines(view: View, lines: Sequence[tuple[str, str, dict[str, Any]]]) -> None:
    """Take from LINES (kind, unit, detail) of acts what the actor may not read yet."""
    acts = [(unit, detail) for kind, unit, detail in lines if kind == ACT]
    hidden = closed_to(view, (int(detail["task"]) for _, detail in acts))
    for unit, detail in acts:
        if int(detail["task"]) in hidden and unit not in _units(view):
            detail.update(dict.fromkeys(TOLD))
