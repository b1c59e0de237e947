"""The marks on a diagram: passed, current, returned, cancelled, incident; counts as badges."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from engine.context import View
from engine.queries import deployed
from engine.queries.instances import inspect, instance_row
from engine.store import codec
from engine.store.machine import history, incident
from engine.store.tables import task


@dataclass(frozen=True, slots=True)
class Mark:
    """What one element shows (frontend.md 4.2).

    STATE, the most urgent first: incident, current, returned, done, cancelled. Counts:
    RUNNING tokens now, OVERDUE open rounds, DONE passes, RETURNED rounds sent back.
    """

    element: str
    name: str
    state: str
    running: int = 0
    overdue: int = 0
    done: int = 0
    returned: int = 0
    incidents: int = 0


@dataclass(frozen=True, slots=True)
class Diagram:
    """One instance on its diagram: the definition to draw, marks, flows taken."""

    instance_id: int
    definition_id: int
    key: str
    name: str
    status: str
    marks: tuple[Mark, ...]
    flows: tuple[str, ...]


@dataclass
class _Tally:
    """Counters by element while the history is read."""

    done: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)
    flows: dict[str, None] = field(default_factory=dict)


def diagram(view: View, *, instance_id: int) -> Diagram:
    """Give the marks of one instance the actor may see."""
    row = instance_row(view, instance_id=instance_id)
    facts = deployed.facts(view, row.definition_id, row.runtime)
    live = dict(inspect(view, row).nodes) if row.ended_at is None else {}
    tally = _walked(view, instance_id)
    late, returned = _rounds(view, instance_id)
    broken = _broken(view, instance_id)
    seen = {*live, *tally.done, *tally.dropped, *returned, *broken}
    marks = [
        Mark(
            element=element,
            name=deployed.name_of(facts, element),
            state=_state(element, live, tally, returned, broken),
            running=live.get(element, 0),
            overdue=late[element],
            done=tally.done[element],
            returned=returned[element],
            incidents=broken[element],
        )
        for element in _in_order(seen, facts.nodes)
    ]
    return Diagram(
        instance_id=instance_id,
        definition_id=row.definition_id,
        key=row.key,
        name=row.process_name,
        status=row.status,
        marks=tuple(marks),
        flows=tuple(tally.flows),
    )


def _in_order(seen: set[str], nodes: Iterable[str]) -> list[str]:
    known = [element for element in nodes if element in seen]
    return known + sorted(seen.difference(known))


def _state(
    element: str,
    live: dict[str, int],
    tally: _Tally,
    returned: Counter[str],
    broken: Counter[str],
) -> str:
    if broken[element]:
        return "incident"
    if live.get(element):
        return "current"
    if returned[element]:
        return "returned"
    return "done" if tally.done[element] else "cancelled"


def _walked(view: View, instance_id: int) -> _Tally:
    """Count from the history how elements were left, and which flows were taken."""
    query = (
        sa.select(history.c.node, history.c.detail)
        .where(history.c.instance_id == instance_id, history.c.kind == "NodeLeft")
        .order_by(history.c.no)
    )
    tally = _Tally()
    for row in view.connection.execute(query):
        detail: dict[str, Any] = codec.decode(row.detail)
        counter = tally.done if detail.get("how") == "completed" else tally.dropped
        counter[row.node] += 1
        tally.flows.update(dict.fromkeys(detail.get("flows", ())))
    return tally


def _rounds(view: View, instance_id: int) -> tuple[Counter[str], Counter[str]]:
    """Count the overdue and the returned rounds by element."""
    late: Counter[str] = Counter()
    returned: Counter[str] = Counter()
    query = sa.select(task.c.node, task.c.state, task.c.due_at).where(
        task.c.instance_id == instance_id, task.c.state.in_(("open", "incident", "returned"))
    )
    for row in view.connection.execute(query):
        if row.state == "returned":
            returned[row.node] += 1
        elif row.due_at is not None and row.due_at < view.now:
            late[row.node] += 1
    return late, returned


def _broken(view: View, instance_id: int) -> Counter[str]:
    query = sa.select(incident.c.node).where(
        incident.c.instance_id == instance_id, incident.c.state == "open"
    )
    return Counter(row.node for row in view.connection.execute(query))
