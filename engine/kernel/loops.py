"""The standard loop: each turn a fresh activation, boundaries span them all (kernel.md 2.7)."""

from engine.kernel import data, tokens, work
from engine.kernel.plan import Loop
from engine.kernel.problems import Held
from engine.kernel.run import Run


def begin(run: Run, sid: str, tid: str, loop: Loop) -> None:
    """Test first if asked to, then run the first turn; no turn at all just leaves."""
    run.draft.edit_token(sid, tid)["lap"] = 1
    _count(run, sid, tid)
    if loop.test_before and not _wanted(run, sid, tid, loop):
        tokens.clear(run, sid, tid)
        run.later("leave", sid, tid)
        return
    work.begin(run, sid, tid)


def again(run: Run, sid: str, tid: str, loop: Loop) -> bool:
    """Queue the next turn after one ended; false when the loop is over."""
    token = run.draft.edit_token(sid, tid)
    if not _wanted(run, sid, tid, loop, token["lap"]):
        return False
    token["lap"] += 1
    tokens.requeue(run, sid, tid, "lap")
    return True


def lap(run: Run, sid: str, tid: str) -> None:
    """Run a further turn; its locals are new."""
    _count(run, sid, tid)
    work.begin(run, sid, tid)


def _count(run: Run, sid: str, tid: str) -> None:
    token = run.draft.edit_token(sid, tid)
    token["vars"] = {"loopCounter": token["lap"]}


def _wanted(run: Run, sid: str, tid: str, loop: Loop, ran: int = 0) -> bool:
    """Tell whether another turn follows after RAN turns."""
    maximum = loop.maximum
    if maximum is not None and not isinstance(maximum, int):
        found = maximum(data.names(run, sid, tid), run.moment)
        maximum = work.whole(found, "loop_max", f"循环上限“{maximum.text}”不是整数。")
    if maximum is not None and maximum < 1:
        raise Held("loop_max", "循环上限必须大于 0。")
    if maximum is not None and ran >= maximum:
        return False
    if loop.condition is None:
        return True
    return data.holds(run, loop.condition, data.names(run, sid, tid))
