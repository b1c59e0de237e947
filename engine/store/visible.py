"""What an actor may see: one condition per table; every query starts from here."""

import functools
import json
from typing import Any

import sqlalchemy as sa

from engine.base.actor import Actor, Behalf, Post
from engine.base.errors import NotAllowed
from engine.store.machine import notice
from engine.store.people import unit as unit_table
from engine.store.tables import (
    attachment,
    case_region,
    definition,
    instance,
    recusal,
    seat,
    task,
)

# Who holds one of these sees every case: reliability.md 6.7, operations.md 1 row 32.
ALL_CASES = frozenset({"all_regions", "process_owner", "scheduler", "system"})
# Administrators get no case content by that role alone; operations rights see the machine.
OPERATIONS = frozenset({"scheduler", "process_owner", "admin", "system"})
# Digits of a division code that name the territory of a level.
DIGITS = {"province": 2, "prefecture": 4, "county": 6}

Condition = sa.ColumnElement[bool]
# A second name of the instance table: the root of the case a row belongs to.
root = instance.alias("root")


def sees_everything(actor: Actor) -> bool:
    """Tell whether ACTOR's rights open every case, whatever the region."""
    return bool(ALL_CASES & actor.rights)


def territory(post: Post) -> str:
    """Give the prefix of the division codes POST answers for, "" for none."""
    digits = DIGITS.get(post.level, 0)
    return post.region[:digits] if len(post.region) >= digits else ""


def prefix_range(column: sa.ColumnElement[str], prefix: str) -> Condition:
    """Say that COLUMN starts with the digits PREFIX, in a way an index can answer."""
    after = prefix[:-1] + chr(ord(prefix[-1]) + 1)
    return sa.and_(column >= prefix, column < after)


def lies_in(prefix: str, row: sa.FromClause = root) -> Condition:
    """Say that the case whose root row is ROW lies in the territory PREFIX, or also there."""
    also = sa.select(case_region.c.root_id).where(prefix_range(case_region.c.region, prefix))
    return sa.or_(prefix_range(row.c.region, prefix), row.c.id.in_(also))


@functools.lru_cache(maxsize=256)
def cases(actor: Actor, row: sa.FromClause = root) -> Condition:
    """Give the condition under which ACTOR may see the case whose root row is ROW.

    It says nothing but its parameters; making it costs more than many a query.
    """
    if sees_everything(actor):
        return near(actor, row.c.id)
    ways: list[Condition] = [row.c.starter == actor.person]
    prefixes = sorted({p for p in map(territory, actor.posts) if p})
    ways += [lies_in(prefix, row) for prefix in prefixes]
    units = sorted(actor.units)
    if units:
        ways.append(row.c.starter_unit.in_(units))
        ways.append(row.c.id.in_(sa.select(seat.c.root_id).where(seat.c.unit.in_(units))))
        ways.append(row.c.place.in_(_places(units)))
    ways.append(row.c.id.in_(sa.select(seat.c.root_id).where(seat.c.person == actor.person)))
    ways.append(row.c.id.in_(_named(seat.c.root_id, actor)))
    ways += [row.c.id.in_(found) for found in _for_others(actor, seat.c.root_id)]
    return sa.and_(sa.or_(*ways), near(actor, row.c.id))


def near(actor: Actor, root_id: sa.ColumnElement[int]) -> Condition:
    """Say that neither ACTOR nor a unit of his keeps away (回避) from the case ROOT_ID."""
    if actor.may("system"):
        return sa.true()
    who = recusal.c.person == actor.person
    if actor.units:
        who = sa.or_(who, recusal.c.unit.in_(sorted(actor.units)))
    away = sa.select(recusal.c.root_id).where(recusal.c.lifted_at.is_(None), who)
    return root_id.not_in(away)


def _for_others(
    actor: Actor, column: sa.ColumnElement[int], *, own: bool = False
) -> list[sa.Select[Any]]:
    """Give COLUMN of the open seats of those ACTOR stands in for, and of one's own deputy.

    OWN: only seats nobody but who is stood in for has taken, to act on.
    """
    taken = sa.select(column).where(
        seat.c.on_behalf_of == actor.person, seat.c.state == "open"
    )
    return [taken, *(_of(one, column, own) for one in actor.behalves)]


def _of(one: Behalf, column: sa.ColumnElement[int], own: bool) -> sa.Select[Any]:
    units = seat.c.unit.in_(sorted(one.units))
    free = sa.and_(units, seat.c.person.is_(None)) if own else units
    query = sa.select(column).where(
        seat.c.state.in_(("open",) if own else ("open", "held")),
        sa.or_(free, sa.and_(seat.c.person == one.person, sa.or_(seat.c.unit == "", units))),
    )
    if one.processes or one.region:
        case = instance.alias("deputised")
        query = query.join(case, case.c.id == seat.c.root_id)
        if one.processes:
            query = query.join(definition, definition.c.id == case.c.definition_id)
            query = query.where(definition.c.key.in_(one.processes))
        if one.region:
            query = query.where(prefix_range(case.c.region, one.digits))
    return query


def _places(units: list[str]) -> sa.Select[tuple[str]]:
    places = unit_table.c.place
    return sa.select(places).where(unit_table.c.code.in_(units), places != "")


def _named(column: sa.ColumnElement[Any], actor: Actor) -> sa.Select[tuple[int]]:
    """Give COLUMN of the seats whose task names ACTOR among several persons.

    Such seats have no unit; the persons stand in the settings of the round.
    """
    settings = sa.cast(task.c.settings, sa.Text)
    return (
        sa.select(column)
        .join(task, task.c.id == seat.c.task_id)
        .where(seat.c.unit == "", seat.c.person.is_(None), settings.contains('"users"'))
        .where(settings.contains(json.dumps(actor.person, ensure_ascii=False), autoescape=True))
    )


def tasks(actor: Actor, row: sa.FromClause = task) -> Condition:
    """Give the condition on the task rows of cases ACTOR may see; ROW is the task table."""
    if sees_everything(actor):
        return near(actor, row.c.root_id)
    return row.c.root_id.in_(sa.select(root.c.id).where(cases(actor)))


def own_seats(actor: Actor, row: sa.FromClause = seat) -> Condition:
    """Give the seats ACTOR may act on: named ones, and those of own units not yet taken."""
    free = sa.and_(row.c.unit.in_(sorted(actor.units)), row.c.person.is_(None))
    ways = [_claimed(actor, row), free, row.c.id.in_(_named(seat.c.id, actor))]
    ways += [row.c.id.in_(found) for found in _for_others(actor, seat.c.id, own=True)]
    return sa.and_(sa.or_(*ways), near(actor, row.c.root_id))


def _claimed(actor: Actor, row: sa.FromClause = seat) -> Condition:
    """Give the seats ACTOR holds by name; for others only while standing in for them."""
    whom = sorted(one.person for one in actor.behalves)
    still = sa.or_(row.c.on_behalf_of.is_(None), row.c.on_behalf_of.in_(whom))
    return sa.and_(row.c.person == actor.person, still)


def open_seats(actor: Actor) -> sa.CompoundSelect[tuple[int]]:
    """Give the ids of the open seats ACTOR may act on, each half read from its own index.

    One OR over both makes the planner scan all open tasks: 420 ms instead of 60 ms on
    100,000 of them (SQLite).
    """
    kept = near(actor, seat.c.root_id)
    named = sa.select(seat.c.id).where(_claimed(actor), seat.c.state == "open", kept)
    among = _named(seat.c.id, actor).where(seat.c.state == "open", kept)
    others = [one.where(kept) for one in _for_others(actor, seat.c.id, own=True)]
    return sa.union_all(named, unclaimed_seats(actor), among, *others)


def unclaimed_seats(actor: Actor) -> sa.Select[tuple[int]]:
    """Give the ids of the open seats of ACTOR's units that nobody has claimed."""
    return sa.select(seat.c.id).where(
        seat.c.unit.in_(sorted(actor.units)),
        seat.c.state == "open",
        seat.c.person.is_(None),
        near(actor, seat.c.root_id),
    )


def colleague_seats(actor: Actor) -> sa.Select[tuple[int]]:
    """Give the ids of the open seats of ACTOR's units that a colleague has claimed."""
    return sa.select(seat.c.id).where(
        seat.c.unit.in_(sorted(actor.units)),
        seat.c.state == "open",
        seat.c.person.is_not(None),
        seat.c.person != actor.person,
        near(actor, seat.c.root_id),
    )


def attachments(actor: Actor, row: sa.FromClause = attachment) -> Condition:
    """Give the attachments of cases ACTOR may see, and own uploads not used by a case yet."""
    fresh = sa.and_(row.c.root_id.is_(None), row.c.uploaded_by == actor.person)
    if sees_everything(actor):
        there = sa.and_(row.c.root_id.is_not(None), near(actor, row.c.root_id))
        return sa.or_(there, fresh)
    return sa.or_(row.c.root_id.in_(sa.select(root.c.id).where(cases(actor))), fresh)


def notices(actor: Actor, row: sa.FromClause = notice) -> Condition:
    """Give the notices sent to ACTOR or to a unit ACTOR acts for."""
    heard = [f"person:{actor.person}", *(f"unit:{code}" for code in sorted(actor.units))]
    quiet = sa.or_(row.c.root_id.is_(None), near(actor, row.c.root_id))
    return sa.and_(row.c.recipient.in_(heard), quiet)


def require_operations(actor: Actor) -> None:
    """Refuse ACTOR without a right to look at the machine: jobs, incidents, timers."""
    if not OPERATIONS & actor.rights:
        raise NotAllowed


def require_owner(actor: Actor) -> None:
    """Refuse ACTOR without the right to draw and publish processes."""
    if not {"process_owner", "system"} & actor.rights:
        raise NotAllowed
