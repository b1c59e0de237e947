"""One typed decorator for API views: path, permission, shapes; the document follows."""

from collections.abc import Callable
from typing import Any, TypeVar

import marshmallow as ma
from flask import Request, current_app
from flask_smorest import Blueprint
from webargs import core
from webargs.core import is_json
from webargs.flaskparser import FlaskParser

from web import security
from web.errors import BadRequest

F = TypeVar("F", bound=Callable[..., Any])
Shape = type[ma.Schema] | ma.Schema
PREFIX = "/api/v1"


# POSTs that change nothing, and signing in, need no key.
LOOKS = (
    *("/search", "/exports", "/prints", "/evaluation", "/next-handlers", "/dry-run"),
    "/vault-look",
    "/session",
)
IDEMPOTENCY = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": True,
    "schema": {"type": "string", "minLength": 16, "maxLength": 64},
    "description": "同一请求号与内容只生效一次，重复时返回首次结果。",
}


class Parser(FlaskParser):
    """webargs, but bodies are read by the application's own JSON: decimals, no NaN."""

    def _raw_load_json(self, req: Request) -> Any:
        if not is_json(req.mimetype):
            return core.missing
        try:
            return current_app.json.loads(req.get_data(cache=True))
        except ValueError as error:
            raise BadRequest("请求体不是有效的 JSON。") from error


class ApiBlueprint(Blueprint):  # type: ignore[misc]  # flask-smorest has no types
    """A blueprint whose arguments are read by our parser."""

    ARGUMENTS_PARSER = Parser()


class Noun:
    """The routes of one resource; READ and WRITE register views on a blueprint."""

    def __init__(self, name: str, description: str) -> None:
        self.blueprint = ApiBlueprint(name, name, url_prefix=PREFIX, description=description)

    def route(
        self,
        method_and_path: str,
        may: str,
        *,
        body: Shape | None = None,
        query: Shape | None = None,
        answer: Shape | tuple[int, Shape] | None = None,
        limit: int = security.JSON_LIMIT,
    ) -> Callable[[F], F]:
        """Register a view: "POST /user-tasks/search", who MAY, what comes and goes.

        BODY and QUERY arrive as dictionaries before the path's parameters; ANSWER is the
        shape of what the view returns, with its status when that is not 200.
        """
        method, path = method_and_path.split(" ", 1)
        status, shape = answer if isinstance(answer, tuple) else (200, answer)

        headers = [IDEMPOTENCY] if method == "POST" and not path.endswith(LOOKS) else []

        def declare(view: F) -> F:
            wrapped: Any = security.permission(may, body_limit=limit)(view)
            wrapped = self.blueprint.response(status, shape)(wrapped)
            if query is not None:
                wrapped = self.blueprint.arguments(query, location="query")(wrapped)
            if body is not None:
                wrapped = self.blueprint.arguments(body, location="json")(wrapped)
            self.blueprint.route(path, methods=[method], parameters=headers)(wrapped)
            return view

        return declare
