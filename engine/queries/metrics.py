"""Metrics: the figures of declared reports, now or frozen; every figure opens its rows."""

import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from engine import measuring
from engine.base.errors import NotFound
from engine.base.values import Value
from engine.context import Deployed, View
from engine.measuring import Asking, Standing
from engine.queries import code_words, deployed, homes, kept_figures, labels
from engine.queries.code_words import Words
from engine.reports.compile import TASK_COLUMNS, TASKS, Report
from engine.reports.figures import HIT, OUT, Figure, Marked, guarded
from engine.rules.calendar import local_day
from engine.store import codec, ledger_rows, snapshots

Pair = tuple[Standing, Marked]
_LAST = datetime.max.replace(tzinfo=UTC)
NONE = "—"  # stands for "no value" in a breakdown


NUMBER = re.compile(r"[A-Z]+-\d+")  # how plans number their figures: M-12


def numbered(report: str, title: str) -> str:
    """Give the TITLE of a report behind its number, where its id has one people know."""
    found = NUMBER.match(report)
    return f"{found[0]} {title}" if found else title


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which figure is looked at; YEAR None: this year; FROZEN: as kept at its end."""

    application: str
    report: str
    year: int | None = None
    frozen: bool = False


@dataclass(frozen=True, slots=True)
class Metric:
    """A declared report with its figure: LIVE now, FROZEN at the end of the year (or None)."""

    application: str
    application_title: str
    id: str
    title: str
    requirement: str
    note: str
    live: Figure
    frozen: Figure | None = None
    frozen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """One value of a breakdown column and the figure of its rows."""

    value: str
    text: str
    figure: Figure


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The figures by one column."""

    key: str
    label: str
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class MetricRow:
    """One row behind a figure: the case it opens; HIT says whether it is in the numerator."""

    case_id: int
    number: str
    state: str
    hit: bool
    values: Mapping[str, Value]
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Detail:
    """A figure with its breakdowns, and the titles of its columns and sums."""

    metric: Metric
    figure: Figure
    year: int
    at: datetime
    frozen: bool
    breakdowns: tuple[Breakdown, ...]
    columns: Mapping[str, str]
    sums: Mapping[str, str]


def board(
    view: View, *, application: str = "", year: int | None = None
) -> tuple[Metric, ...]:
    """Give the figures of every report for YEAR (default: this year), in the actor's sight."""
    found: list[Metric] = []
    for name in _applications(view, application):
        looking = _Looking.of(view, name, year)
        found += kept_figures.once(view, looking.key, looking.board)
    return tuple(found)


def of_year(
    view: View, *, application: str, year: int
) -> tuple[tuple[Metric, ...], Mapping[str, tuple[Breakdown, ...]]]:
    """Give the figures of YEAR and the breakdowns of the frozen ones, by report."""
    looking = _Looking.of(view, application, year)
    reports = looking.version.reports
    found = tuple(looking.metric(report) for report in reports.values())
    broken = {}
    for report in (reports[one.id] for one in found if one.frozen is not None):
        pairs = looking.pairs(report, True)
        broken[report.id] = tuple(looking.broken(report, k, pairs) for k in report.breakdown)
    return found, broken


def detail(view: View, *, wanted: Wanted) -> Detail:
    """Give one figure with its breakdowns."""
    looking = _Looking.of(view, wanted.application, wanted.year)
    report = looking.report(wanted.report)
    pairs = looking.pairs(report, wanted.frozen)
    metric, at = looking.metric(report), looking.asking.at
    columns = looking.columns(report)
    return Detail(
        metric=metric,
        figure=looking.count(report, pairs),
        year=looking.asking.year,
        at=(metric.frozen_at or at) if wanted.frozen else at,
        frozen=wanted.frozen,
        breakdowns=tuple(looking.broken(report, key, pairs) for key in report.breakdown),
        columns={key: columns.get(key, key) for key in report.breakdown},
        sums={key: title for key, (title, _) in report.sums.items()},
    )


def rows(
    view: View, *, wanted: Wanted, where: Mapping[str, str] | None = None, part: str = ""
) -> tuple[MetricRow, ...]:
    """Give the rows behind a figure; WHERE narrows by columns (value as the groups have it).

    PART: "hit" the numerator only, "missed" the rest of the denominator, "" both.
    """
    looking = _Looking.of(view, wanted.application, wanted.year)
    report = looking.report(wanted.report)
    pairs = looking.pairs(report, wanted.frozen)
    names = looking.names(report, pairs)
    made = []
    for row, mark in pairs:
        hit = mark.mark == HIT
        if mark.mark == OUT or (part and hit != (part == "hit")):
            continue
        texts = {key: _text(value, names.get(key, {})) for key, value in row.values.items()}
        if all(_plain(row.values.get(key)) == value for key, value in (where or {}).items()):
            number, state = texts.get("number", ""), texts.get("state", "")
            made.append(MetricRow(row.case_id, number, state, hit, row.values, texts))
    return tuple(made)


def frozen_years(view: View, *, application: str) -> tuple[int, ...]:
    """Give the years whose figures were frozen, newest first."""
    _require(view, application)
    return tuple(snapshots.years(view.connection, application))


def _applications(view: View, only: str) -> Sequence[str]:
    found = sorted(home.key for home in homes.concerned(view))
    return [name for name in found if only in ("", name)]


def _require(view: View, application: str) -> None:
    """Refuse who asks about an application of others as if it did not exist."""
    if not _applications(view, application):
        raise NotFound


@dataclass(eq=False)
class _Looking:
    """One question about the reports of one application and year."""

    view: View
    asking: Asking
    version: Deployed
    known: dict[str, list[Standing]]
    kept_rows: dict[str, list[Pair]] = field(default_factory=dict)  # by report

    @classmethod
    def of(cls, view: View, application: str, year: int | None) -> "_Looking":
        """Look at the figures of YEAR: of now, or of its end when it is over."""
        _require(view, application)
        version = deployed.latest(view, application)
        which = year if year is not None else local_day(view.now).year
        at = min(view.now, measuring.end_of_year(which, version.zone))
        asking = Asking(
            view.connection, view.runtimes, view.actor, version, which, at, view.now
        )
        return cls(view, asking, version, {})

    @property
    def key(self) -> tuple[Hashable, ...]:
        """Name all that the figures depend on besides the database, the actor and time."""
        version = self.version
        over = self.asking.at < self.view.now
        return ("board", version.hash, version.runtime.name, self.asking.year, over)

    def board(self) -> tuple[tuple[Metric, ...], datetime]:
        """Give the figures of all reports, and the moment until which they stay so."""
        reports = self.version.reports.values()
        return tuple(map(self.metric, reports)), min(map(self._until, reports), default=_LAST)

    def _until(self, report: Report) -> datetime:
        """Give the moment from which REPORT may say something else by time alone."""
        at = self.asking.at
        if at < self.view.now:
            return _LAST  # a year that is over is looked at from its end
        if report.turns is None:
            return at
        ends = [
            value
            for row in self._rows(report.ledger)
            for value in map(row.values.get, report.turns)
            if isinstance(value, datetime) and value >= at
        ]
        zone = self.version.zone
        return min([*ends, kept_figures.midnight(at, zone), self.asking.end_of_year])

    @cached_property
    def kept(self) -> dict[str, Any] | None:
        """Give the frozen figures of the year."""
        asking = self.asking
        name = self.version.application.key
        return snapshots.newest(self.view.connection, name, asking.year)

    def report(self, name: str) -> Report:
        """Give report NAME."""
        if name not in self.version.reports:
            raise NotFound(f"没有指标“{name}”。")
        return self.version.reports[name]

    def metric(self, report: Report) -> Metric:
        """Give a report with its figures."""
        made = Metric(
            self.version.application.key,
            self.version.application.title,
            report.id,
            report.title,
            report.requirement,
            report.note,
            self.count(report, self.pairs(report, False)),
        )
        if self.kept is None or not self._is_kept(report):
            return made
        figure = self.count(report, self.pairs(report, True))
        return replace(made, frozen=figure, frozen_at=self.kept["as_of"])

    def _is_kept(self, report: Report) -> bool:
        if self.kept is None:
            return False
        figures = codec.decode(bytes(self.kept["figures"]))
        return any(figure["id"] == report.id for figure in figures)

    def pairs(self, report: Report, frozen: bool) -> list[Pair]:
        """Give rows with marks: as they stand, or as they were kept."""
        if frozen:
            return self._kept_pairs(report)
        return measuring.mark(self.asking, report, self._rows(report.ledger))

    def _rows(self, source: str) -> list[Standing]:
        if source not in self.known:
            self.known[source] = measuring.rows_of(self.asking, source)
        return self.known[source]

    def _kept_pairs(self, report: Report) -> list[Pair]:
        if self.kept is None or not self._is_kept(report):
            raise NotFound("这一年度的数据尚未冻结。")
        if not self.kept_rows:
            self._read_kept(snapshots.rows_of(self.kept))
        return self.kept_rows.get(report.id, [])

    def _read_kept(self, kept: Mapping[str, list[dict[str, Any]]]) -> None:
        """Read the kept rows in the actor's sight once for all reports."""
        cases = sorted({row["case"] for found in kept.values() for row in found})
        seen = snapshots.visible_cases(self.view.connection, self.view.actor, cases)
        for name, report in self.version.reports.items():
            self.kept_rows[name] = [
                (Standing(row["case"], row["values"]), _mark(row, name))
                for row in kept.get(report.ledger, ())
                if row["case"] in seen
            ]

    def count(self, report: Report, pairs: Sequence[Pair]) -> Figure:
        """Count the marks of PAIRS; small counts are not told where the report says so."""
        found = measuring.figure(self.asking, report, [mark for _, mark in pairs])
        return guarded([found], report.smallest)[0]

    def broken(self, report: Report, key: str, pairs: Sequence[Pair]) -> Breakdown:
        """Give the figures by column KEY, the largest first."""
        names = self.names(report, pairs).get(key, {})
        groups: dict[str, list[Pair]] = {}
        texts: dict[str, str] = {}
        for row, mark in pairs:
            if mark.mark != OUT:
                value = _plain(row.values.get(key))
                groups.setdefault(value, []).append((row, mark))
                texts[value] = _text(row.values.get(key), names) or NONE
        exact = [
            measuring.figure(self.asking, report, [mark for _, mark in found])
            for found in groups.values()
        ]
        told = guarded(exact, report.smallest)
        made = [
            Group(value, texts[value], one) for value, one in zip(groups, told, strict=True)
        ]
        made.sort(key=lambda group: (-group.figure.denominator, group.value))
        return Breakdown(key, self.columns(report).get(key, key), tuple(made))

    def columns(self, report: Report) -> dict[str, str]:
        """Give the labels of the columns of a report's rows."""
        if report.ledger == TASKS:
            return {key: _TASK_LABELS.get(key, key) for key in sorted(TASK_COLUMNS)}
        declared = self.version.application.ledgers[report.ledger]["columns"]
        return {str(row["key"]): str(row["label"]) for row in declared}

    def names(self, report: Report, pairs: Sequence[Pair]) -> dict[str, Words]:
        """Give the names of the codes in the rows, by column."""
        kinds: dict[str, str] = {"region": "division"}
        found: dict[str, Words] = {}
        if report.ledger != TASKS:
            file = self.version.application.ledgers[report.ledger]
            words = code_words.by_source(self.version, file["processes"], self.view.now)
            sources = {str(c["key"]): str(c["from"]) for c in file["columns"]}
            found = {
                key: words[source]
                for key, source in sources.items()
                if source in words and source not in ledger_rows.OWN
            }
            kinds = {str(c["key"]): str(c.get("type")) for c in file["columns"]}
        for key, kind in kinds.items():
            if kind in _NAMING:
                codes = {str(row.values.get(key) or "") for row, _ in pairs}
                found[key] = _NAMING[kind](self.view, codes - {""})
        return found


_NAMING = {"division": labels.regions, "org": labels.units}
_TASK_LABELS = {
    "number": "编号",
    "process": "流程",
    "node": "环节标识",
    "name": "环节",
    "kind": "时限类别",
    "unit": "单位编码",
    "unit_name": "单位",
    "duty": "职责",
    "region": "区划",
    "year": "年度",
    "month": "到期月份",
    "opened": "开始",
    "due": "时限",
    "closed": "办结",
    "outcome": "结果",
    "state": "状态",
}


def _mark(row: Mapping[str, Any], report: str) -> Marked:
    sums = {name: Decimal(value) for name, value in row["sums"].get(report, {}).items()}
    return Marked(int(row["marks"].get(report, OUT)), sums)


def _plain(value: Value) -> str:
    return "" if value is None else str(codec.plain(value))


def _text(value: Value, names: Mapping[str, str]) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return local_day(value).isoformat()
    text = str(codec.plain(value))
    return names.get(text, text)
