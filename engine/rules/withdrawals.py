"""撤回: how long one's own act may be taken back (operations.md 2.9)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.base.errors import Conflict
from engine.rules.refusals import local
from engine.rules.seats import ASKED

Row = Mapping[str, Any]
# Lines of history that say that people ahead did something with their work.
ACTED = (
    *("CompleteTask", "ReturnTask", "RecordReply", "AddSeats", "RemoveSeat"),
    *("DelegateTask", "GiveOpinion", "IssuePaper", "ReceivePaper"),
)
# What the machine did for good: other cases, services and people already know of it.
DONE = (
    *("MessageThrown", "SignalThrown", "ServiceFinished", "ChildStarted", "ChildRequested"),
    *("SendMessage", "MessageReceived", "SignalReceived", "ResolveIncident", "RoundDecided"),
)
OPENED = ("ClaimTask", "TransferTask")
LINES = (*ACTED, *DONE, *OPENED)


@dataclass(frozen=True, slots=True)
class Ahead:
    """What became of an act: LINES of history since, at the NODES it led to (id -> name).

    DRAFTS are what successors began to type: (name, moment). UNTIL: acted or opened.
    """

    lines: Sequence[Row]
    nodes: Mapping[str, str]
    until: str = "acted"
    drafts: Sequence[tuple[str, datetime]] = ()


def own_seat(seats: Iterable[Row], person: str) -> Row | None:
    """Give the seat PERSON acted on, with the newest act first; None without one."""
    mine = [one for one in _spoken(seats) if one["person"] == person]
    return max(mine, key=lambda one: one["decided_at"], default=None)


def _spoken(seats: Iterable[Row]) -> list[Row]:
    """Give the seats that decided; who was only asked for an opinion (委派) did not."""
    return [one for one in seats if one["state"] == "done" and one["duty"] != ASKED]


def check_round(task: Row, seats: Iterable[Row], own: Row) -> None:
    """Refuse what is no decided round of the actor's single voice."""
    if task["state"] != "completed" or task["superseded"]:
        raise _no("该环节已重新办理或尚未结束，不能撤回。", "not-revocable")
    others = [one for one in _spoken(seats) if one["id"] != own["id"]]
    if others:
        names = "、".join(str(one["unit_name"] or one["person_name"]) for one in others)
        raise _no(f"本环节由您和 {names} 共同办结，不能撤回。", "round-joint")
    if task["item"]:
        raise _no("逐项办理的环节不能撤回，请联系后续办理人退回。", "not-revocable")


def check_untouched(ahead: Ahead) -> None:
    """Refuse when work that follows went on since, naming who was first."""
    opened = [(name, at) for name, at in ahead.drafts]
    for line in ahead.lines:
        name = ahead.nodes.get(line["node"])
        if name is None:
            continue
        if line["kind"] in ACTED:
            raise _touched(line["actor_name"], line["at"], f"办理“{name}”", "successor-acted")
        if line["kind"] in DONE:
            raise _no(
                f"提交后系统已在“{name}”发出消息、调用服务、启动其他流程或作出结论，"
                "不能撤回，请联系后续办理人退回。",
                "not-revocable",
            )
        opened.append((line["actor_name"], line["at"]))
    if ahead.until == "opened" and opened:
        name, at = min(opened, key=lambda one: one[1])
        raise _touched(name, at, "打开办理", "successor-opened")


def nothing_ahead() -> Conflict:
    """Refuse when no work waits behind the act: a join waits for others, or all is over."""
    return _no(
        "提交后没有等待办理的后续环节（已到并行汇合或流程已结束），不能撤回。", "not-revocable"
    )


def _touched(name: str, at: datetime, did: str, code: str) -> Conflict:
    return Conflict(
        f"{name} 已于 {local(at)} {did}，不能撤回。",
        code=code,
        actedBy=name,
        actedAt=at.isoformat(),
    )


def _no(text: str, code: str) -> Conflict:
    return Conflict(text, code=code)
