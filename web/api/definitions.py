"""Process definitions: search, diagram, start form, statistics, differences."""

from typing import Any

from flask import Response
from marshmallow import fields

from engine.queries import definitions, processes
from web import calls
from web.api.routes import Noun
from web.schemas.base import Schema, Search, page_of, shape

NOUN = Noun("process-definitions", "流程定义：检索、流程图、启动表单、统计、差异")
route = NOUN.route


class Compare(Schema):
    """The version to compare with."""

    to = fields.Integer(required=True)


@route(
    "POST /process-definitions/search",
    "signed-in",
    body=Search,
    answer=page_of(processes.DefinitionRow),
)
def search(body: dict[str, Any]) -> Any:
    """流程检索; filter {"latest": true} for the versions new cases take."""
    return calls.search(processes.search, body)


@route(
    "GET /process-definitions/<int:definition_id>",
    "signed-in",
    answer=shape(processes.DefinitionRow),
)
def get(definition_id: int) -> Any:
    """One process of one version."""
    return calls.ask(processes.get, definition_id=definition_id)


@route("GET /process-definitions/<int:definition_id>/xml", "signed-in")
def xml(definition_id: int) -> Response:
    """流程图: the BPMN file, byte for byte."""
    content = calls.ask(processes.xml, definition_id=definition_id)
    return Response(content, mimetype="application/xml")


@route("GET /process-definitions/<int:definition_id>/facts", "signed-in")
def facts(definition_id: int) -> Any:
    """What the engine knows of the process: elements, clauses, search fields."""
    return calls.ask(processes.facts, definition_id=definition_id).as_dict()


@route("GET /process-definitions/<int:definition_id>/start-form", "signed-in")
def start_form(definition_id: int) -> Any:
    """启动表单: form-js schema, 404 when the process has none."""
    return calls.found(calls.ask(processes.start_form, definition_id=definition_id))


@route(
    "GET /process-definitions/<int:definition_id>/statistics",
    "signed-in",
    answer=shape(processes.Statistics),
)
def statistics(definition_id: int) -> Any:
    """Instances by status and open work by element, in the actor's scope."""
    return calls.ask(processes.statistics, definition_id=definition_id)


@route(
    "GET /process-definitions/<int:definition_id>/diff",
    "signed-in",
    query=Compare,
    answer=shape(definitions.Difference),
)
def diff(query: dict[str, Any], definition_id: int) -> Any:
    """差异: the application of this definition against version TO."""
    row = calls.ask(processes.get, definition_id=definition_id)
    return calls.ask(
        definitions.difference,
        application=row.application,
        before=row.version,
        after=query["to"],
    )
