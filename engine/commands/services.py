"""Outside calls in lease mode: claim, call with no transaction open, finish with a fence."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from engine.base import events
from engine.base.errors import Conflict
from engine.base.values import Value
from engine.commands import finishing, stepping
from engine.commands.case import Case, open_case
from engine.commands.results import Job, Leased, LeasedCall
from engine.context import Context
from engine.rules import retries
from engine.rules.permissions import may
from engine.store import cases, codec, jobs
from engine.store.rows import Row

LEASE_SECONDS = 60  # reliability.md 3.4: ≥ 3 × the longest allowed call


@dataclass(frozen=True, slots=True)
class ClaimCalls:
    """Lease up to BATCH due calls of LANE to OWNER for LEASE seconds. Answers Leased."""

    owner: str
    lane: str = "callout"
    batch: int = 5
    lease_seconds: int = LEASE_SECONDS

    def run(self, ctx: Context) -> Leased:
        """Mark the rows leased, fence counted up."""
        may(ctx.actor, "machine")
        now, span = jobs.present(ctx.conn, ctx.clock), timedelta(seconds=self.lease_seconds)
        rows = jobs.lease(ctx.conn, self.lane, self.owner, now, span, self.batch)
        return Leased(calls=tuple(_call(row) for row in rows))


def _call(row: Row) -> LeasedCall:
    return LeasedCall(
        job_id=row["id"],
        fence=row["fence"],
        key=row["uid"],
        service=row["topic"],
        inputs=codec.decode(row["payload"]["inputs"]),
        attempts=row["attempts"],
        node=row["node"],
    )


@dataclass(frozen=True, slots=True)
class RenewLease:
    """Keep a call leased while it runs; 409 lease-lost when another node has it by now."""

    job_id: int
    owner: str
    fence: int
    lease_seconds: int = LEASE_SECONDS

    def run(self, ctx: Context) -> Job:
        """Move the end of the lease on; holding the row alone, it waits for no case."""
        may(ctx.actor, "machine")
        now, span = jobs.present(ctx.conn, ctx.clock), timedelta(seconds=self.lease_seconds)
        if not jobs.renew_lease(ctx.conn, self.job_id, self.owner, self.fence, now, span):
            raise Conflict("执行权已失效。", code="lease-lost")
        return Job(job_id=self.job_id, kind="service", state="leased")


@dataclass(frozen=True, slots=True)
class FinishCall:
    """Hand a call's RESULT (or BPMN ERROR code) to its case; 409 when the lease was lost."""

    job_id: int
    owner: str
    fence: int
    result: Mapping[str, Value] | None = None
    error: str | None = None

    def run(self, ctx: Context) -> Job:
        """Lock the case, take the job away behind the fence, tell the case."""
        may(ctx.actor, "machine")
        case, job = _held(ctx, self.job_id, self.owner, self.fence)
        done = _finish(case, job, self.result, self.error, None)
        return Job(job_id=self.job_id, kind="service", state="done" if done else "gone")


@dataclass(frozen=True, slots=True)
class FailCall:
    """Note that a call failed; out of tries the case hears of it as a failure."""

    job_id: int
    owner: str
    fence: int
    code: str
    text: str
    permanent: bool = False
    jitter: float = 0.0

    def run(self, ctx: Context) -> Job:
        """Try again later, or give up: a boundary event or an incident follows."""
        may(ctx.actor, "machine")
        root_id = jobs.root_of(ctx.conn, self.job_id)
        root = cases.lock_root(ctx.conn, root_id) if root_id is not None else None
        row = jobs.hold(ctx.conn, self.job_id)
        if root is None or row is None:
            return Job(job_id=self.job_id, state="gone")
        rule = retries.policy("callout", row["payload"].get("retries"))
        wait = retries.next_wait(rule, row["attempts"], self.jitter)
        if not self.permanent and wait is not None:
            again = ctx.now + wait
            jobs.release(ctx.conn, self.job_id, self.owner, self.fence, again, self.text)
            return Job(job_id=self.job_id, kind="service", state="ready", error=self.text)
        case, job = _held(ctx, self.job_id, self.owner, self.fence)
        _finish(case, job, None, None, f"{self.code}：{self.text}")
        return Job(job_id=self.job_id, kind="service", state="failed", error=self.text)


def _held(ctx: Context, job_id: int, owner: str, fence: int) -> tuple[Case, Row]:
    root_id = jobs.root_of(ctx.conn, job_id)
    root = cases.lock_root(ctx.conn, root_id) if root_id is not None else None
    job = jobs.hold(ctx.conn, job_id)
    if root is None or job is None or not jobs.finish_lease(ctx.conn, job_id, owner, fence):
        raise Conflict("执行权已失效，结果未采用。", code="lease-lost")
    return open_case(ctx, root), job


def _finish(
    case: Case,
    job: Row,
    result: Mapping[str, Value] | None,
    error: str | None,
    failure: str | None,
) -> bool:
    live = case.live(job["instance_id"])
    if not live.is_live:
        return False
    mark = len(case.lines)
    detail = {"service": job["topic"], "error": error, "failure": failure}
    case.note(live, "ServiceFinished", {**detail, "key": job["uid"]}, node=job["node"])
    event = events.FinishService(
        **case.stamp(live),
        wait=job["wait"],
        result=result,
        error=error,
        failure=failure,
        item=job["payload"]["item"],
    )
    if stepping.step(case, live, event).status != "accepted":
        del case.lines[mark:]
        return False
    finishing.finish(case)
    return True
