"""People: whose session it is, which posts they hold, who can be chosen."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from engine.base.actor import Actor, Post
from engine.context import View
from engine.store.people import person, post, session, unit


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """A session that has not been ended; the caller judges idle and absolute limits."""

    actor: Actor
    created_at: datetime
    seen_at: datetime
    must_change: bool


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One unit of the directory."""

    code: str
    name: str
    level: str
    region: str
    roles: tuple[str, ...]
    place: str


def session_of(view: View, *, token: str) -> SessionFacts | None:
    """Give the living session of the cookie value TOKEN; None when ended or unknown."""
    digest = hashlib.sha256(token.encode()).hexdigest()
    query = (
        sa.select(session.c.created_at, session.c.seen_at, person)
        .join(person, person.c.id == session.c.person)
        .where(session.c.id_hash == digest, session.c.ended_at.is_(None), person.c.active)
    )
    row = view.connection.execute(query).one_or_none()
    if row is None:
        return None
    actor = Actor(row.id, row.name, posts_of(view, row.id), frozenset(row.rights))
    return SessionFacts(actor, row.created_at, row.seen_at, row.must_change)


def actor_of(view: View, *, login: str) -> Actor | None:
    """Give the active person LOGIN as an actor; None when unknown."""
    query = sa.select(person).where(person.c.id == login, person.c.active)
    row = view.connection.execute(query).one_or_none()
    if row is None:
        return None
    return Actor(row.id, row.name, posts_of(view, row.id), frozenset(row.rights))


def posts_of(view: View, login: str) -> tuple[Post, ...]:
    """Give the posts LOGIN holds, one for each role of the unit."""
    query = (
        sa.select(unit, post.c.duty)
        .join(post, post.c.unit == unit.c.code)
        .where(post.c.person == login, unit.c.active)
        .order_by(unit.c.code)
    )
    return tuple(
        Post(row.code, row.name, role, row.level, row.region, row.duty)
        for row in view.connection.execute(query)
        for role in (row.roles or ("",))
    )


def units(
    view: View, *, text: str = "", role: str = "", level: str = "", limit: int = 20
) -> tuple[UnitRow, ...]:
    """Find units by part of name or code; ROLE and LEVEL narrow; never the whole list."""
    query = sa.select(unit).where(unit.c.active).order_by(unit.c.code)
    if text:
        found = sa.or_(unit.c.name.contains(text, autoescape=True), unit.c.code == text)
        query = query.where(found)
    if level:
        query = query.where(unit.c.level == level)
    rows = view.connection.execute(query.limit(None if role else limit))
    kept = (
        UnitRow(r.code, r.name, r.level, r.region, tuple(r.roles), r.place)
        for r in rows
        if not role or role in r.roles
    )
    return tuple(row for row, _ in zip(kept, range(limit), strict=False))
