"""The rounds of a case in which several units answered: who said what, to read and print."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from engine.base.values import Value
from engine.context import View
from engine.forms.scope import Scope
from engine.queries import form_facts, history
from engine.queries.task_data import TaskData, load
from engine.rules import consult
from engine.rules.seats import CONCLUDE
from engine.store import codec
from engine.store.tables import form_entry, seat


@dataclass(frozen=True, slots=True)
class Answer:
    """One seat with what its form held; FACTS are empty while the actor may not read it."""

    voice: history.Voice
    facts: tuple[form_facts.Fact, ...]
    late: bool


@dataclass(frozen=True, slots=True)
class Silent:
    """The actor's seat that said nothing before the conclusion, and what it may say now."""

    unit: str
    unit_name: str
    version: int
    outcomes: tuple[tuple[str, str], ...]  # value, label


@dataclass(frozen=True, slots=True)
class Round:
    """One round: the units' answers and, in a consultation, what the lead concluded."""

    entry: history.Entry
    answers: tuple[Answer, ...]
    conclusion: Answer | None
    silent: Silent | None


def of_case(view: View, *, ref: str) -> tuple[Round, ...]:
    """Give the rounds of the case REF names that had several seats, oldest first."""
    timeline = history.timeline(view, ref=ref)
    entries = [_counted(entry) for part in timeline.rounds for entry in part.entries]
    return tuple(_round(view, entry) for entry in entries if len(entry.voices) > 1)


def _counted(entry: history.Entry) -> history.Entry:
    """Leave out the seats that were passed on: the seat itself stands beside them."""
    kept = tuple(voice for voice in entry.voices if voice.state != "transferred")
    return replace(entry, voices=kept)


def _round(view: View, entry: history.Entry) -> Round:
    held = load(view, task_id=entry.task_id)
    kept = _kept(view, entry.task_id)
    answers = [_answer(view, held, voice, kept) for voice in entry.voices]
    last = [one for one in answers if one.voice.duty == CONCLUDE]
    asked = tuple(one for one in answers if one.voice.duty != CONCLUDE)
    return Round(entry, asked, last[0] if last else None, _silent(view, held))


def _silent(view: View, held: TaskData) -> Silent | None:
    for row in held.seats:
        ours = row["unit"] in view.actor.units and row["state"] == consult.SILENT
        if ours and row["outcome"] is None:
            words = consult.offered(held.node.outcomes, row)
            offered = tuple((str(w["value"]), str(w.get("label") or w["value"])) for w in words)
            return Silent(row["unit"], row["unit_name"], row["version"], offered)
    return None


def _kept(view: View, task_id: int) -> dict[int, tuple[str, Mapping[str, Value], Any]]:
    """Give form, data and due moment by seat."""
    query = (
        sa.select(form_entry.c.seat_id, form_entry.c.form, form_entry.c.data, seat.c.due_at)
        .join(seat, seat.c.id == form_entry.c.seat_id)
        .where(form_entry.c.task_id == task_id)
        .order_by(form_entry.c.id)
    )
    rows = view.connection.execute(query)
    return {row.seat_id: (row.form, codec.decode(bytes(row.data)), row.due_at) for row in rows}


def _answer(
    view: View,
    held: TaskData,
    voice: history.Voice,
    kept: Mapping[int, tuple[str, Mapping[str, Value], Any]],
) -> Answer:
    form, data, due = kept.get(voice.seat_id, ("", {}, None))
    late = due is not None and voice.decided_at is not None and voice.decided_at > due
    schema = held.version.forms.get(form)
    if schema is None or voice.outcome is None:
        return Answer(voice, (), late)
    scope = Scope({**held.known(), **data}, held.moment(view))
    reader = form_facts.Reader(view, replace(held, shown=form), scope)
    told = [one for one in schema.all if one.derived is None and data.get(one.key)]
    shown = [one for one in told if not scope.hidden(one)]
    return Answer(voice, tuple(reader.fact(one, {}) for one in shown), late)
