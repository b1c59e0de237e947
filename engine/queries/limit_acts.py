"""What may be done now with the limit of a task: 停表, 恢复计时, 延期."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.context import View
from engine.queries.task_data import TaskData, load, refusal
from engine.rules.deadlines import arrived, listed, overseers


@dataclass(frozen=True, slots=True)
class LimitActs:
    """The acts offered on a task page.

    CAUSES a clock may be stopped for, () when it may not; STOPPED_AT while it stands, for
    CAUSE. EXTENDABLE: 延期 is possible now; EXTENDED_FROM is the original date of one that
    was extended.
    """

    causes: tuple[str, ...] = ()
    stopped_at: datetime | None = None
    cause: str = ""
    may_restart: bool = False
    extendable: bool = False
    extended_from: str = ""
    extended_for: str = ""

    @property
    def offered(self) -> bool:
        """Tell whether the person can do anything."""
        return bool(self.causes or self.may_restart or self.extendable)


def of_task(view: View, *, task_id: int) -> LimitActs:
    """Give the acts on the limit of TASK_ID that are open to the actor."""
    held = load(view, task_id)
    due, steps = held.task["due_at"], dict(held.task["due_steps"] or {})
    if due is None:
        return LimitActs()
    row, stopped = _due_row(held), held.task["stopped_at"]
    may_stop = not refusal(view, held, "stopClock")
    extended = steps.get("extended") or {}
    too_late = arrived(due, view.now, held.version.zone)
    open_for_more = not stopped and not extended and not too_late
    declared = row.get("extendable") in (True, "true")
    oversees = bool(overseers(row, held.known()) & view.actor.units)
    may_extend = oversees or not refusal(view, held, "extend")
    stops = steps.get("stops") or [{}]
    return LimitActs(
        causes=listed(row.get("stopFor")) if may_stop and stopped is None else (),
        stopped_at=stopped,
        cause=str(stops[-1].get("cause") or "") if stopped else "",
        may_restart=may_stop and stopped is not None,
        extendable=declared and open_for_more and may_extend,
        extended_from=str(extended.get("from") or ""),
        extended_for=str(extended.get("reason") or ""),
    )


def _due_row(held: TaskData) -> Mapping[str, Any]:
    due = held.node.due
    return {**held.version.application.deadlines.get(due.get("key", ""), {}), **due}
