"""An engine with the tiny application, and people who ask it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest

from engine.base.actor import SYSTEM, Actor
from engine.base.clock import FakeClock, shanghai
from engine.commands.instances import StartInstance
from engine.commands.results import Acted, Started
from engine.commands.tasks import CompleteTask
from engine.engine import Engine
from engine.queries import people, tasks
from engine.worker import Worker
from tests.support.databases import SCHEMA, Content
from tests.support.site import CONTENT, FIRST, open_engine

T = TypeVar("T")


@dataclass
class House:
    """The engine and shortcuts to act and to look as somebody."""

    engine: Engine
    clock: FakeClock

    def actor(self, login: str) -> Actor:
        found = self.engine.ask(people.actor_of, SYSTEM, login=login)
        assert found is not None
        return found

    def ask(self, login: str, query: Callable[..., T], **more: Any) -> T:
        return self.engine.ask(query, self.actor(login), **more)

    def start(self, what: str = "堆土", login: str = "field1", **more: Any) -> int:
        data = {"station": "S1", "what": what, "area": 12, "found_on": "2025-07-01", **more}
        started = self.engine.execute(StartInstance("tiny_case", data), self.actor(login))
        assert isinstance(started, Started)
        return started.instance_id

    def task(self, case_id: int, node: str) -> tasks.TaskRow:
        wanted = {"case_id": case_id, "node": node, "state": "open"}
        return self.engine.ask(tasks.search, SYSTEM, wanted=wanted).items[0]

    def complete(
        self, login: str, case_id: int, node: str, outcome: str | None = None, **more: Any
    ) -> Acted:
        row = self.ask(login, tasks.get, task_id=self.task(case_id, node).id)
        seat = next(one for one in row.seats if one.mine)
        command = CompleteTask(row.id, outcome=outcome, expected_version=seat.version, **more)
        done = self.engine.execute(command, self.actor(login))
        assert isinstance(done, Acted)
        return done

    def review(self, **more: Any) -> int:
        """Start a case and send it to the two reviewers."""
        case_id = self.start(**more)
        self.complete("field1", case_id, "check", "send")
        return case_id

    def pass_until(self, moment: str) -> None:
        Worker(self.engine).run_until(shanghai(moment), self.clock.set)


@pytest.fixture
def store_content(request: pytest.FixtureRequest) -> Content:
    """Give the application with its people to whoever asks for the house."""
    return CONTENT if "house" in request.fixturenames else SCHEMA


@pytest.fixture
def house(store_url: str, data_dir: Path) -> Iterator[House]:
    """Give the house on each kind of database, on 2025-07-18, 09:00."""
    clock = FakeClock(shanghai(FIRST))
    made = House(open_engine(store_url, data_dir, clock), clock)
    yield made
    made.engine.close()
