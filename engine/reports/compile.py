"""reports/*.yaml → compiled reports, with findings for what a report gets wrong."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from engine.base.errors import InvalidExpression
from engine.base.expressions import Expr, Moment
from engine.base.findings import Finding
from engine.base.values import Value
from engine.dmn.evaluate import Decisions, compile_model
from engine.dmn.parse import parse
from engine.feel.compile import compile_expression
from engine.reports.figures import (
    COUNTED,
    HIT,
    OUT,
    WITHIN,
    Figure,
    Marked,
    averaged,
    count,
    percent,
    rate_of,
)

FORMATS = ("percent", "number")
TASKS = "tasks"  # what a report counts: rows of a ledger, pieces of work, or a register
TASK_COLUMNS = frozenset(
    (
        "number", "process", "node", "name", "kind", "unit", "unit_name", "duty", "region",
        "year", "month", "opened", "due", "closed", "outcome", "state",
    )
)  # fmt: skip
_COLUMN = re.compile(r"\brow\.([A-Za-z_][A-Za-z0-9_]*)")
_DAY = re.compile(r"\bdate\(\s*as_of\s*\)")
_COMPARED = re.compile(  # a whole comparison: nothing is reckoned on either side of it
    r"(?:^|(?<=[(,])|(?<=\band )|(?<=\bor )|(?<=\bif ))\s*row\.([A-Za-z_][A-Za-z0-9_]*)"
    r"\s*(?:<=|<|>=|>)\s*as_of\s*(?=$|[),]|and\b|or\b|then\b|else\b)"
)
_NOW = re.compile(rb"\bnow\s*\(")
Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Target:
    """The decision that judges a rate: its INPUTS by name, the OUTPUT that is the verdict."""

    decisions: Decisions
    decision: str
    inputs: Mapping[str, Expr]
    output: str

    def judge(self, scope: Mapping[str, Value], moment: Moment) -> str:
        """Give the verdict for numerator, denominator, rate, year, as_of, year_end."""
        given = {name: expr(scope, moment) for name, expr in self.inputs.items()}
        answer = self.decisions.evaluate(self.decision, given, moment).value
        found = answer.get(self.output) if isinstance(answer, Mapping) else answer
        return "" if found is None else str(found)


@dataclass(frozen=True, slots=True)
class Report:
    """A declared figure over rows of a LEDGER (or over TASKS): which count, which hit.

    SUMS named in MEANS are divided by the rows that have a value.
    """

    id: str
    title: str
    ledger: str
    denominator: Expr
    numerator: Expr | None = None
    sums: Mapping[str, tuple[str, Expr]] = field(default_factory=dict)  # key: title, value
    means: frozenset[str] = frozenset()
    breakdown: tuple[str, ...] = ()  # column keys
    format: str = "percent"
    digits: int = 1
    target: Target | None = None
    frozen: bool = False
    requirement: str = ""
    note: str = ""
    smallest: int = 0  # counts below it are suppressed where figures are shown
    turns: frozenset[str] | None = None  # see `turning`

    def mark(
        self, row: Mapping[str, Value], scope: Mapping[str, Value], moment: Moment
    ) -> Marked:
        """Tell whether ROW counts and whether it hits; SCOPE has year, as_of and year_end."""
        seen = {**scope, "row": row}
        if self.denominator(seen, moment) is not True:
            return Marked(OUT)
        hit = self.numerator is not None and self.numerator(seen, moment) is True
        sums: dict[str, Decimal] = {}
        for key, (_, value) in self.sums.items():
            found = value(seen, moment)
            sums[key] = _number(found)
            if key in self.means:
                sums[f"{key}{COUNTED}"] = Decimal(found is not None)
        return Marked(HIT if hit else WITHIN, sums)

    def figure(
        self, rows: Sequence[Marked], scope: Mapping[str, Value], moment: Moment
    ) -> Figure:
        """Count marked ROWS and judge the rate."""
        within, hits, sums = count(rows)
        sums = averaged(sums, self.means)
        if self.numerator is None:
            shown = str(within)
            return Figure(self.id, self.title, within, shown=shown, sums=sums)
        rate = rate_of(hits, within)
        counts: dict[str, Value] = {"denominator": within, "numerator": hits}

        def judge(share: Decimal | None) -> str:
            if self.target is None:
                return ""
            return self.target.judge({**scope, **counts, "rate": share}, moment)

        shown = self._shown(hits, within, judge)
        return Figure(self.id, self.title, within, hits, rate, shown, judge(rate), sums)

    def _shown(self, hits: int, within: int, judge: Any) -> str:
        if not within:
            return "不适用"
        if self.format == "number":
            return f"{hits} / {within}"
        return percent(hits, within, self.digits, judge if self.target else None)


def _number(value: Value) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return Decimal(0)
    return Decimal(value)


def turning(text: str) -> frozenset[str] | None:
    """Name the columns of the row that TEXT compares with the moment; None: it cannot tell.

    Between midnights the passing of time changes the value only when the moment reaches
    one of them: `date(as_of)` and `today()` stay, and nothing else may ask for the time.
    """
    rest = _DAY.sub("", text)
    columns = frozenset(_COMPARED.findall(rest))
    rest = _COMPARED.sub("", rest)
    return None if "as_of" in rest or _NOW.search(rest.encode()) else columns


@dataclass(frozen=True, slots=True)
class Sources:
    """What reports may name: the LEDGERS, the MODELS (decision tables), the SETTINGS.

    DECISIONS are the models compiled already; without them they are compiled here.
    """

    ledgers: Mapping[str, Entry]
    models: Mapping[str, bytes]
    settings: Mapping[str, Value]
    decisions: Decisions | None = None


def compile_reports(
    declared: Mapping[str, Entry], sources: Sources
) -> tuple[dict[str, Report], list[Finding]]:
    """Compile the reports DECLARED in reports/*.yaml; a wrong one is left out and reported."""
    findings: list[Finding] = []
    decisions = sources.decisions
    if decisions is None and any(entry.get("target") for entry in declared.values()):
        decisions = compile_model({p: parse(data, p) for p, data in sources.models.items()})
    made: dict[str, Report] = {}
    for name, entry in declared.items():
        if "denominator" not in entry:
            continue  # an official table to print, not a figure
        maker = _Maker(name, entry, sources, decisions, findings)
        report = maker.report()
        if report is not None:
            made[name] = report
    return made, findings


@dataclass
class _Maker:
    """Compiles one report and notes what is wrong with it."""

    name: str
    entry: Entry
    sources: Sources
    decisions: Decisions | None
    findings: list[Finding]

    def report(self) -> Report | None:
        before = len(self.findings)
        columns = self._columns()
        denominator = self._expr("denominator", str(self.entry["denominator"]), columns)
        numerator = self._optional("numerator", columns)
        sums = {
            str(row["key"]): (str(row.get("title") or row["key"]), value)
            for row in self.entry.get("sums") or ()
            if (value := self._expr(f"sums.{row['key']}", str(row["value"]), columns))
        }
        listed = self.entry.get("sums") or ()
        means = frozenset(str(row["key"]) for row in listed if row.get("mean") is True)
        target = self._target()
        breakdown = tuple(map(str, self.entry.get("breakdown") or ()))
        for key in breakdown:
            if key not in columns:
                self._wrong("breakdown", f"没有列“{key}”", "改为台账已有的列")
        if len(self.findings) > before or denominator is None:
            return None
        return Report(
            id=self.name,
            title=str(self.entry.get("title") or self.name),
            ledger=str(self.entry.get("ledger") or TASKS),
            denominator=denominator,
            numerator=numerator,
            sums=sums,
            means=means,
            breakdown=breakdown,
            format=str(self.entry.get("format") or "percent"),
            digits=int(self.entry.get("digits", 1)),
            target=target,
            frozen=self.entry.get("frozen") is True,
            requirement=str(self.entry.get("requirement") or ""),
            note=str(self.entry.get("note") or ""),
            smallest=int(self.entry.get("smallest") or 0),
            turns=self._turns(denominator, numerator, sums, target),
        )

    def _turns(
        self,
        denominator: Expr,
        numerator: Expr | None,
        sums: Mapping[str, tuple[str, Expr]],
        target: Target | None,
    ) -> frozenset[str] | None:
        rows = [denominator, *(value for _, value in sums.values())]
        rows += [numerator] if numerator else []
        judged = list(target.inputs.values()) if target else []
        if target and any(_NOW.search(data) for data in self.sources.models.values()):
            return None
        found = [turning(expr.text) for expr in [*rows, *judged]]
        told = [one for one in found if one is not None]
        return frozenset().union(*told) if len(told) == len(found) else None

    def _columns(self) -> frozenset[str]:
        """Name the columns a row has; those from variables are not kept by moment."""
        ledger = self.entry.get("ledger")
        if ledger is None:
            return TASK_COLUMNS
        if ledger not in self.sources.ledgers:
            self._wrong("ledger", f"没有台账“{ledger}”", "改为 ledgers/ 下已有的台账")
            return frozenset()
        rows = self.sources.ledgers[ledger].get("columns") or ()
        kept = (row for row in rows if not str(row.get("from", "")).startswith("var:"))
        return frozenset({"state", "number", "status", *(str(row["key"]) for row in kept)})

    def _optional(self, key: str, columns: frozenset[str]) -> Expr | None:
        text = self.entry.get(key)
        return None if text is None else self._expr(key, str(text), columns)

    def _expr(self, key: str, text: str, columns: frozenset[str]) -> Expr | None:
        for name in _COLUMN.findall(text):
            if name not in columns:
                text_zh = f"“row.{name}”不是可统计的列"
                self._wrong(key, text_zh, "改为台账中来自检索字段或案件本身的列")
        return self._compiled(key, text)

    def _compiled(self, key: str, text: str) -> Expr | None:
        try:
            constants = {"settings": self.sources.settings}
            return compile_expression(text, mode="spec", constants=constants)
        except InvalidExpression as error:
            self._wrong(key, error.message, "改正表达式")
            return None

    def _target(self) -> Target | None:
        found = self.entry.get("target")
        if not found or self.decisions is None:
            return None
        decision = str(found.get("decision") or "")
        if decision not in self.decisions.ids():
            self._wrong("target.decision", f"没有决策“{decision}”", "改为已有的决策表")
            return None
        given = found.get("inputs") or {n: n for n in self.decisions.inputs(decision)}
        inputs = {
            str(name): expr
            for name, text in given.items()
            if (expr := self._compiled(f"target.inputs.{name}", str(text)))
        }
        return Target(self.decisions, decision, inputs, str(found.get("output") or "state"))

    def _wrong(self, where: str, text: str, repair: str) -> None:
        file = f"reports/{self.name}.yaml"
        zh = f"{where}：{text}"
        found = Finding("report.value", "error", file, where, self.name, zh, zh, repair)
        self.findings.append(found)
