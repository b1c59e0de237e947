"""Sealed papers: asking a unit without access on paper, registering its reply (代录)."""

from typing import Any

import marshmallow as ma
from flask import Response
from marshmallow import fields

from engine.commands.sealed import RecordReply
from engine.queries import sealed
from web import calls, papers, security
from web.api.routes import Noun
from web.schemas.base import Schema, shape

NOUN = Noun("sealed-papers", "书面函件：出具征求意见函、登记回函、代录意见")
route = NOUN.route
ONE = "/sealed-papers/<int:paper_id>"


class Asked(Schema):
    """The seat whose unit is asked on paper."""

    seat = fields.Integer(required=True, validate=ma.validate.Range(1, 2**62))


class Reply(Schema):
    """What came back: ids of uploaded FILES, the CODE on the paper, who signed it when."""

    files = fields.List(fields.String(), required=True)
    code = fields.String(load_default="", validate=ma.validate.Length(max=200))
    signed_by = fields.String(required=True, validate=ma.validate.Length(max=200))
    signed_on = fields.Date(required=True)


class Recorded(Schema):
    """What the reply says; expectedVersion is the seat's."""

    data = fields.Dict(keys=fields.String(), load_default=dict)
    outcome = fields.String(load_default=None, allow_none=True)
    opinion = fields.String(load_default="", validate=ma.validate.Length(max=20_000))
    expected_version = fields.Integer(load_default=None, allow_none=True)


@route("GET /user-tasks/<int:task_id>/papers", "signed-in", answer=shape(sealed.Papers)())
def of_task(task_id: int) -> Any:
    """书面函件: those of one round, and the seats the caller may ask on paper."""
    return calls.ask(sealed.of_task, task_id=task_id)


@route("POST /user-tasks/<int:task_id>/papers", "signed-in", body=Asked)
def issue(body: dict[str, Any], task_id: int) -> Response:
    """出具征求意见函: a sealed docx, listed in the case."""
    calls.idempotency_key()  # before a paper is made
    return calls.run(papers.issue(task_id, body["seat"]))


@route(f"POST {ONE}/reply", "signed-in", body=Reply)
def receive(body: dict[str, Any], paper_id: int) -> Response:
    """登记回函: compared with what went out, refused when it does not match."""
    calls.idempotency_key()
    return calls.run(papers.receive(paper_id, **body))


@route(f"POST {ONE}/completion", "signed-in", body=Recorded, limit=security.FORM_LIMIT)
def record(body: dict[str, Any], paper_id: int) -> Response:
    """代录: what the reply says, as the act of the unit that was asked."""
    return calls.run(RecordReply(paper_id, **body))
