"""From a view to the front door: execute with key and body hash, ask with signed cursors."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import quote

import orjson
from flask import Response, current_app, request

from engine.base.errors import InvalidRequest, NotFound
from engine.commands.command import Command
from engine.commands.results import Replayed, Result
from engine.queries.paging import Cursor, Page, Paging, Sort
from web import limits, security, session
from web.errors import BadRequest
from web.schemas import wire

T = TypeVar("T")


def run(command: Command, *, body_hash: str | None = None) -> Response:
    """Execute COMMAND as the signed-in person and answer its result in camelCase."""
    result = session.engine().execute(
        command,
        session.require_actor(),
        key=idempotency_key(),
        route=f"{request.method} {request.path}",
        body_hash=hashed_body() if body_hash is None else body_hash,
    )
    return answer(result)


def once(command: Command) -> Response:
    """Execute COMMAND and answer its values under their own names; nothing is kept of it."""
    told = session.engine().execute(command, session.require_actor()).as_dict()
    return Response(current_app.json.dumps(told), mimetype="application/json")


def answer(result: Result) -> Response:
    """Answer RESULT; a stored one says that it is a replay."""
    replay = isinstance(result, Replayed)
    status = result.stored_status if isinstance(result, Replayed) else result.status
    told = result.as_dict()
    body = "" if status == 204 else current_app.json.dumps(wire.camel_keys(told))
    response = Response(body, status, mimetype="application/json")
    if replay:
        response.headers["Idempotency-Replayed"] = "true"
    if request.method == "PUT" and "version" in told:
        response.set_etag(str(told["version"]))
    return response


def idempotency_key() -> str | None:
    """Read the header; a POST that changes something must carry it (operations.md 3.4)."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        if request.method == "POST":
            raise BadRequest("缺少请求头 Idempotency-Key。", code="idempotency-key-missing")
        return None
    if not 16 <= len(key) <= 64 or not key.isascii() or not key.isprintable():
        raise BadRequest("请求头 Idempotency-Key 须为 16 至 64 个字符。")
    return key


def hashed_body() -> str:
    """Give the fingerprint of the body, so that a reused key with another body is found."""
    return hashlib.sha256(request.get_data(cache=True)).hexdigest()


def hashed_without_passwords(body: Mapping[str, Any]) -> str:
    """Give the fingerprint of a BODY with passwords: what is stored confirms no guess."""
    told = sorted((name, value) for name, value in body.items() if "password" not in name)
    return hashlib.sha256(repr(told).encode()).hexdigest()


def if_match() -> int | None:
    """Read the version of an edited document from If-Match; None when it is missing."""
    sent = request.headers.get("If-Match")
    if sent is None:
        return None
    plain = sent.strip().removeprefix("W/").strip('"')
    number = limits.whole(plain)
    if number is None:
        raise BadRequest("请求头 If-Match 须为版本号，如 \"7\"。")
    return number


def ask(query: Callable[..., T], **kwargs: Any) -> T:
    """Ask QUERY as the signed-in person."""
    return session.ask(query, **kwargs)


def every(query: Callable[..., Sequence[T]], **kwargs: Any) -> list[T]:
    """Ask QUERY for rows; Flask would take a tuple for (body, status)."""
    return list(session.ask(query, **kwargs))


def search(
    query: Callable[..., Page[T]], body: Mapping[str, Any], *, raw: bool = False, **extra: Any
) -> dict[str, Any]:
    """Ask a list QUERY with the filter, sort and page of a search BODY.

    RAW leaves the names of the filter as they are: keys the application declared.
    """
    name = (lambda key: key) if raw else wire.snake
    wanted = {name(key): _state(key, value) for key, value in body["filter"].items()}
    sorts = [Sort(name(s["field"]), s["order"] == "desc") for s in body["sort"]]
    paging = Paging(body["page"]["limit"], read_cursor(body["page"]["after"]))
    return listed(ask(query, wanted=wanted, sort=sorts, paging=paging, **extra))


def _state(name: str, value: Any) -> Any:
    """Take states in capitals as well, as Camunda 8 writes them: OPEN, ACTIVE."""
    if name in ("state", "status") and isinstance(value, str) and value.isascii():
        return value.lower()
    return value


def listed(page: Page[T]) -> dict[str, Any]:
    """Give PAGE in the shape of a search answer."""
    info = {
        "total": page.total,
        "total_is_exact": page.total_is_exact,
        "start_cursor": write_cursor(page.start_cursor),
        "end_cursor": write_cursor(page.end_cursor),
    }
    return {"items": page.items, "page": info}


def write_cursor(cursor: Cursor | None) -> str | None:
    """Give the signed text of CURSOR; it is good for this session only."""
    if cursor is None:
        return None
    raw = orjson.dumps(list(cursor))
    return base64.urlsafe_b64encode(_seal(raw) + raw).decode().rstrip("=")


def read_cursor(text: str | None) -> Cursor | None:
    """Read a signed cursor back; refuse one that was changed."""
    if not text:
        return None
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError) as error:
        raise InvalidRequest("翻页标记无效，请从第一页开始。", code="bad-cursor") from error
    sealed, raw = data[:16], data[16:]
    if not hmac.compare_digest(sealed, _seal(raw)):
        raise InvalidRequest("翻页标记无效，请从第一页开始。", code="bad-cursor")
    return tuple(orjson.loads(raw))


def _seal(raw: bytes) -> bytes:
    key = b"cursor:" + session.token().encode()
    return hmac.new(key, raw, hashlib.sha256).digest()[:16]


def download(content: bytes, name: str, media: str = "application/octet-stream") -> Response:
    """Answer CONTENT as an attachment called NAME, never shown inside a page."""
    response = Response(content, mimetype=media)
    plain = name.rsplit("/", 1)[-1]
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(plain)}"
    security.use_policy("download")
    return response


def found(value: T | None) -> T:
    """Give VALUE, or 404."""
    if value is None:
        raise NotFound
    return value
