"""Incidents: what stopped and needs a person."""

from typing import Any

from flask import Response

from engine.commands.jobs import ResolveIncident
from engine.queries import incidents
from web import calls
from web.api.routes import Noun
from web.schemas.base import Search, page_of, shape
from web.schemas.bodies import Repair

NOUN = Noun("incidents", "异常：检索、分组、处理")
route = NOUN.route


@route(
    "POST /incidents/search",
    "operations",
    body=Search,
    answer=page_of(incidents.IncidentRow),
)
def search(body: dict[str, Any]) -> Any:
    """异常检索."""
    return calls.search(incidents.incidents, body)


@route("GET /incidents/groups", "operations", answer=shape(incidents.IncidentGroup)(many=True))
def groups() -> Any:
    """Open incidents by cause and element."""
    return calls.every(incidents.groups)


@route("GET /incidents/<int:incident_id>", "operations", answer=shape(incidents.IncidentRow))
def get(incident_id: int) -> Any:
    """One incident."""
    return calls.ask(incidents.incident_by_id, incident_id=incident_id)


@route("POST /incidents/<int:incident_id>/resolution", "operations", body=Repair)
def resolve(body: dict[str, Any], incident_id: int) -> Response:
    """处理: retry, skip, error or move."""
    variables = body.pop("variables")
    return calls.run(ResolveIncident(incident_id, vars=variables, **body))
