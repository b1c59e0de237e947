"""待办, 已办, 我发起, 通知: the lists a person starts the day with."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from engine.base.errors import InvalidRequest, NotFound, ShouhuError
from engine.commands import tasks as commands
from engine.commands.command import Command
from engine.commands.inbox import ReadNotices
from engine.queries import cases, homes, notices, processes, tasks, withdrawals, worklist
from engine.queries.cases import WorkFilter
from engine.queries.paging import Paging
from engine.queries.processes import DefinitionRow
from web import limits, security, session
from web.pages import cursors, frame, posting

todo = Blueprint("todo", __name__)
ROWS = 50
TABS = (
    ("todo", "/todo", "待办"),
    ("done", "/done", "已办"),
    ("started", "/started", "我发起"),
    ("copied", "/notices", "通知"),
)


def wanted() -> WorkFilter:
    """Read the filter of the address line."""
    get = request.args.get
    year = get("year", "")
    return WorkFilter(
        text=get("q", "").strip(),
        process=get("process", ""),
        region=get("region", ""),
        year=limits.year(year),
        overdue=get("due") == "overdue",
        taken=get("taken", ""),
    )


def paging() -> Paging:
    """Read the page of the address line."""
    return Paging(ROWS, cursors.read(request.args.get("after")))


def _list(tab: str, template: str, found: Any, **more: Any) -> Response:
    filtered = any(request.args.get(key) for key in ("q", "process", "region", "year", "due"))
    return frame.page(
        template,
        tab=tab,
        tabs=TABS,
        page=found,
        next_cursor=cursors.next_of(found, ROWS),
        kinds=_kinds(found),
        args=request.args,
        filtered=filtered,
        told=posting.told(),
        **more,
    )


def _kinds(found: Any) -> list[tuple[str, list[DefinitionRow]]]:
    """Give the processes to filter by, by title of the application, the own first.

    One of another application is offered while a line on the page is of it.
    """
    asked = {"wanted": {"latest": True}, "paging": Paging(200)}
    rows: tuple[DefinitionRow, ...] = session.ask(processes.search, **asked).items
    here = {getattr(row, "process_key", "") for row in found.items}
    here.add(request.args.get("process", ""))
    groups = [
        (home.title, [row for row in rows if row.application == home.key])
        for home in session.ask(homes.concerned)
    ]
    offered = {row.key for _, group in groups for row in group}
    groups.append(("其他", [row for row in rows if row.key in here - offered]))
    return [(title, group) for title, group in groups if group]


@todo.get("/todo")
@security.permission("signed-in")
def open_work() -> Response:
    """待办: most urgent first."""
    found = session.ask(worklist.todo, wanted=wanted(), paging=paging())
    return _list("todo", "staff/todo.html", found)


@todo.get("/done")
@security.permission("signed-in")
def done_work() -> Response:
    """已办: one's own acts, newest first."""
    found = session.ask(worklist.done, wanted=wanted(), paging=paging())
    newest = session.ask(withdrawals.newest_of, rows=found.items)
    return _list("done", "staff/done.html", found, newest=newest)


@todo.get("/started")
@security.permission("signed-in")
def started() -> Response:
    """我发起: cases the person started."""
    asked = {"starter": session.require_actor().person}
    found = session.ask(cases.search, wanted=asked, paging=paging())
    return _list("started", "staff/started.html", found)


@todo.get("/notices")
@security.permission("signed-in")
def told() -> Response:
    """通知: what was told to the person or the unit."""
    found = session.ask(notices.copied, paging=paging())
    return _list("copied", "staff/notices.html", found, unread=session.ask(notices.unread))


@todo.post("/notices/read")
@security.permission("signed-in")
def read() -> BaseResponse:
    """Mark one notice, or all, as read and come back to the list."""
    chosen = request.form.get("id", "")
    ids = (int(chosen),) if chosen.isdigit() else ()
    frame.engine().execute(ReadNotices(ids), session.require_actor())
    return redirect("/notices", 303)


def _back() -> str:
    """Give the list the act came from; only one of our own pages."""
    wanted = request.form.get("back", "")
    return wanted if wanted.startswith("/todo") else "/todo"


@todo.post("/todo/<int:task_id>/claim")
@security.permission("signed-in")
def claim(task_id: int) -> BaseResponse:
    """认领 one task and come back to the list."""
    frame.engine().execute(commands.ClaimTask(task_id), session.require_actor())
    return redirect(_back(), 303)


@todo.post("/todo/<int:task_id>/release")
@security.permission("signed-in")
def release(task_id: int) -> BaseResponse:
    """取消认领."""
    frame.engine().execute(commands.ReleaseTask(task_id), session.require_actor())
    return redirect(_back(), 303)


@todo.post("/todo/many")
@security.permission("signed-in")
def many() -> BaseResponse:
    """认领 or 取消认领 the ticked tasks, each on its own; tell what was refused and why."""
    act = request.form.get("act", "")
    if act not in MANY:
        raise InvalidRequest("请选择认领或取消认领。", code="act-unknown")
    chosen = dict.fromkeys(map(limits.whole, request.form.getlist("task")))
    wanted = [one for one in chosen if one is not None][:ROWS]
    refused = []
    for task_id in wanted:
        try:
            frame.engine().execute(MANY[act](task_id), session.require_actor())
        except ShouhuError as error:
            refused.append((task_id, error.message))
    done, back = len(wanted) - len(refused), _back()
    if not refused:
        return redirect(f"{back}{'&' if '?' in back else '?'}{act}={done}", 303)
    rows = [(_line(task_id), why) for task_id, why in refused]
    return frame.page("staff/many.html", act=act, done=done, refused=rows, back=back)


MANY: dict[str, Callable[[int], Command]] = {
    "claimed": commands.ClaimTask,
    "released": commands.ReleaseTask,
}


def _line(task_id: int) -> Any:
    """Give what one reads of a task in a receipt; None for one that is not in sight."""
    try:
        return session.ask(tasks.get, task_id=task_id)
    except NotFound:
        return None
