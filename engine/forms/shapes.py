"""Shapes of values: what came over the wire → a typed value, or a machine code of refusal."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from marshmallow import ValidationError, fields

from engine.base.values import Value
from engine.forms.fields import CODED, FieldType

MAX_TEXT = 100_000  # characters, designed; a field's own maxLength comes on top
MAX_DIGITS = 34  # the precision of FEEL numbers (kernel.md 6.1)
MAX_ITEMS = 1_000
_NUMBER = re.compile(r"[+-]?\d{1,40}(\.\d{1,40})?")
_CODE = re.compile(r"[^\s\x00-\x1f]{1,128}")
# GB/T 2260 and the codes of towns and villages; six places with letters for an area that
# has no national code. The register of divisions decides whether the code is known.
_DIVISION = re.compile(r"\d{6}|\d{9}|\d{12}|[A-Z]{2}\d{4}")
_WORDS: Mapping[str, bool | None] = {"是": True, "否": False, "": None}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
FILE_KEYS = frozenset(
    (
        "attachmentId",
        "code",
        "sha256",
        "name",
        "size",
        "media",
        "takenAt",
        "lon",
        "lat",
        "accuracy",
        "source",
        "note",
    )
)
SIGN_KEYS = frozenset(
    ("person", "personName", "unit", "unitName", "at", "attachmentId", "name", "confirmed",
     "opinion")
)  # fmt: skip


def _text(value: Any) -> Value:
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        raise ValueError
    plain = value.replace("\r\n", "\n").replace("\r", "\n").strip()
    if _CONTROL.search(plain):
        raise ValueError
    return plain or None


def _number(value: Any) -> Value:
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal, str)):
        raise ValueError
    text = str(value).strip()
    if text == "":
        return None
    if isinstance(value, str) and not _NUMBER.fullmatch(text):
        raise ValueError
    number = Decimal(text)
    if not number.is_finite() or len(number.as_tuple().digits) > MAX_DIGITS:
        raise ValueError
    if abs(number.adjusted()) > MAX_DIGITS:
        raise ValueError
    return int(number) if number == number.to_integral_value() else number


def _integer(value: Any) -> Value:
    number = _number(value)
    if isinstance(number, Decimal):
        raise ValueError
    return number


def _date(value: Any) -> Value:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if value == "":
        return None
    if not isinstance(value, str) or len(value) != len("2025-07-18"):
        raise ValueError
    return date.fromisoformat(value)


def _datetime(value: Any) -> Value:
    if isinstance(value, datetime):
        return value
    if value == "":
        return None
    if not isinstance(value, str) or len(value) < len("2025-07-18T09:00"):
        raise ValueError
    return datetime.fromisoformat(value)


def _boolean(value: Any) -> Value:
    if isinstance(value, str):  # a cell pasted from a spreadsheet
        return _WORDS[value.strip()] if value.strip() in _WORDS else _wrong()
    return value if isinstance(value, bool) else _wrong()


def _wrong() -> Value:
    raise ValueError


def _scalar(value: Any) -> Value:
    if isinstance(value, bool):
        return value
    if isinstance(value, (int, Decimal, float)):
        return _number(value)
    return _text(value)


def _code(value: Any) -> Value:
    if value == "":
        return None
    if not isinstance(value, str) or not _CODE.fullmatch(value):
        raise ValueError
    return value


def _division(value: Any) -> Value:
    # The cascader sends {"code", "names"}; names are the register's, so the code is kept.
    code = value.get("code") if isinstance(value, Mapping) else value
    if code == "" or code is None:
        return None
    if not isinstance(code, str) or not _DIVISION.fullmatch(code):
        raise ValueError
    return code


def _each(read: Callable[[Any], Value]) -> Callable[[Any], Value]:
    def several(value: Any) -> Value:
        if not isinstance(value, list) or len(value) > MAX_ITEMS:
            raise ValueError
        found = [item for item in map(read, value) if item is not None]
        return [item for at, item in enumerate(found) if item not in found[:at]]

    return several


def _file(value: Any) -> Value:
    entry = _entry(value, FILE_KEYS)
    if not isinstance(entry.get("attachmentId"), str) or not _CODE.fullmatch(
        entry["attachmentId"]
    ):
        raise ValueError
    return entry


def _files(value: Any) -> Value:
    if not isinstance(value, list) or len(value) > MAX_ITEMS:
        raise ValueError
    return [_file(item) for item in value]


def _signoff(value: Any) -> Value:
    return _entry(value, SIGN_KEYS)


def _entry(value: Any, keys: frozenset[str]) -> dict[str, Value]:
    if not isinstance(value, Mapping) or not set(value) <= keys:
        raise ValueError
    return {key: None if item is None else _scalar(item) for key, item in value.items()}


def _table(value: Any) -> Value:
    if not isinstance(value, list) or not all(isinstance(row, Mapping) for row in value):
        raise ValueError
    return [dict(row) for row in value]


READERS: Mapping[FieldType, Callable[[Any], Value]] = {
    "string": _text,
    "text": _text,
    "number": _number,
    "integer": _integer,
    "date": _date,
    "datetime": _datetime,
    "boolean": _boolean,
    "choice": _scalar,
    "choices": _each(_scalar),
    "division": _division,
    "unit": _code,
    "person": _code,
    "reference": _code,
    "files": _files,
    "table": _table,
    "signoff": _signoff,
}


def _shape(kind: FieldType, *, multiple: bool) -> fields.Function:
    read = _each(READERS[kind]) if multiple else READERS[kind]

    def typed(value: Any) -> Value:
        try:
            return read(value)
        except (ValueError, InvalidOperation) as error:
            raise ValidationError(f"type-{kind}") from error

    return fields.Function(deserialize=typed, allow_none=True)


_ONE = {kind: _shape(kind, multiple=False) for kind in READERS}
_SEVERAL = {kind: _shape(kind, multiple=True) for kind in CODED}


def shape(kind: FieldType, *, multiple: bool = False) -> fields.Function:
    """Give the marshmallow field of values of type KIND; MULTIPLE codes come as a list.

    Its ValidationError carries a code of engine.forms.texts, such as type-date.
    """
    return _SEVERAL[kind] if multiple else _ONE[kind]
