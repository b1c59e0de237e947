"""Marks a case bears while another is open that names it: 督办 and its like (2.21)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.base import marks
from engine.context import View
from engine.queries import deployed, labels
from engine.queries.definitions import applications
from engine.store import marking

Named = tuple[str, str]  # application and number of a case


@dataclass(frozen=True, slots=True)
class Flag:
    """One mark: LABEL and LEVEL, by which unit SINCE when; CASE marks, "" out of sight."""

    label: str
    level: str
    by: str
    by_name: str
    since: datetime
    case: str = ""


@dataclass(frozen=True, slots=True)
class Marking:
    """One open case that marks another: NUMBER marks SUBJECT; due at DUE_AT, or later."""

    flag: Flag
    number: str
    subject: str
    state_name: str
    due_at: datetime | None


def of_cases(view: View, named: Iterable[Named]) -> dict[str, tuple[Flag, ...]]:
    """Give the marks of the cases NAMED, by their number; those without are missing."""
    numbers: dict[str, set[str]] = {}
    for application, number in named:
        if number:
            numbers.setdefault(application, set()).add(number)
    found: dict[str, list[Flag]] = {}
    for application, wanted in numbers.items():
        for mark in marks.of(deployed.latest(view, application).application.ledgers):
            rows = marking.standing(view.connection, mark, sorted(wanted), view.actor)
            for row, flag in zip(rows, _flags(view, mark, rows), strict=True):
                found.setdefault(row["subject"], []).append(flag)
    return {number: tuple(flags) for number, flags in found.items()}


def standing(view: View) -> tuple[Marking, ...]:
    """Give all open cases in the actor's sight that mark others, the oldest first."""
    found: list[Marking] = []
    for one in applications(view):
        for mark in marks.of(deployed.latest(view, one.key).application.ledgers):
            rows = marking.standing(view.connection, mark, None, view.actor)
            for row, flag in zip(rows, _flags(view, mark, rows), strict=True):
                number = row["number"] or str(row["id"])
                told = (row["subject"], row["state_name"], row["due_at"])
                found.append(Marking(flag, number, *told))
    return tuple(found)


def _flags(view: View, mark: marks.Mark, rows: list[dict[str, Any]]) -> list[Flag]:
    names = labels.units(view, (row["by"] for row in rows if row["by"]))
    return [
        Flag(
            mark.label,
            row["level"] or "",
            row["by"] or "",
            names.get(row["by"], row["by"] or ""),
            row["since"],
            str(row["number"] or row["id"]) if row["seen"] else "",
        )
        for row in rows
    ]
