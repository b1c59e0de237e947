"""代理 on one's own page, 回避 on the page of a case."""

from flask import Blueprint, request
from werkzeug.wrappers import Response as BaseResponse

from engine.commands import deputising, recusing
from engine.queries import instances
from web import limits, security, session
from web.pages import posting

stands = Blueprint("stands", __name__)


@stands.post("/me/deputies")
@security.permission("signed-in")
def make() -> BaseResponse:
    """Hand one's own work, or that of PERSON, to a deputy for some days."""
    sent = request.form
    command = deputising.MakeDeputy(
        sent.get("deputy", "").strip(),
        limits.day(sent.get("first", "")),
        limits.day(sent.get("last", "")),
        person=sent.get("person", "").strip(),
        unit=sent.get("unit", ""),
        reason=sent.get("reason", ""),
    )
    posting.run(command)
    return posting.back("/me", "deputised")


@stands.post("/me/deputies/<int:deputy_id>/end")
@security.permission("signed-in")
def end(deputy_id: int) -> BaseResponse:
    """Take a rule back."""
    posting.run(deputising.EndDeputy(deputy_id))
    return posting.back("/me", "deputy-ended")


@stands.post("/case/<ref>/recusals")
@security.permission("signed-in")
def recuse(ref: str) -> BaseResponse:
    """Keep oneself, a unit or a person away from the case."""
    sent = request.form
    case_id = session.ask(instances.case_id_of, ref=ref)  # a foreign case does not exist
    unit, person = (sent.get(name, "").strip() for name in ("unit", "person"))
    posting.run(recusing.Recuse(case_id, sent.get("reason", ""), unit, person))
    own = not unit and not person
    return posting.back("/todo" if own else f"/case/{ref}", "recused")


@stands.post("/case/<ref>/recusals/<int:recusal_id>/lift")
@security.permission("signed-in")
def lift(ref: str, recusal_id: int) -> BaseResponse:
    """Take back a recusal that was a mistake."""
    case_id = session.ask(instances.case_id_of, ref=ref)
    why = request.form.get("reason", "")
    posting.run(recusing.LiftRecusal(case_id, recusal_id, why))
    return posting.back(f"/case/{ref}", "recusal-lifted")
