"""Make the web application: guard, errors, API, pages; called by name from the launcher."""

import importlib
import importlib.util
import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

import orjson
from flask import Blueprint, Flask
from flask.json.provider import JSONProvider
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from werkzeug.middleware.proxy_fix import ProxyFix

from engine.engine import Engine
from web import errors, limits, security
from web.api.register import register_api
from web.schemas import wire
from web.session import Passwords
from web.settings import ENGINE, WebSettings, from_environment


class Json(JSONProvider):
    """JSON of the wire: numbers with a fraction come in as Decimal, never as float."""

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        """Write OBJ."""
        del kwargs
        try:
            raw = orjson.dumps(obj, default=_write, option=orjson.OPT_PASSTHROUGH_DATETIME)
        except orjson.JSONEncodeError:  # whole numbers beyond 64 bits are good JSON too
            return json.dumps(obj, default=_write, ensure_ascii=False)
        return raw.decode()

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """Read S exactly."""
        del kwargs
        try:
            read = json.loads(s, parse_float=Decimal, parse_constant=_refuse)
        except RecursionError as error:
            raise ValueError("nested too deeply") from error
        return limits.bounded(read)


def _write(value: Any) -> Any:
    if isinstance(value, datetime | date | Decimal):
        return wire.plain(value)
    raise TypeError(f"not for the wire: {type(value).__name__}")


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def create_app(
    engine: Engine, *, testing: bool = False, settings: WebSettings | None = None
) -> Flask:
    """Make the application that serves ENGINE; TESTING hashes cheaply and has no shield."""
    settings = settings or from_environment()
    app = Flask(__name__, static_folder="static", static_url_path="/static")
    app.json = Json(app)
    app.url_map.converters["int"] = limits.Id
    app.testing = testing
    app.config["MAX_FORM_PARTS"] = 1000
    app.config["PROPAGATE_EXCEPTIONS"] = False
    if settings.trusted_hosts:
        app.config["TRUSTED_HOSTS"] = list(settings.trusted_hosts)
    app.extensions[ENGINE] = engine
    app.extensions["shouhu_passwords"] = _passwords(testing)
    errors.register(app)
    security.register(app, settings)
    register_api(app)
    _register_pages(app)
    if not testing:
        _shield(app, settings)
    if settings.proxies:
        count = settings.proxies
        fixed = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)
        app.wsgi_app = fixed  # type: ignore[method-assign]  # Flask documents this form
    return app


def read_templates(app: Flask) -> None:
    """Compile every template of APP, so that no first page waits for its own."""
    for name in app.jinja_env.list_templates():
        app.jinja_env.get_template(name)


def _passwords(testing: bool) -> Passwords:
    return Passwords(memory_kib=64, rounds=1, at_once=8) if testing else Passwords()


def _register_pages(app: Flask) -> None:
    """Add the pages room when it is there; the API stands without it."""
    if importlib.util.find_spec("web.pages.register") is not None:
        importlib.import_module("web.pages.register").register_pages(app)


def _shield(app: Flask, settings: WebSettings) -> None:
    """Slow down floods per address and node; what must hold is counted in the database."""
    shield = Limiter(
        get_remote_address,
        app=app,
        storage_uri="memory://",
        default_limits=[f"{settings.requests_per_minute} per minute"],
    )
    if "public" in app.blueprints:  # strangers look more slowly than people at work
        shield.limit(f"{settings.public_per_minute} per minute")(
            cast(Blueprint, app.blueprints["public"])
        )

