"""Sign in and out, who am I, password; units and persons to choose from."""

from typing import Any

from flask import Response, jsonify
from marshmallow import fields

from engine.queries import people
from web import calls, security, session
from web.api.routes import Noun
from web.schemas import wire
from web.schemas.base import Schema, shape
from web.schemas.bodies import Login, NewPassword, Password

NOUN = Noun("session", "登录、退出、当前用户")
route = NOUN.route


class UnitSearch(Schema):
    """Part of a name, role and level."""

    text = fields.String(load_default="")
    role = fields.String(load_default="")
    level = fields.String(load_default="")


def me() -> dict[str, Any]:
    """Describe the signed-in person."""
    found = session.facts()
    return {
        "person": found.actor.person,
        "name": found.actor.name,
        "rights": sorted(found.actor.rights),
        "posts": [wire.camel_keys(_post(post)) for post in found.actor.posts],
        "mustChange": found.must_change,
        "csrfToken": security.csrf_token(),
    }


def _post(post: Any) -> dict[str, Any]:
    return {name: getattr(post, name) for name in post.__slots__}


@route("POST /session", "public", body=Login)
def sign_in(body: dict[str, Any]) -> Response:
    """登录: answers the session cookie and the CSRF token of later requests."""
    signed = session.sign_in(body["login"], body["password"])
    told = {
        "person": signed.person,
        "name": signed.name,
        "mustChange": signed.must_change,
        "csrfToken": security.csrf_of(signed.token),
    }
    return session.set_cookie(jsonify(told), signed.token)


@route("GET /session", "signed-in")
def who_am_i() -> Any:
    """当前用户: person, posts, rights, CSRF token."""
    return me()


@route("DELETE /session", "signed-in")
def sign_out() -> Response:
    """退出."""
    return session.sign_out(Response("", 204))


@route("PUT /session/password", "signed-in", body=NewPassword)
def change_password(body: dict[str, Any]) -> Response:
    """修改密码: all other sessions of the person end."""
    command = session.password_change(body["old_password"], body["new_password"])
    return calls.run(command, body_hash=calls.hashed_without_passwords(body))


@route("PUT /session/confirmation", "signed-in", body=Password)
def confirm(body: dict[str, Any]) -> Response:
    """再输一次密码: for some minutes what asks for it, such as a deployment, is open."""
    session.confirm(body["password"])
    return jsonify({"until": wire.plain(session.confirmed_until())})


@route("GET /units", "signed-in", query=UnitSearch, answer=shape(people.UnitRow)(many=True))
def units(query: dict[str, Any]) -> Any:
    """单位检索: at most 20 units."""
    return calls.every(people.units, **query)
