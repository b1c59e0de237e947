"""Accounts for the administrator: persons, their posts with dates, passwords, claims."""

from typing import Any

from flask import Response, request
from marshmallow import fields, validate

from engine.commands import accounts, people
from engine.queries import staff
from engine.queries.paging import Paging
from web import calls, limits, session
from web.api.routes import Noun
from web.schemas.base import Schema, page_of, shape

NOUN = Noun("people", "人员：账号、任职、密码、认领")
route = NOUN.route
SECRET = validate.Length(1, 200)


class PeopleAsk(Schema):
    """Part of login or name, the unit of a post, being in use."""

    text = fields.String(load_default="")
    unit = fields.String(load_default="")
    active = fields.Boolean(load_default=None, allow_none=True)
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))
    after = fields.String(load_default=None, allow_none=True)


class NewPerson(Schema):
    """A new account with a first password, to be changed when signing in."""

    login = fields.String(required=True, validate=validate.Length(1, 64))
    name = fields.String(required=True, validate=validate.Length(1, 64))
    password = fields.String(required=True, validate=SECRET)
    rights = fields.List(fields.String(), load_default=list)
    unit = fields.String(load_default="")
    duty = fields.String(load_default="clerk")


class PersonPost(Schema):
    """A post with the days it is held."""

    unit = fields.String(required=True)
    duty = fields.String(load_default="clerk")
    valid_from = fields.Date(load_default=None, allow_none=True)
    valid_to = fields.Date(load_default=None, allow_none=True)
    note = fields.String(load_default="")


class FirstPassword(Schema):
    """A first password again."""

    password = fields.String(required=True, validate=SECRET)


class AccountUse(Schema):
    """In use or not."""

    active = fields.Boolean(required=True)


class ReleaseReason(Schema):
    """Why claims go back."""

    reason = fields.String(load_default="", validate=validate.Length(max=200))


@route("GET /people", "admin", query=PeopleAsk, answer=page_of(staff.PersonRow))
def find(query: dict[str, Any]) -> Any:
    """人员检索."""
    paging = Paging(query["limit"], calls.read_cursor(query["after"]))
    wanted = {"text": query["text"], "unit_code": query["unit"], "active": query["active"]}
    return calls.listed(calls.ask(staff.people, **wanted, paging=paging))


@route("GET /people/<login>", "admin", answer=shape(staff.PersonView))
def get(login: str) -> Any:
    """一个人员: posts past, present and to come, open claims."""
    return calls.ask(staff.person_by_login, login=login)


@route("POST /people", "admin", body=NewPerson)
def create(body: dict[str, Any]) -> Response:
    """新建人员: must change the first password when signing in."""
    return calls.run(created(body), body_hash=calls.hashed_without_passwords(body))


def created(body: dict[str, Any]) -> accounts.CreatePerson:
    """Give the command for a new account."""
    posts = ((body["unit"], body["duty"]),) if body["unit"] else ()
    return accounts.CreatePerson(
        body["login"],
        body["name"],
        session.first_hash(body["password"], body["login"]),
        tuple(body["rights"]),
        posts,
        must_change=True,
    )


@route("POST /people/<login>/posts", "admin", body=PersonPost)
def appoint(body: dict[str, Any], login: str) -> Response:
    """任职."""
    return calls.run(people.Appoint(login, **body))


@route("DELETE /people/<login>/posts/<int:tenure_id>", "admin")
def end_post(login: str, tenure_id: int) -> Response:
    """任职结束: ?last= is the last day; without it at once, and claims go back."""
    del login
    last = limits.day_or_none(request.args.get("last", ""))
    return calls.run(people.EndPost(tenure_id, last))


@route("POST /people/<login>/claim-releases", "admin", body=ReleaseReason)
def release(body: dict[str, Any], login: str) -> Response:
    """退回全部认领."""
    return calls.run(people.ReleaseClaims(login, body["reason"]))


@route("PUT /people/<login>/password", "admin", body=FirstPassword)
def reset(body: dict[str, Any], login: str) -> Response:
    """重置密码: to be changed when signing in; all sessions end."""
    made = session.first_hash(body["password"], login)
    command = people.ResetPassword(login, made, session.machine_now())
    return calls.run(command, body_hash=calls.hashed_without_passwords(body))


@route("PUT /people/<login>/use", "admin", body=AccountUse)
def use(body: dict[str, Any], login: str) -> Response:
    """停用、启用."""
    return calls.run(people.SetActive(login, body["active"], session.machine_now()))
