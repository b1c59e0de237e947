"""A look into the vault: asked for, released by a second person, opened for an hour."""

from dataclasses import dataclass, field
from datetime import timedelta

from engine.base.actor import Actor
from engine.base.errors import Conflict, NotAllowed, NotFound
from engine.base.vaulted import LOOKED
from engine.commands import entitled
from engine.commands.case import open_case
from engine.commands.entitled import HeldTask
from engine.commands.results import Created, Revealed
from engine.commands.vaulting import readable
from engine.context import Context
from engine.rules import refusals
from engine.store import cases, records, vault, vault_releases
from engine.store.rows import Row

REASON = 4  # characters of the reason of a look; designed
OPEN_FOR = timedelta(hours=1)  # reliability.md 6.10
RELEASED, ASKED = "ReleaseLook", "AskForLook"  # kinds of audit lines


@dataclass(frozen=True, slots=True)
class AskForLook:
    """申请查看保密信息: the handler says why; a second person has to agree.

    FIELDS empty: all the task may read. Answers Created with the id of the request.
    """

    task_id: int
    reason: str
    fields: tuple[str, ...] = field(default=())
    unit: str | None = None

    def run(self, ctx: Context) -> Created:
        """Check the seat, keep the request, write the audit line."""
        held = entitled.hold_task(ctx, self.task_id, "complete")
        seat = _seat(ctx, held, self.unit)
        allowed = readable(held.live.node(held.task["node"]).properties)
        wanted = sorted(set(self.fields) or allowed)
        if not allowed or not set(wanted) <= allowed:
            raise NotAllowed("本环节不能查看这些保密信息。", code="vault-closed")
        reason = refusals.check_reason(self.reason, REASON)
        _require_claim(ctx.actor, seat)
        name = entitled.signed(ctx, held)["person_name"]
        row: Row = {"root_id": held.case.id, "task_id": self.task_id, "name": name}
        row |= {"person": ctx.actor.person, "unit": seat["unit"], "fields": wanted}
        made = vault_releases.ask(
            ctx.conn, row | {"reason": reason, "asked_at": ctx.now}
        )
        detail = _told(held, seat) | {"fields": wanted, "reason": reason, "release": made}
        records.add_audit(ctx.conn, ctx.now, ctx.actor.person, ASKED, detail)
        return Created(id=str(made))


@dataclass(frozen=True, slots=True)
class DecideLook:
    """同意（不同意）查看: the word of a second person, a colleague or a supervisor.

    What is granted counts for OPEN_FOR. Answers Created with the id of the request.
    """

    release_id: int
    grant: bool

    def run(self, ctx: Context) -> Created:
        """Check that it is another person who may see the case."""
        root_id = vault_releases.case_of(ctx.conn, self.release_id)
        root = None if root_id is None else cases.lock_root(ctx.conn, root_id)
        case = open_case(ctx, root)  # the case is locked before all that hangs on it
        known = vault_releases.held(ctx.conn, self.release_id)
        if known is None:
            raise NotFound
        entitled.require(ctx, "view", case.root.row)
        if known["unit"] not in ctx.actor.units:
            entitled.require(ctx, "releaseLook", case.root.row)
        if known["person"] == ctx.actor.person:
            raise Conflict("申请人不能同意本人的申请，须由第二人同意。", code="second-person")
        if known["state"] != vault_releases.ASKED:
            name, at = known["decided_name"], refusals.local(known["decided_at"])
            raise Conflict(f"{name} 已于 {at} 处理该申请。", code="look-decided")
        state = vault_releases.GRANTED if self.grant else vault_releases.REFUSED
        until = ctx.now + OPEN_FOR if self.grant else None
        values: Row = {"state": state, "decided_by": ctx.actor.person, "expires_at": until}
        values |= {"decided_name": ctx.actor.name, "decided_at": ctx.now}
        vault_releases.decide(ctx.conn, self.release_id, values)
        detail: Row = {"root": case.id, "number": case.root.row["number"]}
        detail |= {"granted": self.grant, "release": self.release_id, "task": known["task_id"]}
        detail |= {"for": known["person"], "name": ctx.actor.name}
        records.add_audit(ctx.conn, ctx.now, ctx.actor.person, RELEASED, detail)
        return Created(id=str(self.release_id))


@dataclass(frozen=True, slots=True)
class LookIntoVault:
    """查看保密信息: open what was released to the actor in this task, within the hour.

    Only who has claimed the open seat of a task that declares `vault.read` may look; the
    look is in the audit chain before the values leave. Answers Revealed. Never run it with
    an idempotency key: answers under a key are stored. Whoever calls has asked the person
    for the password again (reliability.md 6.5).
    """

    task_id: int
    unit: str | None = None

    def run(self, ctx: Context) -> Revealed:
        """Check seat and release, write the audit line, open the values."""
        held = entitled.hold_task(ctx, self.task_id, "complete")
        seat = _seat(ctx, held, self.unit)
        allowed = readable(held.live.node(held.task["node"]).properties)
        if not allowed:
            raise NotAllowed("本环节不能查看这些保密信息。", code="vault-closed")
        _require_claim(ctx.actor, seat)
        release = _released(ctx, self.task_id)
        wanted = sorted(set(release["fields"]) & allowed)
        detail = _told(held, seat) | {"fields": wanted, "reason": release["reason"]}
        detail |= {"name": release["name"], "release": release["id"]}
        detail |= {"released_by": release["decided_name"]}
        records.add_audit(ctx.conn, ctx.now, ctx.actor.person, LOOKED, detail)
        values = vault.look(ctx.conn, held.case.root.row, wanted)
        return Revealed(values=values, until=release["expires_at"])


def _released(ctx: Context, task_id: int) -> Row:
    found = vault_releases.latest(ctx.conn, task_id, ctx.actor.person)
    if found is None:
        text = "查看须经第二人同意：请先申请，由本单位同事或调度人员同意后一小时内查看。"
        raise Conflict(text, code="release-needed")
    if found["expires_at"] <= ctx.now:
        at = refusals.local(found["expires_at"])
        text = f"同意已于 {at} 到期（同意后一小时内有效），请重新申请。"
        raise Conflict(text, code="look-expired")
    return found


def _seat(ctx: Context, held: HeldTask, unit: str | None) -> Row:
    seat = entitled.acting_seat(ctx.actor, held, unit)
    entitled.require_open_case(held.case)
    entitled.require_open_seat(ctx.actor, held, seat)
    return seat


def _require_claim(actor: Actor, seat: Row) -> None:
    if seat["person"] != actor.person:
        raise Conflict("请先认领本任务，再查看保密信息。", code="claim-first")


def _told(held: HeldTask, seat: Row) -> Row:
    root = held.case.root.row
    detail: Row = {"root": root["id"], "number": root["number"], "task": held.task["id"]}
    return detail | {"node": held.task["name"], "unit": seat["unit"]}
