"""A database of its own for each measured system: same schema, same application, same data."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa

from bench.meter import Backends, Meter
from engine.base.actor import SYSTEM, Actor
from engine.base.clock import FakeClock, shanghai
from engine.bootstrap import build
from engine.commands.accounts import CreatePerson
from engine.commands.definitions import Deploy
from engine.commands.instances import StartInstance, StartMany
from engine.engine import Engine
from engine.library.bundle import read_folder
from engine.store import people_rows
from engine.store.tables import instance, job, task
from tests.support.databases import Databases

APP = Path(__file__).parent / "app"
HOUR = timedelta(hours=1)
BEGIN = {"title": "测量用案件"}
MOST = 100  # cases of one StartMany
FIRST = 100_000  # the ids of a place that has been used for a while


@dataclass
class Place:
    """One fresh database with the bench application deployed, and its engine."""

    kind: str  # sqlite | postgresql
    engine: Engine
    clock: FakeClock
    actor: Actor
    meter: Meter
    admin: sa.Engine | None = None  # sees the server from another database
    cases: list[int] = field(default_factory=list)

    @property
    def sql(self) -> sa.Engine:
        """Give the SQLAlchemy engine, with the settings of production."""
        return self.engine.database.engine

    def start(self, key: str, count: int = 1, items: int = 1) -> list[int]:
        """Start COUNT cases of process KEY with ITEMS items each; give their ids."""
        data = {**BEGIN, "items": items}
        if count == 1:
            self.engine.execute(StartInstance(key, data), self.actor)
        for at in range(0, count if count > 1 else 0, MOST):
            rows = (data,) * min(MOST, count - at)
            self.engine.execute(StartMany(key, rows), self.actor)
        query = sa.select(instance.c.id).order_by(instance.c.id.desc()).limit(count)
        with self.engine.database.read() as conn:
            found = [int(row[0]) for row in conn.execute(query)]
        return found[::-1]

    def open_tasks(self, case_id: int) -> list[int]:
        """Give the open rounds of a case."""
        query = sa.select(task.c.id).where(task.c.root_id == case_id, task.c.state == "open")
        with self.engine.database.read() as conn:
            return [int(row[0]) for row in conn.execute(query.order_by(task.c.id))]

    def timer_of(self, case_id: int) -> int:
        """Give the timer job of a case."""
        query = sa.select(job.c.id).where(job.c.root_id == case_id, job.c.kind == "timer")
        with self.engine.database.read() as conn:
            return int(conn.execute(query).scalar_one())

    def pass_hour(self) -> None:
        """Let the timers set until now come due."""
        self.clock.set(self.clock.now() + HOUR)

    def settle(self) -> None:
        """Let the server tidy up after a set-up, outside any measurement.

        On a connection of its own: that of the system keeps its prepared statements.
        """
        if self.admin is None:
            return
        own = sa.create_engine(
            self.sql.url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT"
        )
        with own.connect() as conn:
            conn.exec_driver_sql("VACUUM ANALYZE")

    def close(self) -> None:
        """Give all connections back."""
        self.engine.close()
        if self.admin is not None:
            self.admin.dispose()


class Places:
    """Makes places; the PostgreSQL server is started when the first one asks for it."""

    def __init__(self, databases: Databases, folder: Path) -> None:
        self._databases, self._folder = databases, folder
        self._open: list[Place] = []

    def make(self, kind: str) -> Place:
        """Make a place on a fresh database of KIND; refuse unsafe commits."""
        pg = kind == "postgresql"
        url = self._databases.postgresql() if pg else self._databases.sqlite()
        clock = FakeClock(shanghai("2025-01-06 09:00"))
        engine = build(url, self._folder, clock=clock)
        files = read_folder(APP, "bench").files
        engine.execute(Deploy("bench", files), SYSTEM)
        engine.execute(
            CreatePerson("clerk", "经办员", "no-hash", (), (("U-CLERK", "clerk"),)), SYSTEM
        )
        with engine.database.read() as conn:
            actor = people_rows.load_actor(conn, "clerk")
        assert actor is not None
        admin = sa.create_engine(_other(url), isolation_level="AUTOCOMMIT") if pg else None
        meter = Meter(Backends(admin, sa.make_url(url).database or "")) if admin else Meter()
        made = Place(kind, engine, clock, actor, meter, admin)
        require_synchronous(made)
        _count_from(made, FIRST)
        self._open.append(made)
        return made

    def close(self) -> None:
        """Close all places made here."""
        while self._open:
            self._open.pop().close()


def _count_from(place: Place, first: int) -> None:
    """Let the ids of all tables go on from FIRST: texts that name them keep their length.

    SQLite gives ids itself; its few first cases are a digit or two shorter than the later.
    """
    if place.kind == "sqlite":
        return
    with place.sql.begin() as conn:
        names = conn.exec_driver_sql("SELECT sequencename FROM pg_sequences").scalars().all()
        for name in names:
            conn.execute(sa.select(sa.func.setval(name, first)))


def _other(url: str) -> sa.URL:
    return sa.make_url(url).set(database="postgres")


def require_synchronous(place: Place) -> None:
    """Demand that a commit is on the disk before it is answered."""
    words = (
        {"synchronous_commit": "on", "fsync": "on"}
        if place.kind == "postgresql"
        else {"synchronous": "2", "journal_mode": "wal"}
    )
    verb = "SHOW" if place.kind == "postgresql" else "PRAGMA"
    with place.sql.connect() as conn:
        for name, wanted in words.items():
            found = str(conn.exec_driver_sql(f"{verb} {name}").scalar())
            if found != wanted:
                raise SystemExit(f"测量要求同步提交：{name} 应为 {wanted}，实际为 {found}。")


@contextmanager
def places() -> Iterator[Places]:
    """Give a maker of places; everything it made is gone afterwards."""
    with TemporaryDirectory(prefix="shouhu-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # the database server may run as another user
        databases = Databases(folder)
        made = Places(databases, folder)
        try:
            yield made
        finally:
            made.close()
            databases.close()
