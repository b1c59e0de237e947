"""The sentences an act is refused with (operations.md 2.0); one function a refusal."""

from datetime import datetime
from zoneinfo import ZoneInfo

from engine.base.errors import Conflict, InvalidRequest, NotAllowed


def local(at: datetime, zone: str = "Asia/Shanghai") -> str:
    """Write the moment AT for people: 2026-10-09 10:32."""
    return at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


def not_entitled(act: str) -> NotAllowed:
    """Refuse a person who is no handler of the step."""
    return NotAllowed(f"您不是本环节的办理人，不能执行“{act}”。", act=act)


def seat_decided(name: str, unit: str, at: datetime, opinion: str) -> Conflict:
    """Refuse a second act on a seat; a NAME 乙 代 甲 says that one acted for another."""
    actor, _, behalf = name.partition(" 代 ")
    whom = f" 代 {behalf}" if behalf else ""
    return Conflict(
        f"{actor}（{unit}）已于 {local(at)}{whom} 办理，结果：{opinion}。",
        code="seat-decided",
        actedBy=name,
        actedAt=at.isoformat(),
    )


def round_closed(at: datetime, result: str) -> Conflict:
    """Refuse an act on a round that is over."""
    return Conflict(
        f"本环节已于 {local(at)} 结束（{result}），您的意见未计入，可作为补充意见留存。",
        code="round-closed",
        closedAt=at.isoformat(),
    )


def case_ended(at: datetime, how: str) -> Conflict:
    """Refuse an act on a case that is over; HOW is 办结, 终止 or 撤销."""
    return Conflict(
        f"案件已于 {local(at)} {how}，不能再办理。", code="case-ended", endedAt=at.isoformat()
    )


def case_suspended(name: str, at: datetime, reason: str) -> Conflict:
    """Refuse an act on a suspended case."""
    return Conflict(
        f"案件已由 {name} 于 {local(at)} 暂停，原因：{reason}。", code="case-suspended"
    )


def no_handler(node: str, reason: str) -> Conflict:
    """Refuse a step whose next task nobody could take."""
    return Conflict(
        f"下一环节“{node}”没有符合条件的办理人：{reason}。请联系流程负责人。",
        code="no-handler",
        node=node,
        reason=reason,
    )


def too_soon(name: str, at: datetime, again: datetime) -> Conflict:
    """Refuse a second reminder within the interval (operations.md 2.20)."""
    return Conflict(
        f"{name} 已于 {local(at)} 催办，{local(again)} 后可再次催办。",
        code="too-soon",
        nextAt=again.isoformat(),
    )


def self_review() -> Conflict:
    """Refuse the review of one's own submission (operations.md 2.24)."""
    return Conflict("您是本事项提交人，不能审核本事项。", code="self-review")


def check_reason(text: str, minimum: int) -> str:
    """Give TEXT trimmed, or refuse it when shorter than MINIMUM characters."""
    reason = text.strip()
    if len(reason) < minimum:
        raise InvalidRequest(
            f"请填写不少于 {minimum} 个字的理由（当前 {len(reason)} 个字）。",
            code="reason-too-short",
            minimum=minimum,
            current=len(reason),
        )
    return reason
