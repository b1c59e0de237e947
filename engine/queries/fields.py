"""Declared search fields: which exist, with which type and label."""

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from engine.context import View
from engine.store.tables import definition


@dataclass(frozen=True, slots=True)
class Field:
    """One declared search field."""

    name: str
    type: str
    label: str


def declared(view: View, processes: Iterable[str] | None = None) -> dict[str, Field]:
    """Give the search fields of the newest versions of PROCESSES (None: of all)."""
    query = sa.select(definition.c.facts).where(definition.c.latest.is_(True))
    if processes is not None:
        query = query.where(definition.c.key.in_(list(processes)))
    found: dict[str, Field] = {}
    for (facts,) in view.connection.execute(query.order_by(definition.c.key)):
        for entry in facts["search_fields"]:
            name = str(entry["name"])
            label = str(entry.get("label") or name)
            found[name] = Field(name, str(entry.get("type") or "string"), label)
    return found
