"""Multi-instance work on SpiffWorkflow: a body counts, its items are rows (kernel.md 2.6)."""

from collections.abc import Mapping
from typing import Any

from engine.base import events
from engine.base.values import Value
from engine.kernel.effects import ItemFinished, ItemsRecorded, TaskClosed, TasksOpened
from engine.kernel.multi import reads_element
from engine.kernel.plan import Kind, MultiInstance, Node, Plan
from engine.kernel.problems import Held
from engine.kernel.results import PEOPLE, Done
from engine.kernel.step import Need, State
from engine.spiff import waits
from engine.spiff.session import Session

Record = dict[str, Any]
_KINDS = {Kind.SERVICE: "service", Kind.CALL: "child"}
_COUNTERS = {
    "Instances": "total",
    "ActiveInstances": "active",
    "CompletedInstances": "done",
    "TerminatedInstances": "dropped",
}


def needs(plan: Plan, state: State | None, event: events.Event) -> tuple[Need, ...]:
    """Ask for the rows of a body one item of which ends or is asked for again."""
    if state is None or state["status"] != "active":
        return ()
    wait, item = getattr(event, "wait", ""), getattr(event, "item", None)
    if isinstance(event, events.ResolveIncident):
        held = state["incidents"].get(event.incident, {})
        wait, item = held.get("wait", ""), held.get("item")
    record = state["waits"].get(wait)
    if record is None or "mi" not in record or item is None:
        return ()
    node = plan.nodes[plan.by_id[record["node"]]]
    multi, found = _multi(node), []
    if multi.output is not None:
        found.append(Need("mi_results", wait))
    if reads_element(node):
        found.append(Need("mi_item", wait, item))
    if _steps_on(multi, record["mi"]):
        found.append(Need("mi_item", wait, item + 1))
    return tuple(dict.fromkeys(found))


def _steps_on(multi: MultiInstance, counts: Mapping[str, Any]) -> bool:
    listed = multi.sequential and multi.element is not None and multi.collection is not None
    return listed and counts["done"] + counts["dropped"] + 1 < counts["total"]


def _multi(node: Node) -> MultiInstance:
    if node.multi is None:
        raise Held("mi_count", f"“{node.id}”不是多实例。")
    return node.multi


# --- opening -----------------------------------------------------------------------------
def _source(session: Session, node: Node) -> tuple[list[Value] | None, int]:
    """Read the collection or the count once."""
    multi = _multi(node)
    values: list[Value] | None = None
    if multi.collection is not None:
        found = multi.collection(session.names(), session.moment)
        if not isinstance(found, list | tuple):
            raise Held("mi_count", f"“{node.id}”的名单不是列表。")
        values = list(found)
        count: Value = len(values)
    else:
        rule = multi.cardinality
        count = None if rule is None else rule(session.names(), session.moment)
    if not _whole(count) or not 0 <= int(count) <= session.limits.mi_rows:
        most = session.limits.mi_rows
        raise Held("mi_count", f"“{node.id}”的次数必须是 0 至 {most} 的整数。")
    return values, int(count)


def _whole(count: Any) -> bool:
    """Tell whether COUNT is a whole number; 2.0 is one, true is none."""
    if count is None or isinstance(count, bool | str):
        return False
    try:
        return bool(int(count) == count)
    except (TypeError, ValueError, ArithmeticError):
        return False


def _locals(session: Session, node: Node, number: int, value: Value) -> dict[str, Value]:
    """Give the variables of item NUMBER: loopCounter, element, input mapping."""
    multi = _multi(node)
    found: dict[str, Value] = {"loopCounter": number}
    if multi.element is not None and multi.collection is not None:
        found[multi.element] = value
    return session.locals_of(node, found)


def begin(session: Session, task: Any, node: Node) -> None:
    """Count the items once and open the first or all of them."""
    session.enter(task)
    values, total = _source(session, node)
    multi = _multi(node)
    record = waits.new_record(session, task, node)
    active = min(1, total) if multi.sequential else total
    record["mi"] = {"total": total, "active": active, "done": 0, "dropped": 0, "tally": {}}
    record["kind"] = _KINDS.get(node.kind, "task")
    if total == 0:
        _complete(session, record, node, {})
        return
    later = multi.sequential and multi.element is not None
    if values is not None and (later or reads_element(node)):
        record["rows"] = 1
        session.emit(ItemsRecorded(record["wait"], tuple(values)))
    rows = [
        _locals(session, node, number, values[number - 1] if values is not None else None)
        for number in range(1, (1 if multi.sequential else total) + 1)
    ]
    if node.kind in PEOPLE and not multi.sequential:
        _open_people(session, record, node, rows)
        return
    for row in rows:
        waits.request(session, record, node, row, row["loopCounter"])


def _open_people(session: Session, record: Record, node: Node, items: list[Record]) -> None:
    rows = [waits.task_row(session, node, item) for item in items]
    first = dict(rows[0])
    first.pop("locals")
    each = node.work is not None and node.work.per_item
    per_item = tuple(row["assignment"] for row in rows) if each else ()
    locals_ = tuple(row["locals"] for row in rows)
    wait = record["wait"]
    session.emit(
        TasksOpened(wait, node.id, "s1", locals=locals_, assignments=per_item, **first)
    )


# --- items that end ----------------------------------------------------------------------
def unfit(record: Record, node: Node, item: int | None) -> str:
    """Say why ITEM cannot end now."""
    if ("mi" in record) != (item is not None):
        return "须指明是多人办理事项的第几项，单人任务则不须指明。"
    if item is None:
        return ""
    counts = record["mi"]
    if _multi(node).sequential and item != counts["done"] + counts["dropped"] + 1:
        return f"目前轮到第 {counts['done'] + counts['dropped'] + 1} 项。"
    return "" if 1 <= item <= counts["total"] else f"没有第 {item} 项。"


def item_done(
    session: Session, record: Record, node: Node, item: int, done: Done | None
) -> None:
    """Count a finished item; without DONE it was cancelled and its output is null."""
    multi, wait = _multi(node), record["wait"]
    if record["kind"] == "task" and done is not None:
        session.emit(TaskClosed(wait, "completed", item))
    fresh: dict[int, Value] = {}
    if done is not None and multi.output is not None:
        fresh[item] = _entry(session, node, done, _finished(session, record, node, item))
        record["rows"] = 1
        session.emit(ItemFinished(wait, item, fresh[item], done.outcome))
    record["mi"] = counts = counted(record["mi"], done)
    over = counts["done"] + counts["dropped"] >= counts["total"]
    rows = session.event.env.rows.get(Need("mi_results", wait)) or {}
    outputs = {**rows, **fresh}
    if over or _enough(session, node, counts):
        _complete(session, record, node, outputs)
    elif multi.sequential:
        counts["active"] = 1
        value = session.event.env.rows.get(Need("mi_item", wait, item + 1))
        row = _locals(session, node, item + 1, value)
        waits.request(session, record, node, row, item + 1)


def repeat(session: Session, record: Record, node: Node, item: int) -> None:
    """Ask for the work of one item again."""
    value = session.event.env.rows.get(Need("mi_item", record["wait"], item))
    waits.request(session, record, node, _locals(session, node, item, value), item)


def counted(counts: Mapping[str, Any], done: Done | None) -> Record:
    """Give the counters after one more item."""
    found = {**counts, "active": counts["active"] - 1}
    if done is None:
        return {**found, "dropped": counts["dropped"] + 1}
    if done.outcome is not None:
        tally = counts["tally"]
        found["tally"] = {**tally, done.outcome: tally.get(done.outcome, 0) + 1}
    return {**found, "done": counts["done"] + 1}


def _finished(session: Session, record: Record, node: Node, item: int) -> dict[str, Value]:
    """Give the variables of a finished item; its element only if the output reads it."""
    found: dict[str, Value] = {"loopCounter": item}
    multi = _multi(node)
    if reads_element(node) and multi.element is not None:
        rows = session.event.env.rows
        found[multi.element] = rows.get(Need("mi_item", record["wait"], item))
    return found


def _entry(session: Session, node: Node, done: Done, item: Mapping[str, Value]) -> Value:
    """Give what one item adds to the output list."""
    multi = _multi(node)
    if multi.output_item is None:
        return done.raw
    seen = {**item, **done.values, **session.patch(node, done, item)}
    return session.value(multi.output_item, session.names(seen), node.id)


def _enough(session: Session, node: Node, counts: Mapping[str, Any]) -> bool:
    """Evaluate the completion condition after an item."""
    multi = _multi(node)
    if multi.completion is None:
        return False
    seen: dict[str, Value] = {"tally": counts["tally"]}
    for name, key in _COUNTERS.items():
        seen[f"numberOf{name}"] = seen[f"nrOf{name}"] = counts[key]
    return multi.completion(session.names(seen), session.moment) is True


def _listed(outputs: Mapping[int, Value], total: int) -> list[Value]:
    return [outputs.get(number) for number in range(1, total + 1)]


def _complete(
    session: Session, record: Record, node: Node, outputs: Mapping[int, Value]
) -> None:
    """End a body: withdraw what is open, write the output in item order, go on."""
    counts, multi = record["mi"], _multi(node)
    if not counts["active"]:
        record["kind"] = "body"  # nothing is left open that had to be told
    waits.retire(session, record, "withdrawn")
    if multi.output is not None:
        session.write(node.id, {multi.output: _listed(outputs, counts["total"])})
    waits.go_on(session, record)


# --- what the engine does itself ---------------------------------------------------------
def perform(session: Session, task: Any) -> None:
    """Run an automatic element, once or once per item, within the step."""
    session.enter(task)
    node = session.node(task.task_spec.bpmn_id)
    if node.multi is None:
        seen = session.locals_of(node, {})
        done = session.compute(node, seen)
        session.write(node.id, session.patch(node, done, seen))
        return
    values, total = _source(session, node)
    counts: Record = {"total": total, "active": total, "done": 0, "dropped": 0, "tally": {}}
    outputs: dict[int, Value] = {}
    for number in range(1, total + 1):
        session.visit()
        value = values[number - 1] if values is not None else None
        item = _locals(session, node, number, value)
        done = session.compute(node, item)
        if node.multi.output is not None:
            outputs[number] = _entry(session, node, done, item)
        counts = counted(counts, done)
        if _enough(session, node, counts):
            break
    if node.multi.output is not None:
        session.write(node.id, {node.multi.output: _listed(outputs, total)})
