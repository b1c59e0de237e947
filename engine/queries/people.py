"""People: whose session it is, which posts they hold, who can be chosen."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from engine.base.actor import Actor
from engine.base.errors import NotAllowed
from engine.context import View
from engine.store import organisation, people_rows
from engine.store.people import past_password, person, unit


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """A session that has not been ended; the caller judges idle and absolute limits."""

    actor: Actor
    created_at: datetime
    seen_at: datetime
    must_change: bool
    password_since: datetime | None = None  # by the machine's clock; None: never changed
    confirmed_at: datetime | None = None  # the password was told again in this session


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
    row = people_rows.load_session(view.connection, token)
    actor = (
        people_rows.load_actor(view.connection, row["person"], view.now) if row else None
    )
    if row is None or actor is None:
        return None
    newest = sa.select(sa.func.max(past_password.c.since)).where(
        past_password.c.person == person.c.id
    )
    query = sa.select(person.c.must_change, newest.scalar_subquery().label("since"))
    found = view.connection.execute(query.where(person.c.id == actor.person)).one()
    return SessionFacts(
        actor,
        row["created_at"],
        row["seen_at"],
        bool(found.must_change),
        found.since,
        row["confirmed_at"],
    )


def past_hashes(view: View, *, login: str, limit: int) -> tuple[str, ...]:
    """Give the hashes of the last passwords of LOGIN, the present one first; for the door."""
    if "system" not in view.actor.rights:
        raise NotAllowed
    now = view.connection.execute(sa.select(person.c.password).where(person.c.id == login))
    before = organisation.passwords(view.connection, login, limit)
    found = [*now.scalars(), *(row["hash"] for row in before)]
    return tuple(dict.fromkeys(found))[:limit]


def actor_of(view: View, *, login: str) -> Actor | None:
    """Give the active person LOGIN as an actor; None when unknown."""
    return people_rows.load_actor(view.connection, login, view.now)


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
