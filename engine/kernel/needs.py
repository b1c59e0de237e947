"""Which rows a step will read, told beforehand so that the step itself stays pure."""

from engine.base import events
from engine.base.errors import ExpressionFailed
from engine.kernel import data, multi
from engine.kernel.plan import MultiInstance, Node, Plan
from engine.kernel.problems import Held
from engine.kernel.run import Run
from engine.kernel.state import Record
from engine.kernel.step import Need, State

ITEM_EVENTS = (events.CompleteTask, events.FinishService, events.ChildEnded)


def needs(plan: Plan, state: State | None, event: events.Event) -> tuple[Need, ...]:
    """Say which rows Env.rows must hold before advance; looks at one wait only."""
    if state is None or state["status"] != "active":
        return ()
    if isinstance(event, events.ResolveIncident):
        return _for_incident(plan, state, event)
    if not isinstance(event, ITEM_EVENTS) or event.item is None:
        return ()
    wait = state["waits"].get(event.wait)
    if wait is None or "mi" not in wait:
        return ()
    return _for_item(Run(plan, state, event), wait, event.wait, event.item)


def _for_incident(
    plan: Plan, state: State, event: events.ResolveIncident
) -> tuple[Need, ...]:
    record = state["incidents"].get(event.incident, {})
    if "i" not in record:
        return ()
    if event.how == "skip":
        wait = state["waits"][record["w"]]
        return _for_item(Run(plan, state, event), wait, record["w"], record["i"])
    if event.how == "retry" and multi.reads_element(plan.nodes[record["n"]]):
        return (Need("mi_item", record["w"], record["i"]),)
    return ()


def _for_item(run: Run, wait: Record, wid: str, item: int) -> tuple[Need, ...]:
    node = run.plan.nodes[wait["n"]]
    if node.multi is None:
        return ()
    body = run.draft.token(wait["s"], wait["t"])["mi"]
    found = []
    ends = _may_end(run, wait, node.multi, body)
    if node.multi.output is not None and ends and body["done"] > 0:
        found.append(Need("mi_results", wid))
    if _output_reads(node):
        found.append(Need("mi_item", wid, item))
    steps_on = node.multi.sequential and body["done"] + 1 < body["total"]
    if steps_on and node.multi.element is not None and node.multi.collection is not None:
        found.append(Need("mi_item", wid, item + 1))
    return tuple(found)


def _output_reads(node: Node) -> bool:
    listed = node.multi is not None and node.multi.output is not None
    return listed and multi.reads_element(node)


def _may_end(run: Run, wait: Record, body_plan: MultiInstance, body: Record) -> bool:
    """Tell whether this completion ends the body, by the counters as they will be."""
    if body["done"] + body.get("dropped", 0) + 1 >= body["total"] or body_plan.reads_results:
        return True
    if body_plan.completion is None:
        return False
    seen = data.counters(_after(run, body))
    scope = data.names(run, wait["s"], wait["t"], seen)
    try:
        return data.holds(run, body_plan.completion, scope)
    except (ExpressionFailed, Held):
        return False  # the step will hold the token


def _after(run: Run, body: Record) -> Record:
    """Give the counters after the event, as the step will count them."""
    event = run.event
    if isinstance(event, events.ResolveIncident) or _cancelled(event):
        dropped = body.get("dropped", 0) + 1
        return {**body, "active": body["active"] - 1, "dropped": dropped}
    tally = body["tally"]
    if isinstance(event, events.CompleteTask) and event.outcome is not None:
        tally = {**tally, event.outcome: tally.get(event.outcome, 0) + 1}
    return {**body, "active": body["active"] - 1, "done": body["done"] + 1, "tally": tally}


def _cancelled(event: events.Event) -> bool:
    return isinstance(event, events.ChildEnded) and event.outcome == "cancelled"
