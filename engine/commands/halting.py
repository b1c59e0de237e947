"""Keep the incident of a step a limit stopped, after its transaction was rolled back."""

from engine.commands import finishing, stepping, waiting
from engine.commands.case import Case, Live, open_case
from engine.commands.stepping import Halted
from engine.context import Context
from engine.store import cases, records

LIMITS = ("step_limit", "state_size")  # kernel.md 1.2, 1.5


def keep(ctx: Context, halted: Halted) -> None:
    """Write the incident of HALTED into its case as it stands; the event stays pending.

    The event is told again to the stored state: when it stops there too, the runtime holds
    the incident. When it was only a consequence of the wish that is undone, a bare incident
    without a token is opened. Nothing is kept of a case the wish itself would have started.
    """
    root = cases.lock_root(ctx.conn, halted.root_id)
    if root is None or not cases.lock_instances(ctx.conn, [halted.instance_id]):
        return
    case = open_case(ctx, root)
    live = case.live(halted.instance_id)
    answer = stepping.ask(case, live, halted.event)
    if answer.status == "accepted" and not answer.consumed:
        if not answer.effects:
            return  # it is open already
        stepping.write_down(case, live, answer)
    elif not _bare(case, live, halted):
        return
    finishing.finish(case)


def _bare(case: Case, live: Live, halted: Halted) -> bool:
    raised = halted.incident
    if raised is None or records.any_open(case.ctx.conn, live.id, (raised.code,)):
        return False
    row = waiting.incident_row(case, live, raised.node, raised.code, raised.text, "")
    case.writes.incidents.append(row)
    detail = {"incident": "", "code": raised.code, "text": raised.text}
    case.note(live, "IncidentRaised", detail, node=raised.node)
    return True
