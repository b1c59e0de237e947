"""The machine's work: what is due for a case, and what becomes of a failure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.base import events
from engine.base.errors import Conflict, InvalidRequest
from engine.commands import (
    campaigns,
    case_limits,
    consulting,
    entitled,
    escalating,
    finishing,
    reopening,
    schedule,
    sending,
    starting,
    stepping,
    tasks,
    unheard,
    voting,
)
from engine.commands.case import Case, open_case
from engine.commands.halting import LIMITS
from engine.commands.results import Job
from engine.commands.starting import Beginning
from engine.commands.stepping import HALTED
from engine.context import Context
from engine.rules import retries
from engine.rules.permissions import may
from engine.rules.votes import Decided
from engine.store import cases, codec, jobs, matching, records
from engine.store.rows import Row

PAUSED = "worker"  # the setting that stops due work: {"paused": bool, "by", "at", "reason"}


@dataclass(frozen=True, slots=True)
class RunDueJob:
    """Claim and run one due engine job, its case first, in one transaction.

    Answers Job: done; gone (somebody was first, or nobody waits any more); busy (the case
    is being written: later). Given by the worker only.
    """

    job_id: int

    def run(self, ctx: Context) -> Job:
        """Lock the case, then the job (reliability.md 3.3), and do its work."""
        system_only(ctx)
        root_id = jobs.root_of(ctx.conn, self.job_id)
        if root_id is None:
            return Job(job_id=self.job_id, state="gone")
        root = cases.try_lock_root(ctx.conn, root_id)
        if root is None:
            return Job(job_id=self.job_id, state="busy")
        job = jobs.claim(ctx.conn, self.job_id, jobs.present(ctx.conn, ctx.clock))
        if job is None:
            return Job(job_id=self.job_id, state="gone")
        return Job(self.job_id, job["kind"], work_off(ctx, root, job))


def work_off(ctx: Context, root: Row, job: Row) -> str:
    """Do the work of a claimed JOB of the case ROOT, which is locked; give done or gone.

    A suspended case keeps its work for later: paused.
    """
    if root["status"] == "suspended" and job["kind"] != "start":
        jobs.set_job(ctx.conn, job["id"], state="paused")
        return "paused"
    jobs.delete_job(ctx.conn, job)
    return "done" if _KINDS[job["kind"]](open_case(ctx, root), job) else "gone"


def _timer(case: Case, job: Row) -> bool:
    live = case.live(job["instance_id"])
    if not live.is_live:
        return False
    known = job["payload"]
    mark = len(case.lines)
    detail = {"due": job["due_at"], "occurrence": known["occurrence"], "spec": known["spec"]}
    case.note(live, "TimerFired", detail, node=job["node"])
    event = events.FireTimer(
        **case.stamp(live),
        wait=job["wait"],
        due=datetime.fromisoformat(known["due"]),
        occurrence=known["occurrence"],
    )
    return _told(case, stepping.step(case, live, event).status, mark)


def _told(case: Case, status: str, mark: int) -> bool:
    if status == "refused":
        raise Conflict("案件当前不接受此事件。", code="refused")
    if status == "stale":
        del case.lines[mark:]
        return False
    finishing.finish(case)
    return True


def _message(case: Case, job: Row) -> bool:
    detail = codec.decode(job["payload"]["detail"])
    conn, name = case.ctx.conn, job["topic"]
    sub = matching.subscription_at(conn, job["instance_id"], job["wait"])
    if sub is not None and sub["name"] == name:
        live = case.live(job["instance_id"])
        keys, payload = detail["keys"], detail["payload"]
        case.note(live, "MessageReceived", {"name": name, "keys": keys}, node=sub["node"])
        event = sending.correlate(case, live, job["wait"], name, keys, payload)
        if stepping.step(case, live, event).status == "accepted":
            finishing.finish(case)
            return True
    # The receiver moved on meanwhile: the message waits for the next one.
    uid = case.ctx.ids.uid()
    row = sending.message_row(case.ctx.now, uid, name, detail["keys"], detail["payload"], "P1D")
    matching.keep_message(conn, row)
    return False


def _signal(case: Case, job: Row) -> bool:
    detail = codec.decode(job["payload"]["detail"])
    mark, heard = len(case.lines), False
    for instance_id in detail["instances"]:
        live = case.live(instance_id)
        if not live.is_live:
            continue
        case.note(live, "SignalReceived", {"name": job["topic"]})
        event = events.Signal(
            **case.stamp(live),
            name=job["topic"],
            payload=detail["payload"],
            origin=detail["origin"],
        )
        heard = stepping.step(case, live, event).status == "accepted" or heard
    return _told(case, "accepted" if heard else "stale", mark)


def _start(case: Case, job: Row) -> bool:
    detail = codec.decode(job["payload"]["detail"])
    definition = starting.latest(case.ctx, detail["key"])
    begin = Beginning(node=detail["node"], trigger=detail["trigger"], how="Started")
    starting.start_cases(case.ctx, definition, [begin])
    return True


def _round(case: Case, job: Row) -> bool:
    """Count a vote at its due time over what was cast."""
    detail = codec.decode(job["payload"]["detail"])
    held = entitled.task_of(case, detail["task"])
    due = held.task["due_at"]
    if held.task["state"] != "open" or held.task["stopped_at"] is not None:
        return False
    if due is not None and case.ctx.now < due:  # moved: another job waits for the new moment
        return False
    verdict = voting.judge(held, case.ctx.now)
    if isinstance(verdict, Decided):
        case.note(held.live, "RoundDue", {"task": held.task["id"]}, node=held.task["node"])
        tasks.settle(held, None, verdict, {})
        finishing.finish(case)
    elif consulting.proceed(held, job):
        finishing.finish(case)
    return True


def _tell(case: Case, job: Row) -> bool:
    """Tell again what an instance refused, after somebody mended the cause."""
    live = case.live(job["instance_id"])
    event = unheard.event_of(case, live, job)
    if event is None:
        return False
    answer = stepping.step(case, live, event)
    if answer.status == "refused":
        text = unheard.advice(live, event, answer.reason)
        raise InvalidRequest(text, code=unheard.code(event))
    return _told(case, answer.status, len(case.lines))


def _escalate(case: Case, job: Row) -> bool:
    """Remind of a limit, or raise the level of one that has passed."""
    acts = case_limits.act if "limit" in job["payload"] else escalating.act
    if not acts(case, job):
        return False
    finishing.finish(case)
    return True


_KINDS: Mapping[str, Callable[[Case, Row], bool]] = {
    "timer": _timer,
    "message": _message,
    "signal": _signal,
    "start": _start,
    sending.REOPEN: reopening.by_message,
    "round": _round,
    unheard.JOB: _tell,
    escalating.JOB: _escalate,
}


@dataclass(frozen=True, slots=True)
class RunStartTimer:
    """Start the case of a due start timer and set its next moment. Worker only."""

    job_id: int

    def run(self, ctx: Context) -> Job:
        """Claim the row, start, and move it on along its grid."""
        system_only(ctx)
        job = jobs.claim(ctx.conn, self.job_id, jobs.present(ctx.conn, ctx.clock))
        if job is None:
            return Job(job_id=self.job_id, state="gone")
        known = dict(job["payload"])
        slot = f"start:{known['key']}:{known['node']}"
        deployed = ctx.runtimes.deployed(ctx.conn, known["definition"], known["runtime"])
        wanted = campaigns.may_begin(ctx, deployed, known["key"])
        if wanted and jobs.take_slot(ctx.conn, slot, job["due_at"]):
            definition = starting.latest(ctx, known["key"])
            begin = Beginning(node=known["node"], how="Started")
            starting.start_cases(ctx, definition, [begin])
        known["count"] += 1
        due = schedule.next_due(deployed, known["spec"], known, ctx.now)
        if due is None:
            jobs.delete_job(ctx.conn, job)
        else:
            jobs.set_job(ctx.conn, self.job_id, due_at=due, payload=known, attempts=0)
        return Job(job_id=self.job_id, kind=job["kind"])


@dataclass(frozen=True, slots=True)
class FailJob:
    """Note that a job failed with CODE and TEXT: try again later or open an incident.

    ATTEMPTS is the count the caller saw, so two witnesses count once. PERMANENT errors
    end the tries at once; JITTER is a random number between -1 and 1. Worker only.
    """

    job_id: int
    attempts: int
    code: str
    text: str
    permanent: bool = False
    jitter: float = 0.0

    def run(self, ctx: Context) -> Job:
        """Write the next attempt, or give up."""
        system_only(ctx)
        job = jobs.hold(ctx.conn, self.job_id)
        if job is None:
            return Job(job_id=self.job_id, state="gone")
        rule = retries.policy(job["lane"], job["payload"].get("retries"))
        tried = self.attempts + 1
        wait = None if self.permanent else retries.next_wait(rule, tried, self.jitter)
        values: Row = {"error_code": self.code, "error_text": self.text[:500]}
        if wait is None:
            values |= {"state": "failed", "tries_left": 0}
        else:
            values |= {"due_at": ctx.now + wait, "tries_left": max(rule.tries - tried, 0)}
            values |= {"state": "ready", "lock_owner": None}
        if not jobs.fail(ctx.conn, self.job_id, self.attempts, values):
            return Job(job_id=self.job_id, kind=job["kind"], state="gone")
        if wait is None:
            self._incident(ctx, job)
        state = "failed" if wait is None else "ready"
        return Job(job_id=self.job_id, kind=job["kind"], state=state, error=self.text)

    def _incident(self, ctx: Context, job: Row) -> None:
        if records.recur(ctx.conn, self.job_id, ctx.now):
            return
        if self.code == HALTED and records.any_open(ctx.conn, job["instance_id"], LIMITS):
            return  # resolving that one makes the job ready again
        records.open_incident(
            ctx.conn,
            {
                "root_id": job["root_id"],
                "instance_id": job["instance_id"],
                "job_id": self.job_id,
                "ref": job["dedup_key"] if job["kind"] == escalating.JOB else "",
                "node": job["node"],
                "node_name": "",
                "code": self.code,
                "text": self.text[:500],
                "first_at": ctx.now,
                "last_at": ctx.now,
                "count": 1,
                "state": "open",
            },
        )


def system_only(ctx: Context) -> None:
    """Refuse everybody but the machine itself."""
    if not ctx.actor.may("system"):
        may(ctx.actor, "machine")
        raise Conflict("此操作只由系统自动执行。", code="system-only")


def is_paused(value: Any) -> bool:
    """Read the setting PAUSED."""
    return bool(isinstance(value, Mapping) and value.get("paused"))
