"""Tell instances of a case what happened and turn the effects into rows and history."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from engine.base.errors import Conflict
from engine.base.events import Event
from engine.base.values import Value
from engine.commands import children, opening, sending, tracing, unheard, waiting
from engine.commands.case import Case, Live
from engine.kernel import effects
from engine.kernel.effects import Effect
from engine.kernel.step import Need, Step
from engine.store import codec, work

HALTED = "case-held"  # problem code: a limit stopped the step, an incident says which
Apply = Callable[[Case, Live, Any], None]

# One line an effect: which function writes it down.
APPLY: Mapping[type[Effect], Apply] = {
    effects.TaskOpened: opening.task_opened,
    effects.TasksOpened: opening.tasks_opened,
    effects.TaskClosed: opening.task_closed,
    effects.ItemsRecorded: opening.items_recorded,
    effects.ItemFinished: opening.item_finished,
    effects.ItemsDropped: opening.items_dropped,
    effects.TimerSet: waiting.timer_set,
    effects.TimerCancelled: waiting.timer_cancelled,
    effects.SubscriptionOpened: waiting.subscription_opened,
    effects.SubscriptionClosed: waiting.subscription_closed,
    effects.ServiceRequested: waiting.service_requested,
    effects.ServiceCancelled: waiting.service_cancelled,
    effects.ChildRequested: children.child_requested,
    effects.ChildCancelRequested: children.child_cancel_requested,
    effects.InstanceEnded: children.instance_ended,
    effects.EscalationThrown: children.escalation_thrown,
    effects.MessageThrown: sending.message_thrown,
    effects.SignalThrown: sending.signal_thrown,
    effects.NodeEntered: tracing.node_entered,
    effects.NodeLeft: tracing.node_left,
    effects.VariablesWritten: tracing.variables_written,
    effects.DecisionEvaluated: tracing.decision_evaluated,
    effects.ExpressionWarning: tracing.expression_warning,
    effects.IncidentRaised: waiting.incident_raised,
    effects.IncidentCleared: waiting.incident_cleared,
}


class Halted(Conflict):
    """A limit stopped the step: nothing of this wish is kept, EVENT stays pending.

    The front door rolls back, keeps the incident (engine.commands.halting) and tells it.
    """

    code = HALTED

    def __init__(self, case: Case, live: Live, event: Event, answer: Step) -> None:
        super().__init__(f"{answer.reason}本次操作没有生效，已记为异常，请流程负责人处理。")
        self.root_id, self.instance_id, self.event = case.id, live.id, event
        raised = [e for e in answer.effects if isinstance(e, effects.IncidentRaised)]
        self.incident = raised[0] if raised else None  # None: it is open already


def step(case: Case, live: Live, event: Event) -> Step:
    """Tell LIVE the EVENT and work until the whole case rests; give the event's own step.

    A stale or refused event changes nothing: the caller decides what that means.
    """
    answer = advance(case, live, event)
    drain(case)
    return answer


def must_step(case: Case, live: Live, event: Event) -> None:
    """Tell LIVE the EVENT; raise Conflict unless it is accepted."""
    if unheard.at_rest(live, event):
        return
    answer = step(case, live, event)
    if answer.status == "stale":
        raise Conflict("该环节已不在等待，请刷新后再试。", code="stale")
    if answer.status == "refused":
        raise Conflict(answer.reason or None, code="refused")


def drain(case: Case) -> None:
    """Tell all queued events, first in first out; late ones may find nobody waiting.

    What nobody would tell again and was refused is kept with an incident.
    """
    while case.queue:
        instance_id, event = case.queue.popleft()
        live = case.live(instance_id)
        if not live.is_live or unheard.unborn(case, live, event):
            continue
        answer = advance(case, live, event)
        if answer.status == "refused":
            unheard.keep(case, live, event, answer.reason)


def advance(case: Case, live: Live, event: Event) -> Step:
    """Tell one instance one event and write down its effects; raise Halted at a limit."""
    answer = ask(case, live, event)
    if answer.status != "accepted":
        return answer
    if not answer.consumed:
        raise Halted(case, live, event, answer)
    write_down(case, live, answer)
    return answer


def ask(case: Case, live: Live, event: Event) -> Step:
    """Give the runtime's answer to an event, with the rows it needs; write nothing."""
    runtime = live.deployed.runtime
    needs = runtime.needs(live.plan, live.state, event)
    if needs:
        rows: dict[object, Value] = {need: _row(case, live, need) for need in needs}
        event = replace(event, env=replace(event.env, rows=rows))
    return runtime.advance(live.plan, live.state, event)


def write_down(case: Case, live: Live, answer: Step) -> None:
    """Take over the state of an accepted answer and apply its effects in order."""
    live.state, live.touched = answer.state, True
    if answer.state is not None:
        live.row["status"] = answer.state["status"]
    for effect in answer.effects:
        APPLY[type(effect)](case, live, effect)


def _row(case: Case, live: Live, need: Need) -> Value:
    if need.kind == "mi_item":
        raw = work.item_value(case.ctx.conn, live.id, need.wait, need.index)
        return None if raw is None else codec.decode(raw)
    found = work.item_outputs(case.ctx.conn, live.id, need.wait)
    return {number: codec.decode(raw) for number, raw in found.items()}
