"""The machine's work: due rows, claims, leases, repairs (reliability.md 3)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from engine.base.clock import Clock, SystemClock
from engine.store.columns import UtcMoment
from engine.store.reading import Reading
from engine.store.rows import Conn, Row, every, insert, is_postgres, one
from engine.store.tables import job, slot

# What due and lease decisions are held against: a moment, or the database's own clock.
Present: TypeAlias = datetime | sa.ColumnElement[datetime]

_CLOCK: sa.ColumnElement[datetime] = sa.func.statement_timestamp(type_=UtcMoment)
_NOW = sa.bindparam("the_now", type_=UtcMoment)
_MOST = sa.bindparam("the_most", type_=sa.Integer)


@dataclass(frozen=True, eq=False)
class _Due:
    """A query about what is due, for both kinds of present: built once, asked every second."""

    build: Callable[[Any], sa.Select[Any]]

    @cached_property
    def _at(self) -> Reading:
        return Reading(self.build(_NOW))

    @cached_property
    def _by_database(self) -> Reading:
        return Reading(self.build(_CLOCK))

    def rows(self, conn: Conn, now: Present, **bound: Any) -> list[Row]:
        """Give the rows as of NOW."""
        if isinstance(now, datetime):
            return self._at.rows(conn, the_now=now, **bound)
        known = now is _CLOCK
        return (self._by_database if known else Reading(self.build(now))).rows(conn, **bound)


_HEADS = _Due(
    lambda now: sa.select(job.c.id, job.c.root_id, job.c.due_at, job.c.prio, job.c.attempts)
    .where(job.c.lane == "engine", job.c.state == "ready", job.c.due_at <= now)
    .where(job.c.root_id.not_in(sa.bindparam("the_skipped", expanding=True)))
    .order_by(job.c.due_at, job.c.id)
    .limit(200)
)
_STARTS = _Due(
    lambda now: sa.select(job.c.id, job.c.attempts)
    .where(
        job.c.lane == "bulk",
        job.c.state == "ready",
        job.c.kind == "start_timer",
        job.c.due_at <= now,
    )
    .order_by(job.c.due_at, job.c.id)
    .limit(_MOST)
)
_ANY = _Due(
    lambda now: sa.select(job.c.id)
    .where(
        job.c.lane == sa.bindparam("the_lane"), job.c.state == "ready", job.c.due_at <= now
    )
    .limit(1)
)
_CLAIM = _Due(
    lambda now: sa.select(job)
    .where(
        job.c.id.in_(sa.bindparam("the_ids", expanding=True)),
        job.c.state == "ready",
        job.c.due_at <= now,
    )
    .order_by(job.c.due_at, job.c.id)
    .with_for_update(skip_locked=True)
)
_NEXT = Reading(
    sa.select(sa.func.min(job.c.due_at).label("due_at")).where(job.c.state == "ready")
)
_ROOT_OF = Reading(sa.select(job.c.root_id).where(job.c.id == sa.bindparam("the_id")))
_ROOTS = Reading(
    sa.select(job.c.id, job.c.root_id)
    .where(job.c.id.in_(sa.bindparam("the_ids", expanding=True)))
    .order_by(job.c.due_at, job.c.id)
)


def present(conn: Conn, clock: Clock) -> Present:
    """Give the moment that decides what is due (reliability.md 3.2).

    Several nodes on PostgreSQL agree by the database clock; statement_timestamp() is stable
    within a statement and so may be an index condition, which clock_timestamp() is not. A
    clock that can be moved (demo, tests) and SQLite use the clock itself.
    """
    if is_postgres(conn) and isinstance(clock, SystemClock):
        return _CLOCK
    return clock.now()


def later(now: Present, span: timedelta) -> Any:
    """Give NOW + SPAN as a value to write."""
    if isinstance(now, datetime):
        return now + span
    return sa.type_coerce(now, sa.TIMESTAMP(timezone=True)) + sa.literal(span, sa.Interval)


def due_heads(conn: Conn, now: Present, limit: int, skip: Sequence[int] = ()) -> list[Row]:
    """Give the oldest due engine job of each case: {"id", "root_id"}, in due order.

    At most LIMIT cases; SKIP leaves cases out. A pure look: claiming is the job's own act.
    """
    heads: dict[int, Row] = {}
    for row in _HEADS.rows(conn, now, the_skipped=skip or (0,)):
        heads.setdefault(row["root_id"], row)
    ordered = sorted(heads.values(), key=lambda r: (-r["prio"], r["due_at"], r["id"]))
    return ordered[:limit]


def next_due(conn: Conn) -> datetime | None:
    """Give the moment of the earliest ready job, due or not."""
    found: datetime | None = _NEXT.scalar(conn)
    return found


def root_of(conn: Conn, job_id: int) -> int | None:
    """Give the case a job belongs to."""
    found: int | None = _ROOT_OF.scalar(conn, the_id=job_id)
    return found


def claim(conn: Conn, job_id: int, now: Present) -> Row | None:
    """Lock a job that is still ready and due; None when it is gone or held."""
    return next(iter(claim_all(conn, [job_id], now)), None)


def roots_of(conn: Conn, job_ids: Sequence[int]) -> list[tuple[int, int]]:
    """Give (job, case) of jobs that are still there, in due order."""
    return [(row["id"], row["root_id"]) for row in _ROOTS.rows(conn, the_ids=job_ids)]


def claim_all(conn: Conn, job_ids: Sequence[int], now: Present) -> list[Row]:
    """Lock those jobs that are still ready and due, in due order; held ones are left out."""
    return _CLAIM.rows(conn, now, the_ids=job_ids)


def hold(conn: Conn, job_id: int) -> Row | None:
    """Lock and give a job in any state, for an operator's act."""
    return one(conn, sa.select(job).where(job.c.id == job_id).with_for_update())


def insert_jobs(conn: Conn, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert jobs; what they wait for differs from that of jobs deleted before."""
    if rows:
        conn.insert(job, rows, unique="dedup_key", apart=True)


def insert_job(conn: Conn, row: Mapping[str, Any]) -> int:
    """Insert one job at once and give its id, for an incident that names it."""
    return insert(conn, job, row)


def delete_told(conn: Conn, instance_id: int, kind: str) -> None:
    """Delete the jobs of KIND of an instance that is over."""
    query = sa.delete(job).where(job.c.instance_id == instance_id, job.c.kind == kind)
    conn.execute(query)


def delete_job(conn: Conn, row: Mapping[str, Any]) -> None:
    """Delete a job whose ROW is held; it goes with the other writes of the transaction."""
    found = {name: row[name] for name in ("id", "dedup_key") if row[name] is not None}
    conn.remove(job, [found], unique="dedup_key" if "dedup_key" in found else "")


def delete_waits(
    conn: Conn, instance_id: int, waits: Sequence[str], kinds: Sequence[str]
) -> None:
    """Delete the jobs of waits that are no longer wanted."""
    if waits:
        one = {"instance_id": instance_id}
        conn.remove(job, [{**one, "wait": w, "kind": k} for w in waits for k in kinds])


def delete_keys(conn: Conn, keys: Sequence[str]) -> None:
    """Delete the jobs with these dedup keys."""
    if keys:
        conn.remove(job, [{"dedup_key": key} for key in keys], unique="dedup_key")


def payload_at(conn: Conn, key: str) -> Row | None:
    """Give the payload of the job with a dedup key, None when there is none."""
    query = sa.select(job.c.payload).where(job.c.dedup_key == key)
    found = conn.execute(query).first()
    return None if found is None else dict(found.payload)


def call_key(instance_id: int, wait: str, number: int | None) -> str:
    """Give the dedup key of the service call of a wait and item."""
    return f"call:{instance_id}:{wait}:{number or 0}"


def delete_call(conn: Conn, instance_id: int, wait: str, number: int | None) -> None:
    """Delete the service call of a wait: of one item NUMBER, or of all."""
    query = sa.delete(job).where(
        job.c.instance_id == instance_id, job.c.wait == wait, job.c.kind == "service"
    )
    if number is not None:
        query = query.where(job.c.dedup_key == call_key(instance_id, wait, number))
    conn.execute(query)


def set_job(conn: Conn, job_id: int, **values: Any) -> None:
    """Write VALUES into a job."""
    conn.execute(sa.update(job).where(job.c.id == job_id).values(**values))


def fail(conn: Conn, job_id: int, attempts: int, values: Mapping[str, Any]) -> bool:
    """Note a failed attempt; False when another witness noted it already."""
    query = sa.update(job).where(job.c.id == job_id, job.c.attempts == attempts)
    done = conn.execute(query.values(attempts=attempts + 1, **values))
    return done.rowcount == 1


def pause_case(conn: Conn, root_id: int) -> None:
    """Keep the jobs of a suspended case waiting."""
    _swap(conn, root_id, "ready", "paused")


def resume_case(conn: Conn, root_id: int) -> None:
    """Let the jobs of a resumed case run again."""
    _swap(conn, root_id, "paused", "ready")


def _swap(conn: Conn, root_id: int, old: str, new: str) -> None:
    query = sa.update(job).where(job.c.root_id == root_id, job.c.state == old)
    conn.execute(query.values(state=new))


def failed(conn: Conn, code: str) -> list[int]:
    """Give the ids of failed jobs whose error is CODE, in the order of their cases."""
    query = sa.select(job.c.id).where(job.c.state == "failed", job.c.error_code == code)
    return [int(row[0]) for row in conn.execute(query.order_by(job.c.root_id, job.c.id))]


def halted(conn: Conn, instance_id: int, code: str) -> list[Row]:
    """Lock and give the failed jobs of an instance whose error is CODE."""
    query = sa.select(job).where(job.c.instance_id == instance_id, job.c.state == "failed")
    query = query.where(job.c.error_code == code).order_by(job.c.id)
    return every(conn, query.with_for_update())


def lease(
    conn: Conn, lane: str, owner: str, now: Present, span: timedelta, batch: int
) -> list[Row]:
    """Lease up to BATCH due jobs of LANE to OWNER for SPAN, fence counted up."""
    picked = (
        sa.select(job.c.id)
        .where(job.c.lane == lane, job.c.state == "ready", job.c.due_at <= now)
        .order_by(job.c.due_at, job.c.id)
        .limit(batch)
        .with_for_update(skip_locked=True)
        .cte("picked")
    )
    if is_postgres(conn):
        picked = picked.prefix_with("MATERIALIZED", dialect="postgresql")
    query = (
        sa.update(job)
        .where(job.c.id.in_(sa.select(picked.c.id)))
        .values(
            state="leased",
            lock_owner=owner,
            lock_until=later(now, span),
            fence=job.c.fence + 1,
            attempts=job.c.attempts + 1,
        )
        .returning(*job.c)
    )
    rows = [dict(row) for row in conn.execute(query).mappings()]
    return sorted(rows, key=lambda row: (row["due_at"], row["id"]))


def renew_lease(
    conn: Conn, job_id: int, owner: str, fence: int, now: Present, span: timedelta
) -> bool:
    """Let a lease run for SPAN from NOW; False when it was lost meanwhile."""
    query = sa.update(job).where(
        job.c.id == job_id,
        job.c.state == "leased",
        job.c.lock_owner == owner,
        job.c.fence == fence,
    )
    return conn.execute(query.values(lock_until=later(now, span))).rowcount == 1


def finish_lease(conn: Conn, job_id: int, owner: str, fence: int) -> bool:
    """Delete a leased job; False when the lease was lost meanwhile."""
    query = sa.delete(job).where(
        job.c.id == job_id, job.c.lock_owner == owner, job.c.fence == fence
    )
    return conn.execute(query).rowcount == 1


def sweep(conn: Conn, now: Present) -> int:
    """Return expired leases to ready; a row somebody works on is left to the next sweep.

    It holds jobs without their cases, so it must never wait for one.
    """
    expired = sa.select(job.c.id).where(job.c.state == "leased", job.c.lock_until <= now)
    picked = expired.with_for_update(skip_locked=True).cte("picked")
    if is_postgres(conn):
        picked = picked.prefix_with("MATERIALIZED", dialect="postgresql")
    query = sa.update(job).where(job.c.id.in_(sa.select(picked.c.id)))
    query = query.values(state="ready", lock_owner=None)
    return len(conn.execute(query.returning(job.c.id)).all())  # no rowcount behind a WITH


def start_timers(conn: Conn, application: str) -> list[Row]:
    """Give the start timer jobs of APPLICATION."""
    query = sa.select(job).where(job.c.kind == "start_timer", job.c.topic == application)
    return every(conn, query)


def due_starts(conn: Conn, now: Present, limit: int) -> list[tuple[int, int]]:
    """Give (id, attempts) of the start timers that are due, oldest first."""
    found = _STARTS.rows(conn, now, the_most=limit)
    return [(int(row["id"]), int(row["attempts"])) for row in found]


def any_due(conn: Conn, lane: str, now: Present) -> bool:
    """Tell whether LANE holds a job that is due."""
    return bool(_ANY.rows(conn, now, the_lane=lane))


def take_slot(conn: Conn, name: str, at: datetime) -> bool:
    """Take the slot (NAME, AT) of periodic work; False when another node has it.

    Waits for a twin in flight: the primary key lets one through.
    """
    dialect = postgresql if is_postgres(conn) else sqlite
    query = dialect.insert(slot).values(name=name, slot_at=at)
    query = query.on_conflict_do_nothing(index_elements=[slot.c.name, slot.c.slot_at])
    return conn.execute(query.returning(slot.c.name)).first() is not None


def release(conn: Conn, job_id: int, owner: str, fence: int, due: datetime, text: str) -> bool:
    """Give a leased job back to be tried again at DUE; False when the lease was lost."""
    query = sa.update(job).where(
        job.c.id == job_id, job.c.lock_owner == owner, job.c.fence == fence
    )
    values = {"state": "ready", "lock_owner": None, "due_at": due, "error_text": text[:500]}
    return conn.execute(query.values(**values)).rowcount == 1
