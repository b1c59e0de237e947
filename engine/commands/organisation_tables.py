"""A table of records (CSV or YAML) taken into the organisation, with a receipt for each row."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from engine.base.errors import InvalidForm, InvalidRequest, NotFound
from engine.base.formula import unmarked
from engine.commands import organising
from engine.commands.organisation import ChangeRecord, Desk, hold
from engine.commands.results import Receipt
from engine.context import Context
from engine.library.reading import Reader
from engine.library.tables import DATES, Register, read_rows
from engine.library.yaml_text import read_yaml
from engine.organisation import Change

MOST = 5_000  # rows of one table; a designed limit
STATES = ("added", "changed", "same", "refused")
Cells = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of records of KIND as it came; NAME tells the kind of file (.csv, .yaml)."""

    kind: str
    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class ImportRecords:
    """Take the rows of DATA into register KIND: new ones added, known ones changed.

    NAME tells the kind of file (.csv, .yaml). The rows count from VALID_FROM unless they
    have dates of their own (valid_from, valid_to); records the table does not name stay.
    A wrong row is refused alone and hinders no other. WRITE False: the receipt only, the
    same as writing would give. Right organisation; answers Receipt.
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
        table = Table(self.kind, self.name, self.data)
        return _Taking(ctx, desk, self.valid_from, self.source).all((table,), write=self.write)


@dataclass(frozen=True, slots=True)
class ImportTables:
    """Take several TABLES of one application in together; later ones may name what earlier
    ones bring.

    All are judged before anything is written; with a refused row nothing is, unless
    SKIP_REFUSED. WRITE False: the receipt only. Right organisation; answers Receipt whose
    rows name their kind.
    """

    application: str
    tables: tuple[Table, ...]
    valid_from: date | None = None
    write: bool = True
    skip_refused: bool = False
    source: str = "command"

    def run(self, ctx: Context) -> Receipt:
        """Try all tables, then write them."""
        if not self.tables:
            raise InvalidRequest("没有表格。")
        desk = hold(ctx, self.application, self.tables[0].kind)
        taking = _Taking(ctx, desk, self.valid_from, self.source)
        tried = taking.all(self.tables, write=False)
        if not self.write or (tried.refused and not self.skip_refused):
            return tried
        return taking.all(self.tables, write=True)


@dataclass(frozen=True, slots=True)
class _Taking:
    """Tables on their way in; DESK holds the organisation as it was before them."""

    ctx: Context
    desk: Desk
    first: date | None
    source: str

    def all(self, tables: Sequence[Table], *, write: bool) -> Receipt:
        """Judge every row, knowing those before it; WRITE the good ones."""
        changes = dict(self.desk.known.changes)
        known = replace(self.desk.known, changes=changes)
        found: list[dict[str, Any]] = []
        for table in tables:
            register = known.records.get(known.base(table.kind))
            if register is None:
                raise NotFound(f"没有名为“{table.kind[:40]}”的登记册。")
            desk = replace(self.desk, known=known, register=register)
            for number, cells in _rows(table, register):
                told, change = self._take(desk, cells, write=write)
                found.append({"kind": register.kind, "row": number, **told})
                if change is not None:
                    key = (register.kind, told["code"])
                    changes[key] = (*changes.get(key, ()), change)
        counts = {w: sum(row["state"] == w for row in found) for w in STATES}
        if write and counts["added"] + counts["changed"]:
            organising.settle(self.ctx, self.desk.deployed)
        return Receipt(**counts, written=write, rows=tuple(found))

    def _take(
        self, desk: Desk, cells: Cells, *, write: bool
    ) -> tuple[dict[str, Any], Change | None]:
        """Judge one row; give what is told of it and the change it is."""
        code = cells.get(desk.register.key, "").strip()
        told: dict[str, Any] = {"code": code, "errors": []}
        try:
            wish = self._wish(desk, code, cells)
            before = desk.known.cells(wish.kind, code, wish.valid_from or desk.day)
            if before is not None and _same(before, wish.cells or {}):
                return {**told, "state": "same"}, None
            row = desk.judged(wish)
        except InvalidForm as error:
            return {**told, "state": "refused", "errors": error.errors}, None
        number = desk.keep(self.ctx, wish, row) if write else 0
        parts = (row["cells"], row["old"], row["base"], wish.valid_from, wish.valid_to)
        if before is None:
            return {**told, "state": "added"}, Change(number, wish.op, *parts)
        told["changes"] = [
            {"field": name, "from": text, "to": row["cells"][name]}
            for name, text in row["old"].items()
            if row["cells"][name] != text
        ]
        return {**told, "state": "changed"}, Change(number, wish.op, *parts)

    def _wish(self, desk: Desk, code: str, cells: Cells) -> ChangeRecord:
        return ChangeRecord(
            desk.known.application.key,
            desk.register.kind,
            code,
            cells={name: text for name, text in cells.items() if name not in DATES},
            valid_from=_date(cells, DATES[0]) or self.first,
            valid_to=_date(cells, DATES[1]),
            source=self.source,
        )


def _rows(table: Table, register: Register) -> list[tuple[int, Cells]]:
    """Give the rows of TABLE with their numbers, columns and words as REGISTER knows them."""
    reader = Reader("")
    if table.name.lower().endswith((".yaml", ".yml")):
        rows = _yaml(table.data)
    else:
        read = read_rows(_named(table.data, register), reader, (register.key,))
        rows = [(n, {name: unmarked(text) for name, text in c.items()}) for n, c in read]
    if reader.findings:
        text = "；".join(finding.zh for finding in reader.findings[:5])
        raise InvalidRequest(f"文件不能读取：{text}。", code="import-unreadable")
    if not rows or len(rows) > MOST:
        raise InvalidRequest(f"文件应有 1 至 {MOST} 行数据。", code="import-size")
    return [(number, _coded(cells, register)) for number, cells in rows]


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
