"""A seal waits for no writer and passes over none (reliability.md 6.9)."""

import threading
from dataclasses import dataclass
from typing import Any

from engine.base.actor import SYSTEM
from engine.commands.results import Nothing
from engine.commands.upkeep import Seal
from engine.context import Context
from engine.store import chain, records
from tests.races.parking import PATIENCE, Parked
from tests.support.tiny import Tiny


@dataclass
class Note:
    """Write one line to the audit."""

    text: str

    def run(self, ctx: Context) -> Nothing:
        records.add_audit(ctx.conn, ctx.now, "system", "Note", {"text": self.text})
        return Nothing()


def test_an_audit_line_that_commits_late_is_not_passed_over(house: Tiny) -> None:
    slow = Parked(Note("first number, last commit"))
    thread = threading.Thread(target=house.engine.execute, args=(slow, SYSTEM))
    thread.start()
    assert slow.point.reached.wait(PATIENCE)
    house.engine.execute(Note("second number, first commit"), SYSTEM)
    now = house.clock.now()
    early: Any = house.engine.execute(Seal(now), SYSTEM)
    slow.point.go.set()
    thread.join(PATIENCE)
    house.clock.set(now.replace(second=5))
    later: Any = house.engine.execute(Seal(house.clock.now()), SYSTEM)
    assert (early.count, later.count) == (0, 1)
    with house.engine.database.read() as conn:
        assert chain.verify(conn) == []
