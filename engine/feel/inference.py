"""Types told before anything runs: what can never work is found at deployment."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TypeAlias

from engine.base.values import Months, Value
from engine.feel import nodes as n
from engine.feel.arithmetic import accepts
from engine.feel.calls import letter_of
from engine.feel.compare import ORDERED
from engine.feel.compile import Expression
from engine.feel.signatures import SIGNATURES, Parameter
from engine.feel.values import Range, kind_name

Kind: TypeAlias = type | None  # None: not known

_NAMED: Mapping[str, type] = {
    "string": str,
    "number": int,
    "boolean": bool,
    "date": date,
    "time": time,
    "date and time": datetime,
    "days and time duration": timedelta,
    "years and months duration": Months,
    "list": list,
    "context": dict,
}
_RESULTS: Mapping[str, type] = {
    "string": str, "substring": str, "upper case": str, "lower case": str, "trim": str,
    "substring before": str, "substring after": str, "replace": str, "string join": str,
    "string length": int, "number": int, "count": int, "floor": int, "ceiling": int,
    "decimal": int, "round up": int, "round down": int, "modulo": int, "sqrt": int,
    "contains": bool, "starts with": bool, "ends with": bool, "matches": bool, "not": bool,
    "list contains": bool, "all": bool, "any": bool, "odd": bool, "even": bool, "is": bool,
    "is working day": bool, "date": date, "today": date, "add working days": date,
    "time": time, "date and time": datetime, "now": datetime, "split": list,
    "sublist": list, "append": list, "concatenate": list, "union": list, "reverse": list,
    "remove": list, "flatten": list, "distinct values": list, "sort": list, "index of": list,
    "get entries": list, "working days between": int, "amount in words": str,
    "day of week": str, "month of year": str, "day of year": int, "week of year": int,
    "years and months duration": Months, "region level": str, "region parent": str,
    "region within": bool, "register codes": list, "last day of month": date,
    "first day of month": date,
}  # fmt: skip
_PARTS: Mapping[str, type] = {
    "year": int, "month": int, "day": int, "weekday": int, "hour": int, "minute": int,
    "second": int, "days": int, "hours": int, "minutes": int, "seconds": int, "years": int,
    "months": int,
}  # fmt: skip
_SAMPLES: Mapping[type, Value] = {
    str: "", int: 1, bool: True, date: date(2000, 1, 1), time: time(),
    datetime: datetime.combine(date(2000, 1, 1), time()), timedelta: timedelta(1),
    Months: Months(1), list: [], dict: {}, Range: Range(1, 2),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TypeProblem:
    """Why an expression can never work: at COLUMN, in Chinese."""

    column: int
    zh: str


def type_problems(
    expression: Expression, kinds: Mapping[str, str] | None = None
) -> tuple[TypeProblem, ...]:
    """Find operations that can never work, with KINDS the types of variables by name.

    A type is a name of FEEL (`number`, `date and time`, …); a variable that is not listed,
    or has another word for a type, may be anything.
    """
    known = {name: _NAMED[kind] for name, kind in (kinds or {}).items() if kind in _NAMED}
    walk = _Inference(known)
    walk.kind(expression.tree)
    return tuple(walk.problems)


class _Inference:
    """Work the kinds out from the leaves up."""

    def __init__(self, names: Mapping[str, type]) -> None:
        self.problems: list[TypeProblem] = []
        self._names = dict(names)
        self._rules: Mapping[type, Callable[..., Kind]] = {
            n.Const: self._const,
            n.Name: lambda node: self._names.get(node.name),
            n.Compare: self._compare,
            n.Between: self._between,
            n.In: self._in,
            n.Logic: self._logic,
            n.Arith: self._arith,
            n.Negate: self._negate,
            n.If: self._if,
            n.Call: self._call,
            n.Member: self._member,
            n.For: self._bound,
            n.Quantified: self._bound,
            n.Lambda: self._bound,
            n.Filter: self._bound,
            n.ContextOf: self._bound,
            n.ListOf: self._plain,
            n.InstanceOf: self._plain,
        }

    def kind(self, node: n.Node) -> Kind:
        """Give the kind of NODE, noting what is wrong below it."""
        return self._rules.get(type(node), self._unknown)(node)

    def _note(self, at: int, zh: str) -> None:
        self.problems.append(TypeProblem(at, zh))

    def _unknown(self, node: n.Node) -> Kind:
        for part in node.parts():
            self.kind(part)
        return None

    def _plain(self, node: n.Node) -> Kind:
        self._unknown(node)
        return list if isinstance(node, n.ListOf) else bool

    def _bound(self, node: n.Node) -> Kind:
        """Look inside what binds names of its own: there, names are not the variables."""
        outer, self._names = self._names, {}
        self._unknown(node)
        self._names = outer
        results: Mapping[type, type] = {n.For: list, n.Quantified: bool, n.ContextOf: dict}
        return results.get(type(node))

    def _const(self, node: n.Const) -> Kind:
        kind = type(node.value)
        if node.value is None:
            return None
        return int if kind is Decimal else kind

    def _compare(self, node: n.Compare) -> Kind:
        left, right = self.kind(node.left), self.kind(node.right)
        self._alike(node.at, left, right, ordered=node.op not in {"=", "!="})
        return bool

    def _alike(self, at: int, left: Kind, right: Kind, *, ordered: bool) -> None:
        if left is None or right is None:
            return
        if left is not right:
            self._note(at, f"{_zh(left)}与{_zh(right)}不能比较")
        elif ordered and left not in ORDERED:
            self._note(at, f"{_zh(left)}不能比较大小")

    def _between(self, node: n.Between) -> Kind:
        value = self.kind(node.value)
        for end in (node.low, node.high):
            self._alike(node.at, value, self.kind(end), ordered=True)
        return bool

    def _in(self, node: n.In) -> Kind:
        value = self.kind(node.value) if node.value else None
        for test in node.tests:
            body = test.body
            if isinstance(body, n.RangeOf):
                for end in body.parts():
                    self._alike(test.at, value, self.kind(end), ordered=True)
                continue
            found = None if test.asks else self.kind(body)
            if found not in (None, list, Range, bool) and value is not list:
                self._alike(test.at, value, found, ordered=False)
        return bool

    def _logic(self, node: n.Logic) -> Kind:
        for term in node.terms:
            self._boolean(term, "and" if node.conjunction else "or")
        return bool

    def _boolean(self, node: n.Node, where: str) -> None:
        found = self.kind(node)
        if found not in (None, bool):
            self._note(node.at, f"{where} 需要是否，不能是{_zh(found)}")

    def _arith(self, node: n.Arith) -> Kind:
        kind = self.kind(node.first)
        for op, operand in node.rest:
            other = self.kind(operand)
            if kind is None or other is None:
                kind = None
                continue
            fits, result = accepts(op, kind, other)
            if not fits:
                self._note(operand.at, f"{_zh(kind)}与{_zh(other)}不能做 {op} 运算")
            kind = result
        return kind

    def _negate(self, node: n.Negate) -> Kind:
        kind = self.kind(node.operand)
        if kind not in (None, int, timedelta, Months):
            self._note(node.at, f"{_zh(kind)}不能取负")
            return None
        return kind

    def _if(self, node: n.If) -> Kind:
        kinds = []
        for condition, value in node.branches:
            self._boolean(condition, "if")
            kinds.append(self.kind(value))
        kinds.append(self.kind(node.otherwise))
        return kinds[0] if len(set(kinds)) == 1 else None

    def _member(self, node: n.Member) -> Kind:
        base = self.kind(node.base)
        if base in (str, int, bool):
            self._note(node.at, f"{_zh(base)}没有“{node.name}”")
        dated = base in (date, datetime, time, timedelta, Months)
        return _PARTS.get(node.name) if dated else None

    def _call(self, node: n.Call) -> Kind:
        kinds = [self.kind(arg) for arg in node.args]
        if not isinstance(node.callee, n.Builtin):
            self.kind(node.callee)
            return None
        name = node.callee.name
        ways = SIGNATURES[name].candidates(len(kinds), node.names)
        if not any(self._takes(way.parameter, order, kinds) for way, order in ways):
            given = "、".join(_zh(kind) for kind in kinds)
            self._note(node.at, f"{name}() 不接受参数：{given}")
        return _RESULTS.get(name)

    def _takes(
        self, parameter: Callable[[int], Parameter], order: tuple[int, ...], kinds: list[Kind]
    ) -> bool:
        return all(
            source < 0 or _fits(parameter(place), kinds[source])
            for place, source in enumerate(order)
        )


def _fits(parameter: Parameter, kind: Kind) -> bool:
    """Tell whether an argument of KIND may fit; lists and items change into one another."""
    if kind is None or kind is list or parameter.types & {"a", "v", "l"}:
        return True
    return letter_of(kind) in parameter.types


def _zh(kind: Kind) -> str:
    return "未知" if kind is None else kind_name(_SAMPLES[kind])
