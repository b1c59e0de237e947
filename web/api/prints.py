"""打印: forms and opinions of a case as PDF and docx, permission as the case itself."""

import io
from collections.abc import Callable
from typing import Any

from flask import Response
from marshmallow import fields, validate

from engine.queries import dossier, layouts, lists_on_paper, papers
from engine.queries.paging import Sort
from web import calls, session
from web.api.routes import Noun
from web.schemas.base import Schema, Search

NOUN = Noun("prints", "打印：表单、意见的 PDF 和 docx")
route = NOUN.route


class Format(Schema):
    """As which file."""

    format = fields.String(load_default="pdf", validate=validate.OneOf(sorted(papers.MEDIA)))


class FormatOfSeat(Format):
    """Which answer, where each unit fills in its own form."""

    seat = fields.Integer(load_default=None, validate=validate.Range(1, 2**62))


class FormatOfInstance(Format):
    """Of which process inside the case."""

    instance = fields.Integer(load_default=None, validate=validate.Range(1, 2**62))


@route("GET /user-tasks/<int:task_id>/print", "signed-in", query=FormatOfSeat)
def of_task(query: dict[str, Any], task_id: int) -> Response:
    """表单打印: as it was signed; 草稿 while it is not."""
    return _printed(papers.of_task, query["format"], task_id=task_id, seat=query["seat"])


@route("GET /process-instances/<int:instance_id>/print/start", "signed-in", query=Format)
def of_start(query: dict[str, Any], instance_id: int) -> Response:
    """登记表单打印: what the case was started with."""
    return _printed(papers.of_start, query["format"], case=str(instance_id))


@route("GET /process-instances/<int:instance_id>/print/opinions", "signed-in", query=Format)
def of_opinions(query: dict[str, Any], instance_id: int) -> Response:
    """会签意见汇总表: what every unit said in each round."""
    asked = lists_on_paper.of_opinions
    return _printed(asked, query["format"], case=str(instance_id))


@route(
    "GET /process-instances/<int:instance_id>/print/layouts/<layout>",
    "signed-in",
    query=FormatOfInstance,
)
def of_layout(query: dict[str, Any], instance_id: int, layout: str) -> Response:
    """公文打印: a paper the application lays out itself (prints/<id>.yaml)."""
    one = query["instance"] or instance_id
    wanted = {"case": str(instance_id), "layout": layout, "instance_id": one}
    return _printed(layouts.of_layout, query["format"], **wanted)


@route("GET /process-instances/<int:instance_id>/dossier", "signed-in")
def of_case(instance_id: int) -> Response:
    """案卷: forms, opinions, evidence and log of a case as a zip with a list of hashes."""
    found = calls.ask(dossier.of_case, case=str(instance_id))
    out = io.BytesIO()
    found.write(out, session.engine().files.read)
    return calls.download(out.getvalue(), found.name, "application/zip")


@route("POST /ledgers/<ledger_id>/prints", "signed-in", body=Search, query=Format)
def of_ledger(body: dict[str, Any], query: dict[str, Any], ledger_id: str) -> Response:
    """台账打印: the rows of filter and sort as a list."""
    sort = [Sort(one["field"], one["order"] == "desc") for one in body["sort"]]
    wanted = {"ledger_id": ledger_id, "wanted": body["filter"], "sort": sort}
    return _printed(lists_on_paper.of_ledger, query["format"], **wanted)


def _printed(query: Callable[..., papers.Paper], kind: Any, **wanted: Any) -> Response:
    """Ask for a document, then write it: no transaction is open meanwhile."""
    paper = calls.ask(query, **wanted)
    content = paper.written(kind, session.engine().files.read)
    return calls.download(content, paper.file_name(kind), papers.MEDIA[kind])
