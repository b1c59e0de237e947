"""Figures over cases as they stood at a moment: rows of a ledger, marked by reports."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from engine.base.actor import Actor
from engine.base.errors import NotFound
from engine.base.expressions import Moment
from engine.base.values import Value
from engine.context import Deployed, Runtimes
from engine.reports.compile import TASKS, Report
from engine.reports.figures import Figure, Marked
from engine.store import codec, ledger_rows, standing
from engine.store.rows import Conn, Row
from engine.store.standing import Written

_AS_IT_IS = ("number", "node", "name", "unit", "unit_name", "duty", "year")
_COLUMNS = ("title", "region", "place", "year", "category")  # search fields kept in the row


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks about which version, in which transaction: AT is the moment looked at."""

    conn: Conn
    runtimes: Runtimes
    actor: Actor
    version: Deployed
    year: int
    at: datetime  # lines at AT or later do not count
    now: datetime

    @property
    def moment(self) -> Moment:
        """Give what the expressions may know of the world."""
        return self.version.moment(self.at)

    @property
    def scope(self) -> dict[str, Value]:
        """Give what the expressions of a report see besides the row."""
        local = self.at.astimezone(ZoneInfo(self.version.zone))
        return {"year": self.year, "as_of": local, "year_end": self.at >= self.end_of_year}

    @property
    def end_of_year(self) -> datetime:
        """Give the moment the year is over: 24:00 of 31 December on the clock of the place."""
        return end_of_year(self.year, self.version.zone)


def end_of_year(year: int, zone: str) -> datetime:
    """Give 24:00 of 31 December of YEAR in ZONE."""
    return datetime(year + 1, 1, 1, tzinfo=ZoneInfo(zone))


@dataclass(frozen=True, slots=True)
class Standing:
    """One row: the case or piece of work it opens, and its VALUES by column key."""

    case_id: int
    values: Mapping[str, Value]


@dataclass(eq=False)
class Past:
    """What a case that moved on since held at the moment: state and variables."""

    state: str = ""
    vars: dict[int, dict[str, Value]] = field(default_factory=dict)  # by instance
    order: dict[tuple[int, str], int] = field(default_factory=dict)  # last write of a name

    def take(self, line: Written, number: int) -> None:
        """Fold one line in."""
        if line.state is not None:
            self.state = line.state
        if line.patch:
            self.vars.setdefault(line.instance_id, {}).update(line.patch)
            self.order.update({(line.instance_id, name): number for name in line.patch})


def marked(asking: Asking, report: Report) -> list[tuple[Standing, Marked]]:
    """Give the rows REPORT looks at, each with its mark."""
    return mark(asking, report, rows_of(asking, report.ledger))


def mark(
    asking: Asking, report: Report, rows: Iterable[Standing]
) -> list[tuple[Standing, Marked]]:
    """Mark ROWS for REPORT."""
    scope, moment = asking.scope, asking.moment
    return [(row, report.mark(row.values, scope, moment)) for row in rows]


def figure(asking: Asking, report: Report, rows: Sequence[Marked]) -> Figure:
    """Count marked ROWS."""
    return report.figure(rows, asking.scope, asking.moment)


def taken(
    asking: Asking, reports: Sequence[Report]
) -> tuple[dict[str, list[Row]], list[dict[str, Value]]]:
    """Give what a freeze of REPORTS keeps: rows with their marks by source, and figures.

    A row is {"case", "values", "marks": {report: mark}, "sums": {report: sums}}.
    """
    rows: dict[str, list[Row]] = {}
    figures: list[dict[str, Value]] = []
    for source in dict.fromkeys(report.ledger for report in reports):
        mine = [report for report in reports if report.ledger == source]
        rows[source] = _marked_rows(asking, source, mine, figures)
    return rows, figures


def _marked_rows(
    asking: Asking, source: str, reports: Sequence[Report], figures: list[dict[str, Value]]
) -> list[Row]:
    """Give the rows of SOURCE with the marks of REPORTS; add the FIGURES."""
    if source == TASKS:
        found = rows_of(asking, source)
    else:
        declared = asking.version.application.ledgers[source]
        found = ledger(asking, declared, full=True)
    rows: list[Row] = [
        {"case": row.case_id, "values": dict(row.values), "marks": {}, "sums": {}}
        for row in found
    ]
    for report in reports:
        marks = [one for _, one in mark(asking, report, found)]
        for row, one in zip(rows, marks, strict=True):
            row["marks"][report.id] = one.mark
            if one.sums:
                row["sums"][report.id] = dict(one.sums)
        figures.append(figure(asking, report, marks).as_dict())
    return rows


def rows_of(asking: Asking, source: str) -> list[Standing]:
    """Give the rows of a ledger, or of the work, as they stood."""
    if source == TASKS:
        return _work(asking)
    declared = asking.version.application.ledgers.get(source)
    if declared is None:
        raise NotFound(f"没有台账“{source}”。")
    return ledger(asking, declared)


def ledger(
    asking: Asking, declared: Mapping[str, Any], *, full: bool = False
) -> list[Standing]:
    """Give the rows of a ledger; FULL: with the columns from variables too."""
    conn, at = asking.conn, asking.at
    found = standing.cases(conn, asking.actor, declared["processes"], at)
    ids = [row["id"] for row in found]
    since = standing.moved(conn, at, ids) if at < asking.now else set()
    past = _past(asking, since)
    fields = ledger_rows.search_values(conn, [one for one in ids if one not in since])
    columns = [
        column
        for column in declared["columns"]
        if full or not str(column["from"]).startswith(ledger_rows.VARIABLE)
    ]
    held = _Held(asking, past, standing.instances(conn, sorted(since)))
    made = []
    for row in found:
        known = fields.get(row["id"], {})
        if row["id"] in past:
            row, known = held.restore(row)
        values = ledger_rows.project(columns, row, known, held.variables)
        own = {"state": row["state_name"], "number": row["number"], "status": row["status"]}
        made.append(Standing(row["id"], {**own, **values}))
    return made


def _past(asking: Asking, cases: set[int]) -> dict[int, Past]:
    found = {case: Past() for case in cases}
    lines = standing.written_before(asking.conn, asking.at, sorted(cases))
    for number, line in enumerate(lines):
        found[line.root_id].take(line, number)
    return found


@dataclass(frozen=True, slots=True)
class _Held:
    """Restores the rows of cases that moved on since the moment."""

    asking: Asking
    past: Mapping[int, Past]
    instances: Mapping[int, Row]

    def restore(self, row: Row) -> tuple[Row, dict[str, Value]]:
        """Give the row and the search fields as they stood."""
        past, at = self.past[row["id"]], self.asking.at
        fields = self._fields(past)
        restored = {**row, "state_name": past.state}
        restored |= {n: fields.pop(n) for n in _COLUMNS if n in fields}
        if row["ended_at"] is not None and row["ended_at"] >= at:
            restored |= {"ended_at": None, "status": "active"}
        return restored, fields

    def _fields(self, past: Past) -> dict[str, Value]:
        """Compute each search field from the instance that wrote its variables last."""
        newest: dict[str, tuple[int, int, Callable[..., Value]]] = {}
        for instance_id, known in past.vars.items():
            row = self.instances[instance_id]
            version, key = self._version(row)
            for one in version.search.get(key, ()):
                reads = one.value.reads & known.keys()
                last = max((past.order[instance_id, name] for name in reads), default=-1)
                if reads and last >= newest.get(one.name, (-1,))[0]:
                    newest[one.name] = (last, instance_id, one.value)
        moment = self.asking.moment
        return {
            name: value(past.vars[instance_id], moment)
            for name, (_, instance_id, value) in newest.items()
        }

    def variables(self, row: Row) -> Mapping[str, Value]:
        """Give the variables of a case: those of the moment, or those it has now."""
        past = self.past.get(row["id"])
        if past is not None:
            return past.vars.get(row["id"], {})
        version, key = self._version(row)
        state = codec.decode(bytes(row["state"]))
        return version.runtime.inspect(version.plans[key], state).variables

    def _version(self, row: Row) -> tuple[Deployed, str]:
        asking = self.asking
        version = asking.runtimes.deployed(asking.conn, row["definition_id"], row["runtime"])
        return version, asking.runtimes.definition(asking.conn, row["definition_id"])["key"]


def _work(asking: Asking) -> list[Standing]:
    """Give the pieces of work as they stood: what was closed later counts as open."""
    application = asking.version.application
    rows = standing.work(asking.conn, asking.actor, application.key, asking.at)
    made = []
    for row in rows:
        key, kind = _due_kind(asking, row)
        closed = row["closed"] if row["closed"] and row["closed"] < asking.at else None
        values = {
            **{name: row[name] for name in _AS_IT_IS},
            "month": _month(row["due"], asking.version.zone),
            "region": row["region"],
            "process": key,
            "kind": kind,
            "opened": row["opened"],
            "due": row["due"],
            "closed": closed,
            "outcome": row["outcome"] if closed else None,
            "state": "done" if closed else "open",
        }
        made.append(Standing(row["root_id"], values))
    return made


def _month(due: datetime | None, zone: str) -> str | None:
    """Give the month a limit falls in, e.g. 2026-03."""
    return None if due is None else due.astimezone(ZoneInfo(zone)).strftime("%Y-%m")


def _due_kind(asking: Asking, row: Row) -> tuple[str, str]:
    """Give process key and kind of the deadline of a piece of work."""
    version = asking.runtimes.deployed(asking.conn, row["definition_id"], row["runtime"])
    key = asking.runtimes.definition(asking.conn, row["definition_id"])["key"]
    node = version.facts[key].nodes.get(row["node"])
    rule = version.application.deadlines.get(str(node.due.get("key"))) if node else None
    return key, str((rule or {}).get("kind") or "")
