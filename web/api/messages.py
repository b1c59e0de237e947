"""Messages from outside."""

from typing import Any

from flask import Response

from engine.commands.messages import SendMessage
from engine.queries import incidents
from web import calls
from web.api.routes import Noun
from web.schemas.base import Search, page_of
from web.schemas.bodies import Publication

NOUN = Noun("messages", "消息：发布、关联")
route = NOUN.route


def _message(body: dict[str, Any], time_to_live: str) -> SendMessage:
    return SendMessage(
        name=body["name"],
        keys=body["correlation_keys"],
        payload=body["variables"],
        uid=body["message_id"],
        time_to_live=time_to_live,
        instance_id=body["instance_id"],
    )


@route("POST /messages/publication", "operations", body=Publication)
def publish(body: dict[str, Any]) -> Response:
    """发布: the message waits for its receiver for timeToLive."""
    return calls.run(_message(body, body["time_to_live"]))


@route("POST /messages/correlation", "operations", body=Publication)
def correlate(body: dict[str, Any]) -> Response:
    """关联: a receiver now, or none."""
    return calls.run(_message(body, "PT0S"))


@route(
    "POST /messages/search", "operations", body=Search, answer=page_of(incidents.MessageRow)
)
def search(body: dict[str, Any]) -> Any:
    """Messages that wait or found nobody."""
    return calls.search(incidents.messages, body)
