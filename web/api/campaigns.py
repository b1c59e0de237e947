"""Campaigns: years as data, the phases of a year, what would happen until a day."""

from typing import Any

from flask import Response
from marshmallow import fields, validate

from engine.commands import campaigns as commands
from engine.queries import campaigns, phases, rollover
from engine.queries import dry_run as rehearsals
from web import calls
from web.api.routes import Noun
from web.schemas.base import Schema, shape
from web.schemas.bodies import DryRun

NOUN = Noun("campaigns", "年度日历、年度阶段、演练")
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


class Copy(Schema):
    """A new year and the one it is copied from."""

    year = fields.Integer(required=True, strict=True)
    source = fields.Integer(required=True, strict=True)


class Changed(Schema):
    """Windows {phase: [from, to]} and limits {key: day, null: as in the due table}."""

    windows = fields.Dict(
        fields.String(),
        fields.List(fields.Date(), validate=validate.Length(equal=2)),
        load_default=dict,
    )
    limits = fields.Dict(fields.String(), fields.Date(allow_none=True), load_default=dict)


@route("GET /campaigns/<application>/years", "operations", answer=shape(campaigns.Campaign))
def years(application: str) -> Any:
    """年度日历: every year with its windows and limits, and where it stands."""
    return calls.ask(campaigns.campaign_years, application=application)


@route(
    "GET /campaigns/<application>/changes",
    "operations",
    answer=shape(campaigns.Change)(many=True),
)
def changes(application: str) -> Any:
    """Who laid down, changed or started which year, newest first."""
    return calls.every(campaigns.changes, application=application)


@route("POST /campaigns/<application>/years", "campaign", body=Copy)
def copy_year(body: dict[str, Any], application: str) -> Response:
    """复制: lay down a year as a draft of another; If-Match is the version of the years."""
    return calls.run(commands.CopyYear(application, if_match=calls.if_match(), **body))


@route("PUT /campaigns/<application>/years/<int:year>", "campaign", body=Changed)
def change_year(body: dict[str, Any], application: str, year: int) -> Response:
    """Change windows and limits of a year that has not started."""
    windows = {key: (pair[0], pair[1]) for key, pair in body["windows"].items()}
    version = calls.if_match()
    return calls.run(commands.ChangeYear(application, year, windows, body["limits"], version))


@route("DELETE /campaigns/<application>/years/<int:year>", "campaign")
def remove_year(application: str, year: int) -> Response:
    """Take a draft back."""
    return calls.run(commands.RemoveYear(application, year, calls.if_match()))


@route("POST /campaigns/<application>/years/<int:year>/start", "campaign")
def start_year(application: str, year: int) -> Response:
    """启用: the year's case starts on 1 January, at once when that is past."""
    return calls.run(commands.StartYear(application, year, calls.if_match()))


class Until(Schema):
    """The year (this one when missing) and the moment (its end when missing)."""

    year = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(1, 9999))
    at = fields.AwareDateTime(load_default=None, allow_none=True)


@route(
    "GET /campaigns/<application>/rollover",
    "operations",
    query=Until,
    answer=shape(rollover.Rollover),
)
def dry_rollover(query: dict[str, Any], application: str) -> Any:
    """年终预演: what would be frozen, reported and carried over; unsaved."""
    return calls.ask(rollover.rollover, application=application, **query)


@route("POST /campaigns/dry-run", "operations", body=DryRun, answer=shape(rehearsals.DryRun))
def dry_run(body: dict[str, Any]) -> Any:
    """预演: which timers would fire until a moment, and what each case would do; unsaved."""
    return calls.ask(rehearsals.dry_run, **body)
