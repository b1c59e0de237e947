"""The rows of who stands in for whom: read with a person, written by two acts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from engine.base.actor import Actor, Behalf
from engine.store.people import person, post, unit
from engine.store.rights_tables import deputy
from engine.store.rows import Conn, Row, every, insert, one
from engine.store.tables import seat

# Who may set and end rules of everybody (operations.md 2.25).
BEYOND = frozenset({"scheduler", "admin", "system"})


def behalves(conn: Conn, login: str, since: datetime, at: datetime) -> list[Behalf]:
    """Give whom LOGIN stands in for at AT, and those whose rule ended after SINCE."""
    query = (
        sa.select(deputy, unit.c.code)
        .join(person, person.c.id == deputy.c.person)
        .outerjoin(post, post.c.person == deputy.c.person)
        .outerjoin(unit, sa.and_(unit.c.code == post.c.unit, unit.c.active.is_(True)))
        .where(deputy.c.deputy == login, person.c.active.is_(True))
        .where(deputy.c.from_at <= at, deputy.c.until_at > since)
        .order_by(deputy.c.id, unit.c.code)
    )
    rules: dict[int, tuple[Row, set[str]]] = {}
    for row in every(conn, query):
        rule, units = rules.setdefault(row["id"], (row, set()))
        if row["code"] and rule["unit"] in ("", row["code"]):
            units.add(row["code"])
    return [
        Behalf(
            rule["person"],
            rule["person_name"],
            frozenset(units),
            rule["from_at"],
            rule["until_at"],
            tuple(rule["processes"]),
            rule["region"],
        )
        for rule, units in rules.values()
    ]


def add(conn: Conn, row: Mapping[str, Any]) -> int:
    """Write a rule and give its id."""
    return insert(conn, deputy, row)


def rule(conn: Conn, rule_id: int) -> Row | None:
    """Give one rule under its lock."""
    return one(conn, sa.select(deputy).where(deputy.c.id == rule_id).with_for_update())


def end(conn: Conn, rule_id: int, by: str, at: datetime) -> None:
    """End a rule now."""
    query = sa.update(deputy).where(deputy.c.id == rule_id)
    conn.execute(query.values(until_at=at, ended_by=by))


def overlapping(conn: Conn, login: str, start: datetime, until: datetime) -> bool:
    """Tell whether LOGIN has handed work to somebody between START and UNTIL."""
    query = sa.select(deputy.c.id).where(deputy.c.person == login)
    query = query.where(deputy.c.from_at < until, deputy.c.until_at > start)
    return conn.execute(query.limit(1)).first() is not None


def units_of(conn: Conn, login: str) -> list[Row]:
    """Give code and application of the active units an active LOGIN has a post in."""
    query = sa.select(unit.c.code, unit.c.application).join(post, post.c.unit == unit.c.code)
    query = query.join(person, person.c.id == post.c.person).where(person.c.active.is_(True))
    return every(conn, query.where(post.c.person == login, unit.c.active.is_(True)))


def may_set(conn: Conn, actor: Actor, whom: str, unit_code: str = "") -> bool:
    """Tell whether ACTOR may hand over the work of WHOM (operations.md 2.25).

    Who leads a unit speaks for the posts of that unit only.
    """
    if actor.person == whom or actor.rights & BEYOND:
        return True
    led = {held.unit for held in actor.posts if held.duty == "leader"}
    units = {unit_code} if unit_code else {row["code"] for row in units_of(conn, whom)}
    return bool(units) and units <= led


def claimed(
    conn: Conn, at: datetime, limit: int, whom: tuple[str, str] | None = None
) -> list[Row]:
    """Give open seats claimed for another by a rule that is over at AT.

    A row is id, root_id, task_id, person. WHOM (deputy, person) narrows to one pair.
    """
    living = (
        sa.select(deputy.c.id)
        .where(deputy.c.deputy == seat.c.person, deputy.c.person == seat.c.on_behalf_of)
        .where(deputy.c.from_at <= at, deputy.c.until_at > at)
        .exists()
    )
    columns = (seat.c.id, seat.c.root_id, seat.c.task_id, seat.c.person)
    query = sa.select(*columns).where(
        seat.c.state == "open", seat.c.on_behalf_of.is_not(None), ~living
    )
    if whom is not None:
        query = query.where(seat.c.person == whom[0], seat.c.on_behalf_of == whom[1])
    return every(conn, query.order_by(seat.c.root_id, seat.c.id).limit(limit))
