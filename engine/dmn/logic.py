"""Boxed expressions to callables: one small function a box, made at deployment."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from engine.base.errors import InvalidExpression
from engine.base.values import Value
from engine.dmn import model as m
from engine.dmn.notes import Notes
from engine.dmn.tables import Column, Result, Row, Table
from engine.dmn.trail import Trail
from engine.dmn.types import Kind, TypeBook, conform
from engine.feel.calls import call_value
from engine.feel.compile import Expression, compile_expression
from engine.feel.inference import type_problems
from engine.feel.iteration import source_items
from engine.feel.numbers import is_number
from engine.feel.paths import item_at, items_of
from engine.feel.values import Function

Code: TypeAlias = Callable[[Trail], Value]
CELL = 1024  # characters of a cell
_NULL = compile_expression("null", mode="spec")


@dataclass(frozen=True, slots=True)
class Names:
    """Names an expression sees: KNOWN here, MEMBERS behind a dot, OUTER variables.

    OPEN: in a filter, any name may be an entry of the item. CLOSED: in a function, a name
    that is not known has no value anywhere. KINDS are the base types of inputs, by name.
    """

    known: frozenset[str]
    members: frozenset[str] = frozenset()
    outer: frozenset[str] = frozenset()
    kinds: Mapping[str, str] = field(default_factory=dict)
    open: bool = False
    closed: bool = False

    def more(self, names: Iterable[str]) -> "Names":
        """Give the names with others added."""
        fresh = frozenset(names)
        kinds = {name: kind for name, kind in self.kinds.items() if name not in fresh}
        return replace(self, known=self.known | fresh, kinds=kinds)


class Logic:
    """Compile the logic of one drawn element of MODEL; what is wrong goes to NOTES."""

    def __init__(self, model: m.Model, types: TypeBook, notes: Notes) -> None:
        self.model = model
        self.types = types
        self.notes = notes
        self.undeclared: set[str] = set()  # read without being drawn as required
        self.tables: list[tuple[m.TableBox, Table]] = []
        self._make: Mapping[type, Callable[..., Code]] = {
            m.LiteralBox: self._literal,
            m.TableBox: self.table,
            m.InvocationBox: self._invocation,
            m.ContextBox: self._context,
            m.ListBox: self._list,
            m.RelationBox: self._relation,
            m.FunctionBox: self._function,
            m.ConditionalBox: self._conditional,
            m.FilterBox: self._filter,
            m.IteratorBox: self._iterator,
        }

    def code(self, box: m.Box, names: Names) -> Code:
        """Make the callable of BOX; its declared type is checked on each call."""
        made = self._make[type(box)](box, names)
        kind = self.kind(box.type)
        if kind is None or isinstance(box, m.FunctionBox):
            return made
        what = f"〔{self.notes.name}〕"
        return lambda run: conform(run, made(run), kind, what)

    def kind(self, name: str) -> Kind | None:
        """Give the type NAME, None (and a finding) when there is none."""
        try:
            return self.types.kind(self.model, name)
        except KeyError:
            self.notes.add("dmn.type", type=name[:80])
            return None

    def expression(
        self,
        text: str,
        names: Names,
        *,
        where: str = "",
        unary: bool = False,
        limit: int = 4096,
    ) -> Expression:
        """Compile a FEEL text of this element; a finding names WHERE it stands."""
        try:
            found = compile_expression(
                text,
                names=names.known | names.members | names.outer,
                mode="spec",
                kind="unary" if unary else "expression",
                limit=limit,
            )
        except InvalidExpression as error:
            self.notes.expression(error, where)
            return _NULL
        for problem in () if names.open else type_problems(found, names.kinds):
            self.notes.add("expr.type", where=where, column=problem.column, what=problem.zh)
        if names.closed:
            self.notes.unknown("expr.unknown_name", found.unknown)
        elif not names.open:
            self.undeclared.update(found.reads - names.known)
            self.notes.unknown("dmn.undeclared", found.unknown)
        return found

    def _literal(self, box: m.LiteralBox, names: Names) -> Code:
        return self.expression(box.text, names).within

    def table(self, box: m.TableBox, names: Names) -> Table:
        """Compile a decision table."""
        columns = []
        for column in box.inputs:
            where = f"输入列“{column.title}”"
            text = self.expression(column.text, names, where=where)
            allowed = self._tests(column.allowed, names, where + "的可选值")
            columns.append(Column(column.title, text, self.kind(column.type), allowed))
        results = tuple(self._result(output, names, box.policy) for output in box.outputs)
        rows = tuple(self._row(box, index, names) for index in range(len(box.rules)))
        made = Table(box.id, self.notes.name, box.policy, tuple(columns), results, rows)
        self.tables.append((box, made))
        return made

    def _tests(self, text: str, names: Names, where: str) -> Expression | None:
        return self.expression(text, names, where=where, unary=True) if text else None

    def _result(self, output: m.Output, names: Names, policy: str) -> Result:
        where = f"输出列“{output.title}”"
        default = None
        if output.default:
            default = self.expression(output.default, names, where=where + "的默认值")
        order = None
        if policy in {"P", "O"}:
            text = f"[{output.allowed}]"
            order = self.expression(text, names, where=where + "的可选值")
        return Result(
            name=output.name,
            title=output.title,
            kind=self.kind(output.type),
            allowed=self._tests(output.allowed, names, where + "的可选值"),
            default=default,
            order=order,
        )

    def _row(self, box: m.TableBox, index: int, names: Names) -> Row:
        rule = box.rules[index]
        tests = []
        for column, text in zip(box.inputs, rule.inputs, strict=True):
            where = f"第 {index + 1} 行“{column.title}”"
            cell = self.expression(text, names, where=where, unary=True, limit=CELL)
            tests.append(None if text == "-" else cell)
        outputs = []
        for output, text in zip(box.outputs, rule.outputs, strict=True):
            where = f"第 {index + 1} 行“{output.title}”"
            cell = self.expression(text or "null", names, where=where, limit=CELL)
            outputs.append(cell)
        return Row(rule.id, tuple(tests), tuple(outputs))

    def _invocation(self, box: m.InvocationBox, names: Names) -> Code:
        callee = self.code(box.callee, names)
        params = tuple(name for name, _ in box.bindings)
        args = tuple(self.code(binding, names) for _, binding in box.bindings)
        return lambda run: call_value(
            run, callee(run), [arg(run) for arg in args], params or None, 0
        )

    def _context(self, box: m.ContextBox, names: Names) -> Code:
        entries: list[tuple[str, Code, Kind | None]] = []
        for name, kind, value in box.entries:
            entries.append((name, self.code(value, names), self.kind(kind)))
            names = names.more([name] if name else [])

        def build(run: Trail) -> Value:
            outer = run.scope
            found: dict[str, Value] = {}
            try:
                for name, code, kind in entries:
                    run.charge(1 + len(found))
                    run.scope = {**outer, **found} if found else outer
                    value = conform(run, code(run), kind, f"“{name}”")
                    if not name:
                        return value  # the result cell
                    found[name] = value
            finally:
                run.scope = outer
            return found

        return build

    def _list(self, box: m.ListBox, names: Names) -> Code:
        items = tuple(self.code(item, names) for item in box.items)
        return lambda run: [item(run) for item in items]

    def _relation(self, box: m.RelationBox, names: Names) -> Code:
        rows = tuple(tuple(self.code(cell, names) for cell in row) for row in box.rows)
        columns = box.columns

        def build(run: Trail) -> Value:
            return [
                {name: cell(run) for name, cell in zip(columns, row, strict=True)}
                for row in rows
            ]

        return build

    def _function(self, box: m.FunctionBox, names: Names) -> Code:
        make = self.function(box, names)
        return lambda run: make(run.scope, self.notes.name)

    def function(
        self, box: m.FunctionBox, names: Names
    ) -> Callable[[Mapping[str, Value], str], Function]:
        """Compile a function; give what makes its value in a scope, under a name."""
        params = tuple(name for name, _ in box.params)
        kinds = tuple(self.kind(kind) for _, kind in box.params)
        body = self.code(box.body, names.more(params))

        def make(scope: Mapping[str, Value], title: str) -> Function:
            def call(run: Any, args: list[Value]) -> Value:
                run.charge(1 + len(scope))
                outer = run.scope
                given = {
                    name: conform(run, value, kind, f"{title} 的参数“{name}”")
                    for name, value, kind in zip(params, args, kinds, strict=False)
                }
                run.scope = {**scope, **given}
                try:
                    return body(run)
                finally:
                    run.scope = outer

            return Function(params, call, 2, title)

        return make

    def _conditional(self, box: m.ConditionalBox, names: Names) -> Code:
        condition = self.code(box.condition, names)
        then, otherwise = self.code(box.then, names), self.code(box.otherwise, names)
        return lambda run: then(run) if condition(run) is True else otherwise(run)

    def _filter(self, box: m.FilterBox, names: Names) -> Code:
        source = self.code(box.source, names)
        match = self.code(box.match, replace(names.more(["item"]), open=True))

        def answer(run: Trail, item: Value, outer: Mapping[str, Value]) -> Value:
            run.charge(1)
            inside = item if type(item) is dict else {}
            run.scope = {**outer, **inside, "item": item}
            return match(run)

        def kept(run: Trail) -> Value:
            items, outer = items_of(source(run)), run.scope
            found: list[Value] = []
            try:
                for item in items:
                    passed = answer(run, item, outer)
                    if is_number(passed):
                        return item_at(run, items, passed, 0)
                    if passed is True:
                        found.append(item)
            finally:
                run.scope = outer
            return run.sized(found)

        return kept

    def _iterator(self, box: m.IteratorBox, names: Names) -> Code:
        source = self.code(box.source, names)
        extra = [box.variable, "partial"] if box.kind == "for" else [box.variable]
        body = self.code(box.body, names.more(extra))
        fold = _ITERATORS[box.kind]
        variable = box.variable

        def iterate(run: Trail) -> Value:
            outer = run.scope
            found = source_items(run, source(run), 0)
            if found is None:
                return None
            results: list[Value] = []
            try:
                for item in found:
                    run.charge(2 + (len(results) >> 3))
                    run.scope = {**outer, variable: item, "partial": list(results)}
                    results.append(body(run))
                    run.sized(results)
            finally:
                run.scope = outer
            return fold(results)

        return iterate


def _any(results: list[Value]) -> bool | None:
    if True in [r for r in results if type(r) is bool]:
        return True
    return False if all(r is False for r in results) else None


def _every(results: list[Value]) -> bool | None:
    if any(r is False for r in results):
        return False
    return True if all(r is True for r in results) else None


_ITERATORS: Mapping[str, Callable[[list[Value]], Value]] = {
    "for": lambda results: results,
    "some": _any,
    "every": _every,
}
