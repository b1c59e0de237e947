"""Forms a case was filled in with: which can be printed, of which step, signed when."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from engine.context import View
from engine.queries import instances
from engine.queries.discretion import CONSULT
from engine.store.tables import form_entry, instance, task


@dataclass(frozen=True, slots=True)
class Filled:
    """The form of TITLE as step NAME left it; TASK_ID is what it is printed by."""

    task_id: int
    name: str
    round: int
    title: str
    closed_at: datetime | None


def of_case(view: View, *, case: str) -> tuple[Filled, ...]:
    """Give the forms of the case REF names, oldest first, a step once a round."""
    case_id = instances.case_id_of(view, ref=case)
    query = (
        sa.select(task.c.id, task.c.name, task.c.round, task.c.closed_at)
        .add_columns(form_entry.c.form, instance.c.definition_id, instance.c.runtime)
        .join(task, task.c.id == form_entry.c.task_id)
        .join(instance, instance.c.id == task.c.instance_id)
        .where(form_entry.c.root_id == case_id, task.c.closed_at.is_not(None))
        .where(task.c.rule != CONSULT)
        .order_by(form_entry.c.id)
    )
    found: dict[int, Filled] = {}
    for row in view.connection.execute(query):
        version = view.runtimes.deployed(view.connection, row.definition_id, row.runtime)
        form = version.forms.get(row.form)
        if form is not None:
            title = form.title
            found[row.id] = Filled(row.id, row.name, row.round, title, row.closed_at)
    return tuple(found.values())
