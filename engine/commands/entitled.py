"""Who may act on what: the seat of an actor, rights, the state of the case."""

from collections.abc import Sequence

from engine.base.actor import Actor, Behalf
from engine.base.errors import Conflict, InvalidRequest, NotFound
from engine.base.records import record
from engine.commands.case import Case, Live, open_case
from engine.context import Context
from engine.rules import asking, deputies, refusals, transfers
from engine.rules.permissions import Facts, may
from engine.store import cases, holding, records, work
from engine.store.rows import Row

ENDED = {
    "completed": "办结",
    "terminated": "终止",
    "cancelled": "撤销",
    "error": "因错误终止",
}


@record
class HeldTask:
    """A round under the lock of its case."""

    case: Case
    live: Live
    task: Row
    seats: list[Row]


def require(
    ctx: Context, verb: str, root: Row | None = None, held: "HeldTask | None" = None
) -> None:
    """Refuse the actor who may not do VERB: on nothing, on the case ROOT, on a round HELD.

    401, 404, 403 in the order of operations.md 2.0.
    """
    if held is not None:
        root = held.case.root.row
    if root is not None and keeps_away(ctx.actor, root):
        raise NotFound
    facts = Facts() if root is None else _facts(ctx, root, held)
    may(ctx.actor, verb, facts)


def _facts(ctx: Context, root: Row, held: "HeldTask | None") -> Facts:
    seats = held.seats if held is not None else []
    mine = frozenset(
        seat["unit"] for seat in seats if seat["unit"] and seat["unit"] in ctx.actor.units
    )
    named = held is not None and any(
        belongs(ctx.actor, held, seat)
        for seat in seats
        if not seat["unit"] or (not mine and ctx.actor.behalves)
    )
    handles = bool(mine) or named
    # One answer to "may see": the filter every list uses, asked only when it matters.
    visible = handles or cases.is_visible(ctx.conn, ctx.actor, root["id"])
    if held is not None and not handles and (over := _expired(ctx, held)):
        raise over
    person = ctx.actor.person
    return Facts(
        region=root["region"],
        place=root["place"],
        initiator=root["starter"],
        initiator_unit=root["starter_unit"],
        seats=mine,
        named=frozenset((person,)) if named else frozenset(),
        acted=frozenset(s[who] for s in seats for who in ("person", "added_by") if s[who]),
        units=ctx.actor.units if visible else frozenset(),
    )


def hold_task(ctx: Context, task_id: int, verb: str) -> HeldTask:
    """Lock the case of a task and load its round for VERB; NotFound when out of sight."""
    found = holding.hold_round(ctx.conn, task_id)
    if found is None:
        raise NotFound
    case = open_case(ctx, found.root)
    case.spare, case.organisation = found.spare, found.organisation
    live = case.live(found.task["instance_id"])
    held = HeldTask(case, live, found.task, found.seats)
    require(ctx, verb, held=held)
    return held


def task_of(case: Case, task_id: int) -> HeldTask:
    """Load a round of a case in hand."""
    task = work.load_task(case.ctx.conn, task_id)
    if task is None or task["root_id"] != case.id:
        raise NotFound
    seats = work.seats_of(case.ctx.conn, task_id)
    return HeldTask(case, case.live(task["instance_id"]), task, seats)


def keeps_away(actor: Actor, root: Row) -> bool:
    """Tell whether the actor, or a unit of his, keeps away (回避) from the case ROOT."""
    away = root.get("recused")
    if not away or actor.may("system"):
        return False
    return actor.person in away["persons"] or bool(actor.units.intersection(away["units"]))


def _expired(ctx: Context, held: "HeldTask") -> Exception | None:
    return deputies.expired(ctx.actor, held.seats, _scope(held))


def _scope(held: "HeldTask") -> deputies.Scope:
    root = held.case.root
    return deputies.Scope(root.key, str(root.row["region"] or ""))


def _users(held: "HeldTask") -> Sequence[str]:
    return held.task["settings"].get("users") or ()


def behalf_of(actor: Actor, held: "HeldTask", seat: Row) -> Behalf | None:
    """Give whom the actor stands in for on SEAT, None for one's own right."""
    if not actor.behalves:
        return None
    now = held.case.ctx.now
    return deputies.behalf_of(actor, seat, _scope(held), now, _users(held))


def belongs(actor: Actor, held: "HeldTask", seat: Row) -> bool:
    """Tell whether SEAT is one of the actor's, or of somebody the actor stands in for."""
    own = deputies.owns(actor, seat, _users(held))
    return own or behalf_of(actor, held, seat) is not None


def acting_seat(actor: Actor, held: HeldTask, unit: str | None) -> Row:
    """Give the seat the actor acts on: open ones first, in the order of the round.

    Whom the actor stands in for there is noted on the case: 乙 代 甲.
    """
    mine = [seat for seat in held.seats if belongs(actor, held, seat)]
    if unit is not None:
        mine = [seat for seat in mine if seat["unit"] == unit]
    if not mine:
        raise refusals.not_entitled("办理")
    waiting = [s for s in mine if s["state"] in ("open", "held")]
    free = [s for s in waiting if may_take(actor, held, s)]
    units = {seat["unit"] for seat in free}
    if len(units) > 1 and unit is None:
        raise InvalidRequest(
            "您可以代表多个单位办理，请选择单位。", code="unit-needed", units=sorted(units)
        )
    seat = (free or waiting or mine)[0]
    held.case.behalf = behalf_of(actor, held, seat)
    return seat


def may_take(actor: Actor, held: HeldTask, seat: Row) -> bool:
    """Tell whether no other than the actor, or whom he stands in for, holds SEAT."""
    return deputies.may_take(actor, seat, behalf_of(actor, held, seat))


def signed(ctx: Context, held: HeldTask) -> Row:
    """Give who acts, and for whom, as a seat keeps it."""
    behalf = held.case.behalf
    return {
        "person": ctx.actor.person,
        "person_name": deputies.joined(ctx.actor.name, behalf),
        "on_behalf_of": behalf.person if behalf else None,
    }


def check_voice(actor: Actor, held: HeldTask, seat: Row) -> None:
    """Refuse a second voice in one round that is given, or was, for another (2.15)."""
    deputies.check_two_seats(actor, seat, held.case.behalf, held.seats)


def require_open_case(case: Case) -> None:
    """Refuse acts on a case that ended or is suspended."""
    row = case.root.row
    if row["status"] == "suspended":
        raise _suspended(case)
    if row["status"] in ENDED:
        raise refusals.case_ended(row["ended_at"], ENDED[row["status"]])


def _suspended(case: Case) -> Conflict:
    lines = records.last_lines(case.ctx.conn, case.id, "SuspendInstance")
    if not lines:
        return Conflict("案件已暂停。", code="case-suspended")
    line = lines[0]
    return refusals.case_suspended(line["actor_name"], line["at"], line["detail"]["reason"])


def require_open_seat(actor: Actor, held: HeldTask, seat: Row) -> None:
    """Refuse an act on a seat or round that is over, naming who was first."""
    if seat["state"] == "done":
        label = outcome_label(held, seat["outcome"]) or seat["opinion"] or "已办理"
        who, at = seat["person_name"] or "", seat["decided_at"]
        raise refusals.seat_decided(who, seat["unit_name"], at, label)
    task = held.task
    if task["state"] != "open":
        if task["state"] == "incident":
            raise Conflict("本环节没有办理人，等待流程负责人处理。", code="no-handler")
        raise refusals.round_closed(task["closed_at"], how_closed(held))
    asking.check_pending(held.seats, seat)
    gone = seat["state"] not in ("open", "held")
    if gone or not may_take(actor, held, seat):
        _check_passed_on(actor, held)
    if gone:
        raise Conflict("该席位已失效。", code="seat-void")
    if not may_take(actor, held, seat):
        raise Conflict(
            f"{seat['person_name']}（{seat['unit_name']}）已认领本环节。",
            code="seat-claimed",
            actedBy=seat["person_name"],
        )


TRANSFERS = 500  # lines of a case looked at: far more than open seats can have passed on


def transfers_of(held: HeldTask, seat_id: int) -> list[Row]:
    """Give what history tells of the transfers of one seat (转办), newest first."""
    lines = records.last_lines(held.case.ctx.conn, held.case.id, "TransferTask", TRANSFERS)
    return [line["detail"] for line in lines if line["detail"]["seat"] == seat_id]


def _check_passed_on(actor: Actor, held: HeldTask) -> None:
    """Tell the actor who had a seat of the round before that it is another's now."""
    former = (s for s in held.seats if s["state"] == "transferred")
    if not any(actor.person in (s["person"], s["on_behalf_of"]) for s in former):
        return
    lines = records.last_lines(held.case.ctx.conn, held.case.id, "TransferTask", TRANSFERS)
    for line in lines:
        told = line["detail"]
        if told["task"] == held.task["id"] and told["from"] == actor.person:
            seat = next(s for s in held.seats if s["id"] == told["seat"])
            holder = seat["person_name"] or told["to_name"]
            by = line["actor_name"]
            raise transfers.passed_on(holder, seat["unit_name"], line["at"], by)


def check_length(text: str, most: int) -> None:
    """Refuse a reason longer than MOST characters."""
    if len(text) > most:
        raise InvalidRequest(f"理由最多 {most} 个字。", code="reason-too-long")


_HOW = {
    "returned": "已退回",
    "withdrawn": "已被提交人撤回",
    "cancelled": "已取消",
    "completed": "已办结",
}


def how_closed(held: HeldTask) -> str:
    """Say how a round that is over ended."""
    task = held.task
    return outcome_label(held, task["outcome"]) or _HOW.get(task["state"], "已结束")


def outcome_label(held: HeldTask, value: str | None) -> str:
    """Give the words on the button of an outcome."""
    for outcome in held.live.node(held.task["node"]).outcomes:
        if outcome.get("value") == value:
            return str(outcome.get("label") or value)
    return value or ""


def check_version(found: int, expected: int | None) -> None:
    """Refuse an act on something that changed since it was shown."""
    if expected is None:
        raise InvalidRequest("缺少版本号，请刷新页面后重试。", code="version-required")
    if found != expected:
        raise Conflict(
            "内容已变化，请刷新后再办理。", code="version-conflict", currentVersion=found
        )
