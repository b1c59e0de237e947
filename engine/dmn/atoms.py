"""What a cell says, when it says it with constants: values, ranges and their opposite."""

from dataclasses import dataclass

from engine.base.expressions import Moment
from engine.base.values import Value
from engine.feel import nodes as n
from engine.feel.compile import Expression
from engine.feel.run import LimitReached, Run
from engine.feel.treewalk import Env, Walker
from engine.feel.values import Range

_CHANGING = frozenset(
    {
        "now", "today", "register", "register codes", "add working days",
        "is working day", "working days between",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cell:
    """The tests of a cell: VALUES and RANGES of which one must fit, or none (NEGATED)."""

    values: tuple[Value, ...] = ()
    ranges: tuple[Range, ...] = ()
    negated: bool = False
    any: bool = False


ANY = Cell(any=True)


def cell_of(expression: Expression | None) -> Cell | None:
    """Give what a cell says, None when it cannot be told without evaluating."""
    if expression is None:
        return ANY
    tree = expression.tree
    if not isinstance(tree, n.In) or tree.value is not None:
        return None
    values: list[Value] = []
    ranges: list[Range] = []
    for test in tree.tests:
        if len(tree.tests) == 1 and _unlike(test.body):
            return _opposite(expression, test.body, tree.negated)
        found = _tested(expression, test)
        if found is None:
            return None
        (ranges if isinstance(found[0], Range) else values).extend(found)
    return Cell(tuple(values), tuple(ranges), tree.negated)


def _unlike(node: n.Node) -> bool:
    return isinstance(node, n.Compare) and node.op == "!=" and _asks(node.left)


def _asks(node: n.Node) -> bool:
    return isinstance(node, n.Name) and node.name == "?"


def _opposite(expression: Expression, node: n.Node, negated: bool) -> Cell | None:
    right = node.right if isinstance(node, n.Compare) else node
    found = constant(expression, right)
    return None if found is None else Cell((found[0],), (), not negated)


def _tested(expression: Expression, test: n.Test) -> list[Value] | None:
    """Give the values or ranges one test allows, None when it cannot be told."""
    body = test.body
    if test.asks and not isinstance(body, n.RangeOf):
        if not isinstance(body, n.Compare) or not _asks(body.left) or body.op == "!=":
            return None
        found = constant(expression, body.right)
        return None if found is None else [_compared(body.op, found[0])]
    found = constant(expression, body)
    if found is None:
        return None
    value = found[0]
    if type(value) is list:
        plain = value and not any(type(item) in (list, dict, Range) for item in value)
        return value if plain else None
    return None if type(value) is dict else [value]


def _compared(op: str, value: Value) -> Value:
    if op == "=":
        return value
    if op[0] == "<":
        return Range(None, value, False, op == "<=")
    return Range(value, None, op == ">=", False)


def constant(expression: Expression, node: n.Node) -> tuple[Value] | None:
    """Give the value of NODE when it depends on nothing, packed; else None."""
    stack = [node]
    while stack:
        here = stack.pop()
        if isinstance(here, n.Name | n.Lambda | n.For | n.Quantified | n.Filter):
            return None
        if isinstance(here, n.Builtin) and here.name in _CHANGING:
            return None
        stack.extend(here.parts())
    run = Run({}, Moment(), strict=False, text=expression.text)
    try:
        return (Walker(run, expression).walk(node, Env()),)
    except LimitReached:
        return None
