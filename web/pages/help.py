"""帮助: the user guides, one for each kind of user, rendered from their Markdown files."""

from functools import cache
from importlib import resources

from flask import Blueprint, Response
from markdown_it import MarkdownIt
from markupsafe import Markup

from engine.base.errors import NotFound
from web import security, session
from web.pages import frame

guides = Blueprint("help", __name__)

# Key of the file in web/guide -> title of the guide, in the order of the tabs.
GUIDES = {
    "staff": "办理人员",
    "owner": "流程负责人",
    "scheduler": "调度人员",
    "admin": "管理员",
}


@cache
def _html(key: str) -> Markup:
    """Render a guide once; raw HTML in the Markdown stays text."""
    text = resources.files("web").joinpath("guide", f"{key}.md").read_text("utf-8")
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    return Markup(reader.render(text))  # noqa: S704 -- a shipped file, raw HTML is off


def _own() -> str:
    """Name the guide of the signed-in person's main work."""
    actor = session.require_actor()
    if not actor.posts and "process_owner" in actor.rights:
        return "owner"
    if not actor.posts and "scheduler" in actor.rights:
        return "scheduler"
    return "admin" if not actor.posts and "admin" in actor.rights else "staff"


@guides.get("/help", defaults={"key": ""})
@guides.get("/help/<key>")
@security.permission("signed-in")
def show(key: str) -> Response:
    """Show a guide; without a key the one for the person's main work."""
    chosen = key or _own()
    if chosen not in GUIDES:
        raise NotFound("没有这份说明。")
    return frame.page("help.html", guides=GUIDES, chosen=chosen, text=_html(chosen))
