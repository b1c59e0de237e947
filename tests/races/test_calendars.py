"""Two administrators write the same calendar at once: one succeeds, nothing is lost."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from threading import Barrier

from engine.base.actor import SYSTEM
from engine.base.clock import FakeClock
from engine.base.errors import Busy, StaleDocument
from engine.calendars import read_entered
from engine.commands.calendars import ChangeCalendarDay, ImportCalendarDays
from engine.engine import Engine
from tests.support.tiny import make

YEAR = b"date,is_workday,name\n2027-01-01,0,x\n"
WISHES = (
    ImportCalendarDays("cn", YEAR, 0),
    ChangeCalendarDay("cn", date(2026, 10, 10), working=False, if_match=0),
)


def attempt(engine: Engine, barrier: Barrier, number: int) -> str:
    barrier.wait()
    try:
        engine.execute(WISHES[number % 2], SYSTEM)
    except (StaleDocument, Busy) as refused:
        return type(refused).__name__
    return "done"


def test_only_one_of_two_writers_of_the_same_version_succeeds(
    store_url: str, data_dir: Path, clock: FakeClock
) -> None:
    tiny = make(store_url, data_dir, clock)
    barrier = Barrier(6)
    with ThreadPoolExecutor(6) as pool:
        told = list(pool.map(lambda n: attempt(tiny.engine, barrier, n), range(6)))
    assert told.count("done") == 1, told
    with tiny.engine.database.read() as conn:
        entered = read_entered(conn, "cn")
    assert (entered.version, len(entered.days)) == (1, 1)
    tiny.engine.close()
