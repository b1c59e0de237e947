"""Many due jobs of different cases in one transaction: the commit is the cost (3.3)."""

from dataclasses import dataclass

from engine.base.errors import ShouhuError
from engine.commands import due
from engine.commands.results import Counted
from engine.context import Context
from engine.store import cases, jobs
from engine.store.rows import Row

LIMIT = 100  # cases a transaction (reliability.md 3.3)


class Apart(ShouhuError):
    """一批到期工作中有一项失败，改为逐项执行。"""

    code = "batch-apart"


@dataclass(frozen=True, slots=True)
class RunDueJobs:
    """Run the due engine jobs JOB_IDS, of as many cases, and commit once. Worker only.

    Cases somebody else is writing are left out, as are jobs that are gone. Answers Counted,
    the jobs taken away. When one job fails nothing of the batch is kept: Apart tells the
    worker to run each alone, where the failing one gets its tries and its incident.
    """

    job_ids: tuple[int, ...]

    def run(self, ctx: Context) -> Counted:
        """Lock the cases in ascending id, then their jobs, and do the work in due order."""
        due.system_only(ctx)
        heads = _first_of_each_case(jobs.roots_of(ctx.conn, self.job_ids[:LIMIT]))
        roots = {row["id"]: row for row in cases.try_lock_roots(ctx.conn, list(heads))}
        wanted = [heads[root_id] for root_id in roots]
        present = jobs.present(ctx.conn, ctx.clock)
        claimed = jobs.claim_all(ctx.conn, wanted, present)
        for job in claimed:
            self._one(ctx, roots[job["root_id"]], job)
        return Counted(count=len(claimed))

    def _one(self, ctx: Context, root: Row, job: Row) -> None:
        try:
            due.work_off(ctx, root, job)
        except ShouhuError as error:  # a defect or a lost race ends the transaction as well
            raise Apart(job=job["id"], reason=error.problem_code) from error


def _first_of_each_case(pairs: list[tuple[int, int]]) -> dict[int, int]:
    """Give case -> job, the earliest where PAIRS (job, case) name a case twice."""
    found: dict[int, int] = {}
    for job_id, root_id in pairs:
        found.setdefault(root_id, job_id)
    return found
