"""The tiny invented application deployed on an engine, with a person in every unit."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa

from engine.base.actor import SYSTEM, Actor
from engine.base.clock import FakeClock, shanghai
from engine.base.ids import CountingIds
from engine.commands.accounts import CreatePerson
from engine.commands.definitions import Deploy
from engine.commands.instances import StartInstance
from engine.commands.tasks import CompleteTask
from engine.engine import Engine
from engine.library.bundle import Bundle, read_folder
from engine.store import people_rows
from engine.store.tables import instance, seat, task
from engine.worker import Worker
from tests.support.databases import Content
from tests.support.engines import build

APPS = Path(__file__).parent / "apps"
IDS = 1000  # ids given while a database was filled stay below
PEOPLE = {  # login -> (name, unit, rights)
    "field1": ("站一", "U-S1", ()),
    "field2": ("站二", "U-S2", ()),
    "water1": ("水一", "U-WATER-1", ()),
    "wood1": ("林一", "U-WOOD-1", ()),
    "wood1b": ("林甲", "U-WOOD-1", ()),
    "wood2": ("林二", "U-WOOD-2", ()),
    "head": ("主任", "U-HEAD", ()),
    "owner": ("流程员", None, ("process_owner",)),
    "chief": ("调度员", None, ("scheduler",)),
    "root": ("管理员", None, ("admin",)),
}
REPORT = {"station": "S1", "what": "乱占林地", "area": 3, "found_on": "2025-01-01"}


@dataclass
class Tiny:
    """An engine with the tiny application and shorthand for tests."""

    engine: Engine
    worker: Worker
    clock: Any

    def actor(self, login: str) -> Actor:
        with self.engine.database.read() as conn:
            found = people_rows.load_actor(conn, login, self.engine.clock.now())
        assert found is not None, login
        return found

    def do(self, login: str, command: Any, **options: Any) -> Any:
        return self.engine.execute(command, self.actor(login), **options)

    def start(self, login: str = "field1", **data: Any) -> Any:
        return self.do(login, StartInstance("tiny_case", {**REPORT, **data}))

    def rows(self, query: Any) -> list[dict[str, Any]]:
        with self.engine.database.read() as conn:
            return [dict(row) for row in conn.execute(query).mappings()]

    def case(self, case_id: int) -> dict[str, Any]:
        return self.rows(sa.select(instance).where(instance.c.id == case_id))[0]

    def open_tasks(self, case_id: int) -> list[dict[str, Any]]:
        query = sa.select(task).where(task.c.root_id == case_id, task.c.state == "open")
        return self.rows(query.order_by(task.c.id))

    def open_task(self, case_id: int, node: str) -> dict[str, Any]:
        return next(row for row in self.open_tasks(case_id) if row["node"] == node)

    def seats(self, task_id: int) -> list[dict[str, Any]]:
        query = sa.select(seat).where(seat.c.task_id == task_id).order_by(seat.c.id)
        return self.rows(query)

    def complete(self, login: str, case_id: int, node: str, **fields: Any) -> Any:
        found = self.open_task(case_id, node)
        mine = self.actor(login).units
        version = next((s["version"] for s in self.seats(found["id"]) if s["unit"] in mine), 1)
        fields.setdefault("expected_version", version)
        key = fields.pop("key", None)
        return self.do(login, CompleteTask(found["id"], **fields), key=key)

    def reviewed(self, case_id: int) -> None:
        """Bring a fresh case past the review of both offices."""
        self.complete("field1", case_id, "check", outcome="send")
        self.complete("wood1", case_id, "review", outcome="pass")
        self.complete("water1", case_id, "review", outcome="pass")

    def pass_time(self, **span: float) -> int:
        return self.worker.run_until(self.clock.now() + timedelta(**span), self.clock.set)

    def until(self, moment: datetime) -> int:
        return self.worker.run_until(moment, self.clock.set)


def bundle() -> Bundle:
    return read_folder(APPS, "tiny")


def make(url: str, data_dir: Path, clock: FakeClock, ids: Any = None, **options: Any) -> Tiny:
    """Build an engine on URL with the application deployed and its people created."""
    engine = build(url, data_dir, clock=clock, ids=ids or CountingIds(), **options)
    deploy(engine)
    for login, (name, unit, rights) in PEOPLE.items():
        posts = ((unit, "clerk"),) if unit else ()
        engine.execute(CreatePerson(login, name, "no-hash", rights, posts), SYSTEM)
    return Tiny(engine, Worker(engine, node="node-1"), clock)


def opened(url: str, data_dir: Path, clock: FakeClock) -> Tiny:
    """Open a copy of a database that holds what `make` makes, e.g. CONTENT."""
    engine = build(url, data_dir, clock=clock, ids=CountingIds(IDS))
    return Tiny(engine, Worker(engine, node="node-1"), clock)


def filled(url: str, changes: dict[str, bytes | None] | None = None) -> None:
    """Fill a database with the application and its people; then deploy it with CHANGES."""
    ids = CountingIds()
    with TemporaryDirectory() as folder:
        engine = make(url, Path(folder), FakeClock(shanghai("2025-01-01 00:00")), ids).engine
        if changes:
            deploy(engine, changes, base_version=1)
        engine.close()
    assert ids.last < IDS


CONTENT = Content("tiny", filled)


def deploy(engine: Engine, changes: dict[str, bytes | None] | None = None, **more: Any) -> Any:
    """Deploy the application, with files of CHANGES replaced."""
    files = bundle().replacing(changes or {}).files
    return engine.execute(Deploy("tiny", files, **more), SYSTEM)


def deploy_twin(
    engine: Engine, tiny_files: dict[str, bytes] | None = None, **people: str
) -> None:
    """Deploy the same once more as application "twin", its units V-… and its cases TW-….

    TINY_FILES are what is renamed (default: the application as it is); PEOPLE are further
    persons: login -> code of the unit in which they hold a post.
    """
    names = (("tiny", "twin"), ("U-", "V-"), ("TN-", "TW-"), ("小样", "双样"))
    files = dict(tiny_files or bundle().files)
    for old, new in names:
        renamed = {path.replace(old, new): content for path, content in files.items()}
        files = {p: c.replace(old.encode(), new.encode()) for p, c in renamed.items()}
    engine.execute(Deploy("twin", files), SYSTEM)
    for login, unit in people.items():
        engine.execute(CreatePerson(login, login, "no-hash", (), ((unit, "clerk"),)), SYSTEM)
