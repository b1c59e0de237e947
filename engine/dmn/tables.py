"""Decision tables: which rows match, and what the hit policy makes of them."""

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.base.errors import ExpressionFailed
from engine.base.values import Value
from engine.dmn.model import HitPolicy
from engine.dmn.trail import Asked, Trail
from engine.dmn.types import Kind, conform, test
from engine.feel.compare import is_same
from engine.feel.compile import Expression
from engine.feel.functions.registry import FUNCTIONS


@dataclass(frozen=True, slots=True)
class Column:
    """A compiled input: what is read, and which values are allowed."""

    title: str
    expression: Expression
    kind: Kind | None
    allowed: Expression | None


@dataclass(frozen=True, slots=True)
class Result:
    """A compiled output; ORDER are its values, the most important first."""

    name: str
    title: str
    kind: Kind | None
    allowed: Expression | None
    default: Expression | None
    order: Expression | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A compiled rule: a test an input (None: any value), an expression an output."""

    id: str
    tests: tuple[Expression | None, ...]
    outputs: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A compiled decision table; NAME is the decision on the screen."""

    id: str
    name: str
    policy: HitPolicy
    columns: tuple[Column, ...]
    results: tuple[Result, ...]
    rows: tuple[Row, ...]

    def __call__(self, run: Trail) -> Value:
        """Evaluate; records the matched rows, raises ExpressionFailed for U and A."""
        inputs = [self._input(run, column) for column in self.columns]
        hits = self._hits(run, inputs)
        value = self._value(run, hits)
        titles = {c.expression.text: v for c, v in zip(self.columns, inputs, strict=True)}
        ids = [self.rows[index].id for index in hits]
        run.record(Asked(self.id, self.policy, titles, ids), value)
        return value

    def _input(self, run: Trail, column: Column) -> Value:
        value = conform(run, column.expression.within(run), column.kind, column.title)
        if column.allowed is None or value is None or test(run, column.allowed, value) is True:
            return value
        return run.warn("argument", f"〔{self.name}〕输入“{column.title}”不在可选值之内", 0)

    def _hits(self, run: Trail, inputs: Sequence[Value]) -> list[int]:
        """Give the indexes of the rows that match, only the first for policy F."""
        hits: list[int] = []
        for index, row in enumerate(self.rows):
            run.charge(1)
            if self._matches(run, row, inputs):
                hits.append(index)
                if self.policy == "F":
                    break
        return hits

    def _matches(self, run: Trail, row: Row, inputs: Sequence[Value]) -> bool:
        for expression, value in zip(row.tests, inputs, strict=True):
            if expression is not None and test(run, expression, value) is not True:
                return False
        return True

    def _value(self, run: Trail, hits: list[int]) -> Value:
        if not hits:
            return self._default(run)
        if self.policy == "U" and len(hits) > 1:
            raise self._clash("dmn.unique", "同时符合，但命中规则为“唯一”", hits)
        return _POLICIES[self.policy](self, run, hits)

    def _default(self, run: Trail) -> Value:
        """Give the default output; without one, null with a warning (a count is 0)."""
        if any(result.default for result in self.results):
            return self._shaped(
                run, [r.default.within(run) if r.default else None for r in self.results]
            )
        if self.policy == "C#":
            return 0
        return run.warn("no_match", f"〔{self.name}〕没有符合的行，也没有默认输出", 0)

    def outputs(self, run: Trail, index: int) -> Value:
        """Give the outputs of the row at INDEX: one value, or a context of several."""
        return self._shaped(run, [cell.within(run) for cell in self.rows[index].outputs])

    def _shaped(self, run: Trail, cells: list[Value]) -> Value:
        values = [
            self._output(run, result, cell)
            for result, cell in zip(self.results, cells, strict=True)
        ]
        if len(self.results) == 1:
            return values[0]
        return {result.name: v for result, v in zip(self.results, values, strict=True)}

    def _output(self, run: Trail, result: Result, cell: Value) -> Value:
        value = conform(run, cell, result.kind, result.title)
        if result.allowed is None or value is None or test(run, result.allowed, value) is True:
            return value
        return run.warn("argument", f"〔{self.name}〕输出“{result.title}”不在可选值之内", 0)

    def ranked(self, run: Trail, hits: list[int]) -> list[Value]:
        """Give the outputs of HITS, the most important first, else in table order."""
        orders = [r.order.within(run) if r.order else [] for r in self.results]
        found = [self.outputs(run, index) for index in hits]

        def rank(value: Value) -> tuple[int, ...]:
            cells = [value] if len(self.results) == 1 else list(value.values())
            return tuple(
                _position(run, order, cell) for order, cell in zip(orders, cells, strict=True)
            )

        return sorted(found, key=rank)

    def _clash(self, code: str, zh: str, hits: list[int]) -> ExpressionFailed:
        numbers = [index + 1 for index in hits]
        where = "、".join(str(number) for number in numbers)
        return ExpressionFailed(
            f"决策〔{self.name}〕第 {where} 行{zh}。",
            code=code,
            table=self.id,
            rows=[self.rows[index].id for index in hits],
            numbers=numbers,
        )

    def same(self, run: Trail, hits: list[int]) -> Value:
        """Give the output all HITS agree on; raises ExpressionFailed when they do not."""
        found = [self.outputs(run, index) for index in hits]
        if any(not is_same(run, found[0], other) for other in found[1:]):
            raise self._clash("dmn.any", "同时符合而输出不同，但命中规则为“任一”", hits)
        return found[0]


def _position(run: Trail, order: list[Value], cell: Value) -> int:
    for place, value in enumerate(order):
        if is_same(run, value, cell):
            return place
    return len(order)


def _all(table: Table, run: Trail, hits: list[int]) -> Any:
    return run.sized([table.outputs(run, index) for index in hits])


def _aggregate(key: str, table: Table, run: Trail, hits: list[int]) -> Value:
    return FUNCTIONS[key](run, _all(table, run, hits))


_POLICIES: Mapping[str, Callable[[Table, Trail, list[int]], Value]] = {
    "U": lambda table, run, hits: table.outputs(run, hits[0]),
    "F": lambda table, run, hits: table.outputs(run, hits[0]),
    "A": lambda table, run, hits: table.same(run, hits),
    "P": lambda table, run, hits: table.ranked(run, hits)[0],
    "O": lambda table, run, hits: run.sized(table.ranked(run, hits)),
    "R": _all,
    "C": _all,
    "C+": functools.partial(_aggregate, "sum"),
    "C<": functools.partial(_aggregate, "min"),
    "C>": functools.partial(_aggregate, "max"),
    "C#": lambda _table, _run, hits: len(hits),
}
