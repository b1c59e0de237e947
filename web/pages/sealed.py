"""书面函件: a paper goes out, its reply is registered and entered for the unit (代录)."""

from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, jsonify, request
from werkzeug.wrappers import Response as BaseResponse

from engine.base.errors import Conflict, InvalidRequest, ShouhuError
from engine.commands.sealed import RecordReply
from engine.queries import instances, sealed
from web import calls, papers, security, session
from web.pages import posting
from web.pages.scanning import kept
from web.pages.start import REGISTERS
from web.pages.task import body
from web.schemas.wire import plain

paper = Blueprint("paper", __name__)
HINT = "照回函录入，提交后不可更改"
PLAIN: dict[str, Any] = {"value": None, "label": "录入", "action": "", "primary": True}
TASK = "/case/<ref>/task/<int:task_id>"
PLACE = f"{TASK}/paper/<int:paper_id>"


@paper.post(f"{TASK}/paper")
@security.permission("signed-in")
def issue(ref: str, task_id: int) -> BaseResponse:
    """Send a paper to the unit of one seat."""
    session.ask(instances.case_id_of, ref=ref)  # a foreign case does not exist
    seat = request.form.get("seat", "")
    if not seat.isdecimal() or len(seat) > 18:
        raise InvalidRequest("请选择被征求意见的单位。", code="no-paper")
    posting.run(papers.issue(task_id, int(seat)))
    return posting.back(f"/case/{quote(ref)}/task/{task_id}", "paper-issued")


@paper.get(PLACE)
@security.permission("signed-in", csp="F")
def show(ref: str, task_id: int, paper_id: int) -> Response:
    """Show a paper: what to register of its reply, then the form of its unit."""
    return _page(ref, task_id, paper_id)


def _page(
    ref: str, task_id: int, paper_id: int, refused: ShouhuError | None = None
) -> Response:
    found = session.ask(sealed.reply, paper_id=paper_id)
    options = _options(ref, task_id, found) if found.paper.state == "received" else None
    return posting.page(
        "staff/paper.html",
        refused,
        ref=ref,
        task_id=task_id,
        paper=found.paper,
        page=found.page,
        late=found.late,
        options=options,
        sent=request.form,
    )


def _options(ref: str, task_id: int, found: sealed.Reply) -> dict[str, Any]:
    """Give what the form island needs to enter the reply."""
    base = f"/case/{quote(ref)}/task/{task_id}"
    outcomes: list[dict[str, Any]] = [
        {
            "value": each.value,
            "label": each.label,
            "action": each.action,
            "reasonMin": each.reason_min,
            "primary": each.primary,
            "novalidate": each.action == "return",
        }
        for each in found.page.outcomes
    ]
    unit = found.paper.unit_name
    options: dict[str, Any] = {
        "schema": plain(found.form.schema) or {"type": "default", "components": []},
        "data": plain(found.form.data),
        "submitUrl": f"{base}/paper/{found.paper.id}/completion",
        "doneUrl": f"{base}?told=paper-recorded",
        "uploadUrl": "/api/v1/attachments",
        "expectedVersion": found.seat_version,
        "idempotencyKey": session.engine().ids.uid(),
        "caseUrl": f"/case/{quote(ref)}",
        "readOnly": False,
        "outcomes": outcomes or [PLAIN],
        "opinion": {"label": f"{unit}的意见", "phrases": [], "hint": HINT},
        "registers": {**REGISTERS, "persons": f"{base}/paper/{found.paper.id}/signers"},
        "actor": {"name": session.require_actor().name, "unit": f"{unit}（代录）"},
    }
    if not outcomes:
        options.pop("opinion")
    return options


@paper.get(f"{PLACE}/signers")
@security.permission("signed-in")
def signers(ref: str, task_id: int, paper_id: int) -> Response:
    """Give the one person a field of the reply can name: who signed it has no account."""
    del ref, task_id
    found = session.ask(sealed.reply, paper_id=paper_id).paper
    name = found.signed_by
    return jsonify({"items": [{"code": name, "name": name, "note": found.unit_name}]})


@paper.post(f"{PLACE}/reply")
@security.permission("signed-in", body_limit=papers.LIMIT)
def receive(ref: str, task_id: int, paper_id: int) -> BaseResponse:
    """Register what came back; what does not match is told on the same page."""
    session.ask(sealed.reply, paper_id=paper_id)  # before a file is kept
    try:
        form = request.form
        signed_on = posting.day("signed_on")
        files = [kept(one, "回函") for one in request.files.getlist("file") if one.filename]
        said = (form.get("code", ""), form.get("signed_by", ""), signed_on)
        posting.run(papers.receive(paper_id, files, *said), "".join(files).encode())
    except (InvalidRequest, Conflict) as refused:
        response = _page(ref, task_id, paper_id, refused)
        response.status_code = 409 if isinstance(refused, Conflict) else 422
        return response
    told = "paper-received"
    return posting.back(f"/case/{quote(ref)}/task/{task_id}/paper/{paper_id}", told)


@paper.post(f"{PLACE}/completion")
@security.permission("signed-in", body_limit=security.FORM_LIMIT)
def record(ref: str, task_id: int, paper_id: int) -> Response:
    """Enter what the reply says; answers like the API."""
    del ref, task_id
    sent = body("data", "outcome", "opinion", "expected_version")
    return calls.run(RecordReply(paper_id, **sent))
