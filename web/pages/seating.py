"""加签, 减签, 委派 and 收回 from the page of a task."""

from urllib.parse import quote

from flask import Blueprint, request
from werkzeug.wrappers import Response as BaseResponse

from engine.base.errors import InvalidRequest
from engine.commands.adding import AddSeats, RemoveSeat
from engine.commands.asking import DelegateTask, RecallDelegation
from engine.queries import instances, seating
from web import limits, security, session
from web.pages import posting

seats = Blueprint("seats", __name__)
TASK = "/case/<ref>/task/<int:task_id>"


def _number(name: str) -> int | None:
    return limits.whole(request.form.get(name, ""))


def _named(task_id: int) -> tuple[seating.Guest, ...]:
    texts = tuple(request.form.getlist("who"))
    return session.ask(seating.named, task_id=task_id, texts=texts)


def _back(ref: str, task_id: int, told: str) -> BaseResponse:
    return posting.back(f"/case/{quote(ref)}/task/{task_id}", told)


@seats.post(f"{TASK}/seats")
@security.permission("signed-in")
def add(ref: str, task_id: int) -> BaseResponse:
    """加签: units and persons named join the round."""
    session.ask(instances.case_id_of, ref=ref)  # a foreign case does not exist
    found = _named(task_id)
    command = AddSeats(
        task_id,
        tuple(one.unit for one in found if one.unit),
        tuple(one.person for one in found if one.person),
        request.form.get("reason", ""),
        _number("version"),
        _number("composition"),
        request.form.get("unit") or None,
    )
    posting.run(command)
    return _back(ref, task_id, "seats-added")


@seats.post(f"{TASK}/seats/remove")
@security.permission("signed-in")
def remove(ref: str, task_id: int) -> BaseResponse:
    """减签: one seat leaves the round."""
    session.ask(instances.case_id_of, ref=ref)
    number, _, version = request.form.get("seat", "").partition("/")
    seat = limits.whole(number)
    if seat is None:
        raise InvalidRequest("请选择要减去的席位。", code="seat-missing")
    reason, composition = request.form.get("reason", ""), _number("composition")
    posting.run(RemoveSeat(task_id, seat, reason, limits.whole(version), composition))
    return _back(ref, task_id, "seat-removed")


@seats.post(f"{TASK}/delegation")
@security.permission("signed-in")
def delegate(ref: str, task_id: int) -> BaseResponse:
    """委派: ask one unit or person for an opinion."""
    session.ask(instances.case_id_of, ref=ref)
    found = _named(task_id)
    if len(found) != 1:
        raise InvalidRequest("请选择一个单位或一名人员征求意见。", code="nobody-named")
    command = DelegateTask(
        task_id,
        found[0].person,
        found[0].unit,
        request.form.get("reason", ""),
        _number("version"),
        request.form.get("unit") or None,
    )
    posting.run(command)
    return _back(ref, task_id, "delegated")


@seats.post(f"{TASK}/delegation/recall")
@security.permission("signed-in")
def recall(ref: str, task_id: int) -> BaseResponse:
    """收回委派: the own seat is open again."""
    session.ask(instances.case_id_of, ref=ref)
    unit = request.form.get("unit") or None
    posting.run(RecallDelegation(task_id, _number("version"), unit))
    return _back(ref, task_id, "recalled")
