"""Attachments: upload with size and type checked, download as attachment only."""

import hashlib
from typing import Any

from flask import Response, current_app, request

from engine.commands.attachments import AddAttachment
from engine.queries import instances
from web import calls, session, uploads
from web.api.routes import Noun
from web.errors import BadRequest
from web.schemas.base import shape

NOUN = Noun("attachments", "附件：上传、信息、下载")
route = NOUN.route
LIMIT = 51_000_000  # bytes of the request: one file of 50 MB and its form


@route("POST /attachments", "signed-in", limit=LIMIT)
def upload() -> Response:
    """上传: multipart field "file"; fields code, takenAt, lon, lat are kept with it."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise BadRequest("缺少文件字段 file。")
    calls.idempotency_key()
    name, media = uploads.checked(sent.filename, sent.stream)
    limit = session.settings().upload_limit
    stored = session.engine().files.put(uploads.chunks(sent.stream), limit)
    meta = {key: value for key, value in request.form.items() if key in uploads.META}
    command = AddAttachment(stored.sha256, stored.size, name, media, meta)
    body = f"{stored.sha256}:{name}:{sorted(meta.items())}"
    answer = calls.run(command, body_hash=hashlib.sha256(body.encode()).hexdigest())
    made = answer.get_json()
    # What a form keeps of the file, so that it need not ask again.
    kept = {"sha256": stored.sha256, "name": name, "size": stored.size, **meta}
    answer.set_data(current_app.json.dumps({**made, "attachmentId": made["id"], **kept}))
    return answer


@route("GET /attachments/<attachment_id>", "signed-in", answer=shape(instances.Document))
def get(attachment_id: str) -> Any:
    """What is known of one file."""
    return calls.ask(instances.document, attachment_id=attachment_id)


@route("GET /attachments/<attachment_id>/content", "signed-in")
def content(attachment_id: str) -> Response:
    """下载."""
    found = calls.ask(instances.document, attachment_id=attachment_id)
    return calls.download(session.engine().files.read(found.sha256), found.name, found.media)
