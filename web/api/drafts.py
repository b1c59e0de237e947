"""Definition drafts: the one working copy of an application, file by file."""

from typing import Any

from flask import Response, request
from marshmallow import fields

from engine.commands import drafts as commands
from engine.queries import definitions, drafts
from web import calls
from web.api.routes import Noun
from web.schemas.base import Schema, shape
from web.schemas.bodies import PublishDraft

NOUN = Noun("definition-drafts", "定义草稿：文件、锁、检查、差异、发布")
route = NOUN.route
FILE_LIMIT = 10_000_000  # bytes of one file of an application


class Content(Schema):
    """A file's path; its content is the body."""

    path = fields.String(required=True)


@route("GET /applications", "signed-in", answer=shape(definitions.ApplicationRow)(many=True))
def applications() -> Any:
    """应用: newest version, processes, running cases, draft."""
    return calls.every(definitions.applications)


@route("POST /definition-drafts/<application>", "owner")
def open_draft(application: str) -> Response:
    """Begin a draft from the newest version, or answer the one that exists."""
    return calls.run(commands.OpenDraft(application))


@route("GET /definition-drafts/<application>", "owner", answer=shape(drafts.DraftView))
def get(application: str) -> Any:
    """The draft: files with versions, what changed, who holds it."""
    return calls.ask(drafts.get, application=application)


@route("DELETE /definition-drafts/<application>", "owner")
def discard(application: str) -> Response:
    """Throw the draft away."""
    return calls.run(commands.DiscardDraft(application, calls.if_match()))


@route("GET /definition-drafts/<application>/file", "owner", query=Content)
def read_file(query: dict[str, Any], application: str) -> Response:
    """One file, byte for byte; its version is the ETag."""
    found = calls.ask(drafts.file, application=application, path=query["path"])
    response = calls.download(found.content, found.path)
    response.set_etag(str(found.version))
    return response


@route("PUT /definition-drafts/<application>/file", "owner", query=Content, limit=FILE_LIMIT)
def save_file(query: dict[str, Any], application: str) -> Response:
    """Replace one file by the body; If-Match is its version, "0" for a new one."""
    content = request.get_data(cache=True)
    command = commands.SaveDraftFile(application, query["path"], content, calls.if_match())
    return calls.run(command)


@route("DELETE /definition-drafts/<application>/file", "owner", query=Content)
def delete_file(query: dict[str, Any], application: str) -> Response:
    """Take one file out of the draft."""
    return calls.run(commands.DeleteDraftFile(application, query["path"], calls.if_match()))


@route("PUT /definition-drafts/<application>/lock", "owner")
def lock(application: str) -> Response:
    """Take the draft for oneself; 423 names who holds it."""
    return calls.run(commands.LockDraft(application))


@route("DELETE /definition-drafts/<application>/lock", "owner")
def unlock(application: str) -> Response:
    """Give the draft free."""
    return calls.run(commands.LockDraft(application, release=True))


@route("GET /definition-drafts/<application>/check", "owner")
def check(application: str) -> Any:
    """检查: all findings, as publishing would see them."""
    found = calls.ask(drafts.check, application=application)
    return {
        "application": found.application,
        "version": found.version,
        "publishable": found.publishable,
        "findings": [finding.as_dict() for finding in found.findings],
    }


@route(
    "GET /definition-drafts/<application>/diff", "owner", answer=shape(definitions.Difference)
)
def diff(application: str) -> Any:
    """差异: the draft against the version it came from."""
    return calls.ask(drafts.difference, application=application)


@route("POST /definition-drafts/<application>/publication", "deploy", body=PublishDraft)
def publish(body: dict[str, Any], application: str) -> Response:
    """发布: the draft becomes the next version."""
    return calls.run(commands.PublishDraft(application, body["note"], body["acknowledged"]))
