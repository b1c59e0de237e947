"""kill -9 of the server in the middle of completions: nothing acknowledged is lost (R11)."""

import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from engine import bootstrap
from engine.base.actor import SYSTEM
from engine.base.clock import SystemClock
from engine.base.ids import RandomIds
from engine.commands.accounts import CreatePerson
from engine.commands.definitions import Deploy
from engine.commands.instances import StartMany
from engine.queries import people
from engine.store import chain
from engine.store.database import open_database
from engine.store.tables import form_entry, history, instance, seat, task
from tests.faults.cluster import Client, Server
from tests.support.invariants import check_invariants
from tests.support.site import bundle_files
from web.session import Passwords

PASSWORD = "Correct-horse-9"
THREADS = 4
MANY = 2000


@pytest.fixture
def count(request: pytest.FixtureRequest) -> int:
    """2,000 completions in the long profile, 90 each time."""
    return MANY if request.config.getoption("--faults") else 90


@pytest.fixture
def server(store_url: str, data_dir: Path) -> Iterator[Server]:
    made = Server(store_url, data_dir)
    yield made
    made.stop()


def prepare(server: Server, count: int) -> list[tuple[int, int]]:
    """Deploy, make people, start COUNT cases; give (task, seat version) of each."""
    engine = bootstrap.build(
        server.url, server.data, clock=SystemClock(), ids=RandomIds()
    )
    engine.execute(Deploy("tiny", bundle_files()), SYSTEM)
    hashed = Passwords(memory_kib=64, rounds=1).hash(PASSWORD)
    for number in range(THREADS):
        posts = (("U-S1", "clerk"),)
        engine.execute(CreatePerson(f"field{number}", "王", hashed, (), posts), SYSTEM)
    actor = engine.ask(people.actor_of, SYSTEM, login="field0")
    assert actor is not None
    row = {"station": "S1", "what": "堆土一处", "area": 12, "found_on": "2025-07-01"}
    for first in range(0, count, 200):
        rows = tuple(row for _ in range(min(200, count - first)))
        engine.execute(StartMany("tiny_case", rows), actor)
    with engine.database.read() as conn:
        query = sa.select(task.c.id, seat.c.version).join(seat, seat.c.task_id == task.c.id)
        found = conn.execute(query.where(task.c.state == "open").order_by(task.c.id)).all()
    engine.close()
    assert len(found) == count
    return [(row[0], row[1]) for row in found]


class Load:
    """Clients that complete tasks while the server dies under them."""

    def __init__(self, server: Server, tasks: list[tuple[int, int]]) -> None:
        self.server = server
        self.todo = iter(tasks)
        self.lock = threading.Lock()
        self.acknowledged: list[int] = []
        self.cut = 0
        self.wrong: list[object] = []

    def guarded(self, login: str) -> None:
        """Work; whatever ends it early is told to the test at once."""
        try:
            self.work(login)
        except (AssertionError, OSError) as error:
            self.wrong.append(error)

    def work(self, login: str) -> None:
        client = Client(self.server.port, login, PASSWORD)
        client.sign_in()
        while True:
            with self.lock:
                job = next(self.todo, None)
            if job is None:
                client.close()
                return
            self.complete(client, *job)

    def complete(self, client: Client, task_id: int, version: int) -> None:
        path, key = f"/user-tasks/{task_id}/completion", f"completion-of-task-{task_id:08}"
        body = {"expectedVersion": version, "outcome": "send", "opinion": "", "data": {}}
        answer = client.post(path, body, key)
        if answer is None or answer[0] == 503:
            with self.lock:
                self.cut += 1
            answer = client.insist(path, body, key)
        with self.lock:
            if answer[0] == 200:
                self.acknowledged.append(task_id)
            else:
                self.wrong.append(answer)


@pytest.mark.timeout(900)
def test_every_acknowledged_completion_is_there_exactly_once(
    server: Server, count: int
) -> None:
    tasks = prepare(server, count)
    server.start()
    load = Load(server, tasks)
    logins = [f"field{number}" for number in range(THREADS)]
    threads = [threading.Thread(target=load.guarded, args=(login,)) for login in logins]
    for thread in threads:
        thread.start()
    kills, wanted = 0, 3 if count == MANY else 2
    for part in range(1, wanted + 1):
        wait_for(load, count * part // (wanted + 1))
        server.kill()
        kills += 1
        server.start()
    for thread in threads:
        thread.join()
    assert load.wrong == []
    assert kills == wanted
    assert load.cut > 0, "no request was in flight at any kill: the fault never fired"
    assert len(load.acknowledged) == len(set(load.acknowledged)) == count
    check(server.url, load.acknowledged)
    engine = bootstrap.build(server.url, server.data, clock=SystemClock())
    check_invariants(engine)
    engine.close()


def wait_for(load: Load, number: int) -> None:
    for _ in range(15_000):
        if len(load.acknowledged) >= number or load.wrong:
            return
        threading.Event().wait(0.02)
    raise AssertionError(f"only {len(load.acknowledged)} of {number}; {load.wrong[:3]}")


def check(url: str, acknowledged: list[int]) -> None:
    """Hold the store against what the clients were told."""
    database = open_database(url)
    with database.read() as conn:
        done = sa.select(task.c.id, task.c.instance_id).where(task.c.state == "completed")
        completed = {row[0]: row[1] for row in conn.execute(done)}
        entries = Counter(row[0] for row in conn.execute(sa.select(form_entry.c.task_id)))
        acts = sa.select(history.c.root_id, sa.func.count()).where(
            history.c.kind == "CompleteTask"
        )
        per_case = dict(conn.execute(acts.group_by(history.c.root_id)).all())
        versions = dict(conn.execute(sa.select(instance.c.id, instance.c.version)).all())
        damages = chain.verify(conn)
    database.close()
    assert set(acknowledged) <= set(completed)
    assert damages == []
    for task_id in acknowledged:
        assert entries[task_id] <= 1
        assert per_case.get(completed[task_id]) == 1, "a completion was recorded twice or never"
    assert len({versions[completed[task_id]] for task_id in acknowledged}) == 1
