"""Multi-instance: a body counts, its items are rows, scopes or children (kernel.md 2.6)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.base.values import Value
from engine.kernel import data, results, scopes, tokens, waits, work
from engine.kernel.effects import ItemFinished, ItemsRecorded, TasksOpened
from engine.kernel.plan import Kind, MultiInstance, Node, Work
from engine.kernel.problems import Held
from engine.kernel.results import PEOPLE, Done
from engine.kernel.run import Run
from engine.kernel.state import Record
from engine.kernel.step import Need
from engine.kernel.work import Item


def begin(run: Run, sid: str, tid: str, node: Node, multi: MultiInstance) -> None:
    """Count the items once and start the first or all of them; none = done at once."""
    values, total = _source(run, sid, tid, node, multi)
    active = 1 if multi.sequential else total
    body: Record = {"total": total, "active": min(active, total), "done": 0, "tally": {}}
    run.draft.edit_token(sid, tid)["mi"] = body
    if total == 0:
        _finish(run, sid, tid, [])
    elif work.instant(node):
        _run_through(run, sid, tid, values)
    elif node.kind is Kind.SUBPROCESS:
        _start_bodies(run, sid, tid, values)
    elif node.kind is Kind.RECEIVE:
        _subscribe(run, sid, tid, values)
    else:
        _start_rows(run, sid, tid, values)


def _source(
    run: Run, sid: str, tid: str, node: Node, multi: MultiInstance
) -> tuple[Sequence[Value] | None, int]:
    """Read the collection or the count; what is neither holds the token, never hangs."""
    scope = data.names(run, sid, tid)
    values: list[Value] | None = None
    if multi.collection is not None:
        found = multi.collection(scope, run.moment)
        if not isinstance(found, list):
            raise Held("mi_count", f"“{node.id}”的名单“{multi.collection.text}”不是列表。")
        values, total = found, len(found)
    else:
        found = multi.cardinality(scope, run.moment) if multi.cardinality else None
        total = work.whole(found, "mi_count", f"“{node.id}”的次数不是非负整数。")
    live = node.kind in (Kind.SUBPROCESS, Kind.RECEIVE) and not multi.sequential
    most = run.limits.mi_scopes if live else run.limits.mi_rows
    if not 0 <= total <= most:
        raise Held("mi_count", f"“{node.id}”的次数 {total} 不在 0 至 {most} 之间。")
    return values, total


def _multi(node: Node) -> MultiInstance:
    if node.multi is None:
        raise ValueError("not a multi-instance node")
    return node.multi


def _item(
    run: Run, sid: str, tid: str, number: int, value: Value, *, has_value: bool
) -> Item:
    """Give the locals of item NUMBER: loopCounter, element variable, inputs."""
    multi = _multi(run.node_of(sid, tid))
    found: dict[str, Value] = {"loopCounter": number}
    if multi.element is not None and has_value:
        found[multi.element] = value
    return work.with_inputs(run, sid, tid, Item(number, found))


def _nth(run: Run, sid: str, tid: str, values: Sequence[Value] | None, number: int) -> Item:
    value = None if values is None else values[number - 1]
    return _item(run, sid, tid, number, value, has_value=values is not None)


def _change(run: Run, sid: str, tid: str, **fields: Value) -> Record:
    """Write counters of the body and give its new record."""
    token = run.draft.edit_token(sid, tid)
    token["mi"] = {**token["mi"], **fields}
    body: Record = token["mi"]
    return body


# Items that are done within the step


def _run_through(run: Run, sid: str, tid: str, values: Sequence[Value] | None) -> None:
    """Run instant items one after another, in order, within this step."""
    node = run.node_of(sid, tid)
    outputs: dict[int, Value] = {}
    total = run.draft.token(sid, tid)["mi"]["total"]
    for number in range(1, total + 1):
        run.visit(node.index)
        item = _nth(run, sid, tid, values, number)
        done = work.compute(run, sid, tid, item)
        if done is None or not run.draft.has_token(sid, tid):
            return
        outputs[number] = results.entry(run, sid, tid, done, item.locals)
        _counted(run, sid, tid, done)
        if _enough(run, sid, tid, lambda: _listed(outputs, total)):
            break
    _finish(run, sid, tid, _listed(outputs, total))


def _listed(outputs: Mapping[Any, Value], total: int) -> list[Value]:
    """Put outputs in item order, null where there is none."""
    return [outputs.get(k, outputs.get(str(k))) for k in range(1, total + 1)]


# Items with a scope of their own


def _start_bodies(run: Run, sid: str, tid: str, values: Sequence[Value] | None) -> None:
    node = run.node_of(sid, tid)
    multi = _multi(node)
    fields: dict[str, Value] = {"scopes": {}}
    if multi.output is not None:
        fields["out"] = {}
    if multi.sequential and values is not None:
        fields["values"] = list(values)  # later items may start in any step
    body = _change(run, sid, tid, **fields)
    numbers = range(1, 2 if multi.sequential else body["total"] + 1)
    started = {k: _create_body(run, sid, tid, _nth(run, sid, tid, values, k)) for k in numbers}
    _change(run, sid, tid, scopes={str(k): scope for k, scope in started.items()})
    for scope in started.values():
        scopes.begin(run, scope)


def _create_body(run: Run, sid: str, tid: str, item: Item) -> str:
    node = run.node_of(sid, tid)
    scope = scopes.create(run, node.body or 0, sid, tid, item=item.number)
    scopes.seed(run, scope, item.locals)
    return scope


def _next_body(run: Run, sid: str, tid: str, number: int) -> None:
    body = run.draft.token(sid, tid)["mi"]
    item = _nth(run, sid, tid, body.get("values"), number)
    scope = _create_body(run, sid, tid, item)
    _change(run, sid, tid, scopes={str(number): scope})
    scopes.begin(run, scope)


# Items that wait for a message


def _subscribe(run: Run, sid: str, tid: str, values: Sequence[Value] | None) -> None:
    multi = _multi(run.node_of(sid, tid))
    total = run.draft.token(sid, tid)["mi"]["total"]
    fields: dict[str, Value] = {}
    if multi.output is not None:
        fields["out"] = {}
    if multi.sequential and values is not None:
        fields["values"] = list(values)
    _change(run, sid, tid, **fields)
    for number in range(1, 2 if multi.sequential else total + 1):
        _receive(run, sid, tid, _nth(run, sid, tid, values, number))


def _receive(run: Run, sid: str, tid: str, item: Item) -> None:
    node = run.node_of(sid, tid)
    spot = waits.Spot(sid, tid, node, "c")
    waits.open_all(run, spot, data.names(run, sid, tid, item.locals), i=item.number)


# Items that are rows: persons' tasks, services, children


def _start_rows(run: Run, sid: str, tid: str, values: Sequence[Value] | None) -> None:
    node = run.node_of(sid, tid)
    multi = _multi(node)
    kind = work.KINDS[node.kind]
    wid = waits.open_wait(run, waits.Spot(sid, tid, node, "a"), kind, mi=1)
    body = _change(run, sid, tid, w=wid)
    later = multi.sequential and multi.element is not None
    if values is not None and (later or reads_element(node)):
        run.draft.edit_wait(wid)["rows"] = 1
        run.emit_opening(f"{wid}#", ItemsRecorded(wid, tuple(values)))
    if multi.sequential:
        _change(run, sid, tid, next=1)
        work.request(run, wid, _nth(run, sid, tid, values, 1))
        return
    items = [_nth(run, sid, tid, values, k) for k in range(1, body["total"] + 1)]
    if node.kind in PEOPLE:
        run.emit_opening(wid, _tasks(run, wid, items))
    else:
        for item in items:
            work.request(run, wid, item)


def _tasks(run: Run, wid: str, items: Sequence[Item]) -> TasksOpened:
    """Open all items of a body as persons' tasks with one effect."""
    record = run.draft.doc["waits"][wid]
    sid, tid = record["s"], record["t"]
    node = run.node_of(sid, tid)
    duty = node.work or Work()
    first = work.terms(run, node, data.names(run, sid, tid, items[0].locals))
    each: tuple[Mapping[str, Value], ...] = ()
    if duty.per_item and duty.assignment is not None:
        rule = duty.assignment
        each = tuple(
            rule(data.names(run, sid, tid, item.locals), run.moment) for item in items
        )
    return TasksOpened(
        wid,
        node.id,
        sid,
        "manual" if node.kind is Kind.MANUAL else "user",
        tuple(item.locals for item in items),
        first.assignment,
        each,
        duty.form,
        first.due,
        first.steps,
        first.priority,
    )


def _next_row(run: Run, sid: str, tid: str, number: int) -> None:
    body = _change(run, sid, tid, next=number)
    multi = _multi(run.node_of(sid, tid))
    wanted = multi.element is not None and multi.collection is not None
    value = row(run, Need("mi_item", body["w"], number)) if wanted else None
    item = _item(run, sid, tid, number, value, has_value=wanted)
    work.request(run, body["w"], item)


def row(run: Run, need: Need) -> Value:
    """Give a row the shell loaded before the step."""
    if need not in run.event.env.rows:
        raise LookupError(f"row not loaded: {need}")
    return run.event.env.rows[need]


# Completion


def item_done(run: Run, sid: str, tid: str, arg: tuple[int, Done | None]) -> None:
    """Count a finished item; the body completes, goes on, or starts the next one.

    Without a result the item was cancelled: it counts as terminated, its output is null.
    """
    number, done = arg
    node = run.node_of(sid, tid)
    multi = _multi(node)
    fresh = {} if done is None else _keep_output(run, sid, tid, number, done)
    body = _counted(run, sid, tid, done)
    over = body["done"] + body.get("dropped", 0) == body["total"]
    if over or _enough(run, sid, tid, lambda: _outputs(run, sid, tid, fresh)):
        _finish(run, sid, tid, _outputs(run, sid, tid, fresh))
    elif multi.sequential:
        _change(run, sid, tid, active=1)
        _next(node)(run, sid, tid, number + 1)


def _finished(run: Run, node: Node, body: Record, number: int) -> dict[str, Value]:
    """Give the locals of a finished item; its element only if the output reads it."""
    found: dict[str, Value] = {"loopCounter": number}
    multi = _multi(node)
    if "w" in body and reads_element(node) and multi.element is not None:
        found[multi.element] = row(run, Need("mi_item", body["w"], number))
    return found


def reads_element(node: Node) -> bool:
    """Tell whether an item's output, or repeating its service call, reads the element."""
    multi = node.multi
    if multi is None or multi.element is None or multi.collection is None:
        return False
    rules = []
    if multi.output is not None and multi.output_item is not None:
        rules = [multi.output_item, *(rule.value for rule in node.outputs or ())]
    if node.kind is Kind.SERVICE:
        rules.extend(rule.value for rule in node.inputs)
    return any(multi.element in rule.reads for rule in rules)


def repeat(run: Run, wid: str, number: int) -> None:
    """Request the service of one item again."""
    record = run.draft.doc["waits"][wid]
    sid, tid = record["s"], record["t"]
    node = run.node_of(sid, tid)
    found = reads_element(node)
    value = row(run, Need("mi_item", wid, number)) if found else None
    work.request(run, wid, _item(run, sid, tid, number, value, has_value=found))


def _next(node: Node) -> Callable[[Run, str, str, int], None]:
    if node.kind is Kind.SUBPROCESS:
        return _next_body
    return _next_message if node.kind is Kind.RECEIVE else _next_row


def _next_message(run: Run, sid: str, tid: str, number: int) -> None:
    body = run.draft.token(sid, tid)["mi"]
    _receive(run, sid, tid, _nth(run, sid, tid, body.get("values"), number))


def _keep_output(
    run: Run, sid: str, tid: str, number: int, done: Done
) -> dict[int, Value]:
    """Keep an item's output until the body completes: as a row, or in the body."""
    node = run.node_of(sid, tid)
    body = run.draft.token(sid, tid)["mi"]
    if _multi(node).output is None:
        return {}
    item = _finished(run, node, body, number)
    output = results.entry(run, sid, tid, done, item)
    if "w" not in body:
        _change(run, sid, tid, out={**body["out"], str(number): output})
        return {}
    run.draft.edit_wait(body["w"])["rows"] = 1
    run.emit(ItemFinished(body["w"], number, output, done.outcome))
    return {number: output}


def _counted(run: Run, sid: str, tid: str, done: Done | None) -> Record:
    body = run.draft.token(sid, tid)["mi"]
    if done is None:
        dropped = body.get("dropped", 0) + 1
        return _change(run, sid, tid, active=body["active"] - 1, dropped=dropped)
    tally = body["tally"]
    if done.outcome is not None:
        tally = {**tally, done.outcome: tally.get(done.outcome, 0) + 1}
    return _change(
        run, sid, tid, active=body["active"] - 1, done=body["done"] + 1, tally=tally
    )


def _enough(run: Run, sid: str, tid: str, listed: Callable[[], list[Value]]) -> bool:
    """Evaluate the completion condition after an item (kernel.md 2.6)."""
    multi = _multi(run.node_of(sid, tid))
    if multi.completion is None:
        return False
    seen: dict[str, Value] = {}
    if multi.reads_results and multi.output is not None:
        seen[multi.output] = listed()
    return data.holds(run, multi.completion, data.names(run, sid, tid, seen))


def _outputs(run: Run, sid: str, tid: str, fresh: Mapping[int, Value]) -> list[Value]:
    """Build the output list in item order from rows, or from the body's own scopes."""
    body = run.draft.token(sid, tid)["mi"]
    multi = _multi(run.node_of(sid, tid))
    if multi.output is None:
        return []
    kept: Mapping[Any, Value] = body.get("out", {})
    if "w" in body and body["done"] > len(fresh):
        kept = row(run, Need("mi_results", body["w"]))
    return _listed({**kept, **fresh}, body["total"])


def _finish(run: Run, sid: str, tid: str, outputs: list[Value]) -> None:
    """Withdraw what is left, write the output list, and leave."""
    node = run.node_of(sid, tid)
    multi = _multi(node)
    body = run.draft.token(sid, tid)["mi"]
    if "w" in body and not body["active"]:
        run.draft.edit_wait(body["w"])["over"] = 1
    tokens.clear(run, sid, tid, "withdrawn")
    if multi.output is not None:
        data.write(run, sid, node.id, {multi.output: outputs})
    run.later("leave", sid, tid)
