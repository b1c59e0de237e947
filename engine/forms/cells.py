"""What people write into a cell of a spreadsheet → what a form takes: codes for names."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from engine.base.values import Value
from engine.forms.fields import Field, FieldType

_SPLIT = re.compile(r"[、,，;；\n]+")
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_CODE = re.compile(r".*[（(]([^（）()]+)[)）]$")
_YES = frozenset(("是", "√", "有", "true", "TRUE", "1"))
_NO = frozenset(("否", "×", "无", "false", "FALSE", "0"))
Choices = Callable[[str], Mapping[str, str]]  # register -> its rows, code -> label


@dataclass
class Cells:
    """Reads cells for one version of an application; CHOICES are its registers."""

    choices: Choices
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def read(self, one: Field, cell: Value) -> tuple[Value, str]:
        """Give the value of CELL for field ONE, and what is wrong with it ("" = nothing)."""
        if cell is None or (isinstance(cell, str) and not cell.strip()):
            return None, ""
        several = one.type == "choices" or one.coded.multiple
        if not several:
            return self._single(one, cell)
        values, wrong = [], ""
        for part in _SPLIT.split(_text(cell)):
            if part.strip():
                value, problem = self._single(one, part.strip())
                values.append(value)
                wrong = wrong or problem
        return values, wrong

    def _single(self, one: Field, cell: Value) -> tuple[Value, str]:
        if one.type in ("choice", "choices"):
            return _option(one, cell), ""
        register = _register(one)
        if register:
            return self._coded(one, register, _text(cell))
        reader = _READERS.get(one.type, _text)
        value = reader(cell)
        return (None, _WORDS[one.type].format(one.label)) if value is None else (value, "")

    def _coded(self, one: Field, register: str, text: str) -> tuple[Value, str]:
        """Find the code of a name, a code, or 名称（代码）."""
        known = self._codes.get(register)
        if known is None:
            known = self._codes[register] = self._index(register)
        inside = _CODE.match(text)
        for name in (text, inside.group(1).strip() if inside else ""):
            if known.get(name):
                return known[name], ""
        if text in known:
            return None, f"“{one.label}”有多个“{text}”，请改填代码。"
        return None, f"“{one.label}”中没有“{text[:40]}”，请填名称或代码。"

    def _index(self, register: str) -> dict[str, str]:
        """Map names and codes to codes; a name several rows share maps to ""."""
        rows = self.choices(register)
        found: dict[str, str] = {}
        for code, label in rows.items():
            found[label] = "" if label in found else code
        return found | {code: code for code in rows}


def _register(one: Field) -> str:
    if one.type == "reference":
        return one.coded.register
    return {"division": "division", "unit": "unit"}.get(one.type, "")


def _text(cell: Value) -> str:
    if isinstance(cell, Decimal):
        return format(cell, "f")
    if isinstance(cell, bool):
        return "是" if cell else "否"
    return str(cell).strip()


def _option(one: Field, cell: Value) -> Value:
    """Give the value of the option whose label or value the cell shows."""
    text = _text(cell)
    for value, label in one.options.fixed if one.options else ():
        if text in (label, str(value)):
            return value
    return text


def _number(cell: Value) -> Value:
    if isinstance(cell, bool):
        return None
    if isinstance(cell, int | Decimal):
        return cell
    plain = _text(cell).replace(",", "").replace("，", "").replace(" ", "")
    return Decimal(plain) if re.fullmatch(r"[+-]?\d{1,30}(\.\d{1,30})?", plain) else None


def _date(cell: Value) -> Value:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    found = _DAY.fullmatch(_text(cell))
    if found is None:
        return None
    year, month, day = map(int, found.groups())
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _boolean(cell: Value) -> Value:
    text = _text(cell)
    return True if text in _YES else (False if text in _NO else None)


_READERS: Mapping[FieldType, Callable[[Value], Value]] = {
    "number": _number,
    "integer": _number,
    "date": _date,
    "boolean": _boolean,
}
_WORDS: Mapping[FieldType, str] = {
    "number": "“{}”应为数值。",
    "integer": "“{}”应为整数。",
    "date": "“{}”应为日期，例如 2025-07-18。",
    "boolean": "“{}”应为是或否。",
}
