"""办理: facts, form, opinion and consequence of one task on one page."""

from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, jsonify, request

from engine.base.errors import NotFound
from engine.commands import corrections, instances
from engine.commands import tasks as commands
from engine.queries import (
    forecast,
    form_facts,
    limit_acts,
    page_forms,
    scans,
    sealed,
    seating,
    task_page,
    transfers,
    vault,
)
from engine.queries.task_page import TaskForm
from web import calls, limits, security, session
from web.errors import BadRequest
from web.pages import frame, posting
from web.pages.start import REGISTERS
from web.pages.words import day
from web.schemas.wire import plain

task = Blueprint("task", __name__)
MANY = 100  # rows of a table that still stand in the page
DRAFT = {"data", "opinion", "outcome"}
PHRASES = ["同意。", "情况属实。", "请按期办理。"]
HINT = "提交后本席位不可更改"


@task.get("/case/<ref>/task/<int:task_id>")
@security.permission("signed-in", csp="F")
def show(ref: str, task_id: int) -> Response:
    """Show the task; read-only when the person has no open seat."""
    with session.together():
        asked = _asked(ref, task_id)
    return frame.page(
        "staff/task.html",
        ref=ref,
        told=posting.told(),
        submission=posting.fresh(),
        **asked,
    )


def _asked(ref: str, task_id: int) -> dict[str, Any]:
    """Give all the page shows of the task."""
    page = session.ask(task_page.form, task_id=task_id)
    mine = [seat for seat in page.task.seats if seat.id in page.my_seats]
    review = not mine or page.writable == ()
    shown = page_forms.PageForm(None, {})
    if not review:
        shown = session.ask(page_forms.of_task, task_id=task_id)
    seats = session.ask(seating.of_task, task_id=task_id)
    preview = _preview(task_id, page) if mine and not seats.side else []
    return {
        "page": page,
        "task": page.task,
        "mine": mine,
        "waiting": [s for s in page.task.seats if s.state == "open" and not s.mine],
        "options": _options(ref, page, shown, mine, preview) if mine else None,
        "review": review,
        "groups": session.ask(form_facts.of_task, task_id=task_id) if review else (),
        "preview": preview,
        "limit": session.ask(limit_acts.of_task, task_id=task_id),
        "vault": session.ask(vault.of_task, task_id=task_id, before=_looks()),
        "papers": session.ask(sealed.of_task, task_id=task_id),
        "seating": seats,
        "scans": session.ask(scans.of_task, task_id=task_id),
        "passing": session.ask(transfers.of_task, task_id=task_id),
    }


def _looks() -> int | None:
    """Give where the page of looks into the vault goes on; None: with the newest."""
    return limits.whole(request.args.get("looks", ""))


def _options(
    ref: str,
    page: TaskForm,
    shown: page_forms.PageForm,
    mine: list[Any],
    preview: list[dict[str, Any]],
) -> dict[str, Any]:
    """Give what the form island needs; without a SHOWN form only opinion and outcomes."""
    base = f"/case/{ref}/task/{page.task.id}"
    seat = mine[0]
    found: dict[str, Any] = {
        "schema": plain(shown.schema) or {"type": "default", "components": []},
        "submitUrl": f"{base}/completion",
        "doneUrl": f"/todo?acted={quote(ref)}",
        "draftUrl": f"{base}/draft",
        "draftEtag": f'"{page.draft.version if page.draft else 0}"',
        **_content(page, shown, f"{base}/data"),
        "uploadUrl": "/api/v1/attachments",
        "expectedVersion": seat.version,
        "idempotencyKey": session.engine().ids.uid(),
        "caseUrl": f"/case/{ref}",
        "readOnly": False,
        "outcomes": _outcomes(base, page, preview),
        "opinion": {"label": "我的意见", "phrases": PHRASES, "hint": HINT},
        "registers": REGISTERS,
        "extra": {"unit": seat.unit} if seat.unit else {},
        "actor": {"name": session.require_actor().name, "unit": seat.unit_name},
    }
    if not page.outcomes and seat.duty != "asked":
        found.pop("opinion")
    return found


def _content(page: TaskForm, shown: page_forms.PageForm, url: str) -> dict[str, Any]:
    """Give what the form holds and the draft, or where the island finds long tables."""
    draft = dict(page.draft.data) if page.draft else {}
    wrapped = bool(draft) and set(draft) <= DRAFT
    typed = draft.get("data") if wrapped else draft
    if url and (_long(shown.data) or _long(typed)):
        return {"contentUrl": url}
    if isinstance(typed, dict):  # what nobody types stands as it is now, not as it was saved
        own = typed.keys() - shown.facts - _fixed(shown)
        own = own if page.writable is None else own & set(page.writable)
        typed = {key: value for key, value in typed.items() if key in own}
    kept = plain({**(draft if wrapped else {}), "data": typed}) if draft else None
    return {"data": plain(shown.data), "draft": kept}


def _fixed(shown: page_forms.PageForm) -> set[str]:
    """Name the fields nobody types: they stand as they are now, not as a draft kept them."""
    stack, found = [*(shown.schema or {}).get("components", ())], set[str]()
    while stack:
        component = stack.pop()
        stack.extend(component.get("components") or ())
        if component.get("readonly") is True and component.get("key"):
            found.add(component["key"])
    return found


def _long(values: Any) -> bool:
    """Tell whether a table among VALUES is too long to stand in the page itself."""
    rows = values.values() if isinstance(values, dict) else ()
    return any(isinstance(value, list) and len(value) > MANY for value in rows)


def _outcomes(
    base: str, page: TaskForm, preview: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Give the outcomes: returning ones as red buttons that say what will happen."""
    told = {each["value"]: _consequence(page, each["told"]) for each in preview}
    found: list[dict[str, Any]] = [
        {
            "value": each.value,
            "label": each.label,
            "action": each.action,
            "reasonMin": each.reason_min,
            "primary": each.primary,
            "consequence": told.get(each.value) or None,
            "novalidate": each.action == "return",
        }
        for each in page.outcomes
    ]
    if not found:
        found.append({"value": None, "label": "提交", "action": "", "primary": True})
    found += [_back(base, page, target) for target in page.returns.targets]
    return found


def _consequence(page: TaskForm, told: forecast.Preview) -> str:
    """Say in sentences what an act would do: who gets what, whose seat is void."""
    others = _others(page)
    if not told.decided:
        return f"您的意见记入本轮，继续等待{others}。" if others else "您的意见记入本轮。"
    said = []
    for step in told.next:
        units = "、".join(seat.unit_name or seat.label for seat in step.seats)
        due = f"，期限 {day(step.due_at)}" if step.due_at else ""
        said.append(f"下一环节“{step.name}”，办理：{units or step.problem or '无人'}{due}。")
    if told.ends:
        said.append("案件办结。")
    if others:
        said.append(f"{others}本轮不再办理。")
    return "".join(said)


def _others(page: TaskForm) -> str:
    """Name the units whose seats are still open besides the actor's."""
    names = [s.unit_name or s.label for s in page.task.seats if s.state == "open"]
    mine = [s.unit_name or s.label for s in page.task.seats if s.mine]
    return "、".join(name for name in names if name not in mine)


def _back(base: str, page: TaskForm, target: task_page.Target) -> dict[str, Any]:
    """Offer 退回 to one earlier element, with what will happen."""
    others = _others(page)
    lost = f"{others}的席位失效，须重新办理。" if others else ""
    way = "改好后直接回到本环节。" if page.returns.then == "direct" else "改好后逐级重新办理。"
    return {
        "value": f"return:{target.node}",
        "label": f"退回到{target.name}",
        "action": "return",
        "reasonMin": 10,
        "url": f"{base}/return",
        "extra": {"target": target.node, "then": page.returns.then},
        "consequence": f"案件回到“{target.name}”，{way}{lost}",
        "novalidate": True,
    }


def _preview(task_id: int, page: TaskForm) -> list[dict[str, Any]]:
    """Show for each outcome who would get what, on a copy of the case."""
    found = []
    for each in page.outcomes or (None,):
        outcome = each.value if each else None
        told = session.ask(forecast.next_handlers, task_id=task_id, outcome=outcome)
        found.append(
            {
                "value": outcome,
                "label": each.label if each else "提交",
                "back": each is not None and each.action in ("return", "reject"),
                "told": told,
            }
        )
    return found


def body(*keep: str) -> dict[str, Any]:
    """Read the island's JSON; only the names KEEP reach the command."""
    sent = _sent()
    found = {
        name: sent[wire]
        for name, wire in (
            ("data", "data"),
            ("outcome", "outcome"),
            ("opinion", "opinion"),
            ("unit", "unit"),
            ("target", "target"),
            ("then", "then"),
            ("expected_version", "expectedVersion"),
        )
        if name in keep and sent.get(wire) is not None
    }
    for name, value in found.items():
        if not isinstance(value, _KINDS.get(name, str)):
            raise BadRequest(f"“{name}”的类型不正确。")
    return found


_KINDS: dict[str, type] = {"data": dict, "expected_version": int}


def _sent() -> dict[str, Any]:
    """Read the JSON an island sends; nothing but an object has names."""
    sent = request.get_json()
    if not isinstance(sent, dict):
        raise BadRequest("请求体须为 JSON 对象。")
    return sent


@task.get("/case/<ref>/task/<int:task_id>/data")
@security.permission("signed-in")
def content(ref: str, task_id: int) -> Response:
    """Give what the form of one's seat holds, where the page left it out for its length."""
    del ref
    with session.together():
        page = session.ask(task_page.form, task_id=task_id)
        if not page.my_seats:
            raise NotFound
        shown = session.ask(page_forms.of_task, task_id=task_id)
    return jsonify(_content(page, shown, ""))


@task.post("/case/<ref>/task/<int:task_id>/completion")
@security.permission("signed-in", body_limit=security.FORM_LIMIT)
def complete(ref: str, task_id: int) -> Response:
    """Act on one's seat; answers like the API."""
    del ref
    said = body("data", "outcome", "opinion", "unit", "expected_version")
    return calls.run(commands.CompleteTask(task_id, **said))


@task.post("/case/<ref>/task/<int:task_id>/return")
@security.permission("signed-in", body_limit=security.FORM_LIMIT)
def send_back(ref: str, task_id: int) -> Response:
    """退回 with a reason."""
    del ref
    said = {"target": "", **body("target", "then", "unit", "expected_version")}
    sent = _sent()
    reason = str(sent.get("opinion") or sent.get("reason") or "")
    return calls.run(corrections.ReturnTask(task_id, reason=reason, **said))


@task.put("/case/<ref>/task/<int:task_id>/draft")
@security.permission("signed-in", body_limit=security.FORM_LIMIT)
def save_draft(ref: str, task_id: int) -> Response:
    """暂存 form, opinion and chosen outcome; tell what is computed from what was typed."""
    del ref
    sent = _sent()
    kept = {key: sent.get(key) for key in sorted(DRAFT)}
    matched = request.headers.get("If-Match", "").strip('"')
    version = limits.whole(matched) or 0
    command = commands.SaveTaskDraft(task_id, kept, version)
    saved = frame.engine().execute(command, session.require_actor()).as_dict()
    typed = sent.get("data")
    told = isinstance(typed, dict) and not _long(typed)  # long tables are computed at the end
    found = session.ask(page_forms.computed, task_id=task_id, data=typed) if told else {}
    now = session.engine().clock.now()
    response = jsonify({"savedAt": plain(now), "computed": plain(found)})
    response.set_etag(str(saved["version"]))
    return response


@task.post("/start/<key>/submit")
@security.permission("signed-in", body_limit=security.FORM_LIMIT)
def begin(key: str) -> Response:
    """Start a case and lead to its page."""
    said = body("data")
    unit = request.args.get("unit") or None
    command = instances.StartInstance(key, said.get("data", {}), unit=unit)
    response = calls.run(command)
    told = response.get_json()
    response.set_data(
        frame.dumps(
            told | {"location": f"/case/{told.get('number') or told['instanceId']}?began=1"}
        )
    )
    return response
