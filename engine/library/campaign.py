"""The years of a campaign: what the application declares, and the rules a year must keep."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from engine.base.values import Value
from engine.library.entries import phase_days
from engine.library.reading import MONTH_DAY, Reader

REGISTER = "campaign"  # FEEL reads register("campaign", string(year))
TEXTS = ("settles", "yearVariable", "guidance", "requirement")
KEYS = frozenset(("title", "process", *TEXTS, "years", "overlaps", "note"))
State = Literal["declared", "draft", "ready"]
Window = tuple[date, date]
Wrong = tuple[str, str]  # a field and what is wrong with it


@dataclass(frozen=True, slots=True)
class CampaignYear:
    """One year: the WINDOWS of its phases, and LIMITS that differ from the due table.

    STATE: "declared" by the application, "draft" (nothing starts), "ready" (let go). SOURCE
    is the year it was copied from.
    """

    year: int
    windows: Mapping[str, Window]
    limits: Mapping[str, date] = field(default_factory=dict)
    state: State = "declared"
    source: int | None = None
    by: str = ""

    @property
    def runs(self) -> bool:
        """Tell whether its cases may start."""
        return self.state != "draft"

    def row(self) -> dict[str, Value]:
        """Give the row FEEL sees: <last part of a phase's key>_from and _to, year, runs."""
        named: dict[str, Value] = {"year": self.year, "runs": self.runs}
        for key, (first, last) in self.windows.items():
            short = key.rsplit(".", 1)[-1]
            named |= {f"{short}_from": first, f"{short}_to": last}
        return {**named, "limits": dict(self.limits)}


def read_campaign(
    data: Mapping[str, Any], phases: Sequence[Any], reader: Reader
) -> Mapping[str, Any]:
    """Read the section `campaign` of application.yaml; {} without one."""
    found = reader.may(data, "campaign", dict) or {}
    if not found:
        return {}
    reader.known(found, KEYS, "campaign")
    for name in ("title", "process"):
        reader.need(found, name, str, "campaign")
    for name in TEXTS:
        reader.may(found, name, str, "campaign")
    for year in reader.may(found, "years", list, "campaign") or ():
        if not isinstance(year, int) or not 1900 <= year <= 2999:
            reader.report("campaign.years", f"“{year}”不是年度", "写成 [2024, 2025]")
    known = {str(row.get("key")) for row in phases}
    for pair in reader.may(found, "overlaps", list, "campaign") or ():
        if not isinstance(pair, list) or len(pair) != 2 or not set(pair) <= known:
            text = "每项是 phases 中两个阶段的 key"
            reader.report("campaign.overlaps", text, "写成 [[甲, 乙]]")
    return found


def declared(
    campaign: Mapping[str, Any], phases: Sequence[Mapping[str, Any]]
) -> dict[int, CampaignYear]:
    """Give the years the application itself declares."""
    return {year: CampaignYear(year, usual(phases, year)) for year in campaign.get("years", ())}


def usual(phases: Sequence[Mapping[str, Any]], year: int) -> dict[str, Window]:
    """Give the windows of YEAR as the phases say them."""
    return {str(row["key"]): phase_days(row, year) for row in phases}


def moved(day: date, year: int) -> date:
    """Give DAY in another YEAR; 29 February becomes the 28th."""
    last = 28 if (day.month, day.day) == (2, 29) else day.day
    return day.replace(year=year, day=last)


def copied(source: CampaignYear, year: int, by: str) -> CampaignYear:
    """Give a draft of YEAR with the windows and limits of SOURCE."""
    ahead = year - source.year
    windows = {
        key: (moved(first, first.year + ahead), moved(last, last.year + ahead))
        for key, (first, last) in source.windows.items()
    }
    limits = {key: moved(day, day.year + ahead) for key, day in source.limits.items()}
    return CampaignYear(year, windows, limits, "draft", source.year, by)


def fixed_limits(deadlines: Mapping[str, Mapping[str, Any]], year: int) -> dict[str, date]:
    """Give the limits of the due table that are a day of the year, for YEAR."""
    found = {}
    for key, rule in deadlines.items():
        text = str(rule.get("date") or "")
        if MONTH_DAY.fullmatch(text):
            day = phase_days({"from": text, "to": text}, year)[0]
            found[key] = moved(day, year + int(rule.get("year") or 0))
    return found


def wrong_with(
    one: CampaignYear,
    phases: Sequence[Mapping[str, Any]],
    overlaps: Sequence[Sequence[str]],
    limits: Mapping[str, date],
) -> list[Wrong]:
    """Say what is wrong with a year; LIMITS are the usual ones of the due table for it."""
    titles = {str(row["key"]): str(row["title"]) for row in phases}
    found: list[Wrong] = [
        (key, f"没有阶段“{key}”。") for key in one.windows if key not in titles
    ]
    missing = [key for key in titles if key not in one.windows]
    found += [(key, f"“{titles[key]}”没有起止日期。") for key in missing]
    rows = [(key, *one.windows[key]) for key in titles if key in one.windows]
    for key, first, last in rows:
        if last < first:
            found.append((key, f"“{titles[key]}”的结束日期早于开始日期。"))
        if {first.year, last.year} != {one.year}:
            found.append((key, f"“{titles[key]}”的起止日期应在 {one.year} 年内。"))
    allowed = [frozenset(pair) for pair in overlaps]
    for number, (key, first, last) in enumerate(rows):
        for other, begins, ends in rows[number + 1 :]:
            if begins < first:
                text = f"“{titles[other]}”不能早于“{titles[key]}”开始。"
                found.append((other, text))
            elif max(first, begins) <= min(last, ends) and {key, other} not in allowed:
                text = f"“{titles[key]}”与“{titles[other]}”的时间重叠，本专项行动不允许。"
                found.append((other, text))
    return found + _wrong_limits(one, limits)


def _wrong_limits(one: CampaignYear, limits: Mapping[str, date]) -> list[Wrong]:
    found: list[Wrong] = []
    for key, day in one.limits.items():
        if key not in limits:
            found.append((key, f"时限“{key}”不是当年固定日期的时限。"))
        elif day.year != limits[key].year:
            found.append((key, f"时限“{key}”应在 {limits[key].year} 年内。"))
    return found
