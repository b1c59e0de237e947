"""案件: where a case stands, why, and what every round said."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, jsonify, request
from werkzeug.wrappers import Response as BaseResponse

from engine.base.errors import InvalidRequest
from engine.commands import late, reopening
from engine.queries import (
    cases,
    choices,
    diagram,
    filled,
    form_facts,
    history,
    instances,
    layouts,
    operations,
    papers,
    processes,
    registers,
    scans,
    withdrawals,
)
from engine.queries import opinions as opinions_query
from engine.queries import recusals as recusals_query
from engine.queries import reopening as reopening_query
from engine.queries.diagram import Diagram
from web import limits, security, session
from web.pages import cursors, frame, posting
from web.pages.todo import paging
from web.pages.words import shown

case = Blueprint("case", __name__)
TABS = (
    ("work", "办理"),
    ("course", "过程"),
    ("diagram", "流程图"),
    ("papers", "材料"),
    ("log", "日志"),
)
MARKS = {"current": "current", "done": "done", "returned": "returned", "cancelled": "cancelled"}


@case.get("/case")
@security.permission("signed-in")
def search() -> Response:
    """Search the cases the person may see by number or title."""
    text = request.args.get("q", "").strip()
    wanted: dict[str, Any] = {}
    if text:
        field = "number" if text.replace("-", "").isalnum() and text.isascii() else "title"
        wanted[field] = {"$like": f"*{text}*"}
    for key in ("process_key", "region", "state", "status", "year"):
        value = request.args.get(key)
        if value:
            wanted[key] = limits.year(value) if key == "year" else value
    if request.args.get("due") == "overdue":
        now = session.ask(operations.clock).now
        wanted |= {"due_at": {"$lt": now}, "ended_at": {"$exists": False}}
    found = session.ask(cases.search, wanted=wanted, paging=paging())
    return frame.page(
        "staff/cases.html",
        page=found,
        next_cursor=cursors.next_of(found, 50),
        search_text=text,
        wanted=wanted,
    )


@case.get("/case/<ref>")
@security.permission("signed-in")
def show(ref: str) -> Response:
    """Show one tab of the case."""
    tab = request.args.get("tab", "work")
    tab = tab if tab in dict(TABS) else "work"
    head = session.ask(instances.case, ref=ref)
    more: dict[str, Any] = {
        "printable": session.ask(papers.has_start, case=ref),
        "layouts": session.ask(layouts.of_case, case=ref),
    }
    if tab in ("work", "course"):
        more["timeline"] = session.ask(history.timeline, ref=ref)
        more["scans"] = session.ask(scans.of_case, root_id=head.id)
    if tab == "work":
        more["fields"] = _fields(head)
        more["withdrawal"] = session.ask(withdrawals.of_case, case_id=head.id)
        more["anchors"] = session.ask(reopening_query.anchors, ref=ref)
        more["away"] = session.ask(recusals_query.of_case, ref=ref)
        more["colleagues"] = session.ask(choices.persons) if more["away"].others else ()
        more |= {"causes": reopening.CAUSES, "submission": posting.fresh()}
    if tab == "papers":
        logins = {paper.uploaded_by for paper in head.documents}
        more["filled"] = _newest(session.ask(filled.of_case, case=ref))
        more["uploaders"] = session.ask(form_facts.persons, logins=logins)
    if tab == "diagram":
        more["diagrams"] = _diagrams(head)
    if tab == "log":
        more["lines"] = session.ask(history.audit, ref=ref, paging=paging())
        more["next_cursor"] = cursors.next_of(more["lines"], 50)
    more["told"] = posting.told()
    return frame.page("staff/case.html", ref=ref, case=head, tab=tab, tabs=TABS, **more)


def _newest(found: Sequence[filled.Filled]) -> dict[str, list[filled.Filled]]:
    """Group forms by title, the newest state of each first: it holds what all signed."""
    groups: dict[str, list[filled.Filled]] = {}
    for one in reversed(found):
        groups.setdefault(one.title, []).append(one)
    return dict(reversed(groups.items()))


@case.post("/case/<ref>/reopen")
@security.permission("signed-in")
def reopen(ref: str) -> BaseResponse:
    """Begin the next round of an ended case, at the anchor and for the reason told."""
    sent = request.form
    case_id = session.ask(instances.case_id_of, ref=ref)  # a foreign case does not exist
    if not sent.get("sure"):
        raise InvalidRequest("请先勾选确认：重启后不能撤销。", code="reopen-unsure")
    command = reopening.ReopenInstance(
        case_id,
        sent.get("reason", ""),
        sent.get("cause", ""),
        sent.get("node", ""),
        limits.whole(sent.get("version", "")),
    )
    posting.run(command)
    return posting.back(f"/case/{quote(ref)}", "reopened")


@case.get("/case/<ref>/opinions")
@security.permission("signed-in")
def opinions(ref: str) -> Response:
    """Show and print what every unit said in each round that several units worked on."""
    head = session.ask(instances.case, ref=ref)
    rounds = session.ask(opinions_query.of_case, ref=ref)
    told, sent = posting.told(), posting.fresh()
    return frame.page(
        "staff/opinions.html", ref=ref, case=head, rounds=rounds, told=told, submission=sent
    )


@case.post("/case/<ref>/opinions/<int:task_id>/late")
@security.permission("signed-in")
def answer_late(ref: str, task_id: int) -> BaseResponse:
    """Keep what a unit says after the conclusion it was silent at."""
    session.ask(instances.case_id_of, ref=ref)  # a foreign case does not exist
    sent = request.form
    command = late.AnswerLate(
        task_id,
        sent.get("outcome"),
        sent.get("opinion", ""),
        limits.whole(sent.get("version", "")),
        sent.get("unit") or None,
    )
    posting.run(command)
    return posting.back(f"/case/{quote(ref)}/opinions", "late")


# Said in the head of the page already.
_TOLD = frozenset(("title", "region", "place", "year", "category"))


def _fields(head: instances.CasePage) -> list[dict[str, str]]:
    """Give the declared fields that hold something, with names in place of codes."""
    kept = [f for f in head.fields if f.name not in _TOLD and f.value not in (None, "")]
    names = session.ask(form_facts.named, values=[field.value for field in kept])
    return [
        {"label": field.label, "text": names.get(str(field.value)) or shown(field.value)}
        for field in kept
    ]


def _diagrams(head: instances.CasePage) -> list[dict[str, Any]]:
    found = []
    for row in head.instances:
        drawn = session.ask(diagram.diagram, instance_id=row.id)
        options = {
            "xmlUrl": f"/case-diagram/{row.definition_id}.bpmn",
            "state": state_of(drawn),
        }
        found.append({"row": row, "diagram": drawn, "options": options})
    return found


def state_of(drawn: Diagram) -> dict[str, Any]:
    """Give the marks in the shape the viewer reads."""
    elements = {
        mark.element: {
            "marks": [MARKS[mark.state]] if mark.state in MARKS else [],
            "running": mark.running,
            "done": mark.done,
            "overdue": mark.overdue,
            "returned": mark.returned,
            "incidents": mark.incidents,
        }
        for mark in drawn.marks
    }
    for mark in drawn.marks:
        if mark.incidents:
            elements[mark.element]["marks"] = ["incident"]
    return {"elements": elements, "flows": dict.fromkeys(drawn.flows, "done")}


@case.get("/case-diagram/<int:definition_id>.bpmn")
@security.permission("signed-in")
def xml(definition_id: int) -> Response:
    """Give the diagram file of one definition."""
    content = session.ask(processes.xml, definition_id=definition_id)
    return Response(content, mimetype="application/xml")


# --- lists a form picks from -------------------------------------------------------------
@case.get("/picks/divisions")
@security.permission("signed-in")
def divisions() -> Response:
    """Give divisions by code, by parent or by part of the name."""
    args = request.args
    if args.get("codes"):
        found = _by_codes("division", args["codes"].split(","))
    else:
        parent = args.get("parent") or args.get("root") or None
        text = args.get("q", "")
        limit = min(args.get("limit", 20, int), 200)
        known = session.ask(
            registers.search,
            kind="division",
            text=text,
            parent=None if text else parent or "",
            limit=limit,
        )
        found = [_pick(row) for row in known]
    return jsonify({"items": found})


def _by_codes(kind: str, codes: list[str]) -> list[dict[str, Any]]:
    return [_pick(session.ask(registers.get, kind=kind, code=code)) for code in codes if code]


def _pick(row: registers.Row) -> dict[str, Any]:
    return {"code": row.code, "name": row.label, "parent": row.parent}


@case.get("/picks/units")
@security.permission("signed-in")
def units() -> Response:
    """Give units by part of name or by code, and the names of stored codes."""
    role = request.args.get("roleGroup", "")
    return _choices(session.ask(choices.units, **_wanted(), role=role))


@case.get("/picks/persons")
@security.permission("signed-in")
def persons() -> Response:
    """Give persons by part of their name or unit, and the names of stored logins."""
    return _choices(session.ask(choices.persons, **_wanted()))


def _wanted() -> dict[str, Any]:
    codes = [code for code in request.args.get("codes", "").split(",") if code]
    return {"text": request.args.get("q", "").strip(), "codes": codes}


def _choices(found: Sequence[choices.Choice]) -> Response:
    return jsonify({"items": [{"code": c.code, "name": c.name, "note": c.note} for c in found]})
