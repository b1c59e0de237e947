"""转办 from the page of a task, 撤回 from that of its case."""

from urllib.parse import quote

from flask import Blueprint, request
from werkzeug.wrappers import Response as BaseResponse

from engine.commands.transferring import TransferTask
from engine.commands.withdrawing import WithdrawTask
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


@passing.post("/case/<ref>/task/<int:task_id>/withdraw")
@security.permission("signed-in")
def withdraw(ref: str, task_id: int) -> BaseResponse:
    """撤回 one's own act and go back to the form it came from."""
    session.ask(instances.case_id_of, ref=ref)  # a foreign case does not exist
    sent = request.form
    version = limits.whole(sent.get("version", ""))
    answer = posting.run(WithdrawTask(task_id, sent.get("reason", "").strip(), version))
    told = answer.as_dict()
    steps = told["next"] or [{"task_id": told["task_id"]}]
    return posting.back(f"/case/{quote(ref)}/task/{steps[0]['task_id']}", "withdrawn")
