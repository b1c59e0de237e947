"""The years of a campaign as the scheduler reads them: windows, limits, where each stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, cast

from engine.base.errors import NotFound
from engine.campaigns import known_years
from engine.context import View
from engine.library import campaign
from engine.library.campaign import CampaignYear
from engine.queries import deployed
from engine.rules.calendar import WorkingCalendar, local_day
from engine.store import campaigns, records, visible
from engine.versions import Deployed

KINDS = ("CopyYear", "ChangeYear", "RemoveYear", "StartYear")
MOST_CHANGES = 50
Standing = Literal["draft", "waiting", "idle", "running", "completed", "over"]


@dataclass(frozen=True, slots=True)
class Window:
    """A phase of the year."""

    key: str
    title: str
    first_on: date
    last_on: date


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit that is a day of the year; OWN: laid down for it instead of the due table."""

    key: str
    title: str
    day: date
    own: bool


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """One year. STANDING: draft; waiting for its 1 January; idle: let go, no case yet;
    running; completed; over without a case.
    """

    year: int
    state: str
    standing: Standing
    source: int | None
    by: str
    case_id: int | None
    started_on: date | None
    has_days: bool
    changeable: bool
    windows: tuple[Window, ...]
    limits: tuple[Limit, ...]


@dataclass(frozen=True, slots=True)
class Campaign:
    """The years of an application's campaign; VERSION of what people laid down."""

    application: str
    title: str
    process: str
    version: int
    next_year: int
    years: tuple[CampaignRow, ...]
    guidance: str = ""  # what the campaign is for, in the words of its plan


@dataclass(frozen=True, slots=True)
class Change:
    """One act on the years: who, when, what."""

    at: Any
    by: str
    kind: str
    year: int
    old: Mapping[str, Any] | None
    new: Mapping[str, Any] | None


def campaign_years(view: View, *, application: str) -> Campaign:
    """Give the years of an application's campaign, in order."""
    visible.require_operations(view.actor)
    version = deployed.latest(view, application)
    app = version.application
    if not app.campaign:
        raise NotFound(f"应用“{app.title}”没有年度日历（campaign）。")
    years, number = known_years(view.connection, app)
    process = str(app.campaign["process"])
    cases = campaigns.of_years(view.connection, process, list(years))
    today = local_day(view.now, version.zone)
    rows = [_row(version, one, cases.get(one.year), today) for one in years.values()]
    following = max([*years, today.year]) + 1
    title = str(app.campaign["title"])
    guidance = str(app.campaign.get("guidance") or "")
    return Campaign(app.key, title, process, number, following, tuple(rows), guidance)


def changes(view: View, *, application: str) -> tuple[Change, ...]:
    """Give the acts on the years, newest first."""
    visible.require_operations(view.actor)
    found = records.newest_audit(view.connection, KINDS, MOST_CHANGES)
    return tuple(
        Change(row["at"], told["by"], row["kind"], told["year"], told["from"], told["to"])
        for row in found
        if (told := row["detail"])["application"] == application
    )


def _row(
    version: Deployed, one: CampaignYear, case: Mapping[str, Any] | None, today: date
) -> CampaignRow:
    app = version.application
    limits = campaign.fixed_limits(app.deadlines, one.year)
    titles = {str(row["key"]): str(row["title"]) for row in app.phases}
    days = cast(WorkingCalendar, version.calendars[app.calendar]).published(one.year)
    return CampaignRow(
        year=one.year,
        state=one.state,
        standing=_standing(one, case, today),
        source=one.source,
        by=one.by,
        case_id=case["id"] if case else None,
        started_on=local_day(case["started_at"], version.zone) if case else None,
        has_days=days,
        changeable=case is None and one.year >= today.year,
        windows=tuple(
            Window(key, titles[key], *one.windows[key]) for key in titles if key in one.windows
        ),
        limits=tuple(
            Limit(key, str(app.deadlines[key]["title"]), own or day, own is not None)
            for key, day in limits.items()
            for own in (one.limits.get(key),)
        ),
    )


def _standing(one: CampaignYear, case: Mapping[str, Any] | None, today: date) -> Standing:
    if case is not None:
        return "completed" if case["status"] == "completed" else "running"
    if one.state == "draft":
        return "draft"
    if one.year > today.year:
        return "waiting"
    return "idle" if one.year == today.year else "over"
