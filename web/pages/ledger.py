"""台账: rows are cases; search, sort, page, take out as a table."""

import csv
import io
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as BaseResponse

from engine.base.formula import marked
from engine.commands.columns import KeepColumns
from engine.queries import homes, ledger_filters, ledger_sheet, ledgers, lists_on_paper
from engine.queries.ledger_filters import Offer
from engine.queries.ledgers import Column, Ledger
from engine.queries.paging import Paging, Sort
from web import calls, security, session
from web.pages import cursors, frame, posting
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


Offers = Mapping[str, tuple[Offer, ...]]


def _wanted(found: Ledger, offers: Offers | None = None) -> dict[str, Any]:
    """Read the filter of the address line: a text to find, filterable columns."""
    if offers is None:
        offers = session.ask(ledger_filters.offers, ledger_id=found.id)
    text = request.args.get("q", "").strip()
    wanted: dict[str, Any] = {"text": text} if text else {}
    for column in found.columns:
        value = request.args.get(column.key, "").strip()
        if value and column.filterable:
            picked = any(one.value == value for one in offers.get(column.key, ()))
            plain = picked or column.type in ("number", "boolean", "division")
            wanted[column.key] = _typed(column, value) if plain else {"$like": f"*{value}*"}
    return wanted


def _typed(column: Column, value: str) -> Any:
    if column.type == "boolean" and value in ("true", "false"):
        return value == "true"
    return int(value) if column.type == "number" and value.isdecimal() else value


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
    offers = session.ask(ledger_filters.offers, ledger_id=found.id)
    wanted, sort = _wanted(found, offers), _sort(found)
    paging = Paging(ROWS, cursors.read(request.args.get("after")))
    page = session.ask(ledgers.rows, ledger_id=kind, wanted=wanted, sort=sort, paging=paging)
    columns = _columns(found)
    return frame.page(
        "staff/ledger.html",
        groups=_groups(),
        ledger=found,
        columns=columns,
        chosen=len(columns) < len(found.columns),
        titled=any(column.source == "title" for column in columns[1:]),
        wide=request.args.get("wide") == "1",
        offers=offers,
        marks=_marks(found, wanted, offers),
        page=page,
        next_cursor=cursors.next_of(page, ROWS),
        args=request.args,
        query=urlencode([(k, v) for k, v in request.args.items() if k in _kept(found)]),
        filtered=bool(wanted),
        told=posting.told(),
        submission=posting.fresh(),
    )


def _kept(found: Ledger) -> frozenset[str]:
    """Name what of the address line narrows and orders the rows."""
    return frozenset(("q", "sort", *(column.key for column in found.columns)))


def _columns(found: Ledger) -> list[Column]:
    """Give the columns the person keeps in sight: the first one always, all by default."""
    kept = session.ask(ledger_filters.chosen, ledger_id=found.id)
    first, rest = found.columns[:1], found.columns[1:]
    shown_now = [column for column in rest if column.key in kept]
    return [*first, *(shown_now or rest)]


def _marks(found: Ledger, wanted: Mapping[str, Any], offers: Offers) -> list[dict[str, str]]:
    """Say what the rows are narrowed to, one mark a demand."""
    marks = [{"key": "q", "label": "查找", "text": wanted["text"]}] if "text" in wanted else []
    for column in found.columns:
        if column.key in wanted:
            value = request.args.get(column.key, "").strip()
            texts = {one.value: one.text for one in offers.get(column.key, ())}
            text = texts.get(value) or {"true": "是", "false": "否"}.get(value, value)
            marks.append({"key": column.key, "label": column.label, "text": text})
    return marks


@ledger.post("/ledger/<kind>/columns")
@security.permission("signed-in")
def keep_columns(kind: str) -> BaseResponse:
    """列设置: keep some columns in sight, or all of them again."""
    found = session.ask(ledgers.ledger, ledger_id=kind)
    keys = () if request.form.get("all") else tuple(request.form.getlist("column"))
    known = {column.key for column in found.columns}
    posting.run(KeepColumns(found.id, tuple(key for key in keys if key in known)))
    kept = [(k, v) for k, v in parse_qsl(request.form.get("back", "")) if k in _kept(found)]
    path = f"/ledger/{quote(found.id)}"
    return posting.back(f"{path}?{urlencode(kept)}" if kept else path, "columns")


@ledger.get("/ledger/<kind>/export.csv")
@security.permission("signed-in")
def export(kind: str) -> Response:
    """Give the rows of the current filter as a table (UTF-8 with mark, for spreadsheets)."""
    found = session.ask(ledgers.ledger, ledger_id=kind)
    out = io.StringIO()
    writer = csv.writer(out)
    columns = _columns(found)
    writer.writerow([column.label for column in columns])
    wanted, sort, after, count = _wanted(found), _sort(found), None, 0
    while count < EXPORT_ROWS:
        paging = Paging(EXPORT_PAGE, after)
        page = session.ask(
            ledgers.rows, ledger_id=kind, wanted=wanted, sort=sort, paging=paging
        )
        for row in page.items:
            writer.writerow([_cell(row.texts.get(column.key)) for column in columns])
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
