"""Park one act before its commit, let the other meet it, then let both go on."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from engine.base.errors import Busy, ShouhuError
from engine.context import Context
from engine.engine import Engine

PATIENCE = 30  # seconds; only a broken test waits so long
_WAITERS = (
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


@dataclass
class SyncPoint:
    """One place in one transaction: REACHED when it is there, GO lets it pass."""

    reached: threading.Event = field(default_factory=threading.Event)
    go: threading.Event = field(default_factory=threading.Event)
    hits: int = 0

    def park(self) -> None:
        self.hits += 1
        self.reached.set()
        assert self.go.wait(PATIENCE), "nobody let the parked act go"


@dataclass
class Counted:
    """COMMAND, with a count of how often its unit was run."""

    command: Any
    runs: int = 0

    def run(self, ctx: Context) -> Any:
        self.runs += 1
        return self.command.run(ctx)


@dataclass
class Parked(Counted):
    """COMMAND with a sync point between its last statement and the commit."""

    point: SyncPoint = field(default_factory=SyncPoint)

    def run(self, ctx: Context) -> Any:
        result = super().run(ctx)
        if self.point.hits == 0:  # a re-run of the unit goes straight through
            self.point.park()
        return result


def collect(answers: dict[str, Any], name: str, act: Callable[[], Any]) -> None:
    try:
        answers[name] = act()
    except Exception as error:  # noqa: BLE001 -- a defect, too, is an answer to look at
        answers[name] = error


def meet(
    engine: Engine, first: tuple[Any, Any], second: tuple[Any, Any], *, runs: int = 1
) -> tuple[Any, Any]:
    """Run FIRST (command, actor) up to its commit, start SECOND, let go; give both answers.

    On PostgreSQL FIRST goes on when SECOND waits for a lock or has ended; on SQLite SECOND
    cannot begin before FIRST is through. SECOND's unit must be run RUNS times: where a lock
    orders the two, the second walls behind it (version, unique keys) are never touched.
    """
    parked, other = Parked(first[0]), Counted(second[0])
    point, begun = parked.point, threading.Event()
    answers: dict[str, Any] = {}
    one = threading.Thread(
        target=collect, args=(answers, "first", lambda: engine.execute(parked, first[1]))
    )

    def go() -> Any:
        begun.set()
        return engine.execute(other, second[1])

    two = threading.Thread(target=collect, args=(answers, "second", go))
    one.start()
    try:
        assert point.reached.wait(PATIENCE), f"never reached the commit: {answers}"
        two.start()
        assert begun.wait(PATIENCE)
        _until_waiting(engine, two)
    finally:
        point.go.set()
    one.join(PATIENCE)
    two.join(PATIENCE)
    assert not one.is_alive(), "a race that never ends"
    assert not two.is_alive(), "a race that never ends"
    assert point.hits == 1, "the sync point was never reached"
    if engine.database.is_postgres:
        assert (parked.runs, other.runs) == (1, runs), "no lock ordered the two"
    return answers["first"], answers["second"]


def _until_waiting(engine: Engine, thread: threading.Thread) -> None:
    if not engine.database.is_postgres:
        thread.join(0.05)
        return
    with engine.database.engine.connect() as conn:
        look = conn.execution_options(isolation_level="AUTOCOMMIT")
        for _ in range(3000):
            if not thread.is_alive() or look.execute(sa.text(_WAITERS)).scalar():
                return
            thread.join(0.01)
    raise AssertionError("the second act neither waits nor ends")


def won(answer: Any) -> bool:
    """Tell whether an act had its effect."""
    return not isinstance(answer, Exception)


def lost(answer: Any) -> bool:
    """Tell whether an act was told that it came too late."""
    return isinstance(answer, ShouhuError) and not isinstance(answer, Busy)
