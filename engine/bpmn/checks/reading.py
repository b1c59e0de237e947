"""Variables read before anybody can have written them, seen on the finished plan."""

from collections.abc import Iterable, Iterator

from engine.base.expressions import Expr
from engine.bpmn.checks.races import written
from engine.bpmn.deploy import DeployEnv
from engine.bpmn.model import Element, Process
from engine.bpmn.names import GIVEN, form_of
from engine.bpmn.report import Report
from engine.kernel.plan import Kind, Node, Plan, Trigger

BUDGET = 300_000  # steps backward over one process; beyond it the rest is not looked at


class Reading:
    """One backward search per reading node over the plan of one process."""

    def __init__(self, plan: Plan, process: Process, env: DeployEnv, report: Report) -> None:
        self.plan = plan
        self.process = process
        self.report = report
        self.left = BUDGET
        self.writes = [frozenset(written(n.element, env)) for n in process.nodes]
        self.known = frozenset(self.handed_in(env))
        self.anywhere = frozenset().union(*self.writes)
        self.inside: dict[int, list[int]] = {}
        self.jumps: dict[int, list[int]] = {}
        for node in plan.nodes:
            self.inside.setdefault(node.scope, []).append(node.index)
            if node.link is not None:
                self.jumps.setdefault(node.link, []).append(node.index)

    def handed_in(self, env: DeployEnv) -> Iterator[str]:
        """Name what a start may bring: its form, its mapping, what callers hand in."""
        yield from GIVEN
        for node in self.process.nodes:
            if node.kind == "startEvent":
                yield from env.forms.get(form_of(node.element), ())
                yield from written(node.element, env)
            if node.definitions:
                yield from written(node.element, env)

    def check(self) -> None:
        """Warn where a node reads what only later nodes write."""
        for node in self.plan.nodes:
            names = {name for expr in self.read_by(node) for name in expr.reads}
            late = (names & self.anywhere) - self.known
            if late and self.left > 0:
                missing = late - self.before(node)
                for name in sorted(missing) if self.left > 0 else ():
                    self.report.add("data.read_first", self.element(node), v=name)

    def element(self, node: Node) -> Element:
        """Give the drawn element of a plan node."""
        return self.process.nodes[node.index].element

    def read_by(self, node: Node) -> Iterator[Expr]:
        """Give the expressions evaluated when a token is at NODE."""
        flows = (self.plan.flows[index].condition for index in node.outgoing)
        yield from (condition for condition in flows if condition is not None)
        yield from filter(None, [node.script])
        yield from (one.value for one in node.inputs)
        if node.multi is not None:
            yield from filter(None, [node.multi.collection, node.multi.cardinality])
        for one in node.defs:
            if one.trigger is not Trigger.CONDITIONAL:
                yield from (key.value for key in one.keys)

    def before(self, node: Node) -> frozenset[str]:
        """Name what can have been written when a token comes to NODE, itself included."""
        found: set[str] = set()
        seen = {node.index}
        stack = [node.index]
        while stack and self.left > 0:
            at = self.plan.nodes[stack.pop()]
            found |= self.writes[at.index]
            for index in self.behind(at):
                self.left -= 1
                if index not in seen:
                    seen.add(index)
                    stack.append(index)
        return frozenset(found)

    def behind(self, node: Node) -> Iterable[int]:
        """Give the nodes one step back, into sub-processes and out of them."""
        yield from (self.plan.flows[index].source for index in node.incoming)
        if node.host is not None:
            yield node.host
        yield from self.jumps.get(node.index, ())
        if node.body is not None:
            yield from self.inside.get(node.body, ())
        outer = self.plan.scopes[node.scope].node
        if outer is not None and not node.incoming:
            yield outer
            if self.plan.nodes[outer].kind is Kind.EVENT_SUBPROCESS:
                yield from self.inside[self.plan.nodes[outer].scope]


def read_first(plan: Plan, process: Process, env: DeployEnv, report: Report) -> None:
    """Run the rule over one process."""
    Reading(plan, process, env, report).check()
