"""A table of records (CSV or YAML) taken into the organisation, with a receipt for each row."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from engine.base.errors import InvalidForm, InvalidRequest
from engine.base.formula import unmarked
from engine.commands import organising
from engine.commands.organisation import ChangeRecord, Desk, hold
from engine.commands.results import Receipt
from engine.context import Context
from engine.library.reading import Reader
from engine.library.tables import DATES, Register, read_rows
from engine.library.yaml_text import read_yaml
from engine.organisation import load

MOST = 5_000  # rows of one table; a designed limit
Cells = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ImportRecords:
    """Take the rows of DATA into register KIND: new ones added, known ones changed.

    NAME tells the kind of file (.csv, .yaml). The rows count from VALID_FROM unless they
    have dates of their own (valid_from, valid_to); records the table does not name stay.
    A wrong row is refused alone and hinders no other. WRITE False: the receipt only.
    Right organisation; answers Receipt.
    """

    application: str
    kind: str
    data: bytes
    name: str = "rows.csv"
    valid_from: date | None = None
    write: bool = True
    source: str = "upload"

    def run(self, ctx: Context) -> Receipt:
        """Judge each row, keep the good ones, write what is in force today."""
        desk = hold(ctx, self.application, self.kind)
        if desk.register.kind != self.kind:
            return replace(self, kind=desk.register.kind).run(ctx)
        found: list[dict[str, Any]] = []
        for number, cells in self._rows(desk):
            found.append(self._take(ctx, desk, number, cells))
            if found[-1]["state"] in ("added", "changed") and self.write:
                known = load(ctx.conn, desk.deployed.application)
                desk = Desk(desk.deployed, known, known.records[self.kind], desk.day)
        counts = {
            word: sum(row["state"] == word for row in found)
            for word in ("added", "changed", "same", "refused")
        }
        if self.write and counts["added"] + counts["changed"]:
            organising.settle(ctx, desk.deployed)
        return Receipt(**counts, written=self.write, rows=tuple(found))

    def _rows(self, desk: Desk) -> list[tuple[int, Cells]]:
        reader = Reader("")
        key = desk.register.key
        if self.name.lower().endswith((".yaml", ".yml")):
            rows = _yaml(self.data)
        else:
            read = read_rows(_named(self.data, desk.register), reader, (key,))
            rows = [(n, {name: unmarked(text) for name, text in c.items()}) for n, c in read]
        if reader.findings:
            text = "；".join(finding.zh for finding in reader.findings[:5])
            raise InvalidRequest(f"文件不能读取：{text}。", code="import-unreadable")
        if not rows or len(rows) > MOST:
            raise InvalidRequest(f"文件应有 1 至 {MOST} 行数据。", code="import-size")
        return [(number, _coded(cells, desk.register)) for number, cells in rows]

    def _take(self, ctx: Context, desk: Desk, number: int, cells: Cells) -> dict[str, Any]:
        code = cells.get(desk.register.key, "").strip()
        told: dict[str, Any] = {"row": number, "code": code, "errors": []}
        try:
            wish = self._wish(code, cells)
            before = desk.known.cells(self.kind, code, wish.valid_from or desk.day)
            if before is not None and _same(before, wish.cells or {}):
                return {**told, "state": "same"}
            desk.judged(wish)
        except InvalidForm as error:
            return {**told, "state": "refused", "errors": error.errors}
        if self.write:
            desk.change(ctx, wish)
        return {**told, "state": "added" if before is None else "changed"}

    def _wish(self, code: str, cells: Cells) -> ChangeRecord:
        first = _date(cells, DATES[0]) or self.valid_from
        return ChangeRecord(
            self.application,
            self.kind,
            code,
            cells={name: text for name, text in cells.items() if name not in DATES},
            valid_from=first,
            valid_to=_date(cells, DATES[1]),
            source=self.source,
        )


def _named(data: bytes, register: Register) -> bytes:
    """Give a table whose first line names columns as the register does, not as people do."""
    head, end, rest = data.partition(b"\n")
    try:
        names = next(csv.reader([head.decode("utf-8-sig")]), [])
    except (UnicodeDecodeError, csv.Error):
        return data  # told by whoever reads the table
    named = [register.column(name.strip()) for name in names]
    if named == [name.strip() for name in names]:
        return data
    return ",".join(named).encode() + end + rest


def _coded(cells: Cells, register: Register) -> Cells:
    """Give the cells of a row with codes in place of the words for them (县级: county)."""
    found = dict(cells)
    for name, values in register.values.items():
        text = found.get(name, "").strip()
        if text and text not in values:
            found[name] = next((c for c, word in values.items() if word == text), text)
    return found


def _same(before: Cells, cells: Cells) -> bool:
    return all(before.get(name, "") == text.strip() for name, text in cells.items())


def _date(cells: Cells, name: str) -> date | None:
    text = cells.get(name, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        fault = {"field": name, "code": "csv.value", "detail": f"日期“{text}”应写成 2026-05-09"}
        raise InvalidForm([fault]) from None


def _yaml(data: bytes) -> list[tuple[int, Cells]]:
    found = read_yaml(data)
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise InvalidRequest("YAML 文件应是一列“列名: 值”。", code="import-unreadable")
    return [
        (number, {str(name): _text(value) for name, value in row.items()})
        for number, row in enumerate(found, 1)
    ]


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ";".join(map(str, value))
    if isinstance(value, bool):
        return "1" if value else "0"
    return "" if value is None else str(value)
