"""附签章页: the scanned page a seat was signed on comes in from the page of its task."""

from typing import Any
from urllib.parse import quote

from flask import Blueprint, request
from werkzeug.wrappers import Response as BaseResponse

from engine.base.errors import InvalidRequest
from engine.commands.attachments import AddAttachment
from engine.commands.results import Created
from engine.commands.scanning import AttachScans
from engine.queries import instances, scans
from web import papers, security, session, uploads
from web.pages import posting

scanning = Blueprint("scanning", __name__)


@scanning.post("/case/<ref>/task/<int:task_id>/scans")
@security.permission("signed-in", body_limit=papers.LIMIT)
def attach(ref: str, task_id: int) -> BaseResponse:
    """Add pages to one's seat."""
    session.ask(instances.case_id_of, ref=ref)  # a foreign case does not exist
    if not session.ask(scans.of_task, task_id=task_id).units:  # before a file is kept
        raise InvalidRequest("您在本环节没有席位，不能附签章页。", code="scan-files")
    files = [kept(one, "签章页") for one in request.files.getlist("file") if one.filename]
    unit = request.form.get("unit") or None
    posting.run(AttachScans(task_id, tuple(files), unit), "".join(files).encode())
    return posting.back(f"/case/{quote(ref)}/task/{task_id}", "scans-attached")


def kept(sent: Any, code: str) -> str:
    """Store an uploaded file under CODE and give the id of its attachment."""
    name, media = uploads.checked(sent.filename, sent.stream)
    limit = session.settings().upload_limit
    stored = session.engine().files.put(uploads.chunks(sent.stream), limit)
    command = AddAttachment(stored.sha256, stored.size, name, media, {"code": code})
    made = session.engine().execute(command, session.require_actor())
    return made.id if isinstance(made, Created) else ""
