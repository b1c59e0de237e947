"""The works: what is set up, what is measured, and how much of it in a round.

A: start → user task → XOR → user task → task → end; per completion, both kinds.
B: N parallel items of one case, then the join; per completion.
C: N cases with a due timer each; per timer, which brings its case to a user task.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from bench.place import Place


class System(Protocol):
    """Something that completes tasks and fires timers on its own database."""

    @property
    def name(self) -> str:
        """Name it in the records."""
        ...

    @property
    def place(self) -> Place:
        """Give its database."""
        ...

    def complete(self, task_id: int, step: str) -> int | None:
        """Complete a task; give the one this opened."""
        ...

    def fire(self, jobs: list[int]) -> None:
        """Fire due timers."""
        ...


Adopt = Callable[[str, list[int], int], None]  # process key, cases, items


@dataclass(frozen=True)
class Batch:
    """What a round measures: COUNT acts done by WORK, then JOINS acts done by JOIN."""

    count: int
    work: Callable[[], None]
    joins: int = 0
    join: Callable[[], None] | None = None


def begin(system: System, key: str, count: int, items: int) -> list[int]:
    """Start cases by our engine, not measured; a system with states of its own adopts them."""
    cases = system.place.start(key, count, items)
    adopt: Adopt | None = getattr(system, "adopt", None)
    if adopt is not None:
        adopt(key, cases, items)
    return cases


@dataclass(frozen=True)
class Sequence:
    """Work A: each case twice."""

    name: str
    n: int  # completions in a round

    def batches(self, system: System) -> Iterator[Batch]:
        """Give rounds without end, each with fresh cases."""
        while True:
            cases = begin(system, "bench_a", self.n // 2, 1)
            tasks = [system.place.open_tasks(case)[0] for case in cases]
            yield Batch(2 * len(tasks), partial(self._run, system, tasks))

    def _run(self, system: System, tasks: list[int]) -> None:
        for first in tasks:
            second = system.complete(first, "a.first")
            assert second is not None
            system.complete(second, "a.second")


@dataclass(frozen=True)
class Items:
    """Work B: N items of one case, SLICE of them in a round; small N repeats whole cases.

    The last completion of a case, which passes the join, is measured apart.
    """

    name: str
    n: int
    slice: int

    def batches(self, system: System) -> Iterator[Batch]:
        """Give rounds without end."""
        while True:
            cases = max(1, self.slice // self.n)
            items: list[int] = []
            joins: list[int] = []
            for case in begin(system, "bench_b", cases, self.n):
                *mine, last = system.place.open_tasks(case)
                items += mine
                joins.append(last)
            for at in range(0, len(items), self.slice):
                part = items[at : at + self.slice]
                work = partial(self._run, system, part, "b.item")
                if at + self.slice < len(items):
                    yield Batch(len(part), work)
                else:
                    end = partial(self._run, system, joins, "b.last")
                    yield Batch(len(part), work, len(joins), end)

    def _run(self, system: System, part: list[int], step: str) -> None:
        for task_id in part:
            system.complete(task_id, step)


@dataclass(frozen=True)
class Timers:
    """Work C: N due timers of N cases."""

    name: str
    n: int

    def batches(self, system: System) -> Iterator[Batch]:
        """Give rounds without end, each with fresh cases."""
        while True:
            cases = begin(system, "bench_c", self.n, 1)
            jobs = [system.place.timer_of(case) for case in cases]
            system.place.pass_hour()
            yield Batch(self.n, partial(system.fire, jobs))


Work = Sequence | Items | Timers


@dataclass
class Rounds:
    """One system at one work: its batches, and what each cost per act."""

    work: Work
    system: System
    batches: Iterator[Batch] = field(init=False)
    client: list[float] = field(default_factory=list)
    server: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    joins: list[float] = field(default_factory=list)
    acts: int = 0

    def __post_init__(self) -> None:
        """Begin the rounds."""
        self.batches = self.work.batches(self.system)

    def turn(self) -> None:
        """Do one round and keep its cost per act."""
        batch = self.next()
        meter = self.system.place.meter
        with meter.measured() as cost:
            batch.work()
        self.acts += batch.count
        self.client.append(cost.client_ms / batch.count)
        self.server.append(cost.server_ms / batch.count)
        self.wall.append(cost.wall_ms / batch.count)
        if batch.join is not None:
            with meter.measured() as cost:
                batch.join()
            self.joins.append(cost.cpu_ms / batch.joins)

    def next(self) -> Batch:
        """Set up the next round, with the database tidied up."""
        batch = next(self.batches)
        self.system.place.settle()
        return batch
