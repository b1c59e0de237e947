"""What holds in the store after every fault and every race (reliability.md 7.1)."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from engine.context import Deployed
from engine.engine import Engine
from engine.store import chain, codec
from engine.store.machine import history, idem, job, notice, outbox, subscription
from engine.store.tables import instance, seat, task

LIVE = ("active", "suspended")
SLACK = timedelta(seconds=10)  # of leases: the sweep runs every five seconds


def check_invariants(engine: Engine, now: datetime | None = None) -> None:
    """Fail with every broken sentence; NOW bounds leases, the engine's clock by default."""
    at = now or engine.clock.now()
    with engine.database.read() as conn:
        broken = [*_work(conn), *_machine(conn, at), *_records(conn), *_states(engine, conn)]
    assert not broken, "\n".join(broken)


def _rows(conn: Connection, query: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in conn.execute(query).mappings()]


def _work(conn: Connection) -> Iterator[str]:
    live = sa.select(instance.c.id).where(instance.c.status.in_(LIVE))
    ended = sa.select(task.c.id).where(
        task.c.state == "open", task.c.instance_id.not_in(live)
    )
    for row in conn.execute(ended):
        yield f"task {row.id} is open in an instance that ended"
    loose = sa.select(seat.c.id).join(task, task.c.id == seat.c.task_id)
    loose = loose.where(seat.c.state == "open", task.c.state != "open")
    for row in conn.execute(loose):
        yield f"seat {row.id} is open on a round that is closed"
    newest = sa.select(task.c.instance_id, task.c.node, sa.func.max(task.c.round))
    last: dict[int, dict[str, int]] = {}
    for number, node, most in conn.execute(newest.group_by(task.c.instance_id, task.c.node)):
        last.setdefault(number, {})[node] = most
    for number, rounds in conn.execute(sa.select(instance.c.id, instance.c.rounds)):
        if (rounds or {}) != last.get(number, {}):
            yield f"instance {number} counts rounds {rounds}, has {last.get(number)}"
    for table in (job, subscription):
        gone = sa.select(table.c.id).where(table.c.instance_id.is_not(None))
        for row in conn.execute(gone.where(table.c.instance_id.not_in(live))):
            yield f"{table.name} {row.id} belongs to an instance that ended"


def _machine(conn: Connection, now: datetime) -> Iterator[str]:
    late = sa.select(job.c.id).where(job.c.state == "leased", job.c.lock_until < now - SLACK)
    for row in conn.execute(late):
        yield f"job {row.id} is leased beyond its time"
    for row in conn.execute(sa.select(idem.c.key).where(idem.c.status == 0)):
        yield f"key {row.key} was committed without an answer"
    told = Counter(conn.execute(sa.select(notice.c.outbox_uid)).scalars())
    for uid, count in told.items():
        if count > 1:
            yield f"message {uid} was delivered {count} times"
    sent = sa.select(outbox.c.uid).where(outbox.c.state == "sent")
    for uid in set(conn.execute(sent).scalars()) - set(told):
        yield f"message {uid} counts as sent and is in no inbox"


def _records(conn: Connection) -> Iterator[str]:
    for damage in chain.verify(conn):
        yield f"history: {damage}"
    counted = sa.select(history.c.root_id, sa.func.count()).group_by(history.c.root_id)
    lines: dict[int, int] = {row[0]: row[1] for row in conn.execute(counted)}
    heads = sa.select(instance.c.id, instance.c.history_no, instance.c.version)
    for row in conn.execute(heads.where(instance.c.id == instance.c.root_id)):
        if lines.get(row.id, 0) != row.history_no:
            yield f"case {row.id} says {row.history_no} lines, has {lines.get(row.id, 0)}"


def _states(engine: Engine, conn: Connection) -> Iterator[str]:
    """Hold each state against the rows that wait for it, both ways."""
    rows: dict[int, dict[str, list[str]]] = {}
    for kind, table in (("timer", job), ("task", task), ("sub", subscription)):
        query = sa.select(table.c.instance_id, table.c.wait)
        if table is job:
            query = query.where(job.c.kind == "timer")
        if table is task:
            query = query.where(task.c.state.in_(("open", "incident"))).distinct()
        for instance_id, wait in conn.execute(query):
            rows.setdefault(instance_id, {}).setdefault(kind, []).append(wait)
    for row in _rows(conn, sa.select(instance).where(instance.c.status.in_(LIVE))):
        yield from _state(engine, conn, row, rows.get(row["id"], {}))


def _state(
    engine: Engine, conn: Connection, row: dict[str, Any], have: dict[str, list[str]]
) -> Iterator[str]:
    made: Deployed = engine.runtimes.deployed(conn, row["definition_id"], row["runtime"])
    key = engine.runtimes.definition(conn, row["definition_id"])["key"]
    view = made.runtime.inspect(made.plans[key], codec.decode(row["state"]))
    if view.status != row["status"] and row["status"] != "suspended":
        yield f"instance {row['id']} is {row['status']} outside and {view.status} inside"
    wanted = {"timer": view.timers, "task": view.tasks, "sub": view.subscriptions}
    for kind, waits in wanted.items():
        inside = sorted(wait["wait"] for wait in waits)
        outside = sorted(have.get(kind, []))
        if inside != outside:
            yield f"instance {row['id']}: {kind} waits {inside}, rows {outside}"
