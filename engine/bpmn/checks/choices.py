"""Do the conditions after a node leave a gap or overlap? Decided on sample points.

A condition made of comparisons of one or two variables with literals is constant between
the literals, so trying each literal, a point on either side of it and one of every other
kind decides (kernel.md 5). For anything else nothing is proven: a warning without a default.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise, product
from typing import Any

from engine.base.errors import ExpressionFailed
from engine.base.expressions import Expr, Moment
from engine.base.values import Value
from engine.bpmn import words
from engine.bpmn.model import Flow, Node, Process
from engine.bpmn.report import Report, label
from engine.feel import nodes as feel
from engine.feel.compile import Expression
from engine.kernel.plan import Plan

CHOOSING = frozenset({"exclusiveGateway", "inclusiveGateway"}) | words.ACTIVITIES
OTHER = "其他值"  # a text no condition mentions
MOST = 5_000  # evaluations at one node: sample points times conditions
Literals = dict[str, list[Value]]


@dataclass(slots=True)
class Answers:
    """What trying showed: a point where nothing holds, pairs that hold together, what holds."""

    gap: Mapping[str, Value] | None = None
    both: list[tuple[int, int]] = field(default_factory=list)
    ever: set[int] = field(default_factory=set)


def choices(plan: Plan, process: Process, report: Report) -> None:
    """Look at every node whose ways out have conditions."""
    conditions = {flow.id: flow.condition for flow in plan.flows}
    for node in process.nodes:
        flows = [flow for flow in node.outgoing if flow.condition and flow is not node.default]
        if node.kind not in CHOOSING or not flows:
            continue
        answers = tried([conditions[flow.id] for flow in flows], outcomes(node))
        closed = node.default is not None or len(flows) < len(node.outgoing)
        if not closed and (answers is None or answers.gap is not None):
            say_gap(node, answers, report)
        if answers is not None:
            say_rest(node, flows, answers, report)


def say_gap(node: Node, answers: Answers | None, report: Report) -> None:
    """Warn that all conditions may fail, with an example when one was found."""
    gap = answers.gap if answers is not None else None
    pairs = [] if gap is None else [f"{name} = {shown(value)}" for name, value in gap.items()]
    example = {
        "example": "（例如 " + "，".join(pairs) + "）" if pairs else "",
        "example_en": " (for example " + ", ".join(pairs) + ")" if pairs else "",
    }
    report.add("gateway.no_default", node.element, **example)


def say_rest(node: Node, flows: list[Flow], answers: Answers, report: Report) -> None:
    """Report ways that are never taken, and of an exclusive gateway ways that overlap."""
    for place, flow in enumerate(flows):
        if place not in answers.ever:
            report.add("path.dead:condition", flow.element)
    if node.kind == "exclusiveGateway":
        for one, two in answers.both:
            names = {"a": label(flows[one].element), "b": label(flows[two].element)}
            report.add("gateway.overlap", node.element, **names)


def shown(value: Value) -> str:
    """Write a sample value as FEEL writes it."""
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return f'"{value}"' if isinstance(value, str) else str(value)


def outcomes(node: Node) -> Mapping[str, list[Value]]:
    """Give the values the outcome may have right after a task that offers outcomes."""
    at = node
    if node.kind not in words.ACTIVITIES and len(node.incoming) == 1:
        at = node.incoming[0].source
    offered = [one.attrs.get("value", "") for one in at.element.governed("outcome")]
    name = at.element.properties().get("outcome.variable", "outcome")
    return {name: list(offered)} if offered else {}


def tried(
    conditions: Iterable[Expr | None], domains: Mapping[str, list[Value]]
) -> Answers | None:
    """Try all sample points; None when the conditions are not of the simple kind."""
    compiled = [one for one in conditions if isinstance(one, Expression)]
    literals: Literals = {}
    if not all(read(one.tree, literals) for one in compiled) or not literals:
        return None
    samples = {name: domains.get(name) or points(found) for name, found in literals.items()}
    size = 1
    for values in samples.values():
        size *= len(values or ())
    if len(samples) > 2 or not 0 < size * len(compiled) <= MOST:
        return None
    answers = Answers()
    for combination in product(*(values or () for values in samples.values())):
        point = dict(zip(samples, combination, strict=True))
        note(answers, [holds(one, point) for one in compiled], point)
    return answers


def note(answers: Answers, held: list[bool], point: Mapping[str, Value]) -> None:
    """Take down what one sample point showed."""
    true = [place for place, holds_here in enumerate(held) if holds_here]
    answers.ever.update(true)
    if not true and answers.gap is None:
        answers.gap = point
    for pair in pairwise(true):
        if pair not in answers.both:
            answers.both.append(pair)


def holds(condition: Expression, point: Mapping[str, Value]) -> bool:
    """Tell whether a condition is true at a point; what fails is not true."""
    try:
        return condition(point, Moment()) is True
    except ExpressionFailed:
        return False


def read(tree: feel.Node, literals: Literals) -> bool:
    """Collect the literals each variable is compared with; False for any other shape."""
    stack = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, feel.Logic):
            stack.extend(node.terms)
        elif isinstance(node, feel.Call) and negation(node):
            stack.extend(node.args)
        else:
            found = compared(node)
            if found is None:
                return False
            literals.setdefault(found[0], []).extend(found[1])
    return True


def negation(call: feel.Call) -> bool:
    """Tell whether a call is not(…)."""
    return isinstance(call.callee, feel.Builtin) and call.callee.name == "not"


def compared(node: feel.Node) -> tuple[str, list[Value]] | None:
    """Give the variable of one comparison and its literals."""
    if isinstance(node, feel.Name):
        return node.name, [True]
    operands: list[feel.Node | None] = []
    if isinstance(node, feel.Compare):
        operands = [node.left, node.right]
    elif isinstance(node, feel.Between):
        operands = [node.value, node.low, node.high]
    elif isinstance(node, feel.In):
        operands = [node.value, *inside(node)]
    names = [one.name for one in operands if isinstance(one, feel.Name)]
    values = [one.value for one in operands if isinstance(one, feel.Const)]
    whole = len(names) == 1 and len(names) + len(values) == len(operands)
    return (names[0], values) if whole else None


def inside(node: feel.In) -> Iterator[feel.Node | None]:
    """Give the operands of the tests of an `in`, the ends of a range one by one."""
    for test in node.tests:
        body = test.body
        if isinstance(body, feel.RangeOf):
            yield from (end for end in (body.low, body.high) if end is not None)
        else:
            yield None if test.asks else body


def points(found: list[Value]) -> list[Value] | None:
    """Give sample points for one variable; None when its literals are of several kinds."""
    values = [value for value in found if value is not None]
    extra: list[Value] = [None] if len(values) < len(found) else []
    if all(isinstance(value, bool) for value in values):
        return [True, False, *extra]
    if all(isinstance(value, str) for value in values):
        return [*dict.fromkeys(values), OTHER, *extra]
    if all(isinstance(v, (int, Decimal)) and not isinstance(v, bool) for v in values):
        return [*between(sorted({Decimal(v) for v in values}), Decimal(1)), *extra]
    if all(type(value) is date for value in values):
        return [*between(sorted(set(values)), timedelta(days=1)), *extra]
    if all(isinstance(value, datetime) for value in values):
        return [*between(sorted(set(values)), timedelta(seconds=1)), *extra]
    return None


def between(ordered: list[Any], step: Any) -> Iterator[Any]:
    """Give each value, what lies between two, and one beyond either end."""
    yield ordered[0] - step
    for low, high in pairwise(ordered):
        yield low
        middle = low + (high - low) / 2
        if low < middle < high:
            yield middle
    yield ordered[-1]
    yield ordered[-1] + step
