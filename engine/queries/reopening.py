"""Where an ended case may be opened again by who asks: anchors its diagram declares."""

from dataclasses import dataclass

import sqlalchemy as sa

from engine.base.errors import ShouhuError
from engine.base.writable import items
from engine.context import View
from engine.queries import deployed
from engine.queries.instances import case_id_of
from engine.rules.permissions import Facts, may
from engine.store.visible import root


@dataclass(frozen=True, slots=True)
class Anchor:
    """A node the next round of a case may begin at, with its name as drawn."""

    node: str
    name: str


def anchors(view: View, *, ref: str) -> tuple[Anchor, ...]:
    """Give the anchors of the case REF names: none while it goes on or without the right."""
    case_id = case_id_of(view, ref=ref)  # out of sight: NotFound
    row = view.connection.execute(sa.select(root).where(root.c.id == case_id)).one()
    if row.ended_at is None or not _allowed(view, row):
        return ()
    facts = deployed.facts(view, row.definition_id, row.runtime)
    declared = items(facts.reopen_at)
    return tuple(Anchor(node, deployed.name_of(facts, node)) for node in declared)


def _allowed(view: View, row: sa.Row[tuple[object, ...]]) -> bool:
    """Ask the one table of rights; the lead of a round leads nothing once a case ended."""
    here = Facts(region=row.region, place=row.place, units=view.actor.units)
    try:
        may(view.actor, "reopen", here)
    except ShouhuError:
        return False
    return True
