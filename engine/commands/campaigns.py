"""The years of a campaign: copied from another, changed, let go and started, all on record."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import cast
from zoneinfo import ZoneInfo

from engine.base.errors import (
    Conflict,
    InvalidForm,
    InvalidRequest,
    NotFound,
    StaleDocument,
    VersionMissing,
)
from engine.campaigns import PREFIX, as_json, known_years
from engine.commands import starting
from engine.commands.results import CampaignChanged
from engine.commands.starting import Beginning
from engine.context import Context
from engine.library import campaign
from engine.library.campaign import CampaignYear
from engine.rules.calendar import WorkingCalendar
from engine.rules.permissions import may
from engine.store import campaigns, cases, definitions, jobs, records
from engine.versions import Deployed

AHEAD = range(2000, 2101)  # the span of years people may lay down


@dataclass(frozen=True, slots=True)
class CopyYear:
    """Lay down YEAR of an application's campaign as a draft: the windows of SOURCE, moved.

    IF_MATCH is the version of the years as read (0: nothing laid down yet). Answers
    CampaignChanged.
    """

    application: str
    source: int
    year: int
    if_match: int | None = None

    def run(self, ctx: Context) -> CampaignChanged:
        """Refuse a year that is there already; write the copy."""
        held = _Held.of(ctx, self.application, self.if_match)
        source = held.year(self.source)
        if self.year not in AHEAD:
            raise _wrong([("year", f"年度应在 {AHEAD[0]} 至 {AHEAD[-1]} 之间。")])
        if self.year in held.years:
            text = f"{self.year} 年已在年度日历中，不能重复建立。"
            raise Conflict(text, code="year-exists")
        return held.write(campaign.copied(source, self.year, ctx.actor.name), type(self))


@dataclass(frozen=True, slots=True)
class ChangeYear:
    """Change WINDOWS {phase key: [from, to]} and LIMITS {due key: day} of a year to come.

    What is not named stays; a limit of None falls back to the due table. A year that has
    started is refused. Answers CampaignChanged.
    """

    application: str
    year: int
    windows: Mapping[str, tuple[date, date]] = field(default_factory=dict)
    limits: Mapping[str, date | None] = field(default_factory=dict)
    if_match: int | None = None

    def run(self, ctx: Context) -> CampaignChanged:
        """Check the year as it would be, then write it."""
        held = _Held.of(ctx, self.application, self.if_match)
        one = held.year(self.year)
        held.not_started(one)
        limits = {**one.limits, **self.limits}
        kept = {key: day for key, day in limits.items() if day is not None}
        made = replace(one, windows={**one.windows, **self.windows}, limits=kept)
        held.check(made)
        return held.write(replace(made, by=ctx.actor.name), type(self))


@dataclass(frozen=True, slots=True)
class RemoveYear:
    """Take a draft back. Answers CampaignChanged."""

    application: str
    year: int
    if_match: int | None = None

    def run(self, ctx: Context) -> CampaignChanged:
        """Refuse any year that is not a draft."""
        held = _Held.of(ctx, self.application, self.if_match)
        if held.year(self.year).state != "draft":
            raise Conflict(f"{self.year} 年不是草稿，不能删除。", code="year-started")
        return held.write(None, type(self), self.year)


@dataclass(frozen=True, slots=True)
class StartYear:
    """Let a year go: its case starts at the beginning of the year, now when that is past.

    Refused: a year let go or started before, a wrong one, one without working days, one
    that is over. Answers CampaignChanged with the id of the case, None when it is to come.
    """

    application: str
    year: int
    if_match: int | None = None

    def run(self, ctx: Context) -> CampaignChanged:
        """Check, mark, start."""
        held = _Held.of(ctx, self.application, self.if_match)
        one = held.year(self.year)
        held.not_started(one)
        now = held.this_year
        if one.state == "ready" or (one.runs and one.year > now):
            text = f"{one.year} 年已启用，将在 {one.year}-01-01 启动，不能重复启动。"
            raise Conflict(text, code="year-started")
        if one.year < now:
            raise Conflict(f"{one.year} 年已过，不能再启动。", code="year-over")
        held.check(one)
        held.check_days(one)
        made = replace(one, state="ready", by=ctx.actor.name)
        answer = held.write(made, type(self))
        case = held.start(one) if one.year == now else None
        return replace(answer, case_id=case)


@dataclass(eq=False)
class _Held:
    """The years of one application, held by the only one who writes them now."""

    ctx: Context
    version: Deployed
    years: dict[int, CampaignYear]
    number: int

    @classmethod
    def of(cls, ctx: Context, application: str, if_match: int | None) -> "_Held":
        may(ctx.actor, "campaign")
        cases.take_numbers(ctx.conn, "campaign")
        newest = definitions.latest_bundles(ctx.conn)
        found = next((row for row in newest if row["application"] == application), None)
        if found is None:
            raise NotFound(f"没有应用“{application[:40]}”。")
        version = ctx.runtimes.version(ctx.conn, found["id"], application)
        if not version.application.campaign:
            raise NotFound(f"应用“{version.application.title}”没有年度日历（campaign）。")
        years, number = known_years(ctx.conn, version.application)
        if if_match is None:
            raise VersionMissing
        if if_match != number:
            raise StaleDocument(currentVersion=number)
        return cls(ctx, version, years, number)

    @property
    def process(self) -> str:
        return str(self.version.application.campaign["process"])

    @property
    def this_year(self) -> int:
        return self.ctx.now.astimezone(ZoneInfo(self.version.zone)).year

    def year(self, year: int) -> CampaignYear:
        if year not in self.years:
            raise NotFound(f"年度日历中没有 {year} 年，请先从上一年复制。")
        return self.years[year]

    def not_started(self, one: CampaignYear) -> None:
        case = campaigns.of_years(self.ctx.conn, self.process, [one.year]).get(one.year)
        if case is not None:
            day = self._local(case["started_at"])
            text = f"{one.year} 年已于 {day} 启动，不能重复启动或改动。"
            raise Conflict(text, code="year-started")

    def _local(self, moment: datetime) -> date:
        return moment.astimezone(ZoneInfo(self.version.zone)).date()

    def check(self, one: CampaignYear) -> None:
        app = self.version.application
        limits = campaign.fixed_limits(app.deadlines, one.year)
        overlaps = app.campaign.get("overlaps") or ()
        found = campaign.wrong_with(one, app.phases, overlaps, limits)
        if found:
            raise _wrong(found)

    def check_days(self, one: CampaignYear) -> None:
        name = self.version.application.calendar
        known = cast(WorkingCalendar, self.version.calendars[name])
        if not known.published(one.year):
            text = f"缺少 {one.year} 年的工作日数据，请先在“工作日历”中录入整年再启动。"
            raise Conflict(text, code="calendar_missing")

    def write(
        self, one: CampaignYear | None, act: type[object], gone: int = 0
    ) -> CampaignChanged:
        stored, _ = records.read_versioned(self.ctx.conn, PREFIX + self.version.application.key)
        entries = dict(stored or {})
        year = gone or (one.year if one else 0)
        before = entries.pop(str(year), None)
        if one is not None:
            entries[str(year)] = as_json(one)
        name = self.version.application.key
        version = records.write_setting(self.ctx.conn, PREFIX + name, entries)
        detail = {
            "application": name,
            "year": year,
            "by": self.ctx.actor.name,
            "from": before,
            "to": entries.get(str(year)),
        }
        ctx = self.ctx
        records.add_audit(ctx.conn, ctx.now, ctx.actor.person, act.__name__, detail)
        return CampaignChanged(version=version, year=year)

    def start(self, one: CampaignYear) -> int | None:
        """Start the case of this year, unless the machine is just about to."""
        ctx, name = self.ctx, self.version.application.key
        timers = jobs.start_timers(ctx.conn, name)
        mine = [row for row in timers if row["payload"]["key"] == self.process]
        if any(row["due_at"] <= ctx.now for row in mine):
            return None
        self.not_started(one)  # again: the machine's timer may have done it just before
        if not mine:
            raise InvalidRequest(f"流程“{self.process}”没有定时启动，不能按年度启动。")
        begin = Beginning(node=mine[0]["payload"]["node"], how="Started")
        definition = starting.latest(ctx, self.process)
        return starting.start_cases(ctx, definition, [begin])[0].instance_id


def may_begin(ctx: Context, deployed: Deployed, process: str) -> bool:
    """Tell whether a start timer of PROCESS may start a case now.

    The yearly process of a campaign starts only in a year that runs, and once.
    """
    if deployed.application.campaign.get("process") != process:
        return True
    year = ctx.now.astimezone(ZoneInfo(deployed.zone)).year
    one = known_years(ctx.conn, deployed.application)[0].get(year)
    if one is None or not one.runs:
        return False
    return year not in campaigns.of_years(ctx.conn, process, [year])


def _wrong(found: list[campaign.Wrong]) -> InvalidForm:
    errors = [{"field": key, "code": "campaign", "detail": text} for key, text in found]
    return InvalidForm(errors, "年度日历有不符合规则的地方，没有保存。")
