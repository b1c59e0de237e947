"""An operator's acts on the machine: retry, fire now, pause, resolve incidents."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.base import events
from engine.base.errors import Conflict, InvalidRequest, NotFound
from engine.base.events import Repair
from engine.base.values import Value
from engine.commands import entitled, finishing, staffing, stepping
from engine.commands.case import Case, open_case
from engine.commands.due import PAUSED
from engine.commands.halting import LIMITS
from engine.commands.results import CaseChanged, Counted, Job, Nothing
from engine.commands.stepping import HALTED
from engine.context import Context
from engine.rules import retries
from engine.rules.permissions import may
from engine.store import cases, jobs, records
from engine.store.rows import Row


@dataclass(frozen=True, slots=True)
class RetryJob:
    """重试 a failed job with fresh tries. Answers Job."""

    job_id: int

    def run(self, ctx: Context) -> Job:
        """Make the job ready now and close its incident."""
        may(ctx.actor, "schedule")
        job = _held(ctx, self.job_id)
        if job["state"] != "failed":
            raise Conflict("该任务没有失败，不需要重试。", code="not-failed")
        _retry(ctx, job)
        return Job(job_id=self.job_id, kind=job["kind"], state="ready")


@dataclass(frozen=True, slots=True)
class RetryAll:
    """重试全部 failed jobs whose error is CODE. Answers Counted."""

    code: str

    def run(self, ctx: Context) -> Counted:
        """Retry each; cases are locked in ascending order, each before its job."""
        may(ctx.actor, "schedule")
        found = jobs.failed(ctx.conn, self.code)
        for job_id in found:
            root_id = jobs.root_of(ctx.conn, job_id)
            if root_id is not None:
                cases.lock_root(ctx.conn, root_id)
            job = jobs.hold(ctx.conn, job_id)
            if job is not None and job["state"] == "failed":  # nobody was first
                _retry(ctx, job)
        return Counted(count=len(found))


def _retry(ctx: Context, job: Row) -> None:
    _set_ready(ctx, job)
    records.clear_incidents(ctx.conn, {"job_id": job["id"]}, ctx.actor.person, ctx.now)
    _record(ctx, "RetryJob", job, "")


def _set_ready(ctx: Context, job: Row) -> None:
    rule = retries.policy(job["lane"], job["payload"].get("retries"))
    fresh = {"attempts": 0, "tries_left": rule.tries, "due_at": ctx.now, "state": "ready"}
    jobs.set_job(ctx.conn, job["id"], **fresh, lock_owner=None)


def _held(ctx: Context, job_id: int) -> Row:
    """Lock the case of a job, then the job."""
    root_id = jobs.root_of(ctx.conn, job_id)
    if root_id is not None:
        cases.lock_root(ctx.conn, root_id)
    job = jobs.hold(ctx.conn, job_id)
    if job is None:
        raise NotFound("该任务已经执行或已取消。", job=job_id)
    return job


def _record(ctx: Context, kind: str, job: Row, reason: str) -> None:
    """Note an act on a job in its case, or in the audit when it has none."""
    detail = {"job": job["id"], "kind": job["kind"], "topic": job["topic"], "reason": reason}
    root = cases.lock_root(ctx.conn, job["root_id"]) if job["root_id"] else None
    if root is None:
        records.add_audit(ctx.conn, ctx.now, ctx.actor.person, kind, detail)
        return
    case = open_case(ctx, root)
    case.note(case.root, kind, detail, node=job["node"])
    finishing.finish(case)


@dataclass(frozen=True, slots=True)
class FireJobNow:
    """Make a waiting timer or job due now, with a reason on record. Answers Job."""

    job_id: int
    reason: str = ""

    def run(self, ctx: Context) -> Job:
        """Bring its due moment forward; the worker does the rest."""
        may(ctx.actor, "schedule")
        job = _held(ctx, self.job_id)
        if job["state"] not in ("ready", "paused"):
            raise Conflict("该任务不在等待，不能提前执行。", code="not-waiting")
        jobs.set_job(ctx.conn, self.job_id, due_at=min(ctx.now, job["due_at"]))
        _record(ctx, "FireJobNow", job, self.reason)
        return Job(job_id=self.job_id, kind=job["kind"], state="ready")


@dataclass(frozen=True, slots=True)
class PauseWorker:
    """Stop due work of all nodes until resumed. Answers Nothing."""

    reason: str

    def run(self, ctx: Context) -> Nothing:
        """Write the setting every tick reads."""
        may(ctx.actor, "schedule")
        said = {"by": ctx.actor.name, "at": ctx.now.isoformat(), "reason": self.reason}
        records.write_setting(ctx.conn, PAUSED, {"paused": True, **said})
        records.add_audit(ctx.conn, ctx.now, ctx.actor.person, "PauseWorker", said)
        return Nothing()


@dataclass(frozen=True, slots=True)
class ResumeWorker:
    """Let due work go on. Answers Nothing."""

    def run(self, ctx: Context) -> Nothing:
        """Write the setting every tick reads."""
        may(ctx.actor, "schedule")
        records.write_setting(ctx.conn, PAUSED, {"paused": False})
        records.add_audit(ctx.conn, ctx.now, ctx.actor.person, "ResumeWorker", {})
        return Nothing()


@dataclass(frozen=True, slots=True)
class ResolveIncident:
    """A person decides how a held token goes on (kernel.md 1.3). Answers CaseChanged.

    HOW retry, skip, error (with CODE) or move (with NODE); VARS are written first. A round
    without a handler is staffed again; a failed job is retried.
    """

    incident_id: int
    how: Repair = "retry"
    code: str | None = None
    node: str | None = None
    vars: Mapping[str, Value] = field(default_factory=dict)
    reason: str = ""

    def run(self, ctx: Context) -> CaseChanged:
        """Lock the case, then do what the incident's kind asks for."""
        known = records.incident_by_id(ctx.conn, self.incident_id)
        if known is None:
            raise NotFound
        if known["root_id"] is None:
            return self._job(ctx, known)
        case = open_case(ctx, cases.lock_root(ctx.conn, known["root_id"]))
        entitled.require(ctx, "repair", case.root.row)
        row = records.hold_incident(ctx.conn, self.incident_id)
        if row is None or row["state"] != "open":
            raise Conflict("该事件已处理。", code="incident-resolved")
        detail: Row = {"incident": self.incident_id, "how": self.how, "reason": self.reason}
        detail |= {"code": row["code"], "vars": dict(self.vars)}
        if row["job_id"] is not None:
            return self._job(ctx, row)
        case.note(case.live(row["instance_id"]), "ResolveIncident", detail, node=row["node"])
        if row["ref"].startswith("task:"):
            self._staff(case, row)
        else:
            self._tell(case, row)
        finishing.finish(case)
        version = case.root.row["version"]
        state = case.root.row["status"]
        return CaseChanged(instance_id=case.id, state=state, instance_version=version)

    def _job(self, ctx: Context, row: Row) -> CaseChanged:
        if self.how != "retry":
            raise InvalidRequest("失败的任务只能重试。", code="repair-kind")
        RetryJob(row["job_id"]).run(ctx)
        return CaseChanged(instance_id=row["root_id"] or 0, state="ready")

    def _tell(self, case: Case, row: Row) -> None:
        live = case.live(row["instance_id"])
        if not row["ref"]:  # of a wish that was undone: no token is held by it
            self._close(case, row)
            return
        event = events.ResolveIncident(
            **case.stamp(live),
            incident=row["ref"],
            how=self.how,
            code=self.code,
            node=self.node,
            vars=self.vars,
        )
        stepping.must_step(case, live, event)
        if row["code"] in LIMITS:
            self._rearm(case, live.id)

    def _close(self, case: Case, row: Row) -> None:
        if self.how != "retry" or self.vars:
            raise InvalidRequest("此异常只能确认后重试，变量请另行更正。", code="repair-kind")
        by, now = case.ctx.actor.person, case.ctx.now
        records.clear_incidents(case.ctx.conn, {"id": row["id"]}, by, now)
        self._rearm(case, row["instance_id"])

    def _rearm(self, case: Case, instance_id: int) -> None:
        """Let the jobs a limit stopped try again."""
        for job in jobs.halted(case.ctx.conn, instance_id, HALTED):
            _set_ready(case.ctx, job)

    def _staff(self, case: Case, row: Row) -> None:
        """Give a round seats now that somebody holds the post; never pass it over."""
        if self.how != "retry":
            raise InvalidRequest(
                "没有办理人的环节不能跳过，请先补齐岗位再重试。", code="repair-kind"
            )
        staffing.fill(case, row)
