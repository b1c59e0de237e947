"""How a story begins: its application deployed with its people, copied for each telling."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Flask

from engine.base.actor import SYSTEM
from engine.base.clock import FakeClock, shanghai
from engine.base.ids import CountingIds
from engine.commands.accounts import CreatePerson
from engine.commands.definitions import Deploy
from engine.engine import Engine
from engine.library.bundle import read_folder
from engine.worker import Worker
from tests.support.databases import Content
from tests.support.engines import build
from tests.support.scenario import OVERSEER, PASSWORD, Scenario
from web.session import Passwords
from web.settings import ENGINE

ROOT = Path(__file__).resolve().parents[2]
IDS = 10_000  # ids given while the beginning was made stay below
Changes = tuple[tuple[str, str, str], ...]  # path, old text, new text
Units = Sequence[Mapping[str, str]]


@dataclass(frozen=True)
class Beginning:
    """The moment APPLICATION is deployed and the units whose one clerk has an account.

    CHANGES are the texts by which a story's application differs from ours.
    """

    application: str
    moment: str
    chosen: Callable[[Mapping[str, str]], bool]
    runtime: str
    changes: Changes = ()

    def content(self) -> Content:
        """Give what stands in the database when the story begins."""
        return Content((self.application, self.moment, self.runtime, self.changes), self._fill)

    def clerks(self, engine: Engine) -> dict[str, str]:
        """Give the login of the clerk of each unit."""
        with engine.database.read() as conn:
            units = engine.runtimes.version(conn, 1, self.application).application.units
        codes = [row["code"] for row in units if self.chosen(row)]
        return {code: f"clerk-{code.lower()}" for code in codes}

    def told(self, url: str, folder: Path, clock: FakeClock, app: Flask) -> Scenario:
        """Begin on a copy at URL, served by APP; the caller closes the worker's engine."""
        engine = self._engine(url, folder, clock, CountingIds(IDS))
        app.extensions[ENGINE] = engine
        clerks = self.clerks(engine)
        return Scenario(app, clock, clerks, Worker(engine), application=self.application)

    def _engine(self, url: str, folder: Path, clock: FakeClock, ids: CountingIds) -> Engine:
        clock.set(shanghai(self.moment))
        return build(url, folder, clock=clock, ids=ids, override=self.runtime)

    def _fill(self, url: str) -> None:
        ids = CountingIds()
        with TemporaryDirectory() as folder:
            engine = self._engine(url, Path(folder), FakeClock(shanghai(self.moment)), ids)
            engine.execute(Deploy(self.application, self._files()), SYSTEM)
            secret = Passwords(memory_kib=64, rounds=1).hash(PASSWORD)
            rights = ("all_regions", "scheduler")
            engine.execute(CreatePerson(OVERSEER, "督办员", secret, rights), SYSTEM)
            for unit, login in self.clerks(engine).items():
                posts = ((unit, "clerk"),)
                command = CreatePerson(login, f"{unit}经办", secret, posts=posts)
                engine.execute(command, SYSTEM)
            engine.close()
        assert ids.last < IDS

    def _files(self) -> dict[str, bytes]:
        files = dict(read_folder(ROOT, self.application).files)
        for path, old, new in self.changes:
            assert old.encode() in files[path]
            files[path] = files[path].replace(old.encode(), new.encode())
        return files
