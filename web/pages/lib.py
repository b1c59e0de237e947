"""流程库: applications, their files, the one draft each, new files."""

from typing import Any

from flask import Blueprint, Flask, Response, request
from werkzeug.wrappers import Response as BaseResponse

from engine.base.errors import InvalidRequest
from engine.commands import drafts as commands
from engine.queries import definitions, drafts, processes, studio
from engine.queries.paging import Paging
from web import limits, security, session
from web.pages import attributes, blanks, frame, holding, posting
from web.pages.studio import designer
from web.pages.versions import editions

lib = Blueprint("lib", __name__)
MOST = Paging(200)
MAIN = "application.yaml"  # of which a division may have settings of its own


def register(app: Flask) -> None:
    """Put the process owner's pages on APP."""
    app.jinja_env.filters["attribute_word"] = attributes.attribute_word
    app.jinja_env.filters["kind_word"] = attributes.kind_word
    for blueprint in (lib, designer, editions):
        app.register_blueprint(blueprint)


@lib.get("/lib")
@security.permission("owner")
def applications() -> Response:
    """List the applications with their processes, versions and drafts."""
    found = session.ask(definitions.applications)
    rows = session.ask(processes.search, wanted={"latest": True}, paging=MOST).items
    own: dict[str, list[processes.DefinitionRow]] = {}
    for row in sorted(rows, key=lambda one: one.file):
        own.setdefault(row.application, []).append(row)
    return frame.page("lib/index.html", applications=found, processes=own)


@lib.get("/lib/<application>")
@security.permission("owner")
def files(application: str) -> Response:
    """Show the working copy of one application: diagrams, tables, forms, data."""
    head = _head(application)
    rows = session.ask(processes.search, wanted=_of(application), paging=MOST).items
    shown = session.ask(studio.sources, application=application)
    draft = session.ask(studio.draft_or_none, application=application)
    held = holding.of(draft)
    changes = {row.path: row for row in draft.files} if draft else {}
    return frame.page(
        "lib/files.html",
        head=head,
        draft=draft,
        mine=held.mine,
        other=held.other,
        groups=_groups(shown),
        changes=changes,
        running=_running(rows),
        told=posting.told(),
        submission=posting.fresh(),
        divisions=session.ask(studio.divisions, application=application),
    )


def _head(application: str) -> definitions.VersionRow:
    return session.ask(definitions.versions, application=application)[0]


def _of(application: str) -> dict[str, Any]:
    return {"application": application}


def _running(rows: Any) -> dict[str, list[tuple[int, int]]]:
    """Give (version, running) of every process with living instances, newest first."""
    found: dict[str, list[tuple[int, int]]] = {}
    for row in sorted(rows, key=lambda one: -one.version):
        if row.running:
            found.setdefault(row.key, []).append((row.version, row.running))
    return found


def _groups(shown: tuple[studio.Source, ...]) -> dict[str, list[studio.Source]]:
    groups: dict[str, list[studio.Source]] = {"bpmn": [], "dmn": [], "form": [], "other": []}
    for source in shown:
        groups[source.kind].append(source)
    return groups


@lib.post("/lib/<application>/draft")
@security.permission("owner")
def edit(application: str) -> BaseResponse:
    """Begin or take over the draft, and go where the owner wanted to edit."""
    actor, engine = session.require_actor(), frame.engine()
    engine.execute(commands.OpenDraft(application), actor)
    posting.run(commands.LockDraft(application))
    return posting.back(_target(application), "begun")


def _target(application: str) -> str:
    """Give the page of APPLICATION the form came from; nothing outside of it."""
    wanted = request.form.get("back", "")
    room = f"/lib/{application}"
    return wanted if wanted.startswith(f"{room}/") and "//" not in wanted else room


@lib.post("/lib/<application>/draft/release")
@security.permission("owner")
def release(application: str) -> BaseResponse:
    """Let others edit the draft."""
    posting.run(commands.LockDraft(application, release=True))
    return posting.back(f"/lib/{application}", "unlocked")


@lib.post("/lib/<application>/draft/discard")
@security.permission("owner")
def discard(application: str) -> BaseResponse:
    """Throw the draft away."""
    posting.run(commands.DiscardDraft(application, _number("version")))
    return posting.back(f"/lib/{application}", "discarded")


@lib.post("/lib/<application>/new")
@security.permission("owner")
def create(application: str) -> BaseResponse:
    """Add a new form, diagram or table to the draft and open its editor."""
    kind, key = request.form.get("kind", ""), request.form.get("key", "").strip()
    title = request.form.get("title", "").strip()
    made = blanks.blank(kind, key, title, _head(application).title)
    actor, engine = session.require_actor(), frame.engine()
    engine.execute(commands.OpenDraft(application), actor)
    engine.execute(commands.LockDraft(application), actor)
    known = {source.path for source in session.ask(studio.sources, application=application)}
    if made.path in known:
        raise InvalidRequest(f"已有文件“{made.path}”，请换一个标识。", code="file-exists")
    posting.run(commands.SaveDraftFile(application, made.path, made.content, 0))
    return posting.back(f"/lib/{application}/{kind}/{made.path}", "created")


@lib.post("/lib/<application>/override")
@security.permission("owner")
def override(application: str) -> BaseResponse:
    """Begin a division's own version of a file with a copy, and open it."""
    path = request.form.get("path", "")
    division = request.form.get("division", "").strip()
    known = {one.path: one for one in session.ask(studio.sources, application=application)}
    source = known.get(path)
    kinds = ("bpmn", "dmn", "form") if path != MAIN else ("other",)
    if source is None or source.kind not in kinds or source.division:
        text = "请选择要替换的流程图、决策表、表单或设置。"
        raise InvalidRequest(text, code="override-source")
    if not division.isalnum() or not division.isascii():
        raise InvalidRequest("请填写区划代码，如 110101。", code="override-division")
    made = f"overrides/{division}/{path}"
    if made in known:
        raise InvalidRequest(f"已有文件“{made}”，请直接修改它。", code="file-exists")
    actor, engine = session.require_actor(), frame.engine()
    engine.execute(commands.OpenDraft(application), actor)
    engine.execute(commands.LockDraft(application), actor)
    if path == MAIN:
        content = session.ask(studio.settings_of_division, application=application)
    else:
        content = session.ask(drafts.file, application=application, path=path).content
    posting.run(commands.SaveDraftFile(application, made, content, 0))
    kind = "text" if source.kind == "other" else source.kind
    return posting.back(f"/lib/{application}/{kind}/{made}", "created")


@lib.post("/lib/<application>/delete")
@security.permission("owner")
def delete(application: str) -> BaseResponse:
    """Take one file out of the draft."""
    path = request.form.get("path", "")
    posting.run(commands.DeleteDraftFile(application, path, _number("version")))
    return posting.back(f"/lib/{application}", "deleted")


def _number(name: str) -> int | None:
    return limits.whole(request.form.get(name, ""))
