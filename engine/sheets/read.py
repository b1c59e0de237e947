"""A spreadsheet or pasted text → rows of plain cells below the header that names them."""

import io
import math
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import openpyxl

from engine.base.errors import InvalidRequest, TooLarge
from engine.base.formula import unmarked
from engine.sheets import guard

MOST_ROWS = 20_000  # rows of one sheet; designed: twice the largest list asked for
MOST_COLUMNS = 200
HEADER_WITHIN = 30  # rows in which the header is looked for, below title lines
MOST_DIGITS = 15  # what a spreadsheet keeps of a number
_SPACE = re.compile(r"\s+")
_FAULTS = (
    AttributeError,
    AssertionError,
    EOFError,
    IndexError,
    KeyError,
    LookupError,
    NotImplementedError,
    OSError,
    SyntaxError,  # faulty XML
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)

Cell = str | int | Decimal | bool | date | datetime | None


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows below a header: LABELS found, ROWS as (number in the sheet, cell by label)."""

    labels: tuple[str, ...]
    rows: tuple[tuple[int, dict[str, Cell]], ...]


def plain_label(text: object) -> str:
    """Give a column label as it is compared: without spaces, stars and brackets of notes."""
    return _SPACE.sub("", str(text or "")).strip("*＊")


def read_sheet(content: bytes, wanted: Sequence[str], foot: Sequence[str] = ()) -> Grid:
    """Read the first sheet with a row that names columns WANTED; guarded before.

    Lines that begin as those of FOOT and fill one cell only are no rows.
    """
    guard.check(content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of decorations the reader leaves out
            book = openpyxl.load_workbook(
                io.BytesIO(content), read_only=True, data_only=True, keep_links=False
            )
            found = _first_fitting(book, wanted)
    except (InvalidRequest, TooLarge):
        raise
    except _FAULTS as error:
        raise guard.broken() from error
    rows = tuple(one for one in found.rows if not _signs(one[1], foot))
    return Grid(found.labels, rows)


def read_table(
    name: str, content: bytes, wanted: Sequence[str], foot: Sequence[str] = ()
) -> Grid:
    """Read a file by the ending of its NAME: .xlsx, or pasted text as UTF-8."""
    if name.lower().endswith(".xlsx"):
        return read_sheet(content, wanted, foot)
    try:
        return read_text(content.decode("utf-8-sig"), wanted)
    except UnicodeDecodeError as error:
        raise InvalidRequest("文字应为 UTF-8 编码。", code="sheet-encoding") from error


def _signs(cells: dict[str, Cell], foot: Sequence[str]) -> bool:
    texts = [value for value in cells.values() if value is not None]
    return len(texts) == 1 and any(str(texts[0])[:4] == line.strip()[:4] for line in foot)


def _first_fitting(book: Any, wanted: Sequence[str]) -> Grid:
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            continue
        sheet.reset_dimensions()
        rows = sheet.iter_rows(max_col=MOST_COLUMNS, values_only=True)
        grid = _below_header(rows, wanted)
        if grid is not None:
            return grid
    raise _no_header(wanted)


def read_text(text: str, wanted: Sequence[str]) -> Grid:
    """Read cells separated by tabs, as pasted from a spreadsheet, header included."""
    lines = (line.split("\t") for line in _lines(text))
    grid = _below_header(lines, wanted)
    if grid is None:
        raise _no_header(wanted)
    return grid


def _lines(text: str) -> Iterator[str]:
    """Give the rows of pasted TEXT; a cell in quotes may hold line breaks and tabs."""
    rest, quoted = [], False
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        rest.append(line)
        quoted ^= line.count('"') % 2 == 1 and (quoted or '\t"' in f"\t{line}")
        if not quoted:
            yield "\n".join(rest)
            rest = []
    if rest:
        yield "\n".join(rest)


def _no_header(wanted: Sequence[str]) -> InvalidRequest:
    names = "、".join(wanted[:6])
    return InvalidRequest(
        f"没有找到表头。请使用模板，表头一行应有：{names}等列。", code="sheet-header"
    )


def _below_header(rows: Iterable[Sequence[Any]], wanted: Sequence[str]) -> Grid | None:
    names = {plain_label(label): label for label in wanted}
    need = max(1, min(len(names), 2))
    labels: dict[int, str] = {}
    found: list[tuple[int, dict[str, Cell]]] = []
    for number, row in enumerate(rows, 1):
        if number > MOST_ROWS + HEADER_WITHIN:
            raise TooLarge(f"表格超过 {MOST_ROWS} 行，请拆分后分次导入。")
        if not labels:
            labels = _labels(row, names, need)
            if not labels and number >= HEADER_WITHIN:
                return None
            continue
        cells = {label: _cell(row[at]) for at, label in labels.items() if at < len(row)}
        if any(value is not None for value in cells.values()):
            found.append((number, cells))
    return Grid(tuple(labels.values()), tuple(found)) if labels else None


def _labels(row: Sequence[Any], names: dict[str, str], need: int) -> dict[int, str]:
    read = enumerate(map(plain_label, row))
    found = {at: names[text] for at, text in read if text in names}
    if len(set(found.values())) < len(found):
        twice = next(label for label in found.values() if [*found.values()].count(label) > 1)
        raise InvalidRequest(f"表头中“{twice}”出现了两次。", code="sheet-header")
    return found if len(found) >= need else {}


def _cell(value: Any) -> Cell:
    """Give one cell as a plain value; numbers as people see them, exact."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, datetime):
        return value.date() if (value.hour, value.minute, value.second) == (0, 0, 0) else value
    if isinstance(value, int | date | Decimal):
        return value
    return _text(str(value))


def _number(value: float) -> int | Decimal | None:
    if not math.isfinite(value):
        return None
    whole = value.is_integer() and abs(value) < 10**MOST_DIGITS
    return int(value) if whole else Decimal(f"{value:.{MOST_DIGITS}g}")


def _text(text: str) -> str | None:
    plain = text.strip()
    if len(plain) > 1 and plain[0] == plain[-1] == '"' and ("\n" in plain or "\t" in plain):
        plain = plain[1:-1].replace('""', '"')
    return unmarked(plain) or None
