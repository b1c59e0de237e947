"""Published versions of applications: deploy, search, files, differences, export."""

import base64
import binascii
import hashlib
from typing import Any

from flask import Response, request
from marshmallow import fields

from engine.base.errors import InvalidRequest
from engine.commands.definitions import Deploy
from engine.queries import definitions
from web import calls, limits
from web.api.routes import Noun
from web.errors import BadRequest
from web.schemas.base import Schema, Search, page_of, shape
from web.schemas.bodies import Deployment

NOUN = Noun("deployments", "应用版本：部署、检索、文件、差异、导出")
route = NOUN.route
UPLOAD = 60_000_000  # bytes of a bundle on the wire
ZIP = "application/zip"


class Compare(Schema):
    """The version to compare with."""

    to = fields.Integer(required=True)


class WhichFile(Schema):
    """One file of a version."""

    path = fields.String(required=True)


def _content(path: str, value: Any) -> bytes:
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, dict) and isinstance(value.get("base64"), str):
        try:
            return base64.b64decode(value["base64"], validate=True)
        except binascii.Error as error:
            raise InvalidRequest(f"文件“{path}”的 base64 内容无效。") from error
    raise InvalidRequest(f"文件“{path}”须为文本，或 {{\"base64\": …}}。")


@route("POST /deployments", "deploy", body=Deployment, limit=UPLOAD)
def deploy(body: dict[str, Any]) -> Response:
    """部署: publish files as the next version of an application."""
    files = {path: _content(path, value) for path, value in body["files"].items()}
    command = Deploy(body["application"], files, body["note"], body["base_version"])
    return calls.run(command)


@route("POST /deployments/archive", "deploy", limit=UPLOAD)
def deploy_archive() -> Response:
    """部署压缩包: multipart field "file"; fields note, baseVersion."""
    upload = request.files.get("file")
    if upload is None:
        raise BadRequest("缺少文件字段 file。")
    base = request.form.get("baseVersion")
    number = limits.whole(base or "")
    if base is not None and number is None:
        raise BadRequest("baseVersion 须为版本号。")
    content = upload.read()
    application, files = calls.ask(definitions.archive_files, content=content)
    note = request.form.get("note", "")
    command = Deploy(application, files, note, number)
    return calls.run(command, body_hash=hashlib.sha256(content).hexdigest())


@route(
    "POST /deployments/search",
    "signed-in",
    body=Search,
    answer=page_of(definitions.VersionRow),
)
def search(body: dict[str, Any]) -> Any:
    """版本检索."""
    return calls.search(definitions.deployments, body)


@route("GET /deployments/<int:bundle_id>", "signed-in", answer=shape(definitions.VersionRow))
def get(bundle_id: int) -> Any:
    """One version."""
    return calls.ask(definitions.deployment, bundle_id=bundle_id)


@route(
    "GET /deployments/<int:bundle_id>/files",
    "signed-in",
    answer=shape(definitions.FileRow)(many=True),
)
def files(bundle_id: int) -> Any:
    """The files of one version."""
    row = calls.ask(definitions.deployment, bundle_id=bundle_id)
    return calls.every(definitions.files, application=row.application, version=row.version)


@route("GET /deployments/<int:bundle_id>/files/content", "signed-in", query=WhichFile)
def content(query: dict[str, Any], bundle_id: int) -> Response:
    """One file of one version, byte for byte."""
    row = calls.ask(definitions.deployment, bundle_id=bundle_id)
    found = calls.ask(
        definitions.file, application=row.application, path=query["path"], version=row.version
    )
    return calls.download(found, query["path"])


@route("GET /deployments/<int:bundle_id>/archive", "signed-in")
def archive(bundle_id: int) -> Response:
    """导出: one version as a zip of its folders."""
    row = calls.ask(definitions.deployment, bundle_id=bundle_id)
    found = calls.ask(
        definitions.archive, application=row.application, version=row.version
    )
    return calls.download(found, f"{row.application}-v{row.version}.zip", ZIP)


@route(
    "GET /deployments/<int:bundle_id>/diff",
    "signed-in",
    query=Compare,
    answer=shape(definitions.Difference),
)
def diff(query: dict[str, Any], bundle_id: int) -> Any:
    """差异: this version against another."""
    row = calls.ask(definitions.deployment, bundle_id=bundle_id)
    return calls.ask(
        definitions.difference,
        application=row.application,
        before=row.version,
        after=query["to"],
    )
