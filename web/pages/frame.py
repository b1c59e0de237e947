"""What every page shows around its content: navigation, person, clock, tools for templates."""

from typing import Any
from urllib.parse import urlencode

from flask import Response, current_app, make_response, render_template, request

from engine.base.actor import Actor
from engine.engine import Engine
from engine.queries import operations, worklist
from web import session
from web.pages import assets

_OWNER = frozenset({"process_owner"})
_OPERATIONS = frozenset({"scheduler", "process_owner", "admin"})
_OPERATOR = frozenset({"scheduler", "admin"})


def engine() -> Engine:
    """Give the engine that answers this application."""
    return session.engine()


def navigation(actor: Actor, todo: int) -> list[dict[str, Any]]:
    """Give the entries of the main navigation ACTOR may use."""
    entries = [
        {"href": "/todo", "label": "待办", "count": todo},
        {"href": "/start", "label": "发起", "count": 0},
        {"href": "/case", "label": "案件", "count": 0},
        {"href": "/ledger", "label": "台账", "count": 0},
        {"href": "/dashboard", "label": "统计", "count": 0},
    ]
    if actor.rights & _OWNER:
        entries.append({"href": "/lib", "label": "流程库", "count": 0})
    if actor.rights & _OPERATIONS:
        entries.append({"href": "/ops", "label": "调度", "count": 0})
    if "admin" in actor.rights:
        entries.append({"href": "/admin", "label": "管理", "count": 0})
    return entries


def frame() -> dict[str, Any]:
    """Give what the base template needs; nothing of it for strangers."""
    common = {
        "asset": assets.asset,
        "styled": assets.styled,
        "here": here(),
        "with_query": with_query,
    }
    actor = session.actor()
    if actor is None:
        return common | {"actor": None, "nav": [], "clock": None}
    clock = engine().ask(operations.clock, actor)
    counts = engine().ask(worklist.counts, actor)
    names = dict.fromkeys(post.unit_name for post in actor.posts)  # each unit once
    unit = "·".join(list(names)[:2])
    return common | {
        "actor": actor,
        "unit_line": unit or "系统管理",
        "nav": navigation(actor, counts.todo),
        "counts": counts,
        "clock": clock,
        "can_schedule": bool(actor.rights & _OPERATOR),
    }


# Pages that stand below another entry of the navigation.
_BELOW = {
    "/import": "/ledger",
    "/report": "/dashboard",
    "/done": "/todo",
    "/started": "/todo",
    "/notices": "/todo",
}


def here() -> str:
    """Give the entry of the navigation this page belongs to."""
    first = "/" + request.path.split("/")[1]
    if first == "/case" and "/task/" in request.path:
        return "/todo"
    return _BELOW.get(first, first)


def page(template: str, **values: Any) -> Response:
    """Render a page; the same template serves htmx fragments by its blocks."""
    response = make_response(render_template(template, **frame(), **values))
    response.headers["Vary"] = "HX-Request"
    return response


# Said once, not kept in links.
_ONCE = frozenset(("after", "acted", "began", "told", "claimed", "released"))


def with_query(**changes: Any) -> str:
    """Give the address of this page with query values changed; None takes one away."""
    kept = {key: value for key, value in request.args.items() if key not in _ONCE}
    kept.update({key: str(value) for key, value in changes.items() if value is not None})
    for key in [key for key, value in changes.items() if value is None]:
        kept.pop(key, None)
    return f"{request.path}?{urlencode(kept)}" if kept else request.path


def dumps(value: Any) -> str:
    """Write JSON as the application does."""
    return str(current_app.json.dumps(value))
