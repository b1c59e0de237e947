"""Campaigns: the phases of a year, timers to come, what would happen until a day."""

from typing import Any

from marshmallow import fields, validate

from engine.queries import dry_run as rehearsals
from engine.queries import phases
from web import calls
from web.api.routes import Noun
from web.schemas.base import Schema, shape
from web.schemas.bodies import DryRun

NOUN = Noun("campaigns", "年度阶段、定时器、演练")
route = NOUN.route


class Year(Schema):
    """The year, this one when missing."""

    year = fields.Integer(
        load_default=None, allow_none=True, validate=validate.Range(1, 9999)
    )


@route(
    "GET /campaigns/<application>/phases",
    "signed-in",
    query=Year,
    answer=shape(phases.YearStrip),
)
def strip(query: dict[str, Any], application: str) -> Any:
    """阶段: the windows of a year and where today stands."""
    return calls.ask(phases.year_strip, application=application, year=query["year"])


@route("POST /campaigns/dry-run", "operations", body=DryRun, answer=shape(rehearsals.DryRun))
def dry_run(body: dict[str, Any]) -> Any:
    """预演: which timers would fire until a moment, and what each case would do; unsaved."""
    return calls.ask(rehearsals.dry_run, **body)
