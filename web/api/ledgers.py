"""Ledgers (台账) and figures."""

from typing import Any

from marshmallow import fields, validate

from engine.queries import ledgers, statistics
from web import calls
from web.api.routes import Noun
from web.schemas.base import Schema, Search, page_of, shape

NOUN = Noun("ledgers", "台账与统计")
route = NOUN.route


class Narrow(Schema):
    """What figures are narrowed to."""

    year = fields.Integer(load_default=None, validate=validate.Range(1, 9999))
    process = fields.String(load_default="", data_key="processKey")
    region = fields.String(load_default="")


@route("GET /ledgers", "signed-in", answer=shape(ledgers.Ledger)(many=True))
def listed() -> Any:
    """台账目录."""
    return calls.every(ledgers.ledgers)


@route(
    "POST /ledgers/<ledger_id>/rows/search",
    "signed-in",
    body=Search,
    answer=page_of(ledgers.LedgerRow),
)
def rows(body: dict[str, Any], ledger_id: str) -> Any:
    """台账行: filter and sort by the keys of indexed columns; "text" searches."""
    return calls.search(ledgers.rows, body, raw=True, ledger_id=ledger_id)


@route(
    "GET /statistics/cases",
    "signed-in",
    query=Narrow,
    answer=shape(statistics.Figure)(many=True),
)
def figures(query: dict[str, Any]) -> Any:
    """Cases by process, year, region and state, in the actor's scope."""
    return calls.every(statistics.cases, **query)
