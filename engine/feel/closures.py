"""From tree to closures: one small function a node, made once at deployment."""

import operator
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import TypeAlias

from engine.base.values import Value
from engine.feel import nodes as n
from engine.feel.arithmetic import calculate, negate
from engine.feel.calls import builtin_value, call_builtin, call_value
from engine.feel.compare import between, equal, ordered, passes, same_kind
from engine.feel.iteration import Loops
from engine.feel.numbers import BOUND
from engine.feel.paths import member
from engine.feel.run import Run
from engine.feel.scopes import Scopes
from engine.feel.signatures import CLOCK, SIGNATURES
from engine.feel.types import conforming, is_instance
from engine.feel.values import Function, Range, kind_name

Code: TypeAlias = Callable[[Run], Value]

_NUMBERS = frozenset({int, Decimal})
_ORDER: Mapping[str, Callable[[Value, Value], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _equality(left: Code, right: Code, at: int, unlike: bool) -> Code:
    """Make `=` or `!=`, quick for two texts or two integers."""

    def compare(run: Run) -> Value:
        one, two = left(run), right(run)
        kind = one.__class__
        if kind is two.__class__ and (kind is str or kind is int):
            return (one == two) is not unlike
        answer = equal(run, one, two, at)
        return None if answer is None else answer is not unlike

    return compare


def _binary(op: str, left: Code, right: Code, at: int) -> Code:
    """Make one arithmetic operation, quick for sums and products of integers."""
    quick = _QUICK.get(op)
    if quick is None:
        return lambda run: calculate(run, op, left(run), right(run), at)

    def compute(run: Run) -> Value:
        one, two = left(run), right(run)
        if one.__class__ is int and two.__class__ is int:
            result = quick(one, two)
            if -BOUND < result < BOUND:
                return result
        return calculate(run, op, one, two, at)

    return compute


_QUICK: Mapping[str, Callable[[int, int], int]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
}


class Builder(Loops):
    """Make closures of nodes, with the names resolved in SCOPES."""

    def __init__(self, scopes: Scopes) -> None:
        self.scopes = scopes
        self._make: Mapping[type, Callable[..., Code]] = {
            n.Const: self._const,
            n.Name: self._name,
            n.Builtin: self._builtin,
            n.Member: self._member,
            n.Filter: self.filtered,
            n.Call: self._call,
            n.Lambda: self._lambda,
            n.Span: self.span,
            n.For: self.loop,
            n.Quantified: self.quantified,
            n.If: self._if,
            n.Logic: self._logic,
            n.Compare: self._compare,
            n.Between: self._between,
            n.In: self._in,
            n.Arith: self._arith,
            n.Negate: self._negate,
            n.InstanceOf: self._instance,
            n.ListOf: self._list,
            n.ContextOf: self._context,
            n.RangeOf: self._range,
        }

    def code(self, node: n.Node) -> Code:
        """Make the closure of NODE."""
        return self._make[type(node)](node)

    def codes(self, nodes: Iterable[n.Node]) -> tuple[Code, ...]:
        """Make the closures of NODES."""
        return tuple(self.code(node) for node in nodes)

    def _const(self, node: n.Const) -> Code:
        value = node.value
        return lambda _: value

    def _builtin(self, node: n.Builtin) -> Code:
        self.scopes.clock = self.scopes.clock or node.name in CLOCK
        value = builtin_value(node.name)
        return lambda _: value

    def _name(self, node: n.Name) -> Code:
        name, at = node.name, node.at
        items, slot = self.scopes.find(name)
        if items:
            return self._name_in_filter(name, at, items, slot)
        if slot is not None:
            return lambda run: run.loc[slot]
        return self._outside(name, at)

    def _outside(self, name: str, at: int) -> Code:
        if name == "?":
            return lambda run: run.question
        if name in self.scopes.constants:
            value = self.scopes.constants[name]
            return lambda _: value
        declared = name in self.scopes.names

        def outside(run: Run) -> Value:
            try:
                return run.scope[name]
            except KeyError:
                # a declared name that has no value yet is a field left empty
                return None if declared else run.warn("unknown_name", f"没有变量“{name}”", at)

        return outside

    def _name_in_filter(
        self, name: str, at: int, items: tuple[int, ...], slot: int | None
    ) -> Code:
        outside = self._outside(name, at)

        def found(run: Run) -> Value:
            boxed = False
            for place in items:
                item = run.loc[place]
                if type(item) is dict:
                    boxed = True
                    if name in item:
                        return item[name]
            if slot is not None:
                return run.loc[slot]
            # an entry that some items lack is empty there, not an unknown name
            return None if boxed and name not in run.scope else outside(run)

        return found

    def _member(self, node: n.Member) -> Code:
        base, name, at = self.code(node.base), node.name, node.at

        def step(run: Run) -> Value:
            value = base(run)
            return value.get(name) if type(value) is dict else member(run, value, name, at)

        return step

    def _call(self, node: n.Call) -> Code:
        args, at = self.codes(node.args), node.at
        names = node.names
        if isinstance(node.callee, n.Builtin):
            name = node.callee.name
            self.scopes.clock = self.scopes.clock or name in CLOCK
            candidates = SIGNATURES[name].candidates(len(args), names)
            return lambda run: call_builtin(
                run, name, candidates, [arg(run) for arg in args], at
            )
        callee = self.code(node.callee)
        return lambda run: call_value(run, callee(run), [arg(run) for arg in args], names, at)

    def _lambda(self, node: n.Lambda) -> Code:
        slots = tuple(self.scopes.bind(node.params).values())
        body = self.code(node.body)
        self.scopes.close()
        size, at, types = node.size, node.at, node.types
        typed = any(types)

        def make(run: Run) -> Value:
            captured, scope = list(run.loc), run.scope
            run.charge(1 + (len(captured) >> 3))

            def call(caller: Run, args: list[Value]) -> Value:
                caller.charge(size)
                outer = caller.loc, caller.scope
                caller.loc, caller.scope = list(captured), scope
                try:
                    for index, slot in enumerate(slots):
                        value = args[index]
                        if typed:
                            value = conforming(caller, value, types[index], at)
                        caller.loc[slot] = value
                    return body(caller)
                finally:
                    caller.loc, caller.scope = outer

            return Function(node.params, call, node.height)

        return make

    def _if(self, node: n.If) -> Code:
        branches = tuple(
            (self.code(condition), self.code(value), condition.at)
            for condition, value in node.branches
        )
        otherwise = self.code(node.otherwise)

        def choose(run: Run) -> Value:
            for condition, value, at in branches:
                answer = condition(run)
                if answer is True:
                    return value(run)
                if answer is not False and answer is not None:
                    run.warn("type", "if 的条件必须为是否", at)
            return otherwise(run)

        return choose

    def _logic(self, node: n.Logic) -> Code:
        terms = self.codes(node.terms)
        places = tuple(term.at for term in node.terms)
        decisive = not node.conjunction
        word = "and" if node.conjunction else "or"

        def chain(run: Run) -> Value:
            known = True
            for index, term in enumerate(terms):
                answer = term(run)
                if answer is decisive:
                    return decisive
                if answer is not (not decisive):
                    known = False
                    if answer is not None:
                        zh = f"{word} 的两边必须为是否，不能是{kind_name(answer)}"
                        run.warn("type", zh, places[index])
            return not decisive if known else None

        return chain

    def _compare(self, node: n.Compare) -> Code:
        left, right, at, op = self.code(node.left), self.code(node.right), node.at, node.op
        if op in {"=", "!="}:
            return _equality(left, right, at, op == "!=")
        rule = _ORDER[op]

        def compare(run: Run) -> Value:
            one, two = left(run), right(run)
            if one.__class__ in _NUMBERS and two.__class__ in _NUMBERS:
                return rule(one, two)
            return ordered(run, op, one, two, at)

        return compare

    def _between(self, node: n.Between) -> Code:
        value, low, high = self.codes((node.value, node.low, node.high))
        at = node.at
        return lambda run: between(run, value(run), low(run), high(run), at)

    def _in(self, node: n.In) -> Code:
        subject = self.code(node.value) if node.value else self.code(n.Name(node.at, "?"))
        slot = self.scopes.bind(["?"])["?"]
        tests = tuple(
            (self._range_test(test.body) or self.code(test.body), test.asks, test.at)
            for test in node.tests
        )
        self.scopes.close()
        negated = node.negated

        def member_of(run: Run) -> Value:
            value = run.loc[slot] = subject(run)
            unknown = False
            for body, asks, at in tests:
                answer = passes(run, value, body(run), asks, at)
                if answer is True:
                    return not negated
                unknown = unknown or answer is None
            return None if unknown else negated

        return member_of

    def _range_test(self, body: n.Node) -> Code | None:
        """Make a constant of a range between literals."""
        if not isinstance(body, n.RangeOf):
            return None
        ends = [end for end in (body.low, body.high) if end is not None]
        if not all(isinstance(end, n.Const) for end in ends):
            return None
        low = body.low.value if isinstance(body.low, n.Const) else None
        high = body.high.value if isinstance(body.high, n.Const) else None
        if any(end.value is None for end in ends if isinstance(end, n.Const)):
            return None  # null is no end: it leaves open whether a value lies inside
        if len(ends) == 2 and same_kind(low, high) is None:
            return None
        value = Range(low, high, body.low_closed, body.high_closed)
        return lambda _: value

    def _arith(self, node: n.Arith) -> Code:
        if len(node.rest) == 1:
            op, operand = node.rest[0]
            return _binary(op, self.code(node.first), self.code(operand), operand.at)
        first = self.code(node.first)
        rest = tuple((op, self.code(operand), operand.at) for op, operand in node.rest)

        def chain(run: Run) -> Value:
            value = first(run)
            for op, operand, at in rest:
                value = calculate(run, op, value, operand(run), at)
            return value

        return chain

    def _negate(self, node: n.Negate) -> Code:
        operand, at = self.code(node.operand), node.at
        return lambda run: negate(run, operand(run), at)

    def _instance(self, node: n.InstanceOf) -> Code:
        operand, wanted = self.code(node.operand), node.type
        return lambda run: is_instance(run, operand(run), wanted)

    def _list(self, node: n.ListOf) -> Code:
        items = self.codes(node.items)
        return lambda run: [item(run) for item in items]

    def _context(self, node: n.ContextOf) -> Code:
        slots = self.scopes.bind(())
        entries = []
        for key, value in node.entries:
            code = self.code(value)
            slots[key] = self.scopes.slot()
            entries.append((key, code, slots[key]))
        self.scopes.close()

        def build(run: Run) -> Value:
            found: dict[str, Value] = {}
            for key, code, slot in entries:
                found[key] = run.loc[slot] = code(run)
            return found

        return build

    def _range(self, node: n.RangeOf) -> Code:
        low = self.code(node.low) if node.low else None
        high = self.code(node.high) if node.high else None
        low_closed, high_closed = node.low_closed, node.high_closed

        def build(run: Run) -> Value:
            start = low(run) if low else None
            end = high(run) if high else None
            if (low and start is None) or (high and end is None):
                return None  # an end that is not known makes no range
            if low and high and same_kind(start, end) is None:
                return run.warn("type", "区间两端的类型不同", node.at)
            return Range(start, end, low_closed, high_closed)

        return build
