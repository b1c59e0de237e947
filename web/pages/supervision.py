"""督办台: overdue and reminded tasks by level, kind and unit; 催办, 停表, 延期."""

from datetime import date
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from engine.base.actor import Actor
from engine.base.errors import Conflict, InvalidRequest, NotAllowed
from engine.commands import deadlines
from engine.commands.command import Command
from engine.commands.tasks import RemindTask
from engine.queries import flags, instances
from engine.queries import supervision as queries
from engine.queries.paging import Paging, Sort
from engine.queries.supervision import Wanted
from web import security, session
from web.errors import status_of
from web.pages import cursors, frame, posting

supervision = Blueprint("supervision", __name__)
ROWS = 50
NAMES = ("standing", "level", "kind", "unit", "process", "region")
REFUSED = (Conflict, InvalidRequest, NotAllowed)


def may_act(actor: Actor) -> bool:
    """Tell whether ACTOR may act on limits and not only look."""
    return bool({"scheduler", "system"} & actor.rights)


def _wanted() -> Wanted:
    asked = {name: request.args.get(name, "").strip() for name in NAMES}
    return Wanted(**asked, text=request.args.get("q", "").strip())


def _sort() -> list[Sort]:
    asked = request.args.get("sort", "")
    name = asked.removeprefix("-")
    return [Sort(name, asked.startswith("-"))] if name in queries.SORTS else []


@supervision.get("/ops/supervision")
@security.permission("operations")
def show() -> Response:
    """督办台."""
    return _page()


def _page(refused: str = "") -> Response:
    paging = Paging(ROWS, cursors.read(request.args.get("after")))
    wanted = _wanted()
    found = session.ask(queries.late, wanted=wanted, sort=_sort(), paging=paging)
    return frame.page(
        "ops/supervision.html",
        page=found,
        next_cursor=cursors.next_of(found, ROWS),
        figures=session.ask(queries.figures),
        marked=session.ask(flags.standing),
        wanted=wanted,
        filtered=wanted != Wanted(),
        sort=request.args.get("sort", ""),
        refused=refused,
        told=posting.told(),
        submission=posting.fresh(),
        acting=may_act(session.require_actor()),
    )


@supervision.post("/ops/supervision/<int:task_id>/remind")
@security.permission("scheduler")
def remind(task_id: int) -> BaseResponse:
    """催办 the units still asked."""
    try:
        posting.run(RemindTask(task_id, request.form.get("text", "").strip()))
    except REFUSED as error:
        response = _page(f"没有催办：{error.message}")
        response.status_code = status_of(error)
        return response
    asked = {key: value for key, value in request.args.items() if key != "told"}
    return redirect(f"/ops/supervision?{urlencode({**asked, 'told': 'urged'})}", 303)


@supervision.post("/case/<ref>/task/<int:task_id>/remind")
@security.permission("signed-in")
def urge(ref: str, task_id: int) -> BaseResponse:
    """催办 from the task page: anyone who sees the case and is not its handler (2.20)."""
    session.ask(instances.case_id_of, ref=ref)  # a foreign case does not exist
    posting.run(RemindTask(task_id, request.form.get("text", "").strip()))
    return posting.back(f"/case/{ref}/task/{task_id}", "urged")


@supervision.post("/case/<ref>/task/<int:task_id>/limit/<act>")
@security.permission("signed-in")
def limit(ref: str, task_id: int, act: str) -> BaseResponse:
    """停表, 恢复计时 or 延期 the limit of a task, from its page."""
    session.ask(instances.case_id_of, ref=ref)
    posting.run(_command(task_id, act))
    return posting.back(f"/case/{ref}/task/{task_id}", f"limit-{act}")


def _command(task_id: int, act: str) -> Command:
    form = request.form
    reason = form.get("reason", "").strip()
    if act == "stop":
        return deadlines.StopClock(task_id, form.get("cause", ""), reason)
    if act == "restart":
        return deadlines.RestartClock(task_id, reason)
    if act != "extend":
        raise InvalidRequest("请选择停表、恢复计时或延期。", code="limit-act")
    try:
        until = date.fromisoformat(form.get("until", ""))
    except ValueError as error:
        raise InvalidRequest("请填写延期到哪一天，例如 2025-12-01。") from error
    return deadlines.ExtendDue(task_id, until, reason)
