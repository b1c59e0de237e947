"""代理: who stands in for whom, for how long."""

from typing import Any

from flask import Response
from marshmallow import fields, validate

from engine.commands import deputising
from engine.queries import deputies
from web import calls
from web.api.routes import Noun
from web.schemas.base import Schema, shape

NOUN = Noun("deputies", "代理：设置、收回、查询")
route = NOUN.route


class NewDeputy(Schema):
    """Whom (default: the caller) DEPUTY stands in for, from FIRST to LAST."""

    deputy = fields.String(required=True, validate=validate.Length(1, 64))
    first = fields.Date(required=True)
    last = fields.Date(required=True)
    person = fields.String(load_default="", validate=validate.Length(0, 64))
    unit = fields.String(load_default="")
    processes = fields.List(fields.String(), load_default=list)
    region = fields.String(load_default="")
    reason = fields.String(load_default="", validate=validate.Length(0, 200))


@route("GET /deputies", "signed-in", answer=shape(deputies.DeputyRule)(many=True))
def listed() -> Any:
    """代理: own rules, those of units one leads, all to supervisors."""
    return calls.every(deputies.rules)


@route("POST /deputies", "signed-in", body=NewDeputy)
def make(body: dict[str, Any]) -> Response:
    """设置代理."""
    plain = {**body, "processes": tuple(body["processes"])}
    return calls.run(deputising.MakeDeputy(**plain))


@route("DELETE /deputies/<int:deputy_id>", "signed-in")
def end(deputy_id: int) -> Response:
    """收回代理: claims of the deputy go back."""
    return calls.run(deputising.EndDeputy(deputy_id))
