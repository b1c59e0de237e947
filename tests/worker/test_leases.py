"""Leases of outside calls are renewed while the call runs: a slow one is not made twice."""

import threading
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from engine.base.actor import SYSTEM
from engine.base.errors import Conflict
from engine.commands.services import ClaimCalls, RenewLease
from engine.commands.upkeep import Sweep
from engine.store.machine import history, job
from engine.worker import Worker
from tests.support.tiny import Tiny
from tests.worker.test_worker import before_the_call


def leased_until(tiny: Tiny) -> Any:
    query = sa.select(job.c.lock_until).where(job.c.kind == "service")
    return tiny.rows(query)[0]["lock_until"]


def swept(tiny: Tiny) -> int:
    answer: Any = tiny.engine.execute(Sweep(), SYSTEM)
    return int(answer.count)


def test_a_renewed_lease_runs_on_from_the_renewal(tiny: Tiny) -> None:
    before_the_call(tiny)
    call = tiny.engine.execute(ClaimCalls("slow"), SYSTEM).calls[0]
    tiny.clock.advance(timedelta(seconds=50))
    tiny.engine.execute(RenewLease(call.job_id, "slow", call.fence), SYSTEM)
    tiny.clock.advance(timedelta(seconds=50))
    assert swept(tiny) == 0
    tiny.clock.advance(timedelta(seconds=11))
    assert swept(tiny) == 1


def test_a_lease_another_node_took_is_not_renewed(tiny: Tiny) -> None:
    before_the_call(tiny)
    call = tiny.engine.execute(ClaimCalls("slow"), SYSTEM).calls[0]
    for owner, fence in (("other", call.fence), ("slow", call.fence - 1)):
        with pytest.raises(Conflict) as refused:
            tiny.engine.execute(RenewLease(call.job_id, owner, fence), SYSTEM)
        assert refused.value.problem_code == "lease-lost"
    tiny.clock.advance(timedelta(seconds=61))
    assert swept(tiny) == 1
    with pytest.raises(Conflict):
        tiny.engine.execute(RenewLease(call.job_id, "slow", call.fence), SYSTEM)


def test_the_worker_renews_while_a_slow_service_answers(tiny: Tiny) -> None:
    case_id = before_the_call(tiny)
    renewed = threading.Event()
    calls: list[str] = []

    def slow(inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Answer only after the lease moved on, as a slow registry would."""
        calls.append(inputs["key"])
        first = leased_until(tiny)
        tiny.clock.advance(timedelta(seconds=45))
        for _ in range(400):
            if leased_until(tiny) > first:
                renewed.set()
                break
            threading.Event().wait(0.01)
        return {"by": "slow"}

    worker = Worker(tiny.engine, services={"echo": slow}, node="slow", renew_seconds=0.02)
    worker.run_due()
    assert renewed.is_set()
    assert len(calls) == 1
    finished = sa.select(history.c.id).where(history.c.kind == "ServiceFinished")
    assert len(tiny.rows(finished.where(history.c.root_id == case_id))) == 1
