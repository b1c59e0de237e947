"""导入: templates, upload or paste, progress, the receipt row by row, rows to correct."""

import io
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as BaseResponse

from engine.base.errors import Conflict, InvalidRequest, ShouhuError, TooLarge, WrongMediaType
from engine.commands.imports import BeginImport, ConfirmImport, StopImport
from engine.commands.results import Created, Replayed
from engine.queries import imports
from web import calls, limits, security, session, uploads
from web.pages import frame, posting

tables = Blueprint("tables", __name__)
FILE_LIMIT = 51_000_000  # bytes of one upload, reliability.md 6.4
PASTE_LIMIT = 5_000_000
REFUSED = (Conflict, InvalidRequest, TooLarge, WrongMediaType)
STATES = {
    "reading": "正在读取",
    "checking": "正在检查",
    "ready": "待确认",
    "applying": "正在写入",
    "done": "已完成",
    "stopped": "已停止",
    "failed": "不能读取",
}
ROWS = {
    "read": "待检查",
    "create": "将新增",
    "merge": "将合并",
    "created": "已新增",
    "merged": "已合并",
    "unchanged": "没有变化",
    "refused": "不能导入",
}
WORKING = ("reading", "checking", "applying")


@tables.get("/import")
@security.permission("signed-in")
def show() -> Response:
    """List what may be imported and what was sent lately."""
    return frame.page(
        "staff/imports.html",
        sources=session.ask(imports.sources),
        runs=session.ask(imports.runs),
        states=STATES,
        told=posting.told(),
    )


@tables.get("/import/<application>/<source_id>")
@security.permission("signed-in")
def source(application: str, source_id: str) -> Response:
    """Show how to send one kind of table."""
    return _source(application, source_id)


def _source(
    application: str, source_id: str, refused: ShouhuError | None = None
) -> Response:
    response = frame.page(
        "staff/import_source.html",
        source=session.ask(imports.source, application=application, source_id=source_id),
        refused=refused,
        pasted=request.form.get("rows", ""),
        submission=posting.fresh(),
    )
    response.status_code = 422 if refused else 200
    return response


@tables.get("/import/<application>/<source_id>/template.xlsx")
@security.permission("signed-in")
def template(application: str, source_id: str) -> Response:
    """Give the empty table."""
    found = session.ask(imports.template, application=application, source_id=source_id)
    return calls.download(found[1], found[0], imports.MEDIA)


@tables.post("/import/<application>/<source_id>")
@security.permission("signed-in", body_limit=FILE_LIMIT)
def send(application: str, source_id: str) -> BaseResponse:
    """Take an uploaded or pasted table; the worker reads it."""
    try:
        name, stored = _stored()
        unit = request.form.get("unit") or None
        command = BeginImport(application, source_id, stored, name, unit)
        made = posting.run(command, stored.encode())
    except REFUSED as refused:
        return _source(application, source_id, refused)
    run_id = made.id if isinstance(made, Created) else ""
    if isinstance(made, Replayed):
        run_id = str(made.response.get("id", ""))
    return posting.back(f"/import/run/{run_id}")


def _stored() -> tuple[str, str]:
    """Keep what was sent in the file store; give its name and hash."""
    files, limit = session.engine().files, session.settings().upload_limit
    upload = request.files.get("file")
    if upload is not None and upload.filename:
        name, media = uploads.checked(upload.filename, upload.stream)
        if media != imports.MEDIA:
            raise WrongMediaType("请上传 .xlsx 表格，旧的 .xls 请先另存为 .xlsx。")
        return name, files.put(uploads.chunks(upload.stream), limit).sha256
    pasted = request.form.get("rows", "")
    if not pasted.strip():
        raise InvalidRequest("请选择表格文件，或把表格连同表头粘贴到文本框。")
    stored = files.put(uploads.chunks(io.BytesIO(pasted.encode())), PASTE_LIMIT)
    return "粘贴.tsv", stored.sha256


@tables.get("/import/run/<int:run_id>")
@security.permission("signed-in")
def run(run_id: int) -> Response:
    """Show progress and receipt of one table."""
    return _run("staff/import_run.html", run_id)


@tables.get("/import/run/<int:run_id>/progress")
@security.permission("signed-in")
def progress(run_id: int) -> Response:
    """Give the progress alone, asked again while the machine works."""
    response = _run("staff/import_progress.html", run_id)
    if session.ask(imports.run, run_id=run_id).state not in WORKING:
        response.headers["HX-Refresh"] = "true"  # what may be done now stands on the page
    return response


def _run(template_name: str, run_id: int, refused: ShouhuError | None = None) -> Response:
    found = session.ask(imports.run, run_id=run_id)
    state = request.args.get("state", "")
    after = limits.whole(request.args.get("after", "")) or 0
    wanted: dict[str, Any] = {"state": state if state in ROWS else "", "after": after}
    rows = session.ask(imports.receipts, run_id=run_id, **wanted)
    response = frame.page(
        template_name,
        run=found,
        rows=rows,
        state=wanted["state"],
        more=rows[-1].no if len(rows) == imports.PAGE else None,
        states=STATES,
        kinds=ROWS,
        working=found.state in WORKING,
        refused=refused,
        told=posting.told(),
        submission=posting.fresh(),
    )
    response.status_code = 409 if refused else 200
    return response


@tables.post("/import/run/<int:run_id>/confirm")
@security.permission("signed-in")
def confirm(run_id: int) -> BaseResponse:
    """Take over the good rows."""
    return _acted(ConfirmImport(run_id))


@tables.post("/import/run/<int:run_id>/stop")
@security.permission("signed-in")
def stop(run_id: int) -> BaseResponse:
    """Leave out what was not taken over yet."""
    return _acted(StopImport(run_id))


def _acted(command: ConfirmImport | StopImport) -> BaseResponse:
    try:
        posting.run(command)
    except Conflict as refused:
        return _run("staff/import_run.html", command.run_id, refused)
    return posting.back(f"/import/run/{command.run_id}")


@tables.get("/import/run/<int:run_id>/refused.xlsx")
@security.permission("signed-in")
def refused_rows(run_id: int) -> Response:
    """Give the refused rows with their reasons, to correct and send again."""
    found = session.ask(imports.refused_sheet, run_id=run_id)
    return calls.download(found[1], found[0], imports.MEDIA)
