"""Who stands in for whom (代理, operations.md 2.15): made, ended, claims given back."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from engine.base.errors import InvalidRequest, NotAllowed, NotFound
from engine.commands import organising
from engine.commands.results import Counted, Created
from engine.context import Context
from engine.rules import deputies as rules
from engine.rules.permissions import may
from engine.store import deputies, jobs, people_rows, records
from engine.store.rows import Row

REASON = 200  # characters at most
MOST = 366  # days of one rule; a longer absence is a change of posts; designed
CLAIMS = 200  # claims given back in one act, as of leavers
OVER = "代理到期或收回"


@dataclass(frozen=True, slots=True)
class MakeDeputy:
    """代理: let DEPUTY act for PERSON ("" = the actor) from the day FIRST to the day LAST.

    UNIT narrows to one post, PROCESSES to cases of these processes, REGION to a division.
    Set by the person, by who leads one of the person's units, or by a supervisor or
    administrator. Answers Created; 422 deputy-loop when the deputy is away too.
    """

    deputy: str
    first: date
    last: date
    person: str = ""
    unit: str = ""
    processes: tuple[str, ...] = ()
    region: str = ""
    reason: str = ""

    def run(self, ctx: Context) -> Created:
        """Check and keep the rule; it begins by itself."""
        whom = self.person or ctx.actor.person
        require(ctx, whom, self.unit)
        start, until = _midnight(self.first), _midnight(self.last + timedelta(days=1))
        self._check_days(ctx, start, until)
        own = people_rows.load_person(ctx.conn, whom) or {}
        self._check_persons(ctx, whom)
        other = people_rows.load_person(ctx.conn, self.deputy) or {}
        if deputies.overlapping(ctx.conn, self.deputy, start, until):
            raise rules.loop(other["name"])
        row: Row = {"person": whom, "person_name": own["name"], "deputy": self.deputy}
        row |= {"deputy_name": other["name"], "unit": self.unit, "region": self.region}
        row |= {"from_at": start, "until_at": until, "processes": list(self.processes)}
        row |= {"reason": self.reason.strip()[:REASON], "made_by": ctx.actor.person}
        row |= {"made_name": ctx.actor.name, "made_at": ctx.now}
        made = deputies.add(ctx.conn, row)
        told = {"rule": made, "person": whom, "deputy": self.deputy, "unit": self.unit}
        told |= {"first": self.first, "last": self.last, "processes": list(self.processes)}
        told |= {"region": self.region, "reason": row["reason"]}
        records.add_audit(ctx.conn, ctx.now, ctx.actor.person, "MakeDeputy", told)
        return Created(id=str(made))

    def _check_days(self, ctx: Context, start: datetime, until: datetime) -> None:
        if self.last < self.first or until <= ctx.now:
            raise InvalidRequest("代理的结束日期不能早于开始日期和今天。", code="dates-wrong")
        if until - start > timedelta(days=MOST):
            raise InvalidRequest(f"一次代理最多 {MOST} 天。", code="dates-wrong")

    def _check_persons(self, ctx: Context, whom: str) -> None:
        if whom == self.deputy:
            raise InvalidRequest("不能代理自己。", code="not-eligible")
        mine = {row["code"]: row["application"] for row in deputies.units_of(ctx.conn, whom)}
        if not mine or self.unit not in {"", *mine}:
            raise InvalidRequest("被代理人没有这个单位的岗位。", code="not-eligible")
        theirs = deputies.units_of(ctx.conn, self.deputy)  # nobody: an unknown login too
        if not {row["application"] for row in theirs} & set(mine.values()):
            text = "代理人不在同一应用的单位中，不具备本环节办理资格。"
            raise InvalidRequest(text, code="not-eligible")


@dataclass(frozen=True, slots=True)
class EndDeputy:
    """收回代理: end a rule now; what the deputy claimed goes back. Answers Counted."""

    rule_id: int

    def run(self, ctx: Context) -> Counted:
        """End it for whoever might have set it, or the deputy."""
        row = deputies.rule(ctx.conn, self.rule_id)
        if row is None:
            raise NotFound
        if row["deputy"] != ctx.actor.person:
            _require_known(ctx, row)
        if row["until_at"] <= ctx.now:
            return Counted()
        deputies.end(ctx.conn, self.rule_id, ctx.actor.person, ctx.now)
        found = deputies.claimed(
            ctx.conn, ctx.now, CLAIMS, (row["deputy"], row["person"])
        )
        count = organising.give_back(ctx, found, OVER)
        detail = {"rule": self.rule_id, "person": row["person"], "claims": count}
        detail |= {"deputy": row["deputy"]}
        records.add_audit(ctx.conn, ctx.now, ctx.actor.person, "EndDeputy", detail)
        return Counted(count=count)


@dataclass(frozen=True, slots=True)
class ReturnDeputised:
    """Give back what deputies claimed whose time is over. Once for each SLOT; Counted."""

    slot: datetime

    def run(self, ctx: Context) -> Counted:
        """Look for such claims; the persons stood in for could act all along."""
        may(ctx.actor, "machine")
        if not jobs.take_slot(ctx.conn, "deputies", self.slot):
            return Counted()
        found = deputies.claimed(ctx.conn, ctx.now, CLAIMS)
        return Counted(count=organising.give_back(ctx, found, OVER))


def require(ctx: Context, whom: str, unit: str = "") -> None:
    """Refuse who may not hand over the work of WHOM, in UNIT or in all posts."""
    if not deputies.may_set(ctx.conn, ctx.actor, whom, unit):
        raise NotAllowed("只能为本人，或由本单位负责人、调度人员设置代理。", act="deputise")


def _require_known(ctx: Context, row: Row) -> None:
    if not deputies.may_set(ctx.conn, ctx.actor, row["person"], row["unit"]):
        raise NotFound  # a rule of others is not even told


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo("Asia/Shanghai")).astimezone(UTC)
