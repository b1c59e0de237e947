"""年度日历: the years of a campaign, copied, changed, let go; each with its windows."""

from collections.abc import Mapping
from datetime import datetime, time
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
from engine.commands import campaigns as commands
from engine.queries import campaigns, definitions, rollover
from web import limits, security, session
from web.pages import frame, posting
from web.pages.repairs import SHANGHAI

years = Blueprint("years", __name__)
REFUSED = (Conflict, InvalidRequest, NotFound, StaleDocument)
SHOWN = 200  # cases of one list on the page; the API gives all
STANDINGS = {
    "draft": ("草稿", "y"),
    "waiting": ("已启用，待1月1日启动", "b"),
    "idle": ("未启动", "y"),
    "running": ("进行中", "b"),
    "completed": ("已结束", "g"),
    "over": ("未启动，已过", ""),
}
ACTS = {"CopyYear": "复制", "ChangeYear": "改动", "RemoveYear": "删除草稿", "StartYear": "启用"}


@years.get("/ops/years")
@security.permission("operations")
def show() -> Response:
    """Show the years of one campaign, one of them in full."""
    return _page()


def _page(
    refused: ShouhuError | None = None, sent: Mapping[str, str] | None = None
) -> Response:
    found = _campaigns()
    wanted = request.values.get("application", "")
    chosen = next((one for one in found if one.application == wanted), None)
    chosen = chosen or (found[0] if found else None)
    year = limits.year(request.values.get("year", ""))
    return posting.page(
        "ops/years.html",
        refused,
        campaigns=found,
        campaign=chosen,
        row=_row(chosen, year),
        changes=_changes(chosen),
        standings=STANDINGS,
        acts=ACTS,
        sent=sent or {},
        errors=refused.errors if isinstance(refused, InvalidForm) else (),
        acting=bool({"scheduler", "admin", "system"} & session.require_actor().rights),
    )


def _campaigns() -> list[campaigns.Campaign]:
    found = []
    for app in session.ask(definitions.applications):
        try:
            found.append(session.ask(campaigns.campaign_years, application=app.key))
        except NotFound:
            continue  # an application without a campaign has no years
    return found


def _changes(one: campaigns.Campaign | None) -> tuple[campaigns.Change, ...]:
    if one is None:
        return ()
    found: tuple[campaigns.Change, ...] = session.ask(
        campaigns.changes, application=one.application
    )
    return found


def _row(one: campaigns.Campaign | None, year: int | None) -> campaigns.CampaignRow | None:
    rows = one.years if one else ()
    return next((row for row in rows if row.year == year), rows[-1] if rows else None)


@years.get("/ops/rollover")
@security.permission("operations")
def dry_rollover() -> Response:
    """年终预演: what the freeze of a year would keep, report and carry; unsaved."""
    found = _campaigns()
    args, refused = request.args, ""
    application = args.get("application", "") or (found[0].application if found else "")
    run = None
    try:
        day = limits.day(args["to"]) if args.get("to") else None
        at = datetime.combine(day, time(), SHANGHAI) if day else None
        year = limits.year(args.get("year", ""))
        if application:
            run = session.ask(rollover.rollover, application=application, year=year, at=at)
    except REFUSED as error:
        refused = error.message
    response = frame.page(
        "ops/rollover.html",
        run=run,
        applications=found,
        to=args.get("to", ""),
        refused=refused,
        most=SHOWN,
    )
    response.status_code = 422 if refused else 200
    return response


@years.post("/ops/years/copy")
@security.permission("campaign")
def copy() -> BaseResponse:
    """复制 a year into another."""
    return _done(commands.CopyYear(_application(), _year("source"), _year("year"), _version()))


@years.post("/ops/years/change")
@security.permission("campaign")
def change() -> BaseResponse:
    """Save windows and limits of a year that has not started."""
    form = request.form
    try:
        windows = {
            key.removeprefix("from:"): (
                limits.day(text),
                limits.day(form.get(f"to:{key[5:]}", "")),
            )
            for key, text in form.items()
            if key.startswith("from:")
        }
        own = {
            key.removeprefix("limit:"): limits.day(text) if text else None
            for key, text in form.items()
            if key.startswith("limit:") and text != form.get(f"usual:{key[6:]}")
        }
    except InvalidRequest as refused:
        return _page(refused, form)
    return _done(commands.ChangeYear(_application(), _year("year"), windows, own, _version()))


@years.post("/ops/years/remove")
@security.permission("campaign")
def remove() -> BaseResponse:
    """Take a draft back."""
    return _done(commands.RemoveYear(_application(), _year("year"), _version()), leave=True)


@years.post("/ops/years/start")
@security.permission("campaign")
def start() -> BaseResponse:
    """启用 a year."""
    return _done(commands.StartYear(_application(), _year("year"), _version()))


def _done(command: Any, *, leave: bool = False) -> BaseResponse:
    try:
        posting.run(command)
    except REFUSED as refused:
        return _page(refused, request.form)
    at = f"/ops/years?application={command.application}"
    return posting.back(at if leave else f"{at}&year={command.year}", "entered")


def _application() -> str:
    return request.form.get("application", "")


def _version() -> int | None:
    return limits.whole(request.form.get("version", ""))


def _year(name: str) -> int:
    found = limits.year(request.form.get(name, ""))
    if found is None:
        raise InvalidRequest("请填写年度，如 2026。")
    return found
