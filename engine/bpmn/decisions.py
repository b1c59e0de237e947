"""Decisions as the kernel calls them: the result in the shape the task asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from engine.base.errors import ExpressionFailed
from engine.base.expressions import Moment
from engine.base.values import Value

SHAPES = ("singleEntry", "singleResult", "collectEntries", "resultList")


class Outcome(Protocol):
    """What evaluating a decision gives."""

    @property
    def value(self) -> Value:
        """Give the value as DMN defines it."""
        ...

    @property
    def tables(self) -> tuple[Mapping[str, Value], ...]:
        """Give the audit trail of each table of the graph."""
        ...

    @property
    def warnings(self) -> tuple[str, ...]:
        """Give what was answered with null."""
        ...


class Decisions(Protocol):
    """The compiled decisions of an application."""

    def evaluate(
        self, decision_id: str, scope: Mapping[str, Value], moment: Moment
    ) -> Outcome:
        """Evaluate one decision with everything it requires."""
        ...


@dataclass(frozen=True, slots=True)
class Shaped:
    """An outcome in the shape asked for."""

    value: Value
    tables: tuple[Mapping[str, Value], ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DecisionRule:
    """One decision bound to a task; STRICT: no matching row and no default fails."""

    decisions: Decisions
    id: str
    shape: str = ""
    strict: bool = False

    def __call__(self, scope: Mapping[str, Value], moment: Moment) -> Shaped:
        """Evaluate and shape; ExpressionFailed when the result has not the shape."""
        found = self.decisions.evaluate(self.id, scope, moment)
        if self.strict and (found.value is None or found.value == []):
            raise ExpressionFailed(f"决策“{self.id}”没有一行符合，也没有默认值。")
        return Shaped(shaped(found.value, self.shape, self.id), found.tables, found.warnings)


def shaped(value: Value, shape: str, name: str) -> Value:
    """Give VALUE as a single entry, single row, list of entries or list of rows."""
    if not shape or value is None:
        return value
    rows = value if isinstance(value, list) else [value]
    if shape == "resultList":
        return rows
    if shape == "collectEntries":
        return [entry(row, name) for row in rows]
    if len(rows) > 1:
        raise ExpressionFailed(f"决策“{name}”给出 {len(rows)} 行，但只能取一行。")
    if not rows:
        return None
    return entry(rows[0], name) if shape == "singleEntry" else rows[0]


def entry(row: Value, name: str) -> Value:
    """Give the only entry of a row."""
    if not isinstance(row, Mapping):
        return row
    if len(row) != 1:
        raise ExpressionFailed(f"决策“{name}”的一行有 {len(row)} 个输出，但只能取一个。")
    return next(iter(row.values()))
