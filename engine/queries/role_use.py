"""What the list of roles says of each: whether diagrams use it, and whether a unit holds it."""

from engine.bpmn.facts import drawn, places
from engine.context import View
from engine.queries import deployed
from engine.store import people_rows

UNUSED = "流程图没有直接用到：只有按表或表达式选人时，登记它的单位才会得到任务"


def remarks(view: View, application: str) -> dict[str, str]:
    """Give a sentence by role code; roles the files do not know are told as not used."""
    version = deployed.latest(view, application)
    used = drawn(version.facts)
    rows = people_rows.units_of(view.connection, application)
    held = {str(role) for row in rows for role in row["roles"]}
    known = {*version.application.roles, *held, *used}
    return {role: _remark(used.get(role, []), role in held) for role in known}


def _remark(names: list[str], held: bool) -> str:
    if not names:
        return UNUSED
    if not held:
        return f"没有单位担任，流程图有{places(names)}要用：到该环节会停下报事件"
    return ""
