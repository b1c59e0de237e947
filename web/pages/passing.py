"""转办: pass a seat on, from the page of its task."""

from urllib.parse import quote

from flask import Blueprint, request
from werkzeug.wrappers import Response as BaseResponse

from engine.commands.transferring import TransferTask
from engine.queries import instances
from web import limits, security, session
from web.pages import posting

passing = Blueprint("passing", __name__)


@passing.post("/case/<ref>/task/<int:task_id>/transfer")
@security.permission("signed-in")
def transfer(ref: str, task_id: int) -> BaseResponse:
    """转办 one's seat to a colleague."""
    session.ask(instances.case_id_of, ref=ref)  # a foreign case does not exist
    sent = request.form
    command = TransferTask(
        task_id,
        sent.get("person", ""),
        sent.get("reason", "").strip(),
        limits.whole(sent.get("version", "")),
        sent.get("unit") or None,
    )
    posting.run(command)
    return posting.back(f"/case/{quote(ref)}/task/{task_id}", "transferred")
