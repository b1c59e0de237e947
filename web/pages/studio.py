"""流程设计, 决策表, 表单设计: one file of the working copy in its editor."""

from typing import Any
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, jsonify, request
from werkzeug.wrappers import Response as BaseResponse

from engine.base.errors import InvalidRequest, NotFound
from engine.base.findings import Finding
from engine.commands import drafts as commands
from engine.queries import definitions, drafts, processes, studio, trial
from engine.queries.paging import Paging
from web import limits, security, session
from web.pages import frame, holding, posting
from web.pages.start import REGISTERS
from web.schemas.wire import plain

designer = Blueprint("designer", __name__)
FILE_LIMIT = 10_000_000  # bytes of one file of an application
SEVERITY = {"error": "error", "warning": "warning", "note": "info"}
TEXT = {".yaml", ".csv", ".md", ".json"}


def wire(findings: tuple[Finding, ...], path: str) -> list[dict[str, Any]]:
    """Give findings as the designers read them: of PATH, then what else stops a release."""
    own = [f for f in findings if f.file == path]
    others = [f for f in findings if f.file != path and f.severity == "error"]
    rows = [{**f.as_dict(), "severity": SEVERITY[f.severity]} for f in (*own, *others)]
    for row in rows:
        if row["file"] != path:
            row["name"] = "：".join(part for part in (row["file"], row["name"]) if part)
            row["element"] = ""
        row["params"] = plain(row["params"])
    return rows


class Desk:
    """One file on the desk: who edits the draft, where the file is read and saved."""

    def __init__(self, application: str, path: str) -> None:
        self.application, self.path = application, path
        self.draft = session.ask(studio.draft_or_none, application=application)
        self.latest = session.ask(definitions.versions, application=application)[0]
        self.holding = holding.of(self.draft)
        self.row = next((r for r in self._files() if r.path == path), None)
        if self.draft and self.row is None:
            raise NotFound(f"草稿中没有文件“{path}”。")

    def _files(self) -> tuple[drafts.DraftFileRow, ...]:
        return self.draft.files if self.draft else ()

    @property
    def source(self) -> str:
        """Give the address the file is read from: the draft, else the newest version."""
        query = urlencode({"path": self.path})
        if self.draft:
            return f"/api/v1/definition-drafts/{self.application}/file?{query}"
        return f"/api/v1/deployments/{self.latest.id}/files/content?{query}"

    @property
    def etag(self) -> str:
        """Give the version of the file for If-Match."""
        return f'"{self.row.version}"' if self.row else ""

    def options(self, **more: Any) -> dict[str, Any]:
        """Give the options every designer shares."""
        room = f"/lib/{self.application}"
        inside = quote(self.path)
        common = {
            "saveUrl": self.source if self.draft else "",
            "etag": self.etag,
            "checkUrl": f"{room}/checking/{inside}",
            "compareUrl": f"{room}/compare?after=draft",
            "fileName": self.path,
            "readOnly": not self.holding.mine,
        }
        return common | more

    def page(self, template: str, **values: Any) -> Response:
        """Render the editor's page."""
        shown = session.ask(studio.sources, application=self.application)
        this = next((one for one in shown if one.path == self.path), None)
        if this is None:
            raise NotFound
        return frame.page(
            template,
            application=self.application,
            head=self.latest,
            draft=self.draft,
            mine=self.holding.mine,
            other=self.holding.other,
            file=self.row,
            this=this,
            running=self._running(this),
            told=posting.told(),
            submission=posting.fresh(),
            **values,
        )

    def _running(self, this: studio.Source) -> list[processes.DefinitionRow]:
        """Give the versions of the file's processes on which instances run."""
        wanted = {"application": self.application}
        if not this.keys or this.kind != "bpmn":
            return []
        found = session.ask(processes.search, wanted=wanted, paging=Paging(200)).items
        return [row for row in found if row.key in this.keys and row.running]


@designer.get("/lib/<application>/bpmn/<path:path>")
@security.permission("owner", csp="D")
def diagram(application: str, path: str) -> Response:
    """流程设计: the diagram in the modeler."""
    desk = Desk(application, path)
    picks = session.ask(studio.lists, application=application, path=path)
    return desk.page(
        "lib/bpmn.html", options=desk.options(xmlUrl=desk.source, picks=_lists(picks))
    )


def _lists(picks: studio.Lists) -> dict[str, list[dict[str, str]]]:
    return {
        name: [{"value": one.value, "label": one.label} for one in getattr(picks, name)]
        for name in picks.__dataclass_fields__
    }


@designer.get("/lib/<application>/dmn/<path:path>")
@security.permission("owner", csp="D")
def decision(application: str, path: str) -> Response:
    """决策表: the tables of one file, with a test row on the server's engine."""
    desk = Desk(application, path)
    known = session.ask(trial.decisions_of, application=application, path=path)
    wanted = request.args.get("decision", "")
    chosen = next((one for one in known if one.decision == wanted), known[0] if known else None)
    options = desk.options(xmlUrl=desk.source)
    if chosen:
        options |= {
            "decision": chosen.decision,
            "testUrl": f"/lib/{application}/trying/{quote(chosen.decision)}",
            "testInputs": [
                {
                    "name": name,
                    "label": chosen.labels.get(name, name),
                    "type": chosen.types.get(name, ""),
                }
                for name in chosen.names
            ],
        }
    return desk.page("lib/dmn.html", options=options, known=known, chosen=chosen)


@designer.get("/lib/<application>/form/<path:path>")
@security.permission("owner", csp="D")
def form(application: str, path: str) -> Response:
    """表单设计: the form in its editor."""
    desk = Desk(application, path)
    return desk.page("lib/form.html", options=desk.options(schemaUrl=desk.source))


@designer.get("/lib/<application>/preview/<path:path>")
@security.permission("owner", csp="F")
def preview(application: str, path: str) -> Response:
    """预览: the form as a person who fills it in would see it; nothing is sent."""
    desk = Desk(application, path)
    schema = session.ask(trial.form_preview, application=application, path=path)
    options = {
        "schema": plain(schema),
        "data": {},
        "readOnly": False,
        "outcomes": [],
        "registers": REGISTERS,
        "submitUrl": "",
    }
    return desk.page("lib/preview.html", options=options)


@designer.get("/lib/<application>/text/<path:path>")
@security.permission("owner")
def text(application: str, path: str) -> Response:
    """Show a file of data or settings as text; editable in one's own draft."""
    desk = Desk(application, path)
    if desk.draft:
        content = session.ask(drafts.file, application=application, path=path).content
    else:
        content = session.ask(definitions.file, application=application, path=path)
    shown = content.decode("utf-8", "replace") if _is_text(path) else ""
    return desk.page("lib/text.html", content=shown, is_text=_is_text(path))


def _is_text(path: str) -> bool:
    return path[path.rfind(".") :] in TEXT


@designer.post("/lib/<application>/text/<path:path>")
@security.permission("owner", body_limit=FILE_LIMIT)
def save_text(application: str, path: str) -> BaseResponse:
    """Save a text file to the draft, if nobody saved it meanwhile."""
    if not _is_text(path):
        raise InvalidRequest("只能修改文本文件。")
    content = request.form.get("content", "").replace("\r\n", "\n").encode()
    number = limits.whole(request.form.get("version", ""))
    posting.run(commands.SaveDraftFile(application, path, content, number))
    return posting.back(f"/lib/{application}/text/{quote(path)}", "saved")


@designer.post("/lib/<application>/checking/<path:path>")
@security.permission("owner", body_limit=FILE_LIMIT)
def check(application: str, path: str) -> Response:
    """Check the working copy with the unsaved file of the editor in it."""
    content = request.get_data(cache=True)
    found = session.ask(
        studio.check_file, application=application, path=path, content=content
    )
    return jsonify({"findings": wire(found.findings, path)})


@designer.post("/lib/<application>/trying/<decision_id>")
@security.permission("owner")
def try_decision(application: str, decision_id: str) -> Response:
    """试算: evaluate a decision of the working copy; nothing is recorded."""
    body = request.get_json(silent=True)
    variables = body.get("variables") if isinstance(body, dict) else None
    if not isinstance(variables, dict):
        raise InvalidRequest("请给出 variables。")
    found = session.ask(
        trial.decide, application=application, decision=decision_id, variables=variables
    )
    answer = {"result": plain(found.result), "matchedRules": list(found.matched)}
    return jsonify(answer | {"warnings": list(found.warnings)})
