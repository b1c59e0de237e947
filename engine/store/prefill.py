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

LEDGER, FROZEN = "ledger:", "frozen:"
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
    year that the variable report_year or year names, else of the newest.
    """
    if source.startswith(FROZEN):
        return _frozen(conn, actor, source.removeprefix(FROZEN), asks)
    ledger = asks.ledgers.get(source.removeprefix(LEDGER))
    if ledger is None:
        return []
    return ledger_rows.all_rows(conn, actor, ledger, variables, asks.sieve)


def _frozen(conn: Conn, actor: Actor, ledger: str, asks: Table) -> list[dict[str, Value]]:
    found = snapshots.of_case(conn, asks.root_id)
    if found is None:
        found = snapshots.newest(conn, asks.application, _year(asks.known))
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
