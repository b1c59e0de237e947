"""What a task may know of the vault: which fields it holds and who looked, never the values."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from engine.base import writable
from engine.base.vaulted import LOOKED, READ
from engine.context import View
from engine.queries.task_data import load
from engine.store import vault
from engine.store.tables import audit

MOST = 20  # looks shown


@dataclass(frozen=True, slots=True)
class Look:
    """One look: who, when and why."""

    name: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Closed:
    """The protected fields a task may ask for, as (label, erased); OPEN: any is left."""

    fields: tuple[tuple[str, bool], ...] = ()
    open: bool = False
    looks: tuple[Look, ...] = ()


def of_task(view: View, *, task_id: int) -> Closed:
    """Give what the task TASK_ID may ask the vault for; nothing for tasks that declare none."""
    held = load(view, task_id)
    named = frozenset(writable.items(str(held.node.properties.get(READ) or "")))
    if not named:
        return Closed()
    kept = vault.held(view.connection, held.root["id"])
    forms = [*held.version.forms.values(), *([held.form] if held.form else [])]
    labels = {one.key: one.label for form in forms for one in form.all if one.vault}
    fields = tuple(
        (labels.get(name, name), kept[name] is not None) for name in sorted(named & kept.keys())
    )
    mine = held.seat is not None
    return Closed(
        fields,
        any(not erased for _, erased in fields),
        tuple(_looks(view, held.root["id"])) if mine else (),
    )


def _looks(view: View, root_id: int) -> list[Look]:
    """Give the latest looks at a case, for who handles it now."""
    query = (
        sa.select(audit.c.at, audit.c.detail)
        .where(audit.c.kind == LOOKED)
        .order_by(audit.c.id.desc())
        .limit(1000)
    )
    found = [
        Look(row.detail["name"], row.at, row.detail["reason"])
        for row in view.connection.execute(query)
        if row.detail["root"] == root_id
    ]
    return found[:MOST]
