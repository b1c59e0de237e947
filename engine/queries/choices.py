"""What a field for units or persons offers: found by name, and the names of stored codes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from engine.context import View
from engine.queries import labels
from engine.store.people import person, post, unit

MOST = 20  # rows offered at once
KNOWN = 200  # stored codes named at once


@dataclass(frozen=True, slots=True)
class Choice:
    """A unit or a person to choose; NOTE tells those of one name apart."""

    code: str
    name: str
    note: str


def units(
    view: View, *, text: str = "", codes: Sequence[str] = (), role: str = ""
) -> tuple[Choice, ...]:
    """Find active units of ROLE by part of name or by code; or name those with CODES."""
    query = sa.select(unit).order_by(unit.c.code)
    if codes:
        query = query.where(unit.c.code.in_(codes[:KNOWN]))
    else:
        query = query.where(unit.c.active)
        if text:
            named = unit.c.name.contains(text, autoescape=True)
            query = query.where(sa.or_(named, unit.c.code == text))
    kept = [row for row in view.connection.execute(query) if not role or role in row.roles]
    kept = kept if codes else kept[:MOST]
    regions = labels.regions(view, {row.region for row in kept})
    return tuple(Choice(row.code, row.name, regions.get(row.region, "")) for row in kept)


def persons(view: View, *, text: str = "", codes: Sequence[str] = ()) -> tuple[Choice, ...]:
    """Find active persons by part of their name or of their unit's, colleagues first.

    Without TEXT only colleagues are offered, so that nobody is handed the whole directory;
    with CODES the persons with these logins are named, whoever they are.
    """
    own = unit.c.code.in_(sorted(view.actor.units))
    query = (
        sa.select(person.c.id, person.c.name, unit.c.name.label("unit_name"))
        .join(post, post.c.person == person.c.id)
        .join(unit, unit.c.code == post.c.unit)
        .order_by(sa.case((own, 0), else_=1), person.c.name, person.c.id, unit.c.code)
    )
    if codes:
        return _once(view.connection.execute(query.where(person.c.id.in_(codes[:KNOWN]))))
    query = query.where(person.c.active, unit.c.active)
    if text:
        names = (person.c.name, unit.c.name)
        query = query.where(sa.or_(*(one.contains(text, autoescape=True) for one in names)))
    else:
        query = query.where(own)
    return _once(view.connection.execute(query.limit(2 * MOST)))[:MOST]


def _once(rows: Any) -> tuple[Choice, ...]:
    """Give each person once, with the first of the units."""
    found: dict[str, Choice] = {}
    for row in rows:
        found.setdefault(row.id, Choice(row.id, row.name, row.unit_name))
    return tuple(found.values())
