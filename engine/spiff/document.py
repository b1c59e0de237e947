"""The document a step on SpiffWorkflow changes: a new one, a copy, or one begun again."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from engine.base import events
from engine.base.events import Event
from engine.kernel.plan import Plan
from engine.kernel.step import State
from engine.spiff.happen import Refused


def document(
    plan: Plan, specs: Mapping[str, Any], state: State | None, event: Event
) -> State:
    """Give a document of its own to change: a new one, the old one, or one to begin again."""
    if state is None:
        return _fresh(plan, specs, event)
    if not isinstance(event, events.Reopen):
        return deepcopy(state)
    if event.node not in specs:
        raise Refused(
            f"参考运行引擎只能从开始节点重启，不能从“{event.node}”重启，请改用 kernel，"
            "或在图中为重启画一个开始节点。"
        )
    again = {"status": "active", "start": event.node, "waits": {}, "incidents": {}, "flow": {}}
    return {**deepcopy(state), **again}


def _fresh(plan: Plan, specs: Mapping[str, Any], event: Event) -> State:
    if not isinstance(event, events.Start):
        raise Refused("案件还没有开始。")
    node = event.node
    if node is None:
        starts = plan.scopes[0].starts
        if len(starts) != 1:
            raise Refused("流程没有唯一的开始节点，请指明从哪里开始。")
        node = plan.nodes[starts[0]].id
    if node not in specs:
        raise Refused(f"流程没有开始节点“{node}”。")
    return {
        "f": 1,
        "status": "active",
        "start": node,
        "started": event.at,
        "depth": event.depth,
        "seq": 0,
        "vars": dict.fromkeys(plan.scopes[0].declared) | dict(event.vars),
        "waits": {},
        "incidents": {},
        "flow": {},
    }
