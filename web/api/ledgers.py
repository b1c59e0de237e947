"""Ledgers (台账) and figures."""

from typing import Any

from flask import Response
from marshmallow import fields, validate

from engine.queries import ledger_sheet, ledgers, metrics, statistics
from engine.queries.paging import Sort
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


class Year(Schema):
    """Which year, of which application."""

    year = fields.Integer(load_default=None, validate=validate.Range(1, 9999))
    application = fields.String(load_default="")


class Look(Schema):
    """How a figure is looked at: its YEAR, as it was FROZEN."""

    year = fields.Integer(load_default=None, validate=validate.Range(1, 9999))
    frozen = fields.Boolean(load_default=False)


class LookRows(Look):
    """Which of its rows: a PART, or one value of a breakdown COLUMN."""

    part = fields.String(load_default="", validate=validate.OneOf(["", "hit", "missed"]))
    column = fields.String(load_default="")
    value = fields.String(load_default="")


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


@route("POST /ledgers/<ledger_id>/exports", "signed-in", body=Search)
def export(body: dict[str, Any], ledger_id: str) -> Response:
    """台账导出: the rows of filter and sort as .xlsx in the official layout."""
    sorts = [Sort(one["field"], one["order"] == "desc") for one in body["sort"]]
    name, content = calls.ask(
        ledger_sheet.sheet, ledger_id=ledger_id, wanted=body["filter"], sort=sorts
    )
    return calls.download(content, name, ledger_sheet.MEDIA)


@route(
    "GET /statistics/cases",
    "signed-in",
    query=Narrow,
    answer=shape(statistics.Figure)(many=True),
)
def figures(query: dict[str, Any]) -> Any:
    """Cases by process, year, region and state, in the actor's scope."""
    return calls.every(statistics.cases, **query)


@route(
    "GET /metrics", "signed-in", query=Year, answer=shape(metrics.Metric)(many=True)
)
def board(query: dict[str, Any]) -> Any:
    """指标: every declared figure, now and frozen, in the actor's scope."""
    return calls.every(metrics.board, **query)


@route(
    "GET /metrics/<application>/<report>",
    "signed-in",
    query=Look,
    answer=shape(metrics.Detail)(),
)
def metric(query: dict[str, Any], application: str, report: str) -> Any:
    """One figure with its breakdowns."""
    return calls.ask(metrics.detail, wanted=metrics.Wanted(application, report, **query))


@route(
    "GET /metrics/<application>/<report>/rows",
    "signed-in",
    query=LookRows,
    answer=shape(metrics.MetricRow)(many=True),
)
def metric_rows(query: dict[str, Any], application: str, report: str) -> Any:
    """The rows behind a figure; "column" and "value" name one group of a breakdown."""
    look = {name: query[name] for name in ("year", "frozen")}
    where = {query["column"]: query["value"]} if query["column"] else {}
    wanted = metrics.Wanted(application, report, **look)
    return calls.every(metrics.rows, wanted=wanted, where=where, part=query["part"])
