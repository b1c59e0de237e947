"""What a task may know of the vault: which fields it holds, who asks and who looked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.base import writable
from engine.base.vaulted import READ
from engine.context import View
from engine.queries.task_data import TaskData, load
from engine.rules.permissions import Facts, capacities
from engine.store import vault, vault_releases
from engine.store.rows import Row

PAGE = 20  # looks of one page


@dataclass(frozen=True, slots=True)
class LookRow:
    """One look: who, when and why; RELEASED_BY is the second person ("" long ago)."""

    id: int
    name: str
    at: datetime
    reason: str
    released_by: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: STATE asked, granted, refused or over; DECIDE: the actor may answer it."""

    id: int
    name: str
    reason: str
    asked_at: datetime
    state: str
    decided_name: str
    expires_at: datetime | None
    mine: bool
    decide: bool


@dataclass(frozen=True, slots=True)
class Closed:
    """The protected fields a task may ask for, as (label, erased); OPEN: any is left.

    LOOKS is one page of all looks at the case, newest first; NEXT continues it.
    """

    fields: tuple[tuple[str, bool], ...] = ()
    open: bool = False
    requests: tuple[Asked, ...] = ()
    looks: tuple[LookRow, ...] = ()
    next: int | None = None


def of_task(view: View, *, task_id: int, before: int | None = None) -> Closed:
    """Give what the task TASK_ID may ask the vault for; nothing for tasks that declare none.

    BEFORE, the NEXT of a page, gives older looks.
    """
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
    requests = _requests(view, held)
    concerned = held.seat is not None or any(one.decide for one in requests)
    looks = _looks(view, held.root["id"], before) if concerned else ()
    return Closed(
        fields,
        any(not erased for _, erased in fields),
        requests,
        tuple(map(_look, looks[:PAGE])),
        looks[PAGE - 1]["id"] if len(looks) > PAGE else None,
    )


def _requests(view: View, held: TaskData) -> tuple[Asked, ...]:
    """Give the requests that are the actor's own, or his to answer."""
    me = view.actor
    supervises = "supervisor" in capacities(me, Facts(region=held.root["region"]))
    found = []
    for row in vault_releases.of_task(view.connection, held.task["id"]):
        mine = row["person"] == me.person
        second = not mine and (supervises or row["unit"] in me.units)
        if mine or second:
            found.append(_asked(view, row, mine, second))
    return tuple(found)


def _asked(view: View, row: Row, mine: bool, second: bool) -> Asked:
    over = row["expires_at"] is not None and row["expires_at"] <= view.now
    state = "over" if over else row["state"]
    return Asked(
        row["id"],
        row["name"],
        row["reason"],
        row["asked_at"],
        state,
        row["decided_name"] or "",
        row["expires_at"],
        mine,
        second and state == vault_releases.ASKED,
    )


def _looks(view: View, root_id: int, before: int | None) -> Sequence[Row]:
    return vault_releases.looks(view.connection, root_id, before, PAGE + 1)


def _look(row: Row) -> LookRow:
    told = row["detail"]
    return LookRow(
        row["id"], told["name"], row["at"], told["reason"], told.get("released_by") or ""
    )
