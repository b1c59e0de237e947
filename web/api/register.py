"""Put the API on the application: resources, the OpenAPI document, its page, health."""

from typing import Any

from flask import Blueprint, Flask, render_template
from flask_smorest import Api

from engine.base.actor import SYSTEM
from engine.queries import health
from web import security, session
from web.api import (
    accounts,
    attachments,
    calendars,
    campaigns,
    decisions,
    definitions,
    deployments,
    deputies,
    drafts,
    imports,
    incidents,
    instances,
    jobs,
    ledgers,
    messages,
    organisation,
    papers,
    people,
    prints,
    registers,
    tasks,
)
from web.api.routes import PREFIX
from web.schemas.base import Problem

NOUNS = (
    people.NOUN,
    deployments.NOUN,
    definitions.NOUN,
    drafts.NOUN,
    instances.NOUN,
    tasks.NOUN,
    decisions.NOUN,
    messages.NOUN,
    jobs.NOUN,
    incidents.NOUN,
    ledgers.NOUN,
    imports.NOUN,
    campaigns.NOUN,
    attachments.NOUN,
    prints.NOUN,
    papers.NOUN,
    registers.NOUN,
    calendars.NOUN,
    organisation.NOUN,
    accounts.NOUN,
    deputies.NOUN,
)
SCHEMES = {
    "session": {"type": "apiKey", "in": "cookie", "name": "sid"},
    "csrf": {"type": "apiKey", "in": "header", "name": "X-CSRF-Token"},
}
METHODS = ("get", "post", "put", "patch", "delete")


class Documented(Api):  # type: ignore[misc]  # flask-smorest has no types
    """flask-smorest's document of the API; errors are answered by web/errors.py."""

    ERROR_SCHEMA = Problem

    def _register_error_handlers(self) -> None:
        return


def register_api(app: Flask) -> None:
    """Register all resources under /api/v1 and the addresses without a resource."""
    app.config.update(
        API_TITLE="守护 API",
        API_VERSION="v1",
        OPENAPI_VERSION="3.0.3",
        OPENAPI_URL_PREFIX=None,
        API_SPEC_OPTIONS={"security": [{"session": [], "csrf": []}]},
    )
    api = Documented(app)
    for name, scheme in SCHEMES.items():
        api.spec.components.security_scheme(name, scheme)
    for noun in NOUNS:
        api.register_blueprint(noun.blueprint)
    app.register_blueprint(_addresses(api))


def _addresses(api: Any) -> Blueprint:
    blueprint = Blueprint("service", __name__)

    @blueprint.route(f"{PREFIX}/openapi.json")
    @security.permission("signed-in")
    def openapi_json() -> Any:
        return api.spec.to_dict()

    @blueprint.route(f"{PREFIX}/")
    @security.permission("signed-in")
    def openapi_page() -> str:
        return render_template("api/index.html", operations=_operations(api.spec.to_dict()))

    @blueprint.route("/healthz")
    @security.permission("public")
    def healthz() -> Any:
        return {"status": "up"}

    @blueprint.route("/readyz")
    @security.permission("public")
    def readyz() -> Any:
        found = session.engine().ask(health.readiness, SYSTEM)
        return {"status": found.status, "reasons": found.reasons}, 200 if found.ready else 503

    return blueprint


def _operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    """List the operations of the OpenAPI document for the page."""
    return [
        {
            "method": method.upper(),
            "path": path,
            "summary": entry[method].get("summary", ""),
            "tag": (entry[method].get("tags") or [""])[0],
        }
        for path, entry in sorted(document.get("paths", {}).items())
        for method in METHODS
        if method in entry
    ]
