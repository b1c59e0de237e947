"""管理 → 人员与空缺席位: accounts, posts with dates, passwords, rounds without handler."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as BaseResponse

from engine.base.errors import Conflict, InvalidRequest, NotFound, ShouhuError
from engine.commands import accounts
from engine.commands import people as commands
from engine.commands.handing import HandOverSeats
from engine.commands.refilling import RefillSeats
from engine.commands.results import Refilled
from engine.queries import staff
from engine.queries.paging import Paging
from web import limits, security, session
from web.pages import cursors, posting

people = Blueprint("admin_people", __name__)
REFUSED = (Conflict, InvalidRequest, NotFound)
RIGHTS = {
    "process_owner": "流程负责人",
    "scheduler": "调度、督办",
    "admin": "管理员",
    "all_regions": "全部区划",
}
DUTIES = {"clerk": "经办", "leader": "负责人"}
STANDINGS = {"now": "在任", "future": "未到任", "ended": "已结束"}


def page(template: str, refused: ShouhuError | None = None, **values: Any) -> Response:
    """Render a page about people; units and persons are offered by name."""
    return posting.page(
        template,
        refused,
        units=session.ask(staff.units),
        rights=RIGHTS,
        duties=DUTIES,
        standings=STANDINGS,
        **values,
    )


@people.get("/admin/people")
@security.permission("admin")
def index() -> Response:
    """List the accounts."""
    return _index()


def _index(refused: ShouhuError | None = None) -> Response:
    text, unit = request.args.get("text", "").strip(), request.args.get("unit", "").strip()
    found = session.ask(
        staff.people,
        text=text,
        unit_code=unit,
        paging=Paging(50, cursors.read(request.args.get("after"))),
    )
    return page(
        "admin/people.html",
        refused,
        found=found,
        next_cursor=cursors.next_of(found, 50),
        text=text,
        unit=unit,
        typed=request.form,
    )


@people.post("/admin/people")
@security.permission("admin")
def create() -> BaseResponse:
    """Create an account whose first password must be changed."""
    form = request.form
    login, unit = form.get("login", "").strip(), form.get("unit", "").strip()
    posts = ((unit, form.get("duty", "clerk")),) if unit else ()

    def command() -> accounts.CreatePerson:
        hashed = session.first_hash(form.get("password", ""), login)
        name, rights = form.get("name", "").strip(), tuple(form.getlist("rights"))
        return accounts.CreatePerson(login, name, hashed, rights, posts, must_change=True)

    return _done(command, lambda: f"/admin/people/{login}", _index)


@people.get("/admin/people/<login>")
@security.permission("admin")
def show(login: str) -> Response:
    """Show one person: posts, claims, password, account in use."""
    return _show(login)


def _show(login: str, refused: ShouhuError | None = None) -> Response:
    found = session.ask(staff.person_by_login, login=login)
    return page("admin/person.html", refused, found=found, typed=request.form)


@people.post("/admin/people/<login>/posts")
@security.permission("admin")
def appoint(login: str) -> BaseResponse:
    """Let the person hold a post."""
    form = request.form
    unit, duty = form.get("unit", "").strip(), form.get("duty", "clerk")
    note = form.get("note", "").strip()
    return _done(
        lambda: commands.Appoint(
            login, unit, duty, posting.day("valid_from"), posting.day("valid_to"), note
        ),
        lambda: f"/admin/people/{login}",
        lambda error: _show(login, error),
    )


@people.post("/admin/people/<login>/posts/<int:tenure_id>/end")
@security.permission("admin")
def end(login: str, tenure_id: int) -> BaseResponse:
    """End a post, at once or with a last day."""
    return _done(
        lambda: commands.EndPost(tenure_id, posting.day("last")),
        lambda: f"/admin/people/{login}",
        lambda error: _show(login, error),
    )


@people.post("/admin/people/<login>/release")
@security.permission("admin")
def release(login: str) -> BaseResponse:
    """Give back everything the person claimed."""
    reason = request.form.get("reason", "").strip()[:200]
    return _done(
        lambda: commands.ReleaseClaims(login, reason),
        lambda: f"/admin/people/{login}",
        lambda error: _show(login, error),
    )


@people.post("/admin/people/<login>/password")
@security.permission("admin")
def reset(login: str) -> BaseResponse:
    """Set a first password again."""
    return _done(
        lambda: commands.ResetPassword(
            login,
            session.first_hash(request.form.get("password", ""), login),
            session.machine_now(),
        ),
        lambda: f"/admin/people/{login}",
        lambda error: _show(login, error),
    )


@people.post("/admin/people/<login>/use")
@security.permission("admin")
def use(login: str) -> BaseResponse:
    """Take the account out of use, or into use again."""
    active = request.form.get("active") == "1"
    return _done(
        lambda: commands.SetActive(login, active, session.machine_now()),
        lambda: f"/admin/people/{login}",
        lambda error: _show(login, error),
    )


@people.get("/admin/unfilled")
@security.permission("unfilled")
def unfilled() -> Response:
    """Show the rounds that wait for a handler and what would fill them."""
    return _unfilled()


def _unfilled(refused: ShouhuError | None = None) -> Response:
    administrator = bool({"admin", "system"} & session.require_actor().rights)
    return page(
        "admin/unfilled.html",
        refused,
        found=session.ask(staff.unfilled),
        stranded=session.ask(staff.stranded),
        persons=session.ask(staff.logins),
        administrator=administrator,
        typed=request.form,
    )


@people.post("/admin/unfilled/appoint")
@security.permission("admin")
def fill() -> BaseResponse:
    """Give an empty unit a person, then try its rounds again."""
    login, unit = request.form.get("login", "").strip(), request.form.get("unit", "").strip()
    try:
        posting.run(commands.Appoint(login, unit, request.form.get("duty", "clerk")))
    except REFUSED as refused:
        return _unfilled(refused)
    waiting = session.ask(staff.unfilled)
    ready = tuple(row.incident_id for row in waiting if row.ready)
    if ready:
        session.engine().execute(RefillSeats(ready), session.require_actor())
    told = "filled" if ready else "appointed" if waiting else "manned"
    return posting.back("/admin/unfilled", told)


@people.post("/admin/unfilled/retry")
@security.permission("unfilled")
def retry() -> BaseResponse:
    """Try one round, or all of them, again."""
    asked = [limits.whole(text) for text in request.form.getlist("incident")]
    chosen = tuple(one for one in asked if one)
    if not chosen:
        chosen = tuple(row.incident_id for row in session.ask(staff.unfilled))
    answer = posting.run(RefillSeats(chosen))
    filled = isinstance(answer, Refilled) and answer.filled > 0
    return posting.back("/admin/unfilled", "filled" if filled else "unfilled")


@people.post("/admin/unfilled/handover")
@security.permission("unfilled")
def hand_over() -> BaseResponse:
    """Give the open work of a unit that is gone to its successor."""
    sent = {name: request.form.get(name, "").strip() for name in ("gone", "unit", "reason")}
    try:
        posting.run(HandOverSeats(sent["gone"], sent["unit"], sent["reason"]))
    except REFUSED as refused:
        return _unfilled(refused)
    return posting.back("/admin/unfilled", "handed")


def _done(
    command: Callable[[], Any],
    where: Callable[[], str],
    again: Callable[[ShouhuError], Response],
) -> BaseResponse:
    """Do what was asked and lead on; a refusal shows the page with what was typed."""
    try:
        posting.run(command())
    except REFUSED as refused:
        return again(refused)
    return posting.back(where(), "kept")


