"""Ladders of reminders and levels of an overdue limit (requirements D-08; operations.md 2.22).

A ladder is read off the application's escalation decision once per version: the decision is
asked for each working day around the due day, and a rung begins where its answer changes.
"""

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from engine.base.errors import CalendarMissing, ExpressionFailed
from engine.base.findings import Finding, Severity
from engine.base.values import Value
from engine.rules.deadlines import Place

FILE = "application.yaml"
KIND, DAYS = "kind", "days_overdue_wd"  # what the decision is asked
LEVEL, ACTION, NOTIFY = "level", "action", "notify"  # what it answers
SPAN = range(-40, 131)  # working days around the due day the decision is asked for
# Whom a word of the notify output may mean, besides {role}, {unit} and {variable}.
HANDLERS, LEADERS, STARTER = "handlers", "leaders", "starter"
WHO = (HANDLERS, LEADERS, STARTER)
LONGEST_HOLIDAY = 14  # days: a week of holidays with its week-ends, to be on the safe side
DRAWN = "drawn"  # the kind of a ladder drawn in the diagram
PARTS = re.compile(r"[、，,;；\s]+")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the decision said for one day; RECORD is its audit trail."""

    level: str
    action: str
    notify: str
    record: Mapping[str, Any] = field(default_factory=dict)

    @property
    def words(self) -> tuple[str, ...]:
        """Give the words of the notify output."""
        return tuple(part for part in PARTS.split(self.notify) if part)


@dataclass(frozen=True, slots=True)
class Rung:
    """One step: it begins START working days after the due day (before it when negative).

    DELAY, of a ladder drawn in the diagram, is an exact time after the due moment instead.
    TO are the recipients such a rung names itself.
    """

    start: int
    level: str
    action: str
    notify: tuple[str, ...] = ()
    delay: timedelta | None = None
    to: tuple[Any, ...] = ()

    def begins(self, due: datetime, place: Place) -> datetime:
        """Give the moment the rung begins: 0:00 of its day, or DELAY after DUE."""
        if self.delay is not None:
            return due + self.delay
        day = place.calendar.add_working_days(place.day(due), self.start)
        return _midnight(day, place.zone)

    def earliest(self, due: datetime, place: Place) -> datetime:
        """Give a moment it cannot begin before, told without a working calendar."""
        if self.delay is not None:
            return due + self.delay
        days = self.start if self.start >= 0 else 2 * self.start - LONGEST_HOLIDAY
        return _midnight(place.day(due) + timedelta(days=days), place.zone)

    def armed(self, due: datetime, place: Place) -> datetime:
        """Give the moment to look at it: its begin, or the earliest while a year is missing.

        The look then stops for the missing year instead of the work this limit belongs to.
        """
        try:
            return self.begins(due, place)
        except CalendarMissing:
            return self.earliest(due, place)


Ladder = tuple[Rung, ...]
Ask = Callable[[int], Answer | None]  # None: no row of the decision fits


def ladder_of(ask: Ask, span: Sequence[int] = SPAN) -> Ladder:
    """Ask for every day of SPAN and give a rung for each change of the answer."""
    rungs: list[Rung] = []
    before: Answer | None = None
    for days in span:
        answer = ask(days)
        if answer is not None and not _same(before, answer):
            rungs.append(Rung(days, answer.level, answer.action, answer.words))
        before = answer
    return tuple(rungs)


def _same(one: Answer | None, two: Answer) -> bool:
    return one is not None and (one.level, one.action, one.notify) == (
        two.level,
        two.action,
        two.notify,
    )


Decide = Callable[[Mapping[str, Value]], tuple[Value, Sequence[Mapping[str, Any]]]]


def answered(decide: Decide, kind: str, days: int) -> Answer | None:
    """Ask the decision for work of KIND that is DAYS past its due day; None: no row fits."""
    value, tables = decide({KIND: kind, DAYS: days})
    record = dict(tables[-1]) if tables else {}
    if not isinstance(value, Mapping) or not record.get("rows"):
        return None
    said = {name: str(value.get(name) or "") for name in (LEVEL, ACTION, NOTIFY)}
    return Answer(said[LEVEL], said[ACTION], said[NOTIFY], record)


def ladders_of(
    section: Mapping[str, Any], kinds: Sequence[str], decide: Decide
) -> tuple[dict[str, Ladder], list[Finding]]:
    """Read the ladder of each of KINDS; SECTION is `escalation` of application.yaml.

    Findings: a decision that cannot be asked so, a kind it knows nothing of, and a word of
    its notify output that SECTION does not explain.
    """
    found: dict[str, Ladder] = {}
    findings: list[Finding] = []
    for kind in kinds:
        try:
            ladder = ladder_of(functools.partial(answered, decide, kind))
        except ExpressionFailed as error:
            findings.append(_finding("escalation.decision", "error", error.message))
            continue
        if not ladder:
            text = f"升级决策没有适用于时限种类“{kind}”的行，这类时限不会提醒和升级"
            findings.append(_finding("escalation.kind", "warning", text))
            continue
        found[kind] = ladder
    known = section.get("notify") or {}
    words = {word for ladder in found.values() for rung in ladder for word in rung.notify}
    findings.extend(
        _finding("escalation.notify", "error", f"升级决策的通知对象“{word}”没有说明是谁")
        for word in sorted(words - set(known))
    )
    return found, findings


def _finding(code: str, severity: Severity, text: str) -> Finding:
    repair = "在 application.yaml 的 escalation.notify 中说明，或改正决策表"
    return Finding(code, severity, FILE, "escalation", "escalation", text, text, repair)


def capped(ladder: Ladder, highest: object) -> Ladder:
    """Leave out the rungs above the level HIGHEST (L0, L1 …) of a row, if it names one."""
    return tuple(rung for rung in ladder if rung.level <= str(highest)) if highest else ladder


def standing_on(ladder: Ladder, due: datetime, now: datetime, place: Place) -> int:
    """Give the number of the last rung that has begun, -1 when none has.

    After a pause all rungs passed meanwhile count as this one: one reminder, no burst.
    Only as many years of the calendar are asked for as have come.
    """
    found = -1
    for number, rung in enumerate(ladder):
        if rung.earliest(due, place) > now or rung.begins(due, place) > now:
            break
        found = number
    return found


def drawn(rows: Sequence[Mapping[str, Any]], by_working_days: bool) -> Ladder:
    """Read a ladder drawn as gov:escalation: ROWS {"level", "after", "toRole", "notify"}.

    BY_WORKING_DAYS: days of AFTER are working days, as those of the limit are.
    """
    rungs = [_drawn(row, by_working_days) for row in rows]
    return tuple(sorted(rungs, key=lambda rung: (rung.start, rung.delay or timedelta())))


def _drawn(row: Mapping[str, Any], by_working_days: bool) -> Rung:
    days, rest = read_after(str(row.get("after") or ""))
    level = f"L{row.get('level')}"
    role = str(row.get("toRole") or "")
    how = str(row.get("notify") or "task")
    to: tuple[Any, ...] = ()
    if how != "flag":
        to = ({"role": role},) if role else (HANDLERS,)
    if by_working_days and not rest:
        return Rung(days, level, DRAWN_ACTION, to=to)
    return Rung(0, level, DRAWN_ACTION, delay=timedelta(days=days) + rest, to=to)


DRAWN_ACTION = "超期升级"
_AFTER = re.compile(r"P(?=.)(?:(\d{1,4})D)?(?:T(?=.)(?:(\d{1,4})H)?(?:(\d{1,4})M)?)?")


def read_after(text: str) -> tuple[int, timedelta]:
    """Split a duration such as P1D or PT4H into days and the rest; zero when unreadable."""
    found = _AFTER.fullmatch(text)
    if found is None:
        return 0, timedelta()
    days, hours, minutes = (int(part or 0) for part in found.groups())
    return days, timedelta(hours=hours, minutes=minutes)


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(0), ZoneInfo(zone)).astimezone(UTC)
