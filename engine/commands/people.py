"""Who holds which post from when to when; leavers' claims, passwords, accounts in use."""

from dataclasses import dataclass
from datetime import date, datetime

from engine.base.errors import Conflict, InvalidRequest, NotFound
from engine.commands import organising
from engine.commands.accounts import DUTIES
from engine.commands.results import Counted, Nothing
from engine.context import Context
from engine.rules.permissions import may
from engine.store import organisation, people_rows, records
from engine.store.rows import Row

NOTE_LENGTH = 200
BY_HAND = "管理员退回认领"


@dataclass(frozen=True, slots=True)
class Appoint:
    """Let LOGIN hold a post of UNIT from VALID_FROM to VALID_TO (last day; None: open).

    Right accounts; answers Nothing.
    """

    login: str
    unit: str
    duty: str = "clerk"
    valid_from: date | None = None
    valid_to: date | None = None
    note: str = ""

    def run(self, ctx: Context) -> Nothing:
        """Check, keep the tenure, set today's posts."""
        may(ctx.actor, "accounts")
        organising.alone(ctx)
        _person(ctx, self.login)
        if self.duty not in DUTIES:
            raise InvalidRequest(f"没有职务“{self.duty}”。", code="right-unknown")
        if self.unit not in people_rows.unit_names(ctx.conn, [self.unit]):
            raise NotFound(f"没有编码为“{self.unit}”的单位。")
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise InvalidRequest("结束日期早于开始日期。", code="dates-wrong")
        if len(self.note) > NOTE_LENGTH:
            raise InvalidRequest(f"说明最多 {NOTE_LENGTH} 个字。", code="note-long")
        self._alone(ctx)
        row: Row = {"person": self.login, "unit": self.unit, "duty": self.duty}
        row |= {"valid_from": self.valid_from, "valid_to": self.valid_to, "note": self.note}
        row |= {"made_by": ctx.actor.person, "made_at": ctx.now}
        organisation.add_tenures(ctx.conn, [row])
        _set_posts(ctx)
        told = ("unit", "duty", "valid_from", "valid_to", "note")
        _audit(ctx, "Appoint", self.login, {name: row[name] for name in told})
        return Nothing()

    def _alone(self, ctx: Context) -> None:
        first, last = self.valid_from or date.min, self.valid_to or date.max
        for row in organisation.tenures(ctx.conn, self.login):
            same = row["unit"] == self.unit
            begins, ends = row["valid_from"] or date.min, row["valid_to"] or date.max
            if same and begins <= last and first <= ends:
                raise Conflict(
                    f"该人员在“{row['unit_name']}”的任职时间重叠，请先结束原任职。",
                    code="tenure-overlaps",
                )


@dataclass(frozen=True, slots=True)
class EndPost:
    """End a tenure with LAST, its last day; past that day the claims go back to the unit.

    LAST before today (or None: yesterday) ends it at once. Right accounts; answers Counted:
    the claims given back now.
    """

    tenure_id: int
    last: date | None = None

    def run(self, ctx: Context) -> Counted:
        """Give the claims back, end the tenure, set today's posts."""
        may(ctx.actor, "accounts")
        organising.alone(ctx)
        row = organisation.tenure_by_id(ctx.conn, self.tenure_id)
        if row is None:
            raise NotFound
        day = organising.today(ctx)
        last = self.last or date.fromordinal(day.toordinal() - 1)
        if row["valid_to"] is not None and row["valid_to"] < day:
            raise Conflict("该任职已经结束。", code="tenure-ended")
        given = self._give_back(ctx, row) if last < day else 0
        organisation.end_tenure(ctx.conn, self.tenure_id, last, ctx.actor.person, ctx.now)
        _set_posts(ctx)
        detail = {"unit": row["unit"], "duty": row["duty"]}
        detail |= {"last": last, "from": row["valid_to"]}
        _audit(ctx, "EndPost", row["person"], detail | {"claims": given})
        return Counted(count=given)

    def _give_back(self, ctx: Context, row: Row) -> int:
        found = organisation.claims(ctx.conn, row["person"], row["unit"])
        return organising.give_back(ctx, found, organising.LEFT)


@dataclass(frozen=True, slots=True)
class ReleaseClaims:
    """Give back what LOGIN claimed, of a leaver or one on holiday. Answers Counted."""

    login: str
    reason: str = BY_HAND

    def run(self, ctx: Context) -> Counted:
        """Release up to two hundred claims; called again for the rest."""
        may(ctx.actor, "accounts")
        _person(ctx, self.login)
        found = organisation.claims(ctx.conn, self.login)
        given = organising.give_back(ctx, found, self.reason or BY_HAND)
        _audit(ctx, "ReleaseClaims", self.login, {"claims": given, "reason": self.reason})
        return Counted(count=given)


@dataclass(frozen=True, slots=True)
class ResetPassword:
    """Give LOGIN a first password HASH again, to be changed when signing in.

    All sessions of the person end. Right accounts; answers Nothing.
    """

    login: str
    hash: str
    at: datetime

    def run(self, ctx: Context) -> Nothing:
        """Write the hash, end the sessions."""
        may(ctx.actor, "accounts")
        _person(ctx, self.login)
        values: Row = {"failed": 0, "failed_since": None, "locked_until": None}
        values |= {"password": self.hash, "must_change": True}
        people_rows.set_person(ctx.conn, self.login, **values)
        people_rows.end_sessions(ctx.conn, self.at, login=self.login)
        _audit(ctx, "ResetPassword", self.login, {})
        return Nothing()


@dataclass(frozen=True, slots=True)
class SetActive:
    """Take an account out of use, or into use again; it is never deleted. Answers Counted."""

    login: str
    active: bool
    at: datetime

    def run(self, ctx: Context) -> Counted:
        """Give the claims back, end the sessions, write it."""
        may(ctx.actor, "accounts")
        organising.alone(ctx)
        _person(ctx, self.login)
        if self.login == ctx.actor.person:
            raise Conflict("不能停用自己的账号。", code="own-account")
        given = 0
        if not self.active:
            claims = organisation.claims(ctx.conn, self.login)
            given = organising.give_back(ctx, claims, "账号停用，认领退回单位")
            people_rows.end_sessions(ctx.conn, self.at, login=self.login)
        people_rows.set_person(ctx.conn, self.login, active=self.active)
        people_rows.organisation_changed(ctx.conn)
        _audit(ctx, "SetActive", self.login, {"active": self.active, "claims": given})
        return Counted(count=given)


@dataclass(frozen=True, slots=True)
class SettleDay:
    """Bring posts, units and registers to today's date. Answers Counted."""

    def run(self, ctx: Context) -> Counted:
        """Do it once a day; whoever comes second finds it done."""
        day = organising.today(ctx).isoformat()
        if records.read_setting(ctx.conn, organisation.DAY) == day:
            rest = organisation.claims(ctx.conn)
            return Counted(count=organising.give_back(ctx, rest, organising.LEFT))
        organising.alone(ctx)
        if records.read_setting(ctx.conn, organisation.DAY) == day:
            return Counted()  # another node did it while this one waited
        records.write_setting(ctx.conn, organisation.DAY, day)
        return Counted(count=organising.settle_day(ctx))


def _person(ctx: Context, login: str) -> Row:
    row = people_rows.load_person(ctx.conn, login)
    if row is None:
        raise NotFound(f"没有登录名为“{login[:40]}”的人员。")
    return row


def _set_posts(ctx: Context) -> None:
    organisation.set_posts(ctx.conn, organising.today(ctx))
    people_rows.organisation_changed(ctx.conn)


def _audit(ctx: Context, kind: str, login: str, detail: Row) -> None:
    records.add_audit(ctx.conn, ctx.now, ctx.actor.person, kind, {"login": login, **detail})
