"""The organisation: units, roles, registers with their dates; what people changed of them."""

from typing import Any

from flask import Response, request
from marshmallow import fields, validate

from engine.commands import organisation as commands
from engine.commands.handing import HandOverSeats
from engine.commands.organisation_tables import ImportRecords
from engine.commands.refilling import RefillSeats
from engine.queries import organisation, staff
from web import calls
from web.api.routes import Noun
from web.schemas.base import Schema, shape

NOUN = Noun("organisation", "组织机构：单位、角色、登记册的记录与变更，空缺席位")
route = NOUN.route
FILE_LIMIT = 2_000_000  # bytes of one table
RECORD = "/organisation/<application>/<kind>/records"


class RecordsAsk(Schema):
    """Which records: text they hold, how they stand, sorted by a column."""

    text = fields.String(load_default="")
    standing = fields.String(load_default="now")
    sort = fields.String(load_default="")
    page = fields.Integer(load_default=1, validate=validate.Range(1, 100_000))


class RecordChange(Schema):
    """A change: OP set, end or file; CELLS texts by column; the days it counts."""

    op = fields.String(load_default="set", validate=validate.OneOf(["set", "end", "file"]))
    cells = fields.Dict(keys=fields.String(), values=fields.String(), load_default=dict)
    valid_from = fields.Date(load_default=None, allow_none=True)
    valid_to = fields.Date(load_default=None, allow_none=True)
    note = fields.String(load_default="", validate=validate.Length(max=200))


class RecordTable(Schema):
    """How a table is taken in."""

    name = fields.String(load_default="rows.csv")
    valid_from = fields.Date(load_default=None, allow_none=True)
    dry_run = fields.Boolean(load_default=False)


class SeatRetry(Schema):
    """The incidents of the rounds to try again."""

    incidents = fields.List(
        fields.Integer(validate=validate.Range(1, 2**62)),
        required=True,
        validate=validate.Length(1, 200),
    )


class Handover(Schema):
    """Who takes over the open work of a unit, and on what ground."""

    successor = fields.String(required=True, validate=validate.Length(1, 40))
    reason = fields.String(required=True, validate=validate.Length(1, 200))


@route("GET /organisation/kinds", "admin", answer=shape(organisation.Kind)(many=True))
def kinds() -> Any:
    """种类: units, roles and registers of every application, changes and conflicts."""
    return calls.every(organisation.kinds)


@route(f"GET {RECORD}", "admin", query=RecordsAsk, answer=shape(organisation.Records))
def records(query: dict[str, Any], application: str, kind: str) -> Any:
    """记录: one page of them as they stand today, to come or ended."""
    number = query.pop("page")
    return calls.ask(
        organisation.records, application=application, kind=kind, wanted=query, number=number
    )


@route(f"GET {RECORD}/<code>", "admin", answer=shape(organisation.RecordView))
def record(application: str, kind: str, code: str) -> Any:
    """一条记录: today, in the file, and everything ever changed; version is its ETag."""
    return calls.ask(organisation.record, application=application, kind=kind, code=code)


@route(f"PUT {RECORD}/<code>", "admin", body=RecordChange)
def change(body: dict[str, Any], application: str, kind: str, code: str) -> Response:
    """新增或修改: If-Match is the version of the record, 0 for a new one."""
    version = calls.if_match()
    wish = commands.ChangeRecord(
        application, kind, code, **body, if_match=version, source="api"
    )
    return calls.run(wish)


@route(f"DELETE {RECORD}/<code>/last-change", "admin")
def undo(application: str, kind: str, code: str) -> Response:
    """撤销最近一次修改: the change stays on record; If-Match is its version."""
    version = calls.if_match()
    return calls.run(commands.UndoRecord(application, kind, code, version))


@route(
    "POST /organisation/<application>/<kind>/imports",
    "admin",
    query=RecordTable,
    limit=FILE_LIMIT,
)
def take_in(query: dict[str, Any], application: str, kind: str) -> Response:
    """导入: CSV or YAML rows as the body; a receipt for each, wrong ones refused alone."""
    data = request.get_data(cache=True)
    wish = ImportRecords(
        application,
        kind,
        data,
        query["name"],
        query["valid_from"],
        not query["dry_run"],
        "api",
    )
    return calls.run(wish)


@route("GET /unfilled-seats", "unfilled", answer=shape(staff.Stopped)(many=True))
def unfilled() -> Any:
    """空缺席位: rounds that wait for a handler, and what would fill each."""
    return calls.every(staff.unfilled)


@route("POST /unfilled-seats/retries", "unfilled", body=SeatRetry)
def retry(body: dict[str, Any]) -> Response:
    """补齐后重试: rounds still without a handler stay stopped."""
    return calls.run(RefillSeats(tuple(body["incidents"])))


@route("GET /stranded-units", "unfilled", answer=shape(staff.Stranded)(many=True))
def stranded() -> Any:
    """无人办理的单位: units that ended or that everybody left, with their open work."""
    return calls.every(staff.stranded)


@route("POST /stranded-units/<unit>/handover", "unfilled", body=Handover)
def hand_over(body: dict[str, Any], unit: str) -> Response:
    """移交: its open seats go to the unit that took over its duties."""
    return calls.run(HandOverSeats(unit, body["successor"], body["reason"]))
