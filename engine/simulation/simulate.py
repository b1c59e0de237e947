"""`shouhu simulate`: one year of an application, N cases, the same report for the same seed."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from engine.base.actor import SYSTEM
from engine.base.clock import FakeClock, Stopwatch, shanghai
from engine.base.errors import Conflict
from engine.context import View
from engine.engine import Engine
from engine.library.bundle import Bundle
from engine.library.entries import phase_days
from engine.simulation import script, yearly
from engine.simulation.campaign import Campaign
from engine.simulation.staff import Staff
from engine.simulation.starts import Starts
from engine.store import codec, simulated
from engine.worker import Worker

PASSWORD = "!"  # noqa: S105 -- no hash at all: nobody can sign in as simulated staff
_MOST_TOLD = 20  # refusals told one by one
_QUIET = 10.0  # seconds after which a busy month says how far it is

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be simulated: PROBLEMS cases spread evenly over YEAR to LAST (0: none)."""

    bundle: Bundle
    year: int
    problems: int
    seed: str
    last: int = 0

    @property
    def years(self) -> range:
        """Give the years in order."""
        return range(self.year, max(self.year, self.last) + 1)

    def share(self, year: int) -> int:
        """Give how many of the problems are registered by people in YEAR."""
        each, rest = divmod(self.problems, len(self.years))
        return each + int(year - self.year < rest)


@dataclass
class Report:
    """What a campaign came to; everything but TIMING depends on the seed alone."""

    application: str
    year: int
    seed: str
    problems: int
    until: str
    states: dict[str, int] = field(default_factory=dict)
    metrics: dict[str, Any] = field(default_factory=dict)
    overdue: dict[str, Any] = field(default_factory=dict)
    phases: list[dict[str, Any]] = field(default_factory=list)
    cases: dict[str, int] = field(default_factory=dict)
    incidents: int = 0
    refused: list[dict[str, str]] = field(default_factory=list)
    steps: int = 0
    years: list[dict[str, Any]] = field(default_factory=list)  # one entry per year
    timing: dict[str, float] = field(default_factory=dict)

    def as_json(self) -> bytes:
        """Give the file, keys sorted."""
        options = orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2
        return orjson.dumps(codec.plain(vars(self)), option=options) + b"\n"


def simulate(engine: Engine, clock: FakeClock, wish: Wish, say: Say) -> Report:
    """Run the campaign of WISH on ENGINE, whose clock is CLOCK; SAY tells how far it is."""
    watch = Stopwatch()
    name = wish.bundle.application
    told = script.campaign(wish.bundle.files, name)
    staff = Staff(engine, name, told, wish.year, f"{wish.seed}/{wish.year}", wish.years[-1])
    clock.set(shanghai(f"{wish.year}-01-01 00:00"))
    staff.settle(wish.bundle, PASSWORD)
    campaign = Campaign(engine, Worker(engine), clock, {name: staff})
    starts = Starts(campaign, staff)
    running = _Running(campaign, staff, starts, watch, say)
    campaign.evening = running.sign_of_life
    report = Report(name, wish.year, wish.seed, wish.problems, "")
    for year in wish.years:
        for series in told.series:
            starts.series(series, wish.share(year), year)
        running.months(year, report)
    running.months(wish.years[-1] + 1, report, _moment(staff, told.end, wish.years[-1]))
    running.finish(report, wish)
    return report


def _moment(staff: Staff, text: str, year: int) -> datetime:
    """Give the end of the day TEXT of the campaign's YEAR."""
    day = staff.dice("", "", {"year": year}).day_of(text)
    return shanghai(f"{day} 23:59")


@dataclass
class _Running:
    """A campaign on its way, and what is reported of it."""

    campaign: Campaign
    staff: Staff
    starts: Starts
    watch: Stopwatch
    say: Say
    told_at: float = 0.0

    def months(self, year: int, report: Report, end: datetime | None = None) -> None:
        """Live through YEAR by months and phases, telling how far it is; END: to there only."""
        stops = self._stops(year)
        if end is not None:
            stops = {m: "" for m in stops if m <= end} | {end: ""}
        for moment in sorted(stops):
            self.campaign.run(moment)
            self._tell(moment)
            if stops[moment]:
                report.phases.append(self._phase(stops[moment], moment))

    def _stops(self, year: int) -> dict[datetime, str]:
        """Give the first of every month and the last minute of every phase, with its title."""
        stops = {shanghai(f"{year}-{month:02}-01 00:00"): "" for month in range(1, 13)}
        for phase in self.staff.deployed.application.phases:
            last = phase_days(phase, year)[1]
            stops[shanghai(f"{last} 23:59")] = str(phase["title"])
        return stops

    def sign_of_life(self) -> None:
        """Tell on an evening how far it is, when nothing was told for a while."""
        if self.watch.wall() - self.told_at > _QUIET:
            self._tell(self.campaign.engine.clock.now())

    def _tell(self, moment: datetime) -> None:
        spent = self.told_at = self.watch.wall()
        rate = self.campaign.steps / spent if spent else 0
        self.say(
            f"{self.staff.local(moment):%Y-%m-%d}  已登记 {len(self.starts.made)} 件，"
            f"办理 {self.campaign.steps} 步，{rate:.0f} 步/秒"
        )

    def _phase(self, title: str, moment: datetime) -> dict[str, Any]:
        return {
            "title": title,
            "until": f"{self.staff.local(moment):%Y-%m-%d}",
            "steps": self.campaign.steps,
            "states": self._states(),
        }

    def _states(self) -> dict[str, int]:
        found = self.campaign.engine.ask(_facts, SYSTEM, what=simulated.states)
        mine = set(self.starts.made)
        return dict(sorted(Counter(s for case, s in found if case in mine).items()))

    def finish(self, report: Report, wish: Wish) -> None:
        """Fill in what the campaign came to."""
        engine, campaign = self.campaign.engine, self.campaign
        report.until = f"{self.staff.local(engine.clock.now()):%Y-%m-%d}"
        report.states = self._states()
        report.refused = campaign.refused
        self._check(wish)
        name = wish.bundle.application
        report.years = [yearly.of_year(engine, name, year) for year in wish.years]
        report.metrics = report.years[-1]["metrics"]
        report.overdue = engine.ask(_late, SYSTEM)
        report.cases = engine.ask(_facts, SYSTEM, what=simulated.cases_by_process)
        report.incidents = engine.ask(_facts, SYSTEM, what=simulated.open_incidents)
        report.steps = campaign.steps
        cpu, wall = self.watch.cpu(), self.watch.wall()
        rate = campaign.steps / wall if wall else 0.0
        report.timing = {
            "cpu_s": round(cpu, 2),
            "wall_s": round(wall, 2),
            "steps_per_second": round(rate, 1),
        }

    def _check(self, wish: Wish) -> None:
        """Refuse a report that would not be of N cases."""
        if len(self.starts.made) == wish.problems:
            return
        told = [f"{one['what']}：{one['text']}" for one in self.campaign.refused]
        raise Conflict(
            f"应登记 {wish.problems} 件，只登记了 {len(self.starts.made)} 件。"
            + "；".join(told[:_MOST_TOLD])
        )


def _facts(view: View, *, what: Callable[..., Any]) -> Any:
    return what(view.connection)


def _late(view: View) -> dict[str, Any]:
    return simulated.overdue(view.connection, view.now)


def tell(report: Report, say: Say) -> None:
    """Tell the report to people: phases, final states, figures, what was late."""
    span = "、".join(str(one["year"]) for one in report.years)
    say(f"{report.application} {span} 年，{report.problems} 件，种子 {report.seed}：")
    for phase in report.phases:
        say(f"  {phase['until']} {phase['title']}结束：{_words(phase['states'])}")
    say(f"  {report.until} 结束时：{_words(report.states)}")
    for year in report.years:
        yearly.tell(year, say)
    late = report.overdue
    say(f"  逾期：未办结 {late['open']} 项，逾期办结 {late['finished_late']} 项")
    say(f"  未解决的异常 {report.incidents} 个，被系统拒绝的操作 {len(report.refused)} 次")
    for one in report.refused[:_MOST_TOLD]:
        say(f"    {one['what']}：{one['text']}")
    timing = report.timing
    say(f"  共 {report.steps} 步，CPU {timing['cpu_s']} 秒，历时 {timing['wall_s']} 秒，"
        f"每秒 {timing['steps_per_second']} 步")


def _words(states: Mapping[str, int]) -> str:
    return "、".join(f"{state or '（无）'} {count}" for state, count in states.items()) or "无"


