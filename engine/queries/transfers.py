"""To whom the actor may pass a seat of a task on (转办), for its page."""

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from engine.context import View
from engine.queries.choices import Choice
from engine.queries.task_data import TaskData, load, my_seats, refusal
from engine.rules import asking, transfers
from engine.store import people_rows
from engine.store.people import person, post, unit
from engine.store.rows import Row

MOST = 200  # colleagues offered; designed


@dataclass(frozen=True, slots=True)
class Passing:
    """What 转办 offers: the version and unit of the SEAT, COLLEAGUES who may take it.

    HOLDER names who has it now when that is a colleague: one's unit is led by the actor.
    """

    seat: int = 0
    version: int = 0
    unit: str = ""
    holder: str = ""
    colleagues: tuple[Choice, ...] = ()


def of_task(view: View, *, task_id: int) -> Passing:
    """Give what the actor may do with TASK_ID; no colleagues: nothing is offered."""
    held = load(view, task_id)
    seat = _seat(view, held)
    if seat is None or refusal(view, held, "view"):
        return Passing()
    rule = transfers.read(held.node.transfer)
    found = tuple(_takers(view, held, rule, seat))
    holder = seat["person_name"] or "" if seat["person"] != view.actor.person else ""
    return Passing(seat["id"], seat["version"], seat["unit"], holder, found)


def _seat(view: View, held: TaskData) -> Row | None:
    """Give the seat the actor may pass on: an own one, else one of the unit one leads."""
    own = [one for one in my_seats(view, held) if not asking.is_side(one)]
    if own or held.task["state"] != "open":
        return own[0] if own else None
    led = {one.unit for one in view.actor.posts if one.duty == "leader"}
    seats = (one for one in held.seats if one["state"] == "open" and one["unit"] in led)
    return next((one for one in seats if not asking.is_side(one)), None)


def _takers(
    view: View, held: TaskData, rule: transfers.TransferRule, seat: Row
) -> Iterable[Choice]:
    """Give the persons the act would accept, by unit and name."""
    region = str(held.root["region"] or "")
    placed = seat
    if not seat["unit"]:
        placed = {**seat, "unit": next((one.unit for one in view.actor.posts), "")}
    for login in _logins(view, rule, placed):
        if transfers.seated(held.seats, login):
            continue
        actor = people_rows.load_actor(view.connection, login)
        landing = actor and transfers.landing(rule, placed, actor, region)
        if actor is None or not landing or _away(held, login):
            continue
        yield Choice(login, actor.name, landing.unit_name)


def _logins(view: View, rule: transfers.TransferRule, seat: Row) -> list[str]:
    query = (
        sa.select(person.c.id, person.c.name, unit.c.code, unit.c.roles)
        .join(post, post.c.person == person.c.id)
        .join(unit, unit.c.code == post.c.unit)
        .where(person.c.active, unit.c.active)
        .order_by(unit.c.code, person.c.name, person.c.id)
    )
    if rule.scope == "unit":
        query = query.where(unit.c.code == seat["unit"])
    found = [
        str(row.id)
        for row in view.connection.execute(query)
        if row.code == seat["unit"] or (seat["role"] and seat["role"] in row.roles)
    ]
    return list(dict.fromkeys(found))[:MOST]


def _away(held: TaskData, login: str) -> bool:
    """Tell whether the person LOGIN keeps away (回避) from the case."""
    return login in (held.root["recused"] or {}).get("persons", ())
