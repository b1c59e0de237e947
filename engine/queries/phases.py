"""The phases of a year as windows, and where the moment stands among them."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from engine.campaigns import known_years
from engine.context import View
from engine.library.campaign import usual
from engine.queries import deployed
from engine.rules.calendar import local_day


@dataclass(frozen=True, slots=True)
class Phase:
    """One window of the year; SHARE_FROM and SHARE_TO are its ends as shares of the year."""

    key: str
    title: str
    first_on: date
    last_on: date
    standing: Literal["past", "current", "future"]
    requirement: str
    basis: str
    share_from: float
    share_to: float


@dataclass(frozen=True, slots=True)
class YearStrip:
    """The windows of one year of an application; several may overlap."""

    application: str
    title: str
    year: int
    today: date
    today_share: float | None
    phases: tuple[Phase, ...]


def year_strip(view: View, *, application: str, year: int | None = None) -> YearStrip:
    """Give the phases of YEAR (None: the present one) of the newest version."""
    version = deployed.latest(view, application)
    today = local_day(view.now, version.zone)
    chosen = year or today.year
    laid = known_years(view.connection, version.application)[0].get(chosen)
    windows = laid.windows if laid else usual(version.application.phases, chosen)
    phases = []
    for row in version.application.phases:
        first, last = windows[str(row["key"])]
        phases.append(
            Phase(
                key=str(row["key"]),
                title=str(row["title"]),
                first_on=first,
                last_on=last,
                standing=_standing(first, last, today),
                requirement=str(row.get("requirement") or ""),
                basis=str(row.get("basis") or ""),
                share_from=_share(first, 0),
                share_to=_share(last, 1),
            )
        )
    return YearStrip(
        application=application,
        title=version.application.title,
        year=chosen,
        today=today,
        today_share=_share(today, 0) if today.year == chosen else None,
        phases=tuple(phases),
    )


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _standing(first: date, last: date, today: date) -> Literal["past", "current", "future"]:
    if last < today:
        return "past"
    return "current" if first <= today else "future"


def _share(day: date, after: int) -> float:
    """Give how much of its year has passed when DAY begins, or ends with AFTER 1."""
    length = 366 if _leap(day.year) else 365
    return round((day.timetuple().tm_yday - 1 + after) / length, 4)
