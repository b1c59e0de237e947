"""The life of an activity: boundaries, work, result, loop test, leaving (kernel.md 2.1)."""

from engine.kernel import data, loops, multi, results, tokens, waits, work
from engine.kernel.results import Done
from engine.kernel.run import Run


def enter(run: Run, sid: str, tid: str) -> None:
    """Open boundary waits in document order, then the activity itself."""
    node = run.node_of(sid, tid)
    if node.boundaries:
        scope = data.names(run, sid, tid)
        for boundary in node.boundaries:
            waits.open_all(run, waits.Spot(sid, tid, run.plan.nodes[boundary], "b"), scope)
    if node.multi is not None:
        multi.begin(run, sid, tid, node, node.multi)
    elif node.loop is not None:
        loops.begin(run, sid, tid, node.loop)
    else:
        work.begin(run, sid, tid)


def done(run: Run, sid: str, tid: str, arg: Done) -> None:
    """Write what the work gave; then another turn of the loop, or leave.

    A loop keeps its boundary waits between turns; otherwise they close, in reverse,
    before the result is written.
    """
    node = run.node_of(sid, tid)
    patch = results.patch(run, sid, tid, arg)
    if node.loop is None:
        tokens.clear(run, sid, tid)
    data.write(run, sid, node.id, patch)
    if node.loop is not None:
        if loops.again(run, sid, tid, node.loop):
            return
        tokens.clear(run, sid, tid)
    run.later("leave", sid, tid)
