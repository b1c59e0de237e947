"""管理 → 组织机构: records with their dates, changing, ending, undoing, tables in and out."""

from typing import Any

from flask import Blueprint, Flask, Response, request
from werkzeug.wrappers import Response as BaseResponse

from engine.base.errors import (
    Conflict,
    InvalidForm,
    InvalidRequest,
    NotFound,
    ShouhuError,
    StaleDocument,
)
from engine.commands import organisation as commands
from engine.commands.organisation_tables import ImportRecords
from engine.commands.results import Receipt
from engine.queries import organisation
from web import calls, limits, security, session
from web.pages import posting
from web.pages.admin_people import people

admin = Blueprint("admin", __name__)
FILE_LIMIT = 2_000_000  # bytes of one table
CELL = "c."  # before the name of a column, so that none is taken for a field of the page
REFUSED = (Conflict, InvalidForm, InvalidRequest, NotFound, StaleDocument)
STANDINGS = {"now": "现行", "future": "未到", "ended": "已结束", "all": "全部"}
OPS = {"set": "修改", "end": "结束", "file": "恢复为文件内容"}
SOURCES = {"page": "页面", "upload": "导入", "api": "接口"}
FIELDS = {"code": "编码", "validFrom": "自", "validTo": "至", "note": "说明", "cells": "内容"}


def register(app: Flask) -> None:
    """Put the administrator's pages on APP."""
    for blueprint in (admin, people):
        app.register_blueprint(blueprint)


def page(template: str, refused: ShouhuError | None = None, **values: Any) -> Response:
    """Render a page of the administrator; a refusal keeps what was typed."""
    return posting.page(
        template,
        refused,
        errors=refused.errors if isinstance(refused, InvalidForm) else (),
        words={**FIELDS, **values["found"].words} if "found" in values else FIELDS,
        **values,
    )


@admin.get("/admin")
@security.permission("admin")
def index() -> Response:
    """Show every kind of records, with changes and conflicts."""
    return page("admin/index.html", kinds=session.ask(organisation.kinds))


@admin.get("/admin/organisation/<application>/<kind>")
@security.permission("admin")
def records(application: str, kind: str) -> Response:
    """List the records of one kind."""
    asked = {name: request.args.get(name, "") for name in ("text", "standing", "sort")}
    found = session.ask(
        organisation.records,
        application=application,
        kind=kind,
        wanted=asked,
        number=limits.whole(request.args.get("page", "")) or 1,
    )
    standing = asked["standing"] or "now"
    return page(
        "admin/records.html", found=found, asked=asked, standing=standing, standings=STANDINGS
    )


@admin.get("/admin/organisation/<application>/<kind>/table")
@security.permission("admin")
def table(application: str, kind: str) -> Response:
    """Give the records in force as a table that can come in again."""
    text = session.ask(organisation.table, application=application, kind=kind)
    return calls.download(text.encode(), f"{application}-{kind}.csv", "text/csv")


@admin.get("/admin/organisation/<application>/<kind>/new")
@security.permission("admin")
def new(application: str, kind: str) -> Response:
    """Show the form of a new record; the address may fill it in."""
    return _new(application, kind)


def _new(application: str, kind: str, refused: ShouhuError | None = None) -> Response:
    found = session.ask(organisation.blank, application=application, kind=kind)
    typed = {n: _sent(n) or request.args.get(n, "") for n in found.columns}
    return page("admin/new.html", refused, found=found, typed=typed, **_dates())


@admin.post("/admin/organisation/<application>/<kind>/new")
@security.permission("admin")
def create(application: str, kind: str) -> BaseResponse:
    """Add a record."""
    found = session.ask(organisation.blank, application=application, kind=kind)
    code = request.form.get(CELL + found.key, "").strip()
    try:
        posting.run(_wish(application, kind, code, found.columns, 0))
    except REFUSED as refused:
        return _new(application, kind, refused)
    return posting.back(f"/admin/organisation/{application}/{kind}/record/{code}", "kept")


@admin.get("/admin/organisation/<application>/<kind>/record/<code>")
@security.permission("admin")
def record(application: str, kind: str, code: str) -> Response:
    """Show one record: today, its history, the forms that change it."""
    return _record(application, kind, code)


def _record(
    application: str, kind: str, code: str, refused: ShouhuError | None = None
) -> Response:
    found = session.ask(organisation.record, application=application, kind=kind, code=code)
    sent = {name: _sent(name) for name in found.columns}
    typed = {name: found.latest.get(name, "") if t is None else t for name, t in sent.items()}
    return page(
        "admin/record.html",
        refused,
        found=found,
        typed=typed,
        ops=OPS,
        sources=SOURCES,
        **_dates(),
    )


@admin.post("/admin/organisation/<application>/<kind>/record/<code>")
@security.permission("admin")
def change(application: str, kind: str, code: str) -> BaseResponse:
    """Change the record from a day on, end it, or follow the file again."""
    found = session.ask(organisation.records, application=application, kind=kind)
    version = limits.whole(request.form.get("version", ""))
    try:
        posting.run(_wish(application, kind, code, found.columns, version))
    except REFUSED as refused:
        return _record(application, kind, code, refused)
    return posting.back(f"/admin/organisation/{application}/{kind}/record/{code}", "kept")


@admin.post("/admin/organisation/<application>/<kind>/record/<code>/undo")
@security.permission("admin")
def undo(application: str, kind: str, code: str) -> BaseResponse:
    """Take back the last change; it stays on record."""
    version = limits.whole(request.form.get("version", ""))
    back = f"/admin/organisation/{application}/{kind}"
    try:
        posting.run(commands.UndoRecord(application, kind, code, version))
        session.ask(organisation.record, application=application, kind=kind, code=code)
    except NotFound:  # it was new: nothing is left of it but its history
        return posting.back(back, "undone")
    except REFUSED as refused:
        return _record(application, kind, code, refused)
    return posting.back(f"{back}/record/{code}", "undone")


@admin.post("/admin/organisation/<application>/<kind>/import")
@security.permission("admin", body_limit=FILE_LIMIT)
def take_in(application: str, kind: str) -> BaseResponse:
    """Take a table in and show what became of each row."""
    upload = request.files.get("file")
    given = bool(upload and upload.filename)
    data = upload.stream.read() if upload and given else request.form.get("rows", "").encode()
    name = str(upload.filename) if upload and given else _kind_of(data)
    receipt, refused = None, None
    try:
        first, write = posting.day("valid_from"), request.form.get("try") is None
        wish = ImportRecords(application, kind, data, name, first, write)
        answer = posting.run(wish, data)
        receipt = answer if isinstance(answer, Receipt) else answer.as_dict()
    except REFUSED as error:
        refused = error
    found = session.ask(organisation.blank, application=application, kind=kind)
    return page(
        "admin/receipt.html",
        refused,
        found=found,
        receipt=receipt,
        names={column: dict(known) for column, known in found.choices.items()},
        pasted="" if given else request.form.get("rows", ""),
        since=request.form.get("valid_from", ""),
    )


def _kind_of(data: bytes) -> str:
    """Tell pasted YAML (a list of mappings) from pasted CSV."""
    return "rows.yaml" if data.lstrip().startswith(b"-") else "rows.csv"


def _wish(
    application: str, kind: str, code: str, columns: tuple[str, ...], version: int | None
) -> commands.ChangeRecord:
    op = request.form.get("op", "set")
    if op not in OPS:
        raise InvalidRequest("不认识的操作。")
    sent = {name: _sent(name) for name in columns}
    cells = {name: text for name, text in sent.items() if text is not None}
    return commands.ChangeRecord(
        application,
        kind,
        code,
        "end" if op == "end" else "file" if op == "file" else "set",
        cells if op == "set" else None,
        posting.day("valid_from"),
        posting.day("valid_to"),
        request.form.get("note", "").strip(),
        version,
    )


def _sent(column: str) -> str | None:
    """Give what the form says of COLUMN; several ticked codes with semicolons between."""
    found = [text for text in request.form.getlist(CELL + column) if text]
    return ";".join(found) if CELL + column in request.form else None


def _dates() -> dict[str, str]:
    names = ("valid_from", "valid_to", "note")
    return {name: request.form.get(name, "") for name in names}
