"""What a piece of work costs: CPU of this process and of the database server, wall time."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

NANO = 1_000_000  # nanoseconds of a millisecond


@dataclass
class Cost:
    """Milliseconds spent: by this process, by the server's backends, on the wall clock."""

    client_ms: float = 0.0
    server_ms: float = 0.0
    wall_ms: float = 0.0

    @property
    def cpu_ms(self) -> float:
        """Give the CPU of both sides."""
        return self.client_ms + self.server_ms


class Meter:
    """Measures blocks; PIDS names the backends whose CPU counts too, none on SQLite.

    A backend's CPU is the first number of /proc/<pid>/schedstat, nanoseconds on a
    processor: the same time as utime + stime of /proc/<pid>/stat without its ticks of
    10 ms. Background processes of the server (WAL writer, checkpointer) serve all systems
    alike and are not counted; the backend itself writes and flushes the WAL of its commit.
    """

    def __init__(self, pids: Callable[[], list[int]] = list) -> None:
        self._pids = pids

    @contextmanager
    def measured(self) -> Iterator[Cost]:
        """Give a Cost that is filled in when the block ends."""
        cost = Cost()
        before = self._server()
        wall, cpu = time.perf_counter_ns(), time.process_time_ns()
        yield cost
        cpu, wall = time.process_time_ns() - cpu, time.perf_counter_ns() - wall
        after = self._server()
        spent = sum(ns - before.get(pid, 0) for pid, ns in after.items())
        cost.client_ms, cost.wall_ms, cost.server_ms = cpu / NANO, wall / NANO, spent / NANO

    def _server(self) -> dict[int, int]:
        """Give the CPU of each backend; one that is just ending did nothing measured."""
        return {pid: ns for pid in self._pids() if (ns := _on_cpu(pid)) is not None}


def _on_cpu(pid: int) -> int | None:
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0])
    except (FileNotFoundError, ProcessLookupError):
        return None


class Backends:
    """Looks up the server processes of one PostgreSQL database from outside it."""

    def __init__(self, admin: sa.Engine, name: str) -> None:
        self._admin, self._name = admin, name

    def __call__(self) -> list[int]:
        """Give the process ids of its client connections."""
        query = sa.text("SELECT pid FROM pg_stat_activity WHERE datname = :name")
        with self._admin.connect() as conn:
            return [int(row[0]) for row in conn.execute(query, {"name": self._name})]
