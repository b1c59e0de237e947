"""Demo data: an organisation with people and a half-run campaign, by real commands.

What happens in it is told by the application, processes/<application>/demo/:
cases.json   [{"process", "unit", "at": local moment, "data": {…}, "until": element id}],
             a value {"$evidence": [codes]} standing for uploaded pictures
tasks.json   {element id: {"outcome", "data", "opinion", "days", "after": local day}}
Cases go on by simulated staff until UNTIL is reached; without it as far as time allows.
"""

import json
import struct
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from engine.base.actor import SYSTEM, Actor
from engine.base.clock import FakeClock, OffsetClock, shanghai
from engine.base.errors import ShouhuError
from engine.commands.accounts import CreatePerson
from engine.commands.attachments import AddAttachment
from engine.commands.clock import SETTING
from engine.commands.definitions import Deploy
from engine.commands.instances import StartInstance
from engine.commands.results import Created, Started
from engine.commands.tasks import CompleteTask
from engine.context import View
from engine.engine import Engine
from engine.library import bundle
from engine.store import people_rows, records, simulated
from engine.store.rows import Row
from engine.worker import Worker

PASSWORD = "Shouhu-2025"  # noqa: S105 -- of the demo accounts, printed at every start
BEGIN = "2025-01-01 00:00"
END = "2025-07-18 09:00"  # architecture.md 3.1
WORK_STARTS = timedelta(hours=9)
DAYS = 2  # how long simulated staff take when the application does not say
FAMILY = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾"
GIVEN = (
    "建国", "秀英", "志强", "丽华", "文斌", "晓梅", "国平", "雪琴", "永福", "春燕",
    "海涛", "玉兰", "德明", "婷婷", "卫东", "小红", "振华", "美玲", "家豪", "思远",
)  # fmt: skip
EVIDENCE = "$evidence"
STAFF = (  # login, name, rights
    ("owner", "流程管理员", ("process_owner",)),
    ("scheduler", "调度员", ("scheduler",)),
    ("admin", "系统管理员", ("admin",)),
)


@dataclass
class Script:
    """What an application tells about its demo."""

    cases: list[dict[str, Any]] = field(default_factory=list)
    tasks: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass
class Campaign:
    """A running demo: the engine on a clock that stands still, its worker, its staff."""

    engine: Engine
    worker: Worker
    clock: FakeClock
    script: Script
    stops: dict[int, str] = field(default_factory=dict)  # case -> element to stop at
    actors: dict[str, Actor] = field(default_factory=dict)  # by unit code
    refused: set[int] = field(default_factory=set)  # tasks left to the user
    pictures: int = 0

    def run(self, until: datetime) -> None:
        """Go from day to day: due work first, then new cases, then the staff."""
        waiting = sorted(self.script.cases, key=lambda case: str(case["at"]))
        day = self.clock.now()
        while day < until:
            moment = min(day + WORK_STARTS, until)
            self.worker.run_until(moment, self.clock.set)
            while waiting and shanghai(waiting[0]["at"].replace("T", " ")) <= moment:
                self._start(waiting.pop(0))
            self._work(moment)
            day += timedelta(days=1)
        self.worker.run_until(until, self.clock.set)
        self.worker.upkeep()

    def _start(self, case: Mapping[str, Any]) -> None:
        actor = self.actors[case["unit"]]
        data = {k: self._value(v, actor) for k, v in (case.get("data") or {}).items()}
        command = StartInstance(case["process"], data, case["unit"])
        made = self.engine.execute(command, actor)
        if isinstance(made, Started) and case.get("until"):
            self.stops[made.instance_id] = case["until"]

    def _value(self, value: Any, actor: Actor) -> Any:
        """Give VALUE, or for {"$evidence": [codes]} one uploaded picture per code."""
        if not isinstance(value, dict) or EVIDENCE not in value:
            return value
        return [self._upload(str(code), actor) for code in value[EVIDENCE]]

    def _upload(self, code: str, actor: Actor) -> dict[str, str]:
        self.pictures += 1
        stored = self.engine.files.put([picture(self.pictures)])
        name = f"{code}{self.pictures}.png"
        meta = {"code": code}
        command = AddAttachment(stored.sha256, stored.size, name, "image/png", meta)
        made = self.engine.execute(command, actor)
        uid = made.id if isinstance(made, Created) else ""
        return {"attachmentId": uid, "code": code, "name": name, "sha256": stored.sha256}

    def _work(self, now: datetime) -> None:
        """Let every unit finish the work that lay long enough."""
        for row in self.engine.ask(_open_seats, SYSTEM):
            told = self.script.tasks.get(row["node"], {})
            patience = timedelta(days=int(told.get("days", DAYS)))
            if "after" in told and now < shanghai(told["after"]):
                continue
            if self.stops.get(row["root_id"]) == row["node"] or row["id"] in self.refused:
                continue
            if now - row["created_at"] >= patience and row["unit"] in self.actors:
                self._act(row, told)

    def _act(self, row: Row, told: Mapping[str, Any]) -> None:
        command = CompleteTask(
            row["task_id"],
            data=told.get("data") or {},
            outcome=told.get("outcome") or row["outcome"],
            opinion=told.get("opinion", ""),
            expected_version=row["version"],
            unit=row["unit"],
        )
        try:
            self.engine.execute(command, self.actors[row["unit"]])
        except ShouhuError:
            self.refused.add(row["id"])  # a form nobody filled in: left to the user


def _open_seats(view: View) -> list[Row]:
    """Give the open seats with the primary outcome of their element."""
    rows = simulated.open_seats(view.connection)
    for row in rows:
        deployed = view.runtimes.deployed(view.connection, row["definition_id"], row["runtime"])
        key = view.runtimes.definition(view.connection, row["definition_id"])["key"]
        outcomes = deployed.facts[key].nodes[row["node"]].outcomes
        primary = [o for o in outcomes if str(o.get("primary")).lower() == "true"]
        chosen = (primary or list(outcomes) or [{}])[0]
        row["outcome"] = chosen.get("value")
    return rows


def picture(number: int) -> bytes:
    """Draw a small picture: stripes of earth and green, different for each NUMBER."""
    width, height = 96, 64
    rows = bytearray()
    for y in range(height):
        rows.append(0)  # filter type of the line
        for x in range(width):
            shade = (x * 3 + y * 5 + number * 37) % 90
            rows += bytes(
                (70 + shade, 120 + shade // 2, 50) if y > height // 3 else (150, 180, 210)
            )
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(rows))), (b"IEND", b""))
    body = b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + body


def make(
    build: Callable[[FakeClock], Engine],
    root: Path,
    password: str,
    say: Callable[[str], None],
) -> Engine:
    """Fill the new installation BUILD opens: what lies below ROOT, people, half a year."""
    clock = FakeClock(shanghai(BEGIN))
    engine = build(clock)
    campaign = Campaign(engine, Worker(engine), clock, Script())
    for name in bundle.applications(root):
        found = bundle.read_folder(root, name)
        engine.execute(Deploy(name, found.files, "演示"), SYSTEM)
        _people(campaign, name, password)
        _read_script(campaign.script, found.files)
        say(f"已发布应用 {name}")
    for login, title, rights in STAFF:
        engine.execute(CreatePerson(login, title, password, rights), SYSTEM)
    campaign.run(shanghai(END))
    say("演示数据已建立")
    _keep_clock(engine, clock)
    return engine


def _people(campaign: Campaign, application: str, password: str) -> None:
    """Create one person per unit; names come from a fixed list, so each demo is the same."""
    engine = campaign.engine
    with engine.database.read() as conn:
        units = people_rows.units_of(conn, application)
    for number, unit in enumerate(units):
        login = unit["code"].lower()
        command = CreatePerson(login, _name(number), password, (), ((unit["code"], "clerk"),))
        engine.execute(command, SYSTEM)
        with engine.database.read() as conn:
            actor = people_rows.load_actor(conn, login)
        if actor is not None:
            campaign.actors[unit["code"]] = actor


def _name(number: int) -> str:
    turn, place = divmod(number, len(FAMILY))
    return FAMILY[place] + GIVEN[(place + 7 * turn) % len(GIVEN)]


def _read_script(script: Script, files: Mapping[str, bytes]) -> None:
    if "demo/cases.json" in files:
        script.cases.extend(json.loads(files["demo/cases.json"]))
    if "demo/tasks.json" in files:
        script.tasks.update(json.loads(files["demo/tasks.json"]))


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
