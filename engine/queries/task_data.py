"""What stands behind one task: rows, the deployed form, variables, rights, seats."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from engine.base import writable
from engine.base.actor import Behalf
from engine.base.errors import NotFound, ShouhuError
from engine.base.expressions import Moment
from engine.base.values import Value
from engine.bpmn.facts import NodeFacts, ProcessFacts
from engine.context import Deployed, View
from engine.forms.schema import FormSchema
from engine.kernel.step import State
from engine.rules import consult, deputies
from engine.rules.permissions import Facts, may
from engine.store import codec, visible, work
from engine.store.rows import Row, one
from engine.store.tables import instance, task
from engine.store.visible import root


@dataclass(frozen=True, slots=True)
class TaskData:
    """A task of a case the actor may see, with its version of the process."""

    task: Row
    instance: Row
    root: Row
    seats: tuple[Row, ...]
    version: Deployed
    facts: ProcessFacts
    state: State
    seat: Row | None = None  # the actor's, when he can act now
    results: Mapping[str, Value] = field(default_factory=dict)  # of a consultation
    shown: str | None = None  # a form to read instead of the actor's own

    @property
    def node(self) -> NodeFacts:
        """Give the facts of the task's element."""
        name = self.task["node"]
        return self.facts.nodes.get(name) or NodeFacts(name, "", self.task["name"])

    @property
    def form(self) -> FormSchema | None:
        """Give the compiled form of the deployed version."""
        return self.version.forms.get(self.form_id) if self.form_id else None

    @property
    def form_id(self) -> str | None:
        """Name the form of the actor's seat: the conclusion may have its own."""
        return self.shown or consult.form_of(self.task, self.seat)

    @property
    def outcomes(self) -> tuple[Mapping[str, Any], ...]:
        """Give the outcomes the actor's seat may choose from."""
        known = self.node.outcomes
        return known if self.seat is None else tuple(consult.offered(known, self.seat))

    @property
    def plan(self) -> Any:
        """Give the compiled process."""
        return self.version.plans[self.facts.key]

    def moment(self, view: View) -> Moment:
        """Give what expressions may know now."""
        return self.version.moment(view.now)

    def known(self) -> dict[str, Value]:
        """Give the variables the form may read: the case's and the item's own."""
        own = codec.decode(bytes(self.task["locals"])) if self.task["locals"] else {}
        shown = self.version.runtime.inspect(self.plan, self.state).variables
        acting = {consult.ACTING: self.seat["unit"]} if self.seat is not None else {}
        return {**shown, **own, **acting, **self.results}

    @property
    def writable(self) -> frozenset[str] | None:
        """Give the fields this task may write; None = all that are not read-only."""
        if self.form_id != self.task["form"]:
            return None  # form.writable speaks of the form of the task
        return writable.named(self.node.properties)


def load(view: View, task_id: int) -> TaskData:
    """Load task TASK_ID; NotFound when its case is out of the actor's sight.

    Read once for all questions of a transaction: a case may hold megabytes of tables.
    """
    key = ("task", task_id, view.actor)
    known: TaskData | None = view.connection.memo.get(key)
    if known is None:
        known = view.connection.memo[key] = _load(view, task_id)
    return known


def _load(view: View, task_id: int) -> TaskData:
    query = sa.select(task).join(root, root.c.id == task.c.root_id)
    found = one(view.connection, query.where(task.c.id == task_id, visible.cases(view.actor)))
    if found is None:
        raise NotFound
    own = one(view.connection, sa.select(instance).where(instance.c.id == found["instance_id"]))
    case = one(view.connection, sa.select(instance).where(instance.c.id == found["root_id"]))
    if own is None or case is None:
        raise NotFound
    conn, runtimes = view.connection, view.runtimes
    version = runtimes.deployed(conn, own["definition_id"], own["runtime"])
    key = runtimes.definition(conn, own["definition_id"])["key"]
    data = TaskData(
        task=found,
        instance=own,
        root=case,
        seats=tuple(work.seats_of(conn, task_id)),
        version=version,
        facts=version.facts[key],
        state=codec.decode(bytes(own["state"])),
    )
    seat = next(iter(my_seats(view, data)), None)
    return replace(data, seat=seat, results=_results(view, data))


def _results(view: View, data: TaskData) -> dict[str, Value]:
    """Give the answers of a consultation as its lead sees them; {} to all others."""
    name = (data.task["settings"] or {}).get("results")
    if not name or not leads(view, data):
        return {}
    rows = work.form_entries(view.connection, data.task["id"])
    entries = {row["seat_id"]: codec.decode(bytes(row["data"])) for row in rows}
    found: list[Value] = list(consult.answers(data.seats, entries, data.node.outcomes))
    return {str(name): found}


def leads(view: View, data: TaskData) -> bool:
    """Tell whether the actor may see the answers: the lead, all once it is concluded."""
    if data.task["rule"] != "consult" or data.task["state"] == "completed":
        return True
    return any(seat["duty"] == "conclude" and belongs(view, data, seat) for seat in data.seats)


def belongs(view: View, data: TaskData, seat: Mapping[str, Any]) -> bool:
    """Tell whether SEAT is one of the actor's, or of somebody the actor stands in for."""
    own = deputies.owns(view.actor, seat, _users(data))
    return own or behalf_of(view, data, seat) is not None


def behalf_of(view: View, data: TaskData, seat: Mapping[str, Any]) -> Behalf | None:
    """Give whom the actor stands in for on SEAT; None for one's own right."""
    if not view.actor.behalves:
        return None
    key = view.runtimes.definition(view.connection, data.root["definition_id"])["key"]
    scope = deputies.Scope(key, str(data.root["region"] or ""))
    return deputies.behalf_of(view.actor, seat, scope, view.now, _users(data))


def _users(data: TaskData) -> Sequence[str]:
    return data.task["settings"].get("users") or ()


def my_seats(view: View, data: TaskData) -> list[Row]:
    """Give the seats the actor can act on now."""
    if data.task["state"] != "open":
        return []
    return [
        seat
        for seat in data.seats
        if seat["state"] == "open"
        and belongs(view, data, seat)
        and deputies.may_take(view.actor, seat, behalf_of(view, data, seat))
    ]


def refusal(view: View, data: TaskData, verb: str) -> str:
    """Say why the actor may not do VERB on the task now; "" when it is allowed."""
    try:
        may(view.actor, verb, _facts(view, data))
    except ShouhuError as error:
        return error.message
    if data.root["status"] == "suspended":
        return "案件已暂停。"
    if data.root["ended_at"] is not None:
        return "案件已结束，不能再办理。"
    if data.task["state"] != "open":
        return "本环节已结束。"
    return ""


def _facts(view: View, data: TaskData) -> Facts:
    mine = [seat for seat in data.seats if belongs(view, data, seat)]
    person = view.actor.person

    def indirect(seat: Mapping[str, Any]) -> bool:
        return not seat["unit"] or seat["unit"] not in view.actor.units

    return Facts(
        region=data.root["region"],
        place=data.root["place"],
        initiator=data.root["starter"],
        initiator_unit=data.root["starter_unit"],
        seats=frozenset(seat["unit"] for seat in mine if seat["unit"]),
        named=frozenset((person,)) if any(map(indirect, mine)) else frozenset(),
        acted=frozenset(
            seat[who] for seat in data.seats for who in ("person", "added_by") if seat[who]
        ),
        units=view.actor.units,  # the query asked the one filter whether the case is in sight
    )
