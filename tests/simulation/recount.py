"""An independent count of a year's figures: plain JSON of the history, no engine."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Problem:
    """What the history of one case says up to a moment."""

    state: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


def retell(lines: Iterable[Mapping[str, Any]], before: Any) -> dict[int, Problem]:
    """Read the LINES before the moment BEFORE, case by case."""
    found: dict[int, Problem] = {}
    for line in lines:
        if line["at"] >= before:
            continue
        problem = found.setdefault(line["root_id"], Problem())
        detail = json.loads(line["detail"])
        if line["kind"] == "NodeEntered" and "state" in detail:
            problem.state = detail["state"]
        if line["kind"] == "VariablesWritten":
            problem.facts.update(detail["patch"])
    return found


def figures(problems: Iterable[Problem], year: int) -> dict[str, tuple[int, int]]:
    """Give numerator and denominator of M-1, M-2 and M-3 of YEAR."""
    due = [
        one
        for one in problems
        if one.facts.get("listed_on")
        and one.state != "剔除"
        and not one.facts.get("excluded")
        and one.facts.get("year") == year
        and not _later(one, year)
    ]
    completed = [one for one in due if one.facts.get("completed_on")]
    closed = [one for one in due if one.facts.get("closed_on")]
    filed = [
        one for one in closed if one.facts.get("filed_lf_on") and one.facts.get("filed_eco_on")
    ]
    return {
        "M-1": (len(completed), len(due)),
        "M-2": (len(closed), len(due)),
        "M-3": (len(filed), len(closed)),
    }


def _later(one: Problem, year: int) -> bool:
    """Tell whether a remote-sensing point is due after YEAR."""
    due = one.facts.get("list_due") or one.facts.get("rs_due")
    if not one.facts.get("remote_sensing") or not isinstance(due, dict):
        return False
    return int(str(due["$date"])[:4]) > year
