"""What is answered without touching SpiffWorkflow: not begun, ended, suspended, gone."""

from engine.base import events
from engine.base.events import Event
from engine.kernel.step import State, Step

_ENDED = ("completed", "terminated", "cancelled", "error")


def answered(state: State | None, event: Event) -> Step | None:
    """Answer what needs no workflow: not begun, ended, suspended, waits that are gone."""
    if state is None:
        if not isinstance(event, events.Start):
            return _refuse(None, "案件还没有开始。")
        if event.anchor is not None:
            return _refuse(
                None,
                f"参考运行引擎不支持从节点“{event.anchor}”开始，请改用 kernel。",
            )
        return None
    if state["status"] in _ENDED:
        return _after_the_end(state, event)
    if _gone(state, event):
        return Step(state, (), "stale")
    reason = _unfit(state, event)
    return _refuse(state, reason) if reason else None


def _after_the_end(state: State, event: Event) -> Step | None:
    if isinstance(event, events.Reopen):
        return None
    wanted = isinstance(event, events.Cancel | events.UpdateVariables | events.Suspend)
    return _refuse(state, "案件已结束。") if wanted else Step(state, (), "stale")


def _unfit(state: State, event: Event) -> str:
    """Say why a running or suspended instance cannot take EVENT."""
    if isinstance(event, events.Start):
        return "案件已经开始。"
    if isinstance(event, events.Reopen):
        return "案件尚在办理，无需重启。"
    if isinstance(event, events.Resume):
        return "" if state["status"] == "suspended" else "案件没有挂起。"
    free = isinstance(event, events.Cancel | events.UpdateVariables)
    return "案件已暂停，请先恢复。" if state["status"] == "suspended" and not free else ""


def _refuse(state: State | None, reason: str) -> Step:
    return Step(state, (), "refused", reason)


def _gone(state: State, event: Event) -> bool:
    """Tell whether what EVENT addresses is no longer there."""
    if isinstance(event, events.ResolveIncident):
        return event.incident not in state["incidents"]
    wait = getattr(event, "wait", None)
    if wait is None:
        return False
    record = state["waits"].get(wait)
    if record is not None and isinstance(event, events.FireTimer):
        return bool(record["kind"] != "timer" or event.occurrence != record["occ"])
    return record is None
