"""公开: what everybody may see and send in, without signing in and without being noted."""

import hashlib
import hmac
import unicodedata
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from flask import (
    Blueprint,
    Response,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
)
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as BaseResponse

from engine.base.actor import PUBLIC
from engine.base.errors import InvalidForm, InvalidRequest, NotAllowed, NotFound, TooMany
from engine.base.recent import Recent
from engine.commands.attachments import AddAttachment
from engine.commands.results import Created, Received, Visit
from engine.commands.visiting import CountVisit, ReceivePublic
from engine.queries import public as queries
from engine.queries.public import Known, Question, Sheet
from web import security, session, stripping, uploads
from web.pages import assets

pages = Blueprint("public", __name__)
FRESH = 300  # seconds a shown page may be kept by browsers and proxies
BODY = 32_000_000  # bytes of what is sent in: three pictures and a form
PICTURE = 10_000_000
TRAP = "website"  # a field people do not see; who fills it in is a machine
COOKIE = "visit"
KNOWN = "shouhu_public_texts"  # of app.extensions
TEXTS = 1_000  # published texts one process keeps in memory


def _ask(query: Any, **wanted: Any) -> Any:
    return session.engine().ask(query, PUBLIC, **wanted)


def _page(template: str, *, kept: bool = False, status: int = 200, **values: Any) -> Response:
    """Render a page that knows nothing of who looks; KEPT: everybody gets the same."""
    text = render_template(template, asset=assets.asset, **values)
    response = make_response(text, status)
    if kept:
        response.headers["Cache-Control"] = f"public, max-age={FRESH}"
        response.add_etag()
        response.make_conditional(request)
    return response


@pages.get("/public")
@security.permission("public")
def index() -> BaseResponse:
    """Lead to the one public page, or list them."""
    found = _ask(queries.sites)
    if len(found) == 1:
        return redirect(f"/public/{found[0][0]}")
    return _page("public/index.html", sites=found, kept=True)


@pages.get("/public/<application>")
@security.permission("public")
def show(application: str) -> Response:
    """Show progress, notices, cases, phone and mailbox."""
    found = _ask(queries.site, application=application, known=_known())
    return _page("public/site.html", site=found, kept=True)


def _known() -> Known:
    """Give the texts this process read before from the database it serves."""
    engine = session.engine()
    held = current_app.extensions.get(KNOWN)
    if held is None or held[0] is not engine:
        held = current_app.extensions[KNOWN] = (engine, Recent(TEXTS))
    return cast(Known, held[1])


@pages.get("/public/<application>/item/<number>")
@security.permission("public")
def item(application: str, number: str) -> Response:
    """Show one published text."""
    found = _ask(queries.publication, application=application, number=number)
    return _page("public/item.html", application=application, item=found, kept=True)


@pages.get("/public/<application>/send/<name>")
@security.permission("public")
def blank(application: str, name: str) -> Response:
    """Show an empty form; it carries the code by which its state may be asked later."""
    sheet = _ask(queries.sheet, application=application, name=name)
    return _form(sheet, session.engine().ids.code(), {}, {})


def _form(
    sheet: Sheet, code: str, values: dict[str, Any], errors: dict[str, str], status: int = 200
) -> Response:
    return _asking(
        "public/send.html",
        sheet=sheet,
        code=code,
        values=values,
        errors=errors,
        trap=TRAP,
        status=status,
    )


@pages.post("/public/<application>/send/<name>")
@security.permission("public", body_limit=BODY)
def send(application: str, name: str) -> Response:
    """Take a form in; the answer names the case and repeats the code, once."""
    _check_csrf()
    _count("intake")
    if request.form.get(TRAP):
        raise InvalidRequest("提交的内容不符合要求。")
    sheet = _ask(queries.sheet, application=application, name=name)
    asked = [one for _, questions in sheet.groups for one in questions]
    code = request.form.get("code", "")
    data = {one.key: _typed(one) for one in asked if one.type != "evidence"}
    try:
        data |= {one.key: _files(one) for one in asked if one.type == "evidence"}
        command = ReceivePublic(application, name, data, code)
        made = cast(Received, session.engine().execute(command, PUBLIC))
    except InvalidForm as error:
        told = {str(one["field"]): str(one["detail"]) for one in error.errors}
        sheet = _ask(queries.sheet, application=application, name=name, values=data)
        return _form(sheet, code, data, told, 422)
    return _page(
        "public/receipt.html", application=application, number=made.number, code=code
    )


@pages.get("/public/<application>/status")
@security.permission("public")
def ask_status(application: str) -> Response:
    """Ask for number and code."""
    _ask(queries.site, application=application)
    return _status(application, "", "")


@pages.post("/public/<application>/status")
@security.permission("public", body_limit=10_000)
def status(application: str) -> Response:
    """Tell the state of one case, and nothing else."""
    _check_csrf()
    _count("status")
    number, code = (request.form.get(key, "").strip() for key in ("number", "code"))
    number = unicodedata.normalize("NFKC", number).upper()  # typed from paper, by any keyboard
    try:
        found = _ask(queries.state, application=application, number=number, code=code)
    except NotFound as error:
        return _status(application, "", error.message, 404, number)
    return _status(application, found, "", number=number)


def _status(
    application: str, state: str, error: str, status: int = 200, number: str = ""
) -> Response:
    return _asking(
        "public/status.html",
        application=application,
        state=state,
        error=error,
        number=number,
        status=status,
    )


def _typed(one: Question) -> Any:
    """Give what was typed for question ONE in the type the form's check expects."""
    if one.type == "checkbox":
        return one.key in request.form
    if one.type in ("checklist", "taglist"):
        return request.form.getlist(one.key)
    text = request.form.get(one.key, "").strip()
    if one.type == "number" and text:
        try:
            return Decimal(text)
        except InvalidOperation:
            return text  # refused by the form's own check, in its words
    return text or None


def _files(one: Question) -> list[dict[str, Any]]:
    """Store the pictures sent for question ONE, under names and without data of their own."""
    sent = [file for file in request.files.getlist(one.key) if file.filename]
    if one.most and len(sent) > one.most:
        raise InvalidForm(
            [{"field": one.key, "code": "files-max", "detail": f"最多 {one.most} 个文件。"}]
        )
    return [_file(number, file) for number, file in enumerate(sent, 1)]


def _file(number: int, sent: FileStorage) -> dict[str, Any]:
    name, media = uploads.checked(sent.filename or "", sent.stream)
    content = stripping.stripped(sent.stream.read(PICTURE + 1))
    if len(content) > PICTURE:
        raise InvalidRequest(f"图片不能超过 {PICTURE // 1_000_000} MB。", code="too-large")
    plain = f"photo-{number}.{name.rsplit('.', 1)[-1].lower()}"
    stored = session.engine().files.put([content], PICTURE)
    command = AddAttachment(stored.sha256, stored.size, plain, media, {})
    made = cast(Created, session.engine().execute(command, PUBLIC))
    return {"attachmentId": str(made.id), "code": "", "name": plain, "sha256": stored.sha256}


def _count(purpose: str) -> None:
    """Count the visit; who comes too often waits."""
    command = CountVisit(purpose, request.remote_addr or "", session.machine_now())
    wait = cast(Visit, session.engine().execute(command, PUBLIC)).retry_after
    if wait:
        minutes = -(-wait // 60)
        text = f"提交过于频繁，请 {minutes} 分钟后再试，或拨打举报电话。"
        raise TooMany(text, code="visit-limit", retryAfter=wait)


def _check_csrf() -> None:
    """Refuse a form that was not fetched from us by this browser."""
    secret = request.cookies.get(_cookie(), "")
    sent = request.form.get("csrf_token", "")
    known = security.csrf_of(secret)
    if not known or not hmac.compare_digest(_plain(sent), _plain(known)):
        raise NotAllowed("页面已过期，请返回上一页刷新后重新提交。", code="wrong-csrf")


def _plain(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _cookie() -> str:
    return f"__Host-{COOKIE}" if session.settings().tls else COOKIE


def _asking(template: str, **values: Any) -> Response:
    """Show a page with a form; the browser gets a secret of its own, which names nobody."""
    secret = request.cookies.get(_cookie(), "") or session.engine().ids.token()
    response = _page(template, csrf=security.csrf_of(secret), **values)
    response.set_cookie(
        _cookie(), secret, secure=session.settings().tls, httponly=True, samesite="Strict"
    )
    return response
