"""重启, 回头看: an ended case goes on in a new round, at an anchor its diagram declares."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from engine.base import events
from engine.base.errors import Conflict, InvalidRequest
from engine.base.values import Value
from engine.base.writable import items
from engine.commands import entitled, finishing, stepping
from engine.commands.case import LIVE, Case, open_case
from engine.commands.results import CaseChanged
from engine.context import Context
from engine.rules import refusals
from engine.store import cases, codec
from engine.store.rows import Row

REASON = 10  # characters; operations.md 2.0
CAUSES = ("反弹", "成效不扎实", "复核")  # operations.md 2.12; the first words of a reason


@dataclass(frozen=True, slots=True)
class Again:
    """How a case is reopened: at which NODE, with what the message TRIGGER brought, and why."""

    node: str
    trigger: Mapping[str, Value] = field(default_factory=dict)
    cause: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ReopenInstance:
    """重启 an ended case at NODE ("": the only declared anchor); REASON ≥ 10 characters.

    The number stays, the case round counts up, earlier rounds and frozen figures stay as
    they are. EXPECTED_VERSION is the version of the root instance. Answers CaseChanged.
    """

    instance_id: int
    reason: str
    cause: str = CAUSES[-1]
    node: str = ""
    expected_version: int | None = None

    def run(self, ctx: Context) -> CaseChanged:
        """Begin the next round; a case still open is refused."""
        case = open_case(ctx, cases.lock_root_of_instance(ctx.conn, self.instance_id))
        entitled.require(ctx, "reopen", case.root.row)
        if self.cause not in CAUSES:
            raise InvalidRequest(
                f"重启原因应为：{'、'.join(CAUSES)}。",
                code="reopen-cause",
                allowed=list(CAUSES),
            )
        reason = refusals.check_reason(self.reason, REASON)
        if case.root.row["status"] in LIVE:
            raise Conflict("案件尚在办理，无需重启。", code="case-open")
        entitled.check_version(case.root.row["version"], self.expected_version)
        trigger = _by_hand(case, self.cause, reason)
        reopen(case, Again(self._anchor(case), trigger, self.cause, reason))
        finishing.finish(case)
        row = case.root.row
        return CaseChanged(
            instance_id=case.id, state=row["status"], instance_version=row["version"]
        )

    def _anchor(self, case: Case) -> str:
        declared = tuple(items(case.root.facts.reopen_at))
        if self.node or len(declared) != 1:
            return self.node
        return declared[0]


def _by_hand(case: Case, cause: str, reason: str) -> dict[str, Value]:
    """Give what a message start at the anchor reads when a person reopens the case."""
    zone = ZoneInfo(case.root.deployed.zone)
    return {
        "case_number": case.root.row["number"],
        "reopen_cause": cause,
        "reopen_reason": reason,
        "reopened_on": case.ctx.now.astimezone(zone).date(),
    }


def reopen(case: Case, again: Again) -> None:
    """Begin the next round of an ended CASE; refused at a node that is not declared."""
    root, row = case.root, case.root.row
    declared = tuple(items(root.facts.reopen_at))
    if again.node not in declared:
        offered = "、".join(f"“{root.node(one).name or one}”" for one in declared)
        hint = f"可从{offered}重启。" if declared else "流程图没有声明重启位置。"
        raise Conflict(f"案件不能从“{again.node}”重启：{hint}", code="reopen-anchor")
    detail: Row = {"round": row["case_round"] + 1, "cause": again.cause}
    detail |= {"reason": again.reason, "trigger": codec.plain(dict(again.trigger))}
    detail |= {"ended_at": row["ended_at"], "was": row["state_name"]}
    case.note(root, "ReopenInstance", detail, node=again.node)
    row["case_round"] += 1
    row["ended_at"] = None
    event = events.Reopen(
        **case.stamp(root), node=again.node, trigger=again.trigger, reason=again.reason
    )
    stepping.must_step(case, root, event)


def by_message(case: Case, job: Row) -> bool:
    """Do a job of kind "reopen": a message asked for the next round of CASE.

    A case that goes on already has been reopened by another message: only noted.
    """
    detail: dict[str, Any] = codec.decode(job["payload"]["detail"])
    hear(case, job["topic"], detail["node"], detail["payload"])
    finishing.finish(case)
    return True


def hear(case: Case, name: str, node: str, payload: Mapping[str, Value]) -> None:
    """Let message NAME begin the next round of CASE at NODE, unless it goes on already."""
    cause, reason = payload.get("reopen_cause"), payload.get("reopen_reason")
    if case.root.row["status"] in LIVE:
        case.note(case.root, "ReopenSkipped", {"message": name, "cause": cause})
        return
    reopen(case, Again(node, payload, str(cause or ""), str(reason or "")))


