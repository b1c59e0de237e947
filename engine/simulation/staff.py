"""The people of an application: one per unit, who start cases, upload and complete work."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from engine.base.actor import SYSTEM, Actor
from engine.base.errors import Conflict, NotFound
from engine.base.expressions import Moment
from engine.base.values import Value
from engine.commands.accounts import CreatePerson
from engine.commands.attachments import AddAttachment
from engine.commands.definitions import Deploy
from engine.commands.instances import StartInstance
from engine.commands.results import Created, Started
from engine.commands.tasks import CompleteTask
from engine.context import Deployed, View
from engine.engine import Engine
from engine.library.bundle import Bundle
from engine.queries import deployed, ledgers, task_page
from engine.queries.paging import Paging
from engine.simulation.dice import Dice, Phrases
from engine.simulation.pictures import paper, picture
from engine.simulation.script import Habit, Script
from engine.store import codec, people_rows, simulated
from engine.store.files import Stored
from engine.store.rows import Row

FAMILY = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾"
GIVEN = (
    "建国", "秀英", "志强", "丽华", "文斌", "晓梅", "国平", "雪琴", "永福", "春燕",
    "海涛", "玉兰", "德明", "婷婷", "卫东", "小红", "振华", "美玲", "家豪", "思远",
)  # fmt: skip
PICTURES = 12  # different ones; the same bytes are stored once
MORNING = time(9)
_MINUTES = 8 * 60  # of an office day
_LONGEST_BREAK = 15  # days without a working day, designed


@dataclass
class Staff:
    """Everybody who acts in one application, on one engine."""

    engine: Engine
    application: str
    script: Script
    year: int = 0
    seed: str = "demo"
    last: int = 0  # last year of a campaign of several, 0: it has one
    actors: dict[str, Actor] = field(default_factory=dict)  # by unit code
    units: list[Row] = field(default_factory=list)
    pictures: dict[int, Stored] = field(default_factory=dict)
    uploads: int = 0
    phrases: Phrases = field(default_factory=Phrases)
    version: Deployed | None = None

    def settle(self, bundle: Bundle, password: str) -> None:
        """Publish the application and create one person per unit, the same ones each time."""
        self.engine.execute(Deploy(bundle.application, bundle.files, "演示"), SYSTEM)
        with self.engine.database.read() as conn:
            self.units = people_rows.units_of(conn, self.application)
        for number, unit in enumerate(self.units):
            login = unit["code"].lower()
            post = ((unit["code"], "clerk"),)
            self.engine.execute(CreatePerson(login, name(number), password, (), post), SYSTEM)
            with self.engine.database.read() as conn:
                actor = people_rows.load_actor(conn, login)
            if actor is not None:
                self.actors[unit["code"]] = actor
        self.version = self.engine.ask(_version, SYSTEM, application=self.application)
        self.phrases = Phrases(self.version.application.values)

    def actor(self, unit: str) -> Actor:
        """Give the person of UNIT."""
        if unit not in self.actors:
            raise NotFound(f"单位“{unit}”没有人员，不能模拟。")
        return self.actors[unit]

    def dice(self, occasion: str, unit: str, scope: Mapping[str, Value]) -> Dice:
        """Give the dice of one OCCASION, thrown by the person of UNIT ("" for nobody)."""
        return Dice(
            f"{self.seed}/{occasion}",
            self.phrases,
            self.moment(),
            self._register,
            lambda code: self.upload(code, self.actor(unit)),
            {"year": self.year, "unit": unit, **scope},
        )

    @property
    def deployed(self) -> Deployed:
        """Give the version that settle published."""
        if self.version is None:
            raise NotFound(f"应用“{self.application}”还没有发布。")
        return self.version

    def moment(self) -> Moment:
        """Give what FEEL may know now."""
        return self.deployed.moment(self.engine.clock.now())

    def _register(self, kind: str) -> list[Mapping[str, Value]]:
        found = self.deployed.application.registers.get(kind)
        if found is None:
            raise NotFound(f"应用“{self.application}”没有登记册“{kind}”。")
        return list(found.rows.values())

    def upload(self, code: str, actor: Actor) -> dict[str, Value]:
        """Upload a picture as evidence CODE ("code.pdf": a paper); give its field value."""
        self.uploads += 1
        code, _, kind = code.partition(".")
        number = -1 if kind == "pdf" else self.uploads % PICTURES
        if number not in self.pictures:
            content = paper() if kind == "pdf" else picture(number)
            self.pictures[number] = self.engine.files.put([content])
        stored, title = self.pictures[number], f"{code}{self.uploads}.{kind or 'png'}"
        media = "application/pdf" if kind == "pdf" else "image/png"
        command = AddAttachment(stored.sha256, stored.size, title, media, {"code": code})
        made = self.engine.execute(command, actor)
        uid = made.id if isinstance(made, Created) else ""
        return {"attachmentId": uid, "code": code, "name": title, "sha256": stored.sha256}

    def start(self, process: str, unit: str, data: Mapping[str, Value]) -> Started:
        """Start a case as the person of UNIT."""
        made = self.engine.execute(StartInstance(process, data, unit), self.actor(unit))
        if not isinstance(made, Started):
            raise Conflict
        return made

    def act(self, row: Row, dice: Dice) -> None:
        """Complete the seat ROW as its unit's habit says."""
        habit, actor = self.script.habit(row["node"]), self.actor(row["unit"])
        thrown = dice.pick(habit.outcomes) if habit.outcomes else row["outcome"]
        outcome = row["told"] or thrown
        if habit.page:
            form = self.engine.ask(task_page.form, actor, task_id=row["task_id"])
            dice.scope["page"] = dict(form.data)
        described = habit.of_outcome(habit.data, outcome)
        if "vars" in repr(described):
            dice.scope["vars"] = dict(self.engine.ask(_variables, SYSTEM, row=row))
        drawn = {key: dice.draw(value) for key, value in described.items()}
        data = {key: value for key, value in drawn.items() if value is not None}
        offered = dice.scope.get("page") or {}
        taken = {key: offered.get(key) for key in habit.page} if habit.page else {}
        opinion = dice.draw(habit.of_outcome(habit.opinion, outcome))
        command = CompleteTask(
            row["task_id"],
            data={**taken, **data},
            outcome=outcome,
            opinion=str(opinion or ""),
            expected_version=row["version"],
            unit=row["unit"],
        )
        self.engine.execute(command, actor)

    def when(self, row: Row, dice: Dice) -> datetime | None:
        """Give the moment at which the seat ROW will be acted on, None for never."""
        habit = self.script.habit(row["node"])
        opened = self.local(row["created_at"])
        last = max(self.last, self.year)
        at = self._this_year(row, habit, dice)
        for year in range(self.year_of(row) + 1, last + 1):
            if at is not None:
                break
            dice.scope["year"] = year
            day = max(dice.day({"day": habit.later}), opened.date())
            at = None if dice.chance(habit.never) else self._until(day, habit, dice)
        return at

    def _this_year(self, row: Row, habit: Habit, dice: Dice) -> datetime | None:
        if dice.chance(habit.never):
            return None
        opened = self.local(row["created_at"])
        day = (opened + timedelta(days=dice.whole(habit.days))).date()
        if row["due_at"] is not None and dice.chance(habit.late):
            day = self.local(row["due_at"]).date()
            day += timedelta(days=dice.whole(habit.late_days))
        if habit.after:
            day = max(day, dice.day_of(habit.after))
        return self._until(day, habit, dice)

    def _until(self, day: date, habit: Habit, dice: Dice) -> datetime | None:
        at = self.office_hour(day, dice)
        return None if habit.until and at.date() > dice.day_of(habit.until) else at

    def year_of(self, row: Row) -> int:
        """Give the campaign's year the case of the seat ROW is in."""
        return min(max(self.year, row["year"] or 0), max(self.year, self.last))

    def office_hour(self, day: date, dice: Dice) -> datetime:
        """Give a minute of the first working day from DAY on whose morning is still to come."""
        now = self.local(self.engine.clock.now())
        day = max(day, now.date() + timedelta(days=int(now.time() >= MORNING)))
        calendar = self.deployed.calendars[self.deployed.application.calendar]
        for _ in range(_LONGEST_BREAK):
            if calendar.is_working_day(day):
                break
            day += timedelta(days=1)
        minutes = timedelta(minutes=dice.random.randrange(_MINUTES))
        return datetime.combine(day, MORNING, ZoneInfo(self.deployed.zone)) + minutes

    def local(self, moment: datetime) -> datetime:
        """Give MOMENT on the clock of the application."""
        return moment.astimezone(ZoneInfo(self.deployed.zone))

    def wanted(self, needs: Mapping[str, Any], unit: str, dice: Dice) -> bool:
        """Tell whether the ledger of NEEDS has a row that fits, in the sight of UNIT."""
        if not needs:
            return True
        where = {key: dice.draw(value) for key, value in needs["where"].items()}
        options = {"ledger_id": needs["ledger"], "wanted": where, "paging": Paging(1)}
        return bool(self.engine.ask(ledgers.rows, self.actor(unit), **options).items)


def _version(view: View, *, application: str) -> Deployed:
    """Give the newest version with its calendars as they stand, usable after the question."""
    found = deployed.latest(view, application)
    return replace(found, calendars=dict(found.calendars.items()), years=None)


def _variables(view: View, *, row: Row) -> Mapping[str, Value]:
    """Give the variables of the instance a piece of work belongs to."""
    conn, runtimes = view.connection, view.runtimes
    version = runtimes.deployed(conn, row["definition_id"], row["runtime"])
    key = runtimes.definition(conn, row["definition_id"])["key"]
    state = codec.decode(simulated.state_of_task(conn, row["task_id"]))
    return version.runtime.inspect(version.plans[key], state).variables


def primary(view: View, row: Row) -> str | None:
    """Give the primary outcome of the element of the seat ROW, None when it has none."""
    version = view.runtimes.deployed(view.connection, row["definition_id"], row["runtime"])
    key = view.runtimes.definition(view.connection, row["definition_id"])["key"]
    outcomes = version.facts[key].nodes[row["node"]].outcomes
    first = [o for o in outcomes if str(o.get("primary")).lower() == "true"]
    chosen = (first or list(outcomes) or [{}])[0].get("value")
    return None if chosen is None else str(chosen)


def name(number: int) -> str:
    """Give the NUMBER-th name of a fixed list."""
    turn, place = divmod(number, len(FAMILY))
    return FAMILY[place] + GIVEN[(place + 7 * turn) % len(GIVEN)]
