"""工作日历: years and their source, the days of a year, entering and taking back."""

from datetime import date
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as BaseResponse

from engine.base.errors import (
    Conflict,
    InvalidForm,
    InvalidRequest,
    NotFound,
    ShouhuError,
    StaleDocument,
)
from engine.commands import calendars as commands
from engine.queries import calendars, incidents, operations
from engine.queries.moved import moved
from web import limits, security, session
from web.pages import frame, posting
from web.pages.repairs import CALENDAR_MISSING, SHANGHAI

workdays = Blueprint("workdays", __name__)
FILE_LIMIT = 1_000_000  # bytes of one upload; a year of days needs a hundredth of it
REFUSED = (Conflict, InvalidRequest, NotFound, StaleDocument)
SOURCES = {
    "entered": "本地录入",
    "file": "应用文件",
    "package": "软件包",
    "week": "周一至周五",
    "missing": "缺少数据",
}
ACTS = {
    "ChangeCalendarDay": "改动一天",
    "ImportCalendarDays": "导入",
    "RemoveCalendarYear": "取消整年录入",
}
WORK = {"1": True, "0": False, "": None}


@workdays.get("/ops/workdays")
@security.permission("operations")
def show() -> Response:
    """Show one year of one calendar."""
    return _page()


def _page(refused: ShouhuError | None = None, pasted: str = "") -> Response:
    heads = session.ask(calendars.heads)
    head = next((one for one in heads if one.id == _calendar()), heads[0] if heads else None)
    year = limits.year(request.values.get("year", "")) or _this_year()
    days = session.ask(calendars.days, calendar=head.id, year=year) if head else ()
    chosen = _day(request.values.get("day", ""))
    response = frame.page(
        "ops/workdays.html",
        heads=heads,
        head=head,
        year=year,
        known=next((one for one in head.years if one.year == year), None) if head else None,
        missing=bool(days) and days[0].working is None,
        months=_months(days),
        chosen=next((row for row in days if row.day == chosen), None),
        today=session.ask(operations.clock).now.astimezone(SHANGHAI).date(),
        changes=session.ask(calendars.changes, calendar=head.id) if head else (),
        moved=session.ask(moved, calendar=head.id) if head else None,
        stopped=_stopped(),
        sources=SOURCES,
        acts=ACTS,
        refused=refused,
        errors=refused.errors if isinstance(refused, InvalidForm) else (),
        pasted=pasted,
        told=posting.told(),
        submission=posting.fresh(),
        acting=_acting(),
    )
    response.status_code = 422 if refused else 200
    return response


def _acting() -> bool:
    return bool({"scheduler", "admin", "system"} & session.require_actor().rights)


def _calendar() -> str:
    return request.values.get("calendar", "")


def _this_year() -> int:
    return session.ask(operations.clock).now.astimezone(SHANGHAI).year


def _stopped() -> int:
    """Count the cases that wait for a year of days."""
    groups = session.ask(incidents.groups)
    return sum(one.count for one in groups if one.code == CALENDAR_MISSING)


def _months(days: tuple[calendars.DayRow, ...]) -> list[list[list[calendars.DayRow | None]]]:
    """Lay the days of a year out: months of weeks of seven, None outside the month."""
    months = []
    for month in range(1, 13):
        rows: list[calendars.DayRow | None] = [row for row in days if row.day.month == month]
        first = rows[0].day.weekday() if rows and rows[0] else 0
        cells = [None] * first + rows
        cells += [None] * (-len(cells) % 7)
        months.append([cells[at : at + 7] for at in range(0, len(cells), 7)])
    return months


@workdays.post("/ops/workdays/day")
@security.permission("calendar")
def change() -> BaseResponse:
    """Change one day, or take its entry back."""
    form = request.form
    day = _day(form.get("day", ""))
    if day is None or form.get("working", "") not in WORK:
        return _page(InvalidRequest("请填写日期（如 2026-10-10），并选择上班或休息。"))
    working, name = WORK[form.get("working", "")], form.get("name", "").strip()
    command = commands.ChangeCalendarDay(_calendar(), day, working, name, _version())
    return _done(command, day.year)


@workdays.post("/ops/workdays/import")
@security.permission("calendar", body_limit=FILE_LIMIT)
def enter() -> BaseResponse:
    """Take pasted or uploaded rows; a refusal names every row and keeps the text."""
    upload = request.files.get("file")
    pasted = request.form.get("rows", "")
    data = upload.stream.read() if upload and upload.filename else pasted.encode()
    command = commands.ImportCalendarDays(_calendar(), data, _version())
    year = limits.year(request.form.get("year", "")) or _this_year()
    return _done(command, year, pasted, data)


@workdays.post("/ops/workdays/remove")
@security.permission("calendar")
def remove() -> BaseResponse:
    """Take back everything entered for a year."""
    year = limits.year(request.form.get("year", ""))
    if year is None:
        raise InvalidRequest("请选择年份。")
    return _done(commands.RemoveCalendarYear(_calendar(), year, _version()), year)


def _done(command: Any, year: int, pasted: str = "", content: bytes = b"") -> BaseResponse:
    try:
        posting.run(command, content)
    except REFUSED as refused:
        return _page(refused, pasted)
    return posting.back(f"/ops/workdays?calendar={command.calendar}&year={year}", "entered")


def _version() -> int | None:
    return limits.whole(request.form.get("version", ""))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
