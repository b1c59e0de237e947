"""CSV files of an application: registers, units and calendar days, checked row by row."""

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation

from engine.base.values import Value
from engine.library.reading import Reader

Row = dict[str, Value]
UNIT_COLUMNS = ("code", "name", "level", "region", "roles", "place", "parent")
LEVELS = ("province", "prefecture", "county", "place")


@dataclass(frozen=True, slots=True)
class Register:
    """Reference data of one KIND; ROWS by the value of the KEY column.

    LABEL is the column shown to people, PARENT the column with the key of the row above
    (empty: flat), TYPES the columns that are not text.
    """

    kind: str
    title: str
    file: str
    key: str
    label: str
    parent: str = ""
    types: Mapping[str, str] = field(default_factory=dict)
    rows: Mapping[str, Row] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One exception of the working calendar, from calendar/<calendar>*.csv."""

    day: date
    working: bool
    name: str = ""


def read_rows(
    data: bytes, reader: Reader, columns: tuple[str, ...]
) -> list[tuple[int, dict[str, str]]]:
    """Read CSV DATA (UTF-8, first line is the header) into (row number, cells by column)."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        reader.report("", "文件不是 UTF-8 编码", "用表格软件另存为“CSV UTF-8”", code="csv.text")
        return []
    try:
        table = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error:
        reader.report("", "不是有效的 CSV", "检查引号是否成对", code="csv.text")
        return []
    header = [name.strip() for name in table[0]] if table else []
    missing = [name for name in columns if name not in header]
    if missing or len(set(header)) != len(header):
        text = f"缺少列 {'、'.join(missing)}" if missing else "表头有重复的列"
        reader.report("", text, f"第一行应含 {','.join(columns)}", code="csv.header")
        return []
    return [
        (number, _row(header, row, number, reader))
        for number, row in enumerate(table[1:], 2)
        if any(cell.strip() for cell in row)
    ]


def read_register(register: Register, data: bytes, reader: Reader) -> dict[str, Row]:
    """Read the rows of REGISTER by key; an empty cell is None, a double key reported."""
    columns = tuple(filter(None, (register.key, register.label, register.parent)))
    found: dict[str, Row] = {}
    for number, row in read_rows(data, reader, columns):
        code = row[register.key]
        if not code or code in found:
            text = f"{register.key}“{code}”重复" if code else f"{register.key} 为空"
            reader.report(f"第 {number} 行", text, "每行一个不同的编码", code="csv.key")
            continue
        found[code] = {
            name: _typed(cell, register.types.get(name, ""), f"第 {number} 行 {name}", reader)
            for name, cell in row.items()
        }
    _check_parents(register, found, reader)
    return found


def read_units(data: bytes, reader: Reader) -> tuple[dict[str, str], ...]:
    """Read the units; codes are unique, levels known, the parent exists."""
    rows = read_rows(data, reader, UNIT_COLUMNS)
    codes = {row["code"] for _, row in rows}
    seen: set[str] = set()
    for number, row in rows:
        where = f"第 {number} 行"
        if not row["code"] or row["code"] in seen:
            text = f"单位编码“{row['code']}”为空或重复"
            reader.report(where, text, "改为唯一编码", code="csv.key")
        seen.add(row["code"])
        if not row["name"] or not row["roles"]:
            reader.report(where, "缺少单位名称或角色", "补上 name 与 roles", code="csv.value")
        if row["level"] not in LEVELS:
            text = f"级别“{row['level']}”无效"
            reader.report(where, text, f"改为 {'、'.join(LEVELS)} 之一", code="csv.value")
        if row["parent"] and row["parent"] not in codes:
            text = f"上级单位“{row['parent']}”不在表中"
            reader.report(where, text, "补上该单位或改正编码", code="csv.parent")
    return tuple(row for _, row in rows)


def read_calendar(data: bytes, reader: Reader) -> tuple[CalendarDay, ...]:
    """Read the exceptions of a calendar: date, is_workday (1 or 0), name."""
    days: dict[date, CalendarDay] = {}
    for number, row in read_rows(data, reader, ("date", "is_workday")):
        where = f"第 {number} 行"
        try:
            day = date.fromisoformat(row["date"])
        except ValueError:
            text = f"日期“{row['date']}”无效"
            reader.report(f"{where} date", text, "写成 2026-05-09", code="csv.value")
            continue
        if row["is_workday"] not in ("0", "1"):
            text = "is_workday 应为 1 或 0"
            reader.report(f"{where} is_workday", text, "上班写 1，放假写 0", code="csv.value")
            continue
        if day in days:
            reader.report(f"{where} date", f"{day} 出现两次", "删去一行", code="csv.key")
            continue
        days[day] = CalendarDay(day, row["is_workday"] == "1", row.get("name", ""))
    return tuple(days[day] for day in sorted(days))


def _row(header: list[str], cells: list[str], number: int, reader: Reader) -> dict[str, str]:
    if len(cells) != len(header):
        text = f"有 {len(cells)} 格，表头有 {len(header)} 列"
        reader.report(f"第 {number} 行", text, "补齐或删去多余的格", code="csv.row")
    padded = cells + [""] * (len(header) - len(cells))
    return {name: cell.strip() for name, cell in zip(header, padded, strict=False)}


def _check_parents(register: Register, rows: Mapping[str, Row], reader: Reader) -> None:
    if not register.parent:
        return
    for code, row in rows.items():
        above = row[register.parent]
        if above and above not in rows:
            text = f"上级“{above}”不在表中"
            reader.report(code, text, "补上该行或改正编码", code="csv.parent")


def _number(text: str) -> Value:
    number = Decimal(text)
    if not number.is_finite():
        raise InvalidOperation
    return int(number) if number == number.to_integral_value() else number


def _boolean(text: str) -> bool:
    if text.lower() not in ("true", "false", "1", "0", "是", "否"):
        raise ValueError
    return text.lower() in ("true", "1", "是")


def _list(text: str) -> list[str]:
    return [part.strip() for part in text.split(";") if part.strip()]


CONVERTERS: Mapping[str, Callable[[str], Value]] = {
    "": str,
    "string": str,
    "number": _number,
    "integer": int,
    "date": date.fromisoformat,
    "boolean": _boolean,
    "list": _list,
}


def _typed(text: str, kind: str, where: str, reader: Reader) -> Value:
    if text == "":
        return [] if kind == "list" else None
    try:
        return CONVERTERS[kind](text)
    except (ValueError, InvalidOperation):
        reader.report(where, f"“{text}”不是有效的 {kind}", "改正这一格", code="csv.value")
        return None
