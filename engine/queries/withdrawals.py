"""What the actor may take back (撤回): on the case page, and hints for the list of acts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from engine.base.errors import Conflict
from engine.context import View
from engine.kernel.returns import ahead
from engine.queries.task_data import TaskData, load
from engine.queries.worklist import WorkRow
from engine.rules import withdrawals
from engine.runtime import KernelRuntime
from engine.store import records, work
from engine.store.tables import instance, seat, task

ROUNDS = 500  # decided rounds of a case looked through
LATEST = 2  # own acts of a case looked at, newest first: each reads the whole case


@dataclass(frozen=True, slots=True)
class Offer:
    """One's act on TASK_ID, called NAME, done AT, that nobody went on with."""

    task_id: int
    name: str
    at: datetime


def of_case(view: View, *, case_id: int) -> Offer | None:
    """Give the newest act of the actor on case CASE_ID that can be taken back now."""
    query = (
        sa.select(seat.c.task_id, seat.c.decided_at)
        .join(task, task.c.id == seat.c.task_id)
        .join(instance, instance.c.id == task.c.instance_id)
        .where(instance.c.status == "active", instance.c.runtime == KernelRuntime.name)
        .where(seat.c.root_id == case_id, seat.c.person == view.actor.person)
        .where(seat.c.state == "done", task.c.state == "completed")
        .where(task.c.superseded.is_(False))
        .order_by(seat.c.decided_at.desc(), seat.c.id.desc())
    )
    for row in view.connection.execute(query.limit(LATEST)).all():
        held = load(view, row.task_id)
        if _possible(view, held):
            return Offer(row.task_id, held.task["name"], row.decided_at)
    return None


def newest_of(view: View, *, rows: Iterable[WorkRow]) -> frozenset[int]:
    """Give those seats of ROWS after which nobody acted in their case, while it goes on.

    A hint for a list: the page of the case tells exactly.
    """
    live = [row for row in rows if row.status == "active"]
    query = (
        sa.select(seat.c.root_id, sa.func.max(seat.c.decided_at))
        .where(seat.c.root_id.in_({row.case_id for row in live}))
        .where(seat.c.state == "done")
        .group_by(seat.c.root_id)
    )
    last = {row[0]: row[1] for row in view.connection.execute(query)} if live else {}
    return frozenset(row.seat_id for row in live if row.decided_at == last.get(row.case_id))


def _possible(view: View, held: TaskData) -> bool:
    """Tell whether the command would accept: same rules, nothing written."""
    own = withdrawals.own_seat(held.seats, view.actor.person)
    if own is None or held.root["status"] != "active":
        return False
    try:
        withdrawals.check_round(held.task, held.seats, own)
        waits, found = _ahead(view, held)
        withdrawals.check_untouched(found)
    except Conflict:
        return False
    return bool(waits)


def _ahead(view: View, held: TaskData) -> tuple[tuple[str, ...], withdrawals.Ahead]:
    conn, case_id, own = view.connection, held.root["id"], held.instance["id"]
    there = ahead(held.plan, held.state, held.task["node"])
    decided = records.last_lines(conn, case_id, "RoundDecided", ROUNDS)
    no = next((o["no"] for o in decided if o["detail"]["task"] == held.task["id"]), 0)
    lines = records.lines_after(conn, case_id, no, withdrawals.LINES)
    rows = [
        row["id"]
        for row in work.open_tasks(conn, case_id)
        if row["instance_id"] == own and row["node"] in there.nodes
    ]
    typed = work.drafts_of(conn, rows, view.actor.person)
    known = held.facts.nodes
    names = {node: (known[node].name if node in known else "") or node for node in there.nodes}
    return there.waits, withdrawals.Ahead(
        [one for one in lines if one["instance_id"] == own],
        names,
        held.node.revoke_until,
        [(row["name"], row["updated_at"]) for row in typed],
    )
