"""Who may do what (operations.md 2.25): a table of verbs, and capacities of a person."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.base.actor import Actor
from engine.base.errors import Conflict, NotAllowed, NotFound, NotSignedIn
from engine.base.records import record
from engine.rules.refusals import not_entitled
from engine.rules.units import covers

# Capacities: the columns of the table of operations.md 2.25, and those of the installation.
HANDLER = "handler"  # 办理人: holds an open seat, by name or through the unit
OWN = "own"  # acted, or claimed, on this very seat
LEAD = "lead"  # 牵头
INITIATOR = "initiator"  # 发起人
DISPATCHER = "dispatcher"  # 单位调度: leads a unit that has a seat
SUPERVISOR = "supervisor"  # 督办/管理员 of the region
OWNER = "owner"  # 流程负责人
VIEWER = "viewer"  # may see the case
STARTER = "starter"  # belongs to a role that may start this process
ADMIN = "admin"
SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Verb:
    """One act: its TITLE for refusals, WHO may, and whether it CONCERNS a case.

    NOT_WHO never may, whatever else they are: the handler does not urge himself.
    """

    title: str
    who: frozenset[str]
    concerns: bool = True
    not_who: frozenset[str] = frozenset()


def _verb(title: str, *who: str, concerns: bool = True, not_who: tuple[str, ...] = ()) -> Verb:
    return Verb(title, frozenset((*who, SYSTEM)), concerns, frozenset(not_who))


VERBS: Mapping[str, Verb] = {
    "view": _verb("查看", VIEWER),
    "claim": _verb("认领", HANDLER, LEAD),
    "release": _verb("取消认领", OWN, DISPATCHER),
    "complete": _verb("办理", HANDLER, LEAD),
    "save": _verb("保存草稿", HANDLER, LEAD),
    "return": _verb("退回", HANDLER, LEAD),
    "withdraw": _verb("撤回", OWN),
    "cancel": _verb("撤销", INITIATOR),
    "transfer": _verb("转办", OWN, LEAD, DISPATCHER),
    "delegate": _verb("委派", HANDLER, OWN, LEAD),
    "addSeats": _verb("加签", HANDLER, LEAD),
    "removeSeats": _verb("减签", HANDLER, OWN, LEAD, SUPERVISOR),
    "assign": _verb("分派", DISPATCHER, SUPERVISOR),
    "copy": _verb("抄送", HANDLER, LEAD, INITIATOR, SUPERVISOR),
    "remind": _verb("催办", VIEWER, not_who=(HANDLER,)),
    "supervise": _verb("督办", SUPERVISOR),
    "terminate": _verb("终止", SUPERVISOR),
    "suspend": _verb("暂停", SUPERVISOR),
    "resume": _verb("恢复", SUPERVISOR),
    "stopClock": _verb("停表", LEAD, SUPERVISOR),
    "extend": _verb("延期", SUPERVISOR),
    "move": _verb("调整流转位置", SUPERVISOR),
    "reopen": _verb("重启", LEAD, SUPERVISOR),
    "recuse": _verb("回避", VIEWER),
    "keepAway": _verb("登记回避", SUPERVISOR),
    "releaseLook": _verb("同意查看保密信息", SUPERVISOR),
    "repair": _verb("处理事件", SUPERVISOR, ADMIN),
    "start": _verb("发起", STARTER, OWNER, concerns=False),
    "schedule": _verb("调度", SUPERVISOR, ADMIN, concerns=False),
    "calendar": _verb("维护工作日历", SUPERVISOR, ADMIN, concerns=False),
    "campaign": _verb("维护年度日历", SUPERVISOR, ADMIN, concerns=False),
    "draft": _verb("编辑流程", OWNER, concerns=False),
    "deploy": _verb("发布流程", OWNER, concerns=False),
    "accounts": _verb("管理账号", ADMIN, concerns=False),
    "refill": _verb("补齐空缺席位", SUPERVISOR, ADMIN, concerns=False),
    "organisation": _verb("维护组织机构", ADMIN, concerns=False),
    "machine": _verb("查看运行监控", SUPERVISOR, OWNER, ADMIN, concerns=False),
}


@record
class Facts:
    """What decides a right: the seats and persons of the task, and where the case lies.

    SEATS are the units of open seats; NAMED the persons a seat names; CLAIMED the person
    who took the seat asked about; ACTED the persons who acted on it; UNITS all units that
    ever had a seat in the case; STARTERS the roles that may start (empty: every post).
    """

    region: str = ""
    place: str = ""
    initiator: str = ""
    initiator_unit: str = ""
    seats: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()
    lead: frozenset[str] = frozenset()
    claimed: str | None = None
    acted: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()
    places: Mapping[str, str] = field(default_factory=dict)  # unit code -> its place
    starters: frozenset[str] = frozenset()


_NOTHING = Facts()


def may(actor: Actor | None, verb: str, facts: Facts = _NOTHING) -> None:
    """Let ACTOR do VERB, or raise in the order of operations.md 2.0: 401, 404, 403.

    A case the actor may not see answers NotFound, so that existence is not revealed.
    """
    if actor is None:
        raise NotSignedIn
    rule = VERBS[verb]
    found = capacities(actor, facts)
    if rule.concerns and not found & {VIEWER, SYSTEM}:
        raise NotFound
    if not found & rule.who or found & rule.not_who:
        raise _refusal(verb, rule, found)


def check_claim(actor: Actor, facts: Facts, claimed_by: str) -> None:
    """Refuse an act on a seat someone else has claimed; CLAIMED_BY is that one's name."""
    if facts.claimed is not None and facts.claimed != actor.person:
        raise Conflict(
            f"{claimed_by} 已认领本任务，如需办理请联系其取消认领。",
            code="seat-claimed",
            claimedBy=claimed_by,
        )


def capacities(actor: Actor, facts: Facts) -> frozenset[str]:
    """Name what ACTOR is to the case and task of FACTS."""
    found = set(_rights(actor, facts))
    if actor.units & facts.seats or actor.person in facts.named:
        found.add(HANDLER)
    if actor.person == facts.claimed or actor.person in facts.acted:
        found.add(OWN)
    if actor.units & facts.lead:
        found.add(LEAD)
    if facts.initiator and actor.person == facts.initiator:
        found.add(INITIATOR)
    if any(post.duty == "leader" and post.unit in facts.seats for post in actor.posts):
        found.add(DISPATCHER)
    if any(not facts.starters or post.role in facts.starters for post in actor.posts):
        found.add(STARTER)
    if found & {HANDLER, OWN, LEAD, INITIATOR, SYSTEM} or sees(actor, facts):
        found.add(VIEWER)
    return frozenset(found)


def sees(actor: Actor, facts: Facts) -> bool:
    """Tell whether the case lies in the ACTOR's territory or concerned one of the units.

    The same rule as the filter engine.store.visible.cases.
    """
    if {"all_regions", "process_owner", "scheduler", "system"} & actor.rights:
        return True
    if actor.units & (facts.units | facts.seats) or facts.initiator_unit in actor.units:
        return True
    if facts.place and facts.place in {facts.places.get(unit) for unit in actor.units}:
        return True
    return any(covers(post.region, post.level, facts.region) for post in actor.posts)


def _rights(actor: Actor, facts: Facts) -> list[str]:
    found = []
    if actor.may("system"):
        found.append(SYSTEM)
    if actor.may("admin"):
        found.append(ADMIN)
    if actor.may("process_owner"):
        found.append(OWNER)
    # A scheduler with posts supervises their territory; one without, the installation.
    territory = [post for post in actor.posts if post.region]
    everywhere = actor.may("all_regions") or not territory or not facts.region
    if actor.may("scheduler") and (
        everywhere or any(covers(p.region, p.level, facts.region) for p in territory)
    ):
        found.append(SUPERVISOR)
    return found


def _refusal(verb: str, rule: Verb, found: frozenset[str]) -> NotAllowed:
    if found & rule.not_who:
        return NotAllowed(f"您是本环节的办理人，不需要“{rule.title}”。", act=verb)
    if rule.who & {HANDLER, OWN}:
        return not_entitled(rule.title)
    return NotAllowed(f"您没有“{rule.title}”的权限。", act=verb)


def table() -> list[dict[str, Any]]:
    """Give the table of rights for documents and the rights matrix: a row a verb."""
    return [
        {"verb": name, "title": verb.title, "who": sorted(verb.who - {SYSTEM})}
        for name, verb in VERBS.items()
    ]
