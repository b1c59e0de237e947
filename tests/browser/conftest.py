"""A served installation, a Chromium, and visitors whose pages are watched for faults."""

import logging
import os
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.serving import make_server

from engine.base.actor import SYSTEM
from engine.base.clock import FakeClock, shanghai
from engine.commands.accounts import CreatePerson
from engine.commands.definitions import Deploy
from engine.engine import Engine
from engine.library.bundle import read_folder
from engine.store.machine import notice
from engine.store.tables import instance, task
from engine.worker import Worker
from tests.browser.checks import check_page
from tests.browser.story import tell
from tests.support.chromium import Windows
from tests.support.databases import Databases
from tests.support.engines import build
from tests.support.scenario import PASSWORD
from web.app import create_app
from web.session import Passwords
from web.settings import ENGINE

ROOT = Path(__file__).resolve().parents[2]
MORNING = "2025-07-18 09:00"
DATABASE = "live.db"
# login: (name, rights, posts)
PEOPLE: dict[str, tuple[str, tuple[str, ...], tuple[tuple[str, str], ...]]] = {
    "owner": ("田野", ("process_owner",), ()),
    "owner2": ("方圆", ("process_owner",), ()),
    "scheduler": ("马骁", ("scheduler",), ()),
    "overseer": ("督办员", ("all_regions", "scheduler"), ()),
    "reserve": ("林守山", (), (("JX-N11-GL", "clerk"),)),
    "reserve2": ("周青", (), (("JX-N11-GL", "clerk"),)),
    "county": ("郑文斌", (), (("360681-LY", "clerk"),)),
    "county2": ("郑小舟", (), (("360681-LY", "clerk"),)),
    "ecology": ("许海涛", (), (("360681-ST", "clerk"),)),
    "city": ("赵敏", (), (("360600-LY", "clerk"),)),
    "city2": ("陈立", (), (("360600-ST", "clerk"),)),
    "elsewhere": ("何远", (), (("360827-LY", "clerk"),)),
}


@dataclass
class Live:
    """A running installation: its address, engine, clock and worker."""

    url: str
    engine: Engine
    clock: FakeClock
    password: str = PASSWORD
    people: tuple[str, ...] = field(default_factory=lambda: tuple(PEOPLE))

    def task_path(self, number: str, node: str) -> str:
        """Give the address of the newest task at NODE of case NUMBER."""
        newest = sa.select(sa.func.max(task.c.id))
        query = newest.join(instance, instance.c.id == task.c.root_id)
        query = query.where(instance.c.number == number, task.c.node == node)
        with self.engine.database.read() as conn:
            return f"/case/{number}/task/{conn.execute(query).scalar_one()}"

    def tell(self, recipient: str, title: str, text: str) -> None:
        """Put a notice into the inbox of RECIPIENT."""
        row = {"outbox_uid": title, "recipient": recipient, "root_id": None, "title": title}
        row |= {"text": text, "at": self.clock.now()}
        with self.engine.database.write() as conn:
            conn.execute(sa.insert(notice).values(row))

    def work(self, moment: str | None = None) -> None:
        """Do the due work, letting time pass to a local MOMENT."""
        worker = Worker(self.engine)
        if moment:
            worker.run_until(shanghai(moment), self.clock.set)
        else:
            while worker.run_due():
                pass


@pytest.fixture(scope="session")
def deployed(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with the database of the deployed application and its people."""
    folder = tmp_path_factory.mktemp("deployed")
    url = databases.sqlite()
    engine = build(url, folder, clock=FakeClock(shanghai(MORNING)))
    engine.execute(Deploy("jiangxi", read_folder(ROOT, "jiangxi").files, "首版"), SYSTEM)
    secret = Passwords(memory_kib=64, rounds=1).hash(PASSWORD)
    for login, (name, rights, posts) in PEOPLE.items():
        engine.execute(CreatePerson(login, name, secret, rights, posts), SYSTEM)
    engine.close()
    Path(url.removeprefix("sqlite:///")).rename(folder / DATABASE)
    return folder


@pytest.fixture(scope="session")
def begun(deployed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the same with three problems on their way (see story.py)."""
    folder = tmp_path_factory.mktemp("begun")
    shutil.copytree(deployed, folder, dirs_exist_ok=True)
    clock = FakeClock(shanghai(MORNING))
    engine = build(f"sqlite:///{folder / DATABASE}", folder, clock=clock)
    clerks: dict[str, str] = {}
    for login, (_, _, posts) in PEOPLE.items():
        for unit, _ in posts:
            clerks.setdefault(unit, login)
    tell(create_app(engine, testing=True), clock, clerks, Worker(engine))
    engine.close()
    return folder


@pytest.fixture
def template(deployed: Path) -> Path:
    """Give the folder a test starts from; a module may override it with `begun`."""
    return deployed


@pytest.fixture(scope="session")
def served(deployed: Path) -> Iterator[tuple[str, Flask]]:
    """Give one application on a free port; each test lets it serve an engine of its own."""
    engine = build(f"sqlite:///{deployed / DATABASE}", deployed)
    app = create_app(engine, testing=True)
    engine.close()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # one line per request is noise
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", app
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def live(served: tuple[str, Flask], template: Path, tmp_path: Path) -> Iterator[Live]:
    """Serve a copy of the template on 2025-07-18, 09:00."""
    url, app = served
    folder = tmp_path / "live"
    shutil.copytree(template, folder)
    clock = FakeClock(shanghai(MORNING))
    engine = build(f"sqlite:///{folder / DATABASE}", folder, clock=clock)
    app.extensions[ENGINE] = engine
    yield Live(url, engine, clock)
    engine.close()


# What every page must satisfy is checked in `clean`; CSP violations come as console errors.
class Visitor:
    """One person at one browser; every page is watched for faults."""

    def __init__(self, page: Any, live: Live) -> None:
        self.live = live
        self.page = page
        self.page.set_default_timeout(15000)
        self.faults: list[str] = []
        self.hears = {"pageerror": self._error, "console": self._console}
        self.hears["request"] = self._request
        for event, hear in self.hears.items():
            page.on(event, hear)

    def _error(self, error: Any) -> None:
        self.faults.append(f"error: {error}")

    def _console(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(f"{message.type}: {message.text}")

    def _request(self, request: Any) -> None:
        if not request.url.startswith((self.live.url, "data:", "blob:")):
            self.faults.append(f"foreign: {request.url}")

    def sign_in(self, login: str) -> "Visitor":
        """Sign in beside the page (a test of its own goes through it) and go home."""
        sent = {"login": login, "password": self.live.password}
        answer = self.page.request.post(f"{self.live.url}/api/v1/session", data=sent)
        assert answer.ok, answer.text()
        self.open("/")
        return self

    def open(self, path: str) -> Any:
        """Go to PATH and wait until the page can be used."""
        self.page.goto(self.live.url + path)
        self.ready()
        return self.page

    def ready(self) -> None:
        """Wait until the page says that it can be used."""
        self.page.wait_for_selector('body[data-ready="1"]', state="attached")

    def shot(self, name: str, *, full: bool = False) -> None:
        """Keep a picture when SHOUHU_SHOTS names a folder."""
        folder = os.environ.get("SHOUHU_SHOTS")
        if folder:
            self.page.screenshot(path=f"{folder}/{name}.png", full_page=full)

    def clean(self, *allowed: str) -> None:
        """Assert that no page had a fault and that nothing overflows sideways."""
        rest = [each for each in self.faults if not any(word in each for word in allowed)]
        assert rest == []
        self.fits()

    def check(self, *allowed: str) -> None:
        """Assert all that every page must satisfy (checks.py)."""
        check_page(self.page, self.faults, allowed=allowed)

    def fits(self) -> None:
        """Assert that the page does not scroll sideways."""
        wide = self.page.evaluate(
            "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0, f"{self.page.url} is {wide} px too wide"


@pytest.fixture
def visitor(windows: Windows, live: Live) -> Iterator[Any]:
    """Give a maker of visitors: visitor("owner", width=1280)."""
    made: list[Visitor] = []

    def make(login: str = "", width: int = 1440, height: int = 860) -> Visitor:
        made.append(Visitor(windows.take(width, height), live))
        return made[-1].sign_in(login) if login else made[-1]

    yield make
    for one in made:
        windows.give_back(one.page, live.url, one.hears)
