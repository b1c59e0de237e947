"""回避: who has an interest in a case neither sees it nor acts on it."""

from dataclasses import dataclass

from engine.base.errors import Conflict, InvalidRequest, NotFound
from engine.commands import away, entitled, finishing, recused
from engine.commands.case import Case, open_case
from engine.commands.results import CaseChanged
from engine.context import Context
from engine.rules import refusals
from engine.store import cases, people_rows, recusals, work
from engine.store.rows import Row

REASON = 10  # characters, as of other reasons (operations.md 2.0)


@dataclass(frozen=True, slots=True)
class Recuse:
    """登记回避: keep UNIT or PERSON (both "": the actor) away from the case, for a REASON.

    Everybody for himself; who handles the case, or supervises it, for others. Open work
    goes to a colleague, a deputy or the superior unit; with nobody left the round stops.
    The case disappears from lists, counts and acts of who keeps away. Answers CaseChanged.
    """

    instance_id: int
    reason: str
    unit: str = ""
    person: str = ""

    def run(self, ctx: Context) -> CaseChanged:
        """Write it on the case and move its open work."""
        case = open_case(ctx, cases.lock_root_of_instance(ctx.conn, self.instance_id))
        entitled.require(ctx, "recuse", case.root.row)
        if self.unit and self.person:
            raise InvalidRequest("请选择单位或人员中的一项。", code="recuse-who")
        person = self.person or ("" if self.unit else ctx.actor.person)
        if person != ctx.actor.person and not work.handles(ctx.conn, ctx.actor, case.id):
            entitled.require(ctx, "keepAway", case.root.row)
        reason = refusals.check_reason(self.reason, REASON)
        name = self._name(ctx, person)
        kept = away.of(case.root.row)
        known, one = (kept["units"], self.unit) if self.unit else (kept["persons"], person)
        if one in known:
            raise Conflict(f"{name} 已登记回避。", code="recused")
        row: Row = {"unit": self.unit, "person": person, "name": name}
        recused.add(case, row | {"source": "person", "reason": reason})
        key = "units" if self.unit else "persons"
        away.keep(case, {**kept, key: sorted({*known, one})})
        return _done(case)

    def _name(self, ctx: Context, person: str) -> str:
        if self.unit:
            names = people_rows.unit_names(ctx.conn, [self.unit])
            if self.unit not in names:
                raise InvalidRequest(f"没有编码为“{self.unit}”的单位。", code="unit-unknown")
            return names[self.unit]
        row = people_rows.load_person(ctx.conn, person)
        if row is None:
            raise InvalidRequest(f"没有登录名为“{person}”的人员。", code="person-unknown")
        return str(row["name"])


@dataclass(frozen=True, slots=True)
class LiftRecusal:
    """解除回避: a recusal that was a mistake; supervisors only. Answers CaseChanged."""

    instance_id: int
    recusal_id: int
    reason: str

    def run(self, ctx: Context) -> CaseChanged:
        """Take it back; seats handed on stay where they are."""
        case = open_case(ctx, cases.lock_root_of_instance(ctx.conn, self.instance_id))
        entitled.require(ctx, "keepAway", case.root.row)
        reason = refusals.check_reason(self.reason, REASON)
        found = recusals.living(ctx.conn, case.id)
        row = next((one for one in found if one["id"] == self.recusal_id), None)
        if row is None:
            raise NotFound
        if row["source"] == "case":
            raise Conflict("这是案件内容决定的回避，请更正案件内容。", code="recusal-declared")
        recusals.lift(ctx.conn, [row["id"]], ctx.actor.person, ctx.now)
        kept = away.of(case.root.row)
        key, one = ("units", row["unit"]) if row["unit"] else ("persons", row["person"])
        left = [other for other in kept[key] if other != one or other in kept["declared"]]
        away.keep(case, {**kept, key: left})
        told: Row = {"name": row["name"], "reason": reason}
        case.note(case.root, "LiftRecusal", told)
        return _done(case)


def _done(case: Case) -> CaseChanged:
    finishing.finish(case)
    row = case.root.row
    return CaseChanged(case.id, row["status"], row["version"])
