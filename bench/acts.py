"""The acts that are measured, done by our engine as the API does them, and recorded once."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from bench.place import Place
from bench.recorded import Recipe, Row, record, snapshot
from engine.commands.results import Acted
from engine.commands.tasks import CompleteTask
from engine.store.tables import instance, job, seat, task
from engine.worker import Worker

FORM = {"amount": "120.5", "note": "现场核对，情况属实，材料齐全。" * 4, "checked": True}
BODY_HASH = "5f" * 32  # the API hands over the SHA-256 of the request's body


@dataclass
class Ours:
    """The real engine behind its front door: nothing of a completion is left out.

    Counted: idempotency key, lock, rights, form, decision of the round, kernel, chained
    history, search fields, all rows, commit. Not counted, for no system: HTTP, session.
    """

    place: Place
    name: str = "shouhu"
    count: int = 0
    worker: Worker = field(init=False)

    def __post_init__(self) -> None:
        """Make the worker that fires timers."""
        self.worker = Worker(self.place.engine, node="bench")

    def complete(self, task_id: int, step: str) -> int | None:
        """Complete a task; give the task this opened, if any."""
        del step
        self.count += 1
        answer = self.place.engine.execute(
            CompleteTask(task_id, FORM, expected_version=1),
            self.place.actor,
            key=f"bench-{self.count:026}",
            route=f"POST /api/v1/user-tasks/{task_id}/completion",
            body_hash=BODY_HASH,
        )
        assert isinstance(answer, Acted)
        return answer.next[0].task_id if answer.next else None

    def fire(self, jobs: list[int]) -> None:
        """Fire all timers that are due, as a worker node does."""
        done = self.worker.run_due()
        assert done >= len(jobs)


def recipes(place: Place, ours: Ours) -> dict[str, Recipe]:
    """Record each kind of act once: a.first, a.second, b.item, b.last, c."""
    made: dict[str, Recipe] = {}
    case = place.start("bench_a")[0]
    for step in ("a.first", "a.second"):
        made[step] = _completion(place, ours, case)
    case = place.start("bench_b", items=3)[0]
    _completion(place, ours, case)
    for step in ("b.item", "b.last"):
        made[step] = _completion(place, ours, case)
    case = place.start("bench_c")[0]
    timer = place.timer_of(case)
    place.pass_hour()
    rows = {"i": _row(place, instance, case), "j": _row(place, job, timer)}
    made["c"] = _recorded(place, case, rows, lambda: ours.fire([timer]))
    return made


def _completion(place: Place, ours: Ours, case: int) -> Recipe:
    task_id = place.open_tasks(case)[0]
    with place.engine.database.read() as conn:
        mine = conn.execute(sa.select(seat.c.id).where(seat.c.task_id == task_id)).scalar_one()
    rows = {
        "i": _row(place, instance, case),
        "t": _row(place, task, task_id),
        "s": _row(place, seat, mine),
    }
    return _recorded(place, case, rows, lambda: ours.complete(task_id, ""))


def _row(place: Place, table: sa.Table, row_id: int) -> Row:
    with place.engine.database.read() as conn:
        found = conn.execute(sa.select(table).where(table.c.id == row_id)).mappings().one()
    return dict(found)


def _recorded(
    place: Place, case: int, rows: dict[str, Row], act: Callable[[], Any]
) -> Recipe:
    before = snapshot(place, case)
    act()
    return record(before, snapshot(place, case), rows)
