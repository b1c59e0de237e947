"""Run the works in interleaved rounds and give records of medians."""

import gc
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bench.acts import Ours, recipes
from bench.bare_core import BareCore
from bench.bare_cte import BareCte
from bench.counting import counted
from bench.place import Place, Places
from bench.recorded import Recipe
from bench.spiff_system import Spiff
from bench.works import Rounds, System, Work

SYSTEMS = ("shouhu", "spiffworkflow", "bare-sql-core", "bare-sql-cte")
SPIFF_MOST = 1_000  # beyond it one step of SpiffWorkflow takes a second


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

    def as_dict(self) -> dict[str, Any]:
        """Give it for JSON, times to a tenth of a microsecond."""
        return {k: round(v, 4) if isinstance(v, float) else v for k, v in asdict(self).items()}


Tell = Callable[[str], None]


class Bench:
    """The systems on their places, made when first needed; one set per database."""

    def __init__(self, places: Places, systems: Sequence[str], tell: Tell) -> None:
        self._places, self._wanted, self._tell = places, systems, tell
        self._made: dict[str, list[System]] = {}

    def run(self, work: Work, database: str, rounds: int) -> list[Record]:
        """Measure WORK on DATABASE, one system after the other in each round."""
        systems = [s for s in self._systems(database) if _takes(s, work)]
        lanes = [Rounds(system, work.batches(system)) for system in systems]
        counts = {lane.system.name: _warm(lane) for lane in lanes}
        for number in range(rounds):
            for lane in lanes[number % len(lanes) :] + lanes[: number % len(lanes)]:
                gc.collect()
                lane.turn()
            self._tell(f"{work.name} n={work.n} {database} {number + 1}/{rounds}")
        return [record(work, database, lane, counts[lane.system.name]) for lane in lanes]

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
            "bare-sql-core": lambda place: BareCore(place, known),
            "bare-sql-cte": lambda place: BareCte(place, known),
        }
        return makers[name](self._places.make(database))


def _takes(system: System, work: Work) -> bool:
    return system.name != "spiffworkflow" or work.n <= SPIFF_MOST


def _warm(lane: Rounds) -> tuple[float | None, float | None]:
    """Do a round that is not measured; give its statements and commits per act."""
    count, work = next(lane.batches)
    lane.system.place.settle()
    if isinstance(lane.system, BareCte):
        before = (lane.system.statements, lane.system.commits)
        work()
        statements = lane.system.statements - before[0]
        return statements / count, (lane.system.commits - before[1]) / count
    with counted(lane.system.place.sql) as found:
        work()
    return found.statements / count, found.commits / count


def record(
    work: Work, database: str, lane: Rounds, counts: tuple[float | None, float | None]
) -> Record:
    """Give the record of one system at one work."""
    both = [a + b for a, b in zip(lane.client, lane.server, strict=True)]
    wall = statistics.median(lane.wall)
    return Record(
        work.name,
        lane.system.name,
        database,
        work.n,
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
    )
