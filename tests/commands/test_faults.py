"""A fault at each statement: nothing is half kept, and the same command works afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from engine.commands.instances import StartInstance
from engine.commands.results import Replayed
from engine.commands.tasks import CompleteTask
from engine.store import chain
from engine.store.tables import metadata
from tests.support.tiny import REPORT, Tiny

KEY = "key-of-sixteen-characters"


class Killed(RuntimeError):
    """The process died here."""


@contextmanager
def dying_at(tiny: Tiny, number: int) -> Iterator[list[int]]:
    """Raise before the NUMBER-th statement; the list tells how many ran."""
    seen = [0]

    def before(*_: Any) -> None:
        seen[0] += 1
        if seen[0] == number:
            raise Killed

    engine = tiny.engine.database.engine
    event.listen(engine, "before_cursor_execute", before)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", before)


def snapshot(tiny: Tiny) -> dict[str, list[Any]]:
    with tiny.engine.database.read() as conn:
        return {
            table.name: [tuple(map(str, row)) for row in conn.execute(sa.select(table))]
            for table in metadata.sorted_tables
        }


def survives(tiny: Tiny, login: str, command: Any) -> int:
    """Kill COMMAND before each of its statements in turn; give how many there were."""
    actor = tiny.actor(login)
    before = snapshot(tiny)
    number = 0
    while True:
        number += 1
        with dying_at(tiny, number) as seen:
            try:
                tiny.engine.execute(command, actor, key=KEY)
            except Killed:
                fired = True
            else:
                fired = False
        if not fired:
            # The fault was past the end; what tries before left in memory is not read again.
            assert seen[0] < number
            return seen[0]
        assert snapshot(tiny) == before, f"half kept at statement {number}"


def test_a_start_is_kept_whole_or_not_at_all(tiny: Tiny) -> None:
    statements = survives(tiny, "field1", StartInstance("tiny_case", REPORT))
    assert statements > 4
    assert isinstance(tiny.do("field1", StartInstance("tiny_case", REPORT), key=KEY), Replayed)


def test_a_completion_is_kept_whole_or_not_at_all(tiny: Tiny) -> None:
    case_id = tiny.start().instance_id
    task_id = tiny.open_task(case_id, "check")["id"]
    survives(tiny, "field1", CompleteTask(task_id, outcome="send", expected_version=1))
    assert [row["node"] for row in tiny.open_tasks(case_id)] == ["review"]
    with tiny.engine.database.read() as conn:
        assert chain.verify(conn) == []


def test_the_fault_itself_is_real(tiny: Tiny) -> None:
    with dying_at(tiny, 1), pytest.raises(Killed):
        tiny.start()
