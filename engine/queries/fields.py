"""Declared search fields: which exist, with which type, and their values by case."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from engine.base.values import Value
from engine.context import View
from engine.store.tables import definition, search_value


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


def values(view: View, cases: Sequence[int]) -> dict[int, dict[str, Value]]:
    """Give the search values of CASES, by case and name."""
    if not cases:
        return {}
    query = sa.select(search_value).where(search_value.c.root_id.in_(cases))
    found: dict[int, dict[str, Value]] = {}
    for row in view.connection.execute(query):
        given = (row.text, row.number, row.day, row.flag)
        value = next((one for one in given if one is not None), None)
        found.setdefault(row.root_id, {})[row.name] = value
    return found
