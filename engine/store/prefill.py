"""The rows a table of a form is offered: those of a ledger now, or those frozen for a year."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.base.actor import Actor
from engine.base.sieve import Sieve
from engine.base.values import Value
from engine.store import ledger_rows, snapshots
from engine.store.ledger_rows import Variables
from engine.store.rows import Conn, Row

LEDGER, FROZEN, YEAR = "ledger:", "frozen:", "year:"
_YEARS = ("report_year", "year")  # variables that say which year's frozen rows are meant


@dataclass(frozen=True, slots=True)
class Table:
    """Whose form asks: the APPLICATION with its LEDGERS, the case and what it KNOWs.

    SIEVE tells which of the rows the table wants.
    """

    application: str
    ledgers: Mapping[str, Mapping[str, Any]]
    root_id: int
    known: Mapping[str, Value]
    sieve: Sieve


def rows(
    conn: Conn, actor: Actor, source: str, asks: Table, variables: Variables
) -> list[dict[str, Value]]:
    """Give the wanted rows of SOURCE ("ledger:<id>", "frozen:<id>") in ACTOR's sight.

    Frozen rows are those of the case's own snapshot, else of the newest snapshot of the
    year that the variable report_year or year names, else of the newest. "year:<id>" are
    the rows of that year: frozen once it is frozen, because what was carried over has left
    it since; until then those of the ledger.
    """
    kind, _, name = source.rpartition(":")
    if kind + ":" == FROZEN:
        return _frozen(conn, actor, name, asks, _snapshot(conn, asks))
    year = _year(asks.known)
    if kind + ":" == YEAR and year is not None:
        settled = snapshots.newest(conn, asks.application, year)
        if settled is not None:
            return _frozen(conn, actor, name, asks, settled)
    ledger = asks.ledgers.get(name)
    if ledger is None:
        return []
    return ledger_rows.all_rows(conn, actor, ledger, variables, asks.sieve)


def _snapshot(conn: Conn, asks: Table) -> Row | None:
    own = snapshots.of_case(conn, asks.root_id)
    return own or snapshots.newest(conn, asks.application, _year(asks.known))


def _frozen(
    conn: Conn, actor: Actor, ledger: str, asks: Table, found: Row | None
) -> list[dict[str, Value]]:
    if found is None:
        return []
    kept: list[Row] = snapshots.rows_of(found).get(ledger, [])
    seen = snapshots.visible_cases(conn, actor, [row["case"] for row in kept])
    offered = [dict(row["values"]) for row in kept if row["case"] in seen]
    return [row for row in offered if asks.sieve.keep(row)]


def _year(known: Mapping[str, Value]) -> int | None:
    for name in _YEARS:
        value = known.get(name)
        if isinstance(value, int | Decimal):
            return int(value)
    return None
