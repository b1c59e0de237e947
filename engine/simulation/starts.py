"""The cases staff start: fixed ones of a demo, and series drawn for a campaign."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.base.clock import shanghai
from engine.base.values import Value
from engine.simulation.campaign import Campaign
from engine.simulation.dice import Dice
from engine.simulation.script import Series
from engine.simulation.staff import Staff


@dataclass
class Starts:
    """Plans the starts of one application's cases in a campaign."""

    campaign: Campaign
    staff: Staff
    made: list[int] = field(default_factory=list)  # cases of the counted process

    def fixed(self, case: Mapping[str, Any]) -> None:
        """Plan one case as its file tells it."""
        at, unit = shanghai(str(case["at"]).replace("T", " ")), str(case["unit"])
        dice = self.staff.dice(f"{case['at']}/{unit}", unit, {})

        def do() -> None:
            data = {key: dice.draw(value) for key, value in (case.get("data") or {}).items()}
            made = self._start(case["process"], unit, data, str(case.get("until") or ""))
            if made is not None and case.get("outcomes"):
                self.campaign.choices[made] = case["outcomes"]

        self.campaign.plan(at, do)

    def series(self, series: Series, problems: int, year: int = 0) -> None:
        """Plan the cases of SERIES in YEAR (0: the first); PROBLEMS is how many of them."""
        for unit in self._units(series):
            for turn in range(self._turns(series, problems)):
                self._one(series, turn, unit, year or self.staff.year)

    def _units(self, series: Series) -> list[str]:
        wanted = series.each
        if not wanted:
            return [series.unit]
        return [
            row["code"]
            for row in self.staff.units
            if wanted["role"] in row["roles"] and row["level"] == wanted["level"]
        ]

    def _turns(self, series: Series, problems: int) -> int:
        if series.count == "problems":
            return problems
        return int(series.count) if series.count is not None else max(1, len(series.days))

    def _one(self, series: Series, turn: int, unit: str, year: int) -> None:
        occasion = f"start/{series.process}/{unit}/{turn}"
        if year != self.staff.year:
            occasion += f"/{year}"
        dice = self.staff.dice(occasion, "", {"nth": turn + 1, "year": year})
        if series.when:
            weights = [float(one.get("weight", 1)) for one in series.when]
            window = dice.random.choices(series.when, weights)[0]
            day = dice.day({"day": [window["from"], window["to"]]})
        else:
            day = dice.day_of(series.days[turn])
        at = self.staff.office_hour(day, dice)
        self.campaign.plan(at, lambda: self._draw(series, unit, dice))

    def _draw(self, series: Series, unit: str, dice: Dice) -> None:
        """Draw unit and data of one case, and start it."""
        staff = self.staff
        dice.moment = staff.moment()
        dice.scope["the_day"] = staff.local(staff.engine.clock.now()).date()
        for key, value in series.draws.items():
            dice.scope[key] = dice.draw(value)
        who = str(dice.draw(unit))
        region: Value = next((row["region"] for row in staff.units if row["code"] == who), "")
        dice.scope |= {"unit": who, "region": region}
        dice.upload = lambda code: staff.upload(code, staff.actor(who))
        if staff.wanted(series.needs, who, dice):
            data = {key: dice.draw(value) for key, value in series.data.items()}
            self._start(series.process, who, data, series.until)

    def _start(
        self, process: str, unit: str, data: Mapping[str, Value], until: str
    ) -> int | None:
        start = self.campaign.attempt
        made = start(process, lambda: self.staff.start(process, unit, data))
        if made is None:
            return None
        if until:
            self.campaign.stops[made.instance_id] = until
        if process == self.staff.script.problems:
            self.made.append(made.instance_id)
        return int(made.instance_id)
