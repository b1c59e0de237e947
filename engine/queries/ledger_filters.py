"""What the filters of a ledger offer to pick from, and which columns a person wants to see."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from engine.context import View
from engine.queries import deployed, labels, ledgers
from engine.queries.cases import is_root
from engine.queries.ledgers import Column, Ledger
from engine.store import visible
from engine.store.machine import setting
from engine.store.tables import definition, search_value
from engine.store.visible import root

MOST = 80  # choices of one list; above it the value is typed
COLUMNS = "columns:"  # setting columns:<person>:<ledger> holds the keys a person keeps
_GROUPED = {"state": root.c.state_name, "region": root.c.region, "year": root.c.year}


@dataclass(frozen=True, slots=True)
class Offer:
    """One choice: VALUE as the filter takes it, TEXT for people, COUNT of its rows if told."""

    value: str
    text: str
    count: int | None = None


def offers(view: View, *, ledger_id: str) -> Mapping[str, tuple[Offer, ...]]:
    """Give, by key of a filterable column, what to pick from; others are typed.

    States, divisions, units and years are those of the rows in the actor's sight; a field
    with options offers its options.
    """
    found = ledgers.ledger(view, ledger_id=ledger_id)
    columns = [column for column in found.columns if column.filterable]
    counted = _counted(view, found, columns)
    made = {column.key: _offers(view, found, column, counted) for column in columns}
    return {key: one for key, one in made.items() if 0 < len(one) <= MOST}


Counted = Mapping[str, Mapping[str, int]]  # source -> value -> rows


def _counted(view: View, found: Ledger, columns: Iterable[Column]) -> Counted:
    """Count the rows by the values of the columns that are looked up, in two statements."""
    sources = {column.source for column in columns}
    grouped = [name for name in _GROUPED if name in sources]
    counts: dict[str, dict[str, int]] = {name: {} for name in grouped}
    mine = sa.and_(
        is_root(), visible.cases(view.actor), definition.c.key.in_(found.processes)
    )
    joined = sa.join(root, definition, definition.c.id == root.c.definition_id)
    if grouped:
        by = [_GROUPED[name] for name in grouped]
        query = sa.select(*by, sa.func.count()).select_from(joined).where(mine).group_by(*by)
        for *values, number in view.connection.execute(query):
            for name, value in zip(grouped, values, strict=True):
                _add(counts[name], value, number)
    named = [c.source for c in columns if c.type in ("division", "org") and c.index]
    if named:
        kept = search_value.c
        query = (
            sa.select(kept.name, kept.text, sa.func.count())
            .select_from(joined.join(search_value, kept.root_id == root.c.id))
            .where(mine, kept.name.in_(named))
            .group_by(kept.name, kept.text)
        )
        for name, value, number in view.connection.execute(query):
            _add(counts.setdefault(name, {}), value, number)
    return counts


def _add(counts: dict[str, int], value: object, number: int) -> None:
    if value not in (None, ""):
        counts[str(value)] = counts.get(str(value), 0) + number


def _offers(
    view: View, found: Ledger, column: Column, counted: Counted
) -> tuple[Offer, ...]:
    counts = counted.get(column.source, {})
    if column.source == "state":
        names = dict.fromkeys([*_states(view, found), *sorted(counts)])
        return tuple(Offer(name, name, counts.get(name, 0)) for name in names)
    if column.words:
        return tuple(Offer(code, label) for code, label in column.words.items())
    if column.type in ("division", "org") or column.source == "region":
        named = labels.units if column.type == "org" else labels.regions
        texts = named(view, counts)
        return tuple(Offer(code, texts[code], counts[code]) for code in sorted(counts))
    return tuple(Offer(value, value, counts[value]) for value in sorted(counts, reverse=True))


def _states(view: View, found: Ledger) -> Sequence[str]:
    """Give the states the diagrams of a ledger set, in the order they are drawn."""
    facts = deployed.latest(view, found.application).facts
    return [
        node.state
        for key in found.processes
        if key in facts
        for node in facts[key].nodes.values()
        if node.state
    ]


def chosen(view: View, *, ledger_id: str) -> frozenset[str]:
    """Give the keys of the columns the person keeps in sight; empty: all."""
    query = sa.select(setting.c.value).where(
        setting.c.name == f"{COLUMNS}{view.actor.person}:{ledger_id}"
    )
    return frozenset(view.connection.execute(query).scalar_one_or_none() or ())
