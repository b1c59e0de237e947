"""代理: the rules a person may know of, with their days and state."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from engine.context import View
from engine.rules.calendar import local_day
from engine.store import deputies as store
from engine.store.people import post
from engine.store.rights_tables import deputy
from engine.store.rows import every

MOST = 200  # rules shown


@dataclass(frozen=True, slots=True)
class DeputyRule:
    """One rule: DEPUTY acts for PERSON from FIRST to LAST; STATE planned, active or over."""

    id: int
    person: str
    person_name: str
    deputy: str
    deputy_name: str
    unit: str
    processes: tuple[str, ...]
    region: str
    first: date
    last: date
    state: str
    reason: str
    made_name: str
    may_end: bool


def rules(view: View) -> tuple[DeputyRule, ...]:
    """Give own rules, those of the units one leads, all to who supervises; newest first."""
    led = sorted({one.unit for one in view.actor.posts if one.duty == "leader"})
    query = sa.select(deputy).order_by(deputy.c.id.desc()).limit(MOST)
    if not store.BEYOND & view.actor.rights:
        me = view.actor.person
        colleagues = sa.select(post.c.person).where(post.c.unit.in_(led))
        mine = sa.or_(deputy.c.person == me, deputy.c.deputy == me)
        query = query.where(sa.or_(mine, deputy.c.person.in_(colleagues)))
    return tuple(_rule(view, row) for row in every(view.connection, query))


def _rule(view: View, row: Mapping[str, Any]) -> DeputyRule:
    over, begun = row["until_at"] <= view.now, row["from_at"] <= view.now
    last = local_day(row["until_at"] - timedelta(microseconds=1))
    return DeputyRule(
        row["id"],
        row["person"],
        row["person_name"],
        row["deputy"],
        row["deputy_name"],
        row["unit"],
        tuple(row["processes"]),
        row["region"],
        local_day(row["from_at"]),
        last,
        "over" if over else "active" if begun else "planned",
        row["reason"],
        row["made_name"],
        not over and _may_end(view, row),
    )


def _may_end(view: View, row: Mapping[str, Any]) -> bool:
    """Tell whether the actor may take the rule back, as EndDeputy asks it."""
    if row["deputy"] == view.actor.person:
        return True
    return store.may_set(view.connection, view.actor, row["person"], row["unit"])
