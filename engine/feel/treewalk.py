"""The plain second evaluation: walk the tree, names in chained dictionaries; test oracle."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from engine.base.errors import ExpressionFailed
from engine.base.expressions import Moment
from engine.base.values import Value
from engine.feel import nodes as n
from engine.feel.arithmetic import calculate, negate, span_of
from engine.feel.borders import let_out
from engine.feel.calls import builtin_value, call_builtin, call_value
from engine.feel.compare import between, equal, ordered, passes, same_kind
from engine.feel.compile import Expression
from engine.feel.iteration import CONDITIONS, source_items
from engine.feel.numbers import is_number
from engine.feel.paths import item_at, items_of, member
from engine.feel.run import LimitReached, Run
from engine.feel.signatures import SIGNATURES
from engine.feel.types import conforming, is_instance
from engine.feel.values import Function, Range, kind_name


@dataclass(frozen=True, slots=True)
class Env:
    """Names bound here, the environment around, and whether here is a filter's item."""

    names: dict[str, Value] = field(default_factory=dict)
    outer: "Env | None" = None
    item: bool = False


def evaluate(
    expression: Expression, scope: Mapping[str, Value], moment: Moment
) -> tuple[Value, tuple[str, ...]]:
    """Evaluate as EXPRESSION would, the slow and obvious way."""
    run = Run(scope, moment, expression.strict, expression.text)
    run.ops = expression.tree.size
    walker = Walker(run, expression)
    try:
        value = walker.walk(expression.tree, Env())
        return (let_out(run, value) if expression.builds else value), tuple(run.warnings)
    except LimitReached as reached:
        if run.strict:
            raise ExpressionFailed(reached.zh, reason="limit") from None
        return None, (*run.warnings, reached.zh)


class Walker:
    """Walk one tree for one run."""

    def __init__(self, run: Run, expression: Expression) -> None:
        self.run = run
        self.constants = expression.constants
        self.declared = expression.declared
        self._walk: Mapping[type, Callable[..., Value]] = {
            n.Const: lambda node, _: node.value,
            n.Builtin: lambda node, _: builtin_value(node.name),
            n.Name: self._name,
            n.Member: self._member,
            n.Filter: self._filter,
            n.Call: self._call,
            n.Lambda: self._lambda,
            n.Span: self._span,
            n.For: self._for,
            n.Quantified: self._quantified,
            n.If: self._if,
            n.Logic: self._logic,
            n.Compare: self._compare,
            n.Between: self._between,
            n.In: self._in,
            n.Arith: self._arith,
            n.Negate: lambda node, env: negate(run, self.walk(node.operand, env), node.at),
            n.InstanceOf: lambda node, env: is_instance(
                run, self.walk(node.operand, env), node.type
            ),
            n.ListOf: lambda node, env: [self.walk(item, env) for item in node.items],
            n.ContextOf: self._context,
            n.RangeOf: self._range,
        }

    def walk(self, node: n.Node, env: Env) -> Value:
        """Give the value of NODE in ENV."""
        return self._walk[type(node)](node, env)

    def _name(self, node: n.Name, env: Env) -> Value:
        here: Env | None = env
        boxed = False
        while here is not None:
            if here.item and node.name != "item":
                inside = here.names["item"]
                boxed = boxed or type(inside) is dict
                if type(inside) is dict and node.name in inside:
                    return inside[node.name]
            elif node.name in here.names:
                return here.names[node.name]
            here = here.outer
        if node.name in self.constants:
            return self.constants[node.name]
        if node.name in self.run.scope:
            return self.run.scope[node.name]
        if boxed or node.name in self.declared:
            return None
        return self.run.warn("unknown_name", f"没有变量“{node.name}”", node.at)

    def _member(self, node: n.Member, env: Env) -> Value:
        return member(self.run, self.walk(node.base, env), node.name, node.at)

    def _filter(self, node: n.Filter, env: Env) -> Value:
        items = items_of(self.walk(node.base, env))
        if not items and isinstance(node.body, CONDITIONS):
            return []
        probe = items[0] if items else None
        first = self.walk(node.body, Env({"item": probe}, env, item=True))
        if is_number(first):
            return item_at(self.run, items, first, node.at)
        kept = []
        for index, item in enumerate(items):
            self.run.charge(node.body.size + 1)
            if index:
                first = self.walk(node.body, Env({"item": item}, env, item=True))
            if first is True:
                kept.append(item)
            elif first is not None and first is not False:
                zh = f"筛选条件必须为是否或序号，不能是{kind_name(first)}"
                self.run.warn("type", zh, node.at)
        return self.run.sized(kept)

    def _call(self, node: n.Call, env: Env) -> Value:
        if isinstance(node.callee, n.Builtin):
            name = node.callee.name
            args = [self.walk(arg, env) for arg in node.args]
            ways = SIGNATURES[name].candidates(len(args), node.names)
            return call_builtin(self.run, name, ways, args, node.at)
        function = self.walk(node.callee, env)
        args = [self.walk(arg, env) for arg in node.args]
        return call_value(self.run, function, args, node.names, node.at)

    def _lambda(self, node: n.Lambda, env: Env) -> Value:
        def call(run: Run, args: list[Value]) -> Value:
            run.charge(node.size)
            fitted = [
                conforming(run, value, kind, node.at)
                for value, kind in zip(args, node.types, strict=False)
            ]
            return self.walk(node.body, Env(dict(zip(node.params, fitted, strict=False)), env))

        return Function(node.params, call, node.height)

    def _span(self, node: n.Span, env: Env) -> Value:
        return span_of(
            self.run, self.walk(node.low, env), self.walk(node.high, env), node.at
        )

    def _combinations(
        self, iterators: tuple[tuple[str, n.Node], ...], env: Env, cost: int
    ) -> Iterator[Env | None]:
        """Give an environment for each combination, None once a source is null."""
        (name, source), rest = iterators[0], iterators[1:]
        found = source_items(self.run, self.walk(source, env), source.at)
        if found is None:
            yield None
            return
        for item in found:
            self.run.charge(cost)
            inner = Env({name: item}, env)
            if not rest:
                yield inner
                continue
            for below in self._combinations(rest, inner, cost):
                yield below
                if below is None:
                    return

    def _for(self, node: n.For, env: Env) -> Value:
        results: list[Value] = []
        for inner in self._combinations(node.iterators, env, node.size):
            if inner is None:
                return None
            results.append(self.walk(node.body, Env({"partial": list(results)}, inner)))
            self.run.sized(results)
        return results

    def _quantified(self, node: n.Quantified, env: Env) -> Value:
        unknown = False
        for inner in self._combinations(node.iterators, env, node.size):
            if inner is None:
                return None
            answer = self.walk(node.body, inner)
            if answer is node.some:
                return answer
            if type(answer) is not bool:
                unknown = True
                if answer is not None:
                    zh = f"条件必须为是否，不能是{kind_name(answer)}"
                    self.run.warn("type", zh, node.body.at)
        return None if unknown else not node.some

    def _if(self, node: n.If, env: Env) -> Value:
        for condition, value in node.branches:
            answer = self.walk(condition, env)
            if answer is True:
                return self.walk(value, env)
            if answer is not None and type(answer) is not bool:
                self.run.warn("type", "if 的条件必须为是否", condition.at)
        return self.walk(node.otherwise, env)

    def _logic(self, node: n.Logic, env: Env) -> Value:
        """Fold the truth table from the left, stopping at the decisive value."""
        word = "and" if node.conjunction else "or"
        result: bool | None = node.conjunction
        for term in node.terms:
            answer = self.walk(term, env)
            if answer is not None and type(answer) is not bool:
                zh = f"{word} 的两边必须为是否，不能是{kind_name(answer)}"
                answer = self.run.warn("type", zh, term.at)
            if answer is (not node.conjunction):
                return answer
            result = None if answer is None else result
        return result

    def _compare(self, node: n.Compare, env: Env) -> Value:
        left, right = self.walk(node.left, env), self.walk(node.right, env)
        if node.op not in {"=", "!="}:
            return ordered(self.run, node.op, left, right, node.at)
        answer = equal(self.run, left, right, node.at)
        return answer if answer is None or node.op == "=" else not answer

    def _between(self, node: n.Between, env: Env) -> Value:
        value = self.walk(node.value, env)
        low, high = self.walk(node.low, env), self.walk(node.high, env)
        return between(self.run, value, low, high, node.at)

    def _in(self, node: n.In, env: Env) -> Value:
        value = self.walk(node.value or n.Name(node.at, "?"), env)
        inner = Env({"?": value}, env)
        unknown = False
        for test in node.tests:
            found = self.walk(test.body, inner)
            answer = passes(self.run, value, found, test.asks, test.at)
            if answer is True:
                return not node.negated
            unknown = unknown or answer is None
        return None if unknown else node.negated

    def _arith(self, node: n.Arith, env: Env) -> Value:
        value = self.walk(node.first, env)
        for op, operand in node.rest:
            value = calculate(self.run, op, value, self.walk(operand, env), operand.at)
        return value

    def _context(self, node: n.ContextOf, env: Env) -> Value:
        found: dict[str, Value] = {}
        for key, value in node.entries:
            found[key] = self.walk(value, Env(dict(found), env))
        return found

    def _range(self, node: n.RangeOf, env: Env) -> Value:
        low = self.walk(node.low, env) if node.low else None
        high = self.walk(node.high, env) if node.high else None
        if (node.low and low is None) or (node.high and high is None):
            return None
        if node.low and node.high and same_kind(low, high) is None:
            return self.run.warn("type", "区间两端的类型不同", node.at)
        return Range(low, high, node.low_closed, node.high_closed)
