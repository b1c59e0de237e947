"""Effects that open and close people's work: rounds and the items of multi-instances."""

from datetime import datetime
from typing import Any

from engine.commands import escalating
from engine.commands.case import Case, Live, OpenedTask
from engine.kernel import effects
from engine.rules import consult
from engine.store import codec, records, work
from engine.store.rows import Row

# How a round ends that did not decide: operations.md 2.8, 2.11.
STATES = {"cancelled": "cancelled", "withdrawn": "returned"}
BACK = ("returned", "withdrawn")  # 退回, 撤回: the round will be done again


def task_opened(case: Case, live: Live, effect: effects.TaskOpened) -> None:
    """Collect one round; its seats are given when the step rests."""
    row = _row(case, live, effect, effect.item or 0, effect.locals)
    _collect(case, live, row, effect.assignment)


def tasks_opened(case: Case, live: Live, effect: effects.TasksOpened) -> None:
    """Collect one round per item of a parallel multi-instance."""
    for number, values in enumerate(effect.locals, 1):
        row = _row(case, live, effect, number, values)
        each = effect.assignments
        _collect(case, live, row, each[number - 1] if each else effect.assignment)


def _row(
    case: Case,
    live: Live,
    effect: effects.TaskOpened | effects.TasksOpened,
    item: int,
    values: Any,
) -> Row:
    seats = effect.assignment.get("seats") or {}
    return {
        "root_id": case.id,
        "instance_id": live.id,
        "wait": effect.wait,
        "item": item,
        "node": effect.node,
        "name": live.node(effect.node).name or effect.node,
        "kind": effect.kind,
        "form": effect.form,
        "round": 0,  # known when written
        "case_round": case.root.row["case_round"],
        "rule": str(seats.get("rule") or "any"),
        "settings": {},
        "locals": codec.encode(dict(values)) if values else None,
        "state": "open",
        "version": 1,
        "priority": effect.priority,
        "created_at": case.ctx.now,
        "due_at": effect.due,
        "due_steps": codec.plain(dict(effect.due_steps)) or None,
        "due_kind": "" if effect.due is None else escalating.kind_of(live, effect.node),
        "level": "",
    }


def _collect(case: Case, live: Live, row: Row, assignment: Any) -> None:
    line: Row = {"name": row["name"], "wait": row["wait"], "item": row["item"]}
    line |= {"due": row["due_at"], "form": row["form"]}
    case.note(live, "TaskOpened", line, node=row["node"])
    key = (live.id, row["wait"], row["item"])
    case.writes.tasks[key] = OpenedTask(live, row, assignment, line)


def task_closed(case: Case, live: Live, effect: effects.TaskClosed) -> None:
    """Close rounds that end without a decision; a decided one was closed by its act."""
    if effect.how == "completed":
        return
    for key in [k for k in case.writes.tasks if k[:2] == (live.id, effect.wait)]:
        if effect.item in (None, key[2]):
            dropped = case.writes.tasks.pop(key)
            case.note(live, "TaskClosed", {**dropped.line, "how": effect.how})
    rows = work.tasks_of_wait(case.ctx.conn, live.id, effect.wait, effect.item)
    close(case, live, rows, STATES[effect.how], effect.reason)


def close(case: Case, live: Live, rows: list[Row], state: str, reason: str) -> None:
    """Close the open rounds ROWS with STATE: their open seats become 失效."""
    now: datetime = case.ctx.now
    case.due_moved = case.due_moved or bool(rows)
    values = {"state": state, "closed_at": now, "superseded": state in BACK}
    work.close_tasks(case.ctx.conn, [row["id"] for row in rows], values)
    escalating.disarm(case, rows)
    asked = [row["id"] for row in rows if consult.goes_on(row)]
    case.writes.dead_jobs.extend(map(consult.look_key, asked))
    for row in rows:
        detail = {"task": row["id"], "name": row["name"], "how": state, "reason": reason}
        case.note(live, "TaskClosed", detail, node=row["node"])
        if row["state"] == "incident":
            condition = {"instance_id": live.id, "ref": f"task:{row['id']}"}
            records.clear_incidents(case.ctx.conn, condition, case.ctx.actor.person, now)


def items_recorded(case: Case, live: Live, effect: effects.ItemsRecorded) -> None:
    """Keep the elements of a sequential body for later turns."""
    values = [codec.encode(value) for value in effect.values]
    work.record_items(case.ctx.conn, live.id, effect.wait, values)


def item_finished(case: Case, live: Live, effect: effects.ItemFinished) -> None:
    """Keep the output of a finished item."""
    row = {
        "instance_id": live.id,
        "wait": effect.wait,
        "no": effect.item,
        "output": codec.encode(effect.output),
        "outcome": effect.outcome,
    }
    work.finish_item(case.ctx.conn, row)


def items_dropped(case: Case, live: Live, effect: effects.ItemsDropped) -> None:
    """Forget the items of a body that is over."""
    work.drop_items(case.ctx.conn, live.id, effect.wait)
