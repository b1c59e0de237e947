"""Run the works in interleaved rounds and give records of medians."""

import gc
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from bench import kernel_work
from bench.acts import Ours, recipes
from bench.bare_core import BareCore
from bench.bare_cte import BareCte
from bench.counting import counted
from bench.meter import Meter
from bench.place import Place, Places
from bench.recorded import Recipe
from bench.spiff_system import Spiff
from bench.works import Items, Rounds, System, Work

SYSTEMS = ("shouhu", "spiffworkflow", "spiffworkflow-lean", "bare-sql-core", "bare-sql-cte")
SPIFF_MOST = 1_000  # beyond it one step of SpiffWorkflow takes a second
SPIFF_SAMPLE = 50  # completions measured at that size, over all rounds


@dataclass(frozen=True, slots=True)
class Record:
    """One measured work: per completion or timer, medians over interleaved rounds.

    CPU_MS = CPU_CLIENT_MS (this process) + CPU_SERVER_MS (backends of PostgreSQL).
    """

    work: str
    system: str
    database: str
    n: int
    cpu_ms: float
    wall_ms: float
    rate: float  # per second of wall time
    statements: float | None
    commits: float | None
    cpu_client_ms: float
    cpu_server_ms: float
    cpu_min_ms: float
    cpu_max_ms: float
    rounds: int
    sampled: int  # completions or timers measured
    join_cpu_ms: float | None = None  # the completion that passes the join of B

    def as_dict(self) -> dict[str, Any]:
        """Give it for JSON, times to a tenth of a microsecond."""
        return {k: round(v, 4) if isinstance(v, float) else v for k, v in asdict(self).items()}


Tell = Callable[[str], None]


class Bench:
    """The systems on their places, made when first needed; one set per database."""

    def __init__(self, places: Places, systems: Sequence[str], tell: Tell) -> None:
        self._places, self._wanted, self._tell = places, systems, tell
        self._made: dict[str, list[System]] = {}

    def run(self, works: Sequence[Work], database: str, rounds: int) -> list[Record]:
        """Measure WORKS on DATABASE: each round takes every system at every work in turn."""
        lanes = [
            Rounds(_fitting(system, work, rounds), system)
            for work in works
            for system in self._systems(database)
            if _takes(system, work)
        ]
        counts = [_warm(lane) for lane in lanes]
        for number in range(rounds):
            at = number % max(1, len(lanes))
            for lane in lanes[at:] + lanes[:at]:
                gc.collect()
                lane.turn()
            self._tell(f"{works[0].name} {database} {number + 1}/{rounds}")
        return [record(database, *pair) for pair in zip(lanes, counts, strict=True)]

    def _systems(self, database: str) -> list[System]:
        if database not in self._made:
            place = self._places.make(database)
            known = recipes(place, Ours(place))
            self._made[database] = [
                made
                for name in SYSTEMS
                if name in self._wanted and (made := self._system(name, database, known))
            ]
        return self._made[database]

    def _system(
        self, name: str, database: str, known: Mapping[str, Recipe]
    ) -> System | None:
        if name == "bare-sql-cte" and database != "postgresql":
            return None
        makers: dict[str, Callable[[Place], System]] = {
            "shouhu": Ours,
            "spiffworkflow": lambda place: Spiff(place, known),
            "spiffworkflow-lean": lambda place: Spiff(place, known, name, lean=True),
            "bare-sql-core": lambda place: BareCore(place, known),
            "bare-sql-cte": lambda place: BareCte(place, known),
        }
        return makers[name](self._places.make(database))


def _takes(system: System, work: Work) -> bool:
    if system.name == "spiffworkflow-lean":
        return work.name == "A"  # beside the real one, where the instance is small
    return system.name != "spiffworkflow" or work.n <= SPIFF_MOST


def _fitting(system: System, work: Work, rounds: int) -> Work:
    """Give WORK, where SpiffWorkflow is slow with a sample instead of everything."""
    if system.name != "spiffworkflow" or not isinstance(work, Items) or work.n < SPIFF_MOST:
        return work
    return replace(work, slice=max(1, SPIFF_SAMPLE // rounds))


def _warm(lane: Rounds) -> tuple[float, float]:
    """Do a round that is not measured; give its statements and commits per act."""
    batch = lane.next()
    with counted(lane.system.place.sql) as found:
        batch.work()
    if batch.join is not None:
        batch.join()
    return found.statements / batch.count, found.commits / batch.count


def record(database: str, lane: Rounds, counts: tuple[float, float]) -> Record:
    """Give the record of one system at one work."""
    both = [a + b for a, b in zip(lane.client, lane.server, strict=True)]
    wall = statistics.median(lane.wall)
    return Record(
        lane.work.name,
        lane.system.name,
        database,
        lane.work.n,
        statistics.median(both),
        wall,
        1000 / wall,
        *counts,
        statistics.median(lane.client),
        statistics.median(lane.server),
        min(both),
        max(both),
        len(both),
        lane.acts,
        statistics.median(lane.joins) if lane.joins else None,
    )


def kernel(systems: Sequence[str], rounds: int, instances: int) -> list[Record]:
    """Measure the work without a store."""
    sides = [make() for name, make in kernel_work.SIDES.items() if name in systems]
    meter = Meter()
    spent: dict[str, list[tuple[float, float]]] = {side.name: [] for side in sides}
    for side in sides:
        kernel_work.walk(side, 2, meter)
    for _ in range(rounds):
        for side in sides:
            gc.collect()
            spent[side.name].append(kernel_work.walk(side, instances, meter))
    return [_of_kernel(name, costs, instances) for name, costs in spent.items()]


def _of_kernel(name: str, costs: list[tuple[float, float]], instances: int) -> Record:
    cpu, wall = [one[0] for one in costs], statistics.median(one[1] for one in costs)
    middle = statistics.median(cpu)
    return Record(
        "kernel",
        name,
        "none",
        kernel_work.NODES,
        middle,
        wall,
        1000 / wall,
        None,
        None,
        middle,
        0.0,
        min(cpu),
        max(cpu),
        len(cpu),
        len(cpu) * instances * kernel_work.TASKS,
    )
