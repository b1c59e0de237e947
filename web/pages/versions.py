"""检查, 发布, 版本与差异, 导出: what becomes of a draft."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as BaseResponse

from engine.base.errors import Conflict, InvalidDefinition, InvalidRequest, ShouhuError
from engine.base.findings import ORDER, Finding
from engine.commands import drafts as commands
from engine.commands.results import Deployed
from engine.queries import carriers, clauses, definitions, drafts, elements, studio, trace
from web import limits, security, session
from web.calls import download
from web.pages import frame, posting

editions = Blueprint("editions", __name__)
DRAFT = "draft"
CHANGE = {"added": "新增", "removed": "删除", "changed": "修改"}


@editions.get("/lib/<application>/check")
@security.permission("owner")
def check(application: str) -> Response:
    """检查结果: every finding of the draft, each with a way to its element."""
    head = session.ask(definitions.versions, application=application)[0]
    draft = session.ask(studio.draft_or_none, application=application)
    found = session.ask(drafts.check, application=application) if draft else None
    return frame.page(
        "lib/check.html",
        head=head,
        draft=draft,
        found=found,
        findings=_ranked(found.findings if found else ()),
        tally=_counts(found.findings if found else ()),
        editor=editor_of,
    )


def _ranked(findings: Iterable[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda one: (ORDER[one.severity], one.file, one.element))


def _counts(findings: Any) -> dict[str, int]:
    counts = {"error": 0, "warning": 0, "note": 0}
    for finding in findings:
        counts[finding.severity] += 1
    return counts


def editor_of(application: str, path: str) -> str:
    """Give the address of the editor of one file."""
    kind = "text"
    if path.endswith((".bpmn", ".dmn")):
        kind = path[-4:].strip(".")
    elif path.endswith(".json") and "forms/" in path:
        kind = "form"
    return f"/lib/{application}/{kind}/{path}"


@editions.get("/lib/<application>/versions")
@security.permission("owner")
def versions(application: str) -> Response:
    """版本: who published what and when, and what still runs on it."""
    found = session.ask(definitions.versions, application=application)
    draft = session.ask(studio.draft_or_none, application=application)
    told = posting.told()
    return frame.page(
        "lib/versions.html", head=found[0], versions=found, draft=draft, told=told
    )


@editions.get("/lib/<application>/compare")
@security.permission("owner")
def compare(application: str) -> Response:
    """差异: two versions, or the draft and the version it came from."""
    found = session.ask(definitions.versions, application=application)
    draft = session.ask(studio.draft_or_none, application=application)
    before, after = request.args.get("before", ""), request.args.get("after", "")
    if after == DRAFT or not after:
        base = draft.base_version if draft else found[0].version
        before, after = before or str(base), DRAFT if draft else str(found[0].version)
    else:
        before = before or str(max(_version(after) - 1, 1))
    shown = session.ask(
        elements.compare,
        application=application,
        before=_version(before),
        after=None if after == DRAFT else _version(after),
    )
    return frame.page(
        "lib/compare.html",
        head=found[0],
        versions=found,
        draft=draft,
        before=before,
        after=after,
        shown=shown,
        pictures=_pictures(application, shown, before, after),
        words=CHANGE,
        editor=editor_of,
    )


def _version(text: str) -> int:
    number = limits.whole(text)
    if number is None:
        raise InvalidRequest("版本须为数字。")
    return number


def _pictures(
    application: str, shown: elements.Comparison, before: str, after: str
) -> list[dict[str, Any]]:
    """Give two viewers per changed diagram, with marks on what changed."""
    pictures = []
    for path, changes in shown.diagrams.items():
        old = {c.element: _mark(c.change) for c in changes if c.change != "added"}
        new = {c.element: _mark(c.change) for c in changes if c.change != "removed"}
        sides = [
            {"title": _title(side), "options": _picture(application, side, path, marks)}
            for side, marks in ((before, old), (after, new))
        ]
        pictures.append({"path": path, "changes": changes, "sides": sides})
    return pictures


def _title(side: str) -> str:
    return "草稿" if side == DRAFT else f"第 {side} 版"


def _mark(change: str) -> dict[str, Any]:
    return {"marks": [{"added": "added", "removed": "removed"}.get(change, "changed")]}


def _picture(application: str, side: str, path: str, marks: Any) -> dict[str, Any]:
    return {
        "xmlUrl": f"/lib/{application}/file/{side}/{path}",
        "state": {"elements": marks, "flows": {}},
        "focus": list(marks),
    }


@editions.get("/lib/<application>/file/<side>/<path:path>")
@security.permission("owner")
def file(application: str, side: str, path: str) -> Response:
    """Give one file of a version or the draft, byte for byte, as a download."""
    if side == DRAFT:
        content = session.ask(drafts.file, application=application, path=path).content
    else:
        content = session.ask(
            definitions.file, application=application, path=path, version=_version(side)
        )
    return download(content, path)


@editions.get("/lib/<application>/export/<int:version>")
@security.permission("owner")
def export(application: str, version: int) -> Response:
    """导出: one version as a zip of its folders."""
    content = session.ask(definitions.archive, application=application, version=version)
    return download(content, f"{application}-v{version}.zip", "application/zip")


@editions.get("/lib/<application>/clauses")
@security.permission("owner")
def anchors(application: str) -> Response:
    """依据对照: from requirement to what carries it, and from each file back."""
    head = session.ask(definitions.versions, application=application)[0]
    wanted, file = request.args.get("requirement", ""), request.args.get("file", "")
    traced = session.ask(trace.of_application, application=application)
    rows = [row for row in traced.rows if not wanted or row.requirement.id == wanted]
    return frame.page(
        "lib/clauses.html",
        head=head,
        traced=traced,
        rows=rows,
        wanted=wanted,
        file=file,
        files=_back(application, traced.rows),
        anchors=session.ask(clauses.anchors, application=application, requirement=wanted),
        kinds=carriers.KINDS,
        editor=part_of,
    )


def _back(application: str, rows: Iterable[trace.Traced]) -> dict[str, dict[str, list[Any]]]:
    """Give, by file and then by part, the requirements it carries: the way back."""
    found: dict[str, dict[str, list[Any]]] = {}
    for row in rows:
        for one in row.carriers:
            if one.application == application:
                parts = found.setdefault(one.part.file, {})
                parts.setdefault(one.part.reference, [one.part]).append(row.requirement)
    return dict(sorted(found.items()))


def part_of(application: str, part: carriers.Part) -> str:
    """Give the address where PART is drawn: the element of a diagram, a table, a form."""
    address = editor_of(application, part.file)
    if part.kind == "rule":
        return f"{address}?decision={quote(part.holder)}"
    return f"{address}#{quote(part.part)}" if part.kind == "element" else address


@editions.get("/lib/<application>/publish")
@security.permission("owner")
def release(application: str) -> Response:
    """发布: what would be published, what the checks say, and the note."""
    return _release(application)


def _release(application: str, refused: ShouhuError | None = None) -> Response:
    head = session.ask(definitions.versions, application=application)[0]
    draft = session.ask(studio.draft_or_none, application=application)
    if draft is None:
        return frame.page("lib/nothing.html", head=head)
    found = session.ask(drafts.check, application=application)
    shown = session.ask(
        elements.compare, application=application, before=draft.base_version, after=None
    )
    return frame.page(
        "lib/publish.html",
        head=head,
        draft=draft,
        found=found,
        tally=_counts(found.findings),
        findings=[f for f in _ranked(found.findings) if f.severity != "note"],
        shown=shown,
        refused=refused,
        note=request.form.get("note", ""),
        confirmed=session.confirmed_until(),
        ticked=set(request.form.getlist("read")),
        words=CHANGE,
        editor=editor_of,
        key_of=key_of,
        submission=posting.fresh(),
    )


def key_of(finding: Finding) -> str:
    """Name a finding, so that each warning is acknowledged on its own."""
    return "|".join((finding.code, finding.file, finding.element, finding.zh))


@editions.post("/lib/<application>/publish")
@security.permission("owner")
def publish(application: str) -> BaseResponse:
    """Publish the draft; a refusal comes back to the same page with what to do."""
    try:
        _confirm()
        made = _publish(application)
    except (InvalidDefinition, InvalidRequest, Conflict) as refused:
        response = _release(application, refused)
        response.status_code = 409 if isinstance(refused, Conflict) else 422
        return response
    told = "published"
    if isinstance(made, Deployed) and not made.created:
        told = "same"
    return posting.back(f"/lib/{application}/versions", told)


def _confirm() -> None:
    """Ask for the password once more, unless it was told lately (reliability.md 6.5)."""
    typed = request.form.get("password", "")
    if typed:
        session.confirm(typed)
    elif session.confirmed_until() is None:
        text = "发布影响以后所有的案件，请再输一次本人密码。"
        raise InvalidRequest(text, code="password-again")


def _publish(application: str) -> Any:
    note = request.form.get("note", "").strip()
    if not note:
        raise InvalidRequest("请填写发布说明。", code="note-missing")
    found = session.ask(drafts.check, application=application)
    ticked = set(request.form.getlist("read"))
    warnings = {key_of(f) for f in found.findings if f.severity == "warning"}
    return posting.run(
        commands.PublishDraft(application, note, acknowledged=warnings <= ticked)
    )
