"""Rounds that stopped for want of a handler, tried again once the post is filled."""

from dataclasses import dataclass

from engine.base.errors import Conflict
from engine.commands import finishing, staffing
from engine.commands.case import open_case
from engine.commands.results import Refilled
from engine.context import Context
from engine.rules.permissions import may
from engine.store import cases, records
from engine.store.rows import Row

MOST = 200  # rounds one act tries; a designed limit


@dataclass(frozen=True, slots=True)
class RefillSeats:
    """Give the rounds of INCIDENTS their seats where somebody holds the post now.

    A round still without one stays stopped: it is never passed over. Who keeps the
    organisation may do it without seeing the cases. Answers Refilled.
    """

    incidents: tuple[int, ...]

    def run(self, ctx: Context) -> Refilled:
        """Try each; cases are locked in ascending order."""
        may(ctx.actor, "refill")
        found = [records.incident_by_id(ctx.conn, one) for one in self.incidents[:MOST]]
        open_rows = [row for row in found if row and _stopped(row)]
        filled = sum(_fill(ctx, r) for r in sorted(open_rows, key=lambda r: int(r["root_id"])))
        return Refilled(filled=filled, still=len(open_rows) - filled)


def _stopped(row: Row) -> bool:
    stopped = row["code"] == staffing.NO_HANDLER and row["state"] == "open"
    return bool(stopped and row["root_id"])


def _fill(ctx: Context, known: Row) -> bool:
    case = open_case(ctx, cases.lock_root(ctx.conn, known["root_id"]))
    row = records.hold_incident(ctx.conn, known["id"])
    if row is None or not _stopped(row):
        return False
    try:
        staffing.fill(case, row)
    except Conflict:
        return False
    detail: Row = {"incident": row["id"], "how": "retry", "reason": "", "code": row["code"]}
    case.root.touched = True
    case.note(case.live(row["instance_id"]), "ResolveIncident", detail, node=row["node"])
    finishing.finish(case)
    return True
