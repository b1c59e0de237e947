"""A small installation for web and query tests: the tiny application, people, browsers."""

from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

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
from web.app import create_app
from web.session import Passwords
from web.settings import ENGINE, SETTINGS, WebSettings

API = "/api/v1"
PASSWORD = "Correct-horse-9"
APPS = Path(__file__).parent / "apps"
FIRST = "2025-07-18 09:00"  # the local moment at which every installation begins
IDS = 1000  # ids given while a database was filled stay below
LEDGER = """
id: problem
title: 问题台账
processes: [tiny_case]
columns:
  - {key: number, label: 编号, from: number, type: string, width: 160}
  - {key: title, label: 问题, from: title, type: string}
  - {key: county, label: 县, from: region, type: division}
  - {key: area, label: 面积, from: area, type: number}
  - {key: found_on, label: 发现日期, from: found_on, type: date}
  - {key: status, label: 状态, from: state, type: string}
  - {key: what, label: 描述, from: "var:what", type: string}
  - {key: due, label: 时限, from: due, type: date}
  - {key: post, label: 管护站, from: post, type: string}
filter: [county, area, status, post]
sort: number
"""
# login: (name, rights, posts)
PEOPLE: dict[str, tuple[str, tuple[str, ...], tuple[tuple[str, str], ...]]] = {
    "field1": ("王一", (), (("U-S1", "clerk"),)),
    "field2": ("王二", (), (("U-S2", "clerk"),)),
    "wood1": ("林一", (), (("U-WOOD-1", "clerk"),)),
    "wood1b": ("林一乙", (), (("U-WOOD-1", "clerk"),)),
    "water1": ("水一", (), (("U-WATER-1", "clerk"),)),
    "wood2": ("林二", (), (("U-WOOD-2", "clerk"),)),
    "head": ("市局", (), (("U-HEAD", "clerk"),)),
    "owner": ("流程", ("process_owner",), ()),
    "scheduler": ("调度", ("scheduler",), ()),
    "admin": ("管理", ("admin",), ()),
    "nobody": ("路人", (), ()),
}


@dataclass
class Browser:
    """A signed-in client: cookie, CSRF token, a fresh idempotency key per act."""

    client: FlaskClient
    csrf: str = ""
    acts: int = 0

    def sign_in(self, login: str, password: str = PASSWORD) -> TestResponse:
        sent = {"login": login, "password": password}
        answer = self.client.post(f"{API}/session", json=sent)
        if answer.status_code == 200:
            self.csrf = answer.json["csrfToken"]
        return answer

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        self.acts += 1
        key = f"test-key-{self.acts:08}-{id(self)}"
        sent = {"X-CSRF-Token": self.csrf, "Idempotency-Key": key}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {name: value for name, value in sent.items() if value != "-"}
        return self.client.open(API + path, method=method, json=body, headers=sent)

    def confirm(self, password: str = PASSWORD) -> TestResponse:
        """Tell the password again, as one does before a deployment."""
        return self.call("PUT", "/session/confirmation", {"password": password})

    def get(self, path: str, /, **query: Any) -> TestResponse:
        return self.client.get(API + path, query_string=query)

    def post(self, path: str, body: Any = None, **headers: str) -> TestResponse:
        return self.call("POST", path, {} if body is None else body, **headers)


@dataclass
class Site:
    """The installation: engine, application, clock."""

    engine: Engine
    app: Flask
    clock: FakeClock
    machine: FakeClock
    browsers: dict[str, Browser] = field(default_factory=dict)

    def pass_until(self, moment: str) -> None:
        """Let time pass to a local MOMENT and do the machine's work on the way."""
        Worker(self.engine).run_until(shanghai(moment), self.clock.set)

    def browser(self, login: str) -> Browser:
        if login not in self.browsers:
            browser = Browser(self.app.test_client())
            answer = browser.sign_in(login)
            assert answer.status_code == 200, answer.text
            if login == "owner":  # deploys without being asked each time
                assert browser.confirm().status_code == 200
            self.browsers[login] = browser
        return self.browsers[login]

    def anonymous(self) -> Browser:
        return Browser(self.app.test_client())

    def start(self, what: str = "堆土", *, login: str = "field1", **more: Any) -> Any:
        data = {"station": "S1", "what": what, "area": 12, "found_on": "2025-07-01", **more}
        body = {"processDefinitionKey": "tiny_case", "variables": data}
        answer = self.browser(login).post("/process-instances", body)
        assert answer.status_code == 201, answer.text
        return answer.json

    def open_task(self, case_id: int, node: str) -> dict[str, Any]:
        body = {"filter": {"caseId": case_id, "node": node, "state": "OPEN"}}
        items = self.browser("scheduler").post("/user-tasks/search", body).json["items"]
        assert items, f"nothing open at {node}"
        return dict(items[0])

    def complete(
        self, login: str, case_id: int, node: str, outcome: str | None, **more: Any
    ) -> TestResponse:
        task = self.open_task(case_id, node)
        seats = self.browser(login).get(f"/user-tasks/{task['id']}").json["seats"]
        seat = next(one for one in seats if one["mine"])
        body = {"outcome": outcome, "expectedVersion": seat["version"], **more}
        return self.browser(login).post(f"/user-tasks/{task['id']}/completion", body)


def bundle_files() -> dict[str, bytes]:
    """Give the tiny application with a ledger."""
    files = dict(read_folder(APPS, "tiny").files)
    return {**files, "ledgers/problem.yaml": LEDGER.encode()}


def _filled(url: str) -> None:
    """Fill a database with the tiny application and its people."""
    ids = CountingIds()
    with TemporaryDirectory() as folder:
        clock = FakeClock(shanghai(FIRST))
        engine = build(url, Path(folder), clock=clock, ids=ids)
        engine.execute(Deploy("tiny", bundle_files()), SYSTEM)
        hashed = Passwords(memory_kib=64, rounds=1).hash(PASSWORD)
        for login, (name, rights, posts) in PEOPLE.items():
            engine.execute(CreatePerson(login, name, hashed, rights, posts), SYSTEM)
        engine.close()
    assert ids.last < IDS


CONTENT = Content("site", _filled)


def open_engine(url: str, data_dir: Path, clock: FakeClock) -> Engine:
    """Build the engine on a copy of a database with CONTENT."""
    return build(url, data_dir, clock=clock, ids=CountingIds(IDS))


def build_site(engine: Engine, clock: FakeClock, machine: FakeClock) -> Site:
    """Serve ENGINE by an application of its own."""
    app = create_app(engine, testing=True, settings=WebSettings(machine_clock=machine))
    return Site(engine, app, clock, machine)


def serve(app: Flask, engine: Engine, clock: FakeClock, machine: FakeClock) -> Site:
    """Let an APP made before serve another ENGINE: making one costs half a second."""
    app.extensions[ENGINE] = engine
    app.extensions[SETTINGS] = WebSettings(machine_clock=machine)
    return Site(engine, app, clock, machine)
