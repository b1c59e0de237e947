"""Reference registers: divisions, places, types; searched, never sent whole."""

from typing import Any

from marshmallow import fields, validate

from engine.queries import registers
from web import calls
from web.api.routes import Noun
from web.schemas.base import Schema, shape

NOUN = Noun("registers", "参考数据检索")
route = NOUN.route


class Ask(Schema):
    """Part of code or label; PARENT narrows to children of a code."""

    text = fields.String(load_default="")
    parent = fields.String(load_default=None, allow_none=True)
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 200))


@route("GET /registers", "signed-in", answer=shape(registers.Kind)(many=True))
def kinds() -> Any:
    """The kinds of reference data and how many rows each holds."""
    return calls.every(registers.kinds)


@route(
    "GET /registers/<kind>/rows", "signed-in", query=Ask, answer=shape(registers.Row)(many=True)
)
def rows(query: dict[str, Any], kind: str) -> Any:
    """Rows by code or part of the label."""
    return calls.every(registers.search, kind=kind, **query)


@route("GET /registers/<kind>/rows/<code>", "signed-in", answer=shape(registers.Row))
def row(kind: str, code: str) -> Any:
    """One row."""
    return calls.ask(registers.get, kind=kind, code=code)
