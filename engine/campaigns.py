"""The years of a campaign as they stand: the application's own, then what people laid down."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from engine.base.values import Value
from engine.library import campaign
from engine.library.application import Application
from engine.library.campaign import CampaignYear
from engine.store import records
from engine.store.rows import Conn

PREFIX = "campaign:"  # setting campaign:<application> holds what people laid down


def known_years(conn: Conn, application: Application) -> tuple[dict[int, CampaignYear], int]:
    """Give the years of APPLICATION by number, and the version of what people laid down."""
    found = campaign.declared(application.campaign, application.phases)
    name = PREFIX + application.key
    if not records.setting_version(conn, name):  # as nearly always: asked once a transaction
        return {year: found[year] for year in sorted(found)}, 0
    stored, version = records.read_versioned(conn, name)
    if version:
        found |= {int(year): _read(int(year), entry) for year, entry in stored.items()}
    return {year: found[year] for year in sorted(found)}, version


def _read(year: int, entry: Mapping[str, Any]) -> CampaignYear:
    day = date.fromisoformat
    return CampaignYear(
        year,
        {key: (day(first), day(last)) for key, (first, last) in entry["windows"].items()},
        {key: day(text) for key, text in entry["limits"].items()},
        entry["state"],
        entry["source"],
        entry["by"],
    )


def as_json(one: CampaignYear) -> dict[str, Any]:
    """Give the JSON of one year in the setting."""
    return {
        "windows": {key: [str(a), str(b)] for key, (a, b) in one.windows.items()},
        "limits": {key: str(day) for key, day in one.limits.items()},
        "state": one.state,
        "source": one.source,
        "by": one.by,
    }


@dataclass(eq=False)
class LiveYears:
    """The years within one transaction, read when first asked for."""

    conn: Conn
    application: Application
    known: dict[int, CampaignYear] | None = field(default=None)

    def __call__(self, code: str) -> Mapping[str, Value] | None:
        """Give the row of year CODE for FEEL, None for a year nobody laid down."""
        if self.known is None:
            self.known = known_years(self.conn, self.application)[0]
        one = self.known.get(int(code)) if code.isdecimal() else None
        return None if one is None else one.row()
