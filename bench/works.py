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
Batch = tuple[int, Callable[[], None]]  # how many acts, and the work itself


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
            yield 2 * len(tasks), partial(self._run, system, tasks)

    def _run(self, system: System, tasks: list[int]) -> None:
        for first in tasks:
            second = system.complete(first, "a.first")
            assert second is not None
            system.complete(second, "a.second")


@dataclass(frozen=True)
class Items:
    """Work B: N items of one case, SLICE of them in a round; small N repeats whole cases."""

    name: str
    n: int
    slice: int
    whole: bool = True  # go on to the join; else only the first slices of the case

    def batches(self, system: System) -> Iterator[Batch]:
        """Give rounds without end."""
        while True:
            yield from self._fresh(system)

    def _fresh(self, system: System) -> Iterator[Batch]:
        cases = max(1, self.slice // self.n)
        tasks: list[tuple[int, str]] = []
        for case in begin(system, "bench_b", cases, self.n):
            mine = system.place.open_tasks(case)
            tasks += [(one, "b.item") for one in mine[:-1]] + [(mine[-1], "b.last")]
        for at in range(0, len(tasks), self.slice):
            part = tasks[at : at + self.slice]
            yield len(part), partial(self._run, system, part)

    def _run(self, system: System, part: list[tuple[int, str]]) -> None:
        for task_id, step in part:
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
            yield self.n, partial(system.fire, jobs)


Work = Sequence | Items | Timers


@dataclass
class Rounds:
    """One system at one work: its batches, and what each cost per act."""

    system: System
    batches: Iterator[Batch]
    client: list[float] = field(default_factory=list)
    server: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    acts: int = 0

    def turn(self) -> None:
        """Do one round and keep its cost per act."""
        count, work = next(self.batches)
        self.system.place.settle()
        with self.system.place.meter.measured() as cost:
            work()
        self.acts += count
        self.client.append(cost.client_ms / count)
        self.server.append(cost.server_ms / count)
        self.wall.append(cost.wall_ms / count)
