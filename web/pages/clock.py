"""演示时钟与演练: what would happen until a day, then moving there."""

from datetime import date, datetime, time

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as BaseResponse

from engine.base.actor import Actor
from engine.base.errors import Conflict, InvalidRequest
from engine.commands.clock import MoveDemoClock
from engine.queries import definitions, dry_run, operations
from web import security, session
from web.pages import frame, posting
from web.pages.repairs import SHANGHAI

clockwork = Blueprint("clockwork", __name__)
MORNING = time(9)  # a day without a time means the beginning of work


def _acting(actor: Actor) -> bool:
    return bool({"scheduler", "system"} & actor.rights)


@clockwork.get("/ops/clock")
@security.permission("operations")
def show() -> Response:
    """Show the clock, and with a day the dry run until then."""
    return _page(_wanted(request.args.get("to", ""), request.args.get("at", "")))


def _wanted(day: str, at: str) -> datetime | None:
    if not day:
        return None
    try:
        on = date.fromisoformat(day)
        hour = time.fromisoformat(at) if at else MORNING
    except ValueError as error:
        raise InvalidRequest("日期请写成 2025-12-01，时间请写成 09:00。") from error
    return datetime.combine(on, hour, SHANGHAI)


def _page(until: datetime | None, refused: str = "") -> Response:
    clock = session.ask(operations.clock)
    known = session.ask(definitions.applications)
    chosen = request.values.get("application") or None
    run = None
    if until is not None and until > clock.now and not refused:
        run = session.ask(dry_run.dry_run, until=until, application=chosen)
    elif until is not None and not refused:
        refused = f"{until:%Y-%m-%d %H:%M} 不晚于现在，没有可演练的内容。"
    local = clock.now.astimezone(SHANGHAI)
    return frame.page(
        "ops/clock.html",
        state=clock,
        local=local,
        until=until,
        run=run,
        steps=sum(len(case.steps) for case in run.cases) if run else 0,
        applications=known,
        chosen=chosen or "",
        refused=refused,
        told=posting.told(),
        submission=posting.fresh(),
        acting=_acting(session.require_actor()),
    )


@clockwork.post("/ops/clock")
@security.permission("scheduler")
def move() -> BaseResponse:
    """Move the demo clock; a refusal comes back to the same page."""
    form = request.form
    until = _wanted(form.get("to", ""), form.get("at", ""))
    if until is None:
        raise InvalidRequest("请选择日期。", code="day-missing")
    reason = form.get("reason", "").strip()
    if not reason:
        raise InvalidRequest("请写明推进时钟的理由。", code="reason-missing")
    try:
        posting.run(MoveDemoClock(until, reason))
    except Conflict as refused:
        response = _page(until, refused.message)
        response.status_code = 409
        return response
    return posting.back("/ops/clock", "moved")
