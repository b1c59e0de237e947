"""Decisions: which there are, and what a table gives for test inputs."""

from typing import Any

from engine.queries import decisions
from web import calls
from web.api.routes import Noun
from web.schemas.base import Search, page_of, shape
from web.schemas.bodies import Evaluation

NOUN = Noun("decisions", "决策表：检索、试算")
route = NOUN.route


@route(
    "POST /decisions/search", "signed-in", body=Search, answer=page_of(decisions.DecisionRow)
)
def search(body: dict[str, Any]) -> Any:
    """决策检索."""
    return calls.search(decisions.search, body)


@route(
    "POST /decisions/evaluation",
    "signed-in",
    body=Evaluation,
    answer=shape(decisions.Evaluated),
)
def evaluate(body: dict[str, Any]) -> Any:
    """试算: value, matched rows, table version; nothing is saved."""
    return calls.ask(decisions.evaluate, **body)
