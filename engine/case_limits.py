"""Limits of a case itself: rows of the due table that name a process instead of a task."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engine.base.errors import InvalidExpression
from engine.base.expressions import Moment
from engine.base.findings import Finding
from engine.base.values import Value
from engine.feel.compile import Expression, compile_expression
from engine.rules.calendar import due_end_of_day
from engine.rules.deadlines import Place, due_moment

FILE = "application.yaml"
PARTS = ("field", "while")  # FEEL over the variables of the case


@dataclass(frozen=True, slots=True)
class CaseLimit:
    """One limit of the cases of a process; WHEN: while it holds, the whole case without.

    It is counted from the start of the case, or from FIELD while that has a value.
    """

    key: str
    row: Mapping[str, Any]
    field: Expression | None
    when: Expression | None

    @property
    def kind(self) -> str:
        """Name the ladder of its reminders and levels."""
        return str(self.row["kind"])

    @property
    def title(self) -> str:
        """Name it for people."""
        return str(self.row["title"])

    @property
    def reads(self) -> frozenset[str]:
        """Name the variables it reads."""
        parts = [one.reads for one in (self.field, self.when) if one is not None]
        dated = {"year", "case_year"} if "date" in self.row else set()
        return frozenset(dated).union(*parts)

    def due(
        self, known: Mapping[str, Value], started: datetime, at: Moment, place: Place
    ) -> datetime | None:
        """Give the due moment by the variables KNOWN, None while there is no limit."""
        if self.when is not None and self.when.with_warnings(known, at)[0] is not True:
            return None
        base: Value = started
        if self.field is not None:
            base = self.field.with_warnings(known, at)[0]
        if isinstance(base, date) and not isinstance(base, datetime):
            base = due_end_of_day(base, place.zone)
        if not isinstance(base, datetime):
            return None
        if "date" in self.row:
            return self._fixed(known, place)
        return due_moment(int(self.row["amount"]), self.row["unit"], base, place)

    def _fixed(self, known: Mapping[str, Value], place: Place) -> datetime | None:
        year = known.get("year") or known.get("case_year")
        if not isinstance(year, int) or isinstance(year, bool):
            return None
        month, day = map(int, str(self.row["date"]).split("-"))
        return due_end_of_day(
            date(year + int(self.row.get("year", 0)), month, day), place.zone
        )


def read(
    deadlines: Mapping[str, Mapping[str, Any]],
    processes: Mapping[str, Any],
    settings: Mapping[str, Value],
) -> tuple[dict[str, tuple[CaseLimit, ...]], list[Finding]]:
    """Give the limits of cases by process key, and what is wrong with their rows."""
    found: dict[str, tuple[CaseLimit, ...]] = {}
    findings: list[Finding] = []
    for key, row in deadlines.items():
        process = row.get("process")
        if process is None:
            continue
        if process not in processes:
            findings.append(_wrong(key, f"时限“{key}”的流程“{process}”不存在"))
            continue
        parts: dict[str, Expression] = {}
        for name in PARTS:
            try:
                if name in row:
                    constants = {"settings": settings}
                    parts[name] = compile_expression(
                        str(row[name]), mode="spec", constants=constants
                    )
            except InvalidExpression as error:
                findings.append(_wrong(key, f"时限“{key}”的 {name} 有错误：{error.message}"))
        limit = CaseLimit(key, row, parts.get("field"), parts.get("while"))
        found[process] = (*found.get(process, ()), limit)
    return found, findings


def _wrong(key: str, text: str) -> Finding:
    repair = "改正 application.yaml 的 deadlines"
    return Finding("deadline.case", "error", FILE, key, "", text, text, repair)
