"""What an application tells of its simulated staff: the cases they start, how they act.

processes/<application>/demo/cases.json, tasks.json       the demo data
processes/<application>/simulation/campaign.yaml          a campaign of N cases
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.base.errors import NotFound
from engine.library.yaml_text import read_yaml

CAMPAIGN = "simulation/campaign.yaml"
DAYS = 2  # how long simulated staff take when the application does not say


@dataclass(frozen=True, slots=True)
class Habit:
    """How staff act on one element.

    DAYS after it opened (a number, or from … to); with probability LATE, LATE_DAYS after its
    due day; with probability NEVER not at all; not before the day AFTER, and not beyond the
    day UNTIL. What is not done in its year is done between the days of LATER in the next one,
    when the campaign has a next one. OUTCOMES by weight, none: the primary one. OPINION
    and DATA may differ by outcome: a map under "by outcome".
    PAGE: start from what the page of the task offers.
    """

    days: Any = DAYS
    late: Any = 0
    late_days: Any = (1, 15)
    never: Any = 0
    after: str = ""
    until: str = ""
    later: Any = ("02-10", "11-20")
    outcomes: Mapping[str, Any] = field(default_factory=dict)
    opinion: Any = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    page: tuple[str, ...] = ()  # fields taken over from the page

    def of_outcome(self, told: Any, outcome: str | None) -> Any:
        """Give what TOLD says for OUTCOME: its own entry under "by outcome", else TOLD."""
        if isinstance(told, Mapping) and "by outcome" in told:
            return told["by outcome"].get(outcome, told.get("else", {}))
        return told


@dataclass(frozen=True, slots=True)
class Series:
    """Cases of one PROCESS that staff start.

    COUNT: a number, "problems" (N of the command line) or one per entry of DAYS. UNIT is the
    unit code or FEEL; EACH {"role", "level"}: one case per such unit. DRAWS are made in
    order before DATA. NEEDS {"ledger", "where": {column: value}}: only when rows are there.
    """

    process: str
    count: Any = None
    when: tuple[Mapping[str, Any], ...] = ()  # {"from", "to", "weight"}
    days: tuple[str, ...] = ()
    unit: str = ""
    each: Mapping[str, str] = field(default_factory=dict)
    draws: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)
    needs: Mapping[str, Any] = field(default_factory=dict)
    until: str = ""  # element at which nobody acts any more


@dataclass
class Script:
    """Everything told: series of cases, habits by element, fixed cases of a demo."""

    habits: dict[str, Habit] = field(default_factory=dict)
    series: list[Series] = field(default_factory=list)
    cases: list[Mapping[str, Any]] = field(default_factory=list)
    begin: str = "01-01"
    end: str = "12-31"
    problems: str = ""  # key of the process whose cases are counted

    def habit(self, node: str) -> Habit:
        """Give how staff act on NODE."""
        return self.habits.get(node) or Habit()


def demo(files: Mapping[str, bytes]) -> Script:
    """Read the demo of an application; an empty script when it has none."""
    script = Script()
    if "demo/cases.json" in files:
        script.cases.extend(json.loads(files["demo/cases.json"]))
    if "demo/tasks.json" in files:
        told = json.loads(files["demo/tasks.json"])
        script.habits.update({node: _demo_habit(entry) for node, entry in told.items()})
    return script


def _demo_habit(entry: Mapping[str, Any]) -> Habit:
    outcome = entry.get("outcome")
    return Habit(
        days=entry.get("days", DAYS),
        after=str(entry.get("after", "")),
        outcomes={outcome: 1} if outcome else {},
        opinion=entry.get("opinion", ""),
        data=entry.get("data") or {},
    )


def campaign(files: Mapping[str, bytes], application: str) -> Script:
    """Read the campaign of an application."""
    if CAMPAIGN not in files:
        raise NotFound(
            f"应用“{application}”没有模拟脚本：请加入 processes/{application}/{CAMPAIGN}。"
        )
    told = read_yaml(files[CAMPAIGN])
    return Script(
        habits={node: _habit(entry or {}) for node, entry in (told.get("tasks") or {}).items()},
        series=[_series(entry) for entry in told.get("cases") or ()],
        begin=str(told.get("begin", "01-01")),
        end=str(told.get("end", "12-31")),
        problems=str(told["problems"]),
    )


def _habit(entry: Mapping[str, Any]) -> Habit:
    plain = {str(key).replace(" ", "_"): value for key, value in entry.items()}
    plain["page"] = _texts(plain.get("page"))
    return Habit(**plain)


def _series(entry: Mapping[str, Any]) -> Series:
    plain = dict(entry)
    for key in ("days", "when"):
        plain[key] = tuple(plain.get(key) or ())
    return Series(**plain)


def _texts(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(map(str, _sequence(value)))


def _sequence(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else [value]
