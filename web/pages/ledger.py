"""台账: rows are cases; search, sort, page, take out as a table."""

import csv
import io
from typing import Any

from flask import Blueprint, Response, request

from engine.base.formula import marked
from engine.queries import homes, ledger_sheet, ledgers, lists_on_paper
from engine.queries.ledgers import Ledger
from engine.queries.paging import Paging, Sort
from web import calls, security, session
from web.pages import cursors, frame
from web.pages.words import shown

ledger = Blueprint("ledger", __name__)
ROWS = 50
EXPORT_PAGE = 200
EXPORT_ROWS = 10_000


@ledger.get("/ledger")
@security.permission("signed-in")
def overview() -> Response:
    """Show which ledgers there are and what stands in each; never an empty one first."""
    return frame.page(
        "staff/ledgers.html", groups=_groups(), standing=session.ask(ledgers.standing)
    )


def _groups() -> list[tuple[str, list[Ledger]]]:
    """Give the ledgers offered, by title of the application, the person's own first."""
    known: tuple[Ledger, ...] = session.ask(ledgers.ledgers)
    found = []
    for home in session.ask(homes.concerned):
        mine = [one for one in known if one.application == home.key]
        found += [(home.title, mine)] if mine else []
    return found


def _wanted(found: Ledger) -> dict[str, Any]:
    """Read the filter of the address line: filterable columns only."""
    wanted: dict[str, Any] = {}
    for column in found.columns:
        value = request.args.get(column.key, "").strip()
        if value and column.filterable:
            plain = column.type in ("number", "boolean", "division")
            wanted[column.key] = _typed(value) if plain else {"$like": f"*{value}*"}
    return wanted


def _typed(value: str) -> Any:
    if value in ("true", "false"):
        return value == "true"
    return int(value) if value.isdigit() and len(value) < 6 else value


def _sort(found: Ledger) -> list[Sort]:
    asked = request.args.get("sort", "")
    names = {column.key for column in found.columns if column.sortable}
    name = asked.removeprefix("-")
    return [Sort(name, asked.startswith("-"))] if name in names else []


@ledger.get("/ledger/<kind>")
@security.permission("signed-in")
def show(kind: str) -> Response:
    """Show one ledger."""
    found = session.ask(ledgers.ledger, ledger_id=kind)
    wanted, sort = _wanted(found), _sort(found)
    paging = Paging(ROWS, cursors.read(request.args.get("after")))
    page = session.ask(ledgers.rows, ledger_id=kind, wanted=wanted, sort=sort, paging=paging)
    return frame.page(
        "staff/ledger.html",
        groups=_groups(),
        ledger=found,
        page=page,
        next_cursor=cursors.next_of(page, ROWS),
        args=request.args,
        filtered=bool(wanted),
    )


@ledger.get("/ledger/<kind>/export.csv")
@security.permission("signed-in")
def export(kind: str) -> Response:
    """Give the rows of the current filter as a table (UTF-8 with mark, for spreadsheets)."""
    found = session.ask(ledgers.ledger, ledger_id=kind)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([column.label for column in found.columns])
    wanted, sort, after, count = _wanted(found), _sort(found), None, 0
    while count < EXPORT_ROWS:
        paging = Paging(EXPORT_PAGE, after)
        page = session.ask(
            ledgers.rows, ledger_id=kind, wanted=wanted, sort=sort, paging=paging
        )
        for row in page.items:
            writer.writerow([_cell(row.texts.get(column.key)) for column in found.columns])
        count += len(page.items)
        after = page.end_cursor
        if len(page.items) < EXPORT_PAGE:
            break
    name = f"{found.title}.csv"
    return calls.download(b"\xef\xbb\xbf" + out.getvalue().encode(), name, "text/csv")


@ledger.get("/ledger/<kind>/export.xlsx")
@security.permission("signed-in")
def export_sheet(kind: str) -> Response:
    """Give the rows of the current filter as an official table."""
    found = session.ask(ledgers.ledger, ledger_id=kind)
    name, content = session.ask(
        ledger_sheet.sheet, ledger_id=kind, wanted=_wanted(found), sort=_sort(found)
    )
    return calls.download(content, name, ledger_sheet.MEDIA)


@ledger.get("/ledger/<kind>/print.pdf")
@security.permission("signed-in")
def print_list(kind: str) -> Response:
    """Give the rows of the current filter as a list to print."""
    return _printed(kind, "pdf")


@ledger.get("/ledger/<kind>/print.docx")
@security.permission("signed-in")
def print_word(kind: str) -> Response:
    """Give the rows of the current filter as a list to edit."""
    return _printed(kind, "docx")


def _printed(kind: str, file: lists_on_paper.Kind) -> Response:
    found = session.ask(ledgers.ledger, ledger_id=kind)
    asked = {"ledger_id": kind, "wanted": _wanted(found), "sort": _sort(found)}
    paper = session.ask(lists_on_paper.of_ledger, **asked)
    content = paper.written(file, session.engine().files.read)
    return calls.download(content, paper.file_name(file), lists_on_paper.MEDIA[file])


def _cell(value: Any) -> str:
    text = "" if value is None else shown(value)
    return marked("" if text == "—" else text)
