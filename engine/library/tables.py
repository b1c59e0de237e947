"""CSV files of an application: registers, units and calendar days, checked row by row."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, InvalidOperation

from engine.base.values import Value
from engine.library.reading import Reader

Row = dict[str, Value]
UNIT_COLUMNS = ("code", "name", "level", "region", "roles", "place", "parent")
DATES = ("valid_from", "valid_to")  # columns of a register whose rows have dates
UNIT, ROLE = "unit", "role"  # kinds of records that are no file of `registers`
LEVELS = {"province": "省级", "prefecture": "市级", "county": "县级", "place": "保护地"}
WORDS = {  # what the columns of units and roles are called
    "code": "编码",
    "name": "名称",
    "level": "级别",
    "region": "行政区划",
    "roles": "角色",
    "place": "保护地",
    "parent": "上级",
    "valid_from": "自",
    "valid_to": "至",
}


@dataclass(frozen=True, slots=True)
class Register:
    """Reference data of one KIND; ROWS by the value of the KEY column.

    LABEL is the column shown to people, PARENT the column with the key of the row above
    (empty: flat), TYPES the columns that are not text. SAME_AS is the register this one is
    another name of ("" for a register of its own): the rows are that one's.

    WORDS are what people call the columns, REFERS the register the codes of a column come
    from, VALUES the words of a column with few codes of its own.
    """

    kind: str
    title: str
    file: str
    key: str
    label: str
    parent: str = ""
    types: Mapping[str, str] = field(default_factory=dict)
    rows: Mapping[str, Row] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    periods: Mapping[str, tuple["Period", ...]] = field(default_factory=dict)
    same_as: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    refers: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def word(self, column: str) -> str:
        """Name COLUMN as people do."""
        return self.words.get(column) or WORDS.get(column) or column

    def column(self, heading: str) -> str:
        """Give the column a HEADING of a table means: its own name or what people call it."""
        if heading in self.columns or heading in DATES:
            return heading
        named = [name for name in (*self.columns, *DATES) if self.word(name) == heading]
        return named[0] if len(named) == 1 else heading

    def several(self, column: str) -> bool:
        """Tell whether a cell of COLUMN holds several codes, semicolons between them."""
        return self.types.get(column) == "list" or self.refers.get(column) == ROLE

    def on(self, code: str, day: date) -> "Period | None":
        """Give what the file says of CODE on DAY."""
        found = self.periods.get(code, ())
        return next((one for one in found if one.covers(day)), None)


@dataclass(frozen=True, slots=True)
class Period:
    """A row of a register from FIRST to LAST day (None: open); CELLS are its texts."""

    row: Row
    cells: Mapping[str, str]
    first: date | None = None
    last: date | None = None

    def covers(self, day: date) -> bool:
        """Tell whether DAY lies in it."""
        after = self.first is None or self.first <= day
        return after and (self.last is None or day <= self.last)


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


def read_register(register: Register, data: bytes, reader: Reader) -> Register:
    """Give REGISTER with its rows; an empty cell is None, a double key reported.

    With columns valid_from and valid_to (last day) a key may stand in several rows, one
    after the other in time; ROWS then holds the last of them.
    """
    columns = tuple(filter(None, (register.key, register.label, register.parent)))
    periods: dict[str, tuple[Period, ...]] = {}
    for number, cells in read_rows(data, reader, columns):
        where, code = f"第 {number} 行", cells[register.key]
        one = Period(
            row_of(register, cells, where, reader),
            {name: cell for name, cell in cells.items() if name not in DATES},
            _date(cells, DATES[0], where, reader),
            _date(cells, DATES[1], where, reader),
        )
        before = periods.get(code, ())
        if not code or any(_meet(one, other) for other in before):
            text = f"{register.key}“{code}”重复" if code else f"{register.key} 为空"
            reader.report(where, text, "每行一个不同的编码", code="csv.key")
            continue
        periods[code] = (*before, one)
    found = {code: _last(each).row for code, each in periods.items()}
    _check_parents(register, found, reader)
    return replace(register, rows=found, columns=_header(data), periods=periods)


def row_of(register: Register, cells: Mapping[str, str], where: str, reader: Reader) -> Row:
    """Read the CELLS of one row of REGISTER; an empty cell is None."""
    return {
        name: _typed(cell, register.types.get(name, ""), f"{where} {name}", reader)
        for name, cell in cells.items()
        if name not in DATES
    }


def parts(register: Register, column: str, text: str) -> list[str]:
    """Give the codes in the cell TEXT of COLUMN."""
    return _list(text) if register.several(column) else [text.strip()] if text.strip() else []


def texts_register(
    kind: str, title: str, parent: str, rows: Iterable[Mapping[str, str]]
) -> Register:
    """Give ROWS with the columns code and name, all of them text, as a register."""
    periods = {row["code"]: (Period(dict(row), dict(row)),) for row in rows}
    found = {code: one[0].row for code, one in periods.items()}
    made = Register(kind, title, "", "code", "name", parent, {}, found, periods=periods)
    if kind != UNIT:
        return replace(made, columns=("code", "name"))
    refers = {"region": "division", "roles": ROLE, "parent": UNIT}
    return replace(
        made,
        columns=UNIT_COLUMNS,
        refers=refers,
        values={"level": LEVELS},
    )


def _header(data: bytes) -> tuple[str, ...]:
    first = data.decode("utf-8-sig", "replace").splitlines()[:1]
    names = [name.strip() for row in csv.reader(first) for name in row]
    return tuple(name for name in names if name not in DATES)


def _date(cells: Mapping[str, str], name: str, where: str, reader: Reader) -> date | None:
    found: Value = _typed(cells.get(name, ""), "date", f"{where} {name}", reader)
    return found if isinstance(found, date) else None


def _meet(one: Period, two: Period) -> bool:
    ends = [(p.first or date.min, p.last or date.max) for p in (one, two)]
    return ends[0][0] <= ends[1][1] and ends[1][0] <= ends[0][1]


def _last(periods: tuple[Period, ...]) -> Period:
    return max(periods, key=lambda one: one.first or date.min)


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
            hint = f"改为 {'、'.join(LEVELS)} 之一"
            reader.report(where, text, hint, code="csv.value")
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


KINDS = {
    "number": "数字",
    "integer": "整数",
    "date": "日期，应写成 2026-05-09",
    "boolean": "“是”或“否”",
}
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
        reader.report(where, f"“{text}”不是{KINDS[kind]}", "改正这一格", code="csv.value")
        return None
