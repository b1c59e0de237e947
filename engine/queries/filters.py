"""Filters of search bodies: declared fields and operators to conditions, nothing else."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import sqlalchemy as sa

from engine.base.errors import InvalidRequest
from engine.store.columns import UtcMoment
from engine.store.tables import search_value

Column = sa.ColumnElement[Any]
Condition = sa.ColumnElement[bool]
Spell = Callable[[str], str]


def camel(name: str) -> str:
    """Give NAME as API callers spell it: due_at → dueAt."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def conditions(
    wanted: Mapping[str, Any],
    columns: Mapping[str, Column],
    *,
    fields: Mapping[str, str] | None = None,
    root: Column | None = None,
    spell: Spell = camel,
) -> list[Condition]:
    """Turn WANTED {field: value | {"$op": value}} into conditions on COLUMNS.

    FIELDS {search field: type} are the declared search fields, asked under the key
    "fields" of the row whose case is ROOT. Unknown names are refused naming the known ones
    as SPELL writes them.
    """
    made: list[Condition] = []
    for name, value in wanted.items():
        if name == "fields" and root is not None:
            made += _search_fields(value, fields or {}, root)
            continue
        if name not in columns:
            raise _unknown(name, columns, spell)
        made += _on_column(columns[name], value, name)
    return made


def _unknown(name: str, known: Mapping[str, Any], spell: Spell = str) -> InvalidRequest:
    names = [spell(one) for one in sorted(known)]
    listed = "、".join(names) or "（无）"
    text = f"不能按“{spell(name)}”筛选，可用：{listed}。"
    return InvalidRequest(text, code="unknown-field", known=names)


def _on_column(column: Column, value: Any, name: str) -> list[Condition]:
    if not isinstance(value, Mapping):
        value = {"$eq": value}
    made: list[Condition] = []
    for operator, operand in value.items():
        make = _OPERATORS.get(operator)
        if make is None:
            listed = "、".join(_OPERATORS)
            raise InvalidRequest(f"“{name}”的运算符“{operator}”不支持，可用：{listed}。")
        made.append(make(column, operand, name))
    return made


def _search_fields(wanted: Any, declared: Mapping[str, str], root: Column) -> list[Condition]:
    if not isinstance(wanted, Mapping):
        raise InvalidRequest("fields 须为对象：{字段: 值}。")
    made: list[Condition] = []
    for name, value in wanted.items():
        if name not in declared:
            raise _unknown(name, declared)
        on = _on_column(search_column(declared[name]), value, name)
        found = sa.select(search_value.c.root_id).where(search_value.c.name == name, *on)
        made.append(root.in_(found))
    return made


def search_column(kind: str) -> Column:
    """Give the column of search_value that holds values of the declared type KIND."""
    if kind in ("number", "integer", "long", "double", "decimal"):
        return search_value.c.number
    if kind in ("date", "day"):
        return search_value.c.day
    if kind in ("boolean", "flag"):
        return search_value.c.flag
    return search_value.c.text


def _value(column: Column, raw: Any, name: str) -> Any:
    """Read RAW as a value COLUMN can hold."""
    if raw is None:
        return None
    for kind, read in _READERS:
        if isinstance(column.type, kind):
            try:
                return read(raw)
            except (ValueError, TypeError, InvalidOperation) as error:
                raise InvalidRequest(f"“{name}”的值“{raw}”类型不符。") from error
    return str(raw)


def _moment(raw: Any) -> datetime:
    moment = datetime.fromisoformat(str(raw))
    if moment.tzinfo is None:
        raise ValueError("naive")
    return moment


def _integer(raw: Any) -> int:
    number = int(raw)
    if not -(2**63) <= number < 2**63:
        raise ValueError(raw)
    return number


def _flag(raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    raise ValueError(raw)


_READERS: tuple[tuple[type[Any], Callable[[Any], Any]], ...] = (
    (UtcMoment, _moment),
    (sa.Boolean, _flag),
    (sa.Integer, _integer),
    (sa.Numeric, lambda raw: Decimal(str(raw))),
    (sa.Date, lambda raw: date.fromisoformat(str(raw))),
)


def _equal(column: Column, raw: Any, name: str) -> Condition:
    value = _value(column, raw, name)
    return column.is_(None) if value is None else column == value


def _differs(column: Column, raw: Any, name: str) -> Condition:
    value = _value(column, raw, name)
    return column.is_not(None) if value is None else column != value


def _any_of(column: Column, raw: Any, name: str) -> Condition:
    return column.in_([_value(column, entry, name) for entry in _list(raw, name)])


def _none_of(column: Column, raw: Any, name: str) -> Condition:
    return column.not_in([_value(column, entry, name) for entry in _list(raw, name)])


def _list(raw: Any, name: str) -> Sequence[Any]:
    if not isinstance(raw, list) or len(raw) > 500:
        raise InvalidRequest(f"“{name}”须为列表，至多 500 项。")
    return raw


def _like(column: Column, raw: Any, name: str) -> Condition:
    """Match a pattern: * stands for any text, ? for one character (Camunda 8 style)."""
    if not isinstance(raw, str):
        raise InvalidRequest(f"“{name}”的 $like 须为文本。")
    if not isinstance(column.type, sa.String):
        raise InvalidRequest(f"“{name}”不是文本，不能用 $like。")
    escaped = raw.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return column.like(escaped.replace("*", "%").replace("?", "_"), escape="\\")


def _exists(column: Column, raw: Any, name: str) -> Condition:
    if not isinstance(raw, bool):
        raise InvalidRequest(f"“{name}”的 $exists 须为 true 或 false。")
    return column.is_not(None) if raw else column.is_(None)


def _compare(operate: Callable[[Column, Any], Condition]) -> Callable[..., Condition]:
    def make(column: Column, raw: Any, name: str) -> Condition:
        value = _value(column, raw, name)
        if value is None or isinstance(value, bool):
            raise InvalidRequest(f"“{name}”不能与“{raw}”比较大小。")
        return operate(column, value)

    return make


_OPERATORS: Mapping[str, Callable[[Column, Any, str], Condition]] = {
    "$eq": _equal,
    "$neq": _differs,
    "$in": _any_of,
    "$notIn": _none_of,
    "$like": _like,
    "$exists": _exists,
    "$gt": _compare(lambda column, value: column > value),
    "$gte": _compare(lambda column, value: column >= value),
    "$lt": _compare(lambda column, value: column < value),
    "$lte": _compare(lambda column, value: column <= value),
}
