"""Sign in, sign out, the way home, one's own password."""

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from engine.base.errors import ShouhuError
from engine.queries import choices, deputies
from web import security, session
from web.pages import frame, posting

door = Blueprint("door", __name__)


@door.get("/")
@security.permission("signed-in")
def home() -> BaseResponse:
    """Lead to the start page of the person's main work."""
    rights = session.require_actor().rights
    posts = session.require_actor().posts
    if not posts and "scheduler" in rights:
        return redirect("/ops")
    if not posts and "process_owner" in rights:
        return redirect("/lib")
    if not posts and "admin" in rights:
        return redirect("/admin")
    return redirect("/todo")


def _next() -> str:
    """Give the address to go to after signing in; only one of our own pages."""
    wanted = request.values.get("next", "/")
    relative = wanted.startswith("/") and not wanted.startswith("//")
    # Browsers drop tabs and line ends and read \\ as /: "/<tab>/other.example" leads away.
    plain = wanted.isprintable() and "\\" not in wanted
    return wanted if relative and plain else "/"


@door.get("/login")
@security.permission("public")
def login_page() -> Response:
    """Show the sign-in form."""
    return frame.page("login.html", next=_next(), error="", login="")


@door.post("/login")
@security.permission("public")
def login() -> BaseResponse:
    """Check name and password; show the refusal on the same page."""
    name = request.form.get("login", "").strip()
    try:
        signed = session.sign_in(name, request.form.get("password", ""))
    except ShouhuError as error:
        response = frame.page("login.html", next=_next(), error=error.message, login=name)
        response.status_code = 429 if "retryAfter" in error.details else 401
        return response
    answer = Response(status=303, headers={"Location": _next()})
    return session.set_cookie(answer, signed.token)


@door.post("/logout")
@security.permission("signed-in")
def logout() -> Response:
    """End the session."""
    return session.sign_out(Response(status=303, headers={"Location": "/login"}))


@door.get("/me")
@security.permission("signed-in")
def me() -> Response:
    """Show who one is, for which units one acts, and the password form."""
    return _me()


def _me(error: str = "", done: bool = False) -> Response:
    renew = session.must_change() and not done
    rules = () if renew else session.ask(deputies.rules)
    return frame.page(
        "me.html",
        error=error,
        done=done,
        renew=renew,
        rules=rules,
        colleagues=() if renew else session.ask(choices.persons),
        told=posting.told(),
        submission=posting.fresh(),
    )


@door.post("/me/password")
@security.permission("signed-in")
def change_password() -> Response:
    """Replace one's own password; other sessions end."""
    old, new = request.form.get("old", ""), request.form.get("new", "")
    try:
        if new != request.form.get("again", ""):
            return _me("两次输入的新密码不一致。")
        command = session.password_change(old, new)
        session.engine().execute(command, session.require_actor())
    except ShouhuError as error:
        return _me(error.message)
    return _me(done=True)
