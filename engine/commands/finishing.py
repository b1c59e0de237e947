"""Bring a case to rest and write it: search fields, rounds, jobs, history, instances."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from engine.base.events import Correlate
from engine.base.values import Value
from engine.commands import (
    away,
    case_limits,
    escalating,
    following,
    recused,
    sending,
    staffing,
    stepping,
    waiting,
)
from engine.commands.case import Case, Live, OpenedTask
from engine.commands.results import NextStep
from engine.context import SearchField
from engine.rules import consult
from engine.rules.assignment import Staffed
from engine.rules.seats import read_round
from engine.store import cases, chain, codec, jobs, lying, matching, notices, records, work
from engine.store.rows import Row

HEAD = ("history_no", "history_hash")
COLUMNS = ("title", "region", "place", "year", "category")


def finish(case: Case) -> None:
    """Work until nothing moves, then write everything in few statements; the last act."""
    stepping.drain(case)
    _deliver_waiting(case)
    search = _search(case)
    recused.settle(case)
    following.follow(case)
    case_limits.settle(case)
    opened = _write_tasks(case)
    _write_machine_work(case)
    cases.replace_search(case.ctx.conn, case.id, search)
    _write_regions(case)
    _write_history(case)
    _write_instances(case, _nearest_due(case, opened))
    case.opened.extend(opened)


def _deliver_waiting(case: Case) -> None:
    """Give new subscriptions the messages that came before them, oldest first."""
    waiting.write_subscriptions(case)
    while case.listening:
        pairs = [pair for pair in dict.fromkeys(case.listening) if pair[1]]
        case.listening.clear()
        for row in matching.waiting_for(case.ctx.conn, pairs, case.ctx.now):
            deliver(case, row)
        stepping.drain(case)
        waiting.write_subscriptions(case)


def deliver(case: Case, row: Row) -> bool:
    """Hand a waiting message ROW to its receiver in this case, if there still is one."""
    content = codec.decode(bytes(row["payload"]))
    hashes = matching.hashes_within(content["keys"])
    found = matching.subscribers(case.ctx.conn, "message", row["name"], hashes)
    mine = [sub for sub in found if sub["root_id"] == case.id]
    if len(found) > 1 or not mine:
        if len(found) > 1:
            matching.settle_message(case.ctx.conn, row["id"], "dead", "ambiguous")
        return False
    live = case.live(mine[0]["instance_id"])
    event = Correlate(
        **case.stamp(live),
        wait=mine[0]["wait"],
        message=row["name"],
        payload=content["payload"],
        keys=content["keys"],
    )
    if stepping.step(case, live, event).status != "accepted":
        return False
    matching.settle_message(case.ctx.conn, row["id"], "delivered")
    waiting.write_subscriptions(case)
    return True


def _search(case: Case) -> list[Row]:
    """Recompute the declared search fields whose variables were written."""
    rows: dict[str, Row] = {}
    for live in case.lives.values():
        fields = [
            field
            for field in live.deployed.search.get(live.key, ())
            if live.written & field.value.reads
        ]
        if fields:
            rows.update(compute_search(case, live, fields, live.variables()))
    return list(rows.values())


def compute_search(
    case: Case, live: Live, fields: list[SearchField], variables: Mapping[str, Value]
) -> dict[str, Row]:
    """Evaluate FIELDS; reserved names go into the root row, the others are given back."""
    moment = live.deployed.moment(case.ctx.now)
    rows: dict[str, Row] = {}
    for field in fields:
        value, _ = field.value.with_warnings(variables, moment)
        if field.name == away.NAME:
            away.declare(case, value)
        elif field.name == lying.NAME:
            case.regions = _regions(value)
        elif field.name in COLUMNS:
            case.root.row[field.name] = _column(field.name, value, live.facts.name)
            case.root.touched = True
        else:
            rows[field.name] = {"name": field.name, **_typed(value)}
    return rows


def _regions(value: Value) -> frozenset[str]:
    """Read division codes: a list of them, one, or null for none."""
    entries = value if isinstance(value, list) else [value]
    return frozenset(str(one) for one in entries if one not in (None, ""))


def _write_regions(case: Case) -> None:
    if case.regions is not None:
        lying.replace(case.ctx.conn, case.id, case.regions)
        case.regions = None


def _column(name: str, value: Value, default: str) -> Any:
    if name == "title" and value in (None, ""):
        return default
    if name == "year":
        return int(value) if isinstance(value, int | Decimal) else None
    return "" if value is None else str(codec.plain(value))


def _typed(value: Value) -> Row:
    row: Row = {"text": None, "number": None, "day": None, "flag": None}
    if isinstance(value, bool):
        row["flag"] = value
    elif isinstance(value, int | Decimal):
        row["number"] = Decimal(value)
    elif isinstance(value, datetime):
        row["day"] = value.date()
    elif isinstance(value, date):
        row["day"] = value
    elif value is not None:
        row["text"] = str(codec.plain(value))
    return row


def _write_tasks(case: Case) -> list[OpenedTask]:
    """Insert the rounds with their seats; a round nobody can take becomes an incident."""
    opened = list(case.writes.tasks.values())
    case.writes.tasks.clear()
    if not opened:
        return []
    _number_rounds(case, opened)
    staffed = [staffing.resolve(case, task.live, task.assignment) for task in opened]
    for task, answer in zip(opened, staffed, strict=True):
        if isinstance(answer, Staffed):
            task.row["settings"] = _settings(answer)
        else:
            task.row["state"] = "incident"
            task.row["settings"] = {"assignment": codec.plain(dict(task.assignment))}
    work.insert_tasks(case.ctx.conn, [task.row for task in opened])
    seats: list[Row] = []
    for task, answer in zip(opened, staffed, strict=True):
        escalating.arm(case, task.live, task.row)
        if isinstance(answer, Staffed):
            rows = staffing.seat_rows(case, task.row, answer)
            task.line["seats"] = [[row["unit"], row["role"]] for row in rows]
            task.handlers.extend(row["label"] for row in rows)
            _close_at_due(case, task)
            seats.extend(rows)
        else:
            row = staffing.incident(case, task.live, task.row, answer.reason)
            case.writes.incidents.append(row)
    work.insert_seats(case.ctx.conn, seats)
    return opened


def _close_at_due(case: Case, task: OpenedTask) -> None:
    """Set the moment at which a vote is counted, or silence looked at (2.5, 2.6)."""
    rule = read_round(task.row["settings"], task.row["due_at"])
    looked_at = rule.on_due == "close" or consult.goes_on(task.row)
    if looked_at and rule.due_at is not None:
        detail = {"task": task.row["id"], "wait": None}
        job = sending.engine_job(case, "round", case.id, task.live.id, "", detail)
        job |= {"node": task.row["node"], "due_at": rule.due_at}
        if consult.goes_on(task.row):
            job["dedup_key"] = consult.look_key(task.row["id"])
        case.writes.jobs.append(job)


def _settings(answer: Staffed) -> Row:
    users = sorted({user for seat in answer.seats for user in seat.users})
    plain: Row = codec.plain(dict(answer.settings))
    return {**plain, "users": users} if users else plain


def _number_rounds(case: Case, opened: list[OpenedTask]) -> None:
    """Give each round its id and number; those before it of the same node are superseded.

    The last number of each node stands on the instance row, which is written anyway.
    """
    known = {task.live.id: dict(task.live.row.get("rounds") or {}) for task in opened}
    for task, task_id in zip(opened, _ids(case, len(opened)), strict=True):
        last = (task.live.row.get("rounds") or {}).get(task.row["node"], 0)
        task.row["id"] = task.line["task"] = task_id
        task.row["round"] = task.line["round"] = last + 1
        known[task.live.id][task.row["node"]] = last + 1
    for live in {task.live.id: task.live for task in opened}.values():
        before = live.row.get("rounds") or {}
        nodes = {task.row["node"] for task in opened if task.live is live} & before.keys()
        work.supersede(case.ctx.conn, live.id, sorted(nodes))
        live.row["rounds"], live.touched = known[live.id], True


def _ids(case: Case, count: int) -> list[int]:
    """Give ids of new rounds, the spare one first."""
    spare = [] if case.spare is None else [case.spare]
    case.spare = None
    more = count - len(spare)
    return spare + work.take_ids(case.ctx.conn, more) if more else spare


def _write_machine_work(case: Case) -> None:
    writes, conn = case.writes, case.ctx.conn
    for instance_id, waits in writes.dead_waits.items():
        jobs.delete_waits(conn, instance_id, waits, ["timer"])
    jobs.delete_keys(conn, writes.dead_jobs)
    rows = [*writes.timers.values(), *writes.calls.values(), *writes.jobs]
    jobs.insert_jobs(conn, rows)
    case.due_at = min((row["due_at"] for row in rows), default=None)
    records.add_incidents(conn, writes.incidents)
    notices.post(conn, writes.outbox)
    writes.dead_waits.clear()
    writes.dead_jobs.clear()
    writes.timers.clear()
    writes.calls.clear()
    writes.jobs.clear()
    writes.incidents.clear()
    writes.outbox.clear()


def _write_history(case: Case) -> None:
    row = case.root.row
    head = chain.Head(row["history_no"], row["history_hash"])
    rows, head = chain.link(case.id, head, case.lines)
    if rows:
        records.add_history(case.ctx.conn, rows)
        row["history_no"], row["history_hash"] = head.no, head.hash
        case.root.touched = True
    case.lines.clear()


def _nearest_due(case: Case, opened: list[OpenedTask]) -> datetime | None:
    """Give the nearest due of the case's open tasks; asked for only when it may have gone."""
    if case.due_moved:
        return cases.nearest_due(case.ctx.conn, case.id)
    due = case.root.row["due_at"]
    if due is not None and any(task["due_at"] == due for task in case.closed):
        closed = [task["id"] for task in case.closed]
        due = cases.nearest_due(case.ctx.conn, case.id, closed)
    fresh = [task.row["due_at"] for task in opened if task.row["state"] == "open"]
    return min((at for at in (due, *fresh) if at is not None), default=None)


def _write_instances(case: Case, due: datetime | None) -> None:
    """Write the touched rows, the root last; each must still be at the version seen.

    DUE is the nearest of the case.
    """
    for live in sorted(case.lives.values(), key=lambda one: one.id, reverse=True):
        if not live.touched:
            continue
        row = live.row
        values: Row = {
            "status": row["status"],
            "ended_at": row["ended_at"],
            "state": codec.encode(live.state),
            "rounds": row.get("rounds"),
        }
        if live is case.root:
            names: tuple[str, ...] = ("number", "state_name", *HEAD, *COLUMNS)
            if row.get("recused"):
                names = ("recused", *names)
            if row["case_round"] > 1:  # reopened: now or before
                names = ("case_round", *names)
            values |= {name: row.get(name) for name in names}
            values["root_id"] = row["id"]
            values["due_at"] = row["due_at"] = due
        cases.write_instance(case.ctx.conn, live.id, row["version"], values)
        row["version"] += 1
        live.touched = False
        live.written.clear()


def next_steps(case: Case) -> tuple[NextStep, ...]:
    """Give the tasks this act opened, for its answer."""
    return tuple(
        NextStep(t.row["id"], t.row["node"], t.row["name"], tuple(t.handlers))
        for t in case.opened
    )
