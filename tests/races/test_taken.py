"""Two who want the same 案号 at the same time: one waits for the other and is refused."""

import threading
from dataclasses import dataclass
from typing import Any

from engine.base.actor import SYSTEM
from engine.commands.results import Nothing
from engine.context import Context
from engine.store import taken
from tests.races.parking import PATIENCE, Parked
from tests.support.tiny import Tiny


@dataclass
class Take:
    """Let the case HOLDER hold a number; GOT tells whether it did."""

    holder: int
    got: list[bool]

    def run(self, ctx: Context) -> Nothing:
        self.got.append(taken.take(ctx.conn, "tiny:form.no@U-1", "〔2026〕1号", self.holder))
        return Nothing()


def test_of_two_at_once_one_waits_and_does_not_get_it(house: Tiny) -> None:
    one, two = (house.start().instance_id for _ in range(2))
    first, second = Take(one, []), Take(two, [])
    slow = Parked(first)
    threads = [
        threading.Thread(target=house.engine.execute, args=(slow, SYSTEM)),
        threading.Thread(target=house.engine.execute, args=(second, SYSTEM)),
    ]
    threads[0].start()
    assert slow.point.reached.wait(PATIENCE)
    threads[1].start()
    threads[1].join(0.3)
    assert second.got == []  # it waits for the first to commit
    slow.point.go.set()
    for thread in threads:
        thread.join(PATIENCE)
    assert (first.got, second.got) == ([True], [False])
    again: Any = Take(one, [])
    house.engine.execute(again, SYSTEM)
    assert again.got == [True]  # what it holds already
