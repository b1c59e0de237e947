"""Two parallel branches that write one variable (kernel.md 3.4): the later one wins."""

from collections.abc import Iterator

from engine.bpmn.deploy import DeployEnv
from engine.bpmn.extensions import parameters
from engine.bpmn.model import Element, Node, Process
from engine.bpmn.names import concluding, context_keys, form_of, results_of
from engine.bpmn.report import Report, label

SPLITS = frozenset({"parallelGateway", "inclusiveGateway"})
BRANCHES = 40  # of one split; a larger one is not looked at
BUDGET = 200_000  # nodes visited in one process; beyond it the rest is not looked at
Writers = dict[str, Node]  # variable -> the first node of a branch that writes it


def races(process: Process, env: DeployEnv, report: Report) -> None:
    """Find pairs of nodes on parallel branches that both write a variable."""
    left = BUDGET
    for split in process.nodes:
        forks = split.kind in SPLITS and 1 < len(split.outgoing) <= BRANCHES
        if not forks or left < 0:
            continue
        branches = [reach(flow.target) for flow in split.outgoing]
        left -= sum(map(len, branches))
        found: Writers = {}
        for place, branch in enumerate(branches):
            others = set().union(*(set(b) for b in branches[:place] + branches[place + 1 :]))
            own = [node for key, node in branch.items() if key not in others]
            compare(found, writers(own, env), report)


def reach(first: Node) -> dict[int, Node]:
    """Give what a token can come to from FIRST, in the order it is met."""
    seen = {id(first): first}
    stack = [first]
    while stack:
        node = stack.pop()
        following = [flow.target for flow in node.outgoing] + node.boundaries
        for target in following:
            if id(target) not in seen:
                seen[id(target)] = target
                stack.append(target)
    return seen


def writers(nodes: list[Node], env: DeployEnv) -> Writers:
    """Give who writes what on one branch, sub-processes with all inside them."""
    found: Writers = {}
    stack = list(reversed(nodes))
    while stack:
        node = stack.pop()
        if node.body is not None:
            stack.extend(reversed(node.body.nodes))
        for name in written(node.element, env):
            found.setdefault(name, node)
    return found


def written(element: Element, env: DeployEnv) -> Iterator[str]:
    """Name the variables a node writes into the scope around it."""
    outputs = parameters(element, "outputParameter")
    if outputs:
        yield from (name.partition(".")[0] for name, _item in outputs)
        return
    yield from (one.attrs.get("target", "") for one in element.vendor("out"))
    form = form_of(element)
    if form and element.kind == "userTask":
        yield from env.written(form, element.properties())
    for last in concluding(element):
        yield from env.written(last, {})
    yield from results_of(element)
    if element.governed("outcome"):
        yield element.properties().get("outcome.variable", "outcome")
    if element.gov.get("resultMode") == "spread":
        yield from context_keys(element.content("script"))
    elif element.camunda.get("resultVariable"):
        yield element.camunda["resultVariable"]


def compare(found: Writers, branch: Writers, report: Report) -> None:
    """Report what this branch writes and an earlier one writes too."""
    for name, node in branch.items():
        other = found.setdefault(name, node)
        if other is not node:
            report.add("data.race", other.element, m=label(node.element), v=name)
