"""Shapes on the wire: camelCase schemas, many of them made from the engine's records."""

import dataclasses
import functools
import types
import typing
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Union, get_args, get_origin

import marshmallow as ma
from marshmallow import fields

from web.schemas import wire

_NO_MOMENT = "须为带时区的时间，如 2025-07-18T09:00:00+08:00。"
_COLUMN = ma.validate.Range(-(2**63), 2**63 - 1, error="数值超出范围。")
_LIMIT = ma.validate.Range(1, 200, error="每页条数须在 1 至 200 之间。")
_ORDER = ma.validate.OneOf(["asc", "desc"], error="须为 asc 或 desc。")


class Moment(fields.Field[Any]):
    """An aware moment; written with +08:00."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        del attr, obj, kwargs  # the signature is marshmallow's
        return None if value is None else wire.moment(value)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Any:
        del attr, data, kwargs
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError as error:
            raise ma.ValidationError(_NO_MOMENT) from error
        if moment.tzinfo is None:
            raise ma.ValidationError(_NO_MOMENT)
        return moment


class Free(fields.Field[Any]):
    """Plain JSON: process variables, form data, schemas; keys are the user's own."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        del attr, obj, kwargs  # the signature is marshmallow's
        return wire.plain(value)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Any:
        del attr, data, kwargs
        return value


class Named(Free):
    """A map of plain JSON: values by name, such as variables or the data of a form."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Any:
        if not isinstance(value, Mapping):
            raise ma.ValidationError("须为对象：{名称: 值}。")
        return super()._deserialize(value, attr, data, **kwargs)


class Schema(ma.Schema):
    """The base: camelCase on the wire, unknown fields refused."""

    class Meta:
        """Refuse what is not declared."""

        unknown = ma.RAISE

    def on_bind_field(self, field_name: str, field_obj: Any) -> None:
        """Name the field in camelCase; whole numbers fit a column of the database."""
        field_obj.data_key = wire.camel(field_obj.data_key or field_name)
        if isinstance(field_obj, fields.Integer):
            field_obj.validators.append(_COLUMN)


class PageAsk(Schema):
    """Which page: LIMIT rows AFTER a cursor of an earlier answer."""

    limit = fields.Integer(load_default=50, validate=_LIMIT)
    after = fields.String(load_default=None, allow_none=True)


class SortAsk(Schema):
    """One field to sort by."""

    field = fields.String(required=True)
    order = fields.String(load_default="asc", validate=_ORDER)


class PageInfo(Schema):
    """Totals and cursors of a page."""

    total = fields.Integer()
    total_is_exact = fields.Boolean()
    start_cursor = fields.String(allow_none=True)
    end_cursor = fields.String(allow_none=True)


class Problem(Schema):
    """RFC 9457: every error of the API (application/problem+json)."""

    type = fields.String()
    title = fields.String()
    status = fields.Integer()
    detail = fields.String()
    instance = fields.String()
    code = fields.String()
    request_id = fields.String()
    errors = fields.List(fields.Dict(keys=fields.String()))


class Search(Schema):
    """A search body; FILTER is checked against the fields the list declares."""

    filter = fields.Dict(keys=fields.String(), load_default=dict)
    sort = fields.List(fields.Nested(SortAsk), load_default=list)
    page = fields.Nested(PageAsk, load_default=lambda: {"limit": 50, "after": None})


@functools.cache
def shape(record: type) -> type[Schema]:
    """Make the schema of a frozen RECORD of the engine, field by field."""
    hints = typing.get_type_hints(record)
    made = {
        item.name: field_of(hints[item.name])
        for item in dataclasses.fields(record)
        if not item.name.startswith("_")
    }
    body: dict[str, Any] = {**made, "__doc__": record.__doc__}
    return type(_name(record), (Schema,), body)


@functools.cache
def page_of(record: type) -> type[Schema]:
    """Make the schema of a page of RECORDs."""
    made = {"items": fields.List(fields.Nested(shape(record))), "page": fields.Nested(PageInfo)}
    return type(f"{_name(record)}Page", (Schema,), made)


def _name(record: type) -> str:
    """Name a shape after room and record, unique in the OpenAPI document."""
    room = record.__module__.rsplit(".", 1)[-1]
    return wire.camel(f"_{room}") + record.__name__


_SIMPLE: Mapping[Any, Any] = {
    str: fields.String,
    int: fields.Integer,
    bool: fields.Boolean,
    float: fields.Float,
    datetime: Moment,
    date: fields.Date,
    Decimal: Free,
}


def field_of(hint: Any) -> fields.Field[Any]:
    """Give the field for a type HINT of a record."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        inner = [kind for kind in arguments if kind is not type(None)]
        made = field_of(inner[0]) if len(inner) == 1 else Free()
        made.allow_none = True
        return made
    if origin in (tuple, list, Sequence, frozenset):
        return fields.List(field_of(arguments[0]) if arguments else Free())
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return fields.Nested(shape(hint))
    if origin is typing.Literal:
        return fields.String()
    made_by = _SIMPLE.get(hint, Free)
    return made_by()  # type: ignore[no-any-return]  # a field class of marshmallow
