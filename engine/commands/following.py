"""Limits that follow the data: a corrected field moves the open tasks counted from it."""

from engine.base.errors import ExpressionFailed
from engine.bpmn.deploy import Limit
from engine.commands import entitled, escalating
from engine.commands.case import Case, Live
from engine.kernel.plan import CASE_STARTED, TimerDue
from engine.store import codec, work
from engine.store.rows import Row


def follow(case: Case) -> None:
    """Recompute the limits of open tasks whose rules read what this transaction wrote."""
    for live in list(case.lives.values()):
        if not live.written or not live.is_live:
            continue
        limits = live.deployed.limits.get(live.key, {})
        moved = {node: one for node, one in limits.items() if one.reads & live.written}
        if moved:
            for task in work.open_tasks_at(case.ctx.conn, case.id, live.id, list(moved)):
                _recompute(case, live, task, moved[task["node"]])


def _recompute(case: Case, live: Live, task: Row, limit: Limit) -> None:
    """Count anew from the moment the task opened; a limit people moved stays as they set it."""
    steps = task["due_steps"] or {}
    if task["stopped_at"] is not None or "extended" in steps or "stops" in steps:
        return
    found = _due(live, task, limit)
    if found is None or found.due == task["due_at"] or task["due_at"] is None:
        return
    before = [*steps.get("before", ()), {"due": task["due_at"], "until": case.ctx.now}]
    kept = codec.plain({**found.steps, "before": before})
    held = entitled.task_of(case, task["id"])
    escalating.move(held, found.due, {"due_steps": kept})
    detail = {"task": task["id"], "name": task["name"], "due_before": task["due_at"]}
    detail |= {"due": found.due, "reason": "起算数据已更正"}
    case.note(live, "DueMoved", detail, node=task["node"])


def _due(live: Live, task: Row, limit: Limit) -> TimerDue | None:
    own = codec.decode(bytes(task["locals"])) if task["locals"] else {}
    scope = {CASE_STARTED: live.row["started_at"], **live.variables(), **own}
    try:
        return limit.rule(scope, live.deployed.moment(task["created_at"]))
    except ExpressionFailed:
        return None  # the field was emptied: the limit counted before stays
