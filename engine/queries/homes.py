"""Whose application is whose: posts that count in each, lists that concern a person."""

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from engine.base.actor import Post
from engine.context import View
from engine.store import definitions, visible
from engine.store.people import unit
from engine.store.tables import bundle, definition
from engine.store.visible import root

# Who looks after cases of every application, whatever unit they belong to.
EVERYWHERE = visible.ALL_CASES | visible.OPERATIONS


@dataclass(frozen=True, slots=True)
class Home:
    """An application whose lists concern the actor; OWN: by a unit the actor belongs to."""

    key: str
    title: str
    own: bool


def posts(view: View) -> dict[str, tuple[Post, ...]]:
    """Give the actor's posts that count in each application with units of its own.

    The rule of `engine.rules.units.at_home`, for all applications at once.
    """
    owners = sa.select(unit.c.application).where(unit.c.active.is_(True)).distinct()
    wanted = sa.select(unit.c.code, unit.c.application)
    mine = wanted.where(unit.c.code.in_(view.actor.units))
    home = {row.code: row.application for row in view.connection.execute(mine)}
    return {
        owner: tuple(post for post in view.actor.posts if home.get(post.unit) == owner)
        for owner in view.connection.execute(owners).scalars()
    }


def concerned(view: View) -> tuple[Home, ...]:
    """Give the applications whose lists the actor is offered, the own ones first.

    Those of the own units, those without units, and those with a case in sight: a case
    shared over applications stays where it was. Who works everywhere is offered all of
    them. The same list says whose ledgers and figures one may ask for.
    """
    counted = posts(view)
    everywhere = bool(EVERYWHERE & view.actor.rights)
    found = []
    for key, title in _titles(view).items():
        own = bool(counted.get(key, view.actor.posts))
        if own or everywhere or _sees_a_case(view, key):
            found.append(Home(key, title, own))
    return tuple(sorted(found, key=lambda one: not one.own))


def _titles(view: View) -> Mapping[str, str]:
    """Give key -> title of the newest version of every application, by key."""
    query = sa.select(bundle.c.application, bundle.c.title).where(definitions.whole())
    query = query.order_by(bundle.c.application, bundle.c.version)
    return {row.application: row.title for row in view.connection.execute(query)}


def _sees_a_case(view: View, application: str) -> bool:
    query = (
        sa.select(root.c.id)
        .join(definition, definition.c.id == root.c.definition_id)
        .where(definition.c.application == application, visible.cases(view.actor))
        .limit(1)
    )
    return view.connection.execute(query).first() is not None
