"""调度台: the year's phases, what the clock will do, incidents, the worker."""

import contextlib
from datetime import date, datetime, timedelta
from typing import Any

from flask import Blueprint, Flask, Response, request
from werkzeug.wrappers import Response as BaseResponse

from engine.base.actor import Actor
from engine.base.errors import Conflict, InvalidRequest
from engine.base.events import Repair
from engine.commands import jobs as commands
from engine.queries import agenda, definitions, incidents, operations, phases
from engine.queries.paging import Paging, Sort
from web import limits, security, session
from web.pages import cursors, frame, posting, repairs, strip
from web.pages.clock import clockwork
from web.pages.supervision import supervision
from web.pages.workdays import workdays
from web.pages.years import years

ops = Blueprint("ops", __name__)
ROWS = 50
MANY = 200  # cases one click lets go on; a designed limit, the page says how many are left
SOON, NEXT = timedelta(hours=24), 12
KINDS = {
    "timer": "定时器",
    "start_timer": "定时启动",
    "tell": "重新告知",
    "service": "服务调用",
    "message": "消息",
    "notify": "通知",
    "escalate": "提醒与升级",
}
HOW: dict[str, Repair] = {"retry": "retry", "skip": "skip"}
JOB_STATES = {"ready": "等待", "leased": "执行中", "failed": "失败", "paused": "已停"}
LANES = {"engine": "流程推进", "callout": "外部调用", "bulk": "批量", "external": "外部执行"}


def register(app: Flask) -> None:
    """Put the scheduler's pages on APP."""
    for blueprint in (ops, clockwork, workdays, supervision, years):
        app.register_blueprint(blueprint)


def may_schedule(actor: Actor) -> bool:
    """Tell whether ACTOR may act here and not only look."""
    return bool({"scheduler", "system"} & actor.rights)


def page(template: str, **values: Any) -> Response:
    """Render a page of the scheduler."""
    return frame.page(
        template,
        told=posting.told(),
        submission=posting.fresh(),
        acting=may_schedule(session.require_actor()),
        kinds=KINDS,
        job_states=JOB_STATES,
        **values,
    )


@ops.get("/ops")
@security.permission("operations")
def desk() -> Response:
    """调度台: figures, the year, the next weeks, incidents, the worker."""
    now = session.ask(operations.clock).now
    soon = session.ask(
        agenda.timers, since=now, until=now + SOON, paging=Paging(1)
    )
    coming = session.ask(agenda.timers, since=now, paging=Paging(NEXT))
    late = session.ask(agenda.timers, overdue=True, paging=Paging(1))
    groups = session.ask(incidents.groups)
    return page(
        "ops/desk.html",
        now=now,
        soon=soon,
        soon_for=SOON,
        coming=coming,
        late=late,
        causes=[repairs.cause(one) for one in groups],
        worker=session.ask(operations.worker),
        bounds=session.ask(operations.limits),
        lanes=LANES,
        strips=_strips(None),
        agendas=_agendas(None),
    )


def _applications() -> tuple[definitions.ApplicationRow, ...]:
    return session.ask(definitions.applications)


def _strips(year: int | None) -> list[strip.Drawing]:
    apps = _applications()
    found = [session.ask(phases.year_strip, application=app.key, year=year) for app in apps]
    return [strip.draw(one) for one in found if one.phases]


def _agendas(first: date | None) -> list[tuple[str, agenda.Agenda]]:
    return [
        (app.title, session.ask(agenda.agenda, application=app.key, first=first))
        for app in _applications()
    ]


@ops.get("/ops/calendar")
@security.permission("operations")
def calendar() -> Response:
    """阶段日历: the phases of a year and four weeks of timers from any day."""
    first = limits.day_or_none(request.args.get("from", ""))
    text = request.args.get("year", "")
    year = limits.year(text) or (first.year if first else None)
    strips = _strips(year)
    return page(
        "ops/calendar.html",
        strips=strips,
        agendas=_agendas(first or _begin_of(year)),
        year=strips[0].strip.year if strips else year or _this_year(),
        step=timedelta(weeks=4),
    )


def _begin_of(year: int | None) -> date | None:
    if year is None or year == _this_year():
        return None
    return date(year, 1, 1)


def _this_year() -> int:
    return session.ask(operations.clock).now.astimezone(repairs.SHANGHAI).year


@ops.get("/ops/timers")
@security.permission("operations")
def timers() -> Response:
    """定时器: overdue ones and those to come, with their rule."""
    args = request.args
    day = limits.day_or_none(args.get("on", ""))
    bounds: dict[str, Any] = {"overdue": args.get("due") == "overdue"}
    if day:
        bounds |= _bounds(day)
    found = session.ask(
        agenda.timers, **bounds, paging=Paging(ROWS, cursors.read(args.get("after")))
    )
    return page(
        "ops/timers.html",
        page=found,
        next_cursor=cursors.next_of(found, ROWS),
        day=day,
        overdue=bounds["overdue"],
        worker=session.ask(operations.worker),
    )


def _bounds(day: date) -> dict[str, datetime]:
    start = datetime.combine(day, datetime.min.time(), repairs.SHANGHAI)
    return {"since": start, "until": start + timedelta(days=1)}


@ops.post("/ops/timers/<int:job_id>/fire")
@security.permission("scheduler")
def fire(job_id: int) -> BaseResponse:
    """立即触发, with a reason on record."""
    reason = request.form.get("reason", "").strip()
    if not reason:
        raise InvalidRequest("请写明提前触发的理由。", code="reason-missing")
    posting.run(commands.FireJobNow(job_id, reason))
    return posting.back("/ops/timers", "fired")


@ops.get("/ops/jobs")
@security.permission("operations")
def jobs() -> Response:
    """作业: what the worker has to do, by state."""
    state = request.args.get("state", "")
    wanted = {"state": state} if state in JOB_STATES else {}
    found = session.ask(
        incidents.jobs,
        wanted=wanted,
        sort=[Sort("due_at")],
        paging=Paging(ROWS, cursors.read(request.args.get("after"))),
    )
    return page(
        "ops/jobs.html",
        page=found,
        next_cursor=cursors.next_of(found, ROWS),
        state=state,
        worker=session.ask(operations.worker),
        lanes=LANES,
    )


@ops.post("/ops/jobs/<int:job_id>/retry")
@security.permission("scheduler")
def retry(job_id: int) -> BaseResponse:
    """重试 one failed job."""
    posting.run(commands.RetryJob(job_id))
    return posting.back("/ops/jobs?state=failed", "retried")


@ops.get("/ops/incidents")
@security.permission("operations")
def incident_list() -> Response:
    """异常: the cause in words beside what repairs it."""
    return _incidents()


def _incidents(refused: str = "") -> Response:
    args = request.args
    state = args.get("state", "open")
    wanted: dict[str, Any] = {"state": state} if state != "all" else {}
    wanted |= {name: args[name] for name in ("code", "node") if args.get(name)}
    found = session.ask(
        incidents.incidents,
        wanted=wanted,
        paging=Paging(ROWS, cursors.read(args.get("after"))),
    )
    return page(
        "ops/incidents.html",
        page=found,
        next_cursor=cursors.next_of(found, ROWS),
        state=state,
        filtered=bool(args.get("code") or args.get("node")),
        refused=refused,
        advice=repairs.advice,
        said=repairs.said,
        ways=repairs.ways,
        remedy=repairs.remedy,
    )


@ops.post("/ops/incidents/<int:incident_id>/resolve")
@security.permission("scheduler")
def resolve(incident_id: int) -> BaseResponse:
    """处理 one incident: retry, or skip with a reason."""
    how, reason = request.form.get("how", "retry"), request.form.get("reason", "").strip()
    if how not in HOW:
        raise InvalidRequest("请选择重试或跳过。", code="repair-kind")
    if how == "skip" and not reason:
        raise InvalidRequest("跳过须写明理由。", code="reason-missing")
    try:
        posting.run(commands.ResolveIncident(incident_id, how=HOW[how], reason=reason))
    except (Conflict, InvalidRequest) as refused:
        response = _incidents(f"没有处理：{refused.message}")
        response.status_code = 409
        return response
    return posting.back("/ops/incidents", "resolved")


@ops.post("/ops/incidents/retry")
@security.permission("scheduler")
def retry_all() -> BaseResponse:
    """重试全部 failed jobs of one cause, and cases a missing year of days stopped."""
    code = request.form.get("code", "")
    posting.run(commands.RetryAll(code))
    if code == repairs.CALENDAR_MISSING:
        _go_on(code)
    return posting.back("/ops/incidents", "retried")


def _go_on(code: str) -> None:
    """Let up to MANY cases go on, each in its own transaction; one may be settled already."""
    wanted = {"state": "open", "code": code}
    found = session.ask(incidents.incidents, wanted=wanted, paging=Paging(MANY))
    for row in found.items:
        with contextlib.suppress(Conflict):
            frame.engine().execute(
                commands.ResolveIncident(row.id), session.require_actor()
            )


@ops.post("/ops/worker/pause")
@security.permission("scheduler")
def pause() -> BaseResponse:
    """暂停 due work of all nodes."""
    reason = request.form.get("reason", "").strip()
    if not reason:
        raise InvalidRequest("请写明暂停的理由。", code="reason-missing")
    posting.run(commands.PauseWorker(reason))
    return posting.back("/ops", "paused")


@ops.post("/ops/worker/resume")
@security.permission("scheduler")
def resume() -> BaseResponse:
    """继续."""
    posting.run(commands.ResumeWorker())
    return posting.back("/ops", "resumed")
