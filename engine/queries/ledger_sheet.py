"""A ledger as an official table: title, header, the rows of a filter, a line to sign."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from engine.base.values import Value
from engine.context import View
from engine.queries import deployed, ledgers
from engine.queries.ledgers import Column, Ledger
from engine.queries.paging import Paging, Sort
from engine.rules.calendar import local_day
from engine.sheets import write

MEDIA = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PAGE = 200
MOST = 100_000  # rows of one table; a spreadsheet holds ten times as many


def sheet(
    view: View,
    *,
    ledger_id: str,
    wanted: Mapping[str, Any] | None = None,
    sort: Sequence[Sort] = (),
) -> tuple[str, bytes]:
    """Give name and content of an .xlsx with the rows of a ledger in the actor's sight.

    Rows are read page by page and written one by one, so that a large ledger needs little
    memory. How the table looks is the ledger file's `sheet`.
    """
    found = ledgers.ledger(view, ledger_id=ledger_id)
    declared = deployed.latest(view, found.application).application.ledgers[found.own_id]
    looks = declared.get("sheet") or {}
    layout = write.Layout(
        name=found.title,
        title=str(looks.get("title") or found.title),
        columns=tuple(write.Column(c.label, _width(c)) for c in found.columns),
        lines=tuple(looks.get("lines") or ()),
        foot=tuple(looks.get("foot") or ()),
    )
    cells = (
        [_cell(column, row) for column in found.columns]
        for row in _rows(view, found, wanted, sort)
    )
    return f"{found.title}.xlsx", write.write(layout, cells, MOST)


def _width(column: Column) -> int:
    return max(6, round(column.width / write.PIXELS)) if column.width else write.WIDTH


def _rows(
    view: View, found: Ledger, wanted: Mapping[str, Any] | None, sort: Sequence[Sort]
) -> Iterator[ledgers.LedgerRow]:
    after = None
    while True:
        page = ledgers.rows(
            view, ledger_id=found.id, wanted=wanted, sort=sort, paging=Paging(PAGE, after)
        )
        yield from page.items
        after = page.end_cursor
        if len(page.items) < PAGE:
            return


def _cell(column: Column, row: ledgers.LedgerRow) -> Value:
    """Give numbers and dates as such, everything else in the words of the page."""
    value = row.values.get(column.key)
    if isinstance(value, datetime):
        return local_day(value)
    if isinstance(value, int | Decimal | date) and column.type not in ("division", "org"):
        return value
    return row.texts.get(column.key) or None
