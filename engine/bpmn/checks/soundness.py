"""Soundness: what engine.kernel.explore finds, in the words of kernel.md 5."""

from dataclasses import replace

from engine.bpmn.checks.structure import implicit_starts, starts
from engine.bpmn.model import Element, Node, Process
from engine.bpmn.report import Report, label
from engine.kernel.explore import Defect, explore
from engine.kernel.gateways import ACTIVITIES
from engine.kernel.plan import Kind, Plan

BUDGET = 20_000  # markings of a process of usual size
NODE_WORK = 3_000_000  # markings times nodes: a large diagram gets fewer of them
TOKEN_WORK = 2_000_000  # markings times the square of the tokens: so does a wide one
LEAST = 50  # with fewer markings nothing is worth knowing
SPLITS = frozenset({Kind.PARALLEL, Kind.INCLUSIVE})
SERIOUS = frozenset({"sound.deadlock", "sound.livelock"})  # an error when no run completes
REPEATS = frozenset({"sound.unsync", "sound.improper"})
SHOWN = 12  # elements of a trace


def soundness(plan: Plan, process: Process, report: Report) -> None:
    """Explore the plan and report what can go wrong in some run, or in every one."""
    tokens = breadth(plan)
    budget = min(BUDGET, NODE_WORK // (1 + len(plan.nodes)), TOKEN_WORK // tokens**2)
    if budget < LEAST:
        report.add("sound.unproven", process.element)
        return
    defects = believed(explore(plan, budget), beside(process))
    told = {defect.element for defect in defects if defect.code != "path.dead"}
    for defect in defects:
        if defect.code == "path.dead" and defect.element in told:
            continue
        at = element_of(defect, process)
        code = defect.code
        if defect.certain and code in SERIOUS:
            code += ":always"
        report.add(code, at, trace=trace_of(defect, process))


def breadth(plan: Plan) -> int:
    """Guess how many tokens may be live at once: one, and what every split adds."""
    extra = 0
    for node in plan.nodes:
        if node.kind in SPLITS or (node.kind in ACTIVITIES and node.default is None):
            extra += max(0, len(node.outgoing) - 1)
        extra += sum(not plan.nodes[index].interrupting for index in node.boundaries)
    return 1 + extra


def believed(defects: tuple[Defect, ...], aside: frozenset[str]) -> list[Defect]:
    """Leave out repeats that are meant, and loops seen where the search was cut short.

    The search goes no further where tokens crowd, so what looks like a loop without exit
    beside a repeat may only be the edge of what was looked at, and nothing is certain.
    """
    cut = any(defect.code in REPEATS for defect in defects)
    return [
        replace(defect, certain=defect.certain and not cut)
        for defect in defects
        if not (defect.code in REPEATS and defect.element in aside)
        and not (defect.code == "sound.livelock" and cut)
    ]


def beside(process: Process) -> frozenset[str]:
    """Give the nodes only non-interrupting boundary events lead to: they repeat by nature."""
    main: set[int] = set()
    for scope in process.scopes:
        stack = [*starts(scope), *implicit_starts(scope)]
        stack.extend(node for node in scope.nodes if node.kind == "eventSubProcess")
        while stack:
            node = stack.pop()
            if id(node) in main:
                continue
            main.add(id(node))
            stack.extend(flow.target for flow in node.outgoing)
            stack.extend(b for b in node.boundaries if interrupts(b))
            stack.extend([node.link] if node.link is not None else [])
    return frozenset(node.id for node in process.nodes if id(node) not in main)


def interrupts(boundary: Node) -> bool:
    """Tell whether a boundary event ends the work it is attached to."""
    return boundary.element.flag("cancelActivity", default=True)


def element_of(defect: Defect, process: Process) -> Element:
    """Give the drawn element of a defect: a node, or the process or sub-process."""
    node = process.by_id.get(defect.element)
    return process.element if node is None else node.element


def trace_of(defect: Defect, process: Process) -> str:
    """Write the shortest run as names; a long one is cut in the middle."""
    names = [label(process.by_id[i].element) for i in defect.trace if i in process.by_id]
    if len(names) > SHOWN:
        half = SHOWN // 2
        names = [*names[:half], "…", *names[-half:]]
    return " → ".join(names)
