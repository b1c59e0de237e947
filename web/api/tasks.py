"""User tasks: search, form, draft, claim, complete, return, remind."""

from typing import Any

from flask import Response

from engine.commands import (
    adding,
    asking,
    corrections,
    deadlines,
    late,
    scanning,
    transferring,
    vault_looks,
    withdrawing,
)
from engine.commands import tasks as commands
from engine.queries import forecast, task_page, tasks, vault
from web import calls, security, session
from web.api.routes import Noun
from web.schemas import bodies
from web.schemas.base import Search, page_of, shape

NOUN = Noun("user-tasks", "任务：检索、认领、办理、退回、撤回、转办、加签、减签、时限")
route = NOUN.route
ONE = "/user-tasks/<int:task_id>"


@route("POST /user-tasks/search", "signed-in", body=Search, answer=page_of(tasks.TaskRow))
def search(body: dict[str, Any]) -> Any:
    """任务检索; {"mine": true} gives what the caller can act on now."""
    return calls.search(tasks.search, body)


@route(f"GET {ONE}", "signed-in", answer=shape(tasks.TaskRow))
def get(task_id: int) -> Any:
    """One task with its seats."""
    return calls.ask(tasks.get, task_id=task_id)


@route(f"GET {ONE}/form", "signed-in", answer=shape(task_page.TaskForm))
def form(task_id: int) -> Any:
    """表单: schema, prefilled data, outcomes, return targets, draft."""
    return calls.ask(task_page.form, task_id=task_id)


@route(f"PUT {ONE}/draft", "signed-in", body=bodies.Data, limit=security.FORM_LIMIT)
def save_draft(body: dict[str, Any], task_id: int) -> Response:
    """暂存 what was typed; If-Match is the draft's version, "0" for the first."""
    return calls.run(commands.SaveTaskDraft(task_id, body["data"], calls.if_match()))


@route(f"PUT {ONE}/assignment", "signed-in", body=bodies.Assignment)
def claim(body: dict[str, Any], task_id: int) -> Response:
    """认领."""
    return calls.run(commands.ClaimTask(task_id, body["unit"], body["expected_version"]))


@route(f"DELETE {ONE}/assignment", "signed-in", body=bodies.Assignment)
def release(body: dict[str, Any], task_id: int) -> Response:
    """取消认领."""
    return calls.run(commands.ReleaseTask(task_id, body["unit"], body["expected_version"]))


@route(f"POST {ONE}/completion", "signed-in", body=bodies.Completion, limit=security.FORM_LIMIT)
def complete(body: dict[str, Any], task_id: int) -> Response:
    """办理: act on one's seat; expectedVersion is the seat's."""
    return calls.run(commands.CompleteTask(task_id, **body))


@route(f"POST {ONE}/late-opinion", "signed-in", body=bodies.LateOpinion)
def answer_late(body: dict[str, Any], task_id: int) -> Response:
    """逾期意见 of a unit that was silent when the lead concluded; kept, not counted."""
    return calls.run(late.AnswerLate(task_id, **body))


@route(f"POST {ONE}/return", "signed-in", body=bodies.Return)
def send_back(body: dict[str, Any], task_id: int) -> Response:
    """退回."""
    return calls.run(corrections.ReturnTask(task_id, **body))


@route(f"POST {ONE}/scans", "signed-in", body=bodies.Scans)
def attach_scans(body: dict[str, Any], task_id: int) -> Response:
    """附签章页: uploaded scans of the page one's seat was signed on."""
    return calls.run(scanning.AttachScans(task_id, tuple(body["files"]), body["unit"]))


@route(f"POST {ONE}/seats", "signed-in", body=bodies.SeatsAdded)
def add_seats(body: dict[str, Any], task_id: int) -> Response:
    """加签 (并加签): further seats of the open round, where the diagram allows it."""
    units, persons = tuple(body.pop("units")), tuple(body.pop("persons"))
    return calls.run(adding.AddSeats(task_id, units, persons, **body))


@route(f"DELETE {ONE}/seats", "signed-in", body=bodies.SeatRemoved)
def remove_seat(body: dict[str, Any], task_id: int) -> Response:
    """减签: take an open seat out of the round; it may be decided at once."""
    return calls.run(adding.RemoveSeat(task_id, **body))


@route(f"POST {ONE}/transfer", "signed-in", body=bodies.Transfer)
def transfer(body: dict[str, Any], task_id: int) -> Response:
    """转办: pass one's seat to a colleague."""
    return calls.run(transferring.TransferTask(task_id, **body))


@route(f"POST {ONE}/delegation", "signed-in", body=bodies.Delegation)
def delegate(body: dict[str, Any], task_id: int) -> Response:
    """委派: ask one's opinion; the own seat waits, its limit goes on."""
    return calls.run(asking.DelegateTask(task_id, **body))


@route(f"DELETE {ONE}/delegation", "signed-in", body=bodies.Assignment)
def recall(body: dict[str, Any], task_id: int) -> Response:
    """收回委派."""
    return calls.run(asking.RecallDelegation(task_id, body["expected_version"], body["unit"]))


@route(f"POST {ONE}/withdrawal", "signed-in", body=bodies.Withdrawal)
def withdraw(body: dict[str, Any], task_id: int) -> Response:
    """撤回 one's own act while nobody went on with it."""
    return calls.run(withdrawing.WithdrawTask(task_id, **body))


@route(f"POST {ONE}/reminders", "signed-in", body=bodies.Reminder)
def remind(body: dict[str, Any], task_id: int) -> Response:
    """催办."""
    return calls.run(commands.RemindTask(task_id, body["text"]))


@route(f"POST {ONE}/clock-stop", "signed-in", body=bodies.ClockStop)
def stop_clock(body: dict[str, Any], task_id: int) -> Response:
    """停表: the limit stands still for a declared cause."""
    return calls.run(deadlines.StopClock(task_id, body["cause"], body["reason"]))


@route(f"DELETE {ONE}/clock-stop", "signed-in", body=bodies.ClockRestart)
def restart_clock(body: dict[str, Any], task_id: int) -> Response:
    """恢复计时: the limit goes on, moved by the time it stood still."""
    return calls.run(deadlines.RestartClock(task_id, body["reason"]))


@route(f"POST {ONE}/extension", "signed-in", body=bodies.Extension)
def extend(body: dict[str, Any], task_id: int) -> Response:
    """延期 once, before the due moment."""
    return calls.run(deadlines.ExtendDue(task_id, body["until"], body["reason"]))


@route(f"GET {ONE}/vault", "signed-in", query=bodies.Before, answer=shape(vault.Closed)())
def vault_of(query: dict[str, Any], task_id: int) -> Any:
    """保密信息: which fields, requests and looks; never the values."""
    return calls.ask(vault.of_task, task_id=task_id, before=query["before"])


@route(f"POST {ONE}/vault-requests", "signed-in", body=bodies.VaultRequest)
def ask_for_look(body: dict[str, Any], task_id: int) -> Response:
    """申请查看保密信息: a second person has to agree."""
    wanted = vault_looks.AskForLook(task_id, body["reason"], unit=body["unit"])
    return calls.run(wanted)


@route(
    f"POST {ONE}/vault-requests/<int:release_id>/decision",
    "signed-in",
    body=bodies.VaultDecision,
)
def decide_look(body: dict[str, Any], task_id: int, release_id: int) -> Response:
    """同意（不同意）查看: by a colleague or a supervisor, who tells the password again."""
    calls.idempotency_key()
    calls.ask(vault.of_task, task_id=task_id)  # a foreign case does not exist
    session.confirm(body["password"])
    command = vault_looks.DecideLook(release_id, body["grant"])
    return calls.run(command, body_hash=calls.hashed_without_passwords(body))


@route(f"POST {ONE}/vault-look", "signed-in", body=bodies.VaultLook)
def look_into_vault(body: dict[str, Any], task_id: int) -> Response:
    """查看保密信息: released, audited, password told again; the answer is never stored."""
    calls.ask(vault.of_task, task_id=task_id)
    session.confirm(body["password"])
    return calls.once(vault_looks.LookIntoVault(task_id, unit=body["unit"]))


@route(
    f"POST {ONE}/next-handlers",
    "signed-in",
    body=bodies.Preview,
    answer=shape(forecast.Preview),
    limit=security.FORM_LIMIT,
)
def next_handlers(body: dict[str, Any], task_id: int) -> Any:
    """下一步办理人: who would get what; nothing is saved."""
    return calls.ask(forecast.next_handlers, task_id=task_id, **body)
