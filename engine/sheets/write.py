"""Rows → an official table as .xlsx: title, header, widths, drop-downs, a line to sign."""

import io
import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from engine.base.formula import marked

PIXELS = 7  # of one character of width
WIDTH = 14  # characters of a column nobody gave a width
LISTED = 20_000  # rows a drop-down reaches down
LONGEST = 32_000  # characters of one cell; a spreadsheet keeps 32,767
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_DAY, _MINUTE = "yyyy-mm-dd", "yyyy-mm-dd hh:mm"
_THIN = Side(style="thin", color="FF808080")
_BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_HEAD = PatternFill("solid", fgColor="FFE8EEF4")
_MUST = PatternFill("solid", fgColor="FFFFF2CC")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its LABEL, WIDTH in characters, what a drop-down OPTIONS, a NOTE beside."""

    label: str
    width: int = WIDTH
    options: tuple[str, ...] = ()
    note: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """A sheet: NAME of its tab, TITLE, LINES below it, COLUMNS, the FOOT to sign."""

    name: str
    title: str
    columns: tuple[Column, ...]
    lines: tuple[str, ...] = ()
    foot: tuple[str, ...] = ()


def write(layout: Layout, rows: Iterable[Sequence[Any]], most: int | None = None) -> bytes:
    """Write ROWS below the header of LAYOUT, row by row; every text stays a text."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_tab(layout.name))
    head = 2 + len(layout.lines)
    for at, column in enumerate(layout.columns, 1):
        sheet.column_dimensions[get_column_letter(at)].width = column.width
    sheet.freeze_panes = f"A{head + 1}"
    sheet.print_title_rows = f"{head}:{head}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.oddFooter.center.text = "第 &P 页 共 &N 页"
    _options(book, sheet, layout, head)
    sheet.append([_styled(sheet, layout.title, Font(name="黑体", size=16, bold=True))])
    for line in layout.lines:
        sheet.append([_styled(sheet, line, Font(name="仿宋", size=10))])
    sheet.append([_header(sheet, column) for column in layout.columns])
    pens = _Pens(sheet)
    for row in rows if most is None else itertools.islice(rows, most):
        sheet.append([pens.write(at, value) for at, value in enumerate(row)])
    for line in layout.foot:
        sheet.append([_styled(sheet, line, Font(name="仿宋", size=12))])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _tab(name: str) -> str:
    return re.sub(r"[\\/*?:\[\]]", " ", name)[:31] or "Sheet1"


def _options(book: Any, sheet: Any, layout: Layout, head: int) -> None:
    """Offer the options of each column; they stand in a hidden sheet, so any length fits."""
    offered = [(at, c.options) for at, c in enumerate(layout.columns, 1) if c.options]
    if not offered:
        return
    lists = book.create_sheet("选项")
    lists.sheet_state = "hidden"
    longest = max(len(options) for _, options in offered)
    for n in range(longest):
        row = [options[n] if n < len(options) else None for _, options in offered]
        lists.append([_plain(lists, value) for value in row])
    for place, (at, options) in enumerate(offered, 1):
        source = get_column_letter(place)
        rule = DataValidation(
            type="list",
            formula1=f"'选项'!${source}$1:${source}${len(options)}",
            allow_blank=True,
            showErrorMessage=False,
        )
        letter = get_column_letter(at)
        rule.add(f"{letter}{head + 1}:{letter}{head + LISTED}")
        sheet.data_validations.append(rule)


def _plain(sheet: Any, value: Any) -> Any:
    """Make a cell that holds VALUE and never a formula."""
    shown = _shown(value)
    cell = WriteOnlyCell(sheet, value=shown)
    if isinstance(shown, str):
        cell.data_type = "s"
    elif isinstance(shown, date):
        cell.number_format = _MINUTE if isinstance(shown, datetime) else _DAY
    return cell


def _shown(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | Decimal):
        return ("是" if value else "否") if isinstance(value, bool) else value
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, date):
        return value
    return marked(_UNPRINTABLE.sub("", str(value))[:LONGEST])


class _Pens:
    """The cells of a row, one a column and kind of value, used again for every row.

    A row is on disk before the next is asked for; making and styling new cells would take
    five times as long.
    """

    def __init__(self, sheet: Any) -> None:
        self._sheet = sheet
        self._cells: dict[tuple[int, type], Any] = {}

    def write(self, at: int, value: Any) -> Any:
        """Give the cell of column AT holding VALUE."""
        shown = _shown(value)
        key = (at, type(shown))
        if key not in self._cells:
            self._cells[key] = _boxed(self._sheet, shown)
        cell = self._cells[key]
        cell.value = shown
        if isinstance(shown, str):
            cell.data_type = "s"
        return cell


def _styled(sheet: Any, text: str, font: Font) -> Any:
    cell = _plain(sheet, text)
    cell.font = font
    return cell


def _boxed(sheet: Any, value: Any) -> Any:
    cell = _plain(sheet, value)
    cell.border = _BOX
    cell.alignment = Alignment(vertical="top", wrap_text=True)
    return cell


def _header(sheet: Any, column: Column) -> Any:
    cell = _boxed(sheet, f"{column.label}*" if column.required else column.label)
    cell.font = Font(name="黑体", size=11, bold=True)
    cell.fill = _MUST if column.required else _HEAD
    cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    if column.note:
        cell.comment = Comment(column.note, "守护")
    return cell
