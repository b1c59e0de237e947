"""Working calendars: years and their source, days, entering and taking back."""

from typing import Any

from flask import Response, request
from marshmallow import fields, validate

from engine.commands import calendars as commands
from engine.queries import calendars
from web import calls, limits
from web.api.routes import Noun
from web.schemas.base import Schema, shape

NOUN = Noun("calendars", "工作日历：年份与来源、逐日、录入与变更记录")
route = NOUN.route
CSV_LIMIT = 1_000_000  # bytes; ten years of days need a tenth of it


class Day(Schema):
    """What a day is: worked or off, and the name of the holiday."""

    working = fields.Boolean(required=True)
    name = fields.String(load_default="", validate=validate.Length(max=40))


@route("GET /calendars", "operations", answer=shape(calendars.CalendarHead)(many=True))
def heads() -> Any:
    """The calendars in use, their years and where the days of each come from."""
    return calls.every(calendars.heads)


@route(
    "GET /calendars/<calendar>/years/<int:year>",
    "operations",
    answer=shape(calendars.DayRow)(many=True),
)
def days(calendar: str, year: int) -> Any:
    """Every day of a year."""
    return calls.every(calendars.days, calendar=calendar, year=year)


@route(
    "GET /calendars/<calendar>/changes",
    "operations",
    answer=shape(calendars.Change)(many=True),
)
def changes(calendar: str) -> Any:
    """Who changed what, newest first."""
    return calls.every(calendars.changes, calendar=calendar)


@route("PUT /calendars/<calendar>/days/<day>", "calendar", body=Day)
def change_day(body: dict[str, Any], calendar: str, day: str) -> Response:
    """Say that a day is worked or off; If-Match is the version of the calendar."""
    version = calls.if_match()
    given = limits.day(day)
    return calls.run(commands.ChangeCalendarDay(calendar, given, if_match=version, **body))


@route("DELETE /calendars/<calendar>/days/<day>", "calendar")
def restore_day(calendar: str, day: str) -> Response:
    """Take the entry of a day back."""
    version = calls.if_match()
    given = limits.day(day)
    return calls.run(commands.ChangeCalendarDay(calendar, given, None, if_match=version))


@route("PUT /calendars/<calendar>/entries", "calendar", limit=CSV_LIMIT)
def enter(calendar: str) -> Response:
    """Take the CSV rows date,is_workday,name of the body, all or none."""
    data = request.get_data(cache=True)
    return calls.run(commands.ImportCalendarDays(calendar, data, calls.if_match()))


@route("DELETE /calendars/<calendar>/years/<int:year>", "calendar")
def remove_year(calendar: str, year: int) -> Response:
    """Take back everything entered for a year."""
    return calls.run(commands.RemoveCalendarYear(calendar, year, calls.if_match()))
