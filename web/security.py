"""The guard at the door: declared permissions, CSRF, origins, headers, request ids, limits."""

import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

import structlog
from flask import Flask, Response, current_app, g, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from engine.base.errors import NotAllowed, NotSignedIn
from web import limits, session
from web.errors import BadRequest
from web.settings import SETTINGS, WebSettings

F = TypeVar("F", bound=Callable[..., Any])
HASHED = "/static/dist/"  # the names of these files change with their content
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
JSON_LIMIT = 2_000_000  # bytes of an ordinary body; a designed default
FORM_LIMIT = 0  # stands for the limit of the installation: Limits.form_bytes
_REQUEST_ID = re.compile(r"^[A-Za-z0-9-]{8,64}$")

# Permission name → rights of which one is needed; None: no sign-in, (): signed in.
RIGHTS: dict[str, tuple[str, ...] | None] = {
    "public": None,
    "signed-in": (),
    "owner": ("process_owner", "system"),
    "deploy": ("process_owner", "system"),
    "scheduler": ("scheduler", "system"),
    "operations": ("scheduler", "process_owner", "admin", "system"),
    "calendar": ("scheduler", "admin", "system"),
    "campaign": ("scheduler", "admin", "system"),
    "admin": ("admin", "system"),
    "unfilled": ("scheduler", "admin", "system"),
}
# Only with the password told again lately (reliability.md 6.5): deployments. The vault asks
# each time. Its keys are files and settings of the machine; no address touches them.
AGAIN = frozenset({"deploy"})

# Content security policies by page class (frontend.md 6).
_POLICY = (
    "default-src 'self'; script-src 'self'; style-src {style}; img-src {img}; "
    "font-src 'self'; connect-src 'self'; frame-src 'none'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
CSP = {
    "P": _POLICY.format(style="'self'", img="'self' data:"),
    "F": _POLICY.format(style="'self'", img="'self' data: blob:"),
    "D": _POLICY.format(style="'self' 'unsafe-inline'", img="'self' data:"),
    "download": "sandbox",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """What a view declares: who may come, its page class, how large a body may be."""

    permission: str
    csp: str = "P"
    body_limit: int = JSON_LIMIT


def permission(name: str, *, csp: str = "P", body_limit: int = JSON_LIMIT) -> Callable[[F], F]:
    """Declare who may call a view: a key of RIGHTS; a view without one answers 403."""
    if name not in RIGHTS:
        raise ValueError(f"unknown permission {name}")
    rule = Rule(name, csp, body_limit)

    def declare(view: F) -> F:
        view.__dict__["shouhu_rule"] = rule
        return view

    return declare


def rule_of(app: Flask, endpoint: str | None) -> Rule | None:
    """Give what the view of ENDPOINT declared, None when nothing."""
    view = app.view_functions.get(endpoint or "")
    if endpoint == "static":
        return Rule("public")
    return cast("Rule | None", getattr(view, "shouhu_rule", None))


def undeclared(app: Flask) -> list[str]:
    """Name the endpoints of APP that declare no permission; a test wants none."""
    return sorted(name for name in app.view_functions if rule_of(app, name) is None)


def use_policy(name: str) -> None:
    """Answer this request under the page class NAME instead of the declared one."""
    g.csp = name


def csrf_token() -> str:
    """Give the token a form of the signed-in person must send back, "" without a session."""
    return csrf_of(session.token())


def csrf_of(token: str) -> str:
    """Give the CSRF token that belongs to the session TOKEN."""
    if not token:
        return ""
    return hmac.new(token.encode(), b"csrf", hashlib.sha256).hexdigest()


def guard() -> None:
    """Let a request in or refuse it: declared? signed in? entitled? really from our page?"""
    if request.endpoint is None:
        return  # the router answers 404 or 405
    rule = rule_of(current_app, request.endpoint)
    if rule is None:
        raise NotAllowed("此地址未声明权限，不能访问。")
    g.form_limit = rule.body_limit == FORM_LIMIT
    request.max_content_length = rule.body_limit or session.bounds().form_bytes
    needed = RIGHTS[rule.permission]
    if needed is not None:
        _check_rights(needed)
    if request.method not in SAFE:
        _check_origin()
        if needed is not None:
            _check_csrf()
        if rule.permission in AGAIN:
            session.require_confirmed()
    if limits.unreadable(request):
        raise BadRequest("地址或内容含有不能使用的字符。")


# Where one may go before a password was chosen.
_CHOOSING = ("/me", "/me/password", "/logout", "/api/v1/session", "/api/v1/session/password")


def renew() -> BaseResponse | None:
    """Lead a person with a first or an old password to the page that changes it."""
    rule = rule_of(current_app, request.endpoint)
    if rule is None or RIGHTS[rule.permission] is None or request.path in _CHOOSING:
        return None
    if not session.must_change():
        return None
    if request.path.startswith("/api/") or request.method not in SAFE:
        raise NotAllowed("请先修改密码，再继续。", code="password-change")
    return redirect("/me?renew=1")


def _check_rights(needed: tuple[str, ...]) -> None:
    actor = session.actor()
    if actor is None:
        raise NotSignedIn
    if needed and not actor.rights.intersection(needed):
        raise NotAllowed


def _check_origin() -> None:
    origin = request.headers.get("Origin")
    if origin is not None:
        if urlsplit(origin).netloc != request.host:
            raise NotAllowed("请求来源不正确，已拒绝。", code="wrong-origin")
        return
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    if site not in ("same-origin", "none"):
        raise NotAllowed("请求来源不正确，已拒绝。", code="wrong-origin")


def _check_csrf() -> None:
    if not session.by_cookie():
        return  # machine tokens never ride on cookies
    sent = request.headers.get("X-CSRF-Token", "")
    if not sent and request.mimetype != "application/json":
        sent = request.form.get("csrf_token", "")
    if not hmac.compare_digest(sent.encode(), csrf_token().encode()):
        raise NotAllowed("页面已过期，请刷新后重试。", code="wrong-csrf")


def begin_request() -> None:
    """Give the request its id: the proxy's if it is well formed, else a new one."""
    sent = request.headers.get("X-Request-ID", "")
    if _REQUEST_ID.match(sent):
        g.request_id = sent
    else:
        g.request_id = session.engine().ids.uid().replace("-", "")[-16:].upper()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def add_headers(response: Response) -> Response:
    """Put the security headers on RESPONSE."""
    settings = cast(WebSettings, current_app.extensions[SETTINGS])
    rule = rule_of(current_app, request.endpoint) or Rule("public")
    name = g.get("csp") or rule.csp
    camera = "geolocation=(self), camera=(self)" if name == "F" else "geolocation=(), camera=()"
    headers = response.headers
    headers["Content-Security-Policy"] = CSP[name]
    headers["Permissions-Policy"] = camera
    headers["Referrer-Policy"] = "same-origin"
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    headers["X-Request-ID"] = g.get("request_id", "")
    if request.endpoint != "static":
        headers.setdefault("Cache-Control", "no-store")
    elif request.path.startswith(HASHED) and response.status_code in (200, 304):
        headers["Cache-Control"] = "public, max-age=31536000, immutable"  # frontend.md 2.2
    if settings.tls:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    return response


def register(app: Flask, settings: WebSettings) -> None:
    """Put the guard before, and the headers after, every request of APP."""
    app.extensions[SETTINGS] = replace(settings)
    app.before_request(begin_request)
    app.before_request(guard)
    app.before_request(renew)
    app.after_request(add_headers)
    app.jinja_env.globals["csrf_token"] = csrf_token
