"""What a deployed version brings to a question: facts, forms, settings, its calendar."""

import sqlalchemy as sa

from engine.base.errors import NotFound
from engine.base.expressions import Calendar
from engine.bpmn.facts import NodeFacts, ProcessFacts
from engine.context import Deployed, View
from engine.store import definitions
from engine.store.tables import definition


def of(view: View, definition_id: int, runtime: str) -> Deployed:
    """Give the compiled version DEFINITION_ID belongs to, for RUNTIME of the instance."""
    return view.runtimes.deployed(view.connection, definition_id, runtime)


def facts(view: View, definition_id: int, runtime: str) -> ProcessFacts:
    """Give the facts of one definition."""
    row = view.runtimes.definition(view.connection, definition_id)
    return of(view, definition_id, runtime).facts[row["key"]]


def node(process: ProcessFacts, element: str) -> NodeFacts:
    """Give the facts of ELEMENT; bare ones when the diagram does not know it."""
    return process.nodes.get(element) or NodeFacts(element, "", element)


# What people read where the drawing has no name: nobody is shown an id.
_UNNAMED = {
    "exclusiveGateway": "分支",
    "inclusiveGateway": "分支",
    "eventBasedGateway": "等待",
    "parallelGateway": "并行",
    "startEvent": "开始",
    "endEvent": "结束",
}


def name_of(process: ProcessFacts, element: str) -> str:
    """Give the name of ELEMENT as drawn, else its kind, its id when nothing is known."""
    if element == process.key:
        return process.name
    found = process.nodes.get(element)
    return (found.name or _UNNAMED.get(found.kind, "") if found else "") or element


def calendar(view: View, definition_id: int, runtime: str) -> Calendar | None:
    """Give the working calendar the definition counts days with."""
    version = of(view, definition_id, runtime)
    row = view.runtimes.definition(view.connection, definition_id)
    wanted = version.facts[row["key"]].calendar
    return version.calendars.get(wanted) or version.calendars.get(version.application.calendar)


def latest(view: View, application: str) -> Deployed:
    """Give the newest version of APPLICATION, compiled for new instances."""
    row = definitions.latest_bundle(view.connection, application)
    if row is None:
        raise NotFound
    runtime = view.runtimes.of_new(row["runtime"]).name
    query = sa.select(definition.c.id).where(definition.c.bundle_id == row["id"]).limit(1)
    found = view.connection.execute(query).scalar_one_or_none()
    if found is None:
        return view.runtimes.version(view.connection, row["id"], application)
    return of(view, found, runtime)  # by a definition's id the files need not be read again
