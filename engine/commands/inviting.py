"""Units and persons named for a seat of a round: found, and refused who cannot have one."""

from dataclasses import dataclass

from engine.base.errors import InvalidRequest
from engine.commands import away
from engine.commands.entitled import HeldTask
from engine.rules import extra_seats
from engine.store import people_rows
from engine.store.rows import Row

MOST = 30  # named at once


@dataclass(frozen=True, slots=True)
class Guest:
    """Who is to have a seat: a unit, or a person by name (UNIT is "" then)."""

    unit: str
    unit_name: str
    region: str
    person: str | None
    name: str

    @property
    def recipient(self) -> str:
        """Name the guest as messages do."""
        return f"unit:{self.unit}" if self.unit else f"person:{self.person}"


def guests(held: HeldTask, units: tuple[str, ...], persons: tuple[str, ...]) -> list[Guest]:
    """Give those named, each once; refuse nobody, too many, the seated and the unentitled."""
    wanted, named = tuple(dict.fromkeys(units)), tuple(dict.fromkeys(persons))
    if not wanted and not named:
        raise InvalidRequest("请选择单位或人员。", code="nobody-named")
    if len(wanted) + len(named) > MOST:
        raise InvalidRequest(f"一次最多选择 {MOST} 个。", code="too-many-named")
    found = [_unit(held, code) for code in wanted]
    return found + [_person(held, login, wanted) for login in named]


def _unit(held: HeldTask, code: str) -> Guest:
    conn = held.case.ctx.conn
    row = people_rows.unit_row(conn, code)
    if row is None or row["application"] != held.live.deployed.application.key:
        raise InvalidRequest(f"没有编码为“{code[:40]}”的单位。", code="unit-unknown")
    name = str(row["name"])
    if not row["active"]:
        raise extra_seats.not_eligible(name, "该单位已撤销")
    if code in away.of(held.case.root.row)["units"]:
        raise extra_seats.not_eligible(name, "已登记回避")
    if not people_rows.manned(conn, [code]):
        raise extra_seats.not_eligible(name, "没有在岗人员")
    extra_seats.check_free(held.seats, [code], "", name)
    return Guest(code, name, str(row["region"] or ""), None, name)


def _person(held: HeldTask, login: str, besides: tuple[str, ...]) -> Guest:
    ctx = held.case.ctx
    actor = people_rows.load_actor(ctx.conn, login, ctx.now)
    if actor is None:
        raise InvalidRequest(f"没有登录名为“{login[:40]}”的人员。", code="person-unknown")
    row = people_rows.load_person(ctx.conn, login)
    known = [u["code"] for u in people_rows.units_of(ctx.conn, _application(held))]
    own = sorted(actor.units & set(known))
    if row is None or not row["active"] or not own:
        raise extra_seats.not_eligible(actor.name, "没有本应用的在任岗位")
    kept = away.of(held.case.root.row)
    if login in kept["persons"] or actor.units & set(kept["units"]):
        raise extra_seats.not_eligible(actor.name, "已登记回避")
    extra_seats.check_free(held.seats, own, login, actor.name)
    if set(own) & set(besides):
        text = f"{actor.name} 的单位已在所选单位中，一个单位只有一个席位。"
        raise InvalidRequest(text, code="named-twice")
    post = next((one for one in actor.posts if one.unit == own[0]), None)
    return Guest("", "", post.region if post else "", login, actor.name)


def _application(held: HeldTask) -> str:
    return held.live.deployed.application.key


def seat_row(held: HeldTask, guest: Guest, origin: Row | None, order: int) -> Row:
    """Make an open seat of the round for GUEST, added by the actor from the seat ORIGIN."""
    actor = held.case.ctx.actor
    return {
        "task_id": held.task["id"],
        "root_id": held.case.id,
        "unit": guest.unit,
        "unit_name": guest.unit_name,
        "role": "",
        "label": guest.name,
        "person": guest.person,
        "person_name": guest.name if guest.person else None,
        "duty": "handle",
        "order_no": order,
        "weight": 1,
        "required": False,
        "veto": False,
        "state": "open",
        "version": 1,
        "due_at": held.task["due_at"],
        "region": guest.region or held.case.root.row["region"],
        "added_by": actor.person,
        "added_name": actor.name,
        "origin": origin["id"] if origin else None,
    }
