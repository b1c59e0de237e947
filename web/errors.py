"""Errors on the wire: the one table of statuses and the RFC 9457 body (operations.md 4.2)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

import structlog
from flask import Flask, Response, current_app, g, redirect, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from engine.base import errors
from engine.base.traces import trace
from web.schemas import wire

log = structlog.get_logger(__name__)

STATUS: Mapping[type[errors.ShouhuError], int] = {
    errors.NotSignedIn: 401,
    errors.NotAllowed: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.StaleDocument: 412,
    errors.TooLarge: 413,
    errors.WrongMediaType: 415,
    errors.InvalidRequest: 422,
    errors.InvalidForm: 422,
    errors.InvalidDefinition: 422,
    errors.InvalidExpression: 422,
    errors.Locked: 423,
    errors.VersionMissing: 428,
    errors.TooMany: 429,
    errors.NotSupported: 501,
    errors.Busy: 503,
    errors.CalendarMissing: 503,
    errors.StorageFull: 507,
}
RETRY_AFTER = {429: "60", 503: "2"}
# Statuses made by the web layer itself, before a command or a query is asked.
_HTTP: Mapping[int, tuple[str, str]] = {
    400: ("bad-request", "请求格式不正确。"),
    404: ("not-found", "没有找到，或不在您的数据范围内。"),
    405: ("method-not-allowed", "此地址不支持该方法。"),
    406: ("not-acceptable", "无法提供所要求的格式。"),
    413: ("too-large", "内容超过允许的大小。"),
    415: ("wrong-media-type", "不接受此类内容。"),
    422: ("invalid-request", "请求内容不符合要求。"),
    429: ("too-many", "操作过于频繁，请稍后再试。"),
}
DEFECT = ("internal", "系统内部错误，已记录。请把编号告诉管理员。")


class BadRequest(errors.ShouhuError):
    """请求格式不正确。"""

    code = "bad-request"  # 400: headers and JSON, never content


def status_of(error: errors.ShouhuError) -> int:
    """Give the HTTP status of ERROR by its nearest class in the table; 500 for none."""
    if isinstance(error, BadRequest):
        return 400
    if isinstance(error, errors.VersionMissing) and request.method == "POST":
        return 422  # an act without expectedVersion; 428 is for edited documents
    for kind in type(error).__mro__:
        if kind in STATUS:
            return STATUS[kind]
    return 500


def problem(error: errors.ShouhuError) -> dict[str, Any]:
    """Give the problem body of ERROR."""
    status = status_of(error)
    if status == 500:
        return _body(500, DEFECT[0], "系统错误", DEFECT[1])
    title = (type(error).__doc__ or "").strip().rstrip("。")
    body = _body(status, error.problem_code, title, error.message)
    body |= {wire.camel(key): _detail(key, value) for key, value in error.details.items()}
    body["errors"] = _entries(error)
    return body


def _detail(key: str, value: Any) -> Any:
    """Give a detail on the wire; moments the rules wrote as text get the local offset."""
    if key.endswith(("At", "_at")) and isinstance(value, str):
        return wire.moment(datetime.fromisoformat(value))
    return wire.camel_keys(value)


def _entries(error: errors.ShouhuError) -> list[dict[str, Any]]:
    if isinstance(error, errors.InvalidForm):
        return [wire.plain(entry) for entry in error.errors]
    if isinstance(error, errors.InvalidDefinition):
        return [_finding(finding) for finding in error.findings]
    if isinstance(error, errors.InvalidExpression):
        where = {"field": "expression", "code": error.problem_code, "column": error.column}
        return [{**where, "detail": error.message}]
    found = error.details.get("errors")
    return [wire.camel_keys(entry) for entry in found] if isinstance(found, list) else []


def _finding(finding: Any) -> dict[str, Any]:
    row = finding.as_dict() if hasattr(finding, "as_dict") else dict(finding)
    return {"field": row.get("element", ""), "detail": row.get("zh", ""), **wire.plain(row)}


def _body(status: int, code: str, title: str, detail: str) -> dict[str, Any]:
    return {
        "type": f"urn:shouhu:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": request.path,
        "code": code,
        "requestId": g.get("request_id", ""),
        "errors": [],
    }


def respond(body: Mapping[str, Any]) -> BaseResponse:
    """Answer with a problem: JSON for the API and htmx, a page for people."""
    status = int(body["status"])
    if not wants_problem():
        return _page(body, status)
    answer = Response(current_app.json.dumps(body), status, mimetype="application/problem+json")
    return _finish(answer, body)


def _page(body: Mapping[str, Any], status: int) -> BaseResponse:
    if status == 401:
        path = request.full_path.rstrip("?") if request.method == "GET" else "/"
        own = path.startswith("/") and not path.startswith(("//", "/\\"))
        return redirect(f"/login?next={quote(path)}" if own and path != "/" else "/login")
    return _finish(Response(render_template("error.html", problem=body), status), body)


def _finish(answer: Response, body: Mapping[str, Any]) -> Response:
    later = body.get("retryAfter") or RETRY_AFTER.get(int(body["status"]))
    if later is not None:
        answer.headers["Retry-After"] = str(later)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def wants_problem() -> bool:
    """Tell whether the caller reads JSON: API paths, htmx, fetch."""
    if request.path.startswith("/api/") or request.headers.get("HX-Request"):
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json"], "text/html")
    return best == "application/json"


def on_engine_error(error: errors.ShouhuError) -> BaseResponse:
    """Answer an error the engine raised on purpose."""
    status = status_of(error)
    if status == 500:
        log.error("request.failed", code=error.problem_code, request_id=g.get("request_id"))
    elif status != 409:
        log.info("request.refused", code=error.problem_code, request_id=g.get("request_id"))
    return respond(problem(error))


def on_http_error(error: HTTPException) -> BaseResponse:
    """Answer what Flask, the router or a schema refused."""
    status = error.code or 500
    if 300 <= status < 400:
        return error.get_response()
    code, detail = _HTTP.get(status, DEFECT)
    body = _body(status, code, detail.rstrip("。"), detail)
    if status == 413:
        body["detail"] = _too_large(detail)
    body["errors"] = _schema_errors(getattr(error, "data", None) or {})
    if body["errors"]:
        body["detail"] = "；".join(entry["detail"] for entry in body["errors"][:3])
    return respond(body)


def _too_large(detail: str) -> str:
    """Say how much may come, and for a form what an administrator can do about it."""
    most = request.max_content_length
    if most is None:
        return detail
    told = f"一次提交的内容超过 {most / 1_000_000:g} MB 的上限。"
    if g.get("form_limit"):
        told += "请减少明细行或分次提交；确需更大的，"
        told += "请管理员执行 ./shouhu limits form_bytes=字节数。"
    return told


def on_defect(error: Exception) -> BaseResponse:
    """Answer a defect: logged with the lines it passed (no values), told without them."""
    kind = type(error).__name__
    log.error("request.defect", request_id=g.get("request_id"), kind=kind, trace=trace(error))
    return respond(_body(500, DEFECT[0], "系统错误", DEFECT[1]))


def _schema_errors(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Flatten the nested messages of marshmallow, without recursion."""
    found: list[dict[str, Any]] = []
    stack: list[tuple[str, Any]] = [("", dict(data.get("messages") or {}))]
    while stack:
        path, value = stack.pop()
        if isinstance(value, Mapping):
            for key, inner in reversed(list(value.items())):
                skip = not path and key in ("json", "query", "form", "files")
                name = "" if skip or key == "_schema" else str(key)
                stack.append((".".join(part for part in (path, name) if part), inner))
        else:
            texts = value if isinstance(value, list) else [value]
            found += [{"field": path, "code": "invalid", "detail": _zh(t)} for t in texts]
    return found


_TEXTS = {
    "Missing data for required field.": "必填。",
    "Unknown field.": "未知字段。",
    "Not a valid integer.": "须为整数。",
    "Not a valid string.": "须为文本。",
    "Not a valid boolean.": "须为 true 或 false。",
    "Not a valid mapping type.": "须为对象。",
    "Not a valid list.": "须为列表。",
    "Not a valid date.": "须为日期，如 2025-12-01。",
    "Field may not be null.": "不能为空。",
    "Invalid input type.": "须为 JSON 对象。",
    "Invalid JSON body.": "请求体不是有效的 JSON。",
}


def _zh(text: object) -> str:
    return _TEXTS.get(str(text), str(text))


def register(app: Flask) -> None:
    """Answer every error of APP by this table."""
    app.register_error_handler(errors.ShouhuError, on_engine_error)
    app.register_error_handler(HTTPException, on_http_error)
    app.register_error_handler(Exception, on_defect)
