"""The rollover of a campaign's year before it happens: frozen, reported, carried, on paper.

The settling process of the campaign is walked through on copies with the real kernel; its
freeze counts the cases as they stand with the code of the real freeze, its tables are filled
by its own forms, people take the primary way. Nothing is written.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from engine import measuring
from engine.base import events
from engine.base.actor import SYSTEM
from engine.base.errors import InvalidRequest, NotFound
from engine.base.values import Value
from engine.context import View
from engine.kernel import effects
from engine.measuring import Asking
from engine.queries import deployed, dry_run
from engine.queries.dry_run import DryRun
from engine.queries.forecast import next_tasks
from engine.queries.rehearsal import Happening, Rehearsal
from engine.reports.compile import TASKS
from engine.reports.figures import HIT, OUT
from engine.rules.calendar import local_day
from engine.store import codec, snapshots, visible
from engine.store.rows import Row
from engine.store.visible import root
from engine.versions import Deployed

FREEZE, FROZEN = "freeze", "frozen:"
MOST_WORK = 50  # pieces of work done on paper; a designed limit


@dataclass(frozen=True, slots=True)
class Counted:
    """A case in a figure; HIT: in the numerator too."""

    case_id: int
    number: str
    state: str
    hit: bool


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as it would be frozen, with its cases (none for figures over work)."""

    id: str
    title: str
    numerator: int | None
    denominator: int
    shown: str
    verdict: str
    rows: tuple[Counted, ...]


@dataclass(frozen=True, slots=True)
class Work:
    """Work that would open, who gets it, and the tables its form would be filled with."""

    node: str
    name: str
    due_at: datetime | None
    units: tuple[str, ...]
    tables: Mapping[str, tuple[Mapping[str, Value], ...]]


@dataclass(frozen=True, slots=True)
class Reached:
    """A message to a case: what it is told; CASE_ID None when no such case waits."""

    name: str
    case_id: int | None
    number: str
    title: str
    payload: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Rollover:
    """The whole answer; FROZEN_AT: the year was frozen already, and when."""

    application: str
    year: int
    now: datetime
    at: datetime
    frozen_at: datetime | None
    outcome: str
    figures: tuple[Figure, ...]
    work: tuple[Work, ...]
    reached: tuple[Reached, ...]
    problems: tuple[str, ...]
    clock: DryRun | None


def rollover(
    view: View, *, application: str, year: int | None = None, at: datetime | None = None
) -> Rollover:
    """Show what the end of YEAR would bring if nobody acted until AT (default: its end)."""
    visible.require_operations(view.actor)
    version = deployed.latest(view, application)
    campaign = version.application.campaign
    if not campaign.get("settles"):
        text = f"应用“{version.application.title}”没有可预演的年终流程（campaign.settles）。"
        raise NotFound(text)
    which = year if year is not None else local_day(view.now, version.zone).year
    end = measuring.end_of_year(which, version.zone)
    paper = _Paper(view, version, which, at or end)
    if paper.at > end:
        raise InvalidRequest(f"预演时刻应不晚于 {which} 年 12 月 31 日 24 时。")
    paper.walk(str(campaign["settles"]), str(campaign.get("yearVariable") or "year"))
    kept = snapshots.newest(view.connection, application, which)
    clock = None
    if paper.at > view.now:
        clock = dry_run.dry_run(view, until=paper.at, application=application)
    return Rollover(
        application,
        which,
        view.now,
        paper.at,
        kept["as_of"] if kept else None,
        paper.outcome,
        paper.told_figures(),
        tuple(paper.work),
        tuple(paper.told_reached()),
        tuple(paper.problems),
        clock,
    )


@dataclass(eq=False)
class _Paper:
    """One walk through the settling process."""

    view: View
    version: Deployed
    year: int
    at: datetime
    rows: dict[str, list[Row]] = field(default_factory=dict)
    figures: list[dict[str, Value]] = field(default_factory=list)
    work: list[Work] = field(default_factory=list)
    sent: list[tuple[Happening, effects.MessageThrown]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    outcome: str = ""  # the state the settling case ends in

    def walk(self, process: str, variable: str) -> None:
        """Start PROCESS on paper and do its work in the primary way."""
        facts = self.version.facts[process]
        begins = next((one for one in facts.starts if one.kind == "message"), None)
        told: dict[str, Value] = {variable: self.year}
        rehearsal = Rehearsal(self.view, {"region": self._region(process, told), "place": ""})
        rehearsal.services[FREEZE] = self.freeze
        start = events.Start(
            id="rollover",
            at=max(self.at, self.view.now),
            env=self.version.env(),
            node=begins.node if begins else None,
            vars={} if begins else told,
            trigger=told if begins else None,
        )
        rehearsal.begin(self.version, process, start)
        seen = 0
        while seen < len(rehearsal.happened) and len(self.work) < MOST_WORK:
            self._take(rehearsal, rehearsal.happened[seen])
            seen += 1

    def _region(self, process: str, told: Mapping[str, Value]) -> str:
        moment = self.version.moment(self.view.now)
        for one in self.version.search.get(process, ()):
            if one.name == "region":
                return str(one.value(told, moment) or "")
        return ""

    def freeze(self, inputs: Mapping[str, Value]) -> Mapping[str, Value]:
        """Count as the service would, of the cases as they stand."""
        asking = self.asking
        names = inputs.get("reports")
        known = self.version.reports
        wanted = [one for one in known.values() if one.frozen]
        if names is not None:
            wanted = [known[str(name)] for name in names] if isinstance(names, list) else []
        self.rows, self.figures = measuring.taken(asking, wanted)
        return {
            "snapshot": "",
            "year": self.year,
            "as_of": asking.scope["as_of"],
            "rows": sum(map(len, self.rows.values())),
            "figures": [dict(figure) for figure in self.figures],
        }

    @property
    def asking(self) -> Asking:
        """Ask as the real freeze does: everything, whoever looks."""
        view = self.view
        conn, runtimes = view.connection, view.runtimes
        return Asking(conn, runtimes, SYSTEM, self.version, self.year, self.at, view.now)

    def _take(self, rehearsal: Rehearsal, one: Happening) -> None:
        effect = one.effect
        if isinstance(effect, effects.MessageThrown):
            self.sent.append((one, effect))
        elif isinstance(effect, effects.IncidentRaised):
            self.problems.append(effect.text)
        elif isinstance(effect, effects.NodeEntered):
            node = one.copy.facts.nodes.get(effect.node)
            self.outcome = (node.state if node else "") or self.outcome
        elif isinstance(effect, effects.TaskOpened):
            self._do(rehearsal, one, effect)

    def _do(self, rehearsal: Rehearsal, one: Happening, effect: effects.TaskOpened) -> None:
        """Note the work, fill its tables, and let people take the primary way."""
        node = one.copy.facts.nodes[effect.node]
        tables = self._tables(one, node.form)
        for task in next_tasks(rehearsal, one):
            units = tuple(seat.unit_name or seat.label for seat in task.seats)
            self.work.append(Work(effect.node, task.name, effect.due, units, tables))
            if task.problem:
                self.problems.append(f"{task.name}：{task.problem}")
        first = [o for o in node.outcomes if str(o.get("primary")).lower() == "true"]
        chosen = (first or list(node.outcomes) or [{}])[0].get("value")
        result: dict[str, Value] = {key: list(rows) for key, rows in tables.items()}
        event = events.CompleteTask(
            **rehearsal.stamp(one.copy, one.at),
            wait=effect.wait,
            result=result,
            outcome=None if chosen is None else str(chosen),
            item=effect.item,
        )
        rehearsal.tell(one.copy.id, event)

    def _tables(
        self, one: Happening, form: str | None
    ) -> dict[str, tuple[Mapping[str, Value], ...]]:
        """Fill the tables of FORM that read frozen rows, with what the form's filter keeps."""
        schema = self.version.forms.get(form or "")
        if schema is None or one.copy.state is None:
            return {}
        plan = self.version.plans[one.copy.key]
        known = self.version.runtime.inspect(plan, one.copy.state).variables
        moment = self.version.moment(one.at)
        found: dict[str, tuple[Mapping[str, Value], ...]] = {}
        for table in schema.all:
            if not table.rows.source.startswith(FROZEN) or table.key in known:
                continue
            sieve = schema.sieve(table.key, known, moment)
            offered = self.rows.get(table.rows.source.removeprefix(FROZEN), [])
            kept = [row["values"] for row in offered if sieve.keep(row["values"])]
            found[table.key] = tuple(schema.cut_rows(table.key, kept))
        return found

    def told_figures(self) -> tuple[Figure, ...]:
        """Give the figures with their cases."""
        return tuple(self._figure(one) for one in self.figures)

    def _figure(self, told: Mapping[str, Any]) -> Figure:
        report = self.version.reports[str(told["id"])]
        marked = [] if report.ledger == TASKS else self.rows.get(report.ledger, [])
        rows = tuple(
            Counted(
                row["case"],
                str(row["values"].get("number") or ""),
                str(row["values"].get("state") or ""),
                row["marks"][report.id] == HIT,
            )
            for row in marked
            if row["marks"].get(report.id, OUT) != OUT
        )
        return Figure(
            report.id,
            str(told["title"]),
            told["numerator"],
            told["denominator"],
            str(told["shown"]),
            str(told["state"]),
            rows,
        )

    def told_reached(self) -> list[Reached]:
        """Give the messages to cases, with the case whose number their keys name."""
        told = []
        for one, effect in self.sent:
            numbers = [str(value) for value in effect.keys.values() if value is not None]
            if numbers:
                name = deployed.name_of(one.copy.facts, effect.node)
                told.append((name, numbers[0], effect.payload))
        cases = self._cases([number for _, number, _ in told])
        return [
            Reached(
                name,
                cases.get(number, (None, ""))[0],
                number,
                cases.get(number, (None, ""))[1],
                {key: codec.plain(value) for key, value in payload.items()},
            )
            for name, number, payload in told
        ]

    def _cases(self, numbers: list[str]) -> dict[str, tuple[int | None, str]]:
        query = sa.select(root.c.number, root.c.id, root.c.title)
        query = query.where(root.c.id == root.c.root_id, root.c.number.in_(numbers))
        found = self.view.connection.execute(query)
        return {number: (case, title) for number, case, title in found}

