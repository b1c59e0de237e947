"""依据: from element to clause and back, as the diagrams anchor them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from engine.bpmn.facts import NodeFacts, ProcessFacts
from engine.context import View
from engine.queries import deployed
from engine.store.tables import definition


@dataclass(frozen=True, slots=True)
class Anchor:
    """One anchor: the ELEMENT of a process that carries a clause or requirement."""

    process_key: str
    process_name: str
    element: str
    element_name: str
    kind: str
    document: str
    document_title: str
    article: str
    requirement: str
    basis: str
    text: str


def anchors(view: View, *, application: str, requirement: str = "") -> tuple[Anchor, ...]:
    """Give the anchors of the newest version; REQUIREMENT narrows to one id."""
    version = deployed.latest(view, application)
    titles = {str(d["id"]): str(d["title"]) for d in version.application.documents}
    found = [
        anchor
        for process in version.facts.values()
        for anchor in of_process(process, titles)
        if not requirement or anchor.requirement == requirement
    ]
    return tuple(sorted(found, key=lambda a: (a.requirement, a.process_key, a.element)))


def of_definition(view: View, *, definition_id: int) -> tuple[Anchor, ...]:
    """Give the anchors of one stored definition."""
    query = sa.select(definition.c.facts).where(definition.c.id == definition_id)
    facts = view.connection.execute(query).scalar_one()
    return tuple(of_process(ProcessFacts.from_dict(facts), {}))


def of_process(process: ProcessFacts, titles: Mapping[str, str]) -> list[Anchor]:
    """Give the anchors of a process: its own and those of its elements."""
    own = NodeFacts("", "process", process.name, clauses=process.clauses)
    return [
        _anchor(process, node, row, titles)
        for node in (own, *process.nodes.values())
        for row in node.clauses
    ]


def _anchor(
    process: ProcessFacts, node: NodeFacts, row: Mapping[str, Any], titles: Mapping[str, str]
) -> Anchor:
    document = str(row.get("document") or "")
    return Anchor(
        process_key=process.key,
        process_name=process.name,
        element=node.id,
        element_name=node.name or node.id,
        kind=node.kind,
        document=document,
        document_title=titles.get(document, document),
        article=str(row.get("article") or ""),
        requirement=str(row.get("requirement") or ""),
        basis=str(row.get("basis") or ""),
        text=str(row.get("text") or ""),
    )
