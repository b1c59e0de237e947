"""`shouhu simulate`: one year of an application, N cases, the same report for the same seed."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

import orjson

from engine.base.actor import SYSTEM
from engine.base.clock import FakeClock, Stopwatch, shanghai
from engine.base.errors import Conflict
from engine.context import View
from engine.engine import Engine
from engine.library.bundle import Bundle
from engine.library.entries import phase_days
from engine.queries import metrics
from engine.simulation import script
from engine.simulation.campaign import Campaign
from engine.simulation.staff import Staff
from engine.simulation.starts import Starts
from engine.store import codec, simulated
from engine.worker import Worker

PASSWORD = "!"  # noqa: S105 -- no hash at all: nobody can sign in as simulated staff
_MOST_TOLD = 20  # refusals told one by one

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be simulated."""

    bundle: Bundle
    year: int
    problems: int
    seed: str


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
    staff = Staff(engine, name, told, wish.year, f"{wish.seed}/{wish.year}")
    clock.set(shanghai(f"{wish.year}-01-01 00:00"))
    staff.settle(wish.bundle, PASSWORD)
    campaign = Campaign(engine, Worker(engine), clock, {name: staff})
    starts = Starts(campaign, staff)
    for series in told.series:
        starts.series(series, wish.problems)
    running = _Running(campaign, staff, starts, watch, say)
    report = Report(name, wish.year, wish.seed, wish.problems, "")
    running.months(wish.year, _moment(staff, told.end), report)
    running.finish(report, wish)
    return report


def _moment(staff: Staff, text: str) -> datetime:
    """Give the end of the day TEXT of the campaign."""
    day = staff.dice("", "", {}).day_of(text)
    return shanghai(f"{day} 23:59")


@dataclass
class _Running:
    """A campaign on its way, and what is reported of it."""

    campaign: Campaign
    staff: Staff
    starts: Starts
    watch: Stopwatch
    say: Say

    def months(self, year: int, end: datetime, report: Report) -> None:
        """Go on month by month and phase by phase, telling how far it is."""
        zone = self.staff.local(end).tzinfo
        stops: dict[datetime, str] = {end: ""}
        for month in range(1, 13):
            first = datetime.combine(
                phase_days({"from": f"{month:02}-01", "to": f"{month:02}-28"}, year)[0],
                time(0),
                zone,
            )
            stops.setdefault(first, "")
        for phase in self.staff.deployed.application.phases:
            last = phase_days(phase, year)[1]
            stops[datetime.combine(last, time(23, 59), zone)] = str(phase["title"])
        for moment in sorted(stops):
            if moment > end:
                break
            self.campaign.run(moment)
            self._tell(moment)
            if stops[moment]:
                report.phases.append(self._phase(stops[moment], moment))

    def _tell(self, moment: datetime) -> None:
        spent = self.watch.wall()
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
        board = engine.ask(
            metrics.board, SYSTEM, application=wish.bundle.application, year=wish.year
        )
        report.metrics = {one.id: _metric(one) for one in board}
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


def _metric(one: metrics.Metric) -> dict[str, Any]:
    """Give a figure for the file: the frozen one where there is one."""
    figure = one.frozen or one.live
    return {**figure.as_dict(), "frozen": one.frozen is not None, "now": one.live.shown}


def _facts(view: View, *, what: Callable[..., Any]) -> Any:
    return what(view.connection)


def _late(view: View) -> dict[str, Any]:
    return simulated.overdue(view.connection, view.now)


def tell(report: Report, say: Say) -> None:
    """Tell the report to people: phases, final states, figures, what was late."""
    say(f"{report.application} {report.year} 年，{report.problems} 件，种子 {report.seed}：")
    for phase in report.phases:
        say(f"  {phase['until']} {phase['title']}结束：{_words(phase['states'])}")
    say(f"  {report.until} 结束时：{_words(report.states)}")
    for name, figure in report.metrics.items():
        verdict = f"，{figure['state']}" if figure["state"] else ""
        parts = "" if figure["numerator"] is None else f"{figure['numerator']} ÷ "
        say(f"  {name} {figure['title']}：{figure['shown']}"
            f"（{parts}{figure['denominator']}）{verdict}")
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


