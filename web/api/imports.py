"""Tables that come in: what may be sent, upload, progress, receipt, confirm, stop."""

import hashlib
from typing import Any

from flask import Response, request
from marshmallow import fields, validate

from engine.base.errors import WrongMediaType
from engine.commands.imports import BeginImport, ConfirmImport, StopImport
from engine.queries import imports
from web import calls, session, uploads
from web.api.routes import Noun
from web.errors import BadRequest
from web.schemas.base import Schema, shape

NOUN = Noun("imports", "导入：表格模板、上传、进度、逐行回执")
route = NOUN.route
LIMIT = 51_000_000  # bytes of the request: one file of 50 MB and its form


class Wanted(Schema):
    """Which rows of a receipt: a result, and after which row."""

    state = fields.String(load_default="", validate=validate.OneOf(["", *imports.STATES]))
    after = fields.Integer(load_default=0, validate=validate.Range(0, 10**7))


@route("GET /imports", "signed-in", answer=shape(imports.Source)(many=True))
def listed() -> Any:
    """可导入的表格: those the person's posts may send."""
    return calls.every(imports.sources)


@route("GET /imports/<application>/<import_id>/template", "signed-in")
def template(application: str, import_id: str) -> Response:
    """下载模板."""
    found = calls.ask(imports.template, application=application, source_id=import_id)
    return calls.download(found[1], found[0], imports.MEDIA)


@route("POST /imports/<application>/<import_id>", "signed-in", limit=LIMIT)
def send(application: str, import_id: str) -> Response:
    """送入表格: multipart field "file" (.xlsx) and "unit"; answers the id of the run."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise BadRequest("缺少文件字段 file。")
    calls.idempotency_key()
    name, media = uploads.checked(sent.filename, sent.stream)
    if media != imports.MEDIA:
        raise WrongMediaType("请上传 .xlsx 表格。")
    limit = session.settings().upload_limit
    stored = session.engine().files.put(uploads.chunks(sent.stream), limit)
    unit = request.form.get("unit") or None
    command = BeginImport(application, import_id, stored.sha256, name, unit)
    body = f"{stored.sha256}:{name}:{unit}"
    return calls.run(command, body_hash=hashlib.sha256(body.encode()).hexdigest())


@route("GET /import-runs", "signed-in", answer=shape(imports.Run)(many=True))
def runs() -> Any:
    """我的导入: newest first, with counts by result."""
    return calls.every(imports.runs)


@route("GET /import-runs/<int:run_id>", "signed-in", answer=shape(imports.Run)())
def run(run_id: int) -> Any:
    """One table: state, done of total, counts by result."""
    return calls.ask(imports.run, run_id=run_id)


@route(
    "GET /import-runs/<int:run_id>/rows",
    "signed-in",
    query=Wanted,
    answer=shape(imports.Receipt)(many=True),
)
def rows(query: dict[str, Any], run_id: int) -> Any:
    """逐行回执: row number, result, column and reason; 100 rows after the one given."""
    return calls.every(imports.receipts, run_id=run_id, **query)


@route("GET /import-runs/<int:run_id>/refused", "signed-in")
def refused(run_id: int) -> Response:
    """不能导入的行, as .xlsx with their reasons."""
    found = calls.ask(imports.refused_sheet, run_id=run_id)
    return calls.download(found[1], found[0], imports.MEDIA)


@route("POST /import-runs/<int:run_id>/confirmation", "signed-in")
def confirm(run_id: int) -> Response:
    """确认写入."""
    return calls.run(ConfirmImport(run_id))


@route("POST /import-runs/<int:run_id>/stop", "signed-in")
def stop(run_id: int) -> Response:
    """停止."""
    return calls.run(StopImport(run_id))
