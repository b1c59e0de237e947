"""Demo data: an organisation with people and a half-run campaign, by real commands.

What happens in it is told by the application, processes/<application>/demo/:
cases.json   [{"process", "unit", "at": local moment, "data": {…}, "until": element id,
             "outcomes": {element id: outcome}}], a value {"$evidence": [codes]} standing
             for uploaded pictures
tasks.json   {element id: {"outcome", "data", "opinion", "days", "after": local day}}
Cases go on by simulated staff until UNTIL is reached; without it as far as time allows.
"""

from collections.abc import Callable
from pathlib import Path

from engine.base.actor import SYSTEM
from engine.base.clock import FakeClock, OffsetClock, shanghai
from engine.commands.accounts import CreatePerson
from engine.commands.clock import SETTING
from engine.engine import Engine
from engine.library import bundle
from engine.simulation import script
from engine.simulation.campaign import Campaign
from engine.simulation.staff import Staff
from engine.simulation.starts import Starts
from engine.store import records, simulated
from engine.worker import Worker

PASSWORD = "Shouhu-2025"  # noqa: S105 -- of the demo accounts, printed at every start
YEAR = 2025
BEGIN = "2025-01-01 00:00"
END = "2025-07-18 09:00"  # architecture.md 3.1
STAFF = (  # login, name, rights
    ("owner", "流程管理员", ("process_owner",)),
    ("scheduler", "调度员", ("scheduler",)),
    ("admin", "系统管理员", ("admin",)),
)


def make(
    build: Callable[[FakeClock], Engine],
    root: Path,
    password: str,
    say: Callable[[str], None],
) -> Engine:
    """Fill the new installation BUILD opens: what lies below ROOT, people, half a year."""
    clock = FakeClock(shanghai(BEGIN))
    engine = build(clock)
    campaign = Campaign(engine, Worker(engine), clock)
    for name in bundle.applications(root):
        found = bundle.read_folder(root, name)
        staff = Staff(engine, name, script.demo(found.files), year=YEAR)
        staff.settle(found, password)
        campaign.staffs[name] = staff
        starts = Starts(campaign, staff)
        for case in staff.script.cases:
            starts.fixed(case)
        say(f"已发布应用 {name}")
    for login, title, rights in STAFF:
        engine.execute(CreatePerson(login, title, password, rights), SYSTEM)
    campaign.run(shanghai(END))
    campaign.worker.upkeep()
    say("演示数据已建立")
    _keep_clock(engine, clock)
    return engine


def _keep_clock(engine: Engine, clock: FakeClock) -> None:
    """From now on the demo clock ticks in real time from where the campaign stopped."""
    ticking = OffsetClock()
    ticking.set(clock.now())
    with engine.database.write() as conn:
        records.write_setting(conn, SETTING, {"offset": ticking.offset.total_seconds()})


def print_logins(engine: Engine, say: Callable[[str], None]) -> None:
    """Print who can sign in."""
    with engine.database.read() as conn:
        people = simulated.people(conn)
    say(f"演示账号（密码均为 {PASSWORD}）：")
    for row in people:
        say(f"  {row['id']:<16} {row['name']}  {row['unit'] or ''}".rstrip())
    say("  …… 其余单位的账号为单位编码的小写形式")
