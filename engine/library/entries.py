"""The sections of application.yaml, a ledger file and a report file, key by key."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from engine.base import marks
from engine.library.reading import DUE_DATE, DURATION, MONTH_DAY, MONTH_END, Reader

Entry = Mapping[str, Any]
UNITS = ("workingDay", "workingHour", "calendarDay", "hour", "month", "date")
FROM = ("created", "caseStart", "field")
ROLLS = ("none", "following", "preceding")
MOST_YEARS = 10  # a fixed date may lie this many years after (or before) the case's
LEVELS = ("L0", "L1", "L2", "L3", "L4")
DEADLINE_KEYS = frozenset(
    (
        "title",
        "amount",
        "unit",
        "from",
        "field",
        "date",
        "latest",
        "earliest",
        "roll",
        "year",
        "warn",
        "kind",
        "highest",
        "requirement",
        "basis",
        "process",
        "while",
        "stopFor",
        "extendable",
        "extendMost",
        "extendBy",
        "extendSets",
        "extendLatest",
        "note",
    )
)
PHASE_KEYS = frozenset(("key", "title", "from", "to", "requirement", "basis", "note", "state"))
SETTING_KEYS = frozenset(("value", "title", "basis", "requirement", "note", "type"))
DOCUMENT_KEYS = frozenset(("id", "title", "number", "date", "issuer", "note", "url"))
LEDGER_KEYS = frozenset(
    ("id", "title", "processes", "columns", "filter", "sort", "note", "sheet", "marks")
)
SHEET_KEYS = frozenset(("title", "lines", "foot"))
COLUMN_KEYS = frozenset(("key", "label", "from", "type", "width", "note"))
REPORT_KEYS = frozenset(
    (
        "id",
        "title",
        "figures",
        "columns",
        "processes",
        "group",
        "note",
        "requirement",
        "basis",
        "ledger",
        "denominator",
        "numerator",
        "smallest",
        "sums",
        "breakdown",
        "format",
        "digits",
        "target",
        "frozen",
    )
)
REPORT_FORMATS = ("percent", "number")


def read_documents(data: Entry, reader: Reader) -> tuple[Entry, ...]:
    """Read the legal documents clauses point at; ids are unique."""
    entries = reader.entries(data, "documents")
    seen: set[str] = set()
    for number, entry in enumerate(entries, 1):
        where = f"documents[{number}]"
        reader.known(entry, DOCUMENT_KEYS, where)
        reader.need(entry, "title", str, where)
        _unique(reader.need(entry, "id", str, where), seen, where, reader)
    return tuple(entries)


def read_roles(data: Entry, reader: Reader) -> dict[str, str]:
    """Read the role codes with their titles."""
    roles = reader.may(data, "roles", dict) or {}
    for code, title in roles.items():
        if not isinstance(code, str) or not isinstance(title, str) or not title:
            reader.report(f"roles.{code}", "角色应写成 代码: 名称", "名称用文字")
    return {str(code): str(title) for code, title in roles.items()}


def read_deadlines(data: Entry, reader: Reader) -> dict[str, dict[str, Any]]:
    """Read the due table: a fixed `date`, or `amount` + `unit` (+ `from`).

    `date` is MM-DD of the case's year (`year: +1` = of the next one) or month-end, the last
    day of the month of the base; `roll: preceding` moves it to the last working day then.
    `highest` is the level (L0 … L4) above which a limit is not raised, whatever its kind.
    """
    deadlines = reader.section(data, "deadlines")
    for key, entry in deadlines.items():
        where = f"deadlines.{key}"
        reader.known(entry, DEADLINE_KEYS, where)
        reader.need(entry, "title", str, where)
        reader.need(entry, "basis", str, where)
        reader.word(entry, "unit", UNITS, where)
        reader.word(entry, "from", FROM, where)
        reader.word(entry, "roll", ROLLS, where)
        reader.word(entry, "highest", LEVELS, where)
        reader.match(entry, "date", DUE_DATE, where)
        reader.match(entry, "warn", DURATION, where)
        _deadline_shape(entry, where, reader)
        _case_limit(entry, where, reader)
    return deadlines


def _case_limit(entry: Entry, where: str, reader: Reader) -> None:
    """Check a limit of a case itself: `process`, its ladder's kind, `while` it counts."""
    if reader.may(entry, "process", str, where) is None:
        if "while" in entry:
            text = "只用于写了 process 的时限（案件本身的时限）"
            reader.report(f"{where}.while", text, "写上 process，或删去 while")
        return
    reader.need(entry, "kind", str, where)
    reader.may(entry, "while", str, where)
    if entry.get("from", "caseStart") == "created" or entry.get("date") == MONTH_END:
        text = "案件本身的时限从案件启动（caseStart）或字段（field）起算"
        reader.report(where, text, "改为 from: caseStart 或 from: field")


def _deadline_shape(entry: Entry, where: str, reader: Reader) -> None:
    amount = reader.may(entry, "amount", int, where)
    if amount is not None and amount < 0:
        reader.report(f"{where}.amount", "不能小于 0", "改为 0 或正整数")
    fixed = "date" in entry
    if fixed == ("amount" in entry):
        text = "应当写 date（固定日期）或 amount 加 unit（期限），二者取一"
        reader.report(where, text, "删去其一或补上其一")
    elif not fixed:
        reader.need(entry, "unit", str, where)
    if entry.get("from") == "field":
        reader.need(entry, "field", str, where)
    years = reader.may(entry, "year", int, where)
    dated = entry.get("date") not in (None, MONTH_END)
    if years is not None and not (dated and abs(years) <= MOST_YEARS):
        text = f"只用于 date: MM-DD，取 -{MOST_YEARS} 到 {MOST_YEARS}"
        reader.report(f"{where}.year", text, "次年写作 year: 1")


def read_phases(data: Entry, reader: Reader) -> tuple[Entry, ...]:
    """Read the phases of a year: windows from MM-DD to MM-DD, keys unique."""
    entries = reader.entries(data, "phases")
    seen: set[str] = set()
    for number, entry in enumerate(entries, 1):
        where = f"phases[{number}]"
        reader.known(entry, PHASE_KEYS, where)
        _unique(reader.need(entry, "key", str, where), seen, where, reader, "key")
        for key in ("title", "from", "to"):
            reader.need(entry, key, str, where)
        for key in ("from", "to"):
            reader.match(entry, key, MONTH_DAY, where)
    return tuple(entries)


def read_settings(data: Entry, reader: Reader) -> dict[str, dict[str, Any]]:
    """Read the settings: each has a value, a title and the basis of its default."""
    settings = reader.section(data, "settings")
    for name, entry in settings.items():
        where = f"settings.{name}"
        reader.known(entry, SETTING_KEYS, where)
        reader.need(entry, "title", str, where)
        if "value" not in entry:
            reader.report(f"{where}.value", "缺少此项", "补上默认值", code="app.missing")
    return settings


def read_ledger(data: Entry, reader: Reader) -> None:
    """Check a ledger file (ledgers/<id>.yaml)."""
    reader.known(data, LEDGER_KEYS)
    reader.need(data, "title", str)
    name = reader.need(data, "id", str)
    if name is not None and not reader.file.endswith(f"/{name}.yaml"):
        reader.report("id", f"“{name}”与文件名不同", "改为文件名")
    processes = reader.need(data, "processes", list) or []
    if not all(isinstance(key, str) for key in processes):
        reader.report("processes", "应为流程标识的列表", "每项写一个流程标识")
    read_sheet(data, reader)
    _columns(data, reader)
    _marks(data, reader)


def _marks(data: Entry, reader: Reader) -> None:
    """Check what the rows of a ledger mark other cases with, and the columns it names."""
    said = reader.may(data, "marks", dict)
    if said is None:
        return
    reader.known(said, frozenset(marks.KEYS), "marks")
    fields = {
        str(one.get("key")): str(one.get("from")) for one in reader.entries(data, "columns")
    }
    for key in marks.KEYS:
        value = reader.need(said, key, str, "marks")
        source = fields.get(value or "")
        plain = source is None or source in marks.OWN or source.startswith("var:")
        if key in ("subject", "level", "by") and value is not None and plain:
            text = f"“{value}”不是取自检索字段的列"
            reader.report(f"marks.{key}", text, "改为 columns 中取自检索字段的列的 key")


def read_sheet(data: Entry, reader: Reader) -> None:
    """Check how the table looks on paper: its title, lines below it, lines to sign."""
    sheet = reader.may(data, "sheet", dict) or {}
    reader.known(sheet, SHEET_KEYS, "sheet")
    reader.may(sheet, "title", str, "sheet")
    for key in ("lines", "foot"):
        lines = reader.may(sheet, key, list, "sheet") or []
        if not all(isinstance(line, str) for line in lines):
            reader.report(f"sheet.{key}", "应为文字的列表", "每项写一行")


def _columns(data: Entry, reader: Reader) -> None:
    reader.need(data, "columns", list)
    seen: set[str] = set()
    for number, column in enumerate(reader.entries(data, "columns"), 1):
        where = f"columns[{number}]"
        reader.known(column, COLUMN_KEYS, where)
        reader.need(column, "label", str, where)
        reader.need(column, "from", str, where)
        _unique(reader.need(column, "key", str, where), seen, where, reader, "key")


def read_report(data: Entry, reader: Reader) -> None:
    """Check a report file (reports/<id>.yaml); its FEEL is compiled with the version."""
    reader.known(data, REPORT_KEYS)
    reader.need(data, "title", str)
    name = reader.need(data, "id", str)
    if name is not None and not reader.file.endswith(f"/{name}.yaml"):
        reader.report("id", f"“{name}”与文件名不同", "改为文件名")
    for key in ("ledger", "denominator", "numerator"):
        reader.may(data, key, str)
    reader.may(data, "digits", int)
    reader.may(data, "frozen", bool)
    reader.may(data, "breakdown", list)
    reader.word(data, "format", REPORT_FORMATS, "")
    target = reader.may(data, "target", dict)
    if target is not None:
        reader.need(target, "decision", str, "target")
    for number, row in enumerate(reader.entries(data, "sums"), 1):
        for key in ("key", "value"):
            reader.need(row, key, str, f"sums[{number}]")


def phase_days(phase: Entry, year: int) -> tuple[date, date]:
    """Give first and last day of PHASE in YEAR; a window over new year ends in YEAR + 1."""
    first, last = (
        date.fromisoformat(f"{year}-{_clamped(phase[key], year)}") for key in ("from", "to")
    )
    return (first, last) if first <= last else (first, last.replace(year=year + 1))


def _clamped(month_day: str, year: int) -> str:
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return "02-28" if month_day == "02-29" and not leap else month_day


def _unique(
    value: str | None, seen: set[str], where: str, reader: Reader, key: str = "id"
) -> None:
    if value is None:
        return
    if value in seen:
        reader.report(f"{where}.{key}", f"“{value}”重复", "改为不同的值")
    seen.add(value)
