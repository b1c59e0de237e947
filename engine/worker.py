"""The clockwork: what is due → commands; the only APScheduler."""

import random
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler

from engine.base.actor import SYSTEM
from engine.base.clock import SystemClock
from engine.base.errors import (
    Busy,
    Conflict,
    ExpressionFailed,
    InvalidRequest,
    NotAllowed,
    NotFound,
    ShouhuError,
)
from engine.base.traces import trace
from engine.commands.deputising import ReturnDeputised
from engine.commands.due import PAUSED, FailJob, RunDueJob, RunStartTimer, is_paused
from engine.commands.imports import ApplyRows, CheckRows, FailImport, KeepRows, RefuseRow
from engine.commands.people import SettleDay
from engine.commands.results import Counted, Job, Leased, LeasedCall
from engine.commands.services import (
    LEASE_SECONDS,
    ClaimCalls,
    FailCall,
    FinishCall,
    RenewLease,
)
from engine.commands.stepping import Halted
from engine.commands.storm import LIMIT, RunDueJobs
from engine.commands.upkeep import Beat, DeliverMissed, DeliverNotices, Seal, Sweep
from engine.commands.vaulting import EraseVault, RewrapVault, hour
from engine.context import View
from engine.delivery.messages import words
from engine.delivery.services import SERVICES, Service
from engine.engine import Engine
from engine.queries import imports
from engine.sheets.read import read_table
from engine.store import import_rows, jobs, matching, notices, records

BATCH = LIMIT  # cases looked at per pass
STORM = 20  # more due cases than this are worked off in batches; reliability.md 3.3
CALLS = 20  # outside calls per tick: timers shall not wait long behind them
MOST_PASSES = 10_000  # of run_due: a process that never rests is a fault, not a long day
SWEEP_SECONDS = 5  # reliability.md 3.4, 6.9
SHANGHAI = ZoneInfo("Asia/Shanghai")
VAULT_SECONDS = 300  # designed; erasing itself happens once an hour
RELEASE = "0.1.0"  # as in pyproject.toml; shown beside each running process
_log = structlog.get_logger()

_DEFECT = "系统错误，没有写入；请联系管理员。"
# Not worth another try: the same input fails the same way (reliability.md 3.5).
_PERMANENT = (InvalidRequest, ExpressionFailed, Halted)


@dataclass(frozen=True, slots=True)
class Due:
    """What a look at the database found to do."""

    jobs: tuple[tuple[int, int], ...] = ()  # (job id, attempts) of the head of each case
    starts: tuple[tuple[int, int], ...] = ()
    calls: bool = False
    notices: bool = False
    missed: tuple[tuple[int, int], ...] = ()  # (message id, root id)
    imports: tuple[tuple[int, str], ...] = ()  # (run id, state) of tables coming in
    paused: bool = False

    @property
    def quiet(self) -> bool:
        """Tell whether there is nothing to do."""
        urgent = self.jobs or self.starts or self.calls or self.notices or self.missed
        return not (urgent or self.imports)


def look(view: View, skip: tuple[int, ...] = ()) -> Due:
    """See what is due now; a pure read, so an idle tick takes no write lock."""
    conn = view.connection
    now = jobs.present(conn, view.clock)
    if is_paused(records.read_setting(conn, PAUSED)):
        return Due(paused=True)
    return Due(
        jobs=tuple((r["id"], r["attempts"]) for r in jobs.due_heads(conn, now, BATCH, skip)),
        starts=tuple(jobs.due_starts(conn, now, BATCH)),
        calls=jobs.any_due(conn, "callout", now),
        notices=notices.any_ready(conn),
        missed=tuple((r["id"], r["root_id"]) for r in matching.missed_pairs(conn, view.now)),
        imports=tuple(import_rows.working(conn)),
    )


@dataclass
class Worker:
    """Runs due work of one engine; several nodes may run beside each other."""

    engine: Engine
    services: Mapping[str, Service] = field(default_factory=lambda: dict(SERVICES))
    node: str = field(default_factory=lambda: f"node-{secrets.token_hex(4)}")
    scheduler: BackgroundScheduler | None = None
    settled: date | None = None  # the day posts and units were last brought to
    renew_seconds: float = LEASE_SECONDS / 3  # of outside calls; reliability.md 3.4

    def tick(self) -> int:
        """Do what is due now, once through; give how much was done."""
        due = self.engine.ask(look, SYSTEM)
        if due.paused or due.quiet:
            return 0
        done = self._jobs(due.jobs)
        done += sum(self._start(job_id, tries) for job_id, tries in due.starts)
        if due.calls:
            done += self._calls()
        for message_id, root_id in due.missed:
            with suppress(Halted):  # its incident is kept, the message waits
                done += self._count(DeliverMissed(message_id, root_id))
        if due.notices:
            done += self._count(DeliverNotices(words))
        done += sum(self.import_batch(run_id, state) for run_id, state in due.imports)
        return done

    def run_due(self) -> int:
        """Tick until nothing is due; deterministic on a standing clock."""
        total = 0
        for _ in range(MOST_PASSES):
            done = self.tick()
            total += done
            if not done:
                return total
        raise Busy("到期任务没有尽头，请检查流程。")

    def run_until(self, moment: datetime, set_clock: Callable[[datetime], None]) -> int:
        """Let a clock that stands still go from due moment to due moment up to MOMENT."""
        total = self.run_due()
        while True:
            following = self.engine.ask(next_due, SYSTEM)
            if following is None or following > moment:
                break
            set_clock(max(following, self.engine.clock.now()))
            done = self.run_due()
            total += done
            if not done:  # leased or paused: nothing moves by waiting for it
                break
        set_clock(moment)
        return total + self.run_due()

    def upkeep(self) -> int:
        """Sweep, and seal what moved; each node may call it, one seals."""
        now = self.engine.clock.now().astimezone(UTC)
        second = now.second // SWEEP_SECONDS * SWEEP_SECONDS
        done = self._count(Sweep()) + self._new_day(now)
        return done + self._count(Seal(now.replace(second=second, microsecond=0)))

    def _new_day(self, now: datetime) -> int:
        """Bring posts and units to the date, once a day and once after a start."""
        day = now.astimezone(SHANGHAI).date()
        if day == self.settled:
            return 0
        done = self._count(SettleDay())
        self.settled = day
        return done

    def start(self, seconds: float = 1.0) -> None:
        """Tick every SECONDS in the background until stopped."""
        scheduler = BackgroundScheduler(timezone=UTC)
        options: dict[str, Any] = {"max_instances": 1, "coalesce": True}
        ticking = scheduler.add_job(
            self._guarded, "interval", [self.run_due], seconds=seconds, **options
        )
        scheduler.add_job(
            self._guarded, "interval", [self.upkeep], seconds=SWEEP_SECONDS, **options
        )
        scheduler.add_job(
            self._guarded, "interval", [self.beat], seconds=SWEEP_SECONDS, **options
        )
        scheduler.add_job(
            self._guarded, "interval", [self.keep_vault], seconds=VAULT_SECONDS, **options
        )
        self._guarded(self.beat)
        scheduler.start()
        self.scheduler = scheduler
        threading.Thread(target=self._listen, args=[scheduler, ticking], daemon=True).start()

    def stop(self) -> None:
        """Finish the work in hand and stop ticking."""
        scheduler, self.scheduler = self.scheduler, None
        if scheduler is not None:
            scheduler.shutdown(wait=True)
            self._guarded(lambda: self._count(Beat(self.node, stopped=True)))

    def keep_vault(self) -> int:
        """Erase what is no longer kept, wrap anew what has an older key, return claims."""
        slot = hour(self.engine.clock.now())
        done = self._count(EraseVault(slot)) + self._count(ReturnDeputised(slot))
        return done + self._count(RewrapVault())

    def beat(self) -> int:
        """Tell the operators' page that this process lives."""
        return self._count(Beat(self.node, RELEASE))

    def _listen(self, scheduler: BackgroundScheduler, ticking: Any) -> None:
        """Tick at once after a local commit; losing a wake-up costs a second at most."""
        while self.scheduler is scheduler:
            if self.engine.wake.wait(0.5):
                self.engine.wake.clear()
                with suppress(JobLookupError):  # stopped meanwhile
                    ticking.modify(next_run_time=SystemClock().now())

    def _guarded(self, work: Callable[[], int]) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 -- outermost loop: a bad tick ends nothing
            _report("tick failed", error, node=self.node)

    def _count(self, command: Any) -> int:
        answer = self.engine.execute(command, SYSTEM)
        return answer.count if isinstance(answer, Counted) else 0

    def _jobs(self, found: tuple[tuple[int, int], ...]) -> int:
        """Run the heads of the cases: one by one, in a storm a hundred to a commit."""
        if len(found) > STORM:
            try:
                answer = self.engine.execute(RunDueJobs(tuple(one for one, _ in found)), SYSTEM)
                return answer.count if isinstance(answer, Counted) else 0
            except Exception as error:  # noqa: BLE001 -- each is tried alone and told there
                _log.info("batch taken apart", kind=type(error).__name__, node=self.node)
        return sum(self._job(job_id, tries) for job_id, tries in found)

    def _job(self, job_id: int, attempts: int) -> int:
        return self._run(RunDueJob(job_id), job_id, attempts)

    def _start(self, job_id: int, attempts: int) -> int:
        return self._run(RunStartTimer(job_id), job_id, attempts)

    def _run(self, command: RunDueJob | RunStartTimer, job_id: int, attempts: int) -> int:
        """Run one job; its failure is written down and delays nobody else."""
        try:
            answer = self.engine.execute(command, SYSTEM)
        except Busy:
            return 0  # a lost lock costs no try
        except ShouhuError as error:
            permanent = isinstance(error, _PERMANENT)
            return self._failed(job_id, attempts, error.problem_code, error.message, permanent)
        except Exception as error:  # noqa: BLE001 -- a poisonous job must not stop the others
            _report("job failed", error, job=job_id, node=self.node)
            return self._failed(job_id, attempts, "defect", type(error).__name__, False)
        return int(isinstance(answer, Job) and answer.state != "busy")

    def _failed(self, job_id: int, attempts: int, code: str, text: str, permanent: bool) -> int:
        _log.info("job put off", job=job_id, code=code, node=self.node)
        self.engine.execute(
            FailJob(job_id, attempts, code, text, permanent, self._jitter()), SYSTEM
        )
        return 1

    def _jitter(self) -> float:
        return random.uniform(-1, 1)  # noqa: S311 -- spreads retries only

    def import_batch(self, run_id: int, state: str) -> int:
        """Go on with one table for one batch, with the rights of who sent it."""
        task = self.engine.ask(imports.task_of, SYSTEM, run_id=run_id)
        if task is None:
            return self._count(FailImport(run_id, "导入人的账号已停用。"))
        try:
            if state == "reading":
                return self._read_table(task)
            command = CheckRows(run_id) if state == "checking" else ApplyRows(run_id)
            answer = self.engine.execute(command, task.actor)
            return answer.count if isinstance(answer, Counted) else 0
        except Busy:
            return 0
        except Exception as error:  # noqa: BLE001 -- a poisonous row must not stop the others
            return self._import_failed(task, state, error)

    def _import_failed(self, task: imports.Task, state: str, error: Exception) -> int:
        """Try the rows of a batch one by one; end a run that cannot go on at all."""
        final = isinstance(error, NotAllowed | NotFound)
        if state == "applying" and not final:
            return sum(self._import_row(task, no) for no in task.waiting)
        if not isinstance(error, ShouhuError):
            _report("import failed", error, run=task.run_id, node=self.node)
        text = error.message if isinstance(error, ShouhuError) else _DEFECT
        return self._count(FailImport(task.run_id, text))

    def _read_table(self, task: imports.Task) -> int:
        """Take the table apart with no transaction open."""
        content = self.engine.files.read(task.sha256)
        try:
            grid = read_table(task.name, content, task.labels, task.foot)
        except ShouhuError as error:
            return self._count(FailImport(task.run_id, error.message))
        return self._count(KeepRows(task.run_id, grid.rows))

    def _import_row(self, task: imports.Task, no: int) -> int:
        """Take over one row alone; its failure is its own."""
        try:
            answer = self.engine.execute(ApplyRows(task.run_id, no), task.actor)
        except Busy:
            return 0
        except ShouhuError as error:
            return self._count(RefuseRow(task.run_id, no, error.message))
        except Exception as error:  # noqa: BLE001 -- told in the receipt, logged with its stack
            _report("row failed", error, run=task.run_id, row=no, node=self.node)
            return self._count(RefuseRow(task.run_id, no, _DEFECT))
        return answer.count if isinstance(answer, Counted) else 0

    def _calls(self) -> int:
        """Lease one call after the other: none waits, its lease running out, for another."""
        for done in range(CALLS):
            leased = self.engine.execute(ClaimCalls(self.node, batch=1), SYSTEM)
            calls = leased.calls if isinstance(leased, Leased) else ()
            if not calls:
                return done
            self._call(calls[0])
        return CALLS

    def _call(self, call: LeasedCall) -> None:
        """Call a service with no transaction open and hand its answer in behind the fence."""
        service = self.services.get(call.service)
        if service is None:
            text = f"没有名为“{call.service}”的服务"
            self._call_failed(call, "service-unknown", text, True)
            return
        try:
            with self._leased(call):
                result = service({**call.inputs, "key": call.key})
        except ShouhuError as error:
            self._call_failed(call, error.problem_code, error.message, True)
            return
        except Exception as error:  # noqa: BLE001 -- whatever a service raises costs one try
            _log.warning("call failed", service=call.service, kind=type(error).__name__)
            self._call_failed(call, "service-failed", type(error).__name__, False)
            return
        try:
            self.engine.execute(FinishCall(call.job_id, self.node, call.fence, result), SYSTEM)
        except Halted as halted:
            self._call_failed(call, halted.problem_code, halted.message, False)
        except Conflict:
            _log.info("late answer refused", job=call.job_id, fence=call.fence)

    @contextmanager
    def _leased(self, call: LeasedCall) -> Iterator[None]:
        """Renew the lease while the call runs, so that a slow one is not made twice."""
        over = threading.Event()
        keeper = threading.Thread(target=self._keep, args=[call, over], daemon=True)
        keeper.start()
        try:
            yield
        finally:
            over.set()
            keeper.join()

    def _keep(self, call: LeasedCall, over: threading.Event) -> None:
        while not over.wait(self.renew_seconds):
            try:
                self.engine.execute(RenewLease(call.job_id, self.node, call.fence), SYSTEM)
            except Conflict:
                return  # lost: the fence refuses the answer
            except Exception as error:  # noqa: BLE001 -- the next try may still be in time
                _report("lease not renewed", error, job=call.job_id, node=self.node)

    def _call_failed(self, call: LeasedCall, code: str, text: str, permanent: bool) -> None:
        failed = FailCall(
            call.job_id, self.node, call.fence, code, text, permanent, self._jitter()
        )
        try:
            self.engine.execute(failed, SYSTEM)
        except Conflict:
            _log.info("late failure refused", job=call.job_id, fence=call.fence)


def _report(text: str, error: Exception, **more: Any) -> None:
    """Log a defect with its stack, never with the values of variables."""
    _log.error(text, **more, kind=type(error).__name__, trace=trace(error))


def next_due(view: View) -> datetime | None:
    """Give the moment of the next due job, None when none waits."""
    return jobs.next_due(view.connection)
